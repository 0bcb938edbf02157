"""Charts of the portfolio: the funnel, every release, the main figures by quarter, work by month, money by model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import plotly.graph_objects as go

from watchroom.charts.health import BAD_COLOUR
from watchroom.charts.line_ends import within
from watchroom.charts.money_axis import extent, money_axis
from watchroom.charts.style import GRID_COLOUR, LINE_COLOUR, MARK_COLOUR, OTHER_COLOUR, Chart, figure, name
from watchroom.domain.money_text import short_money

BAR = 40
"""Pixels for a bar with its name before it."""

LABEL_ROOM = 150
"""Pixels right of a bar for its figure in words."""

NAME_LENGTH = 26
"""Letters of a name beside a bar; the tip has all of it."""

PALE, PALE_BAD = "rgba(76,130,214,0.38)", "rgba(217,70,59,0.4)"
"""Of what is not over yet."""

MONTH_WIDTH = 20 * 86_400_000
"""Milliseconds of a month that its bar covers: a lone month would else fill the chart."""

PANEL_HEIGHT = 150
"""Pixels of a small chart, of which several stand beside one another."""


@dataclass(frozen=True)
class Bar:
    """A bar with its name, its figure in words, and what hovering says."""

    label: str
    value: float
    text: str
    tip: str = ""


def funnel(bars: Sequence[Bar]) -> Chart:
    """How many projects came at least as far as each stage, the first on top."""
    rows = list(reversed(bars))
    most = max((one.value for one in bars), default=0) or 1
    # The lighter ground shows what a stage began with, so that what is lost is seen and not only counted.
    ground = go.Bar(orientation="h", x=[most] * len(rows), y=[one.label for one in rows], width=0.62,
                    marker={"color": "rgba(128,140,160,0.16)"}, hoverinfo="skip")  # fmt: skip
    chart = figure(ground, _horizontal(rows, LINE_COLOUR), height=len(rows) * BAR + 16)
    chart.update_layout(barmode="overlay", hovermode="closest", margin={"r": LABEL_ROOM})
    chart.update_xaxes(visible=False, range=[0, most])
    chart.update_yaxes(type="category", showgrid=False, nticks=None, tickmode="linear")
    _beside(chart, rows, [most] * len(rows))
    return Chart(chart, f"Projects by how far they came: {_told(bars)}.")


def _horizontal(rows: Sequence[Bar], colour: Any) -> Any:
    return go.Bar(
        orientation="h", x=[one.value for one in rows], y=[one.label for one in rows], width=0.62,
        marker={"color": colour}, customdata=[name(one.tip or one.text) for one in rows],
        hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip


def _beside(chart: go.Figure, rows: Sequence[Bar], at: Sequence[float]) -> None:
    for one, place in zip(rows, at, strict=True):
        chart.add_annotation(x=place, y=one.label, text=name(one.text), xanchor="left", xshift=8, showarrow=False,
                             font={"size": 13})  # fmt: skip


def _told(bars: Sequence[Bar]) -> str:
    return "; ".join(f"{one.label} {one.text}" for one in bars)


Ending = Literal["worked", "failed", "open"]


@dataclass(frozen=True)
class Dot:
    """A change: when it went into service, how many days it had taken, what it is, and how it ended."""

    at: datetime
    days: float
    tip: str
    ending: Ending


_LOOKS: dict[Ending, tuple[str, str, str]] = {
    "worked": (LINE_COLOUR, "circle", "worked"),
    "failed": (BAD_COLOUR, "x", "failed within 30 days"),
    "open": (LINE_COLOUR, "circle-open", "30 days not over"),
}


def lead_times(dots: Sequence[Dot], median: float | None, said: str) -> Chart:
    """Every change at the day of its release, as high as it took days from training; the median as a line."""
    traces = [_dots(ending, [one for one in dots if one.ending == ending]) for ending in _LOOKS]
    chart = figure(*[trace for trace in traces if trace is not None], height=280)
    chart.update_layout(hovermode="closest", showlegend=True, margin={"r": 110, "t": 30},
                        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0})  # fmt: skip
    most = max([one.days for one in dots], default=1.0)
    chart.update_yaxes(range=[0, most * 1.15], ticksuffix=" d", rangemode="tozero")
    chart.update_xaxes(nticks=4, tickangle=0)
    if median is not None:
        chart.add_hline(y=median, line={"color": OTHER_COLOUR, "width": 1, "dash": "dot"})
        chart.add_annotation(x=1, xref="paper", xanchor="left", xshift=6, y=median, showarrow=False,
                             text=name(said), font={"size": 12, "color": OTHER_COLOUR})  # fmt: skip
    return Chart(chart, _dots_told(dots, said))


def _dots(ending: Ending, dots: Sequence[Dot]) -> Any:
    if not dots:
        return None
    colour, symbol, label = _LOOKS[ending]
    return go.Scatter(
        x=[one.at for one in dots], y=[one.days for one in dots], mode="markers", name=label,
        marker={"size": 11, "color": colour, "symbol": symbol, "line": {"width": 2, "color": colour}},
        customdata=[name(one.tip) for one in dots], hovertemplate="%{customdata}<extra></extra>", cliponaxis=False,
    )  # fmt: skip


def _dots_told(dots: Sequence[Dot], said: str) -> str:
    counts = [(label, sum(one.ending == ending for one in dots)) for ending, (_, _, label) in _LOOKS.items()]
    parts = [f"{n:,} {label}" for label, n in counts if n]
    return f"Days from training to service of {len(dots):,} changes, {said or 'no median'}: {', '.join(parts)}."


@dataclass(frozen=True)
class Panel:
    """A figure by quarter: a value for each, None where it is unknown, and each in words. `bad` draws it in red."""

    title: str
    values: Sequence[float | None]
    texts: Sequence[str]
    bad: bool = False


def by_quarter(one: Panel, names: Sequence[str], running: int | None) -> Chart:
    """A figure by quarter, each bar with its figure; `running` is the place of the quarter that is not over."""
    colour, pale = (BAD_COLOUR, PALE_BAD) if one.bad else (LINE_COLOUR, PALE)
    bars = go.Bar(
        x=list(range(len(names))), y=[0 if value is None else value for value in one.values],
        text=[name(text) for text in one.texts], textposition="outside", cliponaxis=False, textangle=0,
        marker={"color": [pale if place == running else colour for place in range(len(names))]},
        customdata=[f"{title}: {name(text or 'unknown')}" for title, text in zip(names, one.texts, strict=True)],
        hovertemplate="%{customdata}<extra></extra>", constraintext="none", textfont={"size": 12},
    )  # fmt: skip
    chart = figure(bars, height=PANEL_HEIGHT)
    known = [value for value in one.values if value is not None]
    low, high = min([0.0, *known]), max([0.0, *known])
    air = (high - low or 1.0) * 0.3  # for the figures outside the bars
    chart.update_yaxes(visible=False, range=[low - (air if low < 0 else 0), high + air])
    chart.update_xaxes(tickmode="array", tickvals=list(range(len(names))), ticktext=list(names), tickangle=0,
                       range=[-0.6, len(names) - 0.4], zeroline=False)  # fmt: skip
    chart.update_layout(hovermode="closest", bargap=0.35, margin={"t": 4})
    if known:
        chart.add_hline(y=0, line={"color": GRID_COLOUR, "width": 1})
    else:
        chart.add_annotation(x=0.5, y=0.5, xref="paper", yref="paper", text="not known", showarrow=False,
                             font={"size": 12, "color": OTHER_COLOUR})  # fmt: skip
    return Chart(chart, _panel_told(one, names, running))


def _panel_told(one: Panel, names: Sequence[str], running: int | None) -> str:
    so_far = [f"{title} so far" if place == running else title for place, title in enumerate(names)]
    told = [f"{title} {text or 'unknown'}" for title, text in zip(so_far, one.texts, strict=True)]
    return f"{one.title} by quarter: {', '.join(told)}."


@dataclass(frozen=True)
class Part:
    """A part of each month's hours, in the order in which they lie on one another."""

    label: str
    hours: Sequence[float]


