"""Drills as evidence: every answer is kept, right or wrong."""

from __future__ import annotations

from datetime import timedelta

import pytest

from watchroom.domain.drill import Question
from watchroom.errors import Refused
from watchroom.ledger import Ledger
from watchroom.ledger.drills import must_wait, read, take
from watchroom.ledger.people import Person

CY, BO = Person("cy@x", ("operations",)), Person("bo@x", ("operations",))
ASKED = (
    Question("back", "Which version?", ("Version 1", "Version 2"), "Version 2", "Versions"),
    Question("on_call", "Who?", ("bo@x", "cy@x"), "cy@x", "Model"),
)


def test_what_was_answered_is_kept_with_what_was_right(ledger: Ledger):
    failed = take(ledger, "fraud", 3, ASKED, {"back": "Version 1", "on_call": "cy@x"}, CY)
    passed = take(ledger, "fraud", 3, ASKED, {"back": "Version 2", "on_call": "cy@x"}, BO)
    assert (failed.right, failed.passed) == (1, False)
    assert [one.name for one in failed.answers if not one.is_right] == ["back"]
    assert passed.passed
    assert read(ledger).of("fraud", 3) == (passed, failed)
    assert read(ledger).of("fraud", 4) == ()


@pytest.mark.parametrize(
    ("given", "by", "why"),
    [
        ({"back": "Version 2"}, CY, "Not every question"),
        ({"back": "Version 9", "on_call": "cy@x"}, CY, "Not every question"),
        ({"back": "Version 2", "on_call": "cy@x"}, Person("", ("operations",)), "takes a name"),
        ({"back": "Version 2", "on_call": "cy@x"}, Person("eve@x", ()), "takes a role"),
    ],
)
def test_a_result_takes_a_person_and_every_answer(sqlite_ledger: Ledger, given: dict[str, str], by: Person, why: str):
    with pytest.raises(Refused, match=why):
        take(sqlite_ledger, "fraud", 3, ASKED, given, by)
    assert read(sqlite_ledger).all == ()


def test_reading_on_gives_what_reading_anew_gives(sqlite_ledger: Ledger):
    known = read(sqlite_ledger)
    take(sqlite_ledger, "fraud", 3, ASKED, {"back": "Version 2", "on_call": "cy@x"}, CY)
    assert read(sqlite_ledger, known) == read(sqlite_ledger)


@pytest.mark.parametrize("again", ["cy@x", "CY@x", "cy+ops@x"])
def test_who_was_told_what_is_right_takes_it_again_on_another_day(sqlite_ledger: Ledger, again: str):
    failed = take(sqlite_ledger, "fraud", 3, ASKED, {"back": "Version 1", "on_call": "cy@x"}, CY)
    right = {"back": "Version 2", "on_call": "cy@x"}
    with pytest.raises(Refused, match="taken it today"):
        take(sqlite_ledger, "fraud", 3, ASKED, right, Person(again, ("operations",)))
    assert [entry.kind for entry in sqlite_ledger.entries()] == ["drill", "refusal"]
    assert must_wait([failed], failed.at + timedelta(1)) is None
    assert take(sqlite_ledger, "fraud", 4, ASKED, right, CY).passed
    assert len(read(sqlite_ledger).tries("fraud", 3, again)) == 1


def test_a_version_that_there_is_not_is_no_drill(sqlite_ledger: Ledger):
    with pytest.raises(Refused, match="no version 99"):
        take(sqlite_ledger, "fraud", 99, ASKED, {"back": "Version 2", "on_call": "cy@x"}, CY, known=(1, 2, 3))
    assert read(sqlite_ledger).all == ()
