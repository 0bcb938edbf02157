"""A workspace over a small MLflow store, and the refresh as a job runs it."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from tests.helpers.sqlite_store import SmallStore
from watchroom.jobs.refresh import RefreshReport, refresh
from watchroom.settings import Settings
from watchroom.store.manifest import StoreFolder
from watchroom.store.snapshot import SnapshotStore

CLAIMS = """
model: claims
title: Claims severity
purpose: What a claim will cost.
owners: {business: ada@example.com, on_call: bo@example.com}
risk: {business: high, legal: medium, ethical: low, reason: Reserves depend on it.}
"""


@dataclass(frozen=True)
class Room:
    """A workspace over a small MLflow store."""

    folder: Path
    mlflow: SmallStore

    def refresh(self, *, full: bool = False, **settings: str) -> RefreshReport:
        return refresh(self.folder, Settings.load({}, workspace=str(self.folder), **settings), full=full)

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        store = SnapshotStore(self.folder / "store")
        try:
            with store.lease() as snapshot:
                return snapshot.rows(sql)
        finally:
            store.close()

    def rows_after_refresh(self, sql: str) -> list[tuple[object, ...]]:
        self.refresh()
        return self.rows(sql)

    def write(self, *statements: str) -> None:
        connection = sqlite3.connect(self.mlflow.file)
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        connection.close()

    @property
    def failure(self) -> dict[str, str] | None:
        file = StoreFolder(self.folder / "store").last_failure
        return json.loads(file.read_text()) if file.exists() else None
