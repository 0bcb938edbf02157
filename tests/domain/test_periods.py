"""Periods hold the days they should, and their sums are those of the days."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from watchroom.domain.periods import GRAINS, periods_of, reach_of, span_of

DAYS = [date(2026, 2, 25), date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 2)]


def test_a_week_runs_from_monday_and_a_month_to_its_last_day():
    assert span_of("week", date(2026, 3, 1)) == (date(2026, 2, 23), date(2026, 3, 1))
    assert span_of("month", date(2024, 2, 5)) == (date(2024, 2, 1), date(2024, 2, 29))
    assert span_of("month", date(2026, 12, 31)) == (date(2026, 12, 1), date(2026, 12, 31))


def test_each_grain_has_the_periods_that_hold_a_day():
    periods = periods_of(DAYS)
    by_grain = {grain: [periods.last_days[i] for i in periods.of(grain)] for grain in GRAINS}
    assert by_grain["day"] == DAYS
    assert by_grain["week"] == [date(2026, 3, 1), date(2026, 3, 8)]
    assert by_grain["month"] == [date(2026, 2, 28), date(2026, 3, 31)]
    assert by_grain["last_7_days"] == DAYS


def test_sums_are_those_of_the_days_within():
    periods = periods_of(DAYS)
    sums = periods.sums(np.array([[1, 10], [2, 20], [4, 40], [8, 80]]))
    assert [tuple(sums[i]) for i in periods.of("week")] == [(7, 70), (8, 80)]
    assert [tuple(sums[i]) for i in periods.of("month")] == [(3, 30), (12, 120)]


def test_a_log_without_days_has_no_periods():
    assert len(periods_of([])) == 0


@given(st.sets(st.integers(0, 500), min_size=1))
def test_every_decision_is_in_exactly_one_day_week_and_month(offsets: set[int]):
    days = [date(2026, 1, 1) + timedelta(offset) for offset in sorted(offsets)]
    periods = periods_of(days)
    sums = periods.sums(np.ones(len(days), dtype=np.int64))
    for grain in ("day", "week", "month"):
        assert sums[periods.of(grain)].sum() == len(days)
    last = [sums[i] for i in periods.of("last_7_days")]
    expected = [sum(0 <= (day - other).days < 7 for other in days) for day in days]
    assert last == expected


@given(st.sets(st.integers(0, 400), min_size=1), st.sets(st.integers(0, 400), min_size=1))
def test_a_changed_day_touches_every_period_that_holds_it_and_their_days_are_all_within_its_reach(
    offsets: set[int], changed: set[int]
):
    days = [date(2026, 1, 1) + timedelta(offset) for offset in sorted(offsets)]
    touched = {date(2026, 1, 1) + timedelta(offset) for offset in changed}
    first, last = reach_of(touched)
    whole = periods_of(days)
    expected = [
        (grain, start, end)
        for grain, start, end in zip(whole.grains, whole.first_days, whole.last_days, strict=True)
        if any(start <= day <= end for day in touched)
    ]
    assert all(first <= start and end <= last for _, start, end in expected)
    near = [day for day in days if first <= day <= last]
    found = periods_of(near).touched_by(touched)
    assert list(zip(found.grains, found.first_days, found.last_days, strict=True)) == expected
    if near:
        sums = dict(zip(expected, found.sums(np.ones(len(near), dtype=np.int64)), strict=True))
        assert sums == {(g, s, e): sum(s <= day <= e for day in days) for g, s, e in expected}
