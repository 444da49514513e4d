"""The still picture tells what the figure tells, or there is none."""

from __future__ import annotations

import base64
import struct
from typing import Any
from xml.etree import ElementTree as ET

import holoviews as hv
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from xyzpy_widgets.views.picture import picture
from xyzpy_widgets.views.plots import plot
from xyzpy_widgets.views.ticks import linear_ticks, log_ticks, time_ticks

SVG = "{http://www.w3.org/2000/svg}"


def drawn(what: Any) -> ET.Element:
    """The picture of what holoviews draws, as a tree."""
    svg = picture(hv.render(what, backend="bokeh"))
    assert svg is not None
    return ET.fromstring(svg)  # noqa: S314 - made by us a line above


def texts(root: ET.Element) -> list[str]:
    """All texts of a picture."""
    return [found.text or "" for found in root.iter(f"{SVG}text")]


def test_points_lie_where_their_values_are() -> None:
    """Greater is further right and higher up, at a true distance."""
    table = pd.DataFrame({"x": [0.0, 1, 3], "y": [0.0, 2, 1]})
    circles = list(drawn(plot(table, x="x", y="y")).iter(f"{SVG}circle"))
    x, y = (np.array([float(circle.attrib[name]) for circle in circles]) for name in ("cx", "cy"))
    np.testing.assert_allclose((x[2] - x[0]) / (x[1] - x[0]), 3, rtol=0.01)
    np.testing.assert_allclose((y[2] - y[0]) / (y[1] - y[0]), 0.5, rtol=0.01)
    assert y[1] < y[0]


def test_a_logarithmic_axis_is_one() -> None:
    """Powers of ten are equally far apart."""
    data = xr.DataArray([1.0, 1, 1], {"C": [1, 10, 100]}, ["C"], name="out")
    x = [float(circle.attrib["cx"]) for circle in drawn(plot(data)).iter(f"{SVG}circle")]
    np.testing.assert_allclose(x[1] - x[0], x[2] - x[1], atol=0.2)
    assert {"10⁰", "10¹", "10²"} <= set(texts(drawn(plot(data))))


def test_a_missing_cell_is_left_blank() -> None:
    """Three of four cells are drawn, each in the colour of its value."""
    data = xr.DataArray([[0.0, 1.0], [np.nan, 1.0]], dims=["a", "b"], name="z")
    fields = [found for found in drawn(plot(data, kind="heatmap")).iter(f"{SVG}svg") if "viewBox" not in found.attrib]
    colours = [rect.attrib["fill"].lower() for rect in fields[0].iter(f"{SVG}rect")]
    assert sorted(colours) == ["#440154", "#fde724", "#fde724"]


def test_a_hole_interrupts_a_line() -> None:
    """A line with a hole has two pieces."""
    data = xr.DataArray([1.0, 2, np.nan, 4, 5], dims=["t"], name="out")
    (line,) = [path for path in drawn(plot(data)).iter(f"{SVG}path") if path.get("stroke-width") == "2"]
    assert line.attrib["d"].count("M") == 2


def test_everything_written_is_there() -> None:
    """Titles, labels with units, groups, panels and bars are named, hostile ones as text."""
    data = xr.Dataset(
        {"out": (("k", "<b>"), np.eye(3)), "err": ("k", np.ones(3))}, {"k": ["p", "q", "r"], "<b>": [1, 2, 3]}
    )
    data["out"].attrs = {"long_name": "Current & more", "units": "mA"}
    assert {"Current & more [mA]", "<b>", "k", "p", "q", "r"} <= set(texts(drawn(plot(data, err="err"))))
    assert {"k = p", "k = q"} <= set(texts(drawn(hv.Layout(list(plot(data, col="k"))))))
    assert {"p", "q", "r"} <= set(texts(drawn(plot(data.isel({"<b>": 0})))))
    counted = pd.DataFrame({"group": ["p", "p", "q"], "out": [1.0, 2, 2]})
    assert {"group", "p", "q", "count"} <= set(texts(drawn(plot(counted, kind="hist", x="out", by="group"))))
    assert "count" in texts(drawn(plot(counted[:2], kind="hist", x="out", by="group")))
    nested = plot(data, kind="bar", x="k", by="<b>")
    assert {"p", "q", "r", "1", "2", "3"} <= set(texts(drawn(nested)))


def test_times_are_told_as_dates() -> None:
    """An axis of times has dates."""
    data = xr.DataArray(np.arange(30.0), {"t": pd.date_range("2020-01-01", periods=30)}, ["t"], name="out")
    assert any(text.startswith("2020-01-") for text in texts(drawn(plot(data))))


def test_many_marks_are_painted() -> None:
    """A large heatmap and many points make a picture of some kilobytes, with every pixel at its place."""
    data = xr.DataArray(np.add.outer(np.arange(80.0), np.zeros(90)), dims=["a", "b"], name="z")
    svg = picture(hv.render(plot(data, kind="heatmap"), backend="bokeh"))
    assert svg is not None
    assert len(svg) < 60_000
    (image,) = ET.fromstring(svg).iter(f"{SVG}image")  # noqa: S314 - made by us a line above
    png = base64.b64decode(image.attrib["href"].partition(",")[2])
    width, height = struct.unpack(">II", png[16:24])
    assert width == round(2 * float(image.attrib["width"]))
    assert height == round(2 * float(image.attrib["height"]))
    points = pd.DataFrame({"x": np.arange(5000.0), "y": np.arange(5000.0) % 7})
    assert len(picture(hv.render(plot(points), backend="bokeh")) or "") < 60_000


