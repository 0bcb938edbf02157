"""The differences between two versions, metric by metric: what lies right of the line is better of the newer one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from watchroom.charts.health import BAD_COLOUR
from watchroom.charts.style import GRID_COLOUR, LINE_COLOUR, OTHER_COLOUR, Chart, figure, name
from watchroom.domain.paired_verdict import Verdict

ROW = 44
"""Pixels for a metric: its name and its two values below each other."""

_LOOKS = {"better": (LINE_COLOUR, "circle"), "worse": (BAD_COLOUR, "diamond"), "alike": (OTHER_COLOUR, "circle-open")}
_SAID = {"better": "better", "worse": "worse", "alike": "cannot be told apart"}


@dataclass(frozen=True)
class Difference:
    """A metric of two versions: what it is called, its values and its difference in words, and how they lie.

    `difference`, `low` and `high` are such that more is better, whatever the metric's own direction.
    """

    title: str
    values: str
    told: str
    difference: float
    low: float
    high: float
    verdict: Verdict


def forest(found: Sequence[Difference], older: str, newer: str) -> Chart:
    """A dot with its 95 % interval for each metric, the first on top; each on a scale of its own, which ends at ±1.

    Metrics have units that do not compare: what compares is on which side of the line an interval lies.
    """
    rows = list(found)[::-1]  # Plotly draws upwards
    chart = figure(*[_row(place, one) for place, one in enumerate(rows)], height=len(rows) * ROW + 56)
    chart.update_layout(hovermode="closest", margin={"t": 30, "r": 14})
    chart.update_yaxes(
        tickvals=list(range(len(rows))), ticktext=[_label(one) for one in rows], range=[-0.6, len(rows) - 0.4],
        showgrid=True, gridcolor=GRID_COLOUR, nticks=None,
    )  # fmt: skip
    chart.update_xaxes(range=[-1.12, 1.12], showticklabels=False, showgrid=False)
    chart.add_vline(x=0, line={"color": OTHER_COLOUR, "width": 1.5})
    for side, words in ((-1, f"← {name(older)} better"), (1, f"{name(newer)} better →")):
        chart.add_annotation(
            x=0.02 if side > 0 else -0.02, y=1, yref="paper", yanchor="bottom", yshift=4, showarrow=False, text=words,
            xanchor="left" if side > 0 else "right", font={"size": 12, "color": OTHER_COLOUR},
        )  # fmt: skip
    return Chart(chart, _words(found, older, newer))


def _row(place: int, one: Difference) -> go.Scatter:
    colour, symbol = _LOOKS[one.verdict]
    scale = max(abs(one.low), abs(one.high), abs(one.difference)) or 1.0
    return go.Scatter(
        x=[one.difference / scale], y=[place], mode="markers", showlegend=False,
        marker={"size": 12, "color": colour, "symbol": symbol, "line": {"width": 2, "color": colour}},
        error_x={"type": "data", "symmetric": False, "thickness": 2, "width": 5, "color": colour,
                 "array": [max(one.high - one.difference, 0) / scale],
                 "arrayminus": [max(one.difference - one.low, 0) / scale]},
        hovertemplate=f"{name(one.title)}: {name(one.values)}<br>{name(one.told)}<extra></extra>",
    )  # fmt: skip


def _label(one: Difference) -> str:
    return f"<b>{name(one.title)}</b><br>{name(one.values)}"


def _words(found: Sequence[Difference], older: str, newer: str) -> str:
    parts = [f"{one.title} {one.values}, {one.told}: {_SAID.get(one.verdict, '')}" for one in found]
    return f"{newer} against {older}, each metric with the 95 % interval of its difference: {'; '.join(parts)}."
