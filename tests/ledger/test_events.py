"""Events on the time axis."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from watchroom.errors import LedgerBroken, Refused
from watchroom.ledger import Ledger, NewEntry
from watchroom.ledger.events import MAX_TITLE, Happened, add, read, take_back
from watchroom.ledger.kinds import EVENT
from watchroom.ledger.people import Person

BO = Person("bo@x", ("data_science",))
CY = Person("cy@x", ("operations",))
ADA = Person("ada@x", ("admin",))
STORM = Happened("Storm", date(2026, 10, 3), date(2026, 10, 5), ("bike",), "Nobody rode.")
PRICES = Happened("Prices rose", date(2026, 9, 1), date(2026, 9, 1))


def test_an_event_is_there_for_everybody_in_the_order_of_its_days(ledger: Ledger):
    storm, prices = add(ledger, STORM, BO), add(ledger, PRICES, CY)
    assert read(ledger).of("bike") == (prices, storm)
    assert (storm.actor, storm.role, storm.happened) == ("bo@x", "data_science", STORM)


def test_an_event_of_one_model_is_not_marked_on_another(ledger: Ledger):
    storm, prices = add(ledger, STORM, BO), add(ledger, PRICES, BO)
    assert read(ledger).of("card-fraud") == (prices,)
    assert read(ledger).of(None) == (prices, storm)
    assert [entry.model for entry in ledger.entries()] == ["bike", None]


def test_an_event_that_is_taken_back_stays_in_the_ledger(ledger: Ledger):
    storm = add(ledger, STORM, BO)
    known = read(ledger)
    take_back(ledger, storm.seq, BO)
    assert read(ledger, known).of(None) == ()
    assert [entry.payload["act"] for entry in ledger.entries()] == ["added", "taken_back"]


def test_only_who_added_it_and_an_admin_take_it_back(ledger: Ledger):
    storm = add(ledger, STORM, BO)
    with pytest.raises(Refused, match="not yours"):
        take_back(ledger, storm.seq, CY)
    take_back(ledger, storm.seq, ADA)
    with pytest.raises(Refused, match="no such event"):
        take_back(ledger, storm.seq, ADA)


@pytest.mark.parametrize(
    ("happened", "why"),
    [
        (Happened(" \n", date(2026, 1, 1), date(2026, 1, 1)), "title is empty"),
        (Happened("x" * (MAX_TITLE + 1), date(2026, 1, 1), date(2026, 1, 1)), "too long"),
        (Happened("Back", date(2026, 1, 2), date(2026, 1, 1)), "ends before"),
        (Happened("Long", date(1926, 1, 2), date(2026, 1, 1)), "ten years"),
        (Happened("At noon", datetime(2026, 1, 1, 12), datetime(2026, 1, 1, 13)), "whole days"),
        (Happened("All", date(2026, 1, 1), date(2026, 1, 1), tuple(map(str, range(1001)))), "too many models"),
        (Happened("One", date(2026, 1, 1), date(2026, 1, 1), ("x" * 501,)), "model is too long"),
    ],
)
def test_an_event_that_cannot_be_is_refused_with_its_reason(ledger: Ledger, happened: Happened, why: str):
    with pytest.raises(Refused, match=why):
        add(ledger, happened, BO)
    assert ledger.entries() == []


def test_without_a_role_nobody_adds_one(ledger: Ledger):
    with pytest.raises(Refused):
        add(ledger, STORM, Person("eve@x", ()))
    assert [entry.kind for entry in ledger.entries()] == ["refusal"]


def test_an_entry_that_holds_something_else_is_named(ledger: Ledger):
    ledger.append(NewEntry(EVENT, "x", {"act": "added"}))
    with pytest.raises(LedgerBroken, match="Entry 1"):
        read(ledger)
