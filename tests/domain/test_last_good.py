"""Which version to go back to: the newest that was in service, that nothing speaks against, with its reasons."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from watchroom.domain.last_good import Facts, Served, earlier, judgements, last_good, rolled_back_to, served
from watchroom.domain.tenure import Edge, History, Mark
from watchroom.domain.witness import Span

D0 = date(2026, 3, 1)


def day(n: int) -> date:
    return D0 + timedelta(n)


def noon(n: int) -> datetime:
    return datetime(2026, 3, 1, 12) + timedelta(n)


def span(version: int, first: int, last: int) -> Span:
    return Span(version, day(first), day(last), last - first + 1, 100)


def test_the_log_tells_of_the_time_before_the_first_look_and_the_registry_from_then_on():
    champion = History((Mark(Edge(None, noon(20)), 2), Mark(Edge(noon(29), noon(30)), 3)), noon(40))
    found = served(champion, [span(1, 0, 9), span(2, 10, 29), span(3, 30, 40)])
    assert found == (
        Served(1, day(0), day(9), "log"),
        Served(2, day(10), day(30), "both"),
        Served(3, day(30), None, "registry"),
    )
    assert [one.version for one in earlier(found)] == [2, 1]


def test_without_a_champion_the_log_alone_tells():
    assert served(History((), noon(9)), [span(1, 0, 3)]) == (Served(1, day(0), day(3), "log"),)
    assert earlier(()) == ()


def test_a_version_that_served_twice_is_named_once_and_the_present_one_never():
    champion = History((), noon(50))
    found = served(champion, [span(1, 0, 9), span(2, 10, 19), span(1, 20, 29), span(3, 30, 39)])
    assert [(one.version, one.first) for one in earlier(found)] == [(1, day(20)), (2, day(10))]
    assert rolled_back_to(found, found[1]) == 1
    assert rolled_back_to(found, found[2]) is None


GOOD = Facts(Served(2, day(0), day(9), "log"), there=True, judged=9, approval="valid", loads=True)


@pytest.mark.parametrize(
    ("changes", "good", "said"),
    [
        ({}, True, "not failing on any of 9 judged days"),
        ({"there": False}, False, "no longer in the registry"),
        ({"failing": 2, "part": "performance"}, False, "performance was failing on 2 of 9"),
        ({"judged": 0}, True, "never judged"),
        ({"approval": "rejected", "approval_reason": "unfair"}, False, "rejected: unfair"),
        ({"approval": "void"}, True, "void"),
        ({"approval": "none"}, True, "nobody has signed"),
        ({"loads": False, "loads_why": "no such file"}, False, "cannot be loaded: no such file"),
        ({"loads": None}, True, "not known"),
        ({"rolled_back_to": 1}, False, "gone back from: version 1"),
    ],
)
def test_each_thing_that_speaks_against_a_version_is_said_and_what_is_unknown_is_no_verdict(changes, good, said):
    (found,) = judgements([replace(GOOD, **changes)])
    assert found.good is good
    assert any(said in reason.text for reason in found.reasons)
    assert found.sure is (changes == {})


def test_the_newest_that_nothing_speaks_against_is_the_one_to_go_back_to():
    bad = replace(GOOD, service=replace(GOOD.service, version=3), failing=1)
    found = judgements([bad, GOOD])
    assert last_good(found) is found[1]
    assert last_good(found[:1]) is None