def test_there_is_no_picture_of_what_is_unknown() -> None:
    """A mark that cannot be drawn is never left out in silence."""
    data = xr.DataArray([1.0, 2, 3], dims=["t"], name="out")
    assert picture(hv.render(plot(data) * hv.Text(1, 2, "here"), backend="bokeh")) is None
    assert picture(hv.render(plot(data) * hv.Slope(2, 0), backend="bokeh")) is None
    assert picture(hv.render(hv.Table({"a": [1]}), backend="bokeh")) is None


@pytest.mark.parametrize(
    ("what", "place"),
    [
        (hv.VLine(20), "M{x:.1f} {height:.1f}V0.0"),
        (hv.HLine(2), "M0.0 {y:.1f}H{width:.1f}"),
        (hv.VLines([20]), "M{x:.1f} {height:.1f}V0.0"),
        (hv.HLines([2]), "M0.0 {y:.1f}H{width:.1f}"),
    ],
    ids=lambda what: type(what).__name__,
)
def test_a_line_across_lies_where_it_says(what: Any, place: str) -> None:
    """It goes through the point with the same value, from one end of the frame to the other."""
    data = xr.DataArray([1.0, 2, 3], {"t": [10, 20, 30]}, ["t"], name="out")
    field = next(one for one in drawn(plot(data) * what).iter(f"{SVG}svg") if "viewBox" not in one.attrib)
    point = list(field.iter(f"{SVG}circle"))[1].attrib
    frame = {"x": float(point["cx"]), "y": float(point["cy"])}
    frame |= {name: float(field.attrib[name]) for name in ("width", "height")}
    assert place.format(**frame) in [one.attrib["d"] for one in field.iter(f"{SVG}path")]


def test_a_band_reaches_across_the_frame() -> None:
    """A span between two values lies between their points."""
    data = xr.DataArray([1.0, 2, 3], {"t": [10, 20, 30]}, ["t"], name="out")
    field = next(one for one in drawn(plot(data) * hv.VSpan(10, 20)).iter(f"{SVG}svg") if "viewBox" not in one.attrib)
    first, second = (float(one.attrib["cx"]) for one in list(field.iter(f"{SVG}circle"))[:2])
    (band,) = field.iter(f"{SVG}rect")
    assert float(band.attrib["x"]) == pytest.approx(first, abs=0.1)
    assert float(band.attrib["width"]) == pytest.approx(second - first, abs=0.2)
    assert band.attrib["height"] == f"{float(field.attrib['height']):.1f}"


def test_a_dashed_line_is_dashed() -> None:
    """One among lines that are not."""
    data = xr.DataArray([1.0, 2, 3], {"t": [10, 20, 30]}, ["t"], name="out")
    dashed = plot(data) * hv.Curve([(10, 1), (30, 2)]).opts(line_dash=[4, 2])
    assert [line.get("stroke-dasharray") for line in drawn(dashed).iter(f"{SVG}path")].count("4 2") == 1


@given(st.floats(-1e9, 1e9), st.floats(1e-3, 1e9))
def test_ticks_are_round_and_within(low: float, span: float) -> None:
    """There are a few ticks inside of the axis, whose texts differ and tell their places."""
    high = low + span
    ticks = linear_ticks(low, high)
    assert 2 <= len(ticks) <= 7
    assert len({text for _, text in ticks}) == len(ticks)
    slack = span * 1e-3
    assert all(low - slack <= float(text) <= high + slack for _, text in ticks)


@pytest.mark.parametrize(("low", "high", "some"), [(0.01, 100, "10⁰"), (2.0, 9.0, "4"), (1e-12, 1e12, "10⁰")])
def test_ticks_of_a_logarithmic_axis(low: float, high: float, some: str) -> None:
    """Powers of ten, or round numbers where there are none."""
    ticks = log_ticks(low, high)
    assert some in {text for _, text in ticks}
    assert len(ticks) <= 10


@pytest.mark.parametrize("seconds", [3, 3600, 86400 * 3, 86400 * 90, 86400 * 3000, 86400 * 90_000])
def test_ticks_of_times(seconds: int) -> None:
    """From seconds to centuries there are a few times, inside of the axis."""
    ticks = time_ticks(0.0, seconds * 1000.0)
    assert 2 <= len(ticks) <= 12
    assert all(0 <= place <= seconds * 1000 for place, _ in ticks)


def test_a_colour_bar_of_one_value_tells_it() -> None:
    """Colours that all tell one number have that number beside them."""
    table = pd.DataFrame({"x": [1.0, 2], "y": [1.0, 2], "shade": [7.5e30, 7.5e30]})
    assert "7.5e+30" in texts(drawn(plot(table, x="x", y="y", color="shade")))
