"""Charts of money over time: what was earned in each period, and all of it against what building cost."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from watchroom.charts.health import middle
from watchroom.charts.money_axis import extent, money_axis
from watchroom.charts.style import LINE_COLOUR, MARK_COLOUR, OTHER_COLOUR, Chart, figure, name
from watchroom.charts.words import days, records
from watchroom.domain.money_text import money, short_money

REALIZED_COLOUR = LINE_COLOUR
ESTIMATED_COLOUR = "rgba(76,130,214,0.38)"
COST_COLOUR = MARK_COLOUR
NET_COLOUR = "#8A94A6"
PAID_COLOUR = "#2E8B57"
"""At least 3 to 1 on the light and on the dark background."""

LABELLED_MOST = 14
"""Periods whose net is written beside its mark; of more the marks alone are drawn, their figures on hovering."""

_LEFT, _RIGHT, _TOP = 8, 118, 10
_DAY_MS = 86_400_000
_MONTH_DAYS = 27
_MONTHS_NAMED = 13
_SCENARIO_ROOM = 26
_LEAST_TEXT = 10
_UNSEEN = 0.025
"""Of the height: what keeps a figure off the mark that stands at the end of the bar."""
_MANY = 40
"""More marks than this lie on one another unless they are small."""

_NEAR = 0.15
"""Names at the right edge that are nearer than this part of the height would lie on one another."""

_WIDTH = 0.72
"""Of a period's length: bars that touch read as one shape."""


@dataclass(frozen=True)
class Mark:
    """A day on which something changed, with its name: a line from top to bottom."""

    day: date
    label: str


def earned(
    found: pd.DataFrame, currency: str, today: date, marks: Sequence[Mark] = (), *, scenario: bool = False
) -> Chart:
    """What was earned in each period: realized and estimated benefit above, running cost below, the net as a mark.

    `found` has period_start, period_end, decisions, labelled, benefit, estimated_benefit, run_cost, net, the oldest
    first; a period with `today` or later in it is not over, and is drawn paler with a frame.
    """
    named = [_labels(found, currency)] if 0 < len(found) <= LABELLED_MOST else []
    chart = figure(*_bars(found), *named, _net(found, currency, today), height=340)
    chart.update_layout(
        barmode="relative", bargap=0, margin={"l": _LEFT, "r": _RIGHT, "t": _TOP},
        uniformtext={"mode": "hide", "minsize": _LEAST_TEXT},
    )  # fmt: skip
    tops, bottoms = _stacks(found)
    low, high = extent([*tops, *bottoms], top_air=0.24)
    low -= 0.1 * (high - low) if (found["net"].astype(float) < 0).any() else 0.0
    money_axis(chart, low, high, currency)
    chart.update_yaxes(zeroline=True, zerolinecolor=OTHER_COLOUR, zerolinewidth=1)
    half = pd.Timedelta(days=1)
    if len(found):
        first, last = found["period_start"].iloc[0], found["period_end"].iloc[-1]
        chart.update_xaxes(range=[pd.Timestamp(first) - half, pd.Timestamp(last) + 2 * half], nticks=8, tickangle=0)
        _running(chart, found, today)
        _marks(chart, [one for one in marks if pd.Timestamp(first) < pd.Timestamp(one.day) <= pd.Timestamp(last)])
        _names(chart, found)
        _months(chart, found)
    if scenario:
        say_scenario(chart)
    return Chart(chart, _earned_words(found, currency, today, scenario))


def _months(chart: go.Figure, found: pd.DataFrame) -> None:
    """Months are named under the middle of their bars, the year with the first of each; shorter periods as usual."""
    starts = pd.to_datetime(found["period_start"])
    if not len(found) or (pd.Timestamp(found["period_end"].iloc[0]) - starts.iloc[0]).days < _MONTH_DAYS:
        return
    every = max(math.ceil(len(found) / _MONTHS_NAMED), 1)
    shown, years = list(range(0, len(found), every)), set[int]()
    texts = []
    for place in shown:
        at = starts.iloc[place]
        texts.append(f"{at:%b}" if at.year in years else f"{at:%b}<br>{at.year}")
        years.add(at.year)
    chart.update_xaxes(tickmode="array", tickvals=middle(found).iloc[shown], ticktext=texts)


