"""What stands around the cells of a grid, and where new data belongs in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import xarray as xr

from xyzpy_widgets.core.labels import shown
from xyzpy_widgets.errors import MergeError
from xyzpy_widgets.labelling.axis import Axis, Joint
from xyzpy_widgets.labelling.conflicts import unlike
from xyzpy_widgets.labelling.constants import differing, holds
from xyzpy_widgets.labelling.ledger import Labelled
from xyzpy_widgets.labelling.output import Output

__all__ = ["Scaffold"]


@dataclass(slots=True, eq=False)
class Scaffold:
    """The axes, outputs, coordinates, attributes and constants of a grid.

    Attributes
    ----------
    args : tuple of str
        The arguments.
    axes : dict of str to Axis
        All dimensions.
    columns : dict of str to Output
    others : dict of str to DataArray
        The coordinates that are no dimension.
    attrs, constants : dict
    """

    args: tuple[str, ...]
    axes: dict[str, Axis]
    columns: dict[str, Output]
    others: dict[str, xr.DataArray]
    attrs: dict[Any, Any]
    constants: dict[str, Any]
    _asked: dict[str, Joint] = field(default_factory=dict)

    @classmethod
    def of(cls, labelled: Labelled) -> Scaffold:
        """Return that of labelled data, without its outputs."""
        parts = labelled.parts
        axes = {dim: _axis(dim, size, parts.coords.get(dim)) for dim, size in parts.sizes.items()}
        others = {name: labelled.data.coords[name] for name in parts.coords if name not in axes}
        return cls(labelled.args, axes, {}, others, dict(parts.attrs), dict(labelled.constants))

    def dims(self, new: Labelled, name: str) -> tuple[str, ...]:
        """Return the dimensions of an output in the order of the grid."""
        column = self.columns.get(name)
        own = tuple(map(str, new.parts.outputs[name].dims)) if column is None else column.dims
        return (*(arg for arg in self.args if arg in own), *(dim for dim in own if dim not in self.args))

    def joints(self, new: Labelled) -> dict[str, Joint]:
        """Say for each dimension of new data where its entries belong; raise what keeps it from going together.

        Raises `MergeError` for dimensions and constants, `SpaceError` for labels. Those of the same array of labels are
        worked out once, until `forget` is called.
        """
        self._check_dims(new)
        parts, sizes = new.parts, new.parts.sizes
        for dim, size in sizes.items():
            labels = parts.coords[dim].values if dim in parts.coords else None
            if labels is None or dim not in self._asked or self._asked[dim].given is not labels:
                axis = self.axes.get(dim) or Axis(dim, 0, None, {})
                self._asked[dim] = axis.joint(size, labels)
        self._check_constants(new)
        return {dim: self._asked[dim] for dim in sizes}

    def forget(self) -> None:
        """Forget where the labels that came last belong: the axes are about to change, or are somebody else's."""
        self._asked.clear()

    def keeps(self, new: Labelled, joints: Mapping[str, Joint]) -> bool:
        """Say whether new data has no dimension, coordinate, output, attribute or constant that is not there."""
        parts = new.parts
        return (
            not self.others
            and joints.keys() <= self.axes.keys()
            and all(name in self.axes and holds(self.axes[name].attrs, one.attrs) for name, one in parts.coords.items())
            and all(
                name in self.columns and holds(self.columns[name].attrs, one.attrs)
                for name, one in parts.outputs.items()
            )
            and holds(self.attrs, parts.attrs)
            and holds(self.constants, parts.constants)
        )

    def is_known(self, joints: Mapping[str, Joint]) -> bool:
        """Say whether all entries of new data are there."""
        return all(dim in self.axes and joint.is_known for dim, joint in joints.items())

    def is_continued(self, joints: Mapping[str, Joint]) -> bool:
        """Say whether nothing is new in the axes but labels behind the last of the first argument."""
        first = self.args[:1]
        known = all((dim in self.axes and joint.is_known) or (dim,) == first for dim, joint in joints.items())
        return known and all(joint.moved is None for joint in joints.values())

    def grow(self, new: Labelled, joints: Mapping[str, Joint]) -> None:
        """Take the axes, coordinates and attributes of new data in; the outputs grow, empty where they are new."""
        self.others = self._grown_others(new, joints)
        sizes = {dim: (joint.size, joint.moved) for dim, joint in joints.items()}
        inner = {dim for dim, joint in joints.items() if dim in self.axes and joint.size > self.axes[dim].size}
        for column in self.columns.values():
            if inner & set(column.dims) - set(self.args):
                column.part()
            shape = [sizes.get(dim, (size, None)) for dim, size in zip(column.dims, column.shape, strict=True)]
            column.grow([size for size, _ in shape], [moved for _, moved in shape])
        for dim, joint in joints.items():
            axis = self.axes.setdefault(dim, Axis(dim, 0, None, {}))
            axis.take(joint, new.parts.coords[dim].attrs if dim in new.parts.coords else None)
        self.attrs.update(new.parts.attrs)
        self.constants.update(new.constants)

    def _check_dims(self, new: Labelled) -> None:
        if set(self.args) != set(new.args):
            raise MergeError(unlike(self.args, new.args, (self.constants, new.constants)))
        for name, output in new.parts.outputs.items():
            column = self.columns.get(name)
            if column is not None and set(column.dims) != set(output.dims):
                told = f"{name!r} has the dimensions {output.dims}, and {column.dims} in the stored data"
                raise MergeError(f"{told}; give it these (var_dims), or use another data_name")

    def _check_constants(self, new: Labelled) -> None:
        for name in differing(self.constants, new.constants):
            before, now = shown(self.constants[name]), shown(new.constants[name])
            msg = (
                f"{name}={now}, and the stored data was made with {name}={before}; make it a dimension first: "
                f"expand_dims({name!r}, {before}), or use another data_name"
            )
            raise MergeError(msg)

    def _grown_others(self, new: Labelled, joints: Mapping[str, Joint]) -> dict[str, xr.DataArray]:
        """Return the coordinates of both sides that are no dimension, over the axes to come: xarray aligns them."""
        added = {name: new.data.coords[name] for name in new.parts.coords if name not in joints}
        if not added and not self.others:
            return {}
        axes = {
            **{dim: axis.labels for dim, axis in self.axes.items()},
            **{d: one.labels for d, one in joints.items()},
        }
        united = xr.Dataset(coords={dim: labels for dim, labels in axes.items() if labels is not None})
        found = {}
        for name in dict.fromkeys((*added, *self.others)):
            sides = [side[name] for side in (self.others, added) if name in side]
            known = sides[0].combine_first(sides[-1]) if len(sides) > 1 else sides[0]
            found[name] = known.reindex_like(united)
        return found


def _axis(dim: str, size: int, labels: xr.Variable | None) -> Axis:
    return Axis(dim, size, None, {}) if labels is None else Axis(dim, size, labels.values, labels.attrs)
