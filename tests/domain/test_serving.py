"""Whose decisions count for the model: not those made in shadow."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

import pytest

from watchroom.domain.serving import Pairs, Shared, in_service
from watchroom.domain.tenure import Edge, History, Seen, history
from watchroom.domain.witness import Day

FIRST = date(2026, 3, 2)


def day(number: int) -> date:
    return FIRST + timedelta(number - 1)


def look(number: int) -> datetime:
    return datetime.combine(day(number), datetime.min.time()) + timedelta(hours=6)


def decided(version: int, days: Iterable[int], n: int = 100) -> list[Day]:
    return [Day(day(one), version, n) for one in days]


def champions(*held: tuple[int, int], last: int = 30) -> History:
    """`(day of the look, version)` in order; each change was seen a day after the look before."""
    seen = [Seen(Edge(look(number - 1) if place else None, look(number)), "held", version)
            for place, (number, version) in enumerate(held)]  # fmt: skip
    return history(seen, look(last))


UNSEEN = history([], look(30))
SAME: Pairs = {frozenset((1, 2)): Shared(day(1), day(1), day(60))}
OTHER: Pairs = {frozenset((1, 2)): Shared(day(1))}


def told(rows: list[Day], champion: History, pairs: Pairs) -> list[tuple[int, int, str]]:
    return [((one.day - FIRST).days + 1, one.version, one.by) for one in in_service(rows, champion, pairs)]


def test_a_challenger_in_shadow_is_not_in_service() -> None:
    rows = decided(1, range(1, 5)) + decided(2, range(3, 5))
    assert told(rows, champions((1, 1)), SAME) == [(1, 1, "registry"), (2, 1, "registry"), (3, 1, "registry"),
                                                   (4, 1, "registry")]  # fmt: skip


def test_before_the_first_look_at_the_registry_the_log_tells() -> None:
    rows = decided(1, range(1, 5)) + decided(2, range(3, 7))
    assert told(rows, champions((6, 2)), SAME) == [
        (1, 1, "log"), (2, 1, "log"), (3, 1, "log"), (4, 1, "log"), (5, 2, "log"), (6, 2, "registry"),
    ]  # fmt: skip


def test_a_version_that_decides_other_cases_counts_beside_the_one_in_service() -> None:
    rows = decided(1, (1, 2)) + decided(2, (2,), 10)
    assert told(rows, champions((1, 1)), OTHER) == [(1, 1, "registry"), (2, 1, "registry"), (2, 2, "beside")]


def test_a_version_of_which_nobody_knows_whether_it_decides_other_cases_counts_nothing() -> None:
    rows = decided(1, (1, 2)) + decided(2, (2,), 10)
    assert told(rows, champions((1, 1)), {}) == [(1, 1, "registry"), (2, 1, "registry")]


def test_no_case_counts_twice_on_the_day_of_a_takeover() -> None:
    """Version 2 was in shadow in the morning and in service from noon on, when version 1 fell silent."""
    rows = decided(1, (1, 2)) + decided(1, (3,), 40) + decided(2, (2, 3, 4))
    found = told(rows, champions((1, 1), (3, 2)), SAME)
    assert [one for one in found if one[0] == 3] == [(3, 2, "registry")]
    assert [version for _, version, _ in found] == [1, 1, 2, 2]


def test_both_count_on_the_day_of_a_takeover_between_versions_that_share_no_cases() -> None:
    rows = decided(1, (2, 3)) + decided(2, (3, 4))
    found = told(rows, champions((1, 1), (3, 2)), OTHER)
    assert [one for one in found if one[0] == 3] == [(3, 1, "registry"), (3, 2, "registry")]


def test_when_the_champion_makes_no_decisions_those_of_the_log_count() -> None:
    assert told(decided(1, (1, 2)), champions((1, 7)), {}) == [(1, 1, "log"), (2, 1, "log")]


def test_without_a_champion_the_log_goes_on() -> None:
    assert told(decided(1, (1, 2)), UNSEEN, {}) == [(1, 1, "log"), (2, 1, "log")]


@pytest.mark.parametrize(
    ("first", "last", "asked", "same"),
    [(5, 9, 5, True), (5, 9, 4, False), (5, 9, 10, False), (3, 9, 1, True)],
)
def test_days_before_those_that_were_compared_are_taken_for_like_the_first_of_them(
    first: int, last: int, asked: int, same: bool
) -> None:
    assert Shared(day(3), day(first), day(last)).on(day(asked)) is same


def test_no_two_versions_that_decide_the_same_cases_are_ever_both_in_service() -> None:
    rows = [row for version in (1, 2, 3) for row in decided(version, range(version, 20 + version), 90 + version)]
    pairs = {frozenset(pair): Shared(day(1), day(1), day(60)) for pair in ((1, 2), (1, 3), (2, 3))}
    days = [one for one, _, _ in told(rows, champions((4, 1), (9, 2), (15, 3)), pairs)]
    assert len(days) == len(set(days)) == 22
