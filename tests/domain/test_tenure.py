"""Who held a name when, as far as looks at the registry tell: never two at once, no gap that is not said, no guess."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchroom.domain.tenure import Edge, History, Seen, history, standing, within

T0 = datetime(2026, 3, 1, 12)


def at(day: float) -> datetime:
    return T0 + timedelta(days=day)


def edge(after: float | None, by: float) -> Edge:
    return Edge(None if after is None else at(after), at(by))


FIRST = edge(None, 0)


def told(*seen: Seen, last: float = 100) -> History:
    return history(seen, at(last))


HISTORY = told(
    Seen(FIRST, "appeared"),
    Seen(FIRST, "held", 1),
    Seen(edge(9, 10), "held", 2),
    Seen(edge(19, 20), "left", 2),
    Seen(edge(29, 30), "held", 2),
)


@pytest.mark.parametrize(
    ("day", "certainty", "version", "following"),
    [
        (-1, "before", None, 1),
        (0, "known", 1, None),
        (9, "known", 1, None),
        (9.5, "between", 1, 2),
        (10, "known", 2, None),
        (19.5, "between", 2, None),
        (25, "known", None, None),
        (29.5, "between", None, 2),
        (99, "known", 2, None),
        (101, "later", 2, None),
    ],
)
def test_a_moment_is_known_or_lies_between_two_looks_or_is_said_to_be_unknown(day, certainty, version, following):
    found = standing(HISTORY, at(day))
    assert (found.certainty, found.version, found.next_version) == (certainty, version, following)


def test_a_model_that_came_later_was_not_there_before():
    found = told(Seen(edge(4, 5), "appeared"), Seen(edge(7, 8), "held", 1))
    assert [standing(found, at(day)).certainty for day in (3, 4.5, 6, 7.5, 9)] == [
        "absent", "between", "known", "between", "known"
    ]  # fmt: skip
    assert standing(found, at(6)).version is None


def test_nothing_is_known_of_a_model_that_no_look_has_found():
    assert standing(told(), at(1)).certainty == "unseen"
    assert within(told(), at(0), at(1)) == ()


def test_a_name_taken_away_and_given_back_between_two_looks_makes_no_new_tenure():
    one_look = edge(9, 10)
    found = told(Seen(FIRST, "held", 1), Seen(one_look, "left", 1), Seen(one_look, "held", 1))
    assert [(one.version, one.end) for one in found.tenures] == [(1, None)]


def test_a_name_taken_away_and_given_back_at_different_looks_makes_two_tenures():
    assert [(one.version, one.begin.by) for one in HISTORY.tenures] == [(1, at(0)), (2, at(10)), (2, at(30))]
    assert HISTORY.before(2) == (1,)


def test_a_version_that_is_gone_ends_its_tenure_and_no_other():
    found = told(Seen(FIRST, "held", 2), Seen(edge(4, 5), "left", 1), Seen(edge(9, 10), "left", 2))
    assert [(one.version, one.end) for one in found.tenures] == [(2, edge(9, 10))]
    assert found.now is None


def test_who_may_have_held_it_on_a_day_counts_both_sides_of_a_change():
    assert within(HISTORY, at(8), at(9)) == (1,)
    assert set(within(HISTORY, at(9.2), at(9.4))) == {1, 2}
    assert within(HISTORY, at(22), at(23)) == ()
    assert within(HISTORY, at(-5), at(-4)) == ()
    assert within(HISTORY, at(-0.5), at(0.5)) == (1,)


LOOKS = st.lists(
    st.tuples(
        st.integers(1, 5),
        st.lists(st.tuples(st.sampled_from(["held", "left", "gone"]), st.integers(1, 4)), max_size=4),
    ),
    min_size=1,
    max_size=12,
)


def seen_at_looks(looks) -> tuple[list[Seen], list[datetime]]:
    """What looks would record that come so many days after one another, the first of them at day 0."""
    seen, times = [Seen(FIRST, "appeared")], [at(0)]
    for days, changes in looks:
        times.append(times[-1] + timedelta(days))
        seen += [Seen(Edge(times[-2], times[-1]), kind, version) for kind, version in changes]
    return seen, times


@given(LOOKS)
def test_tenures_are_in_order_never_overlap_and_meet_at_their_edges(looks):
    seen, times = seen_at_looks(looks)
    found = history(seen, times[-1])
    for one, following in pairwise(found.marks):
        assert one.edge.by <= following.edge.after < following.edge.by
        assert one.version != following.version
    for one, following in pairwise(found.tenures):
        assert one.end is not None
        assert one.certain(found.last_look)[1] <= following.certain(found.last_look)[0]
        assert one.end.by <= following.begin.by


@given(LOOKS, st.floats(0, 1))
def test_every_moment_since_the_first_look_is_known_or_lies_between_two_looks(looks, share):
    seen, times = seen_at_looks(looks)
    found = history(seen, times[-1])
    moment = times[0] + share * (times[-1] - times[0])
    state = standing(found, moment)
    assert state.certainty in ("known", "between")
    if moment in times:
        assert state.certainty == "known"
    certain = [one.version for one in found.tenures if _holds(one, moment, found)]
    assert len(set(certain)) <= 1
    assert set(certain) <= set(state.candidates) == set(within(found, moment, moment))


def _holds(tenure, moment, found) -> bool:
    start, end = tenure.certain(found.last_look)
    return start <= moment <= end


@given(LOOKS)
def test_each_look_finds_what_a_replay_of_the_changes_leaves(looks):
    seen, times = seen_at_looks(looks)
    found = history(seen, times[-1])
    held = None
    for time in times:
        for one in (one for one in seen if one.edge.by == time):
            if one.kind == "held":
                held = one.version
            elif one.kind == "gone" or (one.kind == "left" and one.version == held):
                held = None
        assert standing(found, time).version == held


def test_a_version_that_held_the_name_before_is_said_to_hold_it_again():
    assert (HISTORY.held_again(2), HISTORY.held_again(1)) == (True, False)
