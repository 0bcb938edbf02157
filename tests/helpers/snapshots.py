"""Snapshots made from a few rows, by the same steps that a refresh takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from watchroom.store.draft import Draft, refresh_lock
from watchroom.store.manifest import Manifest, StoreFolder
from watchroom.store.schema import PARTS, TABLES

Row = Mapping[str, Any]


def publish_rows(
    folder: Path, tables: Mapping[str, Sequence[Row]] | None = None, *, ledger_head: tuple[int, str] | None = None
) -> Manifest:
    """Publish a snapshot in the store `folder` that holds just these rows; columns left out are NULL.

    `ledger_head` is the last entry of the ledger that these rows know of.

    `publish_rows(tmp_path / "store", {"runs": [{"run_id": "a", "status": "FINISHED"}]})`
    """
    store = StoreFolder(folder)
    with refresh_lock(store, wait_seconds=5), Draft(store) as draft:
        for part in PARTS:
            draft.fresh(part)
        for name, rows in (tables or {}).items():
            unknown = {column for row in rows for column in row} - set(TABLES[name].column_names)
            assert not unknown, f"{name} has no column {unknown}"
            draft.insert(name, [[row.get(column) for column in TABLES[name].column_names] for row in rows])
        return draft.publish(ledger_head)
