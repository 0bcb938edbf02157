"""What drives a model and how that changes, against scikit-learn, a published example and simulations."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import ndcg_score

from watchroom.domain.attribution import (
    MIN_ROWS,
    NDCG_LIMIT,
    Attributions,
    change,
    ndcg,
    shifts,
    weights,
)

COLLEGE = ({"SAT score": 0.70, "GPA": 0.50, "Class rank": 0.05}, {"SAT score": 0.10, "GPA": 0.20, "Class rank": 0.70})
"""The example of a feature ranking that is reversed, of SageMaker Clarify's documentation."""


def drawn(rng: np.random.Generator, sizes, n: int) -> Attributions:
    """SHAP values whose mean absolute values are `sizes` in the long run."""
    values = rng.normal(size=(n, len(sizes))) * np.sqrt(np.pi / 2) * np.array(sizes)
    return Attributions(tuple(f"f{i}" for i in range(len(sizes))), values)


def named(sizes) -> dict[str, float]:
    return {f"f{i}": size for i, size in enumerate(sizes)}


def test_a_weight_is_the_mean_absolute_value_and_its_part_of_all():
    found = weights(("age", "speed"), np.array([[1.0, -3.0], [-1.0, -3.0]]))
    assert [(w.feature, w.mean_abs, w.mean, w.share, w.rank, w.n) for w in found] == [
        ("speed", 3.0, -3.0, 0.75, 1, 2),
        ("age", 1.0, 0.0, 0.25, 2, 2),
    ]


def test_equal_weights_are_ranked_by_name():
    assert [w.feature for w in weights(("b", "a"), np.ones((3, 2)))] == ["a", "b"]


@pytest.mark.parametrize("values", [np.zeros((4, 2)), np.empty((0, 2))])
def test_without_any_weight_there_is_no_share(values):
    found = weights(("b", "a"), values)
    assert [w.rank for w in found] == [1, 2]
    assert [w.feature for w in found] == ["a", "b"]
    assert np.isnan([w.share for w in found]).all()
    assert np.isnan([w.mean_abs for w in found]).all() == (len(values) == 0)


def test_ndcg_of_the_published_reversed_ranking():
    before, now = COLLEGE
    by_hand = (0.05 + 0.5 / np.log2(3) + 0.7 / 2) / (0.7 + 0.5 / np.log2(3) + 0.05 / 2)
    assert ndcg(before, now) == pytest.approx(by_hand, abs=1e-12)
    assert round(ndcg(before, now), 2) == 0.69
    assert ndcg(before, before) == 1.0


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=2, max_size=12).filter(
        lambda pairs: any(gain for gain, _ in pairs)
    )
)
def test_ndcg_is_scikit_learns_also_with_ties(pairs):
    before, now = (np.array(side, float) for side in zip(*pairs, strict=True))
    assert ndcg(named(before), named(now)) == pytest.approx(ndcg_score([before], [now]), abs=1e-12)


def test_an_input_that_one_side_does_not_have_counts_as_nothing_there():
    assert ndcg({"a": 1.0, "b": 0.5}, {"b": 0.7, "c": 9.0}) == ndcg(
        {"a": 1.0, "b": 0.5, "c": 0.0}, {"a": 0.0, "b": 0.7, "c": 9.0}
    )


@pytest.mark.parametrize("before", [{}, {"a": 0.0, "b": 0.0}, {"a": np.nan, "b": 1.0}])
def test_ndcg_has_no_value_where_nothing_mattered_before(before):
    assert np.isnan(ndcg(before, {"a": 1.0, "b": 2.0} if before else {}))


