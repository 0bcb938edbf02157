"""A draft read as the snapshot that it is going to be: by the same readers, before anybody else can see it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from watchroom.store.draft import Draft
from watchroom.store.schema import TABLES
from watchroom.store.snapshot import ReaderLimits, Snapshot

SECONDS = 60.0
"""How long one of its queries may take: nobody waits for a page, but a refresh is to end."""


class Preview(Snapshot):
    """The draft under the names of the public tables. It has the id and the time that the snapshot will have."""

    def __init__(self, draft: Draft) -> None:
        self.id = draft.id
        self.made_at = draft.made_at
        self._limits = ReaderLimits(query_seconds=SECONDS)
        self._connection = draft.connection

    def close(self) -> None:
        """Nothing: the connection is the draft's."""


@contextmanager
def preview(draft: Draft) -> Iterator[Preview]:
    """The draft as its readers will see it, while nothing is written to it."""
    for table in TABLES.values():
        draft.connection.execute(
            f'create or replace view "{table.name}" as select * from "{table.part}"."{table.name}"'
        )
    try:
        yield Preview(draft)
    finally:
        for table in TABLES.values():
            draft.connection.execute(f'drop view if exists "{table.name}"')
