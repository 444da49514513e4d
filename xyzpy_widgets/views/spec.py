"""A view as a value: which variables are drawn, as what, and the one role that each dimension has."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self, TypeAlias, get_args

from xyzpy_widgets.core.variables import hint
from xyzpy_widgets.errors import ViewError
from xyzpy_widgets.views.reading import Label

__all__ = ["MEANS", "PLOT_KINDS", "SPREADS", "PlotKind", "ViewSpec", "Wishes"]

PlotKind: TypeAlias = Literal["line", "scatter", "bar", "heatmap", "hist", "box", "parallel", "table"]
PLOT_KINDS: tuple[PlotKind, ...] = get_args(PlotKind)
MEANS = ("mean", "median", "min", "max", "sum", "std")
"""The ways in which a dimension can be aggregated; missing values are left out."""
SPREADS = ("std", "range")
"""How the spread of what is aggregated can be drawn: a standard deviation to both sides, or from least to greatest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What is wished of a view; what is None is chosen from the data.

    Attributes
    ----------
    var : str or sequence of str
        The variables to draw.
    kind : str
        One of `PLOT_KINDS`; ``"quadmesh"`` is another word for ``"heatmap"``.
    x, y : str
        A dimension, a variable or a column for each axis.
    by : str or sequence of str
        Dimensions or columns that give one curve, one set of points or one bar for each of their labels.
    color : str
        What the colours tell.
    row, col : str
        Dimensions or columns that give one panel for each of their labels.
    err : str
        The variable that holds the uncertainty of the drawn one.
    aggregate : str, sequence of str, or mapping of str to str
        Dimensions that are averaged, or the way (`MEANS`) in which each is aggregated.
    spread : str
        How the spread of what is aggregated is drawn, one of `SPREADS`.
    slider : str, sequence of str, or mapping of str to a label
        Dimensions or columns of which one label is drawn at a time, chosen by a control.
    fixed : mapping of str to a label
        Dimensions or columns of which one label is drawn.
    logx, logy, logz : bool
        Whether the axes, and the colours of a heatmap, are logarithmic.
    title : str
        The title; what is fixed and aggregated is added to it.
    """

    var: Any = None
    kind: str | None = None
    x: Any = None
    y: Any = None
    by: Any = None
    color: Any = None
    row: Any = None
    col: Any = None
    err: Any = None
    aggregate: Any = None
    spread: str | None = None
    slider: Any = None
    fixed: Mapping[Any, Any] | None = None
    logx: bool | None = None
    logy: bool | None = None
    logz: bool | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewSpec:
    """A view of some data, with nothing left to choose.

    Attributes
    ----------
    var : tuple of str
        The variables that are drawn, empty when there is nothing to draw.
    kind : str
        One of `PLOT_KINDS`.
    x, y : str or None
        The dimensions, variables or columns along the axes.
    by : tuple of str
        One curve, set of points or bar for each combination of their labels.
    color : str or None
        What the colours tell where `by` does not.
    row, col : str or None
        One panel for each label.
    err : str or None
        The variable that holds the uncertainty.
    pooled : tuple of str
        The dimensions of which each cell is a mark of its own, or a count in a bin; the axes of parallel coordinates.
    aggregate : tuple of (str, str)
        The aggregated dimensions and how (`MEANS`).
    spread : str
        How the spread of what is aggregated is drawn (`SPREADS`); may be empty.
    slider : tuple of (str, float or str)
        The dimensions or columns of which one label is drawn at a time, with that label.
    fixed : tuple of (str, float or str)
        The dimensions or columns of which one label is drawn.
    logx, logy, logz : bool
        Whether the axes and the colours are logarithmic.
    title, xlabel, ylabel, clabel : str
        What is written above, beside the axes and at the colour bar.
    """

    var: tuple[str, ...]
    kind: PlotKind
    x: str | None = None
    y: str | None = None
    by: tuple[str, ...] = ()
    color: str | None = None
    row: str | None = None
    col: str | None = None
    err: str | None = None
    pooled: tuple[str, ...] = ()
    aggregate: tuple[tuple[str, str], ...] = ()
    spread: str = ""
    slider: tuple[tuple[str, Label], ...] = ()
    fixed: tuple[tuple[str, Label], ...] = ()
    logx: bool = False
    logy: bool = False
    logz: bool = False
    title: str = ""
    xlabel: str = ""
    ylabel: str = ""
    clabel: str = ""

    @property
    def panels(self) -> tuple[str, ...]:
        """What gives one panel for each label: the rows, then the columns."""
        return tuple(name for name in (self.row, self.col) if name is not None)

    @property
    def chosen(self) -> tuple[tuple[str, Label], ...]:
        """The dimensions or columns of which one label is drawn: those of the sliders, then the fixed ones."""
        return self.slider + self.fixed

    def roles(self) -> list[tuple[str, str]]:
        """Return every name that has a role, with its role, in a fixed order.

        A dimension of the drawn variable stands in it exactly once.
        """
        single = [
            (name, role) for role in ("x", "y", "color", "row", "col") if (name := getattr(self, role)) is not None
        ]
        several = [(name, role) for role in ("by", "pooled") for name in getattr(self, role)]
        told = [(name, role) for role in ("aggregate", "slider", "fixed") for name, _ in getattr(self, role)]
        return single + several + told

    def to_dict(self) -> dict[str, Any]:
        """Return the view as plain values, ready for JSON: what is empty is left out."""
        values = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        values |= {name: list(values[name]) for name in ("var", "by", "pooled")}
        values |= {name: dict(values[name]) for name in ("aggregate", "slider", "fixed")}
        return {name: value for name, value in values.items() if value or name in {"var", "kind"}}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Make a view of what `to_dict` returned.

        Raises
        ------
        ViewError
            For an unknown name or kind, with the near one.
        """
        known = [field.name for field in dataclasses.fields(cls)]
        for name in values:
            if name not in known:
                raise ViewError(f"a view has no {name!r}: {hint(name, known)}")
        if values.get("kind") not in PLOT_KINDS:
            raise ViewError(
                f"kind={values.get('kind')!r} is not a kind of plot: {hint(str(values.get('kind')), PLOT_KINDS)}"
            )
        plain = dict(values)
        plain |= {name: tuple(plain.get(name, ())) for name in ("var", "by", "pooled")}
        plain |= {name: tuple(dict(plain.get(name, {})).items()) for name in ("aggregate", "slider", "fixed")}
        return cls(**plain)
