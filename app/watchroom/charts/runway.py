"""Charts of how long a model pays: the net of its weeks with the line through them, and its metric's break-even."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd
import plotly.graph_objects as go

from watchroom.charts.health import BAD_COLOUR, LABEL_ROOM, middle
from watchroom.charts.money_axis import extent, money_axis
from watchroom.charts.style import LINE_COLOUR, MARK_COLOUR, Chart, figure, name
from watchroom.charts.words import days, records, short
from watchroom.domain.lines import SLOPE_DAYS
from watchroom.domain.money_text import money

_ROOM = 118
_BAND_COLOUR = "rgba(217,114,11,0.16)"
_AIR = 0.08


@dataclass(frozen=True)
class Trend:
    """The line through the weeks: its value on the day `last`, and its change in thirty days with the interval.

    `until` is how far it is drawn; `ends_on` when it is at 0, with the interval. None is unknown, or never.
    """

    last: date
    level: float
    slope: float | None
    slope_low: float | None
    slope_high: float | None
    until: date
    ends_on: date | None
    ends_early: date | None
    ends_late: date | None


def net(found: pd.DataFrame, trend: Trend | None, currency: str) -> Chart:
    """The net of each week, per thirty days, with the line through it on to where it stops paying.

    `found` has period_start, period_end, net (of thirty days) and n, the outcomes that it rests on.
    """
    known = found.dropna(subset=["net"])
    text = [
        f"{days(row.period_start, row.period_end)}<br>{money(float(row.net), currency)} in thirty days<br>"
        f"from {int(row.n):,} outcomes"
        for row in records(known)
    ]
    points = go.Scatter(
        x=pd.to_datetime(known["period_end"]), y=known["net"], mode="markers", text=text,
        hovertemplate="%{text}<extra></extra>", marker={"size": 7, "color": LINE_COLOUR},
    )  # fmt: skip
    lines = _lines(known, trend) if trend is not None else []
    chart = figure(*lines, points, height=320)
    drawn = [float(value) for value in known["net"]]
    if trend is not None:
        drawn += [trend.level]
    low, high = extent(drawn, top_air=0.14)
    low = min(low, -0.12 * (high - low))  # the ground below zero shows where it stops paying
    money_axis(chart, low, high, currency)
    chart.update_layout(margin={"r": _ROOM, "t": 12}, hovermode="closest")
    chart.add_hline(y=0, line={"color": BAD_COLOUR, "width": 1.3})
    chart.add_annotation(
        x=1, xref="paper", xanchor="left", xshift=6, y=0, text="break-even:<br>0 after costs", showarrow=False,
        align="left", font={"size": 12, "color": BAD_COLOUR},
    )  # fmt: skip
    if trend is not None and trend.ends_on is not None and trend.ends_on > trend.last:
        _end(chart, trend)
    return Chart(chart, _net_words(known, trend, currency))


def _lines(known: pd.DataFrame, trend: Trend) -> list[go.Scatter]:
    """The line and its interval, which turns about the middle of the outcomes, where the line is known best."""
    if known.empty or trend.slope is None:
        return []
    x = pd.to_datetime(known["period_end"])
    seconds = float(((x - x.iloc[0]).dt.total_seconds() * known["n"] / known["n"].sum()).sum())
    centre = pd.Timestamp(x.iloc[0]) + pd.Timedelta(seconds=seconds)
    last, until = pd.Timestamp(trend.last), max(pd.Timestamp(trend.until), x.iloc[-1])
    level = trend.level - trend.slope * (last - centre).total_seconds() / 86_400 / SLOPE_DAYS
    at = [x.iloc[0], centre, until]

    def along(slope: float) -> list[float]:
        return [level + slope * (moment - centre).total_seconds() / 86_400 / SLOPE_DAYS for moment in at]

    found = []
    if trend.slope_low is not None and trend.slope_high is not None:
        pairs = list(zip(along(trend.slope_low), along(trend.slope_high), strict=True))
        edge = [*map(max, pairs), *map(min, pairs[::-1])]
        found.append(
            go.Scatter(x=[*at, *at[::-1]], y=edge, fill="toself", mode="none", fillcolor=_BAND_COLOUR,
                       hoverinfo="skip")
        )  # fmt: skip
    found.append(
        go.Scatter(x=at, y=along(trend.slope), mode="lines", hoverinfo="skip",
                   line={"color": MARK_COLOUR, "width": 2})
    )  # fmt: skip
    return found


def _end(chart: go.Figure, trend: Trend) -> None:
    assert trend.ends_on is not None
    at = pd.Timestamp(trend.ends_on)
    chart.add_trace(
        go.Scatter(x=[at], y=[0], mode="markers", hoverinfo="skip",
                   marker={"size": 11, "color": BAD_COLOUR, "symbol": "x"})
    )  # fmt: skip
    chart.add_annotation(
        x=at, y=0, xanchor="right", showarrow=True, arrowhead=0, arrowwidth=1, arrowcolor=BAD_COLOUR, ax=-10, ay=-44,
        yanchor="bottom", standoff=6, text=f"stops paying<br>{trend.ends_on.day} {trend.ends_on:%b %Y}", align="right",
        font={"size": 12, "color": BAD_COLOUR},
    )  # fmt: skip


def _net_words(known: pd.DataFrame, trend: Trend | None, currency: str) -> str:
    if known.empty:
        return "Net by week: no week has one."
    first, last = known.iloc[0], known.iloc[-1]
    told = (
        f"Net of thirty days by week: from {money(float(first['net']), currency)} "
        f"({days(first['period_start'], first['period_end'])}) to {money(float(last['net']), currency)} "
        f"({days(last['period_start'], last['period_end'])})."
    )
    if trend is None or trend.slope is None:
        return told
    ends = f" It is at 0 on {trend.ends_on.day} {trend.ends_on:%b %Y}." if trend.ends_on else ""
    return f"{told} The line changes by {money(trend.slope, currency, signed=True)} in thirty days.{ends}"


def metric(found: pd.DataFrame, title: str, point: float | None, interval: tuple[float, float] | None) -> Chart:
    """The metric by week against where it breaks even, with the interval of that as a band.

    `found` has period_start, period_end, value, n_labelled.
    """
    known = found.dropna(subset=["value"])
    text = [
        f"{days(row.period_start, row.period_end)}<br>{name(title)} {short(row.value)}<br>"
        f"{int(row.n_labelled):,} outcomes"
        for row in records(known)
    ]
    chart = figure(
        go.Scatter(x=middle(known), y=known["value"], mode="lines+markers", text=text,
                   line={"color": LINE_COLOUR, "width": 2}, marker={"size": 6},
                   hovertemplate="%{text}<extra></extra>"),
        height=260,
    )  # fmt: skip
    values = [*known["value"].astype(float), *([point] if point is not None else []), *(interval or ())]
    low, high = min(values, default=0.0), max(values, default=1.0)
    air = (high - low) * _AIR or abs(high) * 0.1 or 1.0
    chart.update_yaxes(range=[low - air, high + air])
    chart.update_layout(margin={"r": max(LABEL_ROOM, _ROOM)}, hovermode="closest")
    if interval is not None:
        chart.add_hrect(y0=interval[0], y1=interval[1], fillcolor="rgba(217,70,59,0.14)", line_width=0, layer="below")
    if point is not None:
        chart.add_hline(y=point, line={"color": BAD_COLOUR, "width": 1.3, "dash": "dash"})
        chart.add_annotation(
            x=1, xref="paper", xanchor="left", xshift=6, y=point, showarrow=False, align="left",
            text=f"break-even<br>{short(point)}", font={"size": 12, "color": BAD_COLOUR},
        )  # fmt: skip
    return Chart(chart, _metric_words(known, title, point, interval))


def _metric_words(known: pd.DataFrame, title: str, point: float | None, interval: Sequence[float] | None) -> str:
    told = f"{title} by week: no values." if known.empty else (
        f"{title} by week, last {short(known['value'].iloc[-1])} "
        f"({days(known['period_start'].iloc[-1], known['period_end'].iloc[-1])})."
    )  # fmt: skip
    if point is None:
        return told
    between = f", 95 % between {short(interval[0])} and {short(interval[1])}" if interval else ""
    return f"{told} Break-even at {short(point)}{between}."
