"""Dependence: what an input's value adds to the output, row by row, coloured by another input.

Numbers lie along an axis with missing values at its side; categories stand beside each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from watchroom.charts.beeswarm import CATEGORY_COLOUR, LOW_HIGH, MISSING_COLOUR, SVG_POINTS, swarm
from watchroom.charts.explanations import cut
from watchroom.charts.health import BAD_COLOUR
from watchroom.charts.style import LINE_COLOUR, MARK_COLOUR, OTHER_COLOUR, Chart, figure, name
from watchroom.charts.words import short, signed
from watchroom.domain.direction import rank_in

Floats = NDArray[np.float64]

CATEGORIES_SHOWN = 12
"""Categories beside each other that can still be read; the rest stand together as others."""

GROUP_COLOURS = (LINE_COLOUR, MARK_COLOUR, CATEGORY_COLOUR)
"""Of the most frequent categories that points are coloured by; others are grey."""

OTHERS = "others"
MISSING = "missing"
HEIGHT = 380

_GROUPS = 20
_LEAST_IN_GROUP = 5
_TAIL = 0.005
_FAR = 4.0
_LONG_TAIL = 20
"""A greatest value of so many times the median presses all others together on a plain scale."""
_EDGE = 0.06
"""How far beyond the last finite value an infinite one stands, as a part of the axis."""

_LINE_COLOUR = BAD_COLOUR


@dataclass(frozen=True)
class Coloured:
    """What points are coloured by: a number or a category of the same rows, in their order."""

    name: str
    values: Floats
    texts: Sequence[str | None] | None = None


def dependence(found: pd.DataFrame, feature: str, unit: str, by: Coloured | None = None) -> Chart:
    """A point for each row of `found` (row, value, text, shap, and prediction_id in `customdata`)."""
    is_category = found["text"].notna().any() or _few(found["value"])
    place, axis = _categories(found) if is_category else _numbers(found)
    hover = _hover(found, feature, unit, by)
    kind = go.Scatter if len(found) <= SVG_POINTS else go.Scattergl
    chart = figure(height=HEIGHT)
    for label, mask, marker in _colours(found, place, by):
        chart.add_trace(
            kind(x=place[mask], y=found["shap"][mask], mode="markers", name=name(label), marker=marker,
                 text=[hover[i] for i in np.flatnonzero(mask)], hovertemplate="%{text}<extra></extra>",
                 customdata=found["prediction_id"][mask] if "prediction_id" in found else None,
                 unselected={"marker": {"opacity": 0.6}})
        )  # fmt: skip
    chart.add_trace(kind(**axis.line))  # of the points' kind, else it would lie under them
    chart.add_hline(y=0, line={"color": OTHER_COLOUR, "width": 1})
    chart.update_layout(hovermode="closest", margin={"b": 34, "l": 44})
    chart.update_xaxes(title={"text": cut(feature, 60), "font": {"size": 12}}, **axis.layout)
    chart.update_yaxes(title={"text": f"moves the output, {name(unit)}", "font": {"size": 12}})
    for note in axis.notes:
        chart.add_annotation(**note)
    return Chart(chart, _words(found, feature, unit, axis))


@dataclass(frozen=True)
class _Axis:
    """How the input's axis is drawn, the line of means over it, and what the alternative text says of it."""

    layout: dict[str, Any]
    line: dict[str, Any]
    told: str
    notes: tuple[dict[str, Any], ...] = ()


def _few(values: pd.Series[Any]) -> bool:
    """Whether a number is a flag: its values stand beside each other then, as categories do."""
    known = values.dropna()
    return bool(len(known)) and set(known.unique()) <= {0.0, 1.0}


