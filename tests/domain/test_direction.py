"""Which way an input pushes is told where it pushes one way, and not where it does not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import rankdata, spearmanr

from watchroom.domain.direction import ONE_WAY, of_numbers, of_texts, rank_in
from watchroom.domain.seriation import similar_first

X = np.linspace(-3, 3, 200)
NOISE = np.random.default_rng(1).normal(size=200)


@pytest.mark.parametrize(
    ("values", "shap", "way"),
    [
        (X, X, "up"),
        (X, -np.exp(X), "down"),
        (X, X**2, "varying"),
        (X, NOISE, "varying"),
        (X, X + NOISE / 2, "up"),
        (X, np.zeros(200), "none"),
        (np.ones(200), NOISE, "none"),
        (X[:19], X[:19], "none"),
        (np.full(200, np.nan), NOISE, "none"),
        (np.where(X < 0, np.nan, X), np.where(X < 0, 9.0, X), "up"),
    ],
)
def test_the_direction_of_a_number(values: np.ndarray, shap: np.ndarray, way: str):
    assert of_numbers(values, shap).way == way


def test_the_limit_is_spearmans_correlation_as_scipy_has_it():
    shap = X + 2.2 * NOISE
    correlation = spearmanr(X, shap).statistic
    assert of_numbers(X, shap).way == ("up" if correlation >= ONE_WAY else "varying")


def test_a_flag_names_the_value_that_pushes_up():
    flag = (X > 0).astype(float)
    assert (of_numbers(flag, 0.5 * flag).value, of_numbers(flag, 0.5 * flag).effect) == ("1", 0.5)
    assert of_numbers(flag, -0.5 * flag).value == "0"


class TestCategories:
    def test_the_one_with_the_greatest_mean_is_named(self):
        found = of_texts(["a"] * 50 + ["b"] * 50, np.r_[np.full(50, 0.2), np.full(50, 0.7)])
        assert (found.way, found.value, found.effect) == ("category", "b", pytest.approx(0.7))

    def test_a_missing_value_may_be_the_one(self):
        found = of_texts(["a"] * 50 + [None] * 50, np.r_[np.zeros(50), np.ones(50)])
        assert (found.way, found.value) == ("category", None)

    def test_a_category_that_is_the_empty_text_is_not_taken_for_a_missing_one(self):
        assert of_texts(["a"] * 50 + [""] * 50, np.r_[np.zeros(50), np.ones(50)]).value == ""

    def test_a_rare_one_is_not_named(self):
        found = of_texts(["a"] * 95 + ["b"] * 96 + ["rare"] * 9, np.r_[np.zeros(95), np.ones(96), np.full(9, 50.0)])
        assert found.value == "b"

    def test_a_single_one_tells_nothing(self):
        assert of_texts(["a"] * 50, np.ones(50)).way == "none"


@given(st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), min_size=1, max_size=60))
def test_ranks_go_from_nothing_to_one_in_the_order_of_the_values(given_values: list[float | None]):
    values = np.array([np.nan if value is None else value for value in given_values])
    found = rank_in(values)
    known = ~np.isnan(values)
    assert np.isnan(found[~known]).all()
    if known.any() and np.ptp(values[known]) > 0:
        ranks = rankdata(values[known])
        np.testing.assert_allclose(found[known], (ranks - ranks.min()) / np.ptp(ranks))


@given(st.lists(st.lists(st.floats(-100, 100), min_size=3, max_size=3), max_size=40))
def test_an_order_of_rows_has_each_row_once(rows: list[list[float]]):
    matrix = np.array(rows, np.float64).reshape(len(rows), 3)
    assert sorted(similar_first(matrix)) == list(range(len(rows)))


def test_rows_of_one_group_stand_together():
    rng = np.random.default_rng(2)
    centres = np.array([[5, 0, 0], [0, 5, 0], [-5, -5, 5]])
    group = rng.integers(0, 3, 90)
    found = group[similar_first(centres[group] + rng.normal(0, 0.2, (90, 3)))]
    assert (np.diff(found) != 0).sum() == 2
