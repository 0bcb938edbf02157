"""MLflow's SQLite store: everything in it is found, what changes is found again, and the file is never touched."""

from __future__ import annotations

import hashlib
import math
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.helpers.reading import Reading
from tests.helpers.sqlite_store import SmallStore, build_small_store
from watchroom.errors import SourceError
from watchroom.sources.tracking.sqlite import SqliteSource


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> SmallStore:
    return build_small_store(tmp_path_factory.mktemp("mlflow") / "mlflow.db")


@pytest.fixture
def small(made_once: SmallStore, tmp_path: Path) -> SmallStore:
    file = tmp_path / "mlflow.db"
    shutil.copyfile(made_once.file, file)
    return replace(made_once, file=file)


@pytest.fixture
def reading(tmp_path: Path) -> Reading:
    return Reading(tmp_path / "store")


def _write(file: Path, *statements: str) -> None:
    connection = sqlite3.connect(file)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def test_runs_come_with_all_that_was_logged(small: SmallStore, reading: Reading) -> None:
    reading.sync(SqliteSource(small.file))
    assert reading.rows('select name, status, parent_run_id, "commit" from runs order by start_time, name') == [
        ("parent", "FINISHED", None, "abc123"),
        ("child", "FAILED", small.finished, None),
        ("still going", "RUNNING", None, None),
    ]
    assert reading.rows("select key, value, number from params order by key") == [
        ("depth", "6", 6.0),
        ("model", "лес 🌲", None),
    ]
    assert reading.rows("select name, digest, context, source_type from run_inputs") == [
        ("claims", "d1g3st", "training", "local")
    ]
    assert reading.rows("select name, alias, version from aliases") == [("claims", "champion", 1)]
    assert reading.rows("select version, key, value from model_version_tags") == [(1, "approval", "Approved")]


def test_a_curve_is_summed_up_and_kept_whole(small: SmallStore, reading: Reading) -> None:
    reading.sync(SqliteSource(small.file))
    columns = "last, best, better, min, max, count, not_finite, first_step, last_step, len(curve), curve[1], curve[-1]"
    assert reading.rows(f"select {columns} from metrics where key = 'val/loss'") == [
        (0.01, 0.01, "lower", 0.01, 1.0, 100, 0, 1, 100, 40, 1.0, 0.01)
    ]
    assert reading.value("select count(*) from metric_history where key = 'val/loss'") == 100


def test_nan_and_infinities_are_kept_and_never_win(small: SmallStore, reading: Reading) -> None:
    reading.sync(SqliteSource(small.file))
    values = [row[0] for row in reading.rows("select value from metric_history where key = 'auc' order by step")]
    assert values[0] == 0.5
    assert math.isnan(values[1])
    assert values[2:] == [math.inf, 0.7, -math.inf]
    assert reading.rows("select last, best, min, max, count, not_finite, curve from metrics where key = 'auc'") == [
        (-math.inf, 0.7, 0.5, 0.7, 5, 3, [0.5, 0.7])
    ]


@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_the_users_file_is_byte_for_byte_the_same(small: SmallStore, reading: Reading, journal: str) -> None:
    _write(small.file, f"pragma journal_mode = {journal}")
    before, modified = _digest(small.file), small.file.stat().st_mtime_ns
    beside = sorted(small.file.parent.glob("mlflow.db*"))
    reading.sync(SqliteSource(small.file))
    assert (_digest(small.file), small.file.stat().st_mtime_ns) == (before, modified)
    assert sorted(small.file.parent.glob("mlflow.db*")) == beside
    assert reading.value("select count(*) from runs") == 3


def test_an_untouched_file_is_not_read_again(small: SmallStore, reading: Reading) -> None:
    assert not reading.sync(SqliteSource(small.file)).unchanged
    before = reading.folder.read_manifest(reading.folder.current_id()).parts["mlflow"]
    assert reading.sync(SqliteSource(small.file)).unchanged
    assert reading.folder.read_manifest(reading.folder.current_id()).parts["mlflow"] == before


