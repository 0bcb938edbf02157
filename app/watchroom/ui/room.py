"""What one server process shares: the snapshot store, the settings, and the one cache of answers.

Pages ask their questions through `ask`. Only `desk.params` keeps answers besides, of a model that takes seconds to fit.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import timedelta
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

import streamlit as st

from watchroom.settings import PREFIX, STORE_VARIABLE, Settings
from watchroom.store.snapshot import ReaderLimits, Snapshot, SnapshotStore
from watchroom.ui import identity

P = ParamSpec("P")
T = TypeVar("T")

CACHED_ANSWERS = 2000
"""How many answers are kept: some forty people, each with fifty different views."""

DRAWN_KEPT = 400
"""How many charts and tables are kept as they are sent: each takes some ten kilobytes."""

CACHED_BYTES = "128MB"
"""How much the answers may hold together: the server process is to stay under 400 MB."""


@dataclass(frozen=True)
class Room:
    """The process-wide state: settings, where the snapshots are, and the store that keeps the current one open."""

    settings: Settings
    store_folder: Path
    store: SnapshotStore


@dataclass(frozen=True)
class _Rerun:
    """What one rerun holds on to: the room, its snapshot, and small answers that many parts of a page ask for."""

    room: Room
    snapshot: Snapshot
    notes: dict[str, Any] = field(default_factory=dict)


_rerun: ContextVar[_Rerun | None] = ContextVar("watchroom_rerun", default=None)


def room() -> Room:
    """The state of this process, made at first use.

    `watchroom serve` says in the environment where the store is; else it is `store` in the workspace.
    """
    held = _rerun.get()
    if held is not None:
        return held.room
    return _room(os.environ.get(STORE_VARIABLE, ""), os.environ.get(f"{PREFIX}WORKSPACE", ""))


def old_after() -> timedelta:
    """The age past which a snapshot is said to be old."""
    return timedelta(hours=room().settings.old_after_hours)


@contextmanager
def leased() -> Iterator[Snapshot]:
    """Hold the current snapshot for a whole rerun, so that everything on the page comes from one.

    Nobody reads who may not come in: a fragment and a callback run without the frame, which asks for sign-in.
    Raises NoSnapshot before the first refresh and SnapshotUnreadable when its files are damaged.
    """
    identity.check()
    found = room()
    with found.store.lease() as snapshot:
        token = _rerun.set(_Rerun(found, snapshot))
        try:
            yield snapshot
        finally:
            _rerun.reset(token)


@contextmanager
def reading() -> Iterator[Snapshot]:
    """The rerun's snapshot; in a fragment that reruns by itself, the current one."""
    held = _rerun.get()
    if held is not None:
        yield held.snapshot
        return
    with leased() as snapshot:
        yield snapshot


def noted(name: str, make: Callable[[], T]) -> T:
    """A small value that a rerun needs in many places: made once in it, and shared, so never to be changed."""
    held = _rerun.get()
    if held is None:
        return make()
    if name not in held.notes:
        held.notes[name] = make()
    return cast("T", held.notes[name])


def ask(function: Callable[Concatenate[Snapshot, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The answer of a store reader, `function(snapshot, **kwargs)`, remembered for as long as the snapshot lives.

    Arguments are plain values that can be hashed (text, numbers, dates, tuples, frozen dataclasses), by keyword. The
    answer is the caller's own copy. Errors are not remembered.
    """
    if args:
        raise TypeError("A store reader takes its arguments by keyword.")
    with reading() as snapshot:
        return cast("T", _answer(_key(snapshot, function, kwargs), _call=lambda: function(snapshot, *args, **kwargs)))


class _Passing(Exception):
    """An answer on its way past the cache, which keeps no errors."""

    def __init__(self, answer: Any) -> None:
        super().__init__()
        self.answer = answer


def ask_unless(
    passing: Callable[[T], bool], function: Callable[Concatenate[Snapshot, P], T], *args: P.args, **kwargs: P.kwargs
) -> T:
    """As `ask`, but an answer of which `passing` holds is not remembered: a log that is away may be back at once."""

    @wraps(function)
    def lasting(snapshot: Snapshot, *args: P.args, **kwargs: P.kwargs) -> T:
        answer = function(snapshot, *args, **kwargs)
        if passing(answer):
            raise _Passing(answer)
        return answer

    try:
        return ask(cast("Callable[Concatenate[Snapshot, P], T]", lasting), *args, **kwargs)
    except _Passing as held:
        return cast("T", held.answer)


def drawn(make: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What `make(**kwargs)` gives for the snapshot in hand, such as a chart: made once, and shared by everybody.

    So it is never to be changed. Arguments are as for `ask`, with which `make` reads what it needs; it draws nothing
    on the page itself, and looks at nothing else that may differ between two people.
    """
    if args:
        raise TypeError("What is drawn takes its arguments by keyword.")
    with reading() as snapshot:
        return cast("T", _drawn(_key(snapshot, make, kwargs), _make=lambda: make(*args, **kwargs)))


def _key(snapshot: Snapshot, function: Callable[..., Any], arguments: Mapping[str, Any]) -> str:
    """One text for all that an answer depends on: to take several apart costs Streamlit more than to look one up."""
    given = tuple(sorted(cast("Mapping[str, Hashable]", arguments).items()))
    return f"{room().store_folder}#{snapshot.id}#{function.__module__}.{function.__qualname__}#{given!r}"


@st.cache_data(max_entries=CACHED_ANSWERS, max_size=CACHED_BYTES, show_spinner="Reading the snapshot …")
def _answer(key: str, _call: Callable[[], Any]) -> Any:
    return _call()


@st.cache_resource(max_entries=DRAWN_KEPT, show_spinner=False)
def _drawn(key: str, _make: Callable[[], Any]) -> Any:
    return _make()


@st.cache_resource(show_spinner=False, max_entries=4)
def _room(store: str, workspace: str) -> Room:
    settings = Settings.load(os.environ)
    folder = Path(store) if store else settings.workspace / "store"
    return Room(settings, folder.resolve(), SnapshotStore(folder.resolve(), ReaderLimits.of(settings)))
