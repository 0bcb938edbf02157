"""One sync of a source into a store, and questions to what was published: a refresh without a workspace."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from watchroom.jobs.sync import SyncResult, sync
from watchroom.sources.tracking.contract import TrackingSource
from watchroom.store.draft import Draft, refresh_lock
from watchroom.store.manifest import StoreFolder
from watchroom.store.snapshot import SnapshotStore


class Reading:
    """A store in `folder` that is kept in step with a source."""

    def __init__(self, folder: Path) -> None:
        self.folder = StoreFolder(folder)

    def sync(self, source: TrackingSource) -> SyncResult:
        """Read what has changed and publish it."""
        with refresh_lock(self.folder, 5), Draft(self.folder) as draft:
            result = sync(source, draft)
            draft.publish()
        return result

    def rows(self, sql: str, *params: Any) -> list[tuple[Any, ...]]:
        """The answer of the current snapshot."""
        store = SnapshotStore(self.folder.root)
        try:
            with store.lease() as snapshot:
                return snapshot.rows(sql, params)
        finally:
            store.close()

    def value(self, sql: str, *params: Any) -> Any:
        """The one value of the answer."""
        return self.rows(sql, *params)[0][0]
