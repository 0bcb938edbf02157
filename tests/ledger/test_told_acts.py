"""What people and refreshes really write is told as it was: each sentence is of an entry that its own module wrote."""

from __future__ import annotations

from datetime import UTC, date, datetime

from tests.ledger import test_handovers as handing
from tests.ledger.test_checklist import CHECK, QUESTION, today
from tests.ledger.test_evidence import ABOUT, ANA, REPORT
from watchroom.domain.approval import Approval, Given, Judged
from watchroom.domain.drill import Question
from watchroom.domain.reminders import Due, Reminder
from watchroom.jobs.approvals.events import record_events
from watchroom.jobs.approvals.judge import Verdict
from watchroom.ledger import Ledger, checklist, drills, evidence, findings, handovers, reminders
from watchroom.ledger.findings_read import Found
from watchroom.ledger.people import Person
from watchroom.ledger.told import tell

BO = Person("bo@x", ("data_science",))
INES = Person("ines@x", ("reviewer",))
DAY = date(2026, 12, 5)


def told(ledger: Ledger, titles: dict[str, str] | None = None) -> list[str]:
    """Every entry in words, the oldest first."""
    every = ledger.entries()
    return [tell(one, {other.seq: other for other in every}, titles).did for one in every]


def test_a_drill_is_told_with_as_many_right_as_were(sqlite_ledger: Ledger):
    asked = [Question(str(number), "Which?", ("this", "that"), "this", "Versions") for number in range(7)]
    given = {one.name: "that" if one.name in ("2", "5") else "this" for one in asked}
    drills.take(sqlite_ledger, "churn", 3, asked, given, BO)
    assert told(sqlite_ledger) == ["took a drill about version 3 of churn: 5 of 7 right"]


def test_evidence_is_told_with_its_tests_and_by_its_name_when_it_is_withdrawn(sqlite_ledger: Ledger):
    added = evidence.add(sqlite_ledger, ABOUT, REPORT, ANA)
    evidence.withdraw(sqlite_ledger, added.seq, "Of another version.", ANA)
    assert told(sqlite_ledger, {"unit-tests": "Unit tests pass"}) == [
        "kept junit.xml (7 tests, 1 failed) as evidence for version 3 of churn, for the item “Unit tests pass”",
        "withdrew the evidence junit.xml for version 3 of churn",
    ]


def test_acts_on_an_item_name_what_it_asks_and_its_id_where_that_is_not_known(sqlite_ledger: Ledger):
    checklist.answer(sqlite_ledger, QUESTION, False, "Nobody has read it.", None, BO)
    checklist.waive(sqlite_ledger, CHECK, "Two weeks.", today(14), INES)
    checklist.lift(sqlite_ledger, CHECK, INES)
    checklist.assign(sqlite_ledger, "card-fraud", 3, ["reviewed"], "cy@x", DAY, BO)
    checklist.assign(sqlite_ledger, "card-fraud", 3, ["reviewed"], None, None, BO)
    checklist.comment(sqlite_ledger, "card-fraud", 3, "reviewed", "Soon.", BO)
    of, signature = "the item “It was read” of version 3 of card-fraud", "the item signature of version 3 of card-fraud"
    until = f"{today(14).day} {today(14):%b %Y}"
    assert told(sqlite_ledger, {"reviewed": "It was read"})[0].startswith(f"answered that {of} is not met")
    assert told(sqlite_ledger, {"reviewed": "It was read"})[1:] == [
        f"waived {signature} until {until}", f"lifted the waiver of {signature}",
        f"gave {of} to cy@x, due 5 Dec 2026", f"took back whose {of} is", f"wrote about {of}",
    ]  # fmt: skip


def test_an_approval_is_told_as_it_came_to_stand_with_the_whole_reason(sqlite_ledger: Ledger):
    given = Given(1, datetime(2026, 11, 1, tzinfo=UTC), "ana@x", "reviewer", "approved", None, None, ())
    held = (Judged(given, "valid", None),)
    because = "The sign-off of ana@x as reviewer does not hold: it ended on 1 Nov 2026. Needed: reviewer, business."
    for found in (
        Approval("partly", ("business",), 0, None, "Business has not signed.", held),
        Approval("approved", (), 0, datetime(2026, 12, 5, tzinfo=UTC), "", held),
        Approval("void", ("business",), 0, None, "", held),
        Approval("expired", ("reviewer",), 0, None, because, held),
    ):
        record_events(sqlite_ledger, {("churn", 3, "deploy"): Verdict(found, None)}, sqlite_ledger.head())
    of = "version 3 of churn"
    assert told(sqlite_ledger) == [
        f"saw {of} approved in part at deploy (Business has not signed.)",
        f"saw {of} approved at deploy, until 5 Dec 2026",
        f"saw the approval of {of} at deploy turn void",
        f"saw the approval of {of} at deploy end ({because})",
    ]


def test_a_reminder_is_told_with_how_much_it_was_about(sqlite_ledger: Ledger):
    due = Reminder(Due("item", "rollback", "churn", "Churn", "Rollback", "bo@x", DAY), "soon")
    sent = reminders.begin(sqlite_ledger, [due], ["slack"])
    reminders.finish(sqlite_ledger, [(sent[0], "")])
    assert told(sqlite_ledger) == [
        "began to send a reminder of 1 thing due to slack", "sent a reminder of 1 thing due to slack",
    ]  # fmt: skip


def test_acts_on_a_finding_name_it(sqlite_ledger: Ledger):
    found = findings.open_finding(sqlite_ledger, Found("churn", 3, "high", "No proof", "", "bo@x", DAY), INES, ())
    findings.answer(sqlite_ledger, found.seq, "Here.", BO)
    findings.send_back(sqlite_ledger, found.seq, "Where?", INES, ())
    findings.reassign(sqlite_ledger, found.seq, "cy@x", INES)
    of = "the finding “No proof” about version 3 of churn"
    assert told(sqlite_ledger) == [
        f"opened {of} (high), for bo@x, due 5 Dec 2026", f"answered {of}", f"sent back the answer to {of}",
        f"gave {of} to cy@x",
    ]  # fmt: skip


def test_acts_on_a_handover_name_it_and_what_came_with_it(sqlite_ledger: Ledger):
    seq = handing.given(sqlite_ledger)
    handing.accept(sqlite_ledger, seq, handing.KWAME)
    handovers.comment(sqlite_ledger, seq, "Thanks.", handing.KWAME)
    of = "the handover of version 3 of card-fraud at deploy"
    begun, *rest = told(sqlite_ledger)
    assert begun.startswith(f"began {of} from aisha@x (Data science) to kwame@x (Payments), due ")
    assert rest == [
        f"signed {of} as the giver", f"accepted {of}; with it came the roles on call and operations",
        f"wrote about {of}",
    ]  # fmt: skip
