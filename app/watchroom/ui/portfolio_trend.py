"""The main figures by quarter: whether it gets faster, safer and worth more."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pandas as pd
import streamlit as st

from watchroom.charts import portfolio as charts
from watchroom.charts.portfolio import Panel
from watchroom.charts.style import Chart
from watchroom.domain.money_text import short_money
from watchroom.reports import portfolio_words as words
from watchroom.reports.portfolio_facts import TREND_QUARTERS, Choice, Facts, QuarterFacts
from watchroom.ui.portfolio_facts import trend_of
from watchroom.ui.room import drawn
from watchroom.ui.states import section, sourced
from watchroom.ui.tables import download
from watchroom.ui.text import count_of, number, plain
from watchroom.ui.workspace import facts

QUIET = {"displayModeBar": False}


def show(told: Facts) -> None:
    """The view."""
    found = trend_of(told.choice)
    section("Quarter by quarter", f"The last {count_of(len(found), 'quarter')}; the paler bar is not over yet.")
    with st.grid(3, min_column_width=280):
        for title, chart in drawn(_charts, choice=told.choice).items():
            with st.container(border=True, gap="xsmall"):
                st.markdown(f"**{plain(title)}**")
                st.plotly_chart(chart.figure, config=QUIET, alt=chart.alt, key=f"trend_{title}")
    st.caption(
        "A release counts in the quarter in which it went into service, with all that came of it; a wait in that in "
        f"which it ended. At most {TREND_QUARTERS} quarters, UTC. No bar: nothing is known, or there was none. "
        "*Up to*: there already when the logs or the watch over the registry began. Net: of the models of which it is "
        "known for the whole quarter."
    )
    st.caption(sourced("by quarter", len(found), "quarter"))
    download("Download as CSV", "portfolio-by-quarter", lambda: table(found))


def _charts(*, choice: Choice) -> Mapping[str, Chart]:
    found, currency = trend_of(choice), facts().currency
    names = [_named(place, one) for place, one in enumerate(found)]
    running = next((place for place, one in enumerate(found) if not one.over), None)
    panels = (
        _panel("Projects begun", found, lambda one: one.begun, number),
        _reached(found),
        _panel("Releases", found, _changes, number),
        _panel("Lead time, median", found, _lead, words.days),
        _failures(found),
        _panel("Net", found, lambda one: one.net.amount, lambda value: short_money(value, currency)),
    )
    return {one.title: charts.by_quarter(one, names, running) for one in panels}


def _named(place: int, one: QuarterFacts) -> str:
    """`Q3`, with the year where it is another."""
    title = one.quarter.title
    return title.replace(" ", "<br>") if place == 0 or title.startswith("Q1") else title[:2]


def _panel(
    title: str,
    found: Sequence[QuarterFacts],
    value: Callable[[QuarterFacts], float | None],
    text: Callable[[float], str],
) -> Panel:
    values = [value(one) for one in found]
    return Panel(title, values, ["" if one is None else text(one) for one in values])


def _reached(found: Sequence[QuarterFacts]) -> Panel:
    """Of what was there already when anybody first looked it is known only by when it was."""
    seen = [one if one.delivery else None for one in found]
    texts = [
        "" if one is None else f"{'up to ' if one.perhaps else ''}{number(one.in_service + one.perhaps)}"
        for one in seen
    ]
    values = [None if one is None else one.in_service + one.perhaps for one in seen]
    return Panel("First time in production", values, texts)


def _lead(one: QuarterFacts) -> float | None:
    return one.delivery.lead.median if one.delivery else None


def _changes(one: QuarterFacts) -> float | None:
    return one.delivery.changes if one.delivery else None


def _failures(found: Sequence[QuarterFacts]) -> Panel:
    """How many changes failed, beside how many it is known of: few changes have no percentage."""
    told = [one.delivery for one in found]
    values = [one.failed if one and one.judged else None for one in told]
    texts = [f"{one.failed} of {one.judged}" if one and one.judged else "" for one in told]
    return Panel("Changes that failed", values, texts, bad=True)


def table(found: Sequence[QuarterFacts]) -> pd.DataFrame:
    """The figures by quarter as a plain table; times in days."""
    return pd.DataFrame([_row(one) for one in found])


def _row(one: QuarterFacts) -> dict[str, object]:
    made = one.delivery
    return {
        "quarter": one.quarter.name,
        "over": one.over,
        "begun": one.begun,
        "first_in_production": one.in_service,
        "there_when_first_seen": one.perhaps,
        "changes": made.changes if made else None,
        "changes_a_month": made.per_month if made else None,
        "lead_days_median": made.lead.median if made else None,
        "lead_n": made.lead.n if made else 0,
        "judged": made.judged if made else 0,
        "failed": made.failed if made else 0,
        "restore_days_median": made.restore.median if made else None,
        "review_days_median": one.waited.median,
        "reviews": one.waited.n,
        "net": one.net.amount,
        "net_models": one.net.known,
        "net_models_unknown": one.net.unknown,
    }
