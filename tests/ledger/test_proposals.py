"""Proposals: a voice for each role, who decides, what came of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from threading import Barrier

import pytest

from watchroom.errors import LedgerBroken, Refused
from watchroom.ledger import Ledger, NewEntry
from watchroom.ledger.kinds import PROPOSAL
from watchroom.ledger.people import Person
from watchroom.ledger.proposals import Proposed, close, decide, open_proposal, read, speak, withdraw

SOFIA = Person("sofia@x", ("business",))
BO = Person("bo@x", ("data_science",))
CY = Person("cy@x", ("operations",))
ADA = Person("ada@x", ("admin",))
EVE = Person("eve@x", ())
RETRAIN = Proposed("card-fraud", 2, "retrain", "AUC fell from 0.91 to 0.84.", 1200.5, date(2026, 12, 1))


def test_a_proposal_goes_from_its_trigger_to_what_came_of_it(ledger: Ledger):
    opened = open_proposal(ledger, RETRAIN, BO)
    assert (opened.state, opened.proposed, opened.role) == ("open", RETRAIN, "data_science")
    speak(ledger, opened.seq, "for", "", BO, "data_science")
    speak(ledger, opened.seq, "against", "Not before Christmas.", CY, "operations")
    decided = decide(ledger, opened.seq, True, "Fraud costs more than a freeze.", SOFIA)
    assert decided.verdict is not None
    assert decided.verdict.without == ("reviewer",)
    done = close(ledger, opened.seq, "Version 3 serves since the 4th.", 3, CY)
    assert read(ledger).of("card-fraud") == (done,)
    assert done.state == "done"
    assert done.result is not None
    assert done.result.version == 3
    assert {role: voice.voice for role, voice in done.voices.items()} == {
        "data_science": "for",
        "operations": "against",
    }
    assert {(entry.kind, entry.model, entry.version) for entry in ledger.entries()} == {(PROPOSAL, "card-fraud", 2)}


def test_the_last_word_of_a_role_counts(ledger: Ledger):
    opened = open_proposal(ledger, RETRAIN, BO)
    speak(ledger, opened.seq, "against", "No data yet.", CY, "operations")
    heard = speak(ledger, opened.seq, "for", "", CY, "operations")
    assert heard.voices["operations"].voice == "for"
    assert heard.silent == ("business", "data_science", "reviewer")


def test_what_was_declined_stays_declined(ledger: Ledger):
    opened = open_proposal(ledger, RETRAIN, BO)
    assert decide(ledger, opened.seq, False, "It is to be retired.", SOFIA).state == "declined"
    with pytest.raises(Refused, match="is declined"):
        close(ledger, opened.seq, "Done anyway.", None, BO)
    with pytest.raises(Refused, match="is declined"):
        speak(ledger, opened.seq, "for", "", CY, "operations")


@pytest.mark.parametrize(
    ("act", "why"),
    [
        (lambda ledger, seq: speak(ledger, seq, "for", "", BO, "business"), "cannot speak for business"),
        (lambda ledger, seq: speak(ledger, seq, "for", "", ADA, "admin"), "cannot speak for admin"),
        (lambda ledger, seq: decide(ledger, seq, True, "Yes.", BO), "takes the role business or admin"),
        (lambda ledger, seq: close(ledger, seq, "Done.", None, BO), "is open"),
        (lambda ledger, seq: close(ledger, seq, "Done.", None, EVE), "takes the role"),
        (lambda ledger, seq: withdraw(ledger, seq, CY), "not yours"),
        (lambda ledger, seq: decide(ledger, seq + 100, True, "Yes.", SOFIA), "no such proposal"),
        (lambda ledger, seq: open_proposal(ledger, RETRAIN, EVE), "takes a role"),
    ],
)
def test_an_act_against_the_rules_is_refused_and_recorded(ledger: Ledger, act, why: str):
    opened = open_proposal(ledger, RETRAIN, BO)
    with pytest.raises(Refused, match=why):
        act(ledger, opened.seq)
    assert [entry.kind for entry in ledger.entries()] == [PROPOSAL, "refusal"]
    assert read(ledger).all[opened.seq] == opened


@pytest.mark.parametrize(
    "act",
    [
        lambda ledger, seq: decide(ledger, seq, True, " ", SOFIA),
        lambda ledger, seq: speak(ledger, seq, "against", "", BO, "data_science"),
    ],
)
def test_a_decision_and_an_objection_need_a_reason(ledger: Ledger, act):
    opened = open_proposal(ledger, RETRAIN, BO)
    with pytest.raises(Refused, match="reason is empty"):
        act(ledger, opened.seq)


def test_who_opened_it_takes_it_back(ledger: Ledger):
    opened = open_proposal(ledger, RETRAIN, BO)
    assert withdraw(ledger, opened.seq, BO).state == "withdrawn"


def test_of_two_who_decide_at_once_one_is_told(ledger: Ledger):
    opened, both = open_proposal(ledger, RETRAIN, BO), Barrier(2)

    def one(accepted: bool) -> str:
        both.wait()
        try:
            return decide(ledger, opened.seq, accepted, "So be it.", SOFIA).state
        except Refused:
            return "refused"

    with ThreadPoolExecutor(2) as pool:
        states = set(pool.map(one, (True, False)))
    assert "refused" in states
    assert len(states) == 2
    assert read(ledger).all[opened.seq].state in states


def test_only_what_came_since_is_read(ledger: Ledger):
    opened = open_proposal(ledger, RETRAIN, BO)
    known = read(ledger)
    assert read(ledger, known) is known
    decide(ledger, opened.seq, True, "Yes.", SOFIA)
    assert read(ledger, known) == read(ledger)


def test_an_entry_that_holds_something_else_is_named(ledger: Ledger):
    ledger.append(NewEntry(PROPOSAL, "x", {"act": "spoke", "proposal": 9}))
    with pytest.raises(LedgerBroken, match="Entry 1"):
        read(ledger)


def test_what_is_not_ones_own_is_refused_alike_and_says_whose_it_is(ledger: Ledger):
    opened = open_proposal(ledger, RETRAIN, BO)
    with pytest.raises(Refused) as refused:
        withdraw(ledger, opened.seq, CY)
    assert (refused.value.what, refused.value.why) == ("The proposal is not yours.", f"It is of {BO.name}.")


def test_an_act_is_recorded_in_the_role_that_gave_the_right_to_it(ledger: Ledger):
    several = Person("zoe@x", ("data_science", "admin", "business"))
    opened = open_proposal(ledger, RETRAIN, BO)
    decided = decide(ledger, opened.seq, True, "It pays.", several)
    close(ledger, opened.seq, "Done.", None, several)
    assert [entry.role for entry in ledger.entries()] == ["data_science", "business", "business"]
    assert decided.verdict is not None
    assert decided.verdict.without == ("data_science", "operations", "reviewer")


@pytest.mark.parametrize("accepted", [None, 0, "no"])
def test_what_is_neither_yes_nor_no_decides_nothing(ledger: Ledger, accepted):
    opened = open_proposal(ledger, RETRAIN, BO)
    with pytest.raises(Refused):
        decide(ledger, opened.seq, accepted, "So be it.", SOFIA)
    assert read(ledger).all[opened.seq].state == "open"


@pytest.mark.parametrize("version", ["abc", 10**40, 0, True, 1.5])
def test_what_is_no_version_came_of_nothing(ledger: Ledger, version):
    opened = open_proposal(ledger, RETRAIN, BO)
    decide(ledger, opened.seq, True, "It pays.", SOFIA)
    with pytest.raises(Refused, match="whole number"):
        close(ledger, opened.seq, "Done.", version, BO)
    assert read(ledger).all[opened.seq].state == "accepted"


def test_without_a_role_nobody_withdraws_what_nobody_signed(ledger: Ledger):
    opened = open_proposal(ledger, RETRAIN, Person("", ("business",)))
    with pytest.raises(Refused, match="takes a role"):
        withdraw(ledger, opened.seq, Person("", ()))


def test_more_money_than_there_is_is_refused(ledger: Ledger):
    with pytest.raises(Refused, match="no amount of money"):
        open_proposal(ledger, replace(RETRAIN, worth_per_month=10**400), BO)


def test_signs_that_nobody_sees_are_no_reason(ledger: Ledger):
    opened = open_proposal(ledger, RETRAIN, BO)
    with pytest.raises(Refused, match="reason is empty"):
        decide(ledger, opened.seq, True, "\u200b\u200d \u2060", SOFIA)
