"""What is said of runs side by side: the answer, what to know before it is believed, and two groups in words."""

from __future__ import annotations

import math
from zoneinfo import ZoneInfo

import pytest

from watchroom.domain import spread
from watchroom.domain.comparison import Comparison, Run, Same, Thing
from watchroom.domain.seed_groups import Group, groups
from watchroom.domain.spread import Difference
from watchroom.ui.compare_words import (
    answer,
    because,
    cautions,
    difference_cautions,
    difference_words,
    group_name,
    percent,
    unlike_problems,
)

ZONE = ZoneInfo("UTC")


def comparison(*things, deleted=(), same=()):
    runs = tuple(Run(f"{n}" * 32, f"run-{n}", "e", n in deleted) for n in range(len(things[0].values) if things else 2))
    return Comparison(runs, things, same, 0)


def rmse(*values):
    return Thing("metric", "rmse", values)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((0.5, 0.4), "run-1 is best by rmse: 0.4000, lower by 0.1 (20.0 %) than run-0 with 0.5000."),
        (
            (0.5, 0.4, 0.8),
            "run-1 is best by rmse: 0.4000, lower by 0.1 (20.0 %) than run-0 with 0.5000; the median of 3 is 0.5000.",
        ),
        ((1.0, 1.0, 2.0), "run-0 and run-1 share the best rmse: 1, lower by 1 (50.0 %) than the next."),
        ((1.0, math.nan), "Only 1 run of 2 has a finite rmse."),
        ((None, math.inf), "None of the 2 runs has a finite rmse."),
    ],
)
def test_the_answer_names_the_best_and_by_how_much(values, expected):
    assert answer(comparison(rmse(*values)), "rmse") == expected


@pytest.mark.parametrize(
    ("found", "metric", "expected"),
    [
        (comparison(same=(Same("metric", "rmse", 2.0),)), "rmse", "All 2 runs have the same rmse: 2."),
        (comparison(), None, "2 runs are alike in everything that was logged."),
        (
            comparison(Thing("param", "a", ("1", "2"))),
            None,
            "No metric differs between these 2 runs; 1 other thing does.",
        ),
    ],
)
def test_where_no_metric_differs_that_is_said(found, metric, expected):
    assert answer(found, metric) == expected


@pytest.mark.parametrize(
    ("things", "expected"),
    [
        ((), "Nothing that went in differs between the two: what lies between them may be chance."),
        (
            (Thing("param", "depth", ("8", "6")), Thing("param", "rate", (None, "0.1"))),
            "What it did otherwise than the next: depth 8 instead of 6 and rate not set instead of 0.1.",
        ),
        (
            (*(Thing("param", f"p{n}", ("a", "b")) for n in range(5)), Thing("param", "long", ("x" * 99, "y" * 99))),
            "What it did otherwise than the next: p0 a instead of b, p1 a instead of b, p2 a instead of b, "
            "another long and 2 more differences.",
        ),
    ],
)
def test_what_the_best_did_otherwise_is_brief(things, expected):
    assert because(comparison(rmse(1.0, 2.0), *things), "rmse", ZONE) == expected


def test_a_best_that_failed_or_saw_other_data_is_not_believed_at_once():
    found = comparison(
        rmse(1.0, 2.0, 0.5),
        Thing("run", "Status", ("FAILED", "FINISHED", "FINISHED")),
        Thing("data", "validation", ("a #1", "a #2", "a #1")),
        Thing("data", "training", ("t #1", "t #2", "t #1")),
        deleted=(2,),
    )
    assert cautions(found, "rmse") == [
        "The best run's status is FAILED: its figure may not be final.",
        "The two were not measured on the same data (validation): their figures need not compare.",
        "1 run of them is deleted in MLflow, and never counts as best.",
    ]
    assert cautions(comparison(rmse(1.0, 2.0)), "rmse") == []


