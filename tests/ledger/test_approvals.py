"""Sign-offs in the ledger: those carried over from elsewhere, and reading all back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from watchroom.errors import LedgerBroken, LedgerError
from watchroom.ledger import Ledger, NewEntry
from watchroom.ledger.approvals import Approval, Evidence, Imported, SignOff, approvals, import_sign_offs, read

REPORT = Evidence("evidence/churn/report.md", "ab" * 32)
GIVEN = SignOff("churn", 3, "deploy", "approved", "ana@x", "reviewer", (REPORT,), "Holds on every segment.")
LAST_YEAR = datetime(2025, 11, 20, 9, 30, tzinfo=UTC)
MINUTES = Imported(LAST_YEAR, "minutes")


def test_a_sign_off_of_before_what_was_seen_was_kept_is_read_as_ever(ledger: Ledger):
    payload = {
        "stage": "deploy",
        "decision": "approved",
        "evidence": [{"path": REPORT.path, "sha256": REPORT.sha256}],
        "note": "Holds on every segment.",
    }
    entry = ledger.append(NewEntry("sign_off", "ana@x", payload, "reviewer", "churn", 3))
    assert approvals(ledger) == [Approval(1, entry.at, entry.at, GIVEN)]
    assert read(ledger).of("churn", 3, "deploy") == tuple(approvals(ledger))


def test_approvals_are_those_of_one_model_or_of_all_in_the_order_of_writing(ledger: Ledger):
    for given in (GIVEN, replace(GIVEN, model="fraud"), replace(GIVEN, decision="rejected")):
        import_sign_offs(ledger, [(given, MINUTES)])
    ledger.append(NewEntry("refusal", "eve@x", {}, model="churn"))
    assert [one.sign_off.model for one in approvals(ledger)] == ["churn", "fraud", "churn"]
    assert [one.sign_off.decision for one in approvals(ledger, model="churn")] == ["approved", "rejected"]
    assert [one.sign_off.decision for one in read(ledger).of_model("churn")] == ["rejected", "approved"]


def test_only_what_came_since_is_read(ledger: Ledger):
    import_sign_offs(ledger, [(GIVEN, MINUTES)])
    known = read(ledger)
    assert read(ledger, known) is known
    import_sign_offs(ledger, [(replace(GIVEN, actor="bo@x"), MINUTES)])
    assert read(ledger, known) == read(ledger)
    assert len(read(ledger, known).of("churn", 3, "deploy")) == 2


def test_an_entry_that_holds_something_else_is_named(ledger: Ledger):
    ledger.append(NewEntry("sign_off", "x", {"stage": "deploy"}))
    with pytest.raises(LedgerBroken, match="Entry 1"):
        read(ledger)


def test_an_imported_sign_off_has_its_own_time_and_the_entry_another(ledger: Ledger):
    before = datetime.now(UTC)
    source = Imported(LAST_YEAR, "minutes of the model committee")
    (entry,) = import_sign_offs(ledger, [(GIVEN, source)])
    (approval,) = approvals(ledger)
    assert entry.at >= before
    assert (approval.at, approval.written_at, approval.imported) == (LAST_YEAR, entry.at, source)
    assert approval.sign_off == GIVEN


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"stage": "production"}, "discovery, pilot, deploy, monitor, support"),
        ({"decision": "yes"}, "approved, rejected"),
        ({"role": " "}, "needs the role"),
        ({"actor": ""}, "needs an actor"),
        ({"evidence": (Evidence("report.md", "AB" * 32),)}, "report.md has no SHA-256 digest"),
    ],
)
def test_a_sign_off_that_is_not_complete_is_refused_and_nothing_is_written(
    ledger: Ledger, wrong: dict[str, Any], said: str
):
    with pytest.raises(LedgerError, match=r".") as caught:
        import_sign_offs(ledger, [(replace(GIVEN, **wrong), MINUTES)])
    assert said in str(caught.value)
    assert ledger.entries() == []


@pytest.mark.parametrize(
    ("occurred_at", "said"),
    [(datetime.now(UTC) + timedelta(days=400), "in the future"), (datetime(2025, 11, 20), "has no zone")],
)
def test_an_imported_sign_off_needs_a_time_in_the_past_that_knows_its_zone(
    ledger: Ledger, occurred_at: datetime, said: str
):
    with pytest.raises(LedgerError, match=said):
        import_sign_offs(ledger, [(GIVEN, Imported(LAST_YEAR, "x")), (GIVEN, Imported(occurred_at, "x"))])
    assert ledger.entries() == []
