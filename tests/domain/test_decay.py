"""The line through a metric's weeks, when it meets the limit, and what is advised."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from scipy import stats

from watchroom.domain.decay import Decay, advice, decay

START = date(2026, 1, 4)


def weeks(count: int) -> list[date]:
    return [START + timedelta(7 * i) for i in range(count)]


def falling(count: int = 20, by_week: float = -0.004, noise: float = 0.003, seed: int = 1) -> list[float]:
    return (0.85 + by_week * np.arange(count) + np.random.default_rng(seed).normal(0, noise, count)).tolist()


def test_the_slope_and_its_interval_are_those_of_weighted_least_squares():
    values, n = falling(), np.random.default_rng(2).integers(50, 500, 20)
    found = decay("roc_auc", weeks(20), values, n, 0.7)
    (slope, _), covariance = np.polyfit(7 * np.arange(20), values, 1, w=np.sqrt(n), cov=True)
    half = stats.t.ppf(0.975, 18) * np.sqrt(covariance[0, 0])
    assert [found.slope, found.slope_low, found.slope_high] == pytest.approx(
        [30 * slope, 30 * (slope - half), 30 * (slope + half)]
    )


def test_with_equal_weights_it_is_scipys_regression():
    values = falling(8)
    found = decay("roc_auc", weeks(8), values, [100] * 8, None)
    line = stats.linregress(7 * np.arange(8), values)
    assert found.slope == pytest.approx(30 * line.slope)
    assert found.slope_high - found.slope == pytest.approx(30 * stats.t.ppf(0.975, 6) * line.stderr)


def test_the_line_meets_the_limit_between_the_days_of_its_slopes_interval():
    exact = decay("roc_auc", weeks(10), falling(10, -0.007, 0.0), [100] * 10, 0.75)
    # 0.85 less 0.001 a day: 0.75 after a hundred days
    assert exact.crosses_on == START + timedelta(100)
    found = decay("roc_auc", weeks(20), falling(), [100] * 20, 0.72)
    assert START + timedelta(133) < found.crosses_early < found.crosses_on < found.crosses_late


@pytest.mark.parametrize(
    ("metric", "values", "limit", "meets"),
    [
        ("rmse", [10, 11, 12, 13, 14], 20, 42 + 28),
        ("rmse", [14, 13, 12, 11, 10], 20, None),
        ("roc_auc", [0.7, 0.72, 0.74, 0.76], 0.6, None),
        ("rmse", [10, 11, 12, 13, 14], 12.5, 28),  # past it already: the last week
        ("bias", [0, -1, -2, -3, -4], 6, 42),
        ("bias", [0, 1, 2, 3, 4], 6, 42),
        ("bias", [-9, -8.5, -8.3, -8], 6, 21),  # getting better, and still past it
        ("rmse", [10, 10.01, 10.02, 10.03], 20, None),  # in 19 years
        ("rmse", [10, 11, 12, 13], None, None),
    ],
)
def test_a_limit_is_met_on_the_side_on_which_the_metric_gets_worse(metric, values, limit, meets):
    found = decay(metric, weeks(len(values)), values, [100] * len(values), limit)
    assert found.crosses_on == (None if meets is None else START + timedelta(meets))


def test_fewer_than_four_weeks_have_no_line_and_weeks_without_outcomes_do_not_count():
    values = [0.8, float("nan"), 0.79, 0.78, 0.77]
    found = decay("roc_auc", weeks(5), values, [100, 100, 0, 100, 100], 0.7)
    assert (found.weeks, found.slope, found.crosses_on) == (3, None, None)
    assert found.last_week == weeks(5)[-1]
    assert decay("roc_auc", [], [], [], 0.7).last_week is None


def test_a_level_metric_has_an_interval_around_zero_and_may_meet_its_limit_late_or_never():
    found = decay("roc_auc", weeks(20), falling(by_week=0), [100] * 20, 0.7)
    assert found.slope_low < 0 < found.slope_high
    assert not found.surely_worse
    assert found.crosses_late is None


LAST = weeks(20)[-1]
LEVEL = decay("roc_auc", weeks(20), falling(by_week=0), [100] * 20, 0.7)
SLOW = decay("roc_auc", weeks(20), falling(by_week=-0.002), [100] * 20, 0.7)
FAST = decay("roc_auc", weeks(20), falling(by_week=-0.007), [100] * 20, 0.7)
SHORT = decay("roc_auc", weeks(3), [0.8, 0.8, 0.8], [100] * 3, 0.7)
NONE = decay("roc_auc", [], [], [], 0.7)
BEYOND = decay("roc_auc", weeks(20), falling(by_week=0), [100] * 20, 0.95)


@pytest.mark.parametrize(
    ("found", "status", "last_decision", "expected", "reason"),
    [
        (LEVEL, "stable", LAST, "keep", "No trend beyond chance"),
        (LEVEL, "watch", LAST, "plan retraining", "beyond its watch limit"),
        (LEVEL, "failing", LAST, "retrain now", "beyond its failing limit"),
        (SLOW, "stable", LAST, "plan retraining", "meets the failing limit on"),
        (FAST, "stable", LAST, "retrain now", "meets the failing limit on"),
        (SHORT, "stable", weeks(3)[-1], "keep", "3 weeks with enough outcomes are too few for a trend"),
        (SHORT, "no data", weeks(3)[-1], "ask for outcomes", "too few outcomes"),
        (NONE, "no data", LAST, "ask for outcomes", "No week has enough outcomes"),
        (LEVEL, "stable", LAST + timedelta(90), "ask for outcomes", "90 days older than the last decision"),
        (LEVEL, "failing", LAST + timedelta(90), "retrain now", "beyond its failing limit"),
        (BEYOND, "stable", LAST, "retrain now", "line through the weeks lies beyond"),
        (replace(LEVEL, limit=None), "stable", LAST, "keep", "No failing limit is set"),
    ],
)
def test_the_advice_follows_from_status_trend_and_outcomes(found: Decay, status, last_decision, expected, reason):
    given = advice(found, status, last_decision=last_decision, age_days=400.0)
    assert given.advice == expected
    assert any(reason in sentence for sentence in given.reasons)
    assert given.reasons[-1] == "The version is 400 days old."
    assert all(sentence.endswith(".") for sentence in given.reasons)
