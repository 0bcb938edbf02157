"""Opening a ledger: what makes it, what only looks at it, and what a person is told when that cannot be done."""

from __future__ import annotations

import socket
import sqlite3
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

import watchroom.ledger
from tests.ledger import postgres, tampering
from tests.ledger.processes import append_at_once, run_at_once
from watchroom.errors import LedgerError
from watchroom.ledger import Ledger, NewEntry, verify_url
from watchroom.ledger.tables import SCHEMA_VERSIONS, VERSION_TABLE, entries

ENTRY = NewEntry("refusal", "ana@x", {})


def test_the_versions_that_readers_know_are_those_of_the_migrations():
    folder = Path(watchroom.ledger.__file__).with_name("migrations")
    found = [step.revision for step in ScriptDirectory(str(folder)).walk_revisions()]
    assert tuple(reversed(found)) == SCHEMA_VERSIONS


def test_the_migrations_make_the_table_that_queries_see(ledger: Ledger):
    columns = sa.inspect(ledger._engine).get_columns("ledger_entries")
    assert [(one["name"], one["nullable"]) for one in columns] == [(one.name, one.nullable) for one in entries.columns]


def test_making_a_ledger_twice_changes_nothing(url: str):
    with Ledger.open(url, create=True) as ledger:
        written = ledger.append(ENTRY)
    with Ledger.open(url, create=True) as ledger:
        assert ledger.entries() == [written]


OPEN = """
import sys
from watchroom.ledger import Ledger
print("ready", flush=True)
sys.stdin.readline()
with Ledger.open(sys.argv[1], create=True) as ledger:
    print(ledger.head().seq)
"""


def test_processes_may_make_a_ledger_at_once(url: str):
    assert run_at_once([[sys.executable, "-c", OPEN, url]] * 4) == ["0\n"] * 4
    assert verify_url(url).ok


def test_a_reader_makes_no_ledger(sqlite_url: str, tmp_path: Path):
    with pytest.raises(LedgerError, match="There is no ledger at") as caught:
        Ledger.open(sqlite_url, create=False)
    assert "`watchroom refresh` makes it" in caught.value.next_step
    assert list(tmp_path.iterdir()) == []


def test_a_reader_makes_no_tables(tmp_path: Path):
    file = tmp_path / "ledger.db"
    file.touch()
    with pytest.raises(LedgerError, match="There is no ledger in"):
        Ledger.open(f"sqlite:///{file}", create=False)
    assert file.read_bytes() == b""


@pytest.mark.postgres
def test_a_reader_makes_no_tables_in_postgresql(postgres_database: str):
    with pytest.raises(LedgerError, match="There is no ledger in"):
        Ledger.open(postgres_database, create=False)
    engine = sa.create_engine(postgres_database)
    assert sa.inspect(engine).get_table_names() == []
    engine.dispose()


def _set_version(url: str, version: str) -> None:
    with tampering.raw(url) as connection:
        connection.execute(sa.text(f"update {VERSION_TABLE} set version_num = :version"), {"version": version})


@pytest.mark.parametrize("create", [True, False])
def test_a_ledger_of_a_newer_program_is_left_alone(url: str, create: bool):
    Ledger.open(url, create=True).close()
    _set_version(url, "9999")
    with pytest.raises(LedgerError, match="written by a newer Watchroom") as caught:
        Ledger.open(url, create=create)
    assert "version 9999" in caught.value.why
    assert "Install that Watchroom" in caught.value.next_step


def test_a_reader_of_an_older_ledger_is_told_who_upgrades_it(url: str, monkeypatch: pytest.MonkeyPatch):
    Ledger.open(url, create=True).close()
    monkeypatch.setattr("watchroom.ledger.migrate.SCHEMA_VERSIONS", (*SCHEMA_VERSIONS, "9999"))
    with pytest.raises(LedgerError, match="older form") as caught:
        Ledger.open(url, create=False)
    assert "`watchroom refresh`" in caught.value.next_step


def test_a_migration_that_fails_leaves_nothing_behind(url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("watchroom.ledger.migrate.SCHEMA_VERSIONS", ("0001",))
    with monkeypatch.context() as broken:
        broken.setattr("alembic.op.create_index", _fail)
        with pytest.raises(ZeroDivisionError):
            Ledger.open(url, create=True)
    with pytest.raises(LedgerError, match="There is no ledger in"):
        Ledger.open(url, create=False)
    with Ledger.open(url, create=True) as ledger:
        assert ledger.append(ENTRY).seq == 1


def _fail(*_: object) -> None:
    raise ZeroDivisionError


def test_a_file_of_something_else_is_never_touched(tmp_path: Path):
    file = tmp_path / "mlflow.db"
    with sqlite3.connect(file) as connection:
        connection.execute("create table runs (run_id text)")
    connection.close()
    before = file.read_bytes()
    with pytest.raises(LedgerError, match="is not a ledger") as caught:
        Ledger.open(f"sqlite:///{file}", create=True)
    assert "runs" in caught.value.why
    assert file.read_bytes() == before


@pytest.mark.postgres
def test_a_database_may_be_shared_with_something_else(postgres_database: str):
    postgres.execute(postgres_database, "create table alembic_version (version_num text)")
    with Ledger.open(postgres_database, create=True) as ledger:
        assert ledger.append(ENTRY).seq == 1


@pytest.mark.parametrize("name", ["a b.db", "ünï-漢.db", "50%.db", "a#b.db", "deep/er/ledger.db"])
def test_a_file_may_have_any_name(tmp_path: Path, name: str):
    file = tmp_path / name
    with Ledger.open(f"sqlite:///{file}", create=True) as ledger:
        ledger.append(ENTRY)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [file]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ledger.db",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:////tmp/what?.db",
        "mysql://u:s3cret@h/d",
        "postgresql+psycopg://u:s3cret@h",
        "x://:s3cret",
    ],
)
def test_a_url_that_is_not_understood_is_an_error_that_tells_no_password(url: str):
    with pytest.raises(LedgerError, match="is not one that Watchroom understands") as caught:
        Ledger.open(url, create=True)
    assert "s3cret" not in str(caught.value)


