"""Adding an event to the charts, and taking it back."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import streamlit as st

from watchroom.store.queries import models as queries
from watchroom.ui import book
from watchroom.ui.acting import act
from watchroom.ui.fragments import dialog
from watchroom.ui.identity import current_user
from watchroom.ui.room import ask, reading

if TYPE_CHECKING:
    from watchroom.ledger.events import Event

_EARLIEST = date(1970, 1, 1)


@dialog("Add an event", width="medium", icon=":material/event:", on_dismiss="rerun")
def add(model: str) -> None:
    """The dialog that marks an event; `model` is the one that the page is about."""
    from watchroom.ledger.events import MAX_TEXT, MAX_TITLE

    st.caption("It is marked on every chart over time, for everybody. Who added it stands in the ledger.")
    title = st.text_input("What happened", max_chars=MAX_TITLE, key="event_title", placeholder="Prices rose by 5 %")
    with reading() as snapshot:
        today = snapshot.day
    first, last = st.columns(2)
    began = first.date_input("First day", today, min_value=_EARLIEST, key="event_first", format="YYYY-MM-DD")
    ended = last.date_input(
        "Last day, the same for a single day", began, min_value=_EARLIEST, key="event_last", format="YYYY-MM-DD"
    )
    names = list(ask(queries.names))
    chosen = st.multiselect(
        "Models it concerns; none for all", names, default=[model] if model in names else [], key="event_models"
    )
    text = st.text_area("More about it, if you like", max_chars=MAX_TEXT, height=90, key="event_text")
    if st.button("Add it", key="event_do", icon=":material/check:"):
        _add(title, (began, ended), tuple(chosen), text or "")


def _add(title: str, days: tuple[date, date], models: tuple[str, ...], text: str) -> None:
    from watchroom.ledger.events import Happened, add

    by = book.person(current_user())
    act(
        lambda: add(book.ledger(), Happened(title, *days, models, text), by),
        "Added. Every chart over time shows it.",
    )


def take_back(event: Event) -> None:
    """A button that takes an event off the charts, for those who may."""
    from watchroom.domain.roles import ADMIN
    from watchroom.ledger.acts import actor_of

    by = book.person(current_user())
    if actor_of(by) != event.actor and ADMIN not in by.roles:
        return
    if not st.button("Take back", key=f"_event_back_{event.seq}", type="tertiary", icon=":material/undo:"):
        return
    from watchroom.ledger.events import take_back as taken

    act(lambda: taken(book.ledger(), event.seq, by), "Taken back. It stays readable in the ledger.")
