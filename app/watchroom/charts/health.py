"""Charts of how a model does over time: performance, drift, quality, volume. Limits are lines with their names."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from watchroom.charts.style import GRID_COLOUR, LINE_COLOUR, MARK_COLOUR, OTHER_COLOUR, Chart, figure, name
from watchroom.charts.words import days, records, share, short

WATCH_COLOUR = "#B7791F"
BAD_COLOUR = "#D9463B"
"""Of the limits: at least 3 to 1 on the light and on the dark background. Their names stand on them."""

HALF = 0.5
"""A period with fewer of its outcomes than this is drawn hollow: what comes early is not like what comes late."""

LABEL_SHARE = 0.03
"""The line of chance is named only where it stands off the axis."""

LABEL_HEIGHT = 13
"""Pixels from one name to the next."""

LABEL_ROOM = 96
"""Pixels at the right edge for what is written beside the lines."""


@dataclass(frozen=True)
class Line:
    """A horizontal line with its name: a limit, or the reference's value."""

    label: str
    value: float
    kind: str = "reference"

    @property
    def colour(self) -> str:
        """By what it is: a warning, the limit itself, or neither."""
        return {"watch": WATCH_COLOUR, "bad": BAD_COLOUR}.get(self.kind, OTHER_COLOUR)


def middle(frame: pd.DataFrame) -> pd.Series[Any]:
    """The middle of each period, where its point stands."""
    start, end = pd.to_datetime(frame["period_start"]), pd.to_datetime(frame["period_end"])
    return start + (end - start + pd.Timedelta(days=1)) / 2


def _spans(frame: pd.DataFrame) -> list[str]:
    return [days(start, end) for start, end in zip(frame["period_start"], frame["period_end"], strict=True)]


def performance(found: pd.DataFrame, metric: str, lines: Sequence[Line], *, percent: bool = False) -> Chart:
    """A metric over time, realized with its interval and estimated as a broken line, over the labelled share.

    `found` has kind, period_start, period_end, value, low, high, n, n_labelled; `metric` is its name to a person.
    """
    realized = found[found["kind"] == "realized"]
    estimated = found[found["kind"] == "estimated"].dropna(subset=["value"])
    known = realized.dropna(subset=["value"])
    chart = figure(*_band(known), *_estimate(estimated, metric), *_realized(known, metric), height=360)
    _labelled(chart, realized)
    _draw(chart, lines, _performance_span(known, estimated, lines), 230, percent)
    _name_the_ends(chart, known, estimated)
    chart.update_layout(
        margin={"r": LABEL_ROOM},
        yaxis={"domain": [0.27, 1], "tickformat": ".0%" if percent else None, "autorange": False},
        yaxis2={"domain": [0, 0.17], "range": [0, 1], "tickvals": [0, 1], "tickformat": ".0%", "anchor": "x",
                "gridcolor": GRID_COLOUR, "fixedrange": True, "automargin": True},
        xaxis={"anchor": "y2"},
    )  # fmt: skip
    chart.add_annotation(
        text="decisions with an outcome", x=0, y=0.2, xref="paper", yref="paper", xanchor="left", yanchor="bottom",
        showarrow=False, font={"size": 11, "color": OTHER_COLOUR},
    )  # fmt: skip
    return Chart(chart, _performance_words(known, estimated, metric, lines))


def _performance_span(known: pd.DataFrame, estimated: pd.DataFrame, lines: Sequence[Line]) -> tuple[float, float]:
    """Intervals of periods that are hardly labelled may leave the picture: they would flatten all the rest."""
    sure = known[known["n_labelled"] >= HALF * known["n"]]
    ends = [sure["low"], sure["high"], known["value"], estimated["value"]]
    return _span([*pd.concat(ends).dropna(), *(line.value for line in lines)], zero=False)


def _band(known: pd.DataFrame) -> list[Any]:
    bounded = known.dropna(subset=["low", "high"])
    if len(bounded) < 2:
        return []
    x = middle(bounded)
    return [
        go.Scatter(
            x=[*x, *x[::-1]], y=[*bounded["high"], *bounded["low"][::-1]], fill="toself", mode="none",
            fillcolor="rgba(76,130,214,0.20)", hoverinfo="skip", name="interval",
        )
    ]  # fmt: skip


