"""Charts of a KPI over time: what it was against where it should be, and how versions did apart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from watchroom.charts.health import BAD_COLOUR, HALF, WATCH_COLOUR, middle
from watchroom.charts.line_ends import apart, last_of, name_the_ends
from watchroom.charts.style import LINE_COLOUR, MARK_COLOUR, MOST_DRAWN, OTHER_COLOUR, Chart, figure, name
from watchroom.charts.words import days, records, short

TARGET_COLOUR = "#2E8B57"
"""Of the target: at least 3 to 1 on the light and on the dark background. Its name stands on it."""

STATUS_COLOURS = {"off target": WATCH_COLOUR, "beyond limit": BAD_COLOUR}
"""Of the points that are not where they should be; all others are the line's own."""

VERSION_COLOURS = (LINE_COLOUR, MARK_COLOUR, "#8E6BBF", "#0E8A9E", OTHER_COLOUR)
"""One for each version drawn, the newest first."""

Aims = tuple[float | None, float | None]
"""The target and the limit; None for one that the file does not give."""

HEIGHT = 320
_PLOT = 260
_LABEL_GAP = 14
_LABEL_ROOM = 118
_MARKS_NAMED = 8
"""Changes of version that bear their number: with more, the numbers lie over each other."""

_MONTHS_NAMED = 15
"""With more months their names lie over each other on a telephone."""

_ZERO_FROM = 0.5
"""An axis starts at zero when the lowest value is less than this share of the highest: then zero is near anyway."""


def target_over_time(
    found: pd.DataFrame, kpi: str, unit: str, aims: Aims, changes: Sequence[tuple[date, int]]
) -> Chart:
    """A KPI in each period against its `aims`, the target and the limit, with the changes of version marked.

    `found` has period_start, period_end, value, status, n, decisions, running. Hollow points are not settled: the
    period runs, or fewer than half of its decisions have an outcome.
    """
    known = found.dropna(subset=["value"])
    chart = figure(_line(known, kpi, unit), height=HEIGHT)
    span = _span([*known["value"], *(aim for aim in aims if aim is not None)])
    chart.update_yaxes(range=list(span), autorange=False)
    _aims(chart, aims, span)
    _takeovers(chart, found, changes)
    _still_running(chart, known)
    _name_the_months(chart, found)
    chart.update_layout(margin={"r": _LABEL_ROOM, "t": 22}, hovermode="closest")
    return Chart(chart, _words(known, kpi, unit, aims))


def _line(known: pd.DataFrame, kpi: str, unit: str) -> Any:
    settled = ~known["running"] & (known["n"] >= HALF * known["decisions"])
    colours = [STATUS_COLOURS.get(status, LINE_COLOUR) for status in known["status"]]
    return go.Scatter(
        x=middle(known), y=known["value"], mode="lines+markers", name=name(kpi),
        text=[_hover(row, unit) for row in records(known)], hovertemplate="%{text}<extra></extra>",
        line={"color": LINE_COLOUR, "width": 2},
        marker={"size": 9, "color": colours, "line": {"color": colours, "width": 1.5},
                "symbol": ["circle" if one else "circle-open" for one in settled]},
    )  # fmt: skip


def _name_the_months(chart: go.Figure, found: pd.DataFrame) -> None:
    """Under each point its month, where they are few: Plotly names the first days of months, between two points."""
    if found.empty or len(found) > _MONTHS_NAMED or not (found["grain"] == "month").all():
        return
    starts = pd.to_datetime(found["period_start"])
    told = [
        f"{day:%b}<br>{day:%Y}" if place == 0 or day.month == 1 else f"{day:%b}" for place, day in enumerate(starts)
    ]
    chart.update_xaxes(tickmode="array", tickvals=list(middle(found)), ticktext=told)


def _hover(row: Any, unit: str) -> str:
    of = (
        f"{int(row.n):,} of {int(row.decisions):,} decisions" if row.n != row.decisions else f"{int(row.n):,} decisions"
    )
    state = "<br>not over yet" if row.running else ""
    return f"{days(row.period_start, row.period_end)}<br>{short(row.value)} {name(unit)}, {row.status}<br>{of}{state}"


def _span(values: Sequence[float]) -> tuple[float, float]:
    """What the axis must show with some air; from zero where zero is near."""
    known = [value for value in values if abs(value) <= MOST_DRAWN] or [0.0, 1.0]
    low, high = min(known), max(known)
    if 0 <= low < _ZERO_FROM * high:
        low = 0.0
    air = (high - low) * 0.1 or abs(high) * 0.1 or 1.0
    return (low if low == 0 else low - air), high + air


