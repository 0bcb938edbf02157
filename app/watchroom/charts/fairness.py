"""Charts of groups beside each other: a dot with its interval for each group, and a line for each over the months."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from watchroom.charts.health import BAD_COLOUR, LABEL_HEIGHT, LABEL_ROOM, WATCH_COLOUR
from watchroom.charts.style import GRID_COLOUR, LINE_COLOUR, OTHER_COLOUR, Chart, figure, name
from watchroom.charts.words import records, short
from watchroom.domain.fairness import BEST, FOUR_FIFTHS, LINED, RATES

ROW = 30
"""Pixels for a group: a finger's width, and room for two lines of its label."""

GROUP_COLOURS = ("#4C82D6", "#D9720B", "#2A9D8F", "#A259C4", "#A3722A", "#C2477F")
"""Of the lines of groups: at least 3 to 1 on both themes, apart for the colour-blind; each line is named as well."""

MONTHS_NAMED = 8
"""Months with their name under the axis: what a telephone has room for."""

_LOOKS = {
    "above": (LINE_COLOUR, "circle"),
    "none": (LINE_COLOUR, "circle"),
    "unclear": (WATCH_COLOUR, "diamond-open"),
    "below": (BAD_COLOUR, "diamond"),
    "small": (OTHER_COLOUR, "circle-open"),
}
_SAID = {"above": "alike", "below": "below the line", "unclear": "may lie below the line", "small": "too few to judge"}
_NAME_LENGTH = 28


def groups(found: pd.DataFrame, metric: str, title: str) -> Chart:
    """Each group's value with its 95 % interval, the largest on top and small groups last; n stands beside each.

    `found` has group_value, value, low, high, n, ratio, best, status, of one column and one metric, whose name is
    `title`. The four-fifths line stands where a group's ratio to the best one would be 0.8, where the metric
    has the line.
    """
    known = found.dropna(subset=["value"])
    order = known.assign(last=known["status"] == "small").sort_values(["last", "value"], ascending=[True, False])
    rows = records(order)[::-1]  # Plotly draws upwards
    labels = [_label(row.group_value) for row in rows]
    chart = figure(_dots(rows, metric), height=len(rows) * ROW + 70)
    chart.update_layout(hovermode="closest", margin={"t": 26, "r": 96})
    chart.update_yaxes(
        tickvals=list(range(len(rows))), ticktext=labels, range=[-0.6, len(rows) - 0.4], showgrid=False, nticks=None
    )
    chart.update_xaxes(showgrid=True, gridcolor=GRID_COLOUR, tickformat=_format(metric, order), nticks=5, tickangle=0,
                       range=_reach(order, metric))  # fmt: skip
    for place, row in enumerate(rows):
        chart.add_annotation(
            x=1, xref="paper", y=place, xanchor="left", xshift=8, showarrow=False, text=f"n {int(row.n):,}",
            font={"size": 11, "color": OTHER_COLOUR},
        )  # fmt: skip
    _line(chart, order, metric)
    return Chart(chart, _groups_words(order, metric, title))


def _dots(rows: Sequence[Any], metric: str) -> go.Scatter:
    looks = [_LOOKS[row.status] for row in rows]
    text = [
        f"{name(group(row.group_value))}: {value_text(metric, row.value)}{_interval(metric, row)}<br>"
        f"{int(row.n):,} decisions{_against(row)}"
        for row in rows
    ]
    return go.Scatter(
        x=[row.value for row in rows], y=list(range(len(rows))), mode="markers", text=text,
        marker={"size": 11, "color": [look[0] for look in looks], "symbol": [look[1] for look in looks],
                "line": {"width": 2, "color": [look[0] for look in looks]}},
        error_x={"type": "data", "symmetric": False, "thickness": 1.5, "width": 4, "color": OTHER_COLOUR,
                 "array": [_above(row.high - row.value) for row in rows],
                 "arrayminus": [_above(row.value - row.low) for row in rows]},
        hovertemplate="%{text}<extra></extra>",
    )  # fmt: skip


def _above(length: Any) -> float:
    return 0.0 if pd.isna(length) else max(float(length), 0.0)


