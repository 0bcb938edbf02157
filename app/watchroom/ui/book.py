"""The ledger, as pages reach it: opened once in a process, never created, and only when a page needs it.

SQLAlchemy is loaded with it: a page without anything to act on does without.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from watchroom.ui.identity import User
from watchroom.ui.room import room

if TYPE_CHECKING:
    from watchroom.ledger import Ledger
    from watchroom.ledger.people import Person


def ledger() -> Ledger:
    """The workspace's ledger. Raises `LedgerError` when it is not there or not of this program's schema."""
    return _ledger(str(room().settings.workspace.resolve()))


@st.cache_resource(show_spinner=False, max_entries=4)
def _ledger(workspace: str) -> Ledger:
    from pathlib import Path

    from watchroom.ledger import Ledger
    from watchroom.workspace.load import load_workspace

    return Ledger.open(load_workspace(Path(workspace)).ledger, create=False)


def person(user: User) -> Person:
    """Who is looking, as the ledger is to know them: by address, else by name; in the roles held, never one viewed."""
    from watchroom.ledger.people import Person

    return Person(user.email or user.name, user.roles)
