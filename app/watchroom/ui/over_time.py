"""Charts over time, with what happened in the world marked on them: the one way in which such a chart is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from watchroom.charts.events import Mark, marked
from watchroom.charts.style import Chart
from watchroom.errors import LedgerError
from watchroom.ui import book
from watchroom.ui.live import live
from watchroom.ui.text import one_line, plain

if TYPE_CHECKING:
    from watchroom.ledger.events import Event

_QUIET = {"displayModeBar": False}

WORDS_SHOWN = 6
"""Events that are listed under a chart; the others are on the page of events."""


def events(model: str | None) -> tuple[Event, ...]:
    """The events that stand now and concern a model, or all, by their days. Raises `LedgerError`."""
    book.must_be_there()
    from watchroom.ledger.events import read

    return live("events", read).of(model)


def marks(model: str | None) -> tuple[Mark, ...]:
    """The events as a chart shows them; none while the ledger cannot be read: the chart stands without its marks."""
    try:
        found = events(model)
    except LedgerError:
        return ()
    return tuple(Mark(one_line(one.happened.title, 60), one.happened.first_day, one.happened.last_day) for one in found)


def over_time(chart: Chart, key: str, *, model: str | None, config: dict[str, Any] | None = None) -> None:
    """A chart over time with the events that concern the model within its days; None is for charts of all models."""
    found = marked(chart, marks(model))
    figure, alt = (chart.figure, chart.alt) if found is None else (found.figure, found.alt)
    st.plotly_chart(figure, config=config or _QUIET, alt=alt, key=key)
    if found is None:
        return
    several = len(found.marks) > 1
    said = [
        f"{f'{number} ' if several else ''}{plain(mark.words, 120)}"
        for number, mark in enumerate(found.marks[:WORDS_SHOWN], start=1)
    ]
    more = f" · and {len(found.marks) - WORDS_SHOWN} more" if len(found.marks) > WORDS_SHOWN else ""
    st.caption(f":material/event: {' · '.join(said)}{more}")
