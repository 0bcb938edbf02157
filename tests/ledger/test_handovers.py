"""Handing a version over: who signs, who accepts, on which evidence, and what goes with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest

from watchroom.domain.alerts import Condition
from watchroom.domain.handover import Handover, Terms
from watchroom.domain.signable import Signable, part
from watchroom.errors import Refused
from watchroom.ledger import Ledger, alert_acts, findings, handovers
from watchroom.ledger.alerts import Reader, alerts, record
from watchroom.ledger.findings_read import Found
from watchroom.ledger.handovers import (
    begin,
    change,
    comment,
    decline,
    may,
    read,
    settle,
    take_back,
    withdraw,
)
from watchroom.ledger.people import Person, unchecked

AISHA = Person("aisha@x", ("data_science",))
KWAME = Person("kwame@x", ("operations",))
INES = Person("ines@x", ("reviewer",))
ADA = Person("ada@x", ("admin",))
NOBODY = Person("", ("operations",))
TERMS = Terms(
    "card-fraud", 3, "deploy", "Data science", "Payments", "aisha@x", "kwame@x",
    datetime.now(UTC).date() + timedelta(7), "Release of December.", {"operations": "kwame@x", "on_call": "kwame@x"},
)  # fmt: skip
EVIDENCE = Signable(
    "card-fraud", 3, "deploy", "high", ("aisha@x",),
    (part("metrics", {"auc": 0.91}), part("checks", {"signature": "pass", "runbook": "fail"})),
)  # fmt: skip
WAS = {"operations": "aisha@x", "on_call": None, "business": "sofia@x"}


def of(found: Signable) -> Callable[[Reader], Signable]:
    return lambda reader: found


def give(ledger: Ledger, seq: int, by: Person, found: Signable = EVIDENCE, digest: str = "", **other: Any) -> Handover:
    """Signs what is there, on the terms as they are."""
    was, note, seen = (other.get(name, usual) for name, usual in (("was", WAS), ("note", ""), ("seen", None)))
    seen = read(ledger).all[seq].last_seq if seen is None else seen
    return handovers.give(ledger, seq, by, of(found), digest or found.digest, was, note, seen=seen)


def accept(
    ledger: Ledger, seq: int, by: Person, found: Signable = EVIDENCE, digest: str = "", **other: Any
) -> Handover:
    """Accepts what is there, on the terms as they are."""
    was, note, seen = (other.get(name, usual) for name, usual in (("was", WAS), ("note", ""), ("seen", None)))
    seen = read(ledger).all[seq].last_seq if seen is None else seen
    return handovers.accept(ledger, seq, by, of(found), digest or found.digest, was, note, seen=seen)


def given(ledger: Ledger, terms: Terms = TERMS, was: Mapping[str, str | None] = WAS) -> int:
    seq = begin(ledger, terms, AISHA).seq
    give(ledger, seq, AISHA, was=was)
    return seq


def test_a_handover_goes_from_the_giver_to_the_receiver(ledger: Ledger):
    begun = begin(ledger, TERMS, INES)
    assert (begun.state, begun.waits_for, begun.terms) == ("open", "aisha@x", TERMS)
    signed = give(ledger, begun.seq, AISHA, EVIDENCE, note="All but the runbook.")
    assert (signed.state, signed.waits_for) == ("given", "kwame@x")
    comment(ledger, begun.seq, "The runbook comes on Monday.", INES)
    taken = accept(ledger, begun.seq, KWAME, EVIDENCE, note="Thanks.")
    assert read(ledger).of("card-fraud", 3) == (taken,)
    assert (taken.state, taken.waits_for) == ("accepted", None)
    assert taken.ended is not None
    assert taken.ended.was == {"operations": "aisha@x", "on_call": None}
    assert [remark.text for remark in taken.remarks] == ["The runbook comes on Monday."]
    assert taken.given is not None
    assert taken.given.digest == EVIDENCE.digest


def test_the_givers_open_alerts_and_findings_of_the_model_go_to_the_receiver_with_it(ledger: Ledger):
    day = date(2026, 11, 20)
    about = Condition("card-fraud", 2, "drift", "amount", "warning", day, 0.3, 0.25, "psi", day, day, 100)
    record(ledger, [about, replace(about, feature="hour"), replace(about, model="churn")], {})
    mine, others, elsewhere = alerts(ledger)
    for one, to in ((mine, "aisha@x"), (others, "bo@x"), (elsewhere, "aisha@x")):
        alert_acts.assign(ledger, one.alert_id, KWAME, seen=one.last_seq, to=to)
    own = findings.open_finding(ledger, Found("card-fraud", 3, "high", "No holdout", owner="aisha@x"), INES, ())
    findings.open_finding(ledger, Found("churn", None, "low", "Old card", owner="aisha@x"), INES, ())
    taken = accept(ledger, given(ledger), KWAME)
    assert taken.ended is not None
    assert (taken.ended.alerts, taken.ended.findings) == ((mine.alert_id,), (own.seq,))
    assert [one.assigned for one in alerts(ledger)] == ["kwame@x", "bo@x", "aisha@x"]
    assert [one.found.owner for one in findings.read(ledger).all.values()] == ["kwame@x", "aisha@x"]


WORSE = replace(EVIDENCE, parts=(part("metrics", {"auc": 0.8}), EVIDENCE.parts[1]))
BETTER = replace(EVIDENCE, parts=(EVIDENCE.parts[0], part("checks", {"signature": "pass", "runbook": "pass"})))


def test_evidence_that_got_worse_since_the_giver_signed_has_to_be_signed_again(ledger: Ledger):
    seq = given(ledger)
    with pytest.raises(Refused, match="changed since the giver signed") as refused:
        accept(ledger, seq, KWAME, WORSE)
    assert "the metric auc went from 0.91 to 0.8" in refused.value.why
    take_back(ledger, seq, "It fell.", AISHA)
    give(ledger, seq, AISHA, WORSE)
    assert accept(ledger, seq, KWAME, WORSE).state == "accepted"


def test_an_item_that_came_to_be_met_does_not_send_the_giver_back(ledger: Ledger):
    assert accept(ledger, given(ledger), KWAME, BETTER).state == "accepted"


BLOCKED = replace(EVIDENCE, blockers=("The runbook is missing.",))
OTHER_STAGE = replace(EVIDENCE, stage="monitor")


@pytest.mark.parametrize(
    ("act", "why"),
    [
        (lambda ledger, seq: give(ledger, seq, KWAME), "Only the giver"),
        (lambda ledger, seq: give(ledger, seq, ADA), "Only the giver"),
        (lambda ledger, seq: give(ledger, seq, NOBODY), "Only the giver"),
        (lambda ledger, seq: give(ledger, seq, AISHA, EVIDENCE, "another"), "changed since you looked"),
        (lambda ledger, seq: give(ledger, seq, AISHA, BLOCKED), "in the way"),
        (lambda ledger, seq: give(ledger, seq, AISHA, OTHER_STAGE), "another version or stage"),
        (lambda ledger, seq: accept(ledger, seq, KWAME), "has not signed yet"),
        (lambda ledger, seq: take_back(ledger, seq, "No.", AISHA), "has not signed yet"),
        (lambda ledger, seq: decline(ledger, seq, "No.", AISHA), "Only the receiver"),
        (lambda ledger, seq: withdraw(ledger, seq, "No.", KWAME), "may not withdraw"),
        (lambda ledger, seq: change(ledger, seq, TERMS, KWAME, seen=seq), "may not change"),
        (lambda ledger, seq: change(ledger, seq, replace(TERMS, version=4), AISHA, seen=seq), "same version"),
        (lambda ledger, seq: change(ledger, seq, TERMS, AISHA, seen=seq - 1), "changed since you looked"),
        (lambda ledger, seq: change(ledger, seq, replace(TERMS, receiver="aisha@x"), AISHA, seen=seq), "same person"),
        (lambda ledger, seq: begin(ledger, TERMS, KWAME), "handed over at this stage already"),
        (lambda ledger, seq: begin(ledger, replace(TERMS, due=date(2020, 1, 1)), KWAME), "is past"),
        (lambda ledger, seq: begin(ledger, TERMS, Person("eve@x", ())), "takes a role"),
        (lambda ledger, seq: comment(ledger, seq + 100, "Hm.", KWAME), "no such handover"),
    ],
)
def test_an_act_against_the_rules_is_refused_and_recorded(sqlite_ledger: Ledger, act, why: str):
    seq = begin(sqlite_ledger, TERMS, AISHA).seq
    with pytest.raises(Refused, match=why):
        act(sqlite_ledger, seq)
    assert [entry.kind for entry in sqlite_ledger.entries()] == ["handover", "refusal"]


@pytest.mark.parametrize(
    ("act", "why"),
    [
        (lambda ledger, seq: give(ledger, seq, AISHA), "signed it already"),
        (lambda ledger, seq: accept(ledger, seq, AISHA), "Only the receiver"),
        (lambda ledger, seq: accept(ledger, seq, KWAME, BETTER, EVIDENCE.digest), "changed since you looked"),
        (lambda ledger, seq: accept(ledger, seq, KWAME, BLOCKED), "in the way"),
    ],
)
def test_what_is_signed_is_accepted_by_the_receiver_alone_and_on_what_is_there(sqlite_ledger: Ledger, act, why: str):
    seq = given(sqlite_ledger)
    with pytest.raises(Refused, match=why):
        act(sqlite_ledger, seq)
    assert read(sqlite_ledger).all[seq].state == "given"


def test_other_terms_have_to_be_signed_anew(sqlite_ledger: Ledger):
    seq = given(sqlite_ledger)
    changed = change(
        sqlite_ledger, seq, replace(TERMS, receiver="chen@x"), ADA, seen=read(sqlite_ledger).all[seq].last_seq
    )
    assert (changed.state, changed.terms.receiver, changed.waits_for) == ("open", "chen@x", "aisha@x")


@pytest.mark.parametrize(("end", "by"), [(decline, KWAME), (withdraw, AISHA), (withdraw, ADA)])
def test_what_is_over_stays_over_and_another_may_be_begun(ledger: Ledger, end, by: Person):
    seq = given(ledger)
    assert end(ledger, seq, "Not now.", by).ended.reason == "Not now."
    for act in (decline, withdraw):
        with pytest.raises(Refused):
            act(ledger, seq, "Again.", by)
    assert begin(ledger, TERMS, AISHA).seq > seq


def test_who_only_said_a_name_acts_under_it(sqlite_ledger: Ledger):
    seq = begin(sqlite_ledger, replace(TERMS, giver="Aisha", receiver="Kwame", owners={"on_call": "Kwame"}), INES).seq
    aisha, kwame = Person(unchecked("Aisha"), ("data_science",)), Person(unchecked("Kwame"), ("operations",))
    was = {"on_call": "Aisha", "operations": "kwame@x"}
    give(sqlite_ledger, seq, aisha, was=was)
    taken = accept(sqlite_ledger, seq, kwame, was=was)
    assert taken.ended is not None
    assert taken.ended.actor == "Kwame (not checked)"


def test_a_page_offers_what_the_ledger_would_let(sqlite_ledger: Ledger):
    opened = begin(sqlite_ledger, TERMS, AISHA)
    assert may(opened, AISHA) == ("comment", "give", "change", "withdraw")
    assert may(opened, KWAME) == ("comment", "decline")
    signed = give(sqlite_ledger, opened.seq, AISHA)
    assert may(signed, AISHA) == ("comment", "take_back", "change", "withdraw")
    assert may(signed, KWAME) == ("comment", "accept", "decline")
    assert may(signed, ADA) == ("comment", "change", "withdraw")
    assert may(signed, Person("eve@x", ())) == ()


def test_two_that_accept_at_once_accept_once(ledger: Ledger):
    seq, together = given(ledger), Barrier(2)

    def take(_: int) -> str:
        together.wait()
        try:
            return accept(ledger, seq, KWAME).state
        except Refused as refused:
            return refused.what

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(take, range(2))) == ["The handover was accepted already.", "accepted"]


def test_that_a_file_decides_again_is_noted_once(ledger: Ledger):
    seq = given(ledger)
    accept(ledger, seq, KWAME)
    assert settle(ledger, {seq: ("on_call",)}) == 1
    assert settle(ledger, {seq: ("on_call",)}) == 0
    assert read(ledger).all[seq].settled == {"on_call"}


def test_reading_on_gives_what_reading_anew_gives(sqlite_ledger: Ledger):
    known = read(sqlite_ledger)
    seq = given(sqlite_ledger)
    known = read(sqlite_ledger, known)
    decline(sqlite_ledger, seq, "Not yet.", KWAME)
    assert read(sqlite_ledger, known) == read(sqlite_ledger)


BOS = replace(TERMS, owners={"operations": "kwame@x", "deputy": "sofia@x"})
"""One role goes to the receiver, one to somebody who has one of the model already."""


@pytest.mark.parametrize(
    ("terms", "was", "why"),
    [
        (TERMS, {"operations": "bo@x"}, "holds none of the roles"),
        (TERMS, {"operations": "aisha", "on_call": "aisha@y"}, "holds none of the roles"),
        (TERMS, {"data_science": "aisha@x"}, "Nobody holds these roles"),
        (replace(TERMS, owners={"operations": "eve@x"}), WAS, "eve@x has not agreed"),
        (replace(TERMS, owners={"operations": "kwame@x", "on_call": "eve@x"}), WAS, "eve@x has not agreed"),
        (replace(TERMS, owners={"operations": "sofia"}), WAS, "sofia has not agreed"),
    ],
)
def test_nobody_gives_away_what_is_not_theirs_nor_to_somebody_who_did_not_agree(
    sqlite_ledger: Ledger, terms: Terms, was: Mapping[str, str | None], why: str
):
    seq = begin(sqlite_ledger, terms, AISHA).seq
    with pytest.raises(Refused, match=why):
        give(sqlite_ledger, seq, AISHA, was=was)
    assert [entry.kind for entry in sqlite_ledger.entries()] == ["handover", "refusal"]
    assert read(sqlite_ledger).all[seq].state == "open"


def test_roles_go_to_the_receiver_and_to_who_has_one_already(sqlite_ledger: Ledger):
    assert accept(sqlite_ledger, given(sqlite_ledger, BOS), KWAME).state == "accepted"


def test_what_is_nobodys_an_admin_gives(sqlite_ledger: Ledger):
    seq = begin(sqlite_ledger, replace(TERMS, giver="ada@x"), INES).seq
    give(sqlite_ledger, seq, ADA, was={})
    assert accept(sqlite_ledger, seq, KWAME, was={}).state == "accepted"


def test_a_role_that_was_handed_on_meanwhile_is_not_handed_on_twice(sqlite_ledger: Ledger):
    terms = replace(TERMS, owners={"operations": "kwame@x"})
    accept(sqlite_ledger, given(sqlite_ledger, terms), KWAME)
    again = begin(
        sqlite_ledger, replace(terms, stage="monitor", receiver="chen@x", owners={"operations": "chen@x"}), INES
    )
    with pytest.raises(Refused, match="holds none of the roles"):  # the snapshot still has the owner of before
        give(sqlite_ledger, again.seq, AISHA, replace(EVIDENCE, stage="monitor"))


@pytest.mark.parametrize("actor", ["kwame@y", "kwame", "kwame+ops@x", "kwame (not checked)", "KWAME@X.org"])
def test_nobody_accepts_since_their_name_sounds_alike(sqlite_ledger: Ledger, actor: str):
    seq = given(sqlite_ledger)
    with pytest.raises(Refused, match="Only the receiver"):
        accept(sqlite_ledger, seq, Person(actor, ("operations",)))


def test_terms_that_were_not_seen_are_neither_signed_nor_accepted(sqlite_ledger: Ledger):
    begun = begin(sqlite_ledger, TERMS, AISHA)
    wider = change(sqlite_ledger, begun.seq, replace(TERMS, owners={"operations": "kwame@x", "deputy": "kwame@x"}),
                   AISHA, seen=begun.last_seq)  # fmt: skip
    with pytest.raises(Refused, match="The handover has changed"):
        give(sqlite_ledger, begun.seq, AISHA, seen=begun.last_seq)
    signed = give(sqlite_ledger, begun.seq, AISHA, seen=wider.last_seq)
    with pytest.raises(Refused, match="The handover has changed"):
        accept(sqlite_ledger, begun.seq, KWAME, seen=wider.last_seq)
    assert accept(sqlite_ledger, begun.seq, KWAME, seen=signed.last_seq).state == "accepted"
