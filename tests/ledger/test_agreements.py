"""Who agreed to a KPI."""

from __future__ import annotations

import pytest

from watchroom.domain.kpi_register import Terms, changes, digest_of, digest_of_text, from_text, terms_of, text_of
from watchroom.errors import LedgerBroken, Refused
from watchroom.ledger import Ledger, NewEntry
from watchroom.ledger.agreements import agree, read
from watchroom.ledger.kinds import KPI_AGREEMENT
from watchroom.ledger.people import Person

SOFIA = Person("sofia@x", ("business",))
BO = Person("bo@x", ("data_science", "operations"))
ADA = Person("ada@x", ("admin",))
TERMS = Terms("avg(abs(prediction - outcome))", "bikes", 35, 60, "lower")
TEXT, DIGEST = text_of(TERMS), digest_of(TERMS)


def said(ledger: Ledger, by: Person, role: str, **more):
    given = {"agrees": True} | more
    return agree(ledger, "bike", "Mean error", DIGEST, TEXT, by, role, **given)


def test_each_role_agrees_by_an_entry_of_its_own(ledger: Ledger):
    first, second = said(ledger, SOFIA, "business"), said(ledger, BO, "operations", reason="As long as it is weekly.")
    found = read(ledger)
    assert found.of("bike", "Mean error") == {"business": first, "operations": second}
    assert found.standing("bike", "Mean error", DIGEST) == ("business", "operations")
    assert [(entry.kind, entry.model, entry.role) for entry in ledger.entries()] == [
        (KPI_AGREEMENT, "bike", "business"),
        (KPI_AGREEMENT, "bike", "operations"),
    ]


def test_the_last_word_of_a_role_counts(ledger: Ledger):
    said(ledger, SOFIA, "business")
    said(ledger, SOFIA, "business", agrees=False, reason="The target is too soft.")
    assert read(ledger).standing("bike", "Mean error", DIGEST) == ()


def test_other_terms_ask_for_agreement_again(ledger: Ledger):
    said(ledger, SOFIA, "business")
    other = Terms("avg(abs(prediction - outcome))", "bikes", 30, 60, "lower")
    assert read(ledger).standing("bike", "Mean error", digest_of(other)) == ()
    kept = read(ledger).of("bike", "Mean error")["business"]
    assert changes(from_text(kept.text), other) == (("target", 35, 30),)


@pytest.mark.parametrize(
    ("by", "role", "why"),
    [(SOFIA, "operations", "takes the role operations"), (ADA, "admin", "not asked"), (BO, "x" * 99, "not asked")],
)
def test_nobody_agrees_for_a_role_that_they_do_not_hold_and_the_attempt_is_recorded(ledger: Ledger, by, role, why):
    with pytest.raises(Refused, match=why):
        said(ledger, by, role)
    assert [entry.kind for entry in ledger.entries()] == ["refusal"]


def test_what_was_not_shown_cannot_be_agreed_to(ledger: Ledger):
    with pytest.raises(Refused, match="not what was shown"):
        agree(ledger, "bike", "Mean error", "0" * 16, TEXT, SOFIA, "business", agrees=True)


def test_an_objection_needs_a_reason(ledger: Ledger):
    with pytest.raises(Refused, match="reason is empty"):
        said(ledger, SOFIA, "business", agrees=False)


def test_only_what_came_since_is_read(ledger: Ledger):
    said(ledger, SOFIA, "business")
    known = read(ledger)
    assert read(ledger, known) is known
    said(ledger, BO, "operations")
    assert len(read(ledger, known).all) == 2


def test_an_entry_that_holds_something_else_is_named(ledger: Ledger):
    ledger.append(NewEntry(KPI_AGREEMENT, "x", {"kpi": "a"}, "business", "bike"))
    with pytest.raises(LedgerBroken, match="Entry 1"):
        read(ledger)


def test_a_whole_number_is_the_same_target_with_and_without_a_point():
    assert digest_of(terms_of({"sql": "1", "target": 40})) == digest_of(terms_of({"sql": "1", "target": 40.0}))


def test_the_owner_is_no_part_of_what_is_agreed_to():
    assert digest_of(terms_of({"sql": "1", "owner": "a@x"})) == digest_of(terms_of({"sql": "1", "owner": "b@x"}))


@pytest.mark.parametrize(
    ("model", "kpi", "text", "why"),
    [
        ("x" * 501, "Mean error", TEXT, "model is too long"),
        ("bike", "x" * 501, TEXT, "KPI is too long"),
        ("bike", "Mean error", text_of(Terms("x" * 20_001)), "terms are too long"),
        ("bike", "Mean error", "whatever", "no terms"),
        ("bike", "Mean error", '{"sql":"count(*)","more":1}', "no terms"),
    ],
)
def test_what_could_not_be_read_or_shown_again_is_not_kept(ledger: Ledger, model, kpi, text, why):
    with pytest.raises(Refused, match=why):
        agree(ledger, model, kpi, digest_of_text(text), text, SOFIA, "business", agrees=True)
    assert ledger.entries() == []
