"""Events of a model: what happened in the world, and what its figures were before and after."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from watchroom.charts import before_after as charts
from watchroom.charts.words import days as days_text
from watchroom.domain.before_after import WINDOWS, Compared, Windows, compare, windows
from watchroom.errors import LedgerError
from watchroom.store.queries import events as queries
from watchroom.store.queries.events import Daily
from watchroom.store.queries.models import Model
from watchroom.ui import events_words as words
from watchroom.ui.acting import say_done
from watchroom.ui.events_act import add, take_back
from watchroom.ui.following import Reads, follow, remember
from watchroom.ui.over_time import events, over_time
from watchroom.ui.room import ask, reading
from watchroom.ui.rows import quiet
from watchroom.ui.states import empty, error, section, sourced
from watchroom.ui.tables import download
from watchroom.ui.text import ago, count_of, one_line, plain, sentence
from watchroom.ui.workspace import facts

if TYPE_CHECKING:
    from watchroom.ledger.events import Event

EVENT, DAYS, FIGURE = "event", "days", "figure"
"""The parameters of the address, and their controls' keys."""

LISTED = 50
"""Events that are listed at once, the newest first."""


def show(model: Model) -> None:
    """The events that concern the model; of the one that is chosen, what changed after it."""
    try:
        found = events(model.name)
    except LedgerError as problem:
        error(problem)
        return
    say_done()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"{count_of(len(found), 'event')} on the charts of this model."
            if found
            else "Nothing has been marked on the charts of this model yet.",
            width="stretch",
        )
        if st.button("Add an event", icon=":material/add:", key="event_add"):
            add(model.name)
    if not found:
        empty("No event yet.", "A price change, a storm, a campaign: mark it, and every chart over time shows it, with "
              "what changed after it.")  # fmt: skip
        return
    follow(_FOLLOWED)
    _compared(model, found)
    _list(found)
    remember(_FOLLOWED)


def _compared(model: Model, found: tuple[Event, ...]) -> None:
    every = {str(one.seq): one for one in reversed(found)}
    asked = st.query_params.get(EVENT)
    if EVENT not in st.session_state and asked not in every:
        st.session_state[EVENT] = next(iter(every))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        picked = st.selectbox(
            "Event", list(every), key=EVENT, bind="query-params", width=420,
            format_func=lambda seq: _named(every[seq]) if seq in every else "taken back",
        )  # fmt: skip
        length = st.segmented_control(
            "Days before and after", [str(one) for one in WINDOWS], key=DAYS, bind="query-params",
            default=str(WINDOWS[0]), required=True,
        )  # fmt: skip
    event = every.get(str(picked), next(iter(every.values())))
    around = windows(event.happened.first_day, event.happened.last_day, int(length or WINDOWS[0]))
    _answer(model, event, around, int(length or WINDOWS[0]))


def _answer(model: Model, event: Event, around: Windows, length: int) -> None:
    currency = facts().currency
    every = [(one, compare(one.by_day, around, one.better)) for one in ask(queries.daily, model=model.name)]
    if not every:
        empty("This model has no figures by day yet.", "They come with its decisions, KPIs and money.")
        return
    title = one_line(event.happened.title, 60)
    with st.container(border=True, gap="xsmall"):
        st.subheader(sentence(words.answer(title, every, length, currency), 700), anchor=False)
        if event.happened.text:
            st.text(event.happened.text)
        st.caption(
            "What came after it, not what it did: whatever else changed in these days is in the difference too. Days "
            "are taken as independent, which makes the intervals narrow; of twenty figures one leaves its "
            "95 % interval by chance. Days on which fewer than half of the outcomes are known are left out."
        )
    _table(every, around, currency)
    _chart(model, every, around, currency)


def _table(every: list[tuple[Daily, Compared]], around: Windows, currency: str) -> None:
    shown = pd.DataFrame(
        {
            "Figure, mean a day": [words.title(one, currency) for one, _ in every],
            "So it": [words.verdict(one, seen) for one, seen in every],
            "Before": [_mean(one, seen.before, currency) for one, seen in every],
            **({"During": [_mean(one, seen.during, currency) for one, seen in every]} if around.during else {}),
            "After": [_mean(one, seen.after, currency) for one, seen in every],
            "After less before": [words.difference(one, seen, currency) for one, seen in every],
            "Days before, after": [f"{seen.before.n}, {seen.after.n}" for _, seen in every],
        }
    )
    st.dataframe(shown, hide_index=True, alt="The model's daily figures before and after the event")
    with reading() as snapshot:
        today = snapshot.day
    n = max(seen.before.n + seen.after.n for _, seen in every)
    spans = [("Before", around.before), ("during", around.during), ("after", around.after)]
    told = ", ".join(f"{label} {days_text(*span)}" for label, span in spans if span)
    running = ". The days after it are not over yet" if around.after[1] >= today else ""
    st.caption(f"{sourced(told, n, 'day')}{running}")
    download("As a table", "before-and-after", lambda: shown)


def _mean(one: Daily, found: object, currency: str) -> str:
    return words.value(one, float(getattr(found, "mean", float("nan"))), currency)


def _chart(model: Model, every: list[tuple[Daily, Compared]], around: Windows, currency: str) -> None:
    titles = [words.title(one, currency) for one, _ in every]
    picked = st.selectbox("Figure by day", titles, key=FIGURE, bind="query-params", width=420)
    place = titles.index(str(picked)) if picked in titles else 0
    one, seen = every[place]
    if seen.before.n + seen.after.n:
        over_time(charts.around(one.by_day, around, seen, titles[place]), "before_after", model=model.name)


def _list(found: tuple[Event, ...]) -> None:
    section("All events of this model")
    now = datetime.now(UTC)
    for one in sorted(found, key=lambda event: event.happened.first_day, reverse=True)[:LISTED]:
        with st.container(horizontal=True, vertical_alignment="center"):
            whose = plain(", ".join(one.happened.models), 120) if one.happened.models else "all models"
            by = f"{plain(one.actor, 60)}, {ago(one.at, now)}"
            st.markdown(f"**{plain(_named(one))}** {quiet(f'· {whose} · added by {by}')}", width="stretch")
            take_back(one)


def _named(one: Event) -> str:
    return f"{one_line(one.happened.title, 60)} ({days_text(one.happened.first_day, one.happened.last_day)})"


def _number(asked: str) -> str:
    if not asked.isdecimal():
        raise ValueError(asked)
    return asked


def _length(asked: str) -> str:
    if asked not in {str(one) for one in WINDOWS}:
        raise ValueError(asked)
    return asked


_FOLLOWED: Reads = {EVENT: _number, DAYS: _length}
"""The parameters that a link of the page itself may set."""