def _against(row: Any) -> str:
    ratio = "" if pd.isna(row.ratio) else f"{row.ratio:.2f} of {name(group(row.best))}"
    told = ", ".join(part for part in (ratio, _SAID.get(row.status, "")) if part)
    return f"<br>{told}" if told else ""


def _interval(metric: str, row: Any) -> str:
    if pd.isna(row.low) or pd.isna(row.high):
        return ""
    return f" ({value_text(metric, row.low)} to {value_text(metric, row.high)})"


def _reach(order: pd.DataFrame, metric: str) -> list[float]:
    """From 0, where a length is read; intervals of small groups may leave the picture."""
    sure = order[order["status"] != "small"] if (order["status"] != "small").any() else order
    values = [*sure["low"].dropna(), *sure["high"].dropna(), *order["value"]]
    if (line := line_at(order, metric)) is not None:
        values.append(line)
    low, high = min(0.0, *values), max(0.0, *values)
    air = (high - low) * 0.06 or 0.01
    return [low - (air if low < 0 else air / 3), high + air]


def line_at(order: pd.DataFrame, metric: str) -> float | None:
    """The value at which a group's ratio to the best one is four fifths; None where there is no best, or no line."""
    if metric not in LINED:
        return None
    best = order[(order["group_value"] == order["best"]) & (order["status"] != "small")]
    if best.empty:
        return None
    value = float(best["value"].iloc[0])
    return value * FOUR_FIFTHS


def _line(chart: go.Figure, order: pd.DataFrame, metric: str) -> None:
    at = line_at(order, metric)
    if at is None:
        if BEST[metric] is None:  # type: ignore[index]
            chart.add_vline(x=0, line={"color": OTHER_COLOUR, "width": 1.2, "dash": "dash"})
        return
    chart.add_vline(x=at, line={"color": BAD_COLOUR, "width": 1.2, "dash": "dash"})
    chart.add_annotation(
        x=at, y=1, yref="paper", yanchor="bottom", showarrow=False, font={"size": 11, "color": BAD_COLOUR},
        text="four-fifths line: below to the left", xanchor="center",
    )  # fmt: skip


def _groups_words(order: pd.DataFrame, metric: str, title: str) -> str:
    parts = [
        f"{group(row.group_value)} {value_text(metric, row.value)}{_interval(metric, row)} of {int(row.n):,}"
        f"{f', {_SAID[row.status]}' if row.status in _SAID else ''}"
        for row in records(order)[:12]
    ]
    more = f"; and {len(order) - 12} more groups" if len(order) > 12 else ""
    return f"{title} by group, with the 95 % interval: {'; '.join(parts) or 'no values'}{more}."


