"""What `docs/ledger.md` promises to somebody who has no Watchroom."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.ledger.tampering import put, raw, rewritten, rows
from watchroom.ledger import GENESIS_HASH, KINDS, Head, Ledger, NewEntry
from watchroom.ledger.entry import StoredRow, sealed
from watchroom.ledger.tables import entries

DOC = (Path(__file__).parents[2] / "docs" / "ledger.md").read_text("utf-8")
VERIFIER = next(block for block in re.findall(r"```python\n(.*?)```", DOC, re.DOTALL) if "sys.argv" in block)


@pytest.fixture
def written(sqlite_url: str) -> list[StoredRow]:
    payload = {"ü\n\x01": [1e-7, 1e22, 0.1, -0.0, 10**30, True, None, {"b": "\u2028", "a": '"\\'}], "": "🦊"}
    with Ledger.open(sqlite_url, create=True) as ledger:
        ledger.append_all([NewEntry("sign_off", "ana@x", payload, None, "模型\x7f", number) for number in range(5)])
    return rows(sqlite_url)


def verified(url: str) -> tuple[int, list[str]]:
    file = url.removeprefix("sqlite:///")
    done = subprocess.run([sys.executable, "-c", VERIFIER, file], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


def test_the_documented_verifier_accepts_a_chain_that_holds(sqlite_url: str, written: list[StoredRow]):
    assert verified(sqlite_url) == (0, [f"head 5 {written[-1].hash}"])


def test_the_documented_verifier_finds_what_was_changed_or_removed(sqlite_url: str, written: list[StoredRow]):
    put(sqlite_url, [written[0], written[1]._replace(actor="eve@x"), written[2], written[4]])
    assert verified(sqlite_url) == (1, ["broken at entry 2", "broken at entry 5", f"head 5 {written[4].hash}"])


@pytest.mark.parametrize("value", ["x'ff00'", "cast(x'ff' as text)", "'['"])
def test_the_documented_verifier_names_an_entry_that_cannot_be_read(
    sqlite_url: str, written: list[StoredRow], value: str
):
    with raw(sqlite_url) as connection:
        connection.execute(sa.text(f"update ledger_entries set payload = {value} where seq = 2"))
    assert verified(sqlite_url) == (1, ["broken at entry 2", f"head 5 {written[-1].hash}"])


def test_the_documented_verifier_shows_another_head_for_a_chain_written_anew(sqlite_url: str, written: list[StoredRow]):
    put(sqlite_url, rewritten([written[0]._replace(actor="eve@x"), *written[1:]]))
    code, (line,) = verified(sqlite_url)
    assert code == 0
    assert line != f"head 5 {written[4].hash}"


@pytest.mark.postgres
def test_the_documented_verifier_reads_postgresql_with_the_documented_change(postgres_database: str):
    with Ledger.open(postgres_database, create=True) as ledger:
        entry = ledger.append(NewEntry("refusal", "ana@x", {"ü": 1.5}))
    lines = [line for line in VERIFIER.splitlines() if "text_factory" not in line]
    changed = "import psycopg\n" + "\n".join(lines).replace("sqlite3.connect", "psycopg.connect")
    url = postgres_database.replace("+psycopg", "")
    done = subprocess.run([sys.executable, "-c", changed, url], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [f"head 1 {entry.hash}"]


def test_the_documented_verifier_is_short():
    assert len([line for line in VERIFIER.splitlines() if line.strip()]) <= 25


def test_the_documented_example_has_the_documented_hash():
    new = NewEntry("sign_off", "ana@x", {"stage": "deploy", "note": "für alle"}, "reviewer", "churn", 3)
    row = sealed(new, Head(), datetime(2026, 11, 20, 8, 15, tzinfo=UTC))
    (text,) = re.findall(r"```text\n(.*?)```", DOC, re.DOTALL)
    assert row.prev_hash == GENESIS_HASH
    assert f"has the hash `{row.hash}`" in DOC
    assert text.replace("\n", "") == row.canonical_text()


def test_every_column_and_kind_is_documented():
    first_cells = " ".join(line.split("|")[1] for line in DOC.splitlines() if line.startswith("| `"))
    assert {f"`{column.name}`" for column in entries.columns} <= set(first_cells.replace(",", "").split())
    assert {f"`{kind}`" for kind in KINDS} <= set(first_cells.split())
