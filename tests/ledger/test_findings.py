"""Findings: rounds until a reviewer accepts, who may do what, and what they hold up."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest

from watchroom.errors import LedgerBroken, Refused
from watchroom.ledger import Ledger, NewEntry
from watchroom.ledger.findings import (
    accept,
    answer,
    change,
    comment,
    open_finding,
    reassign,
    reassign_in,
    send_back,
    withdraw,
)
from watchroom.ledger.findings_read import Found, read
from watchroom.ledger.kinds import FINDING
from watchroom.ledger.people import Person, unchecked

RITA = Person("rita@x", ("reviewer",))
SAM = Person("sam@x", ("reviewer",))
BO = Person("bo@x", ("data_science",))
CY = Person("cy@x", ("operations",))
BOTH = Person("both@x", ("data_science", "reviewer"))
EVE = Person("eve@x", ())
NOBODY = Person("", ("reviewer",))
AUTHORS = ("anna.author",)
ANNA = Person("anna.author@x", ("reviewer",))
PROXY = Found("card-fraud", 2, "high", "A proxy for age", "See `tenure`.", "bo@x", date(2026, 12, 1), "deploy")


def test_a_finding_goes_in_rounds_until_a_reviewer_accepts_it(ledger: Ledger):
    opened = open_finding(ledger, PROXY, RITA, AUTHORS)
    assert (opened.state, opened.found, opened.actor, opened.rounds) == ("open", PROXY, "rita@x", 0)
    first = answer(ledger, opened.seq, "Taken out.", BO, seen=opened.last_seq)
    assert (first.state, first.rounds, first.answered_at) == ("answered", 1, first.last.at)
    assert send_back(ledger, opened.seq, "It is still in the reference.", RITA, AUTHORS).state == "open"
    answer(ledger, opened.seq, "Now it is out there too.", CY)
    done = accept(ledger, opened.seq, "", SAM, AUTHORS)
    assert (done.state, done.rounds, done.answered_by) == ("accepted", 2, ("bo@x", "cy@x"))
    assert done.ended_at == done.last.at
    assert read(ledger).of("card-fraud") == (done,)
    assert {(entry.kind, entry.model, entry.version) for entry in ledger.entries()} == {(FINDING, "card-fraud", 2)}


BARRED = [
    (lambda ledger, seq: accept(ledger, seq, "", ANNA, AUTHORS), "made what is reviewed"),
    (lambda ledger, seq: accept(ledger, seq, "", BOTH, AUTHORS), "You answered"),
    (lambda ledger, seq: withdraw(ledger, seq, "None.", BOTH, AUTHORS), "You answered"),
    (lambda ledger, seq: withdraw(ledger, seq, "None.", ANNA, AUTHORS), "made what is reviewed"),
    (lambda ledger, seq: send_back(ledger, seq, "No.", ANNA, AUTHORS), "made what is reviewed"),
    (lambda ledger, seq: accept(ledger, seq, "", BO, AUTHORS), "takes the role reviewer"),
    (lambda ledger, seq: accept(ledger, seq, "", NOBODY, AUTHORS), "needs a name"),
    (lambda ledger, seq: answer(ledger, seq, "Again.", BO), "is answered"),
    (lambda ledger, seq: answer(ledger, seq, "Again.", EVE), "takes a role"),
    (lambda ledger, seq: accept(ledger, seq + 100, "", RITA, AUTHORS), "no such finding"),
    (lambda ledger, seq: open_finding(ledger, PROXY, BO, AUTHORS), "takes the role reviewer"),
    (lambda ledger, seq: open_finding(ledger, PROXY, ANNA, AUTHORS), "made what is reviewed"),
    (
        lambda ledger, seq: change(ledger, seq, "Why.", BOTH, AUTHORS, severity="low", due=None, blocks=None),
        "You answered",
    ),
]


def test_every_act_against_the_rules_is_refused_and_recorded(ledger: Ledger):
    opened = open_finding(ledger, PROXY, RITA, AUTHORS)
    answer(ledger, opened.seq, "Taken out.", BOTH)
    for place, (act, why) in enumerate(BARRED, start=1):
        with pytest.raises(Refused, match=why):
            act(ledger, opened.seq)
        assert [entry.kind for entry in ledger.entries()] == [FINDING, FINDING, *["refusal"] * place]
    assert read(ledger).all[opened.seq].state == "answered"


UNKEEPABLE = [
    Found("m", 2, "huge", "t"),  # type: ignore[arg-type]
    Found("m", 2, "low", " \u200b "),
    Found("m", 2, "low", "t" * 500),
    Found("m", 0, "low", "t"),
    Found("m", 2, "low", "t", blocks="yesterday"),
    Found("m", 2, "low", "t", owner="o" * 500),
]


def test_what_cannot_be_kept_leaves_nothing_behind(ledger: Ledger):
    for found in UNKEEPABLE:
        with pytest.raises(Refused):
            open_finding(ledger, found, RITA, ())
    assert ledger.entries() == []


def test_an_answer_that_nobody_saw_is_not_accepted(ledger: Ledger):
    opened = open_finding(ledger, PROXY, RITA, ())
    seen = answer(ledger, opened.seq, "Taken out.", BO).last_seq
    send_back(ledger, opened.seq, "Where?", SAM, ())
    answer(ledger, opened.seq, "Nowhere.", BO)
    with pytest.raises(Refused, match="while you looked"):
        accept(ledger, opened.seq, "", RITA, (), seen=seen)


def test_a_remark_in_between_keeps_nobody_from_acting(ledger: Ledger):
    opened = open_finding(ledger, PROXY, RITA, ())
    comment(ledger, opened.seq, "I look at it tomorrow.", BO)
    assert answer(ledger, opened.seq, "Done.", BO, seen=opened.last_seq).state == "answered"


def test_a_finding_holds_up_its_stage_and_those_after_it_until_it_is_over(ledger: Ledger):
    opened = open_finding(ledger, PROXY, RITA, ())
    held = {stage for stage in ("discovery", "pilot", "deploy", "monitor", "support")
            if read(ledger).blocking("card-fraud", 2, stage)}  # fmt: skip
    assert held == {"deploy", "monitor", "support"}
    assert read(ledger).blocking("card-fraud", 3, "deploy") == ()
    assert read(ledger).blocking("churn", 2, "deploy") == ()
    withdraw(ledger, opened.seq, "It is no proxy.", RITA, ())
    assert read(ledger).blocking("card-fraud", 2, "deploy") == ()


def test_one_about_every_version_holds_up_each(ledger: Ledger):
    open_finding(ledger, Found("card-fraud", None, "low", "No runbook", blocks="support"), RITA, ())
    assert [len(read(ledger).blocking("card-fraud", version, "support")) for version in (1, 9)] == [1, 1]


def test_owner_severity_and_date_change_by_acts_that_say_what_they_changed(ledger: Ledger):
    opened = open_finding(ledger, PROXY, RITA, ())
    moved = reassign(ledger, opened.seq, "cy@x", BO, "It is in the pipeline.")
    assert (moved.found.owner, moved.last.change) == ("cy@x", "from bo@x to cy@x")
    changed = change(ledger, opened.seq, "Not in use.", SAM, (), severity="low", due=None, blocks=None)
    assert (changed.found.severity, changed.found.due, changed.found.blocks) == ("low", None, None)
    assert changed.last.change == "severity: high → low; due: 2026-12-01 → none; blocks: deploy → none"
    assert read(ledger).all[opened.seq] == changed


def test_a_handover_moves_all_of_somebodys_findings_in_one_transaction_or_none(ledger: Ledger):
    first = open_finding(ledger, PROXY, RITA, ())
    open_finding(ledger, Found("churn", 1, "low", "Another's", owner="eve@x"), RITA, ())
    over = open_finding(ledger, PROXY, RITA, ())
    withdraw(ledger, over.seq, "Twice.", RITA, ())

    def breaks_off() -> None:
        with ledger.transaction() as transaction:
            reassign_in(transaction, read(transaction).owned_by("bo"), "cy@x", CY, "Handed over.")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        breaks_off()
    assert read(ledger).all[first.seq].found.owner == "bo@x"
    with ledger.transaction() as transaction:
        moved = reassign_in(transaction, read(transaction).owned_by("bo"), "cy@x", CY, "Handed over.")
    assert moved == 1
    assert {one.seq: one.found.owner for one in read(ledger).all.values()} == {
        first.seq: "cy@x", first.seq + 1: "eve@x", over.seq: "bo@x",
    }  # fmt: skip


def test_a_name_that_was_only_given_is_still_that_of_the_author(ledger: Ledger):
    with pytest.raises(Refused, match="made what is reviewed"):
        open_finding(ledger, PROXY, Person(unchecked("Anna Author"), ("reviewer",)), AUTHORS)


def test_what_was_read_before_is_read_on_from_there(ledger: Ledger):
    opened = open_finding(ledger, PROXY, RITA, ())
    before = read(ledger)
    assert read(ledger, before) is before
    answer(ledger, opened.seq, "Done.", BO)
    assert read(ledger, before) == read(ledger)


def test_of_two_reviewers_at_once_one_ends_it(ledger: Ledger):
    opened = open_finding(ledger, PROXY, RITA, ())
    answer(ledger, opened.seq, "Done.", BO)
    both = Barrier(2)

    def end(by: Person) -> str:
        both.wait()
        try:
            return accept(ledger, opened.seq, "", by, ()).state
        except Refused as refused:
            return refused.what

    with ThreadPoolExecutor(2) as pool:
        ends = sorted(pool.map(end, (RITA, SAM)))
    assert ends == ["The finding is accepted.", "accepted"]


def test_an_entry_that_is_no_finding_is_named(ledger: Ledger):
    ledger.append(NewEntry(FINDING, "rita@x", {"act": "opened", "title": "x"}, "reviewer", "m"))
    with pytest.raises(LedgerBroken, match="Entry 1"):
        read(ledger)