def _realized(known: pd.DataFrame, metric: str) -> list[Any]:
    whole = known["n_labelled"] >= HALF * known["n"]
    text = [
        f"{span}<br>{name(metric)} {short(row.value)}{_interval(row)}<br>"
        f"{int(row.n_labelled):,} outcomes of {int(row.n):,} decisions{'' if enough else ', less than half'}"
        for span, row, enough in zip(_spans(known), records(known), whole, strict=True)
    ]
    return [
        go.Scatter(
            x=middle(known), y=known["value"], mode="lines+markers", name="from outcomes", text=text,
            line={"color": LINE_COLOUR, "width": 2},
            marker={"size": 7, "color": LINE_COLOUR, "line": {"color": LINE_COLOUR, "width": 1.5},
                    "symbol": ["circle" if enough else "circle-open" for enough in whole]},
            hovertemplate="%{text}<extra></extra>",
        )
    ]  # fmt: skip


def _estimate(estimated: pd.DataFrame, metric: str) -> list[Any]:
    if estimated.empty:
        return []
    text = [f"estimated {name(metric)} {short(value)}, without outcomes" for value in estimated["value"]]
    return [
        go.Scatter(
            x=middle(estimated), y=estimated["value"], mode="lines+markers", name="estimated", text=text,
            line={"color": MARK_COLOUR, "width": 1.5, "dash": "dot"},
            marker={"size": 6, "color": MARK_COLOUR, "symbol": "diamond-open"},
            hovertemplate="%{text}<extra></extra>",
        )
    ]  # fmt: skip


def _interval(row: Any) -> str:
    return "" if pd.isna(row.low) or pd.isna(row.high) else f" ({short(row.low)} to {short(row.high)})"


def _labelled(chart: go.Figure, realized: pd.DataFrame) -> None:
    if realized.empty:
        return
    shares = (realized["n_labelled"] / realized["n"].where(realized["n"] > 0)).fillna(0)
    length = (pd.to_datetime(realized["period_end"]) - pd.to_datetime(realized["period_start"])).dt.days + 1
    chart.add_trace(
        go.Bar(
            x=middle(realized), y=shares, width=length * 86_400_000 * 0.85, yaxis="y2", name="labelled",
            marker={"color": OTHER_COLOUR, "line": {"width": 0}},
            text=[f"{share(value)} with an outcome" for value in shares], textposition="none",
            hovertemplate="%{text}<extra></extra>",
        )
    )  # fmt: skip
    without = realized[realized["n_labelled"] == 0]
    if not without.empty:
        chart.add_annotation(
            x=middle(without).iloc[-1], y=0.5, yref="y2", text="no outcomes yet", showarrow=False, xanchor="right",
            font={"size": 11, "color": OTHER_COLOUR},
        )  # fmt: skip


def _draw(
    chart: go.Figure, lines: Sequence[Line], span: tuple[float, float], pixels: float, percent: bool = False
) -> None:
    """Lines across, each named at the right edge; `span` is what the axis shows, over so many pixels.

    Names of lines that lie close together are moved apart.
    """
    chart.update_layout(yaxis={"range": list(span)})
    least = LABEL_HEIGHT * (span[1] - span[0]) / pixels
    place = -float("inf")
    for line in sorted(lines, key=lambda one: one.value):
        place = max(line.value, place + least)
        chart.add_hline(
            y=line.value,
            line={"color": line.colour, "width": 1.2, "dash": "solid" if line.kind == "reference" else "dash"},
        )
        value = share(line.value) if percent else short(line.value)
        chart.add_annotation(
            x=1, y=place, xref="paper", yref="y", text=f"{name(line.label)} {value}", showarrow=False, xanchor="left",
            xshift=4, font={"size": 11, "color": line.colour},
        )  # fmt: skip


def _span(values: Sequence[float], *, zero: bool) -> tuple[float, float]:
    """What an axis must show, with some air; from zero where a length is read."""
    known = [value for value in values if math.isfinite(value)] or [0.0, 1.0]
    low, high = (min(0.0, *known) if zero else min(known)), max(known)
    air = (high - low) * 0.08 or abs(high) * 0.1 or 1.0
    return (low if zero and low == 0 else low - air), high + air


def _name_the_ends(chart: go.Figure, known: pd.DataFrame, estimated: pd.DataFrame) -> None:
    """What each line is, at its last point: the higher one's name above it, the lower one's below."""
    ends = [(frame, label, colour) for frame, label, colour in
            ((known, "from outcomes", LINE_COLOUR), (estimated, "estimated", MARK_COLOUR)) if len(frame)]  # fmt: skip
    ends.sort(key=lambda end: float(end[0]["value"].iloc[-1]))
    for place, (frame, label, colour) in enumerate(ends):
        chart.add_annotation(
            x=middle(frame).iloc[-1], y=frame["value"].iloc[-1], text=label, showarrow=False, xanchor="right",
            yshift=14 if place == len(ends) - 1 else -14, font={"size": 11, "color": colour},
        )  # fmt: skip


