"""Groups of runs: what they are grouped by until somebody chooses, and the spread of a metric in each."""

from __future__ import annotations

import math

import pytest

from watchroom.domain.comparison import Comparison, Run, Thing
from watchroom.domain.seed_groups import groups, is_seed, letter, seeds, telling, usual

RMSE = Thing("metric", "rmse", (1.0, 3.0, 5.0, 7.0, math.nan))
DEPTH = Thing("param", "depth", ("6", "6", "8", "8", "8"))
SEED = Thing("param", "seed", ("1", "2", "1", "2", "3"))


def comparison(*things):
    return Comparison(tuple(Run(str(place), "", "") for place in range(5)), things, (), 0)


@pytest.mark.parametrize(
    "key", ["seed", "random_state", "data.seed", "model-random_seed", "fold", "Seed", "randomState"]
)
def test_what_is_varied_to_see_chance_is_known_by_its_name(key):
    assert is_seed(Thing("param", key, ("1", "2")))


@pytest.mark.parametrize("key", ["seedling_height", "scaffold", "depth", "repeatable"])
def test_what_only_sounds_like_a_seed_is_none(key):
    assert not is_seed(Thing("param", key, ("1", "2")))


def test_runs_are_grouped_by_all_that_differs_but_seeds():
    data = Thing("data", "training", ("a", "a", "a", "a", "b"))
    assert usual(comparison(RMSE, DEPTH, SEED, data)) == (DEPTH, data)


@pytest.mark.parametrize("marks", [("a", "b", "c", "d", "e"), ("the best", None, None, None, None)])
def test_a_tag_tears_no_run_from_its_other_seeds(marks):
    assert usual(comparison(RMSE, DEPTH, SEED, Thing("tag", "note", marks))) == (DEPTH,)


def test_copies_of_a_run_count_once_and_are_told():
    rmse = Thing("metric", "rmse", (1.0, 1.0, 1.0, 5.0, 5.0))
    depth = Thing("param", "depth", ("6", "6", "6", "8", "8"))
    seed = Thing("param", "seed", ("1", "1", "2", None, None))
    assert seeds(comparison(rmse, depth, seed)) == (seed,)
    first, second = groups((depth,), rmse, seeds=(seed,))
    assert (first.numbers, first.copies, first.without) == ((1.0, 1.0), 1, 0)
    assert (second.numbers, second.copies) == ((5.0, 5.0), 0), "where no seed is known each run counts"


def test_groups_stand_from_the_best_mean_on_and_values_that_are_not_finite_do_not_count():
    first, second = groups((DEPTH,), RMSE)
    assert (first.letter, first.values, first.places, first.spread.mean) == ("A", ("6",), (0, 1), 2.0)
    assert (second.letter, second.numbers, second.without, second.spread.mean) == ("B", (5.0, 7.0), 1, 6.0)


def test_a_group_without_a_value_comes_last_and_deleted_runs_are_of_no_group():
    accuracy = Thing("metric", "accuracy", (None, None, 0.5, 0.9, 0.1))
    found = groups((DEPTH,), accuracy, frozenset({3}))
    assert [(group.values, group.places) for group in found] == [(("8",), (2, 4)), (("6",), (0, 1))]
    assert math.isnan(found[1].spread.mean)


def test_without_a_grouping_all_runs_are_one_group():
    (only,) = groups((), RMSE)
    assert only.places == (0, 1, 2, 3, 4)


@pytest.mark.parametrize(("place", "expected"), [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ")])
def test_letters_go_on_as_the_columns_of_a_sheet(place, expected):
    assert letter(place) == expected


def test_what_tells_groups_apart_comes_first_when_it_has_more_values():
    same = Thing("param", "model", ("m",) * 5)
    rate = Thing("param", "rate", ("1", "2", "3", "4", "4"))
    things = (same, DEPTH, rate)
    assert telling(things, groups(things, RMSE)) == (2, 1)