def test_what_a_server_at_work_has_not_put_into_the_file_yet_is_read(small: SmallStore, reading: Reading) -> None:
    server = sqlite3.connect(small.file)
    server.execute("pragma journal_mode = wal")
    server.execute("update tags set value = 'not yet in the file' where key = 'mlflow.source.git.commit'")
    server.commit()
    reading.sync(SqliteSource(small.file))
    server.close()
    assert reading.value("select \"commit\" from runs where name = 'parent'") == "not yet in the file"


LATE_METRIC = (
    "insert into metrics (key, value, timestamp, run_uuid, step, is_nan) values ('auc', 0.9, 9000, '{finished}', 50, 0)"
)
CHANGES: dict[str, tuple[str, str, object]] = {
    "a late metric on a finished run": (LATE_METRIC, "select last from metrics where key = 'auc'", 0.9),
    "a changed tag": (
        "update tags set value = 'def456' where key = 'mlflow.source.git.commit'",
        "select \"commit\" from runs where name = 'parent'",
        "def456",
    ),
    "a removed tag": (
        "delete from tags where key = 'mlflow.source.git.commit'",
        "select \"commit\" from runs where name = 'parent'",
        None,
    ),
    "a late parameter": (
        "insert into params (key, value, run_uuid) values ('late', '1', '{finished}')",
        "select number from params where key = 'late'",
        1.0,
    ),
    "a run that ended": (
        "update runs set status = 'FINISHED', end_time = 5000 where run_uuid = '{running}'",
        "select status from runs where name = 'still going'",
        "FINISHED",
    ),
    "a deleted run": (
        "update runs set lifecycle_stage = 'deleted' where run_uuid = '{child}'",
        "select lifecycle_stage from runs where name = 'child'",
        "deleted",
    ),
    "a renamed experiment": (
        "update experiments set name = 'renamed' where name = 'search/grid'",
        "select count(*) from experiments where name = 'renamed'",
        1,
    ),
    "a moved alias": (
        "update registered_model_aliases set version = 2",
        "select version from aliases where alias = 'champion'",
        2,
    ),
    "a changed version tag": (
        "update model_version_tags set value = 'Rejected'",
        "select value from model_version_tags",
        "Rejected",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_is_seen_by_the_next_refresh(small: SmallStore, reading: Reading, change: str) -> None:
    reading.sync(SqliteSource(small.file))
    statement, question, expected = CHANGES[change]
    _write(small.file, statement.format(**vars(small)))
    result = reading.sync(SqliteSource(small.file))
    assert reading.value(question) == expected
    assert result.counts.changed <= 1
    assert reading.value("select count(*) from runs") == 3
    assert reading.value("select count(*) from metric_history where key = 'val/loss'") == 100


def test_a_version_deleted_in_mlflow_is_gone_though_its_row_stays(small: SmallStore, reading: Reading) -> None:
    reading.sync(SqliteSource(small.file))
    _write(small.file, "update model_versions set current_stage = 'Deleted_Internal', run_id = null where version = 1")
    reading.sync(SqliteSource(small.file))
    assert reading.rows("select version from model_versions") == [(2,)]
    assert reading.rows("select version from model_version_tags") == []


def _forget(small: SmallStore) -> list[str]:
    tables = {"metrics": "run_uuid", "latest_metrics": "run_uuid", "params": "run_uuid", "tags": "run_uuid"}
    statements = [f"delete from {table} where {column} = '{small.finished}'" for table, column in tables.items()]
    return [*statements, f"delete from runs where run_uuid = '{small.finished}'"]


def test_a_run_removed_for_good_goes_with_all_its_rows(small: SmallStore, reading: Reading) -> None:
    reading.sync(SqliteSource(small.file))
    _write(small.file, *_forget(small))
    assert reading.sync(SqliteSource(small.file)).counts.gone == 1
    assert reading.value("select count(*) from runs") == 2
    assert reading.value("select count(*) from metrics") == 0
    assert reading.value("select count(*) from metric_history") == 0


def test_rows_that_take_over_freed_row_ids_are_found(small: SmallStore, reading: Reading) -> None:
    reading.sync(SqliteSource(small.file))
    _write(small.file, *_forget(small))
    _write(small.file, "vacuum")
    points = ", ".join(f"('late', {step}, 1000, '{small.child}', {step}, 0)" for step in range(60))
    _write(small.file, f"insert into metrics (key, value, timestamp, run_uuid, step, is_nan) values {points}")
    reading.sync(SqliteSource(small.file))
    assert reading.rows("select run_id, count, last from metrics") == [(small.child, 60, 59.0)]


def test_only_the_experiments_asked_for_are_read(small: SmallStore, reading: Reading) -> None:
    reading.sync(SqliteSource(small.file))
    reading.sync(SqliteSource(small.file, ["oth*"]))
    assert reading.rows("select name from experiments") == [("other",)]
    assert reading.value("select count(*) from runs") == 0
    reading.sync(SqliteSource(small.file, ["search/*"]))
    assert reading.value("select count(*) from runs") == 3
    assert reading.value("select count(*) from params") == 2


def test_a_store_of_an_older_mlflow_is_read_without_what_it_did_not_keep(small: SmallStore, reading: Reading) -> None:
    newer = ("inputs", "datasets", "input_tags", "logged_models", "registered_model_aliases")
    _write(small.file, *(f"drop table {table}" for table in newer))
    _write(small.file, "pragma foreign_keys = off", "drop index if exists idx_experiments_workspace_creation_time")
    _write(small.file, "alter table experiments drop column creation_time")
    before = _digest(small.file)
    reading.sync(SqliteSource(small.file))
    assert reading.rows("select name, created_at from experiments where name = 'search/grid'") == [
        ("search/grid", None)
    ]
    assert reading.value("select count(*) from runs") == 3
    assert reading.value("select count(*) from aliases") == 0
    assert _digest(small.file) == before


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: 4096 * 20])


