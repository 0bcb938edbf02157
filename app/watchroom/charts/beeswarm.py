"""The beeswarm: each explained row as a point in each input's line, at how far the input moved that row's output."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from watchroom.charts.explanations import cut, rows
from watchroom.charts.style import LINE_COLOUR, MARK_COLOUR, OTHER_COLOUR, Chart, figure, name
from watchroom.charts.words import short, signed
from watchroom.domain.direction import rank_in

SVG_POINTS = 2_000
"""Up to so many points the browser draws shapes of their own, which stay sharp; beyond, one picture."""

POINTS = 6_000
"""So many points a browser draws and moves smoothly; more hide each other anyway."""

LOW_HIGH = [[0.0, LINE_COLOUR], [0.5, "#9A8FA8"], [1.0, MARK_COLOUR]]
"""From the least value of an input to the greatest; both ends are apart for the colour-blind."""

CATEGORY_COLOUR = "#2A9D8F"
MISSING_COLOUR = OTHER_COLOUR

ROW = 34
_BINS = 60
_SPREAD = 0.38


def beeswarm(found: pd.DataFrame, order: Sequence[str], unit: str) -> Chart:
    """Inputs from the top in `order`; a point's colour is its value's rank within the input, grey where it is missing.

    `found` has feature, row, value, text, shap; categories have one colour, and their name in the hover. A point's
    `customdata` is its input. It draws all that it is given: `POINTS` is for the caller to keep.
    """
    kind = go.Scatter if len(found) <= SVG_POINTS else go.Scattergl
    parts = [_placed(found[found["feature"] == feature], place, unit) for place, feature in enumerate(order)]
    placed = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    chart = figure(height=ROW * len(order) + 60)
    for group, marker in _MARKERS.items():
        some = placed[placed["group"] == group] if len(placed) else placed
        if len(some):
            drawn = {**marker, "color": some["rank"]} if group == "number" else marker
            chart.add_trace(
                kind(x=some["shap"], y=some["y"], mode="markers", name=group, marker=drawn, customdata=some["feature"],
                     text=some["hover"], hovertemplate="%{text}<extra></extra>",
                     unselected={"marker": {"opacity": 0.75}})
            )  # fmt: skip
    chart.add_vline(x=0, line={"color": OTHER_COLOUR, "width": 1})
    chart.update_layout(hovermode="closest", margin={"b": 34})
    chart.update_xaxes(title={"text": f"moves the output, {name(unit)}", "font": {"size": 12}}, nticks=7)
    rows(chart, [cut(feature) for feature in order])
    return Chart(chart, _words(found, order, unit))


_POINT: dict[str, Any] = {"size": 5, "opacity": 0.75, "line": {"width": 0}}
_MARKERS: dict[str, dict[str, Any]] = {
    "missing": {**_POINT, "color": MISSING_COLOUR},
    "category": {**_POINT, "color": CATEGORY_COLOUR},
    "number": {**_POINT, "colorscale": LOW_HIGH, "cmin": 0, "cmax": 1, "showscale": False},
}


def _placed(some: pd.DataFrame, place: int, unit: str) -> pd.DataFrame:
    """The points of one input: where they stand, their colour's place and what is said of them."""
    values, texts = some["value"].to_numpy(np.float64), some["text"]
    group = np.where(texts.notna(), "category", np.where(np.isnan(values), "missing", "number"))
    told = [text if isinstance(text, str) else short(value) for text, value in zip(texts, values, strict=True)]
    hover = [
        f"{name(feature)}: {name('missing' if value == '–' else value)}<br>{signed(shap)} {name(unit)}"
        for feature, value, shap in zip(some["feature"], told, some["shap"], strict=True)
    ]
    shap = some["shap"].to_numpy(np.float64)
    return pd.DataFrame(
        {"feature": some["feature"], "shap": shap, "y": place + swarm(shap), "rank": rank_in(values), "group": group,
         "hover": hover}
    )  # fmt: skip


def swarm(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far from its line each point stands, so that equal values lie beside each other: at most `_SPREAD`."""
    if not len(values):
        return np.zeros(0)
    span = np.ptp(values)
    places = np.zeros(len(values), int) if span == 0 else ((values - values.min()) / span * (_BINS - 1)).astype(int)
    order = np.argsort(places, kind="stable")
    starts = np.searchsorted(places[order], places[order])
    nth = np.empty(len(values), int)
    nth[order] = np.arange(len(values)) - starts
    most = max(np.bincount(places).max() / 2, 4.0)
    offsets: NDArray[np.float64] = (nth + 1) // 2 * np.where(nth % 2, 1, -1) / most * _SPREAD
    return offsets


def _words(found: pd.DataFrame, order: Sequence[str], unit: str) -> str:
    spread = {str(feature): some for feature, some in found.groupby("feature")["shap"]}
    named = ", ".join(
        f"{feature} {signed(spread[feature].min())} to {signed(spread[feature].max())}"
        for feature in order[:4]
        if feature in spread
    )
    return f"How far each of {len(order)} inputs moves the output of single rows, in {unit}: {named or 'no rows'}."
