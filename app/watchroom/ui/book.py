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
    """Who is looking, as the ledger is to know them: by address, else by name; in the roles held, never one viewed."""
    from watchroom.ledger.people import Person

    return Person(user.email or user.name, user.roles)
