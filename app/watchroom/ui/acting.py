"""What people do to the ledger on a page: done or refused, and said once after it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from watchroom.errors import LedgerError, SourceError
from watchroom.ui.states import error

_DONE = "_done"


def act(do: Callable[[], object], said: str) -> None:
    """Does it and draws the page anew, which says so; what the ledger or the folder of evidence refuses is shown.

    `said` is Markdown: text from outside goes through `plain` first.
    """
    try:
        do()
    except (LedgerError, SourceError) as problem:
        error(problem)
        return
    st.session_state[_DONE] = said
    st.rerun()


def say_done() -> None:
    """What the last rerun did, said once, by the first part of a page that asks."""
    if said := st.session_state.pop(_DONE, ""):
        st.toast(said, icon=":material/check_circle:")
