"""Published snapshots: what a reader relies on while refreshes go on beside it."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from tests.helpers.snapshots import publish_rows
from watchroom.errors import NoSnapshot, QueryError, QueryTimeout, SnapshotUnreadable
from watchroom.settings import Settings
from watchroom.store.draft import prune, refresh_lock
from watchroom.store.manifest import StoreFolder
from watchroom.store.snapshot import ReaderLimits, SnapshotStore

NAMES = "select run_id from runs order by run_id"


def _runs(*names: str) -> dict[str, list[dict[str, str]]]:
    return {"runs": [{"run_id": name} for name in names]}


@pytest.fixture
def store(tmp_path: Path):
    opened = SnapshotStore(tmp_path / "store")
    yield opened
    opened.close()


def test_before_the_first_refresh_a_reader_is_told_what_to_run(store: SnapshotStore) -> None:
    with pytest.raises(NoSnapshot) as caught, store.lease():
        pass
    assert "watchroom refresh" in caught.value.next_step


def test_a_reader_keeps_the_snapshot_it_began_with(store: SnapshotStore) -> None:
    publish_rows(store.folder.root, _runs("a"))
    with store.lease() as before:
        publish_rows(store.folder.root, _runs("a", "b"))
        with store.lease() as after:
            assert before.rows(NAMES) == [("a",)]
            assert after.rows(NAMES) == [("a",), ("b",)]
            assert before.id != after.id


def test_pruning_never_takes_a_snapshot_that_is_being_read(store: SnapshotStore) -> None:
    folder = store.folder
    publish_rows(folder.root, _runs("old"))
    with store.lease() as old:
        publish_rows(folder.root, _runs("new"))
        with refresh_lock(folder, 1):
            assert prune(folder, keep=1) == []
        assert old.rows(NAMES) == [("old",)]
    store.current_id()
    with refresh_lock(folder, 1):
        assert prune(folder, keep=1) == [old.id]
    assert folder.manifests() == [folder.current_id()]


def test_many_threads_read_while_snapshots_are_published(store: SnapshotStore) -> None:
    publish_rows(store.folder.root, _runs(*"abc"))
    wrong: list[object] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            with store.lease() as snapshot:
                rows = snapshot.rows("select count(*), min(name), max(name) from runs")
                if rows[0][0] != 3 or rows[0][1] != rows[0][2]:
                    wrong.append(rows)

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for number in range(10):
        rows = [{"run_id": run_id, "name": f"round {number}"} for run_id in "abc"]
        publish_rows(store.folder.root, {"runs": rows})
    done.set()
    for reader in readers:
        reader.join()
    assert wrong == []


@pytest.mark.parametrize(
    "statement",
    [
        "select * from read_csv('{file}')",
        "copy runs to '{file}'",
        "attach '{file}' as other",
        "install sqlite",
        "set enable_external_access = true",
        "set threads = 1",
        "delete from runs",
        "insert into mlflow.runs (run_id) values ('x')",
        "drop view runs",
        "explain analyze create or replace view runs as select 1",
    ],
)
def test_a_statement_can_neither_reach_files_nor_change_what_others_read(
    store: SnapshotStore, tmp_path: Path, statement: str
) -> None:
    publish_rows(store.folder.root, _runs("a"))
    file = tmp_path / "secret.csv"
    file.write_text("x\n1\n")
    with store.lease() as snapshot:
        with pytest.raises(QueryError):
            snapshot.page(statement.format(file=file), 10)
        assert snapshot.rows(NAMES) == [("a",)]
    assert file.read_text() == "x\n1\n"


def test_a_query_past_its_time_is_stopped_and_others_go_on(tmp_path: Path) -> None:
    publish_rows(tmp_path / "store", _runs("a"))
    store = SnapshotStore(tmp_path / "store", ReaderLimits(query_seconds=0.2))
    with store.lease() as snapshot:
        with pytest.raises(QueryTimeout) as caught:
            snapshot.query("select sum(sqrt(a.range + b.range)) from range(1000000) a, range(1000000) b")
        assert "0.2 seconds" in caught.value.what
        assert snapshot.rows(NAMES) == [("a",)]
    store.close()


def test_a_damaged_part_is_said_and_another_refresh_mends_it(store: SnapshotStore) -> None:
    manifest = publish_rows(store.folder.root, _runs("a"))
    store.folder.part_path(manifest.parts["mlflow"]).write_bytes(b"not a database" * 1000)
    with pytest.raises(SnapshotUnreadable) as caught, store.lease():
        pass
    assert "watchroom refresh" in caught.value.next_step
    publish_rows(store.folder.root, _runs("b"))
    with store.lease() as snapshot:
        assert snapshot.rows(NAMES) == [("b",)]


def test_a_statement_of_a_person_is_cut_at_the_limit_and_says_so(store: SnapshotStore) -> None:
    publish_rows(store.folder.root, _runs(*"abcde"))
    with store.lease() as snapshot:
        frame, more = snapshot.page(NAMES, 3)
        assert (list(frame["run_id"]), more) == (["a", "b", "c"], True)
        frame, more = snapshot.page(NAMES, 5)
        assert (len(frame), more) == (5, False)


def test_names_with_quotes_in_the_folder_are_read(tmp_path: Path) -> None:
    folder = tmp_path / 'it\'s "here"'
    publish_rows(folder, _runs("a"))
    store = SnapshotStore(folder)
    with store.lease() as snapshot:
        assert snapshot.rows(NAMES) == [("a",)]
    store.close()
    assert StoreFolder(folder).current_id() == snapshot.id


def test_a_reader_is_limited_as_the_settings_say_unless_told_otherwise():
    usual = Settings()
    assert ReaderLimits() == ReaderLimits(usual.query_seconds, usual.memory_limit_mb, usual.threads)