_PARTS = (LINE_COLOUR, MARK_COLOUR, BAD_COLOUR)


def work(months: Sequence[date], parts: Sequence[Part]) -> Chart:
    """Hours of runs by the month of their start, those that came to nothing apart."""
    traces = [
        go.Bar(
            x=list(months), y=list(one.hours), name=one.label, marker={"color": colour},
            width=MONTH_WIDTH, hovertemplate=f"%{{x|%B %Y}}: %{{y:,.1f}} h {name(one.label)}<extra></extra>",
        )
        for one, colour in zip(parts, _PARTS, strict=False)
    ]  # fmt: skip
    chart = figure(*traces, height=260)
    legend = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "traceorder": "normal"}
    chart.update_layout(barmode="stack", hovermode="closest", showlegend=True, margin={"t": 30}, legend=legend)
    chart.update_xaxes(tickformat="%b %Y", tickangle=0, nticks=8, type="date")
    chart.update_yaxes(ticksuffix=" h", rangemode="tozero")
    told = "; ".join(f"{sum(one.hours):,.1f} hours {one.label}" for one in parts)
    return Chart(chart, f"Hours of runs over {len(months)} months: {told}.")


def by_model(bars: Sequence[Bar], currency: str, what: str) -> Chart:
    """What each model brings, the most on top; what is below nothing lies left of the line."""
    rows = list(reversed(bars))
    labels = _apart([within(one.label, NAME_LENGTH) for one in rows])
    shown = [Bar(label, one.value, one.text, one.tip) for label, one in zip(labels, rows, strict=True)]
    colours = [BAD_COLOUR if one.value < 0 else LINE_COLOUR for one in shown]
    chart = figure(_horizontal(shown, colours), height=len(rows) * 32 + 56)
    chart.update_layout(hovermode="closest", margin={"r": 70})
    low, high = extent(one.value for one in bars)
    money_axis(chart, low, high, currency, axis="x")
    chart.update_xaxes(showticklabels=False, showgrid=True, gridcolor=GRID_COLOUR, zeroline=True,
                       zerolinecolor=OTHER_COLOUR)  # fmt: skip
    chart.update_yaxes(type="category", showgrid=False, nticks=None, tickmode="array", tickvals=labels,
                       ticktext=[name(label) for label in labels])  # fmt: skip
    for one in shown:
        chart.add_annotation(x=max(one.value, 0), y=one.label, text=short_money(one.value, currency), xanchor="left",
                             xshift=6, showarrow=False, font={"size": 12})  # fmt: skip
    return Chart(chart, f"{what}: {_told(bars)}.")


def _apart(labels: Sequence[str]) -> list[str]:
    """The labels, no two alike: bars of one name would be one bar."""
    seen: dict[str, int] = {}
    found = []
    for label in labels:
        seen[label] = seen.get(label, 0) + 1
        found.append(label if seen[label] == 1 else f"{label} ({seen[label]})")
    return found
