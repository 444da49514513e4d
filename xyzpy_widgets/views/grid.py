"""Choose the view of a dataset: the kind of plot, and one visible role for each dimension."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import xarray as xr

from xyzpy_widgets.core.variables import hint
from xyzpy_widgets.errors import ViewError
from xyzpy_widgets.views.axes import is_geometric
from xyzpy_widgets.views.checks import check_fit, check_log, check_panels, check_spread, check_values, title_of
from xyzpy_widgets.views.reading import Axis, Label, Subject, read, shade_caption, subject_of
from xyzpy_widgets.views.request import Request, request_of
from xyzpy_widgets.views.spec import PlotKind, ViewSpec, Wishes
from xyzpy_widgets.views.variation import effects_of, fullest, sampled

__all__ = ["grid_view"]

_FEW = 10
"""The most curves that a view is given unasked."""
_FEW_PANELS = 9
"""The most panels that a view is given unasked."""
_AVERAGED = 20_000_000
"""The most values that are averaged unasked; of more, which may be in a file, one label at a time is read."""


@dataclass(slots=True)
class _Roles:
    """The roles that the dimensions have so far; no dimension has two."""

    axes: Mapping[str, Axis]
    taken: dict[str, str] = field(default_factory=dict)

    def give(self, role: str, dim: str) -> None:
        """Give a dimension its role."""
        if dim not in self.axes:
            raise ViewError(f"{role}={dim!r} is not a dimension of what is drawn: {hint(dim, self.axes)}")
        if dim in self.taken:
            raise ViewError(f"{self.taken[dim]}={dim!r} and {role}={dim!r}: a dimension has one role; leave one out")
        self.taken[dim] = role

    def of(self, role: str) -> tuple[str, ...]:
        """Return the dimensions that have a role."""
        return tuple(dim for dim, taken in self.taken.items() if taken == role)

    def one(self, role: str) -> str | None:
        """Return the dimension that has a role."""
        return next(iter(self.of(role)), None)

    def free(self) -> list[Axis]:
        """Return the dimensions without a role."""
        return [axis for dim, axis in self.axes.items() if dim not in self.taken]

    def panels_with(self, axis: Axis) -> int:
        """Return how many panels there are when a dimension gives panels too."""
        return int(np.prod([self.axes[dim].size for dim in self.of("row") + self.of("col")], initial=axis.size))


@dataclass(frozen=True, slots=True)
class _Scene:
    """What is drawn, as far as it was looked at for that, what stands beside it, and the roles of their dimensions."""

    request: Request
    subject: Subject
    sample: xr.DataArray
    beside: Mapping[str, Subject]
    roles: _Roles
    effects: Mapping[str, float]

    def tells(self, axis: Axis) -> bool:
        """Say whether there is anything to see along an axis: several labels, and other values at others.

        Where nothing varies along any axis, each axis tells that.
        """
        varied = any(effect > 0 for effect in self.effects.values())
        return axis.size != 1 and not (varied and self.effects.get(axis.name) == 0)


def grid_view(data: xr.Dataset, wishes: Wishes) -> ViewSpec:
    """Choose the view of a dataset whose names are texts.

    Raises `ViewError` for wishes that do not fit.
    """
    request = request_of(data, wishes)
    if not request.var:
        return ViewSpec(var=(), kind=request.kind or "scatter", title=wishes.title or "nothing to draw: no variables")
    scene = _scene(data, request)
    kind: PlotKind = request.kind or _kind(scene)
    _check(kind, scene)
    _give_axes(kind, scene)
    aggregate = _give_rest(kind, scene)
    return _spec(kind, scene, wishes, aggregate | dict(request.aggregate))


def _scene(data: xr.Dataset, request: Request) -> _Scene:
    subject = subject_of(data, request.var)
    beside = {role: subject_of(data, [name]) for role, name in request.beside.items()}
    roles = _Roles({dim: axis for one in (subject, *beside.values()) for dim, axis in one.axes.items()})
    for role, dim in request.dims:
        roles.give(role, dim)
    sample = sampled(subject.data)
    return _Scene(request, subject, sample, beside, roles, effects_of(sample))


def _kind(scene: _Scene) -> PlotKind:
    """Choose the kind of plot from what is drawn and over what."""
    roles, kind = scene.roles, scene.subject.kind
    if kind == "text" or {"x", "color"} & set(scene.beside):
        return "scatter"
    bars: PlotKind = "bar" if kind == "number" and "err" not in scene.beside else "scatter"
    x = roles.one("x")
    if roles.of("y"):
        return "heatmap" if kind == "number" else "scatter"
    if x is not None:
        return bars if roles.axes[x].kind == "text" else "line"
    free = [axis for axis in roles.free() if scene.tells(axis)] or roles.free()
    ordered = [axis for axis in free if axis.kind != "text"]
    curves = roles.of("by") or roles.of("color") or "err" in scene.beside
    if len([axis for axis in ordered if axis.size != 1]) > 1 and kind == "number" and not curves:
        return "heatmap"
    return "line" if ordered else bars


def _check(kind: PlotKind, scene: _Scene) -> None:
    """Refuse roles that the kind of plot does not have, and values that it cannot draw."""
    request, subject = scene.request, scene.subject
    check_fit(kind, {role: dim for dim, role in scene.roles.taken.items()} | dict(request.beside))
    check_values(kind, subject.name, subject.kind)
    for role, one in scene.beside.items():
        numbers = {one.kind, subject.kind} == {"number"}
        if role == "err" and (not numbers or len(request.var) > 1 or scene.roles.of("y")):
            raise ViewError(f"err={one.name!r} must hold numbers, beside one variable of numbers along y; leave it out")
        if role != "err" and kind != "scatter":
            remedy = "choose kind='scatter', or give a dimension"
            raise ViewError(f"{role}={one.name!r} is a variable, and kind={kind!r} has no place for it; {remedy}")
    if request.aggregate and subject.kind != "number":
        raise ViewError(f"aggregate={request.aggregate!r}: {subject.name!r} holds no numbers; use fixed instead")


def _give_axes(kind: PlotKind, scene: _Scene) -> None:
    """Give the axes of the plot to the dimensions that suit them best."""
    roles = scene.roles
    wanted = {"line": "x", "bar": "x", "box": "x", "scatter": "x", "heatmap": "xy"}.get(kind, "")
    varying = [axis for axis in roles.free() if scene.tells(axis)]
    if scene.subject.kind == "text" and kind == "scatter" and "x" not in scene.beside and len(varying) > 1:
        wanted = "xy"  # the texts are told by the colours
    for role in wanted:
        if roles.of(role) or role in scene.beside:
            continue
        best = _best(roles.free(), scene, text=kind in {"bar", "box"})
        if best is not None:
            roles.give(role, best.name)
        elif kind == "heatmap":
            dims = ", ".join(map(repr, scene.subject.axes)) or "none"
            raise ViewError(
                f"kind='heatmap' needs two dimensions, and {scene.subject.name!r} has {dims}; choose 'line'"
            )


def _best(axes: list[Axis], scene: _Scene, *, text: bool) -> Axis | None:
    """Return the axis that tells most: of the wanted kind, along which values vary, long, and late.

    The outputs' own dimensions come last.
    """
    ranked = sorted(axes, key=lambda axis: ((axis.kind == "text") == text, scene.tells(axis), axis.size))
    return ranked[-1] if ranked else None


def _give_rest(kind: PlotKind, scene: _Scene) -> dict[str, str]:
    """Give each dimension that is left a role that shows, and return those that are averaged."""
    roles = scene.roles
    if kind in {"line", "bar"}:
        roles.taken |= dict.fromkeys(roles.of("color"), "by")
    aggregate = {}
    for axis in sorted(roles.free(), key=lambda axis: (not scene.tells(axis), axis.kind != "text", axis.size)):
        role = _role_of(axis, kind, scene)
        roles.give(role, axis.name)
        if role == "aggregate":
            aggregate[axis.name] = "mean"
    return aggregate


def _role_of(axis: Axis, kind: PlotKind, scene: _Scene) -> str:
    """Choose the role of one dimension that is left."""
    roles = scene.roles
    if axis.size == 1:
        return "fixed"
    across = bool(roles.of("y"))
    marks = kind in {"hist", "box", "parallel", "table"} or (kind == "scatter" and not across)
    rest = _rest_of(scene.subject)
    coloured = across or roles.of("by") or roles.of("color") or "color" in scene.beside
    curves = kind in {"line", "bar", "scatter"} and not coloured and scene.tells(axis)
    if curves and axis.size <= _FEW and (axis.kind == "text" or not marks):
        return "by"
    if marks:
        return "pooled"
    if not scene.tells(axis):
        return rest
    if roles.panels_with(axis) <= _FEW_PANELS and not (roles.of("col") and roles.of("row")):
        return "row" if roles.of("col") else "col"
    return rest


def _rest_of(subject: Subject) -> str:
    """Choose the role of what has no other: the mean, or one label where a mean is no number or takes too long."""
    if subject.kind != "number":
        return "fixed"
    return "aggregate" if subject.data.size <= _AVERAGED else "slider"


def _spec(kind: PlotKind, scene: _Scene, wishes: Wishes, aggregate: Mapping[str, str]) -> ViewSpec:
    """Put the roles together with the axes' scales and with what is written beside them."""
    roles, subject, beside = scene.roles, scene.subject, scene.beside
    subjects = {one.name: one for one in (subject, *beside.values())}
    x, y, color = _places(kind, scene)
    told = {name: one for name, one in (subjects | dict(roles.axes)).items() if name in {x, y, color}}
    slider, fixed = (tuple((dim, _label(dim, scene)) for dim in roles.of(role)) for role in ("slider", "fixed"))
    empty = scene.sample.size == subject.data.size and bool(scene.sample.isnull().all())
    first = wishes.title or ", ".join(scene.request.var if len(scene.request.var) > 1 else [subject.caption])
    spec = ViewSpec(
        var=scene.request.var,
        kind=kind,
        x=x,
        y=y,
        by=roles.of("by"),
        color=color,
        row=roles.one("row"),
        col=roles.one("col"),
        err=beside["err"].name if "err" in beside else None,
        pooled=roles.of("pooled"),
        aggregate=tuple(aggregate.items()),
        spread=check_spread(wishes.spread, kind, aggregate, err=wishes.err),
        slider=slider,
        fixed=fixed,
        logx=_log("logx", x if kind not in {"bar", "box"} else None, scene, wished=wishes.logx),
        logy=_log("logy", y if kind != "bar" else None, scene, wished=wishes.logy),
        logz=_log("logz", color if kind == "heatmap" else None, scene, wished=wishes.logz),
        title=title_of(
            f"{first}: no values" if empty else first, aggregate.items(), slider + fixed, wishes.spread or ""
        ),
        xlabel=told[x].caption if x else "",
        ylabel=told[y].caption if y else "count" if kind == "hist" else "",
        clabel=shade_caption(told[color]) if color else "",
    )
    check_panels(spec, {dim: axis.size for dim, axis in roles.axes.items()})
    return spec