def _performance_words(known: pd.DataFrame, estimated: pd.DataFrame, metric: str, lines: Sequence[Line]) -> str:
    if known.empty and estimated.empty:
        return f"{metric}: no values."
    parts = []
    for frame, kind in ((known, "from outcomes"), (estimated, "estimated")):
        if not frame.empty:
            first, last = frame.iloc[0], frame.iloc[-1]
            parts.append(
                f"{kind} from {short(first['value'])} ({days(first['period_start'], first['period_end'])}) to "
                f"{short(last['value'])} ({days(last['period_start'], last['period_end'])})"
            )
    named = "".join(f" {line.label.capitalize()} {short(line.value)}." for line in lines)
    return f"{metric} over time: {'; '.join(parts)}.{named}"


def drift(found: pd.DataFrame, title: str, watch: float | None, drifted: float | None) -> Chart:
    """A feature's drift over time with its limits and with what chance alone gives.

    `found` has period_start, period_end, value, noise, status, n, of one method, whose name is `title`.
    """
    known = found.dropna(subset=["value"])
    text = [
        f"{span}<br>{short(row.value)}, {row.status}<br>{int(row.n):,} decisions"
        for span, row in zip(_spans(known), records(known), strict=True)
    ]
    symbols = ["circle-open" if status == "no data" else "circle" for status in known["status"]]
    line = go.Scatter(
        x=middle(known), y=known["value"], mode="lines+markers", name="drift", text=text,
        line={"color": LINE_COLOUR, "width": 2}, marker={"size": 6, "symbol": symbols},
        hovertemplate="%{text}<extra></extra>",
    )  # fmt: skip
    noise = go.Scatter(
        x=middle(known), y=known["noise"], mode="lines", name="chance",
        line={"color": OTHER_COLOUR, "width": 1, "dash": "dot"}, hovertemplate="chance alone: %{y:.3g}<extra></extra>",
    )  # fmt: skip
    chart = figure(noise, line, height=230)
    lines = [
        Line(label, value, kind)
        for label, value, kind in (("watch", watch, "watch"), ("drifted", drifted, "bad"))
        if value is not None
    ]
    values = [*known["value"], *known["noise"].dropna(), *(line.value for line in lines)]
    _draw(chart, lines, _span(values, zero=True), 190)
    if not known.empty and known["noise"].iloc[0] > LABEL_SHARE * known["value"].max():
        chart.add_annotation(
            x=middle(known).iloc[0], y=known["noise"].iloc[0], text="chance alone", showarrow=False, yshift=9,
            xanchor="left", font={"size": 11, "color": OTHER_COLOUR},
        )  # fmt: skip
    chart.update_layout(margin={"r": LABEL_ROOM})
    return Chart(chart, _drift_words(known, title, lines))


def _drift_words(known: pd.DataFrame, title: str, lines: Sequence[Line]) -> str:
    if known.empty:
        return f"{title}: no values."
    top, last = known.sort_values("value").iloc[-1], known.iloc[-1]
    named = "".join(f" {line.label.capitalize()} from {short(line.value)}." for line in lines)
    return (
        f"{title} over time: last {short(last['value'])}, {last['status']}; the highest "
        f"{short(top['value'])} ({days(top['period_start'], top['period_end'])}).{named}"
    )


_QUALITY = (("missing", "missing", LINE_COLOUR), ("unseen", "unseen", MARK_COLOUR),
            ("out_of_range", "out of range", OTHER_COLOUR), ("invalid", "not convertible", BAD_COLOUR))  # fmt: skip


def quality(found: pd.DataFrame) -> Chart:
    """The shares of missing, unseen, out of range and not convertible values over time; what never occurs is left out.

    `found` has period_start, period_end, n and the counts; NULL where a thing cannot be told.
    """
    some = found[found["n"] > 0]
    shown = [one for one in _QUALITY if some[one[0]].fillna(0).sum() > 0] or [_QUALITY[0]]
    chart = figure(height=200)
    for column, label, colour in shown:
        shares = some[column].astype(float) / some["n"]
        text = [f"{label} {share(value)}" for value in shares]
        chart.add_trace(
            go.Scatter(x=middle(some), y=shares, mode="lines+markers", name=label, text=text, marker={"size": 5},
                       line={"color": colour, "width": 2}, hovertemplate="%{text}<extra></extra>")
        )  # fmt: skip
        if len(shares):
            chart.add_annotation(x=middle(some).iloc[-1], y=shares.iloc[-1], text=label, showarrow=False,
                                 xanchor="left", xshift=8, font={"size": 11, "color": colour})  # fmt: skip
    top = max((float((some[column].astype(float) / some["n"]).max()) for column, _, _ in shown), default=0.0)
    chart.update_layout(margin={"r": LABEL_ROOM})
    chart.update_yaxes(range=[0, max(top * 1.15, 0.01)], tickformat=".0%" if top > 0.04 else ".1%")
    named = ", ".join(f"{label} {share(some[column].sum() / max(some['n'].sum(), 1))}" for column, label, _ in shown)
    return Chart(chart, f"Values that cannot be what they should be, over all periods together: {named}.")


