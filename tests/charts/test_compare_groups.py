"""The chart of groups of runs: the best on top, each with its interval, its runs and n, and a sentence for it."""

from __future__ import annotations

import math

from watchroom.charts.compare_groups import Named, groups
from watchroom.domain import spread
from watchroom.domain.seed_groups import Group

HOSTILE = "<b>depth</b> 6"


def named(letter, label, *numbers):
    return Named(Group(letter, (), tuple(range(len(numbers))), numbers, spread.of(numbers)), label)


def test_each_group_has_its_mean_its_interval_and_its_runs():
    found = groups([named("A", "depth 6", 1.0, 2.0, 3.0), named("B", "depth 8", 4.0)], "rmse", "lower is better")
    runs, means = found.figure.data

    assert list(runs.x) == [1.0, 2.0, 3.0, 4.0]
    assert list(runs.y) == [0, 0, 0, 1]
    assert list(means.x) == [2.0, 4.0]
    assert math.isclose(means.error_x.array[0], 4.302652729911275 / math.sqrt(3), rel_tol=1e-9)  # t of 2 degrees
    assert means.error_x.array[1] == 0
    assert [note.text for note in found.figure.layout.annotations] == ["n 3", "n 1"]
    low, high = found.figure.layout.yaxis.range
    assert low > high  # the first, the best, on top
    assert "A (depth 6) 2, −0.484 to 4.48, of 3; B (depth 8) 4, of 1." in found.alt


def test_names_from_outside_are_text_and_groups_without_a_value_are_left_out():
    found = groups([named("A", HOSTILE, 1.0, 2.0), named("B", "nothing")], "rmse", "lower is better")
    assert list(found.figure.layout.yaxis.ticktext) == ["<b>A</b> &lt;b&gt;depth&lt;/b&gt; 6"]
    assert "<b>depth" not in found.figure.data[1].text[0]


def test_the_interval_of_two_runs_does_not_push_the_others_out_of_sight():
    found = groups([named("A", "a", 1.0, 1.2), named("B", "b", 1.1, 1.2, 1.3)], "rmse", "lower is better")
    low, high = found.figure.layout.xaxis.range
    assert 0.5 < low < 1.0
    assert high < 2
