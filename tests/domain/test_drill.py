"""The drill: questions with one right answer out of what the store knows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchroom.domain.drill import (
    ALWAYS,
    MOST_OPTIONS,
    MOST_QUESTIONS,
    NO_RUNBOOK,
    NO_SIGNATURE,
    NO_WAY_BACK,
    NOBODY,
    REFUSED,
    SCORED,
    DrillFacts,
    Limit,
    Question,
    questions,
)

DAY = date(2026, 11, 21)
FACTS = DrillFacts(
    "fraud", 3, "Card fraud", (1, 2, 3), 2,
    owners=(("business", "sofia@x"), ("on_call", "kwame@x"), ("operations", "bo@x")),
    people=("bo@x", "chen@x", "kwame@x", "sofia@x", "eve@x"),
    runbook="https://wiki/fraud", runbooks=("https://wiki/churn", "https://wiki/fraud"),
    top="amount", columns=("hour", "channel", "abroad"), required=(("amount", True),),
    limits=(Limit("kpi", "Where is the limit?", "40 %", ("60 %", "32 %")),),
    affects=("Fraud desk",), affected=("Fraud desk", "Night crew"), light="watch",
)  # fmt: skip


def asked(facts: DrillFacts, name: str) -> Question:
    """The question of that name on the first day that asks it."""
    days = (DAY + timedelta(number) for number in range(60))
    return next(one for day in days for one in questions(facts, day) if one.name == name)


@pytest.mark.parametrize(
    ("name", "facts", "right"),
    [
        ("back", FACTS, "Version 2"),
        ("back", replace(FACTS, back=None), NO_WAY_BACK),
        ("on_call", FACTS, "kwame@x"),
        ("deputy", FACTS, NOBODY),
        ("operations", FACTS, "bo@x"),
        ("runbook", FACTS, "https://wiki/fraud"),
        ("runbook", replace(FACTS, runbook=None), NO_RUNBOOK),
        ("missing", FACTS, REFUSED),
        ("missing", replace(FACTS, required=(("amount", False),)), SCORED),
        ("missing", replace(FACTS, required=None), NO_SIGNATURE),
        ("top", FACTS, "amount"),
        ("kpi", FACTS, "40 %"),
        ("affects", FACTS, "Fraud desk"),
        ("light", FACTS, "watch"),
    ],
)
def test_the_right_answer_is_what_the_store_holds(name: str, facts: DrillFacts, right: str):
    assert asked(facts, name).right == right


@given(st.dates(), st.integers(1, 5))
def test_every_question_has_its_right_answer_once_among_several_and_the_day_alone_decides(day: date, version: int):
    facts = replace(FACTS, version=version)
    found = questions(facts, day)
    assert found == questions(facts, day)
    assert len(found) == MOST_QUESTIONS
    assert set(ALWAYS) <= {one.name for one in found}
    for one in found:
        assert one.options.count(one.right) == 1
        assert 2 <= len(set(one.options)) == len(one.options) <= MOST_OPTIONS


def test_another_day_asks_other_questions_in_another_order():
    days = {tuple(one.options for one in questions(FACTS, DAY + timedelta(number))) for number in range(10)}
    assert len(days) == 10


def test_another_try_on_the_same_day_asks_otherwise():
    tries = {tuple(one.options for one in questions(FACTS, DAY, number)) for number in range(5)}
    assert len(tries) == 5


def test_what_the_store_does_not_know_is_not_asked():
    bare = questions(DrillFacts("m", 1, "M", versions=(1,)), DAY)
    assert {one.name for one in bare} == {"back", "missing"}
