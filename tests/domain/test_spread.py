"""Mean and spread over seeds, and Welch's comparison, against SciPy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from watchroom.domain import spread

SEEDS_A = [0.911, 0.904, 0.917, 0.909, 0.898]
SEEDS_B = [0.921, 0.919, 0.934, 0.915, 0.926, 0.93]


def test_the_interval_of_a_mean_is_students():
    found = spread.of(SEEDS_A)
    expected = stats.t.interval(0.95, 4, np.mean(SEEDS_A), stats.sem(SEEDS_A))
    assert (found.n, found.mean, found.sd) == (
        5,
        pytest.approx(np.mean(SEEDS_A)),
        pytest.approx(np.std(SEEDS_A, ddof=1)),
    )
    assert (found.low, found.high) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("values", "n", "mean"), [([], 0, math.nan), ([math.nan], 0, math.nan), ([2.5], 1, 2.5), ([2.5, math.nan], 1, 2.5)]
)
def test_one_run_has_a_mean_and_no_spread(values, n, mean):
    found = spread.of(values)
    assert (found.n, found.mean) == (n, pytest.approx(mean, nan_ok=True))
    assert all(math.isnan(part) for part in (found.sd, found.low, found.high))


def test_a_run_that_diverged_is_not_left_out():
    found = spread.of([0.5, math.inf])
    assert found.mean == math.inf
    assert math.isnan(found.sd)
    assert math.isnan(spread.of([math.inf, -math.inf]).mean)
    assert math.isnan(spread.between([0.5, math.inf], [0.1, 0.2], "lower").b_better)


@pytest.mark.parametrize("better", ["higher", "lower"])
def test_two_groups_are_compared_as_welch_does(better):
    found = spread.between(SEEDS_A, SEEDS_B, better)
    test = stats.ttest_ind(SEEDS_B, SEEDS_A, equal_var=False, alternative="greater")
    both = stats.ttest_ind(SEEDS_B, SEEDS_A, equal_var=False).confidence_interval(0.95)
    assert found.difference == pytest.approx(np.mean(SEEDS_B) - np.mean(SEEDS_A))
    assert (found.low, found.high) == pytest.approx((both.low, both.high), rel=1e-9)
    above = 1 - test.pvalue
    assert found.b_better == pytest.approx(above if better == "higher" else 1 - above, rel=1e-9)
    assert (found.n_a, found.n_b) == (5, 6)


@given(
    st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=8),
    st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=8),
    st.sampled_from(["higher", "lower"]),
)
def test_to_swap_the_groups_turns_the_answer_round(a, b, better):
    there, back = spread.between(a, b, better), spread.between(b, a, better)
    assert there.difference == pytest.approx(-back.difference)
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low))
    assert there.b_better == pytest.approx(1 - back.b_better)


@pytest.mark.parametrize(
    ("a", "b", "better", "expected"),
    [
        ([1.0, 1.0], [2.0, 2.0], "higher", 1.0),
        ([1.0, 1.0], [2.0, 2.0], "lower", 0.0),
        ([1.0, 1.0], [1.0, 1.0], "lower", 0.5),
    ],
)
def test_what_no_seed_moves_leaves_nothing_to_chance(a, b, better, expected):
    found = spread.between(a, b, better)
    assert found.low == found.difference == found.high
    assert found.b_better == expected


@pytest.mark.parametrize(("a", "b"), [([1.0], [2.0, 3.0]), ([1.0, 2.0], [3.0]), ([], [3.0])])
def test_one_run_is_too_few_to_compare(a, b):
    found = spread.between(a, b, "higher")
    assert all(math.isnan(part) for part in (found.low, found.high, found.b_better))


def test_a_metric_best_near_zero_has_a_difference_and_no_better_side():
    found = spread.between([-1.0, -1.1], [0.2, 0.1], "zero")
    assert found.low < found.difference < found.high
    assert math.isnan(found.b_better)
