"""What it takes to make a run again is summed up so that what cannot be told is neither praised nor blamed."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchroom.domain.reproducibility import BY_KEY, ITEMS, Finding, standing

KEYS = [item.key for item in ITEMS]
STATUSES = st.lists(st.sampled_from(["found", "missing", "unknown"]), min_size=8, max_size=8)


def findings(*statuses: str) -> list[Finding]:
    return [Finding(key, status) for key, status in zip(KEYS, statuses, strict=True)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("statuses", "score", "sentence"),
    [
        (["found"] * 8, 1.0, "All 8 found."),
        ([*["found"] * 6, "missing", "found"], 7 / 8, "7 of 8 found; missing: input example."),
        ([*["found"] * 7, "unknown"], 1.0, "All 7 found; cannot be told: loadable model."),
        (["missing"] * 8, 0.0, None),
        (["unknown"] * 8, None, "Nothing of what it takes can be told."),
        (
            ["found", "unknown", *["missing"] * 2, *["found"] * 4],
            5 / 7,
            "5 of 7 found; missing: environment, data with digests; cannot be told: clean tree.",
        ),
    ],
)
def test_the_score_and_its_sentence(statuses: list[str], score: float | None, sentence: str | None) -> None:
    told = standing(findings(*statuses))
    assert told.score == score
    assert sentence is None or told.sentence == sentence


@given(STATUSES, st.randoms())
def test_every_item_is_in_one_of_the_three_whatever_the_order_and_unknown_never_raises_the_score(statuses, random):
    found = findings(*statuses)
    told = standing(found)
    assert sorted([*told.found, *told.missing, *told.unknown]) == sorted(KEYS)
    random.shuffle(found)
    assert standing(found) == told
    if told.missing:
        assert told.score is not None
        assert told.score < 1
    assert told.score is None or told.score * told.told == pytest.approx(len(told.found))


def test_an_item_that_nothing_is_said_of_cannot_be_told():
    assert standing([]).unknown == tuple(KEYS)


@pytest.mark.parametrize("key", KEYS)
def test_each_item_says_why_it_matters_and_how_to_log_it_in_code_that_is_python(key: str):
    item = BY_KEY[key]
    assert item.why.endswith(".")
    assert item.how.endswith(":")
    assert "mlflow" in ast.unparse(ast.parse(item.code))
