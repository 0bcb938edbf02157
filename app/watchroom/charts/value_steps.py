"""A chart of how amounts add up to a net, from above to below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from watchroom.charts.money_axis import extent, money_axis
from watchroom.charts.style import GRID_COLOUR, OTHER_COLOUR, Chart, figure, name
from watchroom.charts.value import (
    COST_COLOUR,
    ESTIMATED_COLOUR,
    NET_COLOUR,
    REALIZED_COLOUR,
    SCENARIO_WORDS,
    say_scenario,
)
from watchroom.domain.money_text import money

_AMOUNT_ROOM = 76
"""Pixels at the right for the amount beside the longest bar."""


@dataclass(frozen=True)
class Step:
    """One of the amounts that a sum is made of; a `total` stands from zero. `note` is what it comes from."""

    label: str
    amount: float | None
    note: str = ""
    total: bool = False
    estimated: bool = False


def steps(found: Sequence[Step], currency: str, *, scenario: bool = False) -> Chart:
    """How amounts add up to a net, from above to below: each begins where the one before ended."""
    rows, at = list(found), 0.0
    bases, lengths, colours, ends = [], [], [], []
    for one in rows:
        amount = one.amount or 0.0
        base = 0.0 if one.total else at
        at = amount if one.total else at + amount
        bases.append(base)
        lengths.append(amount)
        ends.append((base, base + amount))
        colours.append(_step_colour(one))
    places = list(range(len(rows)))[::-1]
    chart = figure(
        go.Bar(
            orientation="h", y=places, x=lengths, base=bases, width=0.62,
            marker={"color": colours, "line": {"width": [1 if one.estimated else 0 for one in rows],
                                              "color": REALIZED_COLOUR}},
            hovertext=[f"{name(one.label)}<br>{name(one.note)}" for one in rows],
            hovertemplate="%{hovertext}<extra></extra>",
        ),
        height=34 * len(rows) + 40,
    )  # fmt: skip
    low, high = extent([end for pair in ends for end in pair], top_air=0.02)
    money_axis(chart, low, high, currency, axis="x")
    chart.update_xaxes(showgrid=True, gridcolor=GRID_COLOUR, zeroline=True, zerolinecolor=OTHER_COLOUR)
    chart.update_yaxes(
        tickmode="array", tickvals=places, ticktext=[f"{name(one.label)}  " for one in rows], showgrid=False,
        range=[-0.6, len(rows) - 0.4],
    )  # fmt: skip
    for place, one, (start, end) in zip(places, rows, ends, strict=True):
        chart.add_annotation(
            x=max(start, end), y=place, xanchor="left", xshift=5, showarrow=False, font={"size": 12},
            text=f"<b>{money(one.amount, currency)}</b>" if one.total else money(one.amount, currency, signed=True),
        )  # fmt: skip
    chart.update_layout(hovermode="closest", margin={"r": _AMOUNT_ROOM})
    if scenario:
        say_scenario(chart)
    told = "; ".join(f"{one.label} {money(one.amount, currency)}" for one in rows)
    return Chart(chart, f"{SCENARIO_WORDS if scenario else ''}How it adds up: {told}.")


def _step_colour(one: Step) -> str:
    if one.total:
        return NET_COLOUR
    if one.estimated:
        return ESTIMATED_COLOUR
    return COST_COLOUR if (one.amount or 0) < 0 else REALIZED_COLOUR
