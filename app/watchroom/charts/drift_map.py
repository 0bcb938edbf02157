"""The map of drift: features by period, a cell for each in the colour of its light, with its value where it is beyond.

The cells are bars: those can be clicked, which a heat map's cannot.
"""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from watchroom.charts.style import Chart, figure, name
from watchroom.charts.words import days, records, short
from watchroom.domain.lights import BEYOND

CELL_COLOURS = {
    "stable": "rgba(76,130,214,0.22)",
    "watch": "#E3A33B",
    "drifted": "#B3341F",
    "no data": "rgba(138,148,166,0.10)",
}
"""Pale, yellow, dark red: they differ in lightness too, so they hold for the colour-blind and in print."""

_TEXT_COLOURS = {"watch": "#1B1200", "drifted": "#FFFFFF"}

ROW_HEIGHT = 24
_VALUE_FITS = 30
"""With more columns than this a value does not fit its cell; its colour and the words on it say enough."""


def drift_map(found: pd.DataFrame, order: list[str], chosen: str | None = None) -> Chart:
    """Features from the top in `order`, periods from left to right; a point's `customdata` is its feature.

    `found` has feature, period_start, period_end, value, status, n, method.
    """
    periods = found[["period_start", "period_end"]].drop_duplicates().sort_values("period_start")
    columns = {start: place for place, start in enumerate(periods["period_start"])}
    places = found["period_start"].map(columns)
    told = len(columns) <= _VALUE_FITS
    cells = go.Bar(
        orientation="h",
        base=places,
        x=[0.94] * len(found),
        y=[name(feature) for feature in found["feature"]],
        customdata=list(found["feature"]),
        marker={"color": [CELL_COLOURS.get(status, CELL_COLOURS["no data"]) for status in found["status"]],
                "line": {"width": 0}},
        text=[short(value) if told and status in _TEXT_COLOURS else "" for value, status in
              zip(found["value"], found["status"], strict=True)],
        textposition="inside", insidetextanchor="middle", textangle=0, constraintext="inside",
        textfont={"size": 10, "color": [_TEXT_COLOURS.get(status, "#888888") for status in found["status"]]},
        hovertext=_hover(found),
        hovertemplate="%{hovertext}<extra></extra>",
        unselected={"marker": {"opacity": 1}},
    )  # fmt: skip
    chart = figure(cells, height=ROW_HEIGHT * len(order) + 44)
    step = max(len(columns) // 6, 1)
    chart.update_layout(hovermode="closest", bargap=0.08, uniformtext={"mode": "hide", "minsize": 9})
    chart.update_xaxes(
        range=[0, max(len(columns), 1)],
        tickvals=[place + 0.47 for place in range(0, len(columns), step)],
        ticktext=[f"{start.day} {start:%b}" for start in pd.to_datetime(periods["period_start"])[::step]],
        tickangle=0,
    )
    labels = [name(feature) for feature in order]
    chart.update_yaxes(
        categoryorder="array", categoryarray=labels[::-1], showgrid=False, tickmode="array", tickvals=labels,
        ticktext=[f"<b>{_cut(label)}</b>" if feature == chosen else _cut(label) for feature, label in
                  zip(order, labels, strict=True)],
        range=[-0.5, len(order) - 0.5],
    )  # fmt: skip
    return Chart(chart, _words(found, order, len(columns)))


def _cut(label: str, limit: int = 22) -> str:
    return label if len(label) <= limit else label[: limit - 1] + "…"


def _hover(found: pd.DataFrame) -> list[str]:
    return [
        f"{name(row.feature)}<br>{days(row.period_start, row.period_end)}<br>{row.status}, {row.method} "
        f"{short(row.value)}<br>{int(row.n):,} decisions"
        for row in records(found)
    ]


def _words(found: pd.DataFrame, order: list[str], periods: int) -> str:
    beyond = found[found["status"].isin(BEYOND)]
    if beyond.empty:
        return f"Drift of {len(order)} features over {periods} periods: none is beyond its limit."
    some = [feature for feature in order if feature in set(beyond["feature"])]
    return (
        f"Drift of {len(order)} features over {periods} periods: {len(some)} were beyond a limit at some time, "
        f"the worst first: {', '.join(some[:5])}."
    )


def order_of(found: pd.DataFrame) -> list[str]:
    """The features, the worst first: by how bad their last period is, then how often and how far beyond they were."""
    ranks = {"no data": 0, "stable": 1, "watch": 2, "drifted": 3}
    table = found.assign(rank=found["status"].map(ranks).fillna(0), ratio=found["value"] / found["drifted"])
    last = table.sort_values("period_start").groupby("feature").last()
    beyond = table[table["rank"] >= 2].groupby("feature").size()
    keys = pd.DataFrame({"rank": last["rank"], "beyond": beyond, "ratio": last["ratio"]}).fillna(0).reset_index()
    ranked = keys.sort_values(["rank", "beyond", "ratio", "feature"], ascending=[False, False, False, True])
    return [str(feature) for feature in ranked["feature"]]
