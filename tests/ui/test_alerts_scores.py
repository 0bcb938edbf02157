"""How right a rule has been is said in words, and a better limit only where it would really have been better."""

from __future__ import annotations

from dataclasses import replace

import pytest
import yaml

from tests.ui.sample_alerts import spec
from watchroom.store.queries.alerts import RuleScore
from watchroom.ui.alerts_scores import gain, in_words, to_write
from watchroom.workspace.model_file import ModelSpec
from watchroom.workspace.semantics import mistakes_of

RULE = RuleScore(
    model="card-fraud",
    title="Card fraud",
    file="models/card-fraud.yaml",
    version=3,
    feature="amount",
    method="psi",
    watch=0.1,
    periods=26,
    fell=6,
    alarms=12,
    right=5,
    precision=5 / 12,
    recall=5 / 6,
    best_limit=0.2,
    best_precision=5 / 6,
    best_recall=5 / 6,
    drifted=0.25,
)
NEVER_FELL = {"fell": 0, "right": 0, "recall": None, "best_limit": None, "best_precision": None, "best_recall": None}
AS_GOOD = {"alarms": 6, "precision": 5 / 6, "best_limit": 0.11}
ONE_BETTER = {"alarms": 7, "precision": 5 / 7}


@pytest.mark.parametrize(
    ("changed", "weeks", "sentence"),
    [
        ({}, 6, "A limit of 0.2 would have been right most often: precision 83 %, recall 83 %, 6 weeks better."),
        (ONE_BETTER, 1, "1 week better. That may be chance: leave the limit as it is."),
        (AS_GOOD, 0, "The limit in force is as right as any would have been."),
        (
            {**NEVER_FELL, "precision": 0.0},
            0,
            "12 alarms in 26 weeks; performance never fell, so each was a false one.",
        ),
        (
            {**NEVER_FELL, "alarms": 0, "precision": None},
            0,
            "0 alarms in 26 weeks; performance never fell, so silence was",
        ),
    ],
)
def test_a_rule_is_judged_by_the_weeks_it_got_right(changed: dict[str, object], weeks: int, sentence: str):
    rule = replace(RULE, **changed)  # type: ignore[arg-type]
    assert gain(rule) == weeks
    assert sentence in in_words(rule)


@pytest.mark.parametrize("changed", [ONE_BETTER, AS_GOOD, NEVER_FELL])
def test_a_limit_that_would_gain_little_is_not_offered(changed: dict[str, object]):
    assert to_write(replace(RULE, **changed)) == ""  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("best", "drifted", "limits"),
    [
        (0.2, 0.25, (0.2, 0.25)),
        (0.31, 0.25, (0.31, 0.775)),
        (0.31, None, (0.31, 0.775)),
        (0.12345, 0.25, (0.123, 0.25)),
    ],
)
def test_the_lines_to_write_make_a_right_file(best: float, drifted: float | None, limits: tuple[float, float]):
    lines = yaml.safe_load(to_write(replace(RULE, best_limit=best, drifted=drifted)))
    file = {"model": "card-fraud", "decisions": {"path": "lake/*.parquet", "features": ["amount"]}, **lines}
    read = ModelSpec.model_validate_json(spec(file))
    assert list(mistakes_of(read)) == []
    assert (read.drift_limits("amount").watch, read.drift_limits("amount").drifted) == limits
