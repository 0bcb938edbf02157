"""How a KPI stands against its target and limit, and which periods a changed day makes due."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchroom.domain.kpi import Judged, better_of, due, status_of, together, trouble_of
from watchroom.domain.periods import WHOLE, span_of

NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("value", "target", "limit", "better", "status"),
    [
        (30, 35, 60, "lower", "on target"),
        (35, 35, 60, "lower", "on target"),
        (36, 35, 60, "lower", "off target"),
        (60, 35, 60, "lower", "off target"),
        (60.1, 35, 60, "lower", "beyond limit"),
        (0.9, 0.8, 0.6, "higher", "on target"),
        (0.7, 0.8, 0.6, "higher", "off target"),
        (0.5, 0.8, 0.6, "higher", "beyond limit"),
        (36, 35, 60, None, "off target"),
        (0.5, 0.8, 0.6, None, "beyond limit"),
        (36, 35, None, "lower", "off target"),
        (99, 35, None, "lower", "off target"),
        (34, 35, None, "lower", "on target"),
        (36, 35, None, None, "no target"),
        (36, 35, 35, None, "no target"),
        (36, 35, 35, "lower", "beyond limit"),
        (99, None, 60, "lower", "beyond limit"),
        (59, None, 60, "lower", "no target"),
        (59, None, None, "lower", "no target"),
        (59, None, None, None, "no target"),
        (-5, 0, 3, None, "on target"),
        (None, 35, 60, "lower", "no data"),
        (NAN, 35, 60, "lower", "no data"),
        (None, None, None, None, "no data"),
    ],
)
def test_a_value_stands_by_its_target_and_its_limit(value: Any, target: Any, limit: Any, better: Any, status: str):
    assert status_of(value, target, limit, better) == status


def test_which_way_is_better_follows_from_target_and_limit_where_it_is_not_said():
    told: list[tuple[Any, ...]] = [(35, 60, None), (0.8, 0.6, None), (1, 1, None), (1, None, None), (35, 60, "higher")]
    assert [better_of(*one) for one in told] == ["lower", "higher", None, None, "higher"]


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_a_figure_turned_upside_down_stands_as_it_did(value: float, target: float, limit: float):
    if target <= limit:
        assert status_of(value, target, limit, "lower") == status_of(-value, -target, -limit, "higher")


DAYS = st.sets(st.dates(date(2026, 1, 1), date(2026, 5, 31)), min_size=1, max_size=12)


@given(DAYS, DAYS)
def test_every_period_that_holds_a_changed_day_is_due_once_and_no_other(changed: set[date], more: set[date]):
    there = changed | more
    found = due(changed, there)
    starts = [(grain, start) for one in found for grain in WHOLE for start in one.starts.get(grain, ())]
    assert len(starts) == len(set(starts))
    assert set(starts) == {(grain, span_of(grain, day)[0]) for grain in WHOLE for day in changed}
    assert [one.month for one in found] == sorted((one.month for one in found), reverse=True)


@given(DAYS, DAYS)
def test_all_days_with_decisions_of_a_due_period_are_read_with_it(changed: set[date], more: set[date]):
    there = changed | more
    for one in due(changed, there):
        spans = [span_of(grain, start) for grain in WHOLE for start in one.starts.get(grain, ())]
        assert one.days == {day for day in there if any(first <= day <= last for first, last in spans)}
        last = (one.month + timedelta(31)).replace(day=1) - timedelta(1)
        assert all(one.month <= day <= last + timedelta(6) for day in one.days)


def test_a_changed_first_of_a_month_reads_the_week_before_it_and_not_that_month():
    there = [date(2026, 3, 1) + timedelta(n) for n in range(61)]
    april, march = due([date(2026, 4, 1)], there)
    assert (march.month, march.starts) == (date(2026, 3, 1), {"week": frozenset({date(2026, 3, 30)})})
    assert march.days == frozenset(date(2026, 3, 30) + timedelta(n) for n in range(7))
    assert len(april.days) == 30


def test_a_day_that_is_gone_makes_its_periods_due_with_nothing_to_read():
    (one,) = due([date(2026, 4, 15)], [])
    assert one.days == frozenset()
    assert one.starts["day"] == frozenset({date(2026, 4, 15)})


def test_what_is_due_of_two_kpis_is_read_once():
    there = [date(2026, 4, day) for day in range(1, 31)]
    first, second = due([date(2026, 4, 8)], there)[0], due([date(2026, 4, 20)], there)[0]
    both = together([first, second])
    assert both.starts["day"] == {date(2026, 4, 8), date(2026, 4, 20)}
    assert both.days == first.days | second.days


def weeks(*told: tuple[str, int, int]) -> list[Judged]:
    return [
        Judged(date(2026, 3, 2) + timedelta(7 * place), float(place), status, n, decisions)
        for place, (status, n, decisions) in enumerate(told)
    ]


BEYOND, GOOD, OFF, NOTHING = (
    ("beyond limit", 90, 100),
    ("on target", 90, 100),
    ("off target", 90, 100),
    ("no data", 0, 100),
)
FEW, EARLY_GOOD, EARLY_BEYOND = (("beyond limit", 29, 30), ("on target", 50, 100), ("beyond limit", 50, 100))


@pytest.mark.parametrize(
    ("told", "since", "periods"),
    [
        ([GOOD, BEYOND], 1, 1),
        ([BEYOND, OFF, BEYOND, BEYOND], 2, 2),
        ([BEYOND, NOTHING, BEYOND, NOTHING], 0, 2),
        ([BEYOND, EARLY_GOOD], 0, 1),
        ([EARLY_GOOD, EARLY_BEYOND], 1, 1),
        ([GOOD, FEW], None, 0),
        ([GOOD, EARLY_BEYOND], None, 0),
        ([BEYOND, GOOD], None, 0),
        ([BEYOND, OFF], None, 0),
        ([NOTHING], None, 0),
        ([], None, 0),
    ],
)
def test_trouble_is_a_last_period_beyond_the_limit_that_says_something(told: Any, since: Any, periods: int):
    found = trouble_of(reversed(weeks(*told)))
    if since is None:
        assert found is None
        return
    assert found is not None
    assert (found.since, found.periods) == (date(2026, 3, 2) + timedelta(7 * since), periods)
