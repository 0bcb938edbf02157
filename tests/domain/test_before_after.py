"""Before and after an event."""

from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np
import pytest
from scipy import stats

from watchroom.domain.before_after import compare, windows

PRICES = date(2026, 9, 1)


def days(first: date, values) -> dict[date, float]:
    return {first + timedelta(place): float(value) for place, value in enumerate(values)}


def test_a_single_day_divides_time_and_belongs_to_what_came_after():
    found = windows(PRICES, PRICES, 7)
    assert found.before == (date(2026, 8, 25), date(2026, 8, 31))
    assert found.during is None
    assert found.after == (date(2026, 9, 1), date(2026, 9, 7))


def test_an_event_of_several_days_lies_between():
    found = windows(PRICES, date(2026, 9, 3), 7)
    assert found.during == (PRICES, date(2026, 9, 3))
    assert found.after == (date(2026, 9, 4), date(2026, 9, 10))


def test_both_sides_have_the_same_weekdays():
    found = windows(PRICES, date(2026, 9, 3), 28)
    for first, last in (found.before, found.after):
        assert (last - first).days == 27


def test_the_difference_is_that_of_welch():
    rng = np.random.default_rng(7)
    before, after = rng.normal(100, 10, 28), rng.normal(80, 25, 28)
    found = compare(days(PRICES - timedelta(28), [*before, *after]), windows(PRICES, PRICES, 28))
    expected = stats.ttest_ind(after, before, equal_var=False).confidence_interval(0.95)
    assert found.difference.difference == pytest.approx(after.mean() - before.mean())
    assert (found.difference.low, found.difference.high) == pytest.approx((expected.low, expected.high))
    assert found.verdict == "fell"


@pytest.mark.parametrize(
    ("after", "verdict"),
    [
        ([11, 12, 11, 12, 11], "rose"),
        ([5, 6, 5, 6], "no change beyond chance"),
        ([99, 99, 99], "too early to tell"),
        ([], "too early to tell"),
    ],
)
def test_what_can_be_said_is_said_in_words(after, verdict):
    found = compare(days(PRICES - timedelta(7), [5, 6, 5, 6, 5, 6, 5, *after]), windows(PRICES, PRICES, 7))
    assert found.verdict == verdict


def test_days_without_a_figure_are_left_out():
    found = compare(days(PRICES - timedelta(7), [5, math.nan, 5, 6, 5, 6, 5, 7, math.nan]), windows(PRICES, PRICES, 7))
    assert (found.before.n, found.after.n) == (6, 1)


def test_a_figure_without_any_days_compares_nothing():
    found = compare({}, windows(PRICES, PRICES + timedelta(2), 28))
    assert (found.before.n, found.during.n, found.verdict) == (0, 0, "too early to tell")