def months(found: pd.DataFrame, shown: Sequence[str], metric: str, title: str) -> Chart:
    """A line over the months for each of the groups in `shown`, the reference before the first month.

    `found` has group_value, period_start (missing for the reference), value, low, high, n, status. A month in which a
    group is too small to judge is drawn hollow.
    """
    known = found[found["group_value"].isin(shown)].dropna(subset=["value"])
    periods = sorted(known["period_start"].dropna().unique())
    ticks = [*(["reference"] if known["period_start"].isna().any() else []), *(_month(one) for one in periods)]
    chart = figure(height=320)
    for colour, one in zip(GROUP_COLOURS, shown, strict=False):
        for trace in _months_of(known[known["group_value"] == one], one, colour, metric):
            chart.add_trace(trace)
    chart.update_layout(hovermode="closest", margin={"r": LABEL_ROOM + 30})
    named = ticks[:: -(-len(ticks) // MONTHS_NAMED)]
    chart.update_xaxes(type="category", categoryorder="array", categoryarray=ticks, range=[-0.5, len(ticks) - 0.5],
                       tickvals=named, ticktext=[tick.replace(" ", "<br>") for tick in named], tickangle=0)  # fmt: skip
    span = _months_span(known, metric)
    chart.update_yaxes(tickformat=_format(metric, known), range=span)
    _name_lines(chart, known, shown, span)
    return Chart(chart, _months_words(known, shown, metric, title))


def _months_of(rows: pd.DataFrame, one: str, colour: str, metric: str) -> list[go.Scatter]:
    """The months joined by a line; the reference stands by itself."""
    return [
        _line_of(part, one, colour, metric)
        for part in (rows[rows["period_start"].isna()], rows[rows["period_start"].notna()].sort_values("period_start"))
        if len(part)
    ]


def _line_of(rows: pd.DataFrame, one: str, colour: str, metric: str) -> go.Scatter:
    told = records(rows)
    text = [
        f"{name(group(one))}, {_month(row.period_start)}: {value_text(metric, row.value)}{_interval(metric, row)}<br>"
        f"{int(row.n):,} decisions{', too few to judge' if row.status == 'small' else ''}"
        for row in told
    ]
    return go.Scatter(
        x=[_month(row.period_start) for row in told], y=rows["value"], mode="lines+markers", name=name(group(one)),
        cliponaxis=False, text=text, hovertemplate="%{text}<extra></extra>", line={"color": colour, "width": 2},
        marker={"size": 7, "color": colour, "line": {"color": colour, "width": 1.5},
                "symbol": ["circle-open" if row.status == "small" else "circle" for row in told]},
    )  # fmt: skip


def _months_span(known: pd.DataFrame, metric: str) -> list[float]:
    values = [0.0, *known["value"]]
    low, high = min(values), max(values)
    air = (high - low) * 0.08 or 0.01
    return [low - air if low < 0 else low, high + air]


def _name_lines(chart: go.Figure, known: pd.DataFrame, shown: Sequence[str], span: Sequence[float]) -> None:
    """Each line's group at its last month, moved apart where they lie close together."""
    ends = []
    for colour, one in zip(GROUP_COLOURS, shown, strict=False):
        rows = known[(known["group_value"] == one) & known["period_start"].notna()].sort_values("period_start")
        if len(rows):
            ends.append((float(rows["value"].iloc[-1]), one, colour))
    place, least = -float("inf"), LABEL_HEIGHT * (span[1] - span[0]) / 250
    for value, one, colour in sorted(ends):
        place = max(value, place + least)
        chart.add_annotation(
            x=1, xref="paper", y=place, xanchor="left", xshift=4, showarrow=False, text=_label(one, 18),
            font={"size": 11, "color": colour},
        )  # fmt: skip


def _months_words(known: pd.DataFrame, shown: Sequence[str], metric: str, title: str) -> str:
    parts = []
    for one in shown:
        rows = known[(known["group_value"] == one) & known["period_start"].notna()].sort_values("period_start")
        if len(rows):
            first, last = rows.iloc[0], rows.iloc[-1]
            parts.append(
                f"{group(one)} from {value_text(metric, first['value'])} ({_month(first['period_start'])}) to "
                f"{value_text(metric, last['value'])} ({_month(last['period_start'])})"
            )
    return f"{title} by month: {'; '.join(parts) or 'no values'}."


def group(value: Any) -> str:
    """A group's name; `(missing)` where the value is."""
    return str(value) if value else "(missing)"


def _label(value: Any, length: int = _NAME_LENGTH) -> str:
    text = " ".join(group(value).split())
    return name(text if len(text) <= length else f"{text[: length - 1]}…")


def _month(moment: Any) -> str:
    return "reference" if pd.isna(moment) else f"{pd.Timestamp(moment):%b %Y}"


def value_text(metric: str, value: Any) -> str:
    """A metric's value as people write it: a rate in percent with two digits, a gap in points; `–` for none."""
    if pd.isna(value):
        return "–"
    if metric == "calibration_gap":
        return f"{value * 100:+.1f} points".replace("-", "−")
    if metric not in RATES:
        return short(value)
    percent = value * 100
    decimals = 0 if percent == 0 else max(1 - math.floor(math.log10(percent)), 0)
    return f"{percent:.{decimals}f} %"


def _format(metric: str, rows: pd.DataFrame) -> str | None:
    """Ticks in percent, with a decimal where the values are small."""
    if metric not in RATES and metric != "calibration_gap":
        return None
    top = float(rows["value"].abs().max()) if len(rows) else 0.0
    return ".0%" if top > 0.06 else ".1%" if top > 0.006 else ".2%"


__all__ = ["GROUP_COLOURS", "group", "groups", "line_at", "months", "value_text"]
