"""Writing what a tracking source gave into a draft."""

from __future__ import annotations

from pathlib import Path

from tests.helpers.snapshots import publish_rows
from watchroom.store.draft import Draft, refresh_lock
from watchroom.store.manifest import StoreFolder
from watchroom.store.tracking import TrackingWriter


def test_only_runs_that_were_held_count_as_gone(tmp_path: Path) -> None:
    folder = StoreFolder(tmp_path)
    publish_rows(tmp_path, {name: [{"run_id": "a"}, {"run_id": "b"}] for name in ("runs", "sync_runs")})
    with refresh_lock(folder, 1), Draft(folder) as draft:
        writer = TrackingWriter(draft)
        writer.gone(["a", "never held"])
        writer.gone(["a"])
        assert draft.connection.execute("select run_id from mlflow.runs").fetchall() == [("b",)]
    assert writer.counts.gone == 1
