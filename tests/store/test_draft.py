"""Building the next snapshot: what a refresh relies on, and what a killed one leaves."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from multiprocessing.synchronize import Event
from pathlib import Path

import duckdb
import pytest

from tests.helpers.snapshots import publish_rows
from watchroom.errors import StoreBusy
from watchroom.store.draft import Draft, refresh_lock
from watchroom.store.manifest import StoreFolder
from watchroom.store.snapshot import SnapshotStore


def _names(folder: Path) -> list[str]:
    store = SnapshotStore(folder)
    with store.lease() as snapshot:
        names = [row[0] for row in snapshot.rows("select run_id from runs order by run_id")]
    store.close()
    return names


def _files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_a_part_that_does_not_change_is_the_same_file_in_the_next_snapshot(tmp_path: Path) -> None:
    folder = StoreFolder(tmp_path)
    first = publish_rows(tmp_path, {"runs": [{"run_id": "a"}]})
    with refresh_lock(folder, 1), Draft(folder) as draft:
        draft.fresh("room")
        second = draft.publish()
    assert second.parts["mlflow"] == first.parts["mlflow"]
    assert second.parts["room"] != first.parts["room"]
    assert _names(tmp_path) == ["a"]


def test_what_fails_inside_a_transaction_leaves_its_part_as_it_was(tmp_path: Path) -> None:
    folder = StoreFolder(tmp_path)
    publish_rows(tmp_path, {"compare_notes": [{"model": "fraud", "key": "1 2", "value": "old"}]})
    with refresh_lock(folder, 1), Draft(folder) as draft:
        with pytest.raises(duckdb.Error), draft.transaction("compare"):
            draft.connection.execute("delete from compare.compare_notes; select nonsense")
        assert draft.connection.sql("select value from compare.compare_notes").fetchall() == [("old",)]
        with draft.transaction("compare"):
            draft.connection.execute("delete from compare.compare_notes")
        assert draft.connection.sql("select value from compare.compare_notes").fetchall() == []


def test_a_draft_that_fails_leaves_the_current_snapshot_and_no_file(tmp_path: Path) -> None:
    folder = StoreFolder(tmp_path)
    publish_rows(tmp_path, {"runs": [{"run_id": "a"}]})
    before = _files(tmp_path)
    rows = [("1", "written", "active", None, None, None), ("2", "lost", "active", None, "not a time", None)]

    def build() -> None:
        with refresh_lock(folder, 1), Draft(folder) as draft:
            draft.writable("mlflow")
            draft.insert("experiments", rows)

    with pytest.raises(duckdb.ConversionException):
        build()
    assert _files(tmp_path) == before
    assert _names(tmp_path) == ["a"]


def test_packing_keeps_every_row(tmp_path: Path) -> None:
    folder = StoreFolder(tmp_path)
    publish_rows(tmp_path, {"runs": [{"run_id": f"{n:03}"} for n in range(500)]})
    with refresh_lock(folder, 1), Draft(folder) as draft:
        draft.writable("mlflow")
        draft.connection.execute("delete from mlflow.runs where run_id >= '100'")
        draft.compact("mlflow")
        draft.publish()
    assert _names(tmp_path) == [f"{n:03}" for n in range(100)]


def _hold(folder: Path, ready: Event) -> None:
    store = StoreFolder(folder)
    with refresh_lock(store, 1), Draft(store) as draft:
        draft.writable("mlflow")
        draft.connection.execute("delete from mlflow.runs")
        ready.set()
        time.sleep(60)


@pytest.fixture
def holder(tmp_path: Path):
    """A process in the middle of a refresh of a store that holds run `a`."""
    publish_rows(tmp_path, {"runs": [{"run_id": "a"}]})
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    process = context.Process(target=_hold, args=(tmp_path, ready))
    process.start()
    assert ready.wait(30)
    yield process
    process.kill()
    process.join()


def test_a_second_refresh_is_told_who_holds_the_store(tmp_path: Path, holder: multiprocessing.Process) -> None:
    with pytest.raises(StoreBusy) as caught, refresh_lock(StoreFolder(tmp_path), wait_seconds=0.2):
        pass
    assert f"process {holder.pid} on " in caught.value.why


def test_a_killed_refresh_changes_nothing_and_the_next_one_succeeds(
    tmp_path: Path, holder: multiprocessing.Process
) -> None:
    assert holder.pid is not None
    os.kill(holder.pid, signal.SIGKILL)
    holder.join()
    assert _names(tmp_path) == ["a"]
    assert any(".building" in name for name in _files(tmp_path))
    folder = StoreFolder(tmp_path)
    with refresh_lock(folder, wait_seconds=5), Draft(folder) as draft:
        draft.writable("mlflow")
        draft.connection.execute("insert into mlflow.runs (run_id) values ('b')")
        draft.publish()
    assert _names(tmp_path) == ["a", "b"]
    assert not any(".building" in name for name in _files(tmp_path))
