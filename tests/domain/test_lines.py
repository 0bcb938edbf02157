"""Lines through weighted points: against SciPy and NumPy, and their intervals hold what they promise."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pytest
from scipy import stats

from watchroom.domain.lines import HORIZON_DAYS, crossing, day_of, fit


def test_a_line_of_equal_weights_is_that_of_scipy() -> None:
    rng = np.random.default_rng(1)
    x = np.sort(rng.uniform(0, 100, 12))
    y = 3 + 0.2 * x + rng.normal(0, 2, 12)
    found, known = fit(x, y, np.full(12, 7.0)), stats.linregress(x, y)
    quantile = stats.t.ppf(0.975, 10)
    assert found.slope == pytest.approx(known.slope)
    assert found.at(0) == pytest.approx(known.intercept)
    assert found.half == pytest.approx(quantile * known.stderr)
    left = y - known.intercept - known.slope * x
    assert found.error == pytest.approx(quantile * math.sqrt(left @ left / 10 / 12))


def test_a_weighted_line_is_that_of_numpy() -> None:
    rng = np.random.default_rng(2)
    x, y, weight = rng.uniform(0, 10, 9), rng.normal(0, 1, 9), rng.uniform(1, 50, 9)
    (slope, height), covariance = np.polyfit(x, y, 1, w=np.sqrt(weight), cov=True)
    found = fit(x, y, weight)
    assert (found.slope, found.at(0)) == pytest.approx((slope, height))
    assert found.half == pytest.approx(stats.t.ppf(0.975, 7) * math.sqrt(covariance[0, 0]))


def test_the_interval_of_where_a_line_is_at_a_height_holds_it_in_95_of_100_cases() -> None:
    """2,000 draws of ten weeks: within three standard errors of 95 %, of those in which the slope is told from 0."""
    rng, held = np.random.default_rng(3), []
    for _ in range(2000):
        x, weight = rng.uniform(0.7, 0.9, 10), rng.integers(50, 500, 10).astype(float)
        y = -8 + 10 * x + rng.normal(0, 4, 10) / np.sqrt(weight)
        if found := fit(x, y, weight).where(-2.0):
            held.append(found[1] <= 0.6 <= found[2])
    assert len(held) > 1900
    assert abs(np.mean(held) - 0.95) < 3 * math.sqrt(0.95 * 0.05 / len(held))


def test_where_the_slope_may_be_nothing_no_place_is_told() -> None:
    rng = np.random.default_rng(4)
    assert fit(np.arange(8.0), rng.normal(0, 1, 8), np.ones(8)).where(0.5) is None


def test_a_place_lies_within_its_interval_and_on_the_line() -> None:
    rng = np.random.default_rng(5)
    for _ in range(50):
        x = rng.uniform(0, 5, 8)
        line = fit(x, 2 - 3 * x + rng.normal(0, 0.5, 8), rng.uniform(1, 9, 8))
        where = line.where(-1.0)
        assert where is not None
        assert where[1] < where[0] < where[2]
        assert line.at(where[0]) == pytest.approx(-1.0)


@pytest.mark.parametrize(
    ("slope", "limit", "falls", "expected"),
    [
        (-1.0, 0.0, True, 109.0),
        (1.0, 0.0, True, math.inf),
        (-1.0, 20.0, True, 100.0),
        (1.0, 20.0, False, 109.0),
        (-10 / (HORIZON_DAYS + 2), 0.0, True, math.inf),
    ],
)
def test_a_line_meets_its_limit_where_it_goes_there_within_the_horizon(
    slope: float, limit: float, falls: bool, expected: float
) -> None:
    line = fit(np.array([98.0, 99.0, 100.0]), np.full(3, 10.0), np.ones(3))
    assert crossing(line, slope, 100.0, limit, falls=falls) == pytest.approx(expected)


def test_days_are_rounded_up() -> None:
    assert day_of(math.inf) is None
    assert day_of(date(2026, 3, 1).toordinal() + 0.1) == date(2026, 3, 2)
