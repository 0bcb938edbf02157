"""Tables that are worked out whole each time: written only when they came out otherwise, so that nothing is copied."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from watchroom.store.draft import Draft
from watchroom.store.schema import TABLES


def put_whole(draft: Draft, table: str, rows: Sequence[Sequence[Any]]) -> bool:
    """Let a table of a kept part hold just these rows, in whatever order; whether that changed anything."""
    part = TABLES[table].part
    held = draft.connection.execute(f'select * from "{part}"."{table}"').fetchall()
    if _told(held) == _told(rows):
        return False
    with draft.transaction(part):
        draft.connection.execute(f'delete from "{part}"."{table}"')
        draft.insert(table, rows)
    return True


def _told(rows: Sequence[Sequence[Any]]) -> list[tuple[str, ...]]:
    """The rows so that they can be compared: NaN is itself here, and a number of NumPy's is a number."""
    return sorted(tuple(map(str, row)) for row in rows)
