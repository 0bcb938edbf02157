"""Notes and pins on a page: what people left about a run or a model, and leaving one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

import streamlit as st

from watchroom.errors import LedgerError
from watchroom.ui import book
from watchroom.ui.acting import act, say_done
from watchroom.ui.identity import current_user
from watchroom.ui.live import live
from watchroom.ui.rows import quiet
from watchroom.ui.states import error
from watchroom.ui.text import ago, count_of, plain, when
from watchroom.ui.workspace import facts

if TYPE_CHECKING:
    from watchroom.ledger.notebook import Note, Notebook, Subject

Kind = Literal["run", "model"]

NOTES_SHOWN = 20
"""Notes that are drawn at once, the newest; the others open below."""


def notebook() -> Notebook:
    """All notes, pins and saved views that stand now. Raises `LedgerError` when the ledger cannot be read."""
    from watchroom.ledger.notebook import read

    return live("notebook", read)


def pinned(kind: Kind) -> tuple[str, ...]:
    """The ids of what is pinned, the newest first; none while the ledger cannot be read."""
    try:
        pins = notebook().pins
    except LedgerError:
        return ()
    return tuple(subject.id for subject in reversed(list(pins)) if subject.kind == kind)


def pin(kind: Kind, id_: str) -> None:
    """A button that marks a run or a model for everybody, or takes the mark away."""
    from watchroom.ledger.notebook import set_pin

    about = _subject(kind, id_)
    try:
        set_by = notebook().pins.get(about)
    except LedgerError:
        return
    said = f"Pinned{by_whom(set_by[1])} {ago(set_by[0], datetime.now(UTC))}" if set_by else ""
    label, icon = ("Unpin", ":material/keep_off:") if set_by else ("Pin", ":material/keep:")
    told = f"{said}. Take it away for everybody" if set_by else f"Marks this {kind} for everybody"
    if st.button(label, icon=icon, key=f"_pin_{kind}_{id_}", type="tertiary", help=told):
        try:
            set_pin(book.ledger(), about, book.person(current_user()), pinned=set_by is None)
        except LedgerError as problem:
            error(problem)
            return
        st.rerun()


def notes(kind: Kind, id_: str) -> None:
    """The notes about a run or a model, the newest first, and a way to leave one."""
    about = _subject(kind, id_)
    try:
        found = notebook().about(about)
    except LedgerError as problem:
        st.caption(f":material/info: Notes cannot be read: {plain(problem.what, 200)}")
        return
    say_done()
    _leave(about)
    if not found:
        st.caption(f"Nobody has left a note about this {kind} yet.")
    for note in found[:NOTES_SHOWN]:
        _note(note)
    if len(found) > NOTES_SHOWN:
        with st.expander(f"{count_of(len(found) - NOTES_SHOWN, 'older note')}"):
            for note in found[NOTES_SHOWN:]:
                _note(note)


def by_whom(actor: str) -> str:
    """By whom, as part of a sentence; empty where there was no sign-in."""
    from watchroom.ledger.people import NOT_SIGNED_IN

    return "" if actor == NOT_SIGNED_IN else f" by {plain(actor, 60)}"


def _note(note: Note) -> None:
    user = current_user()
    mine = book.is_theirs(note.actor, user)
    with st.container(border=True, gap="xsmall"):
        role = f" · {plain(note.role.replace('_', ' '), 40)}" if note.role else ""
        written = f"{when(note.at, facts().zone)} ({ago(note.at, datetime.now(UTC))})"
        with st.container(horizontal=True, vertical_alignment="center"):
            who = f"**{plain(note.actor, 80)}**" if by_whom(note.actor) else "**Somebody** who was not signed in"
            st.markdown(f"{who} {quiet(f'{role} · {written}')}")
            if (mine or "admin" in user.roles) and st.button(
                "Take back", key=f"_take_back_{note.seq}", type="tertiary", icon=":material/undo:"
            ):
                _take_back(note)
        st.text(note.text)


def _take_back(note: Note) -> None:
    from watchroom.ledger.notebook import take_back

    by = book.person(current_user())
    act(lambda: take_back(book.ledger(), note.seq, by), "Taken back. It stays readable in the ledger.")


def _leave(about: Subject) -> None:
    from watchroom.ledger.notebook import MAX_TEXT, write_note

    key = f"_note_{about.kind}_{about.id}"
    with st.form(key, clear_on_submit=True, border=False):
        text = st.text_area(
            f"A note about this {about.kind}, for everybody",
            key=f"{key}_text",
            max_chars=MAX_TEXT,
            height=90,
            placeholder="What should the next person know?",
        )
        pressed = st.form_submit_button("Leave the note", icon=":material/edit_note:")
    if not pressed:
        return
    by = book.person(current_user())
    act(lambda: write_note(book.ledger(), about, by, text=text or ""), "Noted, with who you are and when.")


def _subject(kind: Kind, id_: str) -> Subject:
    from watchroom.ledger.notebook import Subject

    return Subject(kind, id_)