def _noise(file: Path) -> None:
    file.write_bytes(b"\x00\x01noise" * 5000)


def _other(file: Path) -> None:
    file.unlink()
    _write(file, "create table orders (id)")


@pytest.mark.parametrize("damage", [_cut, _noise, _other, Path.unlink])
def test_a_file_that_cannot_be_read_is_a_clear_error(
    small: SmallStore, reading: Reading, damage: Callable[[Path], None]
) -> None:
    damage(small.file)
    with pytest.raises(SourceError) as caught:
        reading.sync(SqliteSource(small.file))
    assert caught.value.why
    assert "mlflow" in caught.value.next_step


def test_text_that_is_not_utf8_is_shown_and_counted(small: SmallStore, reading: Reading) -> None:
    _write(small.file, "update params set value = cast(x'ff41' as text) where key = 'depth'")
    result = reading.sync(SqliteSource(small.file))
    assert reading.value("select value from params where key = 'depth'") == "\ufffdA"
    assert [problem.what for problem in result.problems if "UTF-8" in problem.what]


def test_impossible_times_are_unknown_and_counted(small: SmallStore, reading: Reading) -> None:
    _write(small.file, f"update runs set start_time = 1720000000000000000 where run_uuid = '{small.child}'")
    result = reading.sync(SqliteSource(small.file))
    assert reading.value("select start_time from runs where name = 'child'") is None
    assert [problem.count for problem in result.problems if "9999" in problem.what] == [1]


def test_hostile_names_stay_text(small: SmallStore, reading: Reading) -> None:
    name = "'; drop table runs; --\n<script>alert(1)</script>"
    connection = sqlite3.connect(small.file)
    connection.execute("update runs set name = ? where run_uuid = ?", (name, small.child))
    connection.execute("insert into tags (key, value, run_uuid) values (?, ?, ?)", (name, name, small.child))
    connection.commit()
    connection.close()
    reading.sync(SqliteSource(small.file))
    assert reading.value("select name from runs where run_id = ?", small.child) == name
    assert reading.value("select value from tags where key = ?", name) == name


def test_a_missing_file_is_not_made(tmp_path: Path, reading: Reading) -> None:
    with pytest.raises(SourceError):
        reading.sync(SqliteSource(tmp_path / "nothing.db"))
    assert not (tmp_path / "nothing.db").exists()