def _places(kind: PlotKind, scene: _Scene) -> tuple[str | None, str | None, str | None]:
    """Return what lies along x, along y and in the colours."""
    roles, subject = scene.roles, scene.subject
    if kind in {"hist", "parallel", "table"}:
        return (subject.name if kind == "hist" else None), None, (subject.name if kind == "parallel" else None)
    x = scene.beside["x"].name if "x" in scene.beside else roles.one("x")
    color = scene.beside["color"].name if "color" in scene.beside else roles.one("color")
    if roles.of("y"):
        return x, roles.one("y"), color or subject.name
    return x, subject.name, color


def _label(dim: str, scene: _Scene) -> Label:
    """Return the label of which a dimension is drawn: the wished one, else the first with most values."""
    axis, wished = scene.roles.axes[dim], scene.request.labels.get(dim)
    if not axis.size:
        raise ViewError(f"{scene.roles.taken[dim]}={dim!r}: it has no labels; leave it out")
    if wished is None:
        return axis.label(fullest(scene.sample, axis))
    position = axis.find(wished)
    if position is None:
        role, labels = scene.roles.taken[dim], [str(axis.label(i)) for i in range(axis.size)]
        raise ViewError(f"{role}={{{dim!r}: {wished!r}}} is not among its labels: {hint(str(wished), labels)}")
    return axis.label(position)


def _log(role: str, name: str | None, scene: _Scene, *, wished: bool | None) -> bool:
    """Say whether an axis is logarithmic: as wished, else where the labels of a dimension are spaced by a factor."""
    axis = scene.roles.axes.get(name or "")
    if wished is None:
        return axis is not None and axis.kind == "number" and is_geometric(axis.places)
    drawn = next((one for one in (scene.subject, *scene.beside.values()) if one.name == name), None)
    if axis is not None:
        check_log(role, wished, axis.kind, axis.places)
    elif drawn is not None:
        check_log(role, wished, drawn.kind, read(drawn.data).to_numpy() if wished else np.empty(0))
    else:
        check_log(role, wished, "text", np.empty(0))
    return wished