def two_groups(a, b):
    values = (*a, *b)
    side = Thing("param", "side", ("a",) * len(a) + ("b",) * len(b))
    return {group.values[0]: group for group in groups((side,), rmse(*values))}


def told(a, b):
    found = two_groups(a, b)
    difference = spread.between(found["a"].numbers, found["b"].numbers, "lower")
    return difference_words(found["a"], found["b"], difference, "rmse", "lower")


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (
            (1.0, 1.1, 1.2), (2.0, 2.1, 2.2),
            "Group A is better by 1 (95 % interval 0.773 to 1.23), over 99.9 % probable. 3 against 3 runs.",
        ),
        (
            (2.0, 2.1, 2.2), (1.0, 1.1, 1.2),
            "Group A is better by 1 (95 % interval 0.773 to 1.23), over 99.9 % probable. 3 against 3 runs.",
        ),
        (
            (1.0, 3.0), (1.5, 3.5),
            "Group A is better by 0.5 (95 % interval −5.58 to 6.58), 62 % probable; it may be chance. "
            "2 against 2 runs.",
        ),
        (
            (1.0,), (2.0, 2.5),
            "The mean rmse of group B is 1.25 above that of group A; whether that is more than chance cannot be told: "
            "it takes two runs of each (1 against 2 runs).",
        ),
    ],
)  # fmt: skip
def test_two_groups_are_compared_in_words_from_the_better_one_s_side(a, b, expected):
    assert told(a, b) == expected


def test_a_metric_that_is_best_near_zero_gets_no_probability():
    found = two_groups((1.0, 1.2), (2.0, 2.2))
    difference = Difference(1.0, 0.5, 1.5, math.nan, 2, 2)
    text = difference_words(found["a"], found["b"], difference, "bias", "zero")
    assert text == "Group B lies 1 above group A (95 % interval 0.5 to 1.5), 2 against 2 runs."


def test_few_runs_and_many_groups_are_warned_of():
    found = two_groups((1.0, 1.2), (2.0, 2.2, 2.4))
    few, many = difference_cautions(found["a"], found["b"], 12)
    assert "two runs only" in few
    assert "best of 12 groups looks better than it is" in many
    wide = two_groups((1.0, 1.2, 1.3), (2.0, 2.2, 2.4))
    assert difference_cautions(wide["a"], wide["b"], 2) == []


@pytest.mark.parametrize(
    ("chance", "expected"),
    [(0.5, "50 %"), (0.974, "97 %"), (0.996, "99.6 %"), (0.99999, "over 99.9 %"), (1.0, "over 99.9 %")],
)
def test_a_few_runs_give_no_certainty(chance, expected):
    assert percent(chance) == expected


def test_a_group_is_called_by_what_tells_it_from_the_others():
    things = (Thing("param", "depth", ()), Thing("param", "list", ()), Thing("param", "rate", ()))
    group = Group("A", ("6", "x," * 30, None), (0,), (), spread.of(()))
    assert group_name(things, (1, 0, 2), group, ZONE) == "depth 6 · list " + ("x," * 30)[:39] + "…"
    assert group_name(things, (2,), group, ZONE) == "all others"


def test_a_best_over_experiments_that_share_no_data_is_said_to_say_little():
    experiment = Thing("run", "Experiment", ("fraud", "fraud", "claims"))
    data = Thing("data", "training", ("a", "b", "c"))
    runs = tuple(Run(str(place), "", "") for place in range(3))
    assert unlike_problems(Comparison(runs, (experiment, data), (), 0)) == [
        "They are of 2 experiments, of which some share no data: a best over all of them says little."
    ]
    shared = Thing("data", "validation", ("v", "v", "v2"))
    same = Thing("data", "validation", ("v", "w", "v"))
    assert unlike_problems(Comparison(runs, (experiment, shared), (), 0)) != []
    assert unlike_problems(Comparison(runs, (experiment, same), (), 0)) == []
    assert unlike_problems(Comparison(runs, (data,), (), 0)) == []
