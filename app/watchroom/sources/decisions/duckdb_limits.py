"""A time limit for questions put to DuckDB while somebody waits."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import duckdb

from watchroom.errors import QueryError, QueryTimeout, SourceError

_AGAIN_SECONDS = 0.05
"""How often it is said again: between two statements of one question there is nothing to stop."""


@contextmanager
def limited(interrupt: Callable[[], None], seconds: float) -> Iterator[None]:
    """Stop what runs when the time is up. Raises QueryTimeout then, QueryError for what needs too much memory.

    What else DuckDB says is a SourceError, in which no path of this machine stands.
    """
    try:
        with interrupted_after(interrupt, seconds):
            yield
    except duckdb.InterruptException as error:
        raise QueryTimeout(
            f"Reading the log was stopped after {seconds:g} seconds.",
            why="More was asked for than can be read in that time.",
            next_step="Choose fewer days, or add a condition.",
        ) from error
    except duckdb.OutOfMemoryException as error:
        raise QueryError(
            "Reading the log needs more memory than a page may take.",
            next_step="Choose fewer days, or raise WATCHROOM_MEMORY_LIMIT_MB.",
        ) from error
    except duckdb.Error as error:
        raise SourceError(
            "The log could not be read.",
            why=f"DuckDB: {type(error).__name__}.",
            next_step="It may have been changed just now: look again, or run `watchroom refresh`.",
        ) from error


@contextmanager
def interrupted_after(interrupt: Callable[[], None], seconds: float) -> Iterator[None]:
    """Say `interrupt` when the time is up, and again until what runs inside has ended; its errors come as they are."""
    done = threading.Event()
    alarm = threading.Thread(target=_ring, args=(interrupt, seconds, done), daemon=True)
    alarm.start()
    try:
        yield
    finally:
        done.set()
        alarm.join()


def _ring(interrupt: Callable[[], None], seconds: float, done: threading.Event) -> None:
    if done.wait(seconds):
        return
    while not done.is_set():
        interrupt()
        done.wait(_AGAIN_SECONDS)
