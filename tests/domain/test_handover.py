"""Who holds a role after handovers, while the models' files lag behind or say otherwise."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from watchroom.domain.handover import Ended, Handover, Held, Terms, moved

AT = datetime(2026, 11, 1, tzinfo=UTC)


def accepted(seq: int, to: str, was: str | None, *, settled: bool = False) -> Handover:
    terms = Terms("fraud", 3, "deploy", "", "", "aisha@x", to, owners={"operations": to})
    ended = Ended(seq + 1, AT, to, "accepted", was={"operations": was})
    return Handover(seq, AT, "aisha@x", None, terms, seq + 1, ended=ended, settled=frozenset(["operations"] * settled))


ONE = accepted(1, "kwame@x", "bo@x")
FROM_NOBODY = accepted(1, "kwame@x", None)
TWO = accepted(5, "chen@x", "kwame@x")


@pytest.mark.parametrize(
    ("handovers", "file", "holds"),
    [
        ([ONE], "bo@x", "kwame@x"),  # the file has not been written since
        ([ONE], "kwame@x", None),  # it says so itself
        ([ONE], "eve@x", None),  # it says something else since
        ([FROM_NOBODY], None, "kwame@x"),
        ([ONE], None, None),  # the role was taken out of the file
        ([ONE, TWO], "bo@x", "chen@x"),  # the file lags behind by two
        ([ONE, TWO], "kwame@x", "chen@x"),  # by one
        ([TWO, ONE], "kwame@x", "chen@x"),  # whatever the order in which they come
        ([accepted(1, "kwame@x", "bo@x", settled=True)], "bo@x", None),  # the file took it over, and went back
        ([accepted(1, "kwame@x", "bo@x", settled=True), TWO], "kwame@x", "chen@x"),
        ([accepted(1, "kwame@x", "bo@x", settled=True), TWO], "bo@x", None),
    ],
)
def test_the_last_handover_holds_until_the_file_says_something_itself(
    handovers: list[Handover], file: str | None, holds: str | None
):
    found = moved(handovers, {"fraud": {"operations": file}} if file else {})
    assert [one.person for one in found.held] == ([holds] if holds else [])


def test_what_the_file_says_itself_is_to_be_noted_and_a_handover_that_still_holds_is_not():
    assert moved([ONE], {"fraud": {"operations": "kwame@x"}}).settled == {1: ("operations",)}
    assert moved([ONE], {"fraud": {"operations": "bo@x"}}).settled == {}


def test_while_a_file_cannot_be_read_its_handover_goes_on_to_hold():
    found = moved([ONE], {}, {("fraud", "operations")})
    assert found.held == (Held("fraud", "operations", "kwame@x", 1, None),)
    assert found.settled == {}


def test_a_handover_that_was_not_accepted_moves_nothing():
    begun = Handover(1, AT, "aisha@x", None, ONE.terms, 1)
    assert moved([begun], {"fraud": {"operations": "bo@x"}}).held == ()


def test_a_handover_is_overdue_from_the_day_after_its_date_on_until_it_is_over():
    due = date(2026, 11, 20)
    begun = Handover(1, AT, "a", None, Terms("m", 1, "deploy", "", "", "a", "b", due), 1)
    assert [begun.overdue(due + timedelta(days)) for days in (0, 1)] == [False, True]
    assert not ONE.overdue(date.max)