@pytest.mark.parametrize(
    ("before", "now", "n"),
    [((1, 0.5, 0.05), (0.4, 0.45, 1), 100), ((1, 0.5, 0.3, 0.2, 0.1), (0.4, 0.6, 0.5, 0.4, 0.1), 600)],
)
def test_the_interval_holds_the_long_run_value_in_about_nineteen_of_twenty_months(before, now, n):
    rng, truth = np.random.default_rng(5), ndcg(named(before), named(now))
    found = [change(drawn(rng, before, n), drawn(rng, now, n)) for _ in range(150)]
    assert 0.9 <= np.mean([one.low <= truth <= one.high for one in found]) <= 1.0


def test_the_same_drivers_are_never_called_changed():
    rng, sizes = np.random.default_rng(7), (1, 0.95, 0.9, 0.3, 0.1)
    found = [change(drawn(rng, sizes, MIN_ROWS), drawn(rng, sizes, MIN_ROWS)) for _ in range(150)]
    assert {one.status for one in found} == {"stable"}


def test_a_change_has_its_value_rows_and_the_input_that_moved_most():
    rng = np.random.default_rng(3)
    before, now = drawn(rng, (1, 0.5, 0.05), 500), drawn(rng, (0.1, 0.2, 0.9), 400)
    found = change(before, now)
    sizes = (np.abs(side.values).mean(axis=0) for side in (before, now))
    assert found.value == pytest.approx(ndcg(*(named(size) for size in sizes)))
    assert found.low <= found.value <= found.high < NDCG_LIMIT
    assert (found.status, found.feature, found.n, found.against_n) == ("drifted", "f2", 400, 500)
    assert found.share_before < 0.1 < 0.6 < found.share


def test_a_value_below_the_limit_that_may_be_chance_is_no_change():
    rng = np.random.default_rng(4)
    found = [change(drawn(rng, (1, 0.5, 0.05), 100), drawn(rng, (0.42, 0.45, 0.47), 100)) for _ in range(40)]
    unsure = [one for one in found if one.value < NDCG_LIMIT <= one.high]
    assert unsure
    assert {one.status for one in unsure} == {"stable"}


@pytest.mark.parametrize("n", [0, 1, MIN_ROWS - 1])
def test_too_few_rows_tell_nothing(n):
    rng = np.random.default_rng(6)
    found = change(drawn(rng, (1, 0.1), 500), drawn(rng, (0.1, 1), n))
    assert (found.status, found.n) == ("no data", n)


def test_nothing_has_moved_when_nothing_matters():
    empty = Attributions(("a", "b"), np.zeros((200, 2)))
    found = change(empty, empty)
    assert (found.status, found.feature) == ("no data", None)
    assert np.isnan([found.value, found.low, found.high, found.share]).all()


def test_the_order_of_inputs_and_a_second_look_change_nothing():
    rng = np.random.default_rng(8)
    before, now = drawn(rng, (1, 0.5, 0.3), 300), drawn(rng, (0.6, 0.5, 0.4), 300)
    turned = Attributions(now.features[::-1], now.values[:, ::-1])
    assert change(before, now) == change(before, now) == change(before, turned)


def test_two_thousand_rows_of_thirty_inputs_take_less_than_fifty_milliseconds():
    rng = np.random.default_rng(9)
    sides = [drawn(rng, np.linspace(1, 0.1, 30), 2000) for _ in range(2)]
    took = []
    for _ in range(5):
        start = time.perf_counter()
        change(*sides)
        took.append(time.perf_counter() - start)
    assert min(took) < 0.05


def test_shifts_come_with_the_greatest_move_first_and_know_new_and_lost_inputs():
    before = weights(("a", "b", "gone"), np.array([[0.6, 0.3, 0.1]]))
    now = weights(("a", "b", "new"), np.array([[0.1, 0.3, 0.6]]))
    found = shifts(before, now)
    assert [(s.feature, s.rank_before, s.rank) for s in found] == [
        ("new", None, 1),
        ("a", 1, 3),
        ("gone", 3, None),
        ("b", 2, 2),
    ]
    assert (found[0].share_before, found[2].share) == (0.0, 0.0)
