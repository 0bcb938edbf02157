"""How the net of a month came about: what each kind of outcome brought, less what would have been without the model."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from watchroom.charts import value_steps as charts
from watchroom.charts.value_steps import Step
from watchroom.domain.value import Service, bounded, money, total
from watchroom.store.queries.value import Answer
from watchroom.ui.room import drawn
from watchroom.ui.states import sourced
from watchroom.ui.text import number, plain, some
from watchroom.ui.value_assumed import baseline_text, label, text_of
from watchroom.ui.value_figures import Figures, against, figure_of, served, terms_fields

ALL = "all"
"""In the address, in place of a month."""

_KEY = "month"
QUIET = {"displayModeBar": False}


def show(found: Figures, answer: Answer) -> None:
    """The section, for the month of the answer or the one that is chosen."""
    fields = terms_fields(found.assumed)
    if not fields:
        return
    months = found.by("month")
    starts = [pd.Timestamp(day).date() for day in months["period_start"]][::-1]
    options = [*(f"{day:%Y-%m}" for day in starts), ALL]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.markdown("**How it came about**", width="content")
        chosen = st.selectbox(
            "Month",
            options,
            index=options.index(f"{answer.period_start:%Y-%m}"),
            key=_KEY,
            bind="query-params",
            format_func=lambda one: _name(one, found, answer),
            label_visibility="collapsed",
            width=240,
        )
    steps, decisions = steps_of(found, None if chosen == ALL else _day(str(chosen)))
    chart = charts.steps(steps, found.currency, scenario=found.scenario)
    st.plotly_chart(chart.figure, config=QUIET, alt=chart.alt, key="steps")
    notes = " · ".join(f"{plain(one.label, 60)}: {plain(one.note, 120)}" for one in steps if one.note)
    scenario = "**By a scenario.** " if found.scenario else ""
    gaps = plain(_left_out(months), 200) if chosen == ALL else ""
    st.caption(f"{scenario}{notes}  \n{gaps} {sourced(_name(str(chosen), found, answer), decisions, 'decision')}")


def _day(month: str) -> date:
    year, _, number_of = month.partition("-")
    return date(int(year), int(number_of), 1)


def _name(option: str, found: Figures, answer: Answer) -> str:
    if option == ALL:
        return f"Since {answer.first_day.day} {answer.first_day:%b %Y}"
    day = _day(option)
    return f"{day:%B %Y}{' so far' if (day.year, day.month) == (found.today.year, found.today.month) else ''}"


def steps_of(found: Figures, month: date | None) -> tuple[list[Step], int]:
    """The amounts that the net of a month is made of, in order, and its decisions; None for all months.

    Of all months those are in it whose net is known: the steps come to the net.
    """
    own = against(drawn(served, model=found.model.name), found.assumed.baseline, found.given.baseline).by("month")
    made = money(found.assumed, own)
    known = ~np.isnan(made.net)
    kept = known if month is None and known.any() else _months(own, month)
    steps = _of_kinds(found, own.realized.parts[kept].sum(axis=0))
    if found.assumed.baseline is not None:
        note = baseline_text(found.assumed, found.spec.answer)
        steps.append(_without(total(made.baseline_worth[kept]).amount, note))
    steps.append(Step("From outcomes", total(made.benefit[kept]).amount, total=True))
    if own.estimated.n[kept].sum() > 0:
        n = f"{number(own.estimated.n[kept].sum())} decisions without an outcome yet"
        steps.append(Step("Estimated", total(made.estimated_benefit[kept]).amount, n, estimated=True))
    cost = total(made.run_cost[kept]).amount
    if cost is not None:
        steps.append(Step("Running cost", -cost))
    steps.append(Step("Net", total(made.net[kept]).amount, total=True))
    return steps, int(own.decisions[kept].sum())


def _months(own: Service, month: date | None) -> NDArray[np.bool_]:
    return np.ones(own.first.size, bool) if month is None else own.first == np.datetime64(month)


def _without(amount: float | None, note: str) -> Step:
    """The step from what its decisions were worth to what they were worth more than without it."""
    if amount is not None and amount < 0:
        return Step("Spared by the model", -amount, f"what doing without it would have cost ({note})")
    return Step("Less: without the model", None if amount is None else -amount, note)


def _left_out(months: pd.DataFrame) -> str:
    """Which months are not in the sum of all, as a sentence; empty when every one is."""
    net = months["net"].astype(float)
    unknown = [f"{pd.Timestamp(day):%b %Y}" for day in months.loc[net.isna(), "period_start"]]
    if not unknown or len(unknown) == len(months):
        return ""
    return f"Not in it, because their net is unknown: {some(unknown, 6)}. "


def _of_kinds(found: Figures, counts: Sequence[float] | np.ndarray) -> list[Step]:
    """A step for each kind of outcome, or for too much and too little, that moved anything."""
    steps = []
    names, currency = found.spec.answer, found.currency
    for name, count in zip(terms_fields(found.assumed), counts, strict=False):
        each = figure_of(found.assumed, name)
        if not count or each == 0:
            continue
        of = f"{number(count)} × {text_of(found.assumed, name, currency, names)}"
        steps.append(Step(label(name, names), None if each is None else _believed(float(count) * each), of))
    return steps


def _believed(amount: float) -> float | None:
    return None if np.isnan(bounded(amount)) else amount
