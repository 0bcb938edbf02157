"""Runs side by side: which is best, in which order they stand, which are one, and what the best did otherwise."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchroom.domain.comparison import (
    Comparison,
    Run,
    Thing,
    best,
    folded,
    main_metric,
    order,
    otherwise,
    ranked,
    verdict,
)

NAN, INF = math.nan, math.inf


def metric(*values, key="rmse"):
    return Thing("metric", key, values)


def comparison(*things, runs=2):
    return Comparison(tuple(Run(f"{n:032x}", f"run {n}", "e") for n in range(runs)), things, (), 0)


@pytest.mark.parametrize(
    ("key", "values", "expected"),
    [
        ("rmse", (3.0, 1.0, 2.0), {1}),
        ("auc", (0.3, 0.1, 0.9), {2}),
        ("bias", (-0.5, 0.1, 0.3), {1}),
        ("rmse", (1.0, 1.0, 2.0), {0, 1}),
        ("rmse", (NAN, -INF, 2.0, 3.0), {2}),
        ("auc", (INF, NAN, 0.5, 0.6), {3}),
        ("rmse", (2.0, None), set()),
        ("rmse", (NAN, INF), set()),
    ],
)
def test_the_best_value_is_finite_and_goes_by_the_direction_of_its_metric(key, values, expected):
    assert best(metric(*values, key=key)) == expected


def test_a_deleted_run_is_never_best():
    assert best(metric(1.0, 2.0, 3.0), frozenset({0})) == {1}
    told = verdict(metric(1.0, 2.0, 3.0), frozenset({0}))
    assert told is not None
    assert (told.first, told.next, told.n) == ((1,), 2, 2)


@given(st.lists(st.one_of(st.none(), st.floats(allow_nan=True, allow_infinity=True)), min_size=1))
def test_every_run_stands_once_in_an_order_and_what_is_not_finite_comes_last_in_either(values):
    thing = metric(*values)
    for reverse in (False, True):
        found = order(thing, reverse=reverse)
        assert sorted(found) == list(range(len(values)))
        known = [place in thing.finite for place in found]
        assert known == sorted(known, reverse=True)
    numbers = [thing.numbers[place] for place in ranked(thing)]
    assert numbers == sorted(numbers)


def test_parameters_that_are_numbers_are_ordered_as_numbers_and_texts_as_texts():
    assert order(Thing("param", "depth", ("10", "9", None, "1e1"))) == (1, 0, 3, 2)
    assert order(Thing("param", "model", ("b", "A", "c")), reverse=True) == (2, 0, 1)


def test_runs_equal_in_all_but_when_and_how_long_they_ran_are_one():
    things = (
        Thing("param", "depth", ("6", "6", "8", "6")),
        metric(NAN, NAN, 1.0, 2.0),
        Thing("run", "Started", ("a", "b", "c", "d")),
        Thing("run", "Duration", (1.0, 2.0, 3.0, 4.0)),
    )
    assert folded(things, (3, 1, 0, 2)) == ((3,), (1, 0), (2,))


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (("train_rmse", "valid_rmse"), "valid_rmse"),
        (("valid_rmse", "test_rmse", "train_rmse"), "test_rmse"),
        (("system/cpu_utilization", "loss"), "loss"),
        ((), None),
    ],
)
def test_the_metric_to_begin_with_is_of_data_that_the_model_has_not_seen(keys, expected):
    assert main_metric([metric(1.0, 2.0, key=key) for key in keys]) == expected


def test_a_metric_that_few_runs_have_is_not_begun_with():
    assert main_metric([metric(1.0, None, None, None, key="test_auc"), metric(1.0, 2.0, 3.0, 4.0)]) == "rmse"


@pytest.mark.parametrize(
    ("key", "values", "first", "after", "ahead"),
    [
        ("rmse", (3.0, 1.0, 2.5), (1,), 2, 1.5),
        ("auc", (0.5, 0.5, 0.25), (0, 1), 2, 0.25),
        ("bias", (-0.5, 0.25, 4.0), (1,), 0, 0.25),
        ("rmse", (1.0, 1.0), (0, 1), None, 0.0),
    ],
)
def test_the_verdict_says_who_is_first_and_how_far_ahead(key, values, first, after, ahead):
    told = verdict(metric(*values, key=key))
    assert told is not None
    assert (told.first, told.next, told.ahead) == (first, after, ahead)


def test_one_value_is_no_contest():
    assert verdict(metric(1.0, None, NAN)) is None


def test_what_the_best_did_otherwise_is_what_went_in():
    depth, same = Thing("param", "depth", ("6", "8", "6")), Thing("param", "rate", ("0.1", "0.1", "0.3"))
    user, commit = Thing("run", "User", ("a", "b", "a")), Thing("run", "Commit", ("x", "y", "x"))
    found = comparison(metric(1.0, 2.0, 3.0), depth, same, user, commit, runs=3)
    assert otherwise(found, 0, 1) == (depth, commit)


def test_runs_of_one_name_are_told_apart_by_their_ids():
    found = Comparison((Run("a" * 32, "seed", ""), Run("b" * 32, "seed", ""), Run("c" * 32, " ", "")), (), (), 0)
    assert found.titles == ("seed · aaaaaa", "seed · bbbbbb", "cccccccc")
