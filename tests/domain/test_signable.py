"""What a sign-off binds, and which changes of it make it void."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchroom.domain.signable import MOST_CHANGES, PARTS, Signable, differences, number, part, text

SEEN: dict[str, dict[str, Any]] = {
    "metrics": {"auc": 0.91, "loss": "nan"},
    "checks": {"commit_known": "pass", "tests_passed": "waived", "kpi_agreed": "unknown", "data_digest": "fail"},
    "data": {"the data claims (training)": "55f9db13", "the reference": "ab" * 32},
    "card": {"purpose": "Price claims.", "text": "cd" * 32},
    "explanation": {"age": 0.41, "region": 0.2},
    "evidence": {"report.xml (entry 12)": "ef" * 32},
}


def now(**changed: dict[str, Any]) -> Signable:
    parts = tuple(part(name, {**SEEN[name], **changed.get(name, {})}) for name in PARTS)
    return Signable("claims", 3, "deploy", "high", ("ana",), parts)


def without(name: str, key: str) -> Signable:
    content = {one: value for one, value in SEEN[name].items() if one != key}
    parts = tuple(part(one, content if one == name else SEEN[one]) for one in PARTS)
    return Signable("claims", 3, "deploy", "high", ("ana",), parts)


def test_what_is_as_it_was_voids_nothing():
    assert differences(SEEN, now()) == ()
    assert now().digest == now().digest


@pytest.mark.parametrize(
    ("then", "said"),
    [
        (now(metrics={"auc": 0.92}), "the metric auc went from 0.91 to 0.92"),
        (now(metrics={"f1": 0.5}), "the metric f1 is new"),
        (without("metrics", "auc"), "the metric auc is gone"),
        (now(data={"the data claims (training)": "00"}), "the data claims (training) is another one (55f9db13 → 00)"),
        (now(data={"the data more": "1"}), "the data more is new"),
        (without("data", "the reference"), "the reference is no longer recorded"),
        (now(card={"purpose": "Sell claims."}), "the card's purpose changed"),
        (now(explanation={"age": 0.42}), "the share of age in the explanation went from 0.41 to 0.42"),
        (now(evidence={"report.xml (entry 12)": "00"}), "the evidence report.xml (entry 12) is another file"),
        (now(evidence={"report.xml (entry 12)": "gone"}), "the evidence report.xml (entry 12) is gone"),
        (without("evidence", "report.xml (entry 12)"), "the evidence report.xml (entry 12) was withdrawn"),
        (now(checks={"commit_known": "fail"}), "the item commit_known was met and is not met now"),
        (now(checks={"tests_passed": "stale"}), "the item tests_passed was waived and is stale now"),
        (now(checks={"new_one": "unknown"}), "the item new_one is asked now, and not met (unknown)"),
    ],
)
def test_a_change_voids_and_is_named(then: Signable, said: str):
    assert differences(SEEN, then) == (said,)
    assert then.digest != now().digest


@pytest.mark.parametrize(
    "then",
    [
        now(checks={"kpi_agreed": "pass"}),
        now(checks={"data_digest": "stale"}),
        now(checks={"new_one": "pass"}),
        now(checks={"commit_known": "waived"}),
        without("checks", "commit_known"),
        now(evidence={"more.pdf (entry 20)": "11" * 32}),
    ],
)
def test_what_came_to_be_met_and_evidence_that_was_added_voids_nothing_but_is_another_digest(then: Signable):
    assert differences(SEEN, then) == ()
    assert then.digest != now().digest


def test_the_digest_is_of_this_version_at_this_stage():
    one = now()
    assert len({one.digest, replace(one, version=4).digest, replace(one, stage="pilot").digest}) == 3
    assert replace(one, blockers=("open",)).digest == one.digest


def test_many_changes_are_told_as_how_many():
    told = differences(SEEN, now(metrics={f"m{place}": 1.0 for place in range(40)}))
    assert len(told) == MOST_CHANGES + 1
    assert told[-1] == "and 20 more changes"


@given(st.dictionaries(st.text(max_size=8), st.floats() | st.none()))
def test_any_numbers_have_a_digest_that_does_not_depend_on_their_order(values: dict[str, float | None]):
    told = {key: number(value) for key, value in values.items()}
    assert part("metrics", told).digest == part("metrics", dict(reversed(told.items()))).digest


def test_a_long_text_is_kept_by_its_beginning_and_digest():
    assert text("x" * 200) == "x" * 200
    assert len(text("x" * 5000) or "") < 200
    assert text("x" * 5000) != text("x" * 5001)
    assert text(None) is None
