from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from watchroom.errors import LedgerError
from watchroom.ledger import Ledger, NewEntry
from watchroom.ledger.approvals import Approval, Evidence, Imported, SignOff, approvals, import_sign_offs, sign_off

REPORT = Evidence("evidence/churn/report.md", "ab" * 32)
GIVEN = SignOff("churn", 3, "deploy", "approved", "ana@x", "reviewer", (REPORT,), "Holds on every segment.")
LAST_YEAR = datetime(2025, 11, 20, 9, 30, tzinfo=UTC)


def test_a_sign_off_comes_back_as_it_was_given(ledger: Ledger):
    entry = sign_off(ledger, GIVEN)
    assert approvals(ledger) == [Approval(1, entry.at, entry.at, GIVEN)]
    assert (entry.kind, entry.actor, entry.role, entry.model, entry.version) == (
        "sign_off",
        "ana@x",
        "reviewer",
        "churn",
        3,
    )
    assert entry.payload == {
        "stage": "deploy",
        "decision": "approved",
        "evidence": [{"path": REPORT.path, "sha256": REPORT.sha256}],
        "note": "Holds on every segment.",
    }


def test_approvals_are_those_of_one_model_or_of_all_in_the_order_of_writing(ledger: Ledger):
    for given in (GIVEN, replace(GIVEN, model="fraud"), replace(GIVEN, decision="rejected")):
        sign_off(ledger, given)
    ledger.append(NewEntry("refusal", "eve@x", {}, model="churn"))
    assert [one.sign_off.model for one in approvals(ledger)] == ["churn", "fraud", "churn"]
    assert [one.sign_off.decision for one in approvals(ledger, model="churn")] == ["approved", "rejected"]


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
        sign_off(ledger, replace(GIVEN, **wrong))
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