def _numbers(found: pd.DataFrame) -> tuple[Floats, _Axis]:
    shap = found["shap"].to_numpy(np.float64)
    values, log = _scaled(found["value"].to_numpy(np.float64))
    known, finite = ~np.isnan(values), np.isfinite(values)
    low, high, beyond = _range(values[finite])
    width = (high - low) or 1.0
    bottom, top = (end if (values == far).any() else near for far, end, near in (
        (-np.inf, low - _EDGE * width, low), (np.inf, high + _EDGE * width, high)))  # fmt: skip
    side = bottom - 0.09 * width
    place = np.where(known, np.where(finite, values, np.where(values > 0, top, bottom)),
                     side + 0.02 * width * swarm(shap) / 0.4)  # fmt: skip
    left = side - 0.05 * width if not known.all() else bottom - 0.03 * width
    x, y = _means(values[finite], shap[finite])
    x, drawn = (np.power(10.0, x), np.power(10.0, place)) if log else (x, place)
    layout = {"range": [left, top + 0.03 * width], "nticks": 8, "type": "log" if log else "linear"}
    told = f"the mean goes from {signed(y[0])} at {short(x[0])} to {signed(y[-1])} at {short(x[-1])}" if len(x) else ""
    return drawn, _Axis(
        layout,
        _line(x, y),
        told,
        tuple(_notes(None if known.all() else side, beyond, int((known & ~finite).sum()), log)),
    )


def _scaled(values: Floats) -> tuple[Floats, bool]:
    """The values, or their logarithms to base 10 where most lie close to zero and a few far from it; and which."""
    known = values[~np.isnan(values)]
    finite = known[np.isfinite(known)]
    if not len(finite) or known.min() <= 0 or finite.max() < _LONG_TAIL * np.median(finite):
        return values, False
    return np.log10(values), True


def _notes(side: float | None, beyond: int, infinite: int, log: bool) -> list[dict[str, Any]]:
    """What stands on the picture: where missing values are (None for nowhere), and what it leaves out."""
    quiet: dict[str, Any] = {"showarrow": False, "font": {"size": 11, "color": OTHER_COLOUR}}
    told = [
        *(["logarithmic scale"] if log else []),
        *([f"{beyond:,} points lie beyond the picture"] if beyond else []),
        *([f"{infinite:,} infinite, at the edge"] if infinite else []),
    ]
    notes = []
    if side is not None:
        notes.append({"x": side, "y": 0, "yref": "paper", "yanchor": "top", "text": MISSING, "yshift": -2, **quiet})
    if told:
        text = ", ".join(told)
        notes.append({"x": 1, "xref": "paper", "y": 1, "yref": "paper", "xanchor": "right", "text": text, **quiet})
    return notes


def _range(values: Floats) -> tuple[float, float, int]:
    """The values that the axis shows, and how many lie beyond: a few far away would press all others together."""
    if not len(values):
        return 0.0, 1.0, 0
    low, high = float(values.min()), float(values.max())
    inner = np.quantile(values, [_TAIL, 1 - _TAIL])
    if high - low > _FAR * (inner[1] - inner[0]) > 0:
        low, high = float(inner[0]), float(inner[1])
    return low, high, int(((values < low) | (values > high)).sum())


def _means(values: Floats, shap: Floats) -> tuple[Floats, Floats]:
    """The mean SHAP value over groups of neighbouring values, each of about a twentieth of the rows."""
    if len(values) < 2 * _LEAST_IN_GROUP:
        return np.zeros(0), np.zeros(0)
    edges = np.unique(np.quantile(values, np.linspace(0, 1, _GROUPS + 1)))
    places = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, max(len(edges) - 2, 0))
    counts = np.bincount(places)
    some = counts >= _LEAST_IN_GROUP
    x, y = (np.bincount(places, weights=of)[some] / counts[some] for of in (values, shap))
    return x, y


def _line(x: Any, y: Any, mode: str = "lines") -> dict[str, Any]:
    return dict(
        x=x, y=y, mode=mode, name="mean", line={"color": _LINE_COLOUR, "width": 2},
        marker={"symbol": "line-ew", "size": 40, "line": {"width": 3, "color": _LINE_COLOUR}},
        hovertemplate="mean %{y:+.3g}<extra></extra>",
    )  # fmt: skip


