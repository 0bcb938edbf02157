"""Visits: what is new to somebody begins where they last looked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from watchroom.ledger import Ledger
from watchroom.ledger.people import NOT_SIGNED_IN, Person, unchecked
from watchroom.ledger.visits import Visit, Visits, read, visit, who_is

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
BO = Person("bo@x", ("data_science",))
NOBODY = Person("", ("business",))


def visits_at(*hours_ago: float) -> Visits:
    last = tuple(Visit(seq, NOW - timedelta(hours=hours)) for seq, hours in enumerate(hours_ago, start=1))
    return Visits(last={("bo@x", ""): last})


@pytest.mark.parametrize(
    ("hours_ago", "seq"),
    [
        ((), None),
        ((1,), None),
        ((50,), 1),
        ((50, 1), 1),
        ((50, 5), 2),
    ],
)
def test_new_is_what_came_after_the_visit_before_the_one_that_is_going_on(hours_ago, seq):
    found = visits_at(*hours_ago).before(("bo@x", ""), NOW)
    assert (found.seq if found else None) == seq


def test_a_visit_is_kept_once_in_some_hours(ledger: Ledger):
    assert visit(ledger, BO, "data_science", read(ledger))
    assert not visit(ledger, BO, "data_science", read(ledger))
    assert [(entry.kind, entry.actor) for entry in ledger.entries()] == [("visit", "bo@x")]


def test_two_tabs_at_once_are_one_visit(ledger: Ledger):
    before = read(ledger)
    visit(ledger, BO, "data_science", before)
    visit(ledger, BO, "data_science", before)
    assert len(read(ledger).last["bo@x", ""]) == 1


def test_somebody_who_gave_no_name_is_known_by_the_role_alone(ledger: Ledger):
    visit(ledger, NOBODY, "business", read(ledger))
    known = read(ledger)
    assert visit(ledger, NOBODY, "operations", known)
    assert set(read(ledger, known).last) == {(NOT_SIGNED_IN, "business"), (NOT_SIGNED_IN, "operations")}
    assert who_is(BO, "business") == ("bo@x", "")


def test_a_visit_of_long_ago_is_the_one_to_begin_with():
    ago = timedelta(days=400)
    known = Visits(last={("bo@x", ""): (Visit(7, NOW - ago),)})
    found = known.before(("bo@x", ""), NOW)
    assert found is not None
    assert found.seq == 7


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Ana", "Ana (not checked)"),
        ("  Ana   Lee ", "Ana Lee (not checked)"),
        ("Ana (not checked)", "Ana (not checked)"),
        ("", ""),
        (" (not checked)", ""),
        ("Ana (not checked) (not checked)", "Ana (not checked)"),
        ("\u200b", ""),
        ("\u2060 (not checked)", ""),
    ],
)
def test_a_name_that_was_only_given_is_marked_so(typed: str, kept: str):
    assert unchecked(typed) == kept
