"""Evidence from the command line to the table: what a refresh says has become of each file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.helpers.snapshots import publish_rows
from watchroom.cli import cli
from watchroom.desk import evidence as desk
from watchroom.errors import Refused, SourceError
from watchroom.jobs.evidence import fill_evidence
from watchroom.ledger import Ledger
from watchroom.ledger.kinds import REFUSAL
from watchroom.ledger.people import Person
from watchroom.store.draft import Draft, refresh_lock
from watchroom.store.manifest import StoreFolder

ANA = Person("ana@x", ("data_science",))
JUNIT = b'<testsuite><testcase name="a"/><testcase name="b"><failure/></testcase></testsuite>'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "watchroom.yaml").write_text("evidence: ./kept\n")
    (tmp_path / "junit.xml").write_bytes(JUNIT)
    return tmp_path


@pytest.fixture
def ledger(folder: Path) -> Iterator[Ledger]:
    with Ledger.open(f"sqlite:///{folder / 'ledger.db'}", create=True) as opened:
        yield opened


def attach(ledger: Ledger, folder: Path, name: str, data: bytes, version: int = 1) -> int:
    return desk.attach(ledger, folder, name, data, by=ANA, model="churn", version=version, item="unit-tests")


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["evidence", *words, "--workspace", str(folder)])


def test_a_refresh_says_of_each_file_whether_it_is_still_what_was_kept(ledger: Ledger, folder: Path) -> None:
    held, changed, gone = (attach(ledger, folder, f"{name}.md", name.encode()) for name in ("held", "changed", "gone"))
    kept = {file.read_bytes(): file for file in (folder / "kept").rglob("*.md")}
    kept[b"changed"].chmod(0o644)
    kept[b"changed"].write_bytes(b"forged")
    kept[b"gone"].unlink()
    store = StoreFolder(folder / "store")
    with refresh_lock(store, wait_seconds=5), Draft(store) as draft:
        (problem,) = fill_evidence(draft, ledger, folder / "kept")
        rows = draft.connection.execute("select seq, status, model, item, note from room.evidence order by seq")
        assert rows.fetchall() == [
            (held, "held", "churn", "unit-tests", None),
            (changed, "changed", "churn", "unit-tests", None),
            (gone, "gone", "churn", "unit-tests", None),
        ]
    assert (problem.model, problem.count) == ("churn", 2)
    assert f"changed.md of version 1 (entry {changed}) is changed" in problem.why


def test_a_page_gets_back_what_it_attached_under_its_name(ledger: Ledger, folder: Path) -> None:
    seq = attach(ledger, folder, "../junit.xml", JUNIT)
    found = desk.content(ledger, folder, seq)
    assert (found.data, found.name, found.media_type) == (JUNIT, "junit.xml", "application/xml")
    svg = attach(ledger, folder, "a.svg", b"<svg onload='x()'/>")
    assert desk.content(ledger, folder, svg).media_type == "application/octet-stream"
    with pytest.raises(SourceError, match="no evidence with the number"):
        desk.content(ledger, folder, 99)


def test_nothing_is_kept_for_somebody_without_a_role_and_nothing_recorded_of_a_file_that_cannot_be(
    ledger: Ledger, folder: Path
) -> None:
    with pytest.raises(Refused):
        desk.attach(ledger, folder, "a.md", b"x", by=Person("guest", ()), model="churn", version=1)
    assert not (folder / "kept").exists()
    assert len(ledger.entries(kind=REFUSAL)) == 1
    with pytest.raises(SourceError):
        attach(ledger, folder, "junit.xml", b"<html/>")
    assert len(ledger.entries()) == 1


def test_a_pipeline_adds_its_report_and_lists_and_withdraws_it(folder: Path) -> None:
    report = str(folder / "junit.xml")
    done = run(folder, "add", report, "--model", "churn", "--version", "2", "--item", "unit-tests", "--note", "Night")
    assert done.exit_code == 0, done.output
    assert "2 tests: 1 passed, 1 failed, 0 skipped) for unit-tests" in done.output
    (row,) = json.loads(run(folder, "list", "--format", "json").output)
    assert (row["entry"], row["kind"], row["tests"], row["failed"], row["status"]) == (1, "junit", 2, 1, "held")
    assert row["by"].endswith("on the command line")
    assert "Withdrawn: junit.xml of churn, version 2." in run(folder, "withdraw", "1", "--reason", "Wrong run").output
    (row,) = json.loads(run(folder, "list", "--model", "churn", "--format", "json").output)
    assert row["status"] == "withdrawn"
    assert json.loads(run(folder, "list", "--model", "other", "--format", "json").output) == []


def test_a_slip_in_a_pipeline_is_told_of_and_nothing_is_kept(folder: Path) -> None:
    publish_rows(
        folder / "store",
        {
            "model_versions": [{"name": "churn", "version": 1}],
            "model_policies": [{"model": "churn", "policy": "default"}],
            "policy_items": [{"policy": "default", "item": "unit-tests"}],
        },
    )
    slips = {
        ("chrun", "1"): 'Did you mean "churn"?',
        ("churn", "9"): "churn has no version 9.",
        ("churn", "1", "--item", "unit-test"): 'Did you mean "unit-tests"?',
    }
    for (model, version, *rest), said in slips.items():
        done = run(folder, "add", str(folder / "junit.xml"), "--model", model, "--version", version, *rest)
        error = done.exception
        assert isinstance(error, SourceError)
        assert said in f"{error.what} {error.next_step}"
    assert not (folder / "kept").exists()