def _bars(found: pd.DataFrame) -> list[Any]:
    kinds = (
        ("benefit", "with outcomes", REALIZED_COLOUR, 1),
        ("estimated_benefit", "estimated", ESTIMATED_COLOUR, 1),
        ("run_cost", "running cost", COST_COLOUR, -1),
    )
    return [
        go.Bar(
            x=middle(found), y=sign * found[column].astype(float), width=_widths(found), name=label,
            marker={"color": colour, "line": {"width": 1 if column == "estimated_benefit" else 0,
                                             "color": REALIZED_COLOUR}},
            hoverinfo="skip",
        )
        for column, label, colour, sign in kinds
    ]  # fmt: skip


def _net(found: pd.DataFrame, currency: str, today: date) -> Any:
    """The net of each period, whose tip says all of it."""
    over = [pd.Timestamp(end).date() < today for end in found["period_end"]]
    text = [_tip(row, currency, ended) for row, ended in zip(records(found), over, strict=True)]
    return go.Scatter(
        x=middle(found), y=found["net"].astype(float), mode="markers", name="net",
        hovertext=text, hovertemplate="%{hovertext}<extra></extra>",
        marker={"size": 9 if len(found) <= _MANY else 5, "symbol": "diamond", "color": "#FFFFFF",
                "line": {"width": 2, "color": "#5E6B7E"}},
    )  # fmt: skip


def _labels(found: pd.DataFrame, currency: str) -> Any:
    """The net in figures, beyond the end of its bars; where there is no room for one, on a telephone, there is none.

    It hangs on bars that nobody sees: Plotly hides the text of bars that does not fit, and no other.
    """
    net, (tops, bottoms) = found["net"].astype(float), _stacks(found)
    high = _UNSEEN * (max(tops) - min(bottoms) or 1.0)
    return go.Bar(
        x=middle(found), y=[-high if value < 0 else high for value in net], width=_widths(found), hoverinfo="skip",
        text=[short_money(value, currency) if math.isfinite(value) else "" for value in net], textposition="outside",
        constraintext="both", cliponaxis=False, textangle=0, marker={"color": "rgba(0,0,0,0)"},
    )  # fmt: skip


def _widths(found: pd.DataFrame) -> pd.Series[Any]:
    length = (pd.to_datetime(found["period_end"]) - pd.to_datetime(found["period_start"])).dt.days + 1
    return length * _DAY_MS * _WIDTH


def _tip(row: Any, currency: str, over: bool) -> str:
    lines = [f"<b>{days(row.period_start, row.period_end)}</b>{'' if over else ', so far'}"]
    lines.append(f"net {money(_float(row.net), currency, exact=True)}")
    for label, value in (
        ("from outcomes", row.benefit),
        ("estimated", row.estimated_benefit),
        ("running cost", row.run_cost),
    ):
        lines.append(f"{label} {money(_float(value), currency, exact=True)}")
    lines.append(f"{int(row.labelled):,} of {int(row.decisions):,} decisions have an outcome")
    return "<br>".join(lines)


def _float(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)


def _stacks(found: pd.DataFrame) -> tuple[pd.Series[Any], pd.Series[Any]]:
    """How far the bars of each period reach, up and down."""
    parts = pd.DataFrame(
        {
            "benefit": found["benefit"].astype(float),
            "estimated": found["estimated_benefit"].astype(float),
            "cost": -found["run_cost"].astype(float),
        }
    ).fillna(0)
    return parts.clip(lower=0).sum(axis=1), parts.clip(upper=0).sum(axis=1)


def _running(chart: go.Figure, found: pd.DataFrame, today: date) -> None:
    """The period that is not over stands on a ground of its own, and is said to be so."""
    last = found.iloc[-1]
    if pd.Timestamp(last["period_end"]).date() < today:
        return
    start, end = pd.Timestamp(last["period_start"]), pd.Timestamp(last["period_end"]) + pd.Timedelta(days=1)
    chart.add_vrect(x0=start, x1=end, fillcolor="rgba(128,140,160,0.13)", line_width=0, layer="below")
    chart.add_annotation(
        x=end, y=1, yref="paper", yanchor="top", xanchor="right", text="not over yet", showarrow=False,
        yshift=-_BELOW_EVENTS, font={"size": 11, "color": OTHER_COLOUR},
    )  # fmt: skip


