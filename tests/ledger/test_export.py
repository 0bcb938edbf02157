"""The export holds the chain, and the verifier of `docs/ledger.md` tells what was done to it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.ledger.tampering import raw
from watchroom.errors import LedgerBroken, LedgerError
from watchroom.ledger import Head, Ledger, NewEntry
from watchroom.ledger.export import lines, write
from watchroom.ledger.search import Wanted

DOC = (Path(__file__).parents[2] / "docs" / "ledger.md").read_text("utf-8")
VERIFIER = next(block for block in re.findall(r"```python\n(.*?)```", DOC, re.DOTALL) if "gaps" in block)
AWKWARD = {"ü\n\x01": [1e-7, 1e22, -0.0, 10**30, None, {"b": "\u2028", "a": '"\\'}], "": "🦊"}


@pytest.fixture
def exported(sqlite_ledger: Ledger, tmp_path: Path) -> Path:
    kinds = ("sign_off", "finding", "sign_off", "visit", "finding")
    sqlite_ledger.append_all(NewEntry(kind, "ana@x", AWKWARD, None, "模型\x7f", 3) for kind in kinds)
    write(sqlite_ledger, tmp_path / "all.jsonl")
    return tmp_path / "all.jsonl"


def verified(file: Path, *more: str) -> tuple[int, list[str]]:
    done = subprocess.run(
        [sys.executable, "-c", VERIFIER, str(file), *more], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


def test_an_export_holds_each_entry_as_its_hash_was_taken(sqlite_ledger: Ledger, exported: Path):
    head = sqlite_ledger.head()
    assert verified(exported) == (0, [f"head 5 {head.hash} "])
    entries = [json.loads(line)["entry"] for line in exported.read_text("utf-8").split("\n")[:-1]]
    assert [entry["payload"] for entry in entries] == [AWKWARD] * 5


@pytest.mark.parametrize(
    ("tamper", "told"),
    [
        (lambda said: [said[0], said[1].replace("ana@x", "eve@x"), *said[2:]], "entry 2: changed"),
        (lambda said: [said[0], *said[2:]], "entry 3: entries 2 to 2 before it are missing"),
        (lambda said: [said[0], said[2], said[1], *said[3:]], "entry 2: not in order"),
        (lambda said: [said[0], "nonsense\n", *said[2:]], "entry 2: changed"),
        (lambda said: [said[0], said[1].replace('"entry":', '"entrY":'), *said[2:]], "entry 2: changed"),
        (lambda said: [said[0], '{"hash":"0","entry":[1]}\n', *said[2:]], "entry 2: changed"),
    ],
    ids=["changed", "removed", "reordered", "nonsense", "frame", "number"],
)
def test_the_verifier_names_what_was_changed_removed_or_moved(exported: Path, tamper, told: str):
    said = _lines(exported)
    exported.write_text("".join(tamper(said)), "utf-8", newline="\n")
    code, out = verified(exported)
    assert code == 1
    assert told in out


def test_an_export_without_an_entry_is_an_error(tmp_path: Path):
    (tmp_path / "none.jsonl").touch()
    assert verified(tmp_path / "none.jsonl")[0] == 1


def test_a_part_is_verified_with_its_gaps(sqlite_ledger: Ledger, tmp_path: Path, exported: Path):
    written = write(sqlite_ledger, tmp_path / "part.jsonl", Wanted(kinds=("finding",)))
    assert written.entries == 2
    code, out = verified(tmp_path / "part.jsonl", "part")
    assert (code, out[-1].endswith("(2 gaps)")) == (0, True)


def test_an_empty_ledger_is_an_empty_export(sqlite_ledger: Ledger, tmp_path: Path):
    assert write(sqlite_ledger, tmp_path / "none.jsonl").head == Head()
    assert list(lines(sqlite_ledger)) == []


@pytest.mark.parametrize("column", ["actor", "payload", "hash"])
def test_an_entry_that_cannot_be_read_is_named(sqlite_ledger: Ledger, sqlite_url: str, exported: Path, column: str):
    with raw(sqlite_url) as connection:
        connection.execute(sa.text(f"update ledger_entries set {column} = x'ff00' where seq = 2"))
    with pytest.raises(LedgerBroken, match="Entry 2 of the ledger"):
        write(sqlite_ledger, exported.with_name("again.jsonl"))


def test_what_cannot_be_written_leaves_nothing_behind(sqlite_ledger: Ledger, tmp_path: Path):
    with pytest.raises(LedgerError, match="could not be written"):
        write(sqlite_ledger, tmp_path / "no" / "where.jsonl")


def _lines(file: Path) -> list[str]:
    """The lines as they are divided: by line feeds alone."""
    return [f"{line}\n" for line in file.read_text("utf-8").split("\n")[:-1]]
