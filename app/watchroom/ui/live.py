"""What people did, as the ledger has it now: a process reads on from where it left off, and never all of it twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

import streamlit as st

from watchroom.ui import book
from watchroom.ui.room import room

if TYPE_CHECKING:
    from watchroom.ledger import Ledger

T = TypeVar("T")


class _Kept:
    """What was last read of one kind."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: Any = None

    def now(self, read: Callable[[Ledger, Any], Any]) -> Any:
        with self._lock:
            self._known = read(book.ledger(), self._known)
            return self._known


def live(kind: str, read: Callable[[Ledger, T | None], T]) -> T:
    """What `read(ledger, known)` gives now; `known` is what it gave this process the last time, under that name.

    It is shared by everybody, and so never to be changed. Raises `LedgerError`.
    """
    return cast("T", _kept(str(room().settings.workspace.resolve()), kind).now(read))


@st.cache_resource(show_spinner=False, max_entries=32)
def _kept(workspace: str, kind: str) -> _Kept:
    return _Kept()