_BELOW_EVENTS = 16
"""Pixels from the top: a line lower than the names of events and versions."""


def _marks(chart: go.Figure, marks: Sequence[Mark]) -> None:
    for one in marks:
        chart.add_shape(
            type="line", x0=pd.Timestamp(one.day), x1=pd.Timestamp(one.day), y0=0, y1=1, yref="paper",
            line={"color": OTHER_COLOUR, "width": 1, "dash": "dot"},
        )  # fmt: skip
        chart.add_annotation(
            x=pd.Timestamp(one.day), y=1, yref="paper", yanchor="top", xanchor="left", showarrow=False,
            text=name(one.label), font={"size": 11, "color": OTHER_COLOUR},
        )  # fmt: skip


def _names(chart: go.Figure, found: pd.DataFrame) -> None:
    """What each colour is, at the right edge, in the order in which they lie on one another."""
    there = [
        ("◇ net", OTHER_COLOUR, True),
        ("□ estimated", REALIZED_COLOUR, _any(found, "estimated_benefit")),
        ("■ with outcomes", REALIZED_COLOUR, _any(found, "benefit")),
        ("■ running cost", COST_COLOUR, _any(found, "run_cost")),
    ]
    shown = [(label, colour) for label, colour, is_there in there if is_there]
    for place, (label, colour) in enumerate(shown):
        chart.add_annotation(
            x=1, xref="paper", xanchor="left", xshift=8, y=0.98 - place * 0.085, yref="paper", text=label,
            showarrow=False, font={"size": 12, "color": colour},
        )  # fmt: skip


def _any(found: pd.DataFrame, column: str) -> bool:
    return bool(found[column].astype(float).fillna(0).abs().sum() > 0)


def _earned_words(found: pd.DataFrame, currency: str, today: date, scenario: bool) -> str:
    if found.empty:
        return "No money has been worked out."
    start = SCENARIO_WORDS if scenario else ""
    told = []
    for row in records(found)[-LABELLED_MOST:]:
        so_far = "" if pd.Timestamp(row.period_end).date() < today else " so far"
        told.append(f"{days(row.period_start, row.period_end)}{so_far} {money(_float(row.net), currency)}")
    return f"{start}Net by period: {'; '.join(told)}."


@dataclass(frozen=True)
class Payback:
    """What building cost, and when it was or will be paid back; None is unknown. `foretold` says that it lies ahead."""

    build_cost: float | None
    day: date | None
    foretold: bool = False


def running(found: pd.DataFrame, currency: str, payback: Payback, *, scenario: bool = False) -> Chart:
    """The net of all days summed up, against what building cost.

    `found` has period_start and net by day, the oldest first; a day of which nothing is known adds nothing.
    """
    total = found["net"].astype(float).fillna(0).cumsum()
    x = pd.to_datetime(found["period_start"])
    line = go.Scatter(
        x=x, y=total, mode="lines", line={"color": LINE_COLOUR, "width": 2.5},
        text=[money(float(value), currency, exact=True) for value in total],
        hovertemplate="%{text} in all<extra></extra>", fill="tozeroy", fillcolor="rgba(76,130,214,0.12)",
    )  # fmt: skip
    chart = figure(line, height=260)
    values = [*total, *([payback.build_cost] if payback.build_cost is not None else [])]
    low, high = extent(values, top_air=0.12)
    money_axis(chart, low, high, currency)
    chart.update_yaxes(zeroline=True, zerolinecolor=OTHER_COLOUR, zerolinewidth=1)
    chart.update_layout(margin={"r": _RIGHT, "t": 12})
    if len(total):
        _end_of(chart, x.iloc[-1], float(total.iloc[-1]), currency)
    if payback.build_cost is not None and len(total):
        _built(chart, payback, x, total, currency)
    if scenario:
        say_scenario(chart)
    return Chart(chart, f"{SCENARIO_WORDS if scenario else ''}{_running_words(found, total, currency, payback)}")