def volume(found: pd.DataFrame, minimum: int | None, first: date, last: date) -> Chart:
    """Decisions per day with those that have an outcome by now as the darker part, and the minimum as a line.

    `found` has day, decisions, labelled; days without a row had no decisions.
    """
    dates = pd.date_range(first, last, freq="D")
    wide = found.assign(day=pd.to_datetime(found["day"])).set_index("day")[["decisions", "labelled"]]
    wide = wide.reindex(dates, fill_value=0)
    below = [minimum is not None and value < minimum for value in wide["decisions"]]
    bars = [
        go.Bar(x=wide.index, y=wide["labelled"], name="with an outcome", marker={"color": LINE_COLOUR},
               hovertemplate="%{y:,} with an outcome<extra></extra>"),
        go.Bar(x=wide.index, y=wide["decisions"] - wide["labelled"], name="without one yet",
               marker={"color": "rgba(76,130,214,0.40)",
                       "line": {"color": BAD_COLOUR, "width": [1.5 if one else 0 for one in below]}},
               hovertemplate="%{y:,} without one yet<extra></extra>"),
    ]  # fmt: skip
    chart = figure(*bars, height=240)
    chart.update_layout(barmode="stack", margin={"r": LABEL_ROOM if minimum else 8}, bargap=0.1)
    chart.update_yaxes(tickformat=",d")
    half = pd.Timedelta(hours=12)
    chart.update_xaxes(range=[dates[0] - half, dates[-1] + half], nticks=6, tickangle=0)
    lines = [Line("minimum", minimum, "bad")] if minimum else []
    _draw(chart, lines, _span([*wide["decisions"], float(minimum or 1)], zero=True), 200)
    few = sum(below)
    said = f" {few} of {len(dates)} days below the minimum of {minimum:,}." if minimum else ""
    total, labelled = int(wide["decisions"].sum()), int(wide["labelled"].sum())
    return Chart(
        chart, f"Decisions per day, {days(first, last)}: {total:,} in all, {labelled:,} with an outcome by now.{said}"
    )


def decay(found: pd.DataFrame, metric: str, slope: tuple[float, float, float] | None, end: datetime | date,
          limit: float | None) -> Chart:  # fmt: skip
    """The weekly values of the metric with the line drawn through them, on to `end`, and the limit it may cross.

    `found` has period_start, period_end, value, n_labelled, by which a week weighs; `slope` is the change in thirty
    days with its interval.
    """
    known = found.dropna(subset=["value"])
    chart = figure(
        go.Scatter(x=middle(known), y=known["value"], mode="markers", name=name(metric),
                   marker={"size": 7, "color": LINE_COLOUR}, hovertemplate="%{y:.4g}<extra></extra>"),
        height=240,
    )  # fmt: skip
    if slope is not None and len(known) > 1:
        x, weight = middle(known), known["n_labelled"] / known["n_labelled"].sum()
        centre = x.iloc[0] + ((x - x.iloc[0]) * weight).sum()
        level = float((known["value"] * weight).sum())
        until = max(pd.Timestamp(end), x.iloc[-1])
        for value, width, dash in zip(slope, (2, 1, 1), ("solid", "dot", "dot"), strict=True):
            at = [x.iloc[0], until]
            y = [level + value * (moment - centre).total_seconds() / 86_400 / 30 for moment in at]
            chart.add_trace(
                go.Scatter(x=at, y=y, mode="lines", hoverinfo="skip", line={"color": MARK_COLOUR, "width": width,
                                                                           "dash": dash})
            )  # fmt: skip
    lines = [Line("failing", limit, "bad")] if limit is not None else []
    drawn = [float(y) for trace in chart.data for y in trace.y]
    _draw(chart, lines, _span([*drawn, *(line.value for line in lines)], zero=False), 200)
    chart.update_layout(margin={"r": LABEL_ROOM}, hovermode="closest")
    trend = "" if slope is None else f" The line changes by {slope[0]:+.3g} in 30 days."
    return Chart(chart, f"{metric} by week, {len(known)} weeks with enough outcomes.{trend}")