def _categories(found: pd.DataFrame) -> tuple[Floats, _Axis]:
    shap = found["shap"].to_numpy(np.float64)
    labels = _labels(found)
    means = found["shap"].groupby(labels).mean().sort_values(ascending=False)
    order = [str(label) for label in means.index]
    at = {label: place for place, label in enumerate(order)}
    base: Floats = np.array([at[str(label)] for label in labels], dtype=np.float64)
    place = base.copy()
    for which in range(len(order)):
        mine = base == which
        place[mine] += swarm(shap[mine]) * 0.8
    layout = {"tickmode": "array", "tickvals": list(range(len(order))), "ticktext": [cut(label, 16) for label in order],
              "range": [-0.6, len(order) - 0.4]}  # fmt: skip
    told = ", ".join(f"{label} {signed(mean)}" for label, mean in zip(order, means, strict=True))
    return place, _Axis(layout, _line(list(range(len(order))), list(means), "markers"), f"means: {told}")


def _labels(found: pd.DataFrame) -> pd.Series[Any]:
    """The category that each row stands with: its own, `others` for the rare ones, `missing`."""
    numbers = [MISSING if np.isnan(value) else f"{value:g}" for value in found["value"]]
    texts = found["text"].where(found["text"].notna(), pd.Series(numbers, index=found.index))
    shown = [label for label in texts.value_counts().index if label != MISSING][:CATEGORIES_SHOWN]
    return texts.where(texts.isin([*shown, MISSING]), OTHERS)


def _colours(found: pd.DataFrame, place: Floats, by: Coloured | None) -> list[tuple[str, NDArray[np.bool_], Any]]:
    """The points in groups of one look: label, which, marker."""
    point: dict[str, Any] = {"size": 6, "opacity": 0.6, "line": {"width": 0}}
    every = np.ones(len(found), bool)
    if by is None:
        return [("rows", every, {**point, "color": LINE_COLOUR})]
    if by.texts is None:
        known = ~np.isnan(by.values)
        scaled = {**point, "color": rank_in(by.values)[known], "colorscale": LOW_HIGH, "cmin": 0, "cmax": 1,
                  "showscale": False}  # fmt: skip
        return [(MISSING, ~known, {**point, "color": MISSING_COLOUR}), (by.name, known, scaled)]
    told = np.array([MISSING if text is None else text for text in by.texts], dtype=object)
    shown = colour_groups(by.texts)
    groups = [(label, told == label, {**point, "color": colour}) for label, colour in shown.items()]
    rest = ~np.isin(told, list(shown))
    return [(OTHERS, rest, {**point, "color": MISSING_COLOUR}), *groups]


def colour_groups(texts: Sequence[str | None]) -> dict[str, str]:
    """The most frequent categories with their colours; what is not in it, and what is missing, is grey."""
    counts = pd.Series([text for text in texts if text is not None], dtype=object).value_counts(sort=True)
    order = sorted(counts.index, key=lambda text: (-counts[text], text))
    return dict(zip(order, GROUP_COLOURS, strict=False))


def _hover(found: pd.DataFrame, feature: str, unit: str, by: Coloured | None) -> list[str]:
    own = [_told(text, value) for text, value in zip(found["text"], found["value"], strict=True)]
    other = [""] * len(found)
    if by is not None:
        texts = by.texts if by.texts is not None else [None] * len(found)
        other = [f"<br>{name(by.name)}: {_told(*pair)}" for pair in zip(texts, by.values, strict=True)]
    return [
        f"{name(feature)}: {value}<br>{signed(shap)} {name(unit)}{more}"
        for value, shap, more in zip(own, found["shap"], other, strict=True)
    ]


def _told(text: object, value: float) -> str:
    return name(text) if isinstance(text, str) else MISSING if np.isnan(value) else short(value)


def _words(found: pd.DataFrame, feature: str, unit: str, axis: _Axis) -> str:
    if found.empty:
        return f"What {feature} adds to the output: no rows."
    span = f"{signed(found['shap'].min())} to {signed(found['shap'].max())}"
    return f"What {feature} adds to the output of {len(found):,} rows, {unit}: {span}; {axis.told or 'too few rows'}."
