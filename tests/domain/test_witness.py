"""The decision log as a witness of what was live: who decided when, and where it differs from the registry."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from watchroom.domain.tenure import Edge, History, Mark
from watchroom.domain.witness import Day, deciding, lead, spans, stretches

D0 = date(2026, 3, 1)


def day(n: int) -> date:
    return D0 + timedelta(n)


def noon(n: int) -> datetime:
    return datetime(2026, 3, 1, 12) + timedelta(n)


def rows(version: int, *days: int, decisions: int = 10) -> list[Day]:
    return [Day(day(n), version, decisions) for n in days]


FROM_DAY_5 = History((Mark(Edge(None, noon(5)), 3), Mark(Edge(noon(10), noon(11)), 4)), noon(30))


def test_a_weekend_does_not_end_a_span_and_a_longer_silence_does():
    found = spans([*rows(1, 0, 1, 4, 5), *rows(1, 20), *rows(2, 3)])
    assert [(one.version, one.first, one.last, one.days, one.decisions) for one in found] == [
        (1, day(0), day(5), 4, 40),
        (1, day(20), day(20), 1, 10),
        (2, day(3), day(3), 1, 10),
    ]


def test_each_day_is_held_against_the_registry_and_differences_are_told_apart():
    log = [*rows(2, *range(5)), *rows(3, 5, 6, 7), *rows(4, 7), *rows(2, 8), *rows(4, 10, 12)]
    found = [(one.kind, one.first, one.last, one.versions, one.champions) for one in stretches(log, FROM_DAY_5)]
    assert found == [
        ("log only", day(0), day(4), (2,), ()),
        ("agree", day(5), day(6), (3,), (3,)),
        ("beside", day(7), day(7), (3, 4), (3,)),
        ("other", day(8), day(8), (2,), (3,)),
        ("agree", day(10), day(10), (4,), (3, 4)),
        ("agree", day(12), day(12), (4,), (4,)),
    ]


def test_decisions_while_nobody_was_champion_are_said():
    without = History((Mark(Edge(None, noon(0)), None),), noon(30))
    assert [one.kind for one in stretches(rows(1, 3), without)] == ["nobody"]


def test_a_version_in_shadow_does_not_lead_until_the_other_leaves():
    log = [*rows(1, *range(6)), *rows(2, *range(3, 9), decisions=50), *rows(1, 9, 10)]
    assert [(one.version, one.first, one.last) for one in lead(log)] == [
        (1, day(0), day(5)),
        (2, day(6), day(8)),
        (1, day(9), day(10)),
    ]


LOG = st.lists(st.builds(Day, st.integers(0, 40).map(day), st.integers(1, 4), st.integers(0, 50)), max_size=60,
               unique_by=lambda row: (row.day, row.version))  # fmt: skip


@given(LOG)
def test_every_decision_is_in_one_span_and_in_one_stretch(log):
    total = sum(row.decisions for row in log)
    assert sum(one.decisions for one in spans(log)) == total
    assert sum(one.decisions for one in stretches(log, FROM_DAY_5)) == total


@given(LOG)
def test_at_most_one_leads_on_a_day_and_it_decided_on_it(log):
    leading = lead(log)
    with_any = {row.day for row in log if row.decisions}
    assert sum(one.days for one in leading) == len(with_any)
    for one in leading:
        assert one.version in {row.version for row in deciding(log, one.first)}
        assert one.version in {row.version for row in deciding(log, one.last)}
    assert all(one.last < other.first for one, other in pairwise(leading))