SCENARIO_WORDS = "By the assumptions of a scenario, not those of the file. "


def say_scenario(chart: go.Figure) -> None:
    """Says in the picture itself that it is of a scenario: pictures are copied without what stands round them."""
    top = float(chart.layout.margin.t or 0)
    chart.add_annotation(
        x=0, xref="paper", xanchor="left", y=1, yref="paper", yanchor="bottom", yshift=top, showarrow=False,
        text="<b>scenario</b>, not the file’s figures", font={"size": 12, "color": COST_COLOUR},
        bgcolor="rgba(217,114,11,0.14)", borderpad=3,
    )  # fmt: skip
    chart.update_layout(margin={"t": top + _SCENARIO_ROOM}, height=float(chart.layout.height) + _SCENARIO_ROOM)


def _end_of(chart: go.Figure, at: Any, value: float, currency: str) -> None:
    chart.add_annotation(
        x=at, y=value, xanchor="left", xshift=6, text=f"<b>{short_money(value, currency)}</b><br>so far",
        showarrow=False, align="left", font={"size": 12, "color": LINE_COLOUR},
    )  # fmt: skip


def _built(chart: go.Figure, payback: Payback, x: pd.Series[Any], total: pd.Series[Any], currency: str) -> None:
    cost = float(payback.build_cost or 0)
    chart.add_hline(y=cost, line={"color": COST_COLOUR, "width": 1.3, "dash": "dash"})
    near = abs(cost - float(total.iloc[-1])) < _NEAR * (max(cost, *total) - min(0.0, *total))
    chart.add_annotation(
        x=0 if near else 1, xref="paper", xanchor="left", xshift=6, y=cost, yanchor="bottom" if near else "middle",
        text=f"building cost{' ' if near else '<br>'}{short_money(cost, currency)}",
        showarrow=False, align="left", font={"size": 12, "color": COST_COLOUR},
    )  # fmt: skip
    if payback.day is None:
        return
    at = pd.Timestamp(payback.day)
    if payback.foretold:
        chart.add_trace(
            go.Scatter(x=[x.iloc[-1], at], y=[float(total.iloc[-1]), cost], mode="lines", hoverinfo="skip",
                       line={"color": LINE_COLOUR, "width": 1.5, "dash": "dot"})
        )  # fmt: skip
    chart.add_trace(
        go.Scatter(x=[at], y=[cost], mode="markers", hoverinfo="skip",
                   marker={"size": 11, "color": "rgba(0,0,0,0)" if payback.foretold else PAID_COLOUR,
                           "line": {"width": 2, "color": PAID_COLOUR}})
    )  # fmt: skip
    early = at < x.iloc[0] + (max(x.iloc[-1], at) - x.iloc[0]) / 2
    chart.add_annotation(
        x=at, y=cost, xanchor="left" if early else "right", showarrow=True, arrowhead=0, arrowwidth=1,
        arrowcolor=PAID_COLOUR, ax=-8 if early else -12, ay=-40, yanchor="bottom", standoff=6,
        text=f"{'about ' if payback.foretold else 'paid back '}{payback.day.day} {payback.day:%b %Y}",
        font={"size": 12, "color": PAID_COLOUR},
    )  # fmt: skip


def _running_words(found: pd.DataFrame, total: pd.Series[Any], currency: str, payback: Payback) -> str:
    if found.empty:
        return "No money has been worked out."
    whole = f"All money since {days(found['period_start'].iloc[0], found['period_start'].iloc[0])}: "
    whole += f"{money(float(total.iloc[-1]), currency)}."
    if payback.build_cost is None:
        return f"{whole} What building it cost is not known."
    built = f" Building it cost {money(payback.build_cost, currency)}"
    if payback.day is None:
        return f"{whole}{built}, which is not paid back."
    when = f"{payback.day.day} {payback.day:%b %Y}"
    return f"{whole}{built}, {'by trend paid back about' if payback.foretold else 'paid back on'} {when}."
