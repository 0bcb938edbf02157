"""How two versions did month by month, by the metric that has a limit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from watchroom.charts.style import LINE_COLOUR, MARK_COLOUR, Chart, figure
from watchroom.charts.words import days, records, short

LABEL_ROOM = 84
MONTHS_NAMED = 5
"""The most months that are named below: so many stand beside each other on a telephone."""

LABEL_SHIFT = 8
"""Pixels that the name of an end is moved by where both end in the same month: half the height of a name."""


def months(found: pd.DataFrame, before: int, now: int) -> Chart:
    """A line for each version with its interval; `found` as `performance_by_month` gives it, of one metric."""
    chart = figure(height=240)
    for version, colour, dash in ((before, MARK_COLOUR, "dot"), (now, LINE_COLOUR, "solid")):
        rows = found[(found["version"] == version)].dropna(subset=["value"])
        if rows.empty:
            continue
        text = [
            f"version {version}, {days(row.period_start, row.period_end)}<br>{short(row.value)}{_interval(row)}<br>"
            f"{int(row.n_labelled):,} outcomes"
            for row in records(rows)
        ]
        bounded = rows[["low", "high"]].notna().all(axis=1)
        chart.add_trace(
            go.Scatter(
                x=rows["period_start"], y=rows["value"], mode="lines+markers", hovertext=text,
                hovertemplate="%{hovertext}<extra></extra>", line={"color": colour, "width": 2, "dash": dash},
                marker={"size": 7, "color": colour},
                error_y={"type": "data", "symmetric": False, "thickness": 1, "width": 3, "color": colour,
                         "array": (rows["high"] - rows["value"]).where(bounded, 0),
                         "arrayminus": (rows["value"] - rows["low"]).where(bounded, 0)},
            )
        )  # fmt: skip
    _name_the_ends(chart, found, ((before, MARK_COLOUR), (now, LINE_COLOUR)))
    chart.update_layout(hovermode="closest", margin={"r": LABEL_ROOM})
    step = math.ceil(_span(found) / MONTHS_NAMED)
    first = found["period_start"].min()
    chart.update_xaxes(type="date", dtick=f"M{step}", tick0=first, tickangle=0, tickformat="%b\n%Y")
    return Chart(chart, _said(found, before, now))


def _name_the_ends(chart: go.Figure, found: pd.DataFrame, sides: Sequence[tuple[int, str]]) -> None:
    """Each version's name at its last point; the one that ends higher stands higher, so that they never meet."""
    known = found.dropna(subset=["value"])
    ends = [(rows.iloc[-1], version, colour) for version, colour in sides
            if not (rows := known[known["version"] == version]).empty]  # fmt: skip
    ends.sort(key=lambda end: float(end[0]["value"]))
    together = len(ends) == 2 and ends[0][0]["period_start"] == ends[1][0]["period_start"]
    for place, (last, version, colour) in enumerate(ends):
        chart.add_annotation(
            x=last["period_start"], y=last["value"], text=f"version {version}", showarrow=False, xanchor="left",
            xshift=12, yshift=(2 * place - 1) * LABEL_SHIFT if together else 0, font={"size": 12, "color": colour},
        )  # fmt: skip


def _span(found: pd.DataFrame) -> int:
    """The months from the first to the last, both included."""
    first, last = found["period_start"].min(), found["period_start"].max()
    return int((last.year - first.year) * 12 + last.month - first.month + 1)


def _interval(row: Any) -> str:
    return "" if pd.isna(row.low) else f" ({short(row.low)} to {short(row.high)})"


def _said(found: pd.DataFrame, before: int, now: int) -> str:
    parts = []
    for version in (before, now):
        values = found[found["version"] == version].dropna(subset=["value"])
        told = ", ".join(f"{row.period_start:%b %Y} {short(row.value)}" for row in records(values))
        parts.append(f"version {version}: {told or 'no values'}")
    return f"{found['metric'].iloc[0]} by month. {'; '.join(parts)}."
