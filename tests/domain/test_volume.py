"""Enough decisions, too few, none at all: and since when."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from watchroom.domain.volume import volume_of

FIRST = date(2026, 3, 1)


def days(*counts: int) -> dict[date, int]:
    return {FIRST + timedelta(i): n for i, n in enumerate(counts) if n}


@pytest.mark.parametrize(
    ("counts", "later", "light", "per_day", "limit", "since"),
    [
        ([100] * 10, 0, "stable", 100, None, None),
        ([100] * 10 + [60] * 7, 0, "watch", 60, 80, 13),
        ([100] * 10 + [20] * 7, 0, "failing", 20, 40, 11),
        ([30, 30], 0, "failing", 30, 40, 0),
        ([90, 90], 0, "stable", 90, None, None),
        ([100] * 10, 3, "stable", 100, None, None),
        ([100] * 10, 4, "failing", 100, 80, 10),
        ([100] * 5 + [0, 0], 2, "stable", 100, None, None),
    ],
    ids=["enough", "fewer", "far fewer", "two days", "two good days", "weekend", "silent", "days without"],
)
def test_the_light_follows_the_mean_of_seven_days_and_silence(counts, later, light, per_day, limit, since):
    last = max(i for i, n in enumerate(counts) if n)
    found = volume_of(days(*counts), 80, FIRST + timedelta(last + later))
    assert found is not None
    assert (found.light, found.limit, found.silent_days) == (light, limit, later)
    assert found.per_day == pytest.approx(per_day)
    assert found.since == (None if since is None else FIRST + timedelta(since))


def test_without_a_minimum_nothing_is_judged_and_without_decisions_there_is_nothing():
    found = volume_of(days(5), None, FIRST)
    assert found is not None
    assert (found.light, found.per_day) == ("no data", 5)
    assert volume_of({}, 80, FIRST) is None


def test_a_day_after_today_is_not_looked_at():
    found = volume_of({**days(*[100] * 8), date(2099, 1, 1): 1}, 80, FIRST + timedelta(7))
    assert found is not None
    assert (found.light, found.silent_days) == ("stable", 0)
