"""Where runs were repeated the answer goes by group, and groups have short names that tell them apart."""

from __future__ import annotations

import math
from zoneinfo import ZoneInfo

import pytest

from watchroom.domain.comparison import Comparison, Run, Thing
from watchroom.domain.seed_groups import groups, usual
from watchroom.ui.compare_group_names import short_names
from watchroom.ui.compare_repeats import answer, because, cautions, repeated
from watchroom.ui.compare_words import deleted_words

ZONE = ZoneInfo("UTC")
RMSE = Thing("metric", "rmse", (0.20, 0.60, 0.61, 0.39, 0.40, 0.41))
SEED = Thing("param", "seed", ("1", "2", "3", "1", "2", "3"))
DEPTH = Thing("param", "depth", ("6", "6", "6", "8", "8", "8"))
NAMES = ("search-01-s1", "search-01-s2", "search-01-s3", "search-02-s1", "search-02-s2", "search-02-s3")


def comparison(*things, deleted=(), names=NAMES):
    runs = (Run(f"{n}" * 32, name, "e", n in deleted) for n, name in enumerate(names))
    return Comparison(tuple(runs), things, (), 0)


def test_the_best_is_the_group_with_the_best_mean_and_the_best_single_run_is_called_lucky():
    found = comparison(RMSE, SEED, DEPTH)
    told = repeated(found, "rmse", ZONE)
    assert told is not None
    assert answer(found, told) == (
        "depth 8 is best by mean rmse: 0.4000 (3 runs, standard deviation 0.01), lower by 0.07 (14.9 %) than depth 6 "
        "with 0.4700 (3 runs, standard deviation 0.234)."
    )
    assert because(found, told, ZONE) == (
        "What it did otherwise than the next: depth 8 instead of 6. The best single run, search-01-s1 with 0.2000, is "
        "one lucky run of 3 of depth 6, whose mean is 0.4700."
    )
    assert cautions(found, told)[0].startswith("It may be chance: the 95 % interval of the difference is −0.")
    assert told.groups[0].values == groups(usual(found), RMSE)[0].values  # the view of groups has the same first


def test_seeds_of_one_kind_have_a_mean_and_no_winner():
    found = comparison(RMSE, SEED)
    told = repeated(found, "rmse", ZONE)
    assert told is not None
    assert answer(found, told) == (
        "6 runs of the same settings have a mean rmse of 0.4350 (standard deviation 0.153), from 0.2000 to 0.6100."
    )


@pytest.mark.parametrize(
    "things",
    [
        (RMSE, Thing("param", "depth", tuple("123456"))),
        (RMSE, SEED, Thing("package", "sklearn", tuple("112233"))),
        (Thing("metric", "rmse", (1.0, math.nan, None, 2.0, None, None)), SEED, DEPTH),
    ],
)
def test_runs_that_do_not_repeat_each_other_are_told_by_run(things):
    assert repeated(comparison(*things), "rmse", ZONE) is None


def test_a_group_that_ran_once_is_not_believed_at_once():
    found = comparison(RMSE, SEED, Thing("param", "depth", ("6", "7", "7", "8", "8", "8")))
    told = repeated(found, "rmse", ZONE)
    assert told is not None
    assert answer(found, told).startswith(
        "search-01-s1 is best by mean rmse: 0.2000 (1 run), lower by 0.2 (50.0 %) than"
    )
    assert "It ran once: nothing tells how much of its lead is luck." in cautions(found, told)[0]


def test_deleted_runs_are_of_no_group():
    found = comparison(RMSE, SEED, DEPTH, deleted=(3, 4, 5))
    told = repeated(found, "rmse", ZONE)
    assert told is None or all(place < 3 for group in told.groups for place in group.places)


@pytest.mark.parametrize(
    ("deleted", "expected"),
    [
        ((), []),
        ((1,), ["1 run of them is deleted in MLflow, and never counts as best."]),
        ((1, 2), ["2 of the runs are deleted in MLflow, and never count as best."]),
    ],
)
def test_deleted_runs_are_counted_in_a_sentence(deleted, expected):
    assert deleted_words(comparison(RMSE, deleted=deleted)) == expected


LONG = ("random_forest_with_many_trees", "random_forest_with_few_trees", "gradient_boosting_of_many_trees")
ALGORITHM = Thing("param", "algorithm", tuple(name for name in LONG for _ in range(2)))
THREE = tuple(f"{name}-s{n}" for name in ("forest", "few", "boost") for n in (1, 2))


@pytest.mark.parametrize(
    ("things", "names", "expected"),
    [
        # What is the same in all, and what only says again what is said, is left out.
        ((Thing("param", "x", ("m",) * 6), DEPTH, Thing("param", "twin", tuple("aaabbb"))), NAMES,
         {"depth 6", "depth 8"}),
        ((Thing("param", "C", (None, None, None, "1", "1", "1")),), NAMES, {"C not set", "C 1"}),
        ((DEPTH, Thing("param", "rate", tuple("112112"))), NAMES,
         {"depth 6 · rate 1", "depth 6 · rate 2", "depth 8 · rate 1", "depth 8 · rate 2"}),
        # Long values: by the names of the runs, by a tag, whichever is shorter.
        ((ALGORITHM,), THREE, {"forest", "few", "boost"}),
        ((ALGORITHM,), ("a", "b", "c", "d", "e", "f"), {"kind v1", "kind v2", "kind v3"}),
    ],
)  # fmt: skip
def test_groups_are_called_by_the_little_that_tells_them_apart(things, names, expected):
    tag = Thing("tag", "kind", ("v1", "v1", "v2", "v2", "v3", "v3"))
    found = comparison(RMSE, *things, tag, names=names)
    every = groups(things, RMSE)
    called = short_names(found, things, every, ZONE)
    assert set(called) == expected
    assert len(called) == len(every)
