"""Evidence in the ledger: who may add and withdraw it, and what stands then."""

from __future__ import annotations

from dataclasses import replace

import pytest

from watchroom.errors import Refused
from watchroom.ledger import Ledger, NewEntry
from watchroom.ledger.evidence import About, File, Held, add, read, withdraw
from watchroom.ledger.kinds import EVIDENCE, REFUSAL, REGISTRY_EVENT
from watchroom.ledger.people import Person

ANA, BO = Person("ana@x", ("data_science",)), Person("bo@x", ("operations",))
ADMIN, NOBODY = Person("root@x", ("admin",)), Person("guest@x", ())
REPORT = File("junit.xml", "ab/abc.xml", "junit", "ab" * 32, 120, 7, 1, 0)
ABOUT = About("churn", 3, "unit-tests", "The night's run.")


def test_what_was_added_stands_until_it_is_withdrawn_and_the_ledger_keeps_both(ledger: Ledger) -> None:
    added = add(ledger, ABOUT, REPORT, ANA)
    assert (added.about, added.file, added.actor, added.role) == (ABOUT, REPORT, "ana@x", "data_science")
    before = read(ledger)
    assert before.of("churn", 3, "unit-tests") == (added,)
    withdraw(ledger, added.seq, "Of another version.", ANA)
    after = read(ledger, before)
    assert after.of("churn") == ()
    assert after.all[added.seq].withdrawn.reason == "Of another version."
    assert len(ledger.entries(kind=EVIDENCE)) == 2
    assert read(ledger).all == after.all


def test_a_version_that_no_refresh_has_seen_is_refused_where_the_registry_is_known(sqlite_ledger: Ledger) -> None:
    sqlite_ledger.append(NewEntry(REGISTRY_EVENT, "watchroom refresh", {"event": "version_added"}, None, "churn", 3))
    with pytest.raises(Refused, match="churn has no version 9"):
        add(sqlite_ledger, replace(ABOUT, version=9), REPORT, ANA)
    assert add(sqlite_ledger, ABOUT, REPORT, ANA).about.version == 3
    assert sqlite_ledger.entries(kind=EVIDENCE)[0].version == 3


def test_what_stands_is_found_by_model_version_and_item_the_newest_first(ledger: Ledger) -> None:
    one = add(ledger, ABOUT, REPORT, ANA)
    two = add(ledger, replace(ABOUT, item=None, note=""), REPORT, BO)
    other = add(ledger, replace(ABOUT, version=4), REPORT, ANA)
    held = read(ledger)
    assert held.of("churn", 3) == (two, one)
    assert held.of("churn") == (other, two, one)
    assert held.of("churn", 3, "unit-tests") == (one,)
    assert held.of("fraud") == ()


def test_reading_on_gives_the_same_as_reading_anew_and_nothing_new_costs_nothing(ledger: Ledger) -> None:
    known = Held()
    for number in range(1, 4):
        add(ledger, replace(ABOUT, version=number), REPORT, ANA)
        known = read(ledger, known)
    assert known == read(ledger)
    assert read(ledger, known) is known


@pytest.mark.parametrize(
    ("by", "said"), [(BO, "The evidence is not yours."), (NOBODY, "This takes a role in this room.")]
)
def test_somebody_elses_evidence_is_not_withdrawn_and_the_attempt_is_recorded(
    ledger: Ledger, by: Person, said: str
) -> None:
    added = add(ledger, ABOUT, REPORT, ANA)
    with pytest.raises(Refused) as raised:
        withdraw(ledger, added.seq, "Because.", by)
    assert raised.value.what == said
    assert [entry.actor for entry in ledger.entries(kind=REFUSAL)] == [by.name]
    assert read(ledger).of("churn") == (added,)


def test_an_admin_may_withdraw_it_and_nobody_twice(ledger: Ledger) -> None:
    added = add(ledger, ABOUT, REPORT, ANA)
    withdraw(ledger, added.seq, "Personal data in it.", ADMIN)
    with pytest.raises(Refused, match="withdrawn already"):
        withdraw(ledger, added.seq, "Again.", ANA)
    with pytest.raises(Refused, match="no such evidence"):
        withdraw(ledger, 999, "What?", ANA)


@pytest.mark.parametrize(
    ("about", "by"),
    [
        (ABOUT, NOBODY),
        (replace(ABOUT, version=0), ANA),
        (replace(ABOUT, note="x" * 2001), ANA),
        (replace(ABOUT, item="x" * 61), ANA),
    ],
)
def test_what_is_against_the_rules_is_not_added(ledger: Ledger, about: About, by: Person) -> None:
    with pytest.raises(Refused):
        add(ledger, about, REPORT, by)
    assert not ledger.entries(kind=EVIDENCE)


def test_a_reason_is_asked_for(ledger: Ledger) -> None:
    added = add(ledger, ABOUT, REPORT, ANA)
    with pytest.raises(Refused, match="reason is empty"):
        withdraw(ledger, added.seq, " ", ANA)
