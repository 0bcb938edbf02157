"""A draft read as the snapshot that it is going to be: by the same readers, before anybody else can see it."""

from __future__ import annotations

import duckdb

from watchroom.store.draft import Draft
from watchroom.store.schema import PARTS
from watchroom.store.snapshot import ReaderLimits, Snapshot

SECONDS = 60.0
"""How long one of its queries may take: nobody waits for a page, but a refresh is to end."""

_PATH = ",".join(f'"{part}".main' for part in PARTS)


class Preview(Snapshot):
    """The draft's tables by their public names, as far as they are committed. It bears the coming snapshot's id.

    Nothing is to be closed: the connection is the draft's.
    """

    def __init__(self, draft: Draft) -> None:
        self.id = draft.id
        self.made_at = draft.made_at
        self._limits = ReaderLimits(query_seconds=SECONDS)
        self._connection = draft.connection

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        found = super()._cursor()
        found.execute(f"set search_path = '{_PATH}'")
        return found

    def close(self) -> None:
        """Nothing: the connection is the draft's."""
