"""What is usual for an input, and how unusual one value is, by the reference's counts."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from watchroom.domain.binned import Bins
from watchroom.domain.bins import EXACT_VALUES, MISSING, bins_of_numbers, decile_of_bins, deciles_of, edges_of
from watchroom.domain.usual import standing, usual


def numbers(values: list[float] | np.ndarray) -> Bins:
    """Bins as the profile makes them of a reference."""
    reference = np.asarray(values, dtype=np.float64)
    edges = edges_of(reference)
    codes = bins_of_numbers(reference, edges)
    bins = np.array([MISSING, *range(len(edges) + 1)])
    return Bins(
        kind="number", bin=bins, lower=np.array([np.nan, np.nan, *edges]), upper=np.array([np.nan, *edges, np.nan]),
        decile=np.array([-1, *decile_of_bins(edges, deciles_of(reference))]),
        reference=np.array([(codes == code).sum() for code in bins]), std=1.0,
        exact=len(np.unique(reference[np.isfinite(reference)])) <= EXACT_VALUES,
    )  # fmt: skip


def categories(*counts: int, missing: int = 0) -> Bins:
    n = len(counts)
    return Bins(
        kind="category", bin=np.array([*range(n), MISSING]), lower=np.full(n + 1, np.nan), upper=np.full(n + 1, np.nan),
        decile=np.zeros(n + 1, int), reference=np.array([*counts, missing]), std=math.nan,
    )  # fmt: skip


MANY = np.random.default_rng(3).lognormal(4, 1, 5000)


class TestANumber:
    def test_the_usual_range_is_from_the_5th_to_the_95th_percentile(self):
        found = usual(numbers(MANY), ())
        assert (found.low, found.high) == pytest.approx(tuple(np.quantile(MANY, [0.05, 0.95])), rel=1e-3)
        assert (found.least, found.greatest) == pytest.approx((MANY.min(), MANY.max()))
        assert found.n == 5000

    @pytest.mark.parametrize("at", [0.02, 0.3, 0.5, 0.97, 0.999])
    def test_a_value_stands_where_that_share_lies_below_it(self, at: float):
        value = float(np.quantile(MANY, at))
        found = standing(numbers(MANY), (), value)
        assert found.below == pytest.approx(at, abs=0.006)
        assert found.below + found.above == pytest.approx(1)
        assert found.unusual == (at < 0.05 or at > 0.95)
        assert not found.new

    def test_of_few_values_the_shares_are_exact_and_leave_the_value_itself_out(self):
        found = standing(numbers([1] * 20 + [2] * 30 + [3] * 50), (), 2)
        assert (found.below, found.above, found.share) == pytest.approx((0.2, 0.5, 0.3))

    @pytest.mark.parametrize(("value", "below"), [(0.5, 0.0), (99.0, 1.0)])
    def test_a_value_beyond_the_reference_is_new(self, value: float, below: float):
        found = standing(numbers([1, 2, 3, 4]), (), value)
        assert (found.new, found.unusual, found.below) == (True, True, below)

    def test_a_percentile_of_whole_numbers_is_whole(self):
        found = usual(numbers(np.random.default_rng(1).integers(0, 400, 3000)), ())
        assert (found.low, found.high) == (round(found.low), round(found.high))

    def test_missing_says_how_often_it_is(self):
        assert standing(numbers([1.0, 2.0, 3.0, math.nan]), (), None).share == 0.25
        assert standing(numbers([1.0, 2.0]), (), None).new

    def test_text_in_a_number_says_nothing(self):
        assert math.isnan(standing(numbers([1, 2, 3]), (), "abc").below)

    def test_without_a_reference_nothing_is_said(self):
        assert math.isnan(usual(numbers([]), ()).low)
        assert math.isnan(standing(numbers([]), (), 1.0).below)

    @given(some.lists(some.integers(-50, 50), min_size=1, max_size=60), some.integers(-60, 60))
    def test_exact_shares_are_those_of_the_values(self, values: list[int], value: int):
        found = standing(numbers(values), (), float(value))
        assert found.below == pytest.approx(np.mean(np.array(values) < value))
        assert found.above == pytest.approx(np.mean(np.array(values) > value))


class TestACategory:
    def test_its_share_and_the_most_frequent_come_first(self):
        bins = categories(10, 60, 30)
        assert usual(bins, ("a", "b", "c", "")).shares == (("b", 0.6), ("c", 0.3), ("a", 0.1))
        assert standing(bins, ("a", "b", "c", ""), "c").share == 0.3

    def test_one_that_the_reference_does_not_have_is_new(self):
        found = standing(categories(10, 90), ("a", "b", ""), "z")
        assert (found.share, found.new, found.unusual) == (0, True, True)

    @pytest.mark.parametrize(
        ("known", "value"),
        [(("3", "4"), 3.0), (("3", "4"), "3"), (("true", "false"), True), (("true", "false"), 1.0)],
    )
    def test_a_number_to_the_model_is_the_category_that_the_profile_has(
        self, known: tuple[str, ...], value: float | str
    ):
        found = standing(categories(70, 30), (*known, ""), value)
        assert (found.new, found.share) == (False, 0.7)

    def test_a_boolean_is_looked_up_as_the_profile_writes_it(self):
        bins = categories(70, 30)
        assert standing(bins, ("false", "true", ""), True).share == 0.3
        assert standing(bins, ("false", "true", ""), 0.0).share == 0.7


class TestANumberOfFewValues:
    def test_its_values_are_told_by_their_shares(self):
        flag = numbers([0] * 92 + [1] * 8)
        assert usual(flag, ()).shares == (("0", 0.92), ("1", 0.08))
        assert standing(flag, (), 1).share == pytest.approx(0.08)
        assert not standing(flag, (), 1).unusual

    def test_one_between_them_is_new_and_a_rare_one_unusual(self):
        found = numbers([0] * 60 + [1] * 2 + [2] * 38)
        assert standing(found, (), 0.5).new
        assert standing(found, (), 1).unusual

    def test_one_of_more_values_keeps_its_range(self):
        assert usual(numbers(list(range(6)) * 10), ()).shares == ()
