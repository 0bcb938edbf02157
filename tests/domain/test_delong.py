"""DeLong's comparison of two AUCs, against its definition, scikit-learn, and a published example."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import roc_auc_score

from watchroom.domain import delong


def by_definition(score_a, score_b, positive):
    """AUCs and covariance from the structural components, pair by pair (DeLong et al. 1988, equations 4 to 6)."""
    first, second = [], []
    for score in (score_a, score_b):
        pairs = score[positive][:, None] - score[~positive][None, :]
        right = (pairs > 0) + 0.5 * (pairs == 0)
        first.append(right.mean(axis=1))
        second.append(right.mean(axis=0))
    aucs = [one.mean() for one in first]
    return aucs, np.cov(first) / positive.sum() + np.cov(second) / (~positive).sum()


def scores(rows, seed, ties):
    random = np.random.default_rng(seed)
    positive = random.random(rows) < 0.3
    shared = random.normal(size=rows) + positive
    a, b = shared + random.normal(size=rows), shared + 0.5 * random.normal(size=rows)
    return (np.round(a, 1), np.round(b, 1), positive) if ties else (a, b, positive)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("rows", [12, 60, 300])
def test_it_is_delongs_definition_and_the_auc_is_scikit_learns(rows, ties):
    a, b, positive = scores(rows, rows, ties)
    found = delong.compare(a, b, positive)
    aucs, covariance = by_definition(a, b, positive)
    assert (found.auc_a, found.auc_b) == pytest.approx(aucs)
    assert (found.auc_a, found.auc_b) == pytest.approx((roc_auc_score(positive, a), roc_auc_score(positive, b)))
    np.testing.assert_allclose(found.covariance, covariance, rtol=1e-9)
    error = math.sqrt(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1])
    law = stats.norm(aucs[1] - aucs[0], error)
    assert (found.low, found.high) == pytest.approx(law.interval(0.95))
    assert found.p_value == pytest.approx(2 * stats.norm.sf(abs(found.difference) / error))
    assert found.b_better == pytest.approx(law.sf(0))


OVARIAN = """
3.0 5.8 10 0  3.2 6.3 5 1  3.9 6.8 3 1  2.8 4.8 6 0  3.2 5.8 3 1  0.9 4.0 5 0  2.5 5.7 8 0  1.6 5.6 5 1  3.8 5.7 5 1
3.7 6.7 6 1  3.2 5.4 4 1  3.8 6.6 6 1  4.1 6.6 5 1  3.6 5.7 5 1  4.3 7.0 4 1  3.6 6.7 4 0  2.3 4.4 6 1  4.2 7.6 4 0
4.0 6.6 6 0  3.5 5.8 6 1  3.8 6.8 7 1  3.0 4.7 8 0  4.5 7.4 5 1  3.7 7.4 5 1  3.1 6.6 6 1  4.1 8.2 6 1  4.3 7.0 5 1
4.3 6.5 4 1  3.2 5.1 5 1  2.6 4.7 6 1  3.3 6.8 6 0  1.7 4.0 7 0  3.7 6.1 5 1  3.3 6.3 7 1  4.2 7.7 6 1  3.5 6.2 5 1
2.9 5.7 9 0  2.1 4.8 7 1  2.8 6.2 8 0  4.0 7.0 7 1  3.3 5.7 6 1  3.7 6.9 5 1  3.6 6.6 5 1
"""
"""Albumin, total protein, K-G score and outcome of 43 patients of DeLong et al. (1988), from the documentation of SAS's
PROC LOGISTIC, example `Comparing Receiver Operating Characteristic Curves`."""


def test_areas_and_standard_errors_of_delongs_own_example_are_the_published_ones():
    _, protein, score, outcome = np.array(OVARIAN.split(), float).reshape(-1, 4).T
    found = delong.compare(score, -protein, outcome == 0)
    assert (found.positives, found.negatives) == (12, 31)
    assert (found.auc_a, found.auc_b) == pytest.approx((0.7258, 0.6478), abs=5e-5)
    assert np.sqrt(np.diag(found.covariance)) == pytest.approx((0.1028, 0.1000), abs=5e-5)


@given(st.integers(0, 10_000), st.booleans())
def test_only_the_order_of_the_scores_matters_and_swapping_turns_the_answer_round(seed, ties):
    a, b, positive = scores(40, seed, ties)
    positive[:2], positive[2:4] = True, False
    found, back = delong.compare(a, b, positive), delong.compare(np.exp(b), 3 * a - 1, positive)
    assert found.difference == pytest.approx(-back.difference, abs=1e-12)
    assert found.b_better == pytest.approx(1 - back.b_better)
    assert found.p_value == pytest.approx(back.p_value)


def test_decisions_without_either_score_are_left_out():
    a, b, positive = scores(80, 3, ties=False)
    a[:5], b[3:9] = np.nan, np.nan
    found, without = delong.compare(a, b, positive), delong.compare(a[9:], b[9:], positive[9:])
    assert found.n == 71
    assert found.p_value == without.p_value


@pytest.mark.parametrize(
    ("positive", "why"),
    [([], "no outcomes"), ([True] * 4, "one class"), ([False] * 4, "one class"), ([True, False, False, False], "one")],
)
def test_without_both_classes_nothing_is_said_of_the_difference(positive, why):
    found = delong.compare(np.arange(len(positive)), np.arange(len(positive))[::-1], positive)
    assert why in found.why
    assert all(math.isnan(part) for part in (found.low, found.high, found.p_value, found.b_better))


def test_versions_that_rank_alike_do_not_differ_at_all():
    a, _, positive = scores(50, 7, ties=True)
    found = delong.compare(a, a * 2 + 1, positive)
    assert (found.difference, found.low, found.high, found.p_value, found.b_better) == (0, 0, 0, 1, 0.5)


def test_two_perfect_and_opposite_rankings_leave_the_normal_law_nothing_to_say():
    positive = np.array([True, True, False, False])
    found = delong.compare(positive * 1.0, 1.0 - positive, positive)
    assert (found.auc_a, found.auc_b, found.difference) == (1, 0, -1)
    assert math.isnan(found.low)
    assert found.why