def test_a_server_that_is_not_there_is_an_error_that_tells_no_password():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        with pytest.raises(LedgerError, match="does not answer") as caught:
            Ledger.open(f"postgresql+psycopg://watchroom:s3cret@127.0.0.1:{port}/ledger", create=True)
    assert caught.value.why
    assert caught.value.next_step
    assert "s3cret" not in str(caught.value)


@pytest.mark.postgres
def test_a_database_that_is_not_there_is_an_error(postgres_url: str):
    with pytest.raises(LedgerError, match="does not answer") as caught:
        Ledger.open(f"{postgres_url}/nowhere", create=True)
    assert 'database "nowhere" does not exist' in caught.value.why


def test_a_file_that_is_no_database_is_an_error(tmp_path: Path):
    file = tmp_path / "ledger.db"
    file.write_text("This is my ledger. " * 100)
    with pytest.raises(LedgerError, match="is damaged, or is no database"):
        Ledger.open(f"sqlite:///{file}", create=True)


def test_a_place_where_no_file_can_be_is_an_error(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(LedgerError, match="cannot be made") as caught:
        Ledger.open(f"sqlite:///{tmp_path}/file/ledger.db", create=True)
    assert caught.value.why


def test_a_file_that_goes_away_is_an_error_and_not_a_new_ledger(sqlite_ledger: Ledger, tmp_path: Path):
    (tmp_path / "ledger.db").unlink()
    with pytest.raises(LedgerError, match="does not answer"):
        sqlite_ledger.append(ENTRY)
    assert list(tmp_path.iterdir()) == []


def test_a_ledger_that_another_holds_is_said_to_be_busy(url: str):
    with (
        Ledger.open(url, create=True) as holder,
        Ledger.open(url, create=False, wait=0.05) as other,
        holder.transaction(),
        pytest.raises(LedgerError, match="is busy; nothing was written"),
    ):
        other.append(ENTRY)
    with Ledger.open(url, create=False) as later:
        assert later.append(ENTRY).seq == 1


@pytest.mark.parametrize(
    ("pragma", "said"),
    [("query_only = 1", "cannot be written"), ("max_page_count = 1", "is full; nothing was written")],
)
def test_sqlite_that_cannot_write_says_why(sqlite_ledger: Ledger, pragma: str, said: str):
    sa.event.listen(sqlite_ledger._engine, "connect", lambda raw, _: raw.execute(f"pragma {pragma}"))
    with pytest.raises(LedgerError, match=said) as caught:
        sqlite_ledger.append(NewEntry("refusal", "ana@x", {"long": "x" * 100_000}))
    assert caught.value.next_step
    assert sqlite_ledger.entries() == []


@pytest.mark.postgres
def test_postgresql_that_cannot_be_written_says_why(postgres_database: str):
    Ledger.open(postgres_database, create=True).close()
    name = postgres_database.rpartition("/")[2]
    postgres.execute(postgres_database, f"alter database {name} set default_transaction_read_only = on")
    with (
        Ledger.open(postgres_database, create=False) as ledger,
        pytest.raises(LedgerError, match="cannot be written"),
    ):
        ledger.append(ENTRY)


@pytest.mark.postgres
def test_a_user_who_may_only_add_and_read_is_enough(postgres_database: str):
    Ledger.open(postgres_database, create=True).close()
    name = postgres_database.rpartition("/")[2]
    postgres.execute(postgres_database, f"create role app_{name} login")
    postgres.execute(postgres_database, f"grant select, insert on ledger_entries to app_{name}")
    postgres.execute(postgres_database, f"grant select on {VERSION_TABLE} to app_{name}")
    with Ledger.open(postgres_database.replace("watchroom@", f"app_{name}@"), create=True) as ledger:
        assert ledger.append(ENTRY).seq == 1
        assert ledger.verify().ok
        with pytest.raises(sa.exc.ProgrammingError, match="must be owner"), ledger._engine.begin() as connection:
            connection.execute(sa.text("alter table ledger_entries disable trigger user"))


@pytest.mark.postgres
def test_a_connection_that_the_server_ended_is_made_anew(postgres_ledger: Ledger, postgres_url: str):
    postgres_ledger.append(ENTRY)
    name = postgres_ledger._engine.url.database
    end = f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'"
    postgres.execute(f"{postgres_url}/postgres", end)
    assert postgres_ledger.append(ENTRY).seq == 2


@pytest.mark.postgres
def test_a_stricter_default_isolation_does_not_fork_the_chain(postgres_database: str):
    name = postgres_database.rpartition("/")[2]
    postgres.execute(postgres_database, f"alter database {name} set default_transaction_isolation = 'serializable'")
    append_at_once(postgres_database, ["ana@x", "ben@x"], 25)
    found = verify_url(postgres_database)
    assert (found.ok, found.entries) == (True, 50)
