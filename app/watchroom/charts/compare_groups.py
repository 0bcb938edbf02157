"""Groups of runs beside each other: the mean of a metric with its 95 % interval, and each run as a faint dot."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

import plotly.graph_objects as go

from watchroom.charts.style import GRID_COLOUR, LINE_COLOUR, MARK_COLOUR, OTHER_COLOUR, Chart, figure, name
from watchroom.charts.words import short
from watchroom.domain.seed_groups import Group

ROW = 30
"""Pixels for a group: room for its label and a finger."""

_LABEL = 28
_HOVER, _MOST_LINES = 70, 8
_LEAST_HEIGHT = 120
"""Below it Plotly leaves the axis out."""
_AIR = 0.06
_TOLD = 8
"""Groups that the sentence names."""


@dataclass(frozen=True)
class Named:
    """A group with what it is called in few words, and in full (the same where that is empty)."""

    group: Group
    label: str
    full: str = ""


def groups(found: Sequence[Named], metric: str, better: str) -> Chart:
    """A row for each group, in the order given: its mean as a dot, the interval as a line, its runs as faint dots.

    `better` says which way is better, for the sentence. Groups without a value are left out.
    """
    shown = [one for one in found if one.group.numbers]
    chart = figure(_runs(shown), _means(shown), height=max(ROW * len(shown) + 46, _LEAST_HEIGHT))
    chart.update_layout(hovermode="closest", margin={"r": 44})
    labels = [f"<b>{one.group.letter}</b> {_cut(one.label)}" for one in shown]
    chart.update_yaxes(
        tickmode="array", tickvals=list(range(len(shown))), ticktext=labels, range=[len(shown) - 0.4, -0.6],
        showgrid=False, nticks=None,
    )  # fmt: skip
    chart.update_xaxes(showgrid=True, gridcolor=GRID_COLOUR, nticks=4, tickangle=0, range=_reach(shown))
    for place, one in enumerate(shown):
        chart.add_annotation(
            x=1, xref="paper", y=place, xanchor="left", xshift=6, showarrow=False, text=f"n {len(one.group.numbers)}",
            font={"size": 11, "color": OTHER_COLOUR},
        )  # fmt: skip
    return Chart(chart, _words(shown, metric, better))


def _runs(shown: Sequence[Named]) -> go.Scatter:
    points = [(number, place) for place, one in enumerate(shown) for number in one.group.numbers]
    return go.Scatter(
        x=[number for number, _ in points], y=[place for _, place in points], mode="markers", hoverinfo="skip",
        marker={"size": 7, "color": OTHER_COLOUR, "opacity": 0.45},
    )  # fmt: skip


def _means(shown: Sequence[Named]) -> go.Scatter:
    spreads = [one.group.spread for one in shown]
    colours = [MARK_COLOUR if place == 0 else LINE_COLOUR for place in range(len(shown))]
    return go.Scatter(
        x=[spread.mean for spread in spreads], y=list(range(len(shown))), mode="markers",
        marker={"size": 11, "color": colours},
        error_x={"type": "data", "symmetric": False, "thickness": 2, "width": 5, "color": OTHER_COLOUR,
                 "array": [_length(spread.high - spread.mean) for spread in spreads],
                 "arrayminus": [_length(spread.mean - spread.low) for spread in spreads]},
        text=[_hover(one) for one in shown], hovertemplate="%{text}<extra></extra>",
    )  # fmt: skip


def _length(length: float) -> float:
    return length if math.isfinite(length) else 0.0


def _hover(one: Named) -> str:
    spread = one.group.spread
    told = f"<b>{one.group.letter}</b> {_lines(one.full or one.label)}<br>mean {short(spread.mean)} of {spread.n}"
    if math.isfinite(spread.low):
        told += (
            f"<br>95 % interval {short(spread.low)} to {short(spread.high)}<br>standard deviation {short(spread.sd)}"
        )
    return told


def _lines(text: str) -> str:
    """A long name on several lines: a hover is no wider than the chart."""
    lines = wrap(text, _HOVER, break_on_hyphens=False)
    return "<br>".join(name(line) for line in [*lines[:_MOST_LINES], *["…"] * (len(lines) > _MOST_LINES)])


def _cut(label: str) -> str:
    return name(label if len(label) <= _LABEL else f"{label[: _LABEL - 1]}…")


def _reach(shown: Sequence[Named]) -> list[float] | None:
    """All runs and means, and the intervals of three runs or more: those of two would leave nothing to see."""
    values = [number for one in shown for number in one.group.numbers]
    for one in shown:
        if one.group.spread.n > 2:
            values += [one.group.spread.low, one.group.spread.high]
    if not values:
        return None
    low, high = min(values), max(values)
    air = (high - low) * _AIR or abs(high) * _AIR or 1.0
    return [low - air, high + air]


def _words(shown: Sequence[Named], metric: str, better: str) -> str:
    parts = [
        f"{one.group.letter} ({one.label}) {short(one.group.spread.mean)}"
        + (f", {short(one.group.spread.low)} to {short(one.group.spread.high)}" if one.group.spread.n > 1 else "")
        + f", of {one.group.spread.n}"
        for one in shown[:_TOLD]
    ]
    more = f"; and {len(shown) - _TOLD} more groups" if len(shown) > _TOLD else ""
    return (
        f"Mean {metric} by group with its 95 % interval, the best first ({better}): {'; '.join(parts) or 'none'}{more}."
    )