def _aims(chart: go.Figure, aims: Aims, span: tuple[float, float]) -> None:
    """Target and limit as lines across, each named at the right edge; names that lie close are moved apart."""
    told = zip(("target", "limit"), aims, (TARGET_COLOUR, BAD_COLOUR), ("solid", "dash"), strict=True)
    drawn = [(label, aim, colour, dash) for label, aim, colour, dash in told if aim is not None]
    scale = _PLOT / (span[1] - span[0])
    places = apart([(aim - span[0]) * scale for _, aim, _, _ in drawn], _LABEL_GAP, _PLOT)
    for (label, aim, colour, dash), place in zip(drawn, places, strict=True):
        chart.add_hline(y=aim, line={"color": colour, "width": 1.4, "dash": dash})
        chart.add_annotation(
            x=1, xref="paper", xanchor="left", xshift=4, y=span[0] + place / scale, yref="y", showarrow=False,
            text=f"{label} {short(aim)}", font={"size": 12, "color": colour},
        )  # fmt: skip


def _takeovers(chart: go.Figure, found: pd.DataFrame, changes: Sequence[tuple[date, int]]) -> None:
    """A dotted line where another version took over."""
    if found.empty:
        return
    first, last = pd.Timestamp(found["period_start"].min()), pd.Timestamp(found["period_end"].max())
    within = [(day, version) for day, version in changes if first <= pd.Timestamp(day) <= last]
    for place, (day, version) in enumerate(within):
        chart.add_vline(x=pd.Timestamp(day), line={"color": OTHER_COLOUR, "width": 1, "dash": "dot"})
        if place >= len(within) - _MARKS_NAMED:
            chart.add_annotation(
                x=pd.Timestamp(day), y=1, yref="paper", yanchor="bottom", showarrow=False, text=f"version {version}",
                font={"size": 11, "color": OTHER_COLOUR},
            )  # fmt: skip


def _still_running(chart: go.Figure, known: pd.DataFrame) -> None:
    """The period that is not over is called so at its point."""
    for row, x in zip(records(known), middle(known), strict=True):
        if row.running:
            chart.add_annotation(
                x=x, y=row.value, xanchor="left", xshift=8, yshift=8, showarrow=False, text="not over yet",
                font={"size": 11, "color": OTHER_COLOUR},
            )  # fmt: skip


def _words(known: pd.DataFrame, kpi: str, unit: str, aims: Aims) -> str:
    if known.empty:
        return f"{kpi}: no values."
    first, last = known.iloc[0], known.iloc[-1]
    on = int((known["status"] == "on target").sum())
    named = "".join(
        f" {label} {short(aim)}." for label, aim in zip(("Target", "Limit"), aims, strict=True) if aim is not None
    )
    unsettled = ", not over yet" if last["running"] else ""
    began, ended = (days(row["period_start"], row["period_end"]) for row in (first, last))
    return (
        f"{kpi} in {unit or 'its unit'}: from {short(first['value'])} ({began}) to {short(last['value'])} "
        f"({ended}{unsettled}); on target in {on} of {len(known)} periods.{named}"
    )


def versions_over_time(found: pd.DataFrame, kpi: str, unit: str, target: float | None) -> Chart:
    """The same KPI of each version's own decisions, a line each. `found` as `target_over_time`'s, with version."""
    known = found.dropna(subset=["value"])
    versions = sorted({int(version) for version in known["version"]}, reverse=True)[: len(VERSION_COLOURS)]
    chart = figure(height=HEIGHT)
    ends = []
    for version, colour in zip(versions, VERSION_COLOURS, strict=False):
        own = known[known["version"] == version]
        chart.add_trace(
            go.Scatter(
                x=middle(own), y=own["value"], mode="lines+markers", name=f"version {version}",
                text=[f"version {version}<br>{_hover(row, unit)}" for row in records(own)],
                hovertemplate="%{text}<extra></extra>", line={"color": colour, "width": 2}, marker={"size": 6},
            )
        )  # fmt: skip
        ends.append((f"version {version}", last_of(own["value"].to_numpy(dtype=float)), colour))
    shown = known[known["version"].isin(versions)]
    span = _span([*shown["value"], *([] if target is None else [target])])
    chart.update_yaxes(range=list(span), autorange=False)
    if target is not None:
        chart.add_hline(y=target, line={"color": TARGET_COLOUR, "width": 1.4})
        ends.append((f"target {short(target)}", target, TARGET_COLOUR))
    name_the_ends(chart, ends, span, HEIGHT, log=False)
    chart.update_layout(hovermode="closest")
    told = ", ".join(f"{label} {short(value)}" for label, value, _ in ends)
    return Chart(chart, f"{kpi} by version, the last values: {told or 'none'}.")
