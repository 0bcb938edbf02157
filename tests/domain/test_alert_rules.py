"""How right drift rules were, and runs of days beyond a limit."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score, precision_score, recall_score

from watchroom.domain.alert_rules import RuleScore, runs_beyond, score_rule

NAN = float("nan")


def test_a_rule_is_scored_week_by_week():
    drift = [0.05, 0.12, 0.3, 0.4, 0.02, 0.5]
    fell = [False, False, True, True, True, False]
    assert score_rule(drift, fell, 0.1) == RuleScore(
        periods=6, fell=3, alarms=4, right=2, precision=0.5, recall=2 / 3,
        best_limit=0.3, best_precision=2 / 3, best_recall=2 / 3,  # 0.02 has the same F1: the larger holds
    )  # fmt: skip


@pytest.mark.parametrize(
    ("drift", "fell", "best"),
    [
        ([0.1, 0.2, 0.3, 0.4], [0, 0, 1, 1], 0.3),
        ([0.1, 0.2, 0.3, 0.4], [0, 0, 0, 0], None),
        ([0.2, 0.4], [1, 0], 0.2),
        ([], [], None),
    ],
)
def test_the_best_limit_is_that_of_greatest_f1(drift, fell, best):
    assert score_rule(drift, np.array(fell, bool), 0.15).best_limit == best


def test_without_alarms_there_is_no_precision_and_without_a_fall_no_recall():
    quiet = score_rule([0.01, 0.02], [True, False], 0.1)
    assert (quiet.precision, quiet.recall, quiet.best_limit) == (None, 0.0, 0.01)
    well = score_rule([0.2, 0.02], [False, False], 0.1)
    assert (well.precision, well.recall, well.best_limit) == (0.0, None, None)


def test_a_week_without_a_value_does_not_count_and_one_too_small_to_tell_was_silent():
    found = score_rule([NAN, 0.2, 0.3, 0.05], [True, True, True, False], 0.1, noise=[0.01, 0.5, 0.2, 0.01])
    assert (found.periods, found.fell, found.alarms, found.right) == (3, 2, 1, 1)
    assert (found.precision, found.recall) == (1.0, 0.5)


def test_when_performance_fell_every_week_no_limit_is_better_than_another():
    assert score_rule([0.1, 0.2, 0.3], [True] * 3, 0.15).best_limit is None


@given(st.lists(st.tuples(st.sampled_from([0.05, 0.1, 0.2, 0.3, 0.4]), st.booleans()), min_size=1, max_size=40))
def test_scores_are_scikit_learns_and_no_limit_does_better_than_the_best(weeks):
    drift, fell = np.array([w[0] for w in weeks]), np.array([w[1] for w in weeks])
    found = score_rule(drift, fell, 0.2)
    assert (found.precision or 0) == pytest.approx(precision_score(fell, drift >= 0.2, zero_division=0))
    assert (found.recall or 0) == pytest.approx(recall_score(fell, drift >= 0.2, zero_division=0))
    if found.best_limit is not None:
        of = {limit: f1_score(fell, drift >= limit, zero_division=0) for limit in np.unique(drift)}
        assert found.best_limit == max(of, key=lambda limit: (round(of[limit], 12), limit))


def days(statuses: str) -> list[tuple[date, str]]:
    """A day for each letter: stable, watch, drifted, failing; n for no data; a dot for no day at all."""
    words = {"s": "stable", "w": "watch", "d": "drifted", "f": "failing", "n": "no data"}
    start = date(2026, 3, 1)
    return [(start + timedelta(i), words[letter]) for i, letter in enumerate(statuses) if letter != "."]


@pytest.mark.parametrize(
    ("statuses", "runs"),
    [
        ("sss", []),
        ("swws", [(1, 2, "watch", 3)]),
        ("wdw", [(0, 2, "drifted", None)]),
        ("wnnw", [(0, 3, "watch", None)]),
        ("w...d.s", [(0, 4, "drifted", 6)]),
        ("nnw", [(2, 2, "watch", None)]),
        ("wns", [(0, 0, "watch", 2)]),
        ("fsf", [(0, 0, "failing", 1), (2, 2, "failing", None)]),
        ("nnn", []),
        ("", []),
    ],
)
def test_only_a_stable_day_ends_a_run(statuses, runs):
    start = date(2026, 3, 1)
    found = [
        ((run.first - start).days, (run.last - start).days, run.worst, run.over and (run.over - start).days)
        for run in runs_beyond(reversed(days(statuses)))
    ]
    assert found == runs
