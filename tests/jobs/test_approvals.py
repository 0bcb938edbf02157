"""Binding and judging sign-offs in a refresh: what turns void, what is recorded, what follows from it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.jobs.governed import content, drafting, rows
from watchroom.errors import SourceError
from watchroom.jobs.alerts.record import record_alerts
from watchroom.jobs.approvals.alert import raise_approval_alerts
from watchroom.jobs.approvals.compliance import record_compliance
from watchroom.jobs.approvals.events import record_events
from watchroom.jobs.approvals.step import bind_sign_offs
from watchroom.jobs.approvals.tag import write_tags
from watchroom.ledger import Ledger
from watchroom.ledger.approvals import Imported, SignOff, ToSign, import_sign_offs, sign
from watchroom.ledger.findings import open_finding
from watchroom.ledger.findings_read import Found
from watchroom.ledger.kinds import APPROVAL_EVENT, COMPLIANCE
from watchroom.ledger.people import Person
from watchroom.ledger.signing import current_of, read, signable
from watchroom.store.draft import Draft
from watchroom.store.manifest import StoreFolder
from watchroom.store.queries import approvals as queries
from watchroom.store.snapshot import SnapshotStore

pytestmark = pytest.mark.long

RUI, SOFIA = Person("rui@x", ("reviewer",)), Person("sofia@x", ("business",))


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(f"sqlite:///{tmp_path}/ledger.db", create=True) as opened:
        yield opened


def bind(draft: Draft, ledger: Ledger, folder: Path) -> tuple[Any, ...]:
    """The step; how version 3 stands at deploy after it."""
    bind_sign_offs(draft, ledger, folder, append=True)
    return state(draft)


def state(draft: Draft, version: int = 3) -> tuple[Any, ...]:
    query = "select status, missing, reason from checks.approval_states where version = ? and stage = 'deploy'"
    (row,) = draft.connection.execute(query, [version]).fetchall()
    return tuple(row)


def sign_as_on_a_page(draft: Draft, ledger: Ledger, folder: Path, people: tuple[Person, ...] = (RUI, SOFIA)) -> None:
    """Publishes the draft, and signs by what a page reads from the snapshot."""
    draft.publish()
    store = SnapshotStore(folder / "store")
    try:
        with store.lease() as snapshot:
            basis = queries.basis(snapshot, model="claims", version=3, stage="deploy")
    finally:
        store.close()
    assert basis is not None
    for by in people:
        digest = signable(basis, read(ledger), datetime.now(UTC)).digest
        given = ToSign("claims", 3, "deploy", by.roles[0], "approved")
        sign(ledger, given, by, current_of(basis, None), digest)


def approved(folder: Path, ledger: Ledger) -> None:
    with drafting(folder, rows()) as draft:
        bind_sign_offs(draft, ledger, folder, append=True)
        sign_as_on_a_page(draft, ledger, folder)


def test_it_says_what_there_is_to_be_signed_of_every_version_that_is_checked(ledger: Ledger, tmp_path: Path):
    with drafting(tmp_path, rows()) as draft:
        assert bind(draft, ledger, tmp_path) == (
            "missing",
            ["reviewer", "business"],
            "Nobody has signed. Needed: reviewer, business.",
        )
        assert content(draft, "metrics") == {"auc": 0.9}
        assert content(draft, "checks") == {"tests_passed": "pass"}
        assert content(draft, "checks", "discovery") == {}
        assert content(draft, "explanation") == {"age": 0.41}
        assert content(draft, "evidence") == {"r.xml (entry 7)": "ab" * 32}
        data = content(draft, "data")
        assert data["the data claims (training)"] == "55f9"
        assert len(data["the reference"]) == 64
        assert content(draft, "card")["purpose"] == "Price claims."
        assert ledger.entries() == []


def test_what_was_signed_on_a_page_is_valid_in_the_refresh_and_recorded_once(ledger: Ledger, tmp_path: Path):
    approved(tmp_path, ledger)
    with drafting(tmp_path, rows()) as draft:
        assert bind(draft, ledger, tmp_path)[0] == "approved"
        assert not bind_sign_offs(draft, ledger, tmp_path, append=True).changed
        found = draft.connection.execute('select status, valid_until > "at" from room.approvals').fetchall()
        assert found == [("valid", True)] * 2
    (event,) = ledger.entries(kind=APPROVAL_EVENT)
    assert (event.model, event.version, event.payload["status"], event.payload["sign_offs"]) == (
        "claims",
        3,
        "approved",
        [1, 2],
    )


def test_what_was_signed_while_the_refresh_judged_is_left_to_the_next_one(ledger: Ledger, tmp_path: Path):
    with drafting(tmp_path, rows()) as draft:
        bind_sign_offs(draft, ledger, tmp_path, append=True)
        sign_as_on_a_page(draft, ledger, tmp_path, (RUI,))
    with drafting(tmp_path, rows()) as draft:
        found, head = bind_sign_offs(draft, ledger, tmp_path, append=False).verdicts, ledger.head()
        old = SignOff("claims", 3, "deploy", "rejected", "sofia@x", "business", note="Not fair.")
        import_sign_offs(ledger, [(old, Imported(datetime.now(UTC), "minutes"))])
        assert record_events(ledger, found, head) == 0
        assert record_events(ledger, found, ledger.head()) == 1
        assert record_events(ledger, found, head) == 0


def test_an_author_who_comes_to_be_known_later_does_not_count_any_more(ledger: Ledger, tmp_path: Path):
    approved(tmp_path, ledger)
    later = rows()
    later["check_subjects"][0]["authors"] = ["Sofia (not checked)"]
    with drafting(tmp_path, later) as draft:
        status, _, reason = bind(draft, ledger, tmp_path)
    assert status == "void"
    assert "sofia@x made this version" in reason


def test_a_finding_opened_after_the_approval_holds_it_up_until_it_is_over(ledger: Ledger, tmp_path: Path):
    approved(tmp_path, ledger)
    found = open_finding(ledger, Found("claims", None, "high", "It leaks.", blocks="deploy"), RUI, ("ana",))
    told: list[Any] = []
    with drafting(tmp_path, rows(tag="Approved")) as draft:
        status, missing, reason = bind(draft, ledger, tmp_path)
        assert (status, missing) == ("void", [])
        assert reason == f"Held up by finding {found.seq}: It leaks. (open)."
        assert draft.connection.execute("select distinct status from room.approvals").fetchall() == [("valid",)]
        result = raise_approval_alerts(draft, ledger, record_alerts(draft, ledger, (), {"claims": 3}))
        write_tags(draft, lambda *one: told.append(one))
    assert result.raised == 1
    assert told == [("claims", 3, "approval", "Void")]


def test_it_turns_void_and_says_what_changed(ledger: Ledger, tmp_path: Path):
    approved(tmp_path, ledger)
    for given in (rows(), rows(auc=0.85)):
        with drafting(tmp_path, given) as draft:
            status, _, reason = bind(draft, ledger, tmp_path)
    assert status == "void"
    assert "evidence changed: the metric auc went from 0.9 to 0.85" in reason
    assert [one.payload["status"] for one in ledger.entries(kind=APPROVAL_EVENT)] == ["approved", "void"]


def test_an_item_that_is_not_met_any_more_voids_it_and_meeting_it_again_heals_it(ledger: Ledger, tmp_path: Path):
    approved(tmp_path, ledger)
    with drafting(tmp_path, rows(measured="fail")) as draft:
        assert "the item tests_passed was met and is not met now" in bind(draft, ledger, tmp_path)[2]
    with drafting(tmp_path, rows()) as draft:
        assert bind(draft, ledger, tmp_path)[0] == "approved"


def test_a_version_that_is_not_checked_any_more_is_still_judged_by_what_there_is(ledger: Ledger, tmp_path: Path):
    old = SignOff("claims", 2, "deploy", "approved", "rui@x", "reviewer")
    gone = SignOff("claims", 1, "deploy", "approved", "rui@x", "reviewer")
    at = datetime.now(UTC)
    import_sign_offs(ledger, [(old, Imported(at - timedelta(days=10), "minutes")), (gone, Imported(at, "minutes"))])
    with drafting(tmp_path, rows()) as draft:
        bind(draft, ledger, tmp_path)
        assert state(draft, 2)[:2] == ("partly", ["business"])
        assert draft.connection.execute("select count(*) from checks.approval_states where version = 1").fetchall() == [
            (0,)
        ]
        assert draft.connection.execute("select count(*) from room.approvals").fetchall() == [(2,)]


def test_a_champion_without_a_valid_approval_is_an_alert_until_it_has_one(ledger: Ledger, tmp_path: Path):
    with drafting(tmp_path, rows()) as draft:
        bind(draft, ledger, tmp_path)
        result = raise_approval_alerts(draft, ledger, record_alerts(draft, ledger, (), {"claims": 3}))
        (alert,) = draft.connection.execute("select signal, severity, method, owner from health.alerts").fetchall()
        assert alert == ("approval", "critical", "missing", "rui@x")
        assert result.raised == 1
        again = raise_approval_alerts(draft, ledger, record_alerts(draft, ledger, (), {"claims": 3}))
        assert (again.raised, again.ended, len(again.alerts)) == (0, 0, 1)
        sign_as_on_a_page(draft, ledger, tmp_path)
    with drafting(tmp_path, rows()) as draft:
        bind(draft, ledger, tmp_path)
        result = raise_approval_alerts(draft, ledger, record_alerts(draft, ledger, (), {"claims": 3}))
        assert result.ended == 1
        assert result.alerts[0].is_over


def test_compliance_is_counted_by_team_and_kept_when_it_changes(ledger: Ledger, tmp_path: Path):
    approved(tmp_path, ledger)
    with drafting(tmp_path, rows()) as draft:
        bind(draft, ledger, tmp_path)
        for _ in range(2):
            record_compliance(draft, ledger)
        (row,) = draft.connection.execute("select * exclude (day) from checks.compliance").fetchall()
    assert row == ("Pricing", 1, 1, 1, 1, 0, 0, 0)
    assert len(ledger.entries(kind=COMPLIANCE)) == 1


@pytest.mark.parametrize(
    ("signed", "tag", "written"),
    [
        (True, None, [("claims", 3, "approval", "Approved")]),
        (True, "Approved", []),
        (False, "Approved", [("claims", 3, "approval", None)]),
        (False, "approved", [("claims", 3, "approval", None)]),
        (False, " Approved ", [("claims", 3, "approval", None)]),
        (False, "\u200bAPPROVED by the board", [("claims", 3, "approval", None)]),
        (True, "approved", [("claims", 3, "approval", "Approved")]),
        (False, "in committee", []),
        (False, None, []),
    ],
)
def test_the_tag_follows_both_ways(ledger: Ledger, tmp_path: Path, signed: bool, tag: str | None, written: list[Any]):
    if signed:
        approved(tmp_path, ledger)
    told: list[Any] = []
    with drafting(tmp_path, rows(tag=tag)) as draft:
        bind(draft, ledger, tmp_path)
        assert write_tags(draft, lambda *one: told.append(one)) == (len(written), ())
    assert told == written


@pytest.mark.parametrize(("tag", "problems"), [("approved by hand", 1), ("Void", 0), ("in committee", 0)])
def test_a_version_that_nobody_checks_and_that_claims_an_approval_is_a_problem(
    ledger: Ledger, tmp_path: Path, tag: str, problems: int
):
    found = rows()
    found["model_version_tags"] = [{"name": "claims", "version": 1, "key": "approval", "value": tag}]
    with drafting(tmp_path, found) as draft:
        bind(draft, ledger, tmp_path)
        written, told = write_tags(draft, lambda *one: None)
    assert (written, [one.place for one in told]) == (0, ["claims version 1"] * problems)


def test_a_tag_that_cannot_be_written_is_a_problem_and_no_more(ledger: Ledger, tmp_path: Path):
    approved(tmp_path, ledger)

    def refuse(*_: object) -> None:
        raise SourceError("No.")

    with drafting(tmp_path, rows()) as draft:
        bind(draft, ledger, tmp_path)
        written, (problem,) = write_tags(draft, refuse)
    assert (written, problem.what, problem.model) == (0, "No.", "claims")


def test_a_ledger_that_cannot_be_read_is_a_problem_and_the_tables_stay(ledger: Ledger, tmp_path: Path):
    approved(tmp_path, ledger)
    with drafting(tmp_path, rows()) as draft:
        bind(draft, ledger, tmp_path)
        draft.publish()
    with Draft(StoreFolder(tmp_path / "store")) as draft:
        draft.writable("room")
        with Ledger.open(f"sqlite:///{tmp_path}/other.db", create=True) as broken:
            broken.append_all([_broken()])
            bound = bind_sign_offs(draft, broken, tmp_path, append=True)
        assert [problem.kind for problem in bound.problems] == ["ledger"]
        assert state(draft)[0] == "approved"


def _broken() -> Any:
    from watchroom.ledger.entry import NewEntry

    return NewEntry("sign_off", "x", {"stage": 3}, model="claims", version=3)
