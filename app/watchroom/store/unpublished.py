"""The draft of a snapshot, read as if it were published: a step of the refresh asks it what pages will ask."""

from __future__ import annotations

from types import TracebackType
from typing import Any

import pandas as pd

from watchroom.store.draft import Draft
from watchroom.store.schema import PARTS
from watchroom.store.snapshot import Params, Snapshot


class Unpublished(Snapshot):
    """The draft's tables by their names, for the readers of `store.queries`. Use as a context manager.

    It sees what was committed. There is no time limit: a refresh waits for its steps.
    """

    def __init__(self, draft: Draft) -> None:
        self.id = draft.id
        self.made_at = draft.made_at
        self._cursor = draft.connection.cursor()
        self._cursor.execute("set search_path = '" + ",".join(f'"{part}".main' for part in PARTS) + "'")

    def __enter__(self) -> Unpublished:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._cursor.close()

    def query(self, sql: str, params: Params = (), *, seconds: float | None = None) -> pd.DataFrame:
        """The answer as a frame."""
        return self._cursor.execute(sql, params).df()

    def rows(self, sql: str, params: Params = (), *, seconds: float | None = None) -> list[tuple[Any, ...]]:
        """The answer as tuples."""
        return self._cursor.execute(sql, params).fetchall()
