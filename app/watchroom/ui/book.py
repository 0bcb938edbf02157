"""The ledger, as pages reach it: opened once in a process, never created, and only when a page needs it.

SQLAlchemy is loaded with it: a room without a ledger does without.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from watchroom.errors import LedgerError
from watchroom.ui.identity import User
from watchroom.ui.room import room

if TYPE_CHECKING:
    from watchroom.ledger import Ledger
    from watchroom.ledger.people import Person


_FILE = "sqlite:///"


def ledger() -> Ledger:
    """The workspace's ledger. Raises `LedgerError` when it is not there or not of this program's schema."""
    return _ledger(str(room().settings.workspace.resolve()))


def must_be_there() -> None:
    """Raises `LedgerError` when the ledger is a file and there is none: before anything is loaded to read it."""
    file = _address(str(room().settings.workspace.resolve())).partition(_FILE)[2]
    if file and not Path(file).is_file():
        raise LedgerError("There is no ledger yet.", next_step="Run `watchroom refresh`: it makes one.")


@st.cache_resource(show_spinner=False, max_entries=4)
def _ledger(workspace: str) -> Ledger:
    from watchroom.ledger import Ledger

    return Ledger.open(_address(workspace), create=False)


@st.cache_resource(show_spinner=False, max_entries=4)
def _address(workspace: str) -> str:
    from watchroom.workspace.load import load_workspace

    return load_workspace(Path(workspace)).ledger


def person(user: User) -> Person:
    """Who is looking, as the ledger is to know them: by address, else by name; in the roles held, never one viewed.

    A name that was only given, in a room without sign-in, is marked so.
    """
    from watchroom.ledger.people import Person, unchecked

    return Person(user.email or user.name if user.signed_in else unchecked(user.name), user.roles)


def is_theirs(actor: str, user: User) -> bool:
    """Whether the ledger has whoever looks under that name."""
    from watchroom.ledger.acts import actor_of

    return actor_of(person(user)) == actor


def called(user: User) -> str:
    """Who is looking, to stand on what they take home: a name and an address; empty when it is not known."""
    if not user.signed_in:
        return person(user).name
    return " ".join(part for part in (user.name, f"({user.email})" if user.email else "") if part)
