"""What happened after a proposal was done: the days before its version took over against those from then on."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from watchroom.charts.words import days
from watchroom.domain.before_after import WINDOWS, Windows, compare, windows
from watchroom.store.queries import events as figures
from watchroom.store.queries import proposals as queries
from watchroom.store.queries.value import Taking
from watchroom.ui import events_words as words
from watchroom.ui.room import ask, drawn, reading
from watchroom.ui.text import plain
from watchroom.ui.workspace import facts

if TYPE_CHECKING:
    from watchroom.ledger.proposals import Proposal

DAYS = WINDOWS[0]


def show(one: Proposal) -> None:
    """The comparison, or in a sentence why there is none."""
    assert one.result is not None, "asked only of what is done"
    if one.result.version is None or one.verdict is None:
        st.caption("No version came of it, so before and after are not compared.")
        return
    decided = one.verdict.at.date()
    found = ask(queries.taking, model=one.proposed.model, version=one.result.version, since=decided)
    if found is None:
        st.caption(
            f"Version {one.result.version} has not taken over yet, as far as the snapshot knows: what happened "
            "after is not known."
        )
        return
    with reading() as snapshot:
        around = _around(found.day, snapshot.day)
    table = drawn(compared, model=one.proposed.model, around=around)
    st.markdown("**What happened after**")
    st.dataframe(
        table,
        hide_index=True,
        row_height=34,
        alt=f"{len(table)} daily figures before and after version {found.version} took over",
    )
    st.caption(_said(found, around, decided))


def _around(day: date, today: date) -> Windows:
    """Whole weeks on either side of the day, of those after it what is over."""
    full = windows(day, day, DAYS)
    return Windows(full.before, None, (day, min(full.after[1], today - timedelta(1))))


def _said(found: Taking, around: Windows, decided: date) -> str:
    over = (around.after[1] - around.after[0]).days + 1
    running = "" if over == DAYS else f" So far {over} of {DAYS} days after are over."
    early = " It took over before this was decided here." if found.day < decided else ""
    return (
        f"Before: {plain(days(*around.before))}, version {found.before}. After: {plain(days(*around.after))}, "
        f"version {found.version}.{running}{early} Other things changed in this time too: the difference is not all "
        "its doing. Days are taken as independent, which makes the intervals narrow."
    )


def compared(*, model: str, around: Windows) -> pd.DataFrame:
    """The model's daily figures before and after, as text: their means, the difference, and what can be said of it."""
    currency = facts().currency
    every = [(one, compare(one.by_day, around, one.better)) for one in ask(figures.daily, model=model)]
    return pd.DataFrame(
        {
            "Figure, mean a day": [words.title(one, currency) for one, _ in every],
            "So it": [words.verdict(one, seen) for one, seen in every],
            "Before": [words.value(one, seen.before.mean, currency) for one, seen in every],
            "After": [words.value(one, seen.after.mean, currency) for one, seen in every],
            "After less before": [words.difference(one, seen, currency) for one, seen in every],
            "Days before, after": [f"{seen.before.n}, {seen.after.n}" for _, seen in every],
        }
    )
