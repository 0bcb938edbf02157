"""Checklists: who may answer, waive, lift, assign and comment, and what their acts come to."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest

from watchroom.domain.standing import WAIVER_DAYS
from watchroom.errors import LedgerBroken, Refused
from watchroom.ledger import Ledger, NewEntry
from watchroom.ledger.checklist import Asked, answer, assign, comment, lift, read, waive
from watchroom.ledger.evidence import About, File, add, withdraw
from watchroom.ledger.kinds import CHECKLIST
from watchroom.ledger.people import NOT_SIGNED_IN, Person

BO = Person("bo@x", ("data_science",))
CY = Person("cy@x", ("operations",))
AISHA = Person("aisha@x", ("reviewer",))
ADA = Person("ada@x", ("admin",))
EVE = Person("eve@x", ())
NAMELESS = Person("", ("reviewer",))

QUESTION = Asked("card-fraud", 3, "reviewed", "data_science", "high", "question", "a" * 64, "unknown", 90, ("dan",))
CHECK = replace(QUESTION, item="signature", kind="signature", measured="fail", valid_days=None)
UNTOLD = replace(CHECK, measured="unknown")
LOW = replace(CHECK, tier="low")
REPORT = File("tests.xml", "ab/ab.xml", "junit", "b" * 64, 120, 4, 0, 0)


def today(days: int = 0) -> date:
    return datetime.now(UTC).date() + timedelta(days)


def by(author: str) -> Asked:
    """The failing check, of a version that the author made."""
    return replace(CHECK, authors=(author,))


def told(ledger: Ledger, asked: Asked = QUESTION) -> Any:
    return read(ledger).of(asked.model, asked.version, asked.item)


def test_the_last_answer_holds_with_the_item_as_it_was_seen_and_until_when(ledger: Ledger):
    answer(ledger, QUESTION, False, "Nobody has read it.", None, BO)
    given = answer(ledger, QUESTION, True, "", None, BO)
    assert told(ledger) == given
    assert [one.met for one in given.answers] == [False, True]
    last = given.answer
    assert (last.actor, last.role, last.digest, last.evidence) == ("bo@x", "data_science", "a" * 64, None)
    assert last.valid_until is not None
    assert last.valid_until - last.at > timedelta(89)


def test_a_newer_waiver_takes_the_older_one_back_and_lifting_leaves_none(ledger: Ledger):
    waive(ledger, CHECK, "Two weeks.", today(14), AISHA)
    waive(ledger, CHECK, "Three weeks.", today(21), AISHA)
    found = told(ledger, CHECK)
    assert [(one.reason, one.lifted_by) for one in found.waivers] == [("Two weeks.", "aisha@x"), ("Three weeks.", None)]
    assert found.waiver.in_force(datetime.now(UTC))
    assert not lift(ledger, CHECK, AISHA).waiver.in_force(datetime.now(UTC))


def test_several_items_are_given_to_somebody_at_once_and_taken_back(ledger: Ledger):
    assign(ledger, "card-fraud", 3, ["reviewed", "signature", "reviewed"], " dora@x ", today(3), CY)
    given = told(ledger).assignment
    assert (given.person, given.due) == ("dora@x", today(3))
    assert told(ledger, CHECK).assignment.person == "dora@x"
    assign(ledger, "card-fraud", 3, ["reviewed"], None, None, CY)
    assert told(ledger).assignment is None
    assert told(ledger, CHECK).assignment.person == "dora@x"
    assert len(ledger.entries(kind=CHECKLIST)) == 3


def test_anybody_with_a_role_comments(sqlite_ledger: Ledger):
    comment(sqlite_ledger, "card-fraud", 3, "reviewed", "Waiting for access.", CY)
    assert [(one.actor, one.text) for one in told(sqlite_ledger).comments] == [("cy@x", "Waiting for access.")]


def test_only_what_came_since_is_read_and_other_acts_change_no_mark(ledger: Ledger):
    answer(ledger, QUESTION, True, "", None, BO)
    before = read(ledger)
    ledger.append(NewEntry("note", "bo@x", {"text": "x"}))
    same = read(ledger, before)
    assert same.last == before.last
    assert same.all == before.all
    comment(ledger, "card-fraud", 3, "reviewed", "Hello.", CY)
    after = read(ledger, same)
    assert after.last != same.last
    assert after == read(ledger)


def test_evidence_is_of_the_same_version_and_not_withdrawn(ledger: Ledger):
    held = add(ledger, About("card-fraud", 3), REPORT, BO)
    assert answer(ledger, UNTOLD, True, "", held.seq, BO).answer.evidence == held.seq  # type: ignore[union-attr]
    with pytest.raises(Refused, match="no such evidence"):
        answer(ledger, replace(UNTOLD, version=4), True, "", held.seq, BO)
    withdraw(ledger, held.seq, "Another run's.", BO)
    with pytest.raises(Refused, match="no such evidence"):
        answer(ledger, UNTOLD, True, "", held.seq, BO)


@pytest.mark.parametrize(
    ("act", "why"),
    [
        (lambda ledger: answer(ledger, QUESTION, True, "", None, CY), "for data science to answer"),
        (lambda ledger: answer(ledger, QUESTION, True, "", None, ADA), "for data science to answer"),
        (lambda ledger: answer(ledger, CHECK, True, "It does.", None, BO), "checks itself"),
        (lambda ledger: answer(ledger, replace(CHECK, measured="stale"), True, "", None, BO), "checks itself"),
        (lambda ledger: answer(ledger, UNTOLD, True, "It does.", None, BO), "needs evidence"),
        (lambda ledger: answer(ledger, QUESTION, True, "", 999, BO), "no such evidence"),
        (lambda ledger: waive(ledger, CHECK, "Later.", today(7), BO), "takes the role reviewer"),
        (lambda ledger: waive(ledger, CHECK, "Later.", today(7), ADA), "takes the role reviewer"),
        (lambda ledger: waive(ledger, LOW, "Later.", today(7), CY), "reviewer or data science"),
        (
            lambda ledger: waive(ledger, replace(CHECK, authors=("Aisha@x",)), "Later.", today(7), AISHA),
            "You made this",
        ),
        (lambda ledger: waive(ledger, replace(CHECK, authors=("aisha",)), "Later.", today(7), AISHA), "You made this"),
        (lambda ledger: waive(ledger, CHECK, "Later.", today(7), NAMELESS), "Nobody can tell you"),
        (lambda ledger: waive(ledger, CHECK, "Later.", today(-1), AISHA), "ended already"),
        (lambda ledger: lift(ledger, CHECK, AISHA), "not waived"),
        (lambda ledger: assign(ledger, "card-fraud", 3, ["reviewed"], "bo@x", None, EVE), "takes a role"),
        (lambda ledger: comment(ledger, "card-fraud", 3, "reviewed", "Hello.", EVE), "takes a role"),
    ],
)
def test_an_act_against_the_rules_is_refused_and_recorded(sqlite_ledger: Ledger, act: Any, why: str):
    with pytest.raises(Refused, match=why):
        act(sqlite_ledger)
    (kept,) = sqlite_ledger.entries()
    assert (kept.kind, kept.model) == ("refusal", "card-fraud")


@pytest.mark.parametrize(("tier", "most"), WAIVER_DAYS.items())
def test_a_waiver_lasts_no_longer_than_its_tier_allows(sqlite_ledger: Ledger, tier: Any, most: int):
    asked = replace(CHECK, tier=tier)
    assert waive(sqlite_ledger, asked, "Later.", today(most), AISHA).waiver is not None
    with pytest.raises(Refused, match=f"at most {most} days"):
        waive(sqlite_ledger, asked, "Later.", today(most + 1), AISHA)


def test_a_waiver_keeps_what_was_asked_when_it_was_given(sqlite_ledger: Ledger):
    given = waive(sqlite_ledger, CHECK, "Later.", today(7), AISHA).waiver
    assert given is not None
    assert given.digest == CHECK.digest
    waive(sqlite_ledger, replace(CHECK, authors=()), "Later.", today(7), AISHA)
    known = [entry.payload["author_known"] for entry in sqlite_ledger.entries(kind="checklist")]
    assert known == [bool(CHECK.authors), False]
    assert read(sqlite_ledger).of(CHECK.model, CHECK.version, CHECK.item).waivers[0].digest == given.digest


def test_of_a_low_tier_the_items_role_waives_even_who_made_it(sqlite_ledger: Ledger):
    given = waive(sqlite_ledger, replace(LOW, authors=("bo@x",)), "Not yet.", today(100), BO)
    assert given.waiver is not None
    assert given.waiver.role == "data_science"


def test_a_waiver_is_lifted_by_who_gave_it_a_reviewer_or_an_admin(ledger: Ledger):
    for person in (AISHA, ADA, Person("rae@x", ("reviewer",))):
        waive(ledger, CHECK, "Later.", today(7), AISHA)
        lift(ledger, CHECK, person)
    waive(ledger, CHECK, "Later.", today(7), AISHA)
    with pytest.raises(Refused, match="not yours"):
        lift(ledger, CHECK, BO)


@pytest.mark.parametrize(
    "act",
    [
        lambda ledger: answer(ledger, QUESTION, False, "  ", None, BO),
        lambda ledger: answer(ledger, QUESTION, True, "x" * 3000, None, BO),
        lambda ledger: answer(ledger, QUESTION, "yes", "", None, BO),
        lambda ledger: waive(ledger, CHECK, "\u200b", today(7), AISHA),
        lambda ledger: waive(ledger, CHECK, "Later.", datetime.now(UTC), AISHA),
        lambda ledger: assign(ledger, "card-fraud", 3, [], "bo@x", None, CY),
        lambda ledger: assign(ledger, "card-fraud", 3, ["reviewed"], " ", None, CY),
        lambda ledger: assign(ledger, "card-fraud", 3, ["reviewed"], "bo@x", today(-5), CY),
        lambda ledger: assign(ledger, "card-fraud", 3, ["reviewed"], "bo@x", today(9999), CY),
        lambda ledger: comment(ledger, "card-fraud", 3, "reviewed", "", CY),
        lambda ledger: comment(ledger, "card-fraud", 3, "x" * 300, "Hello.", CY),
    ],
)
def test_what_cannot_be_kept_is_refused_and_nothing_is_written(sqlite_ledger: Ledger, act: Any):
    with pytest.raises(Refused):
        act(sqlite_ledger)
    assert sqlite_ledger.entries() == []


def test_who_is_not_signed_in_waives_at_a_low_tier_only(sqlite_ledger: Ledger):
    assert waive(sqlite_ledger, LOW, "Later.", today(7), NAMELESS).waiver.actor == NOT_SIGNED_IN  # type: ignore[union-attr]


def test_people_acting_at_the_same_time_lose_nothing(ledger: Ledger):
    barrier = Barrier(8)

    def one(place: int) -> None:
        barrier.wait()
        match place % 4:
            case 0:
                answer(ledger, QUESTION, True, f"{place}", None, BO)
            case 1:
                waive(ledger, CHECK, f"{place}", today(7), AISHA)
            case 2:
                assign(ledger, "card-fraud", 3, ["reviewed"], f"{place}@x", None, CY)
            case _:
                comment(ledger, "card-fraud", 3, "reviewed", f"{place}", CY)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(8)))
    found, waived = told(ledger), told(ledger, CHECK)
    assert [len(acts) for acts in (found.answers, found.assignments, found.comments, waived.waivers)] == [2, 2, 2, 2]
    assert sum(one.lifted_at is None for one in waived.waivers) == 1
    assert ledger.verify().ok


def test_an_entry_that_is_none_of_ours_breaks_the_reading_by_its_number(sqlite_ledger: Ledger):
    sqlite_ledger.append(
        NewEntry(CHECKLIST, "bo@x", {"act": "ticked", "item": "reviewed"}, model="card-fraud", version=3)
    )
    with pytest.raises(LedgerBroken, match="1"):
        read(sqlite_ledger)
