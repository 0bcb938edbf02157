"""The cut-off behind the predictions, and what another would have done, against the raw decisions."""

from __future__ import annotations

import numpy as np
import pytest

from tests.domain.samples import cells_of, class_cells
from watchroom.domain.cutoff import implied, would_be

RNG = np.random.default_rng(21)
SCORES = RNG.beta(1, 4, 4000)
OUTCOMES = RNG.random(4000) < SCORES


@pytest.mark.parametrize("threshold", [0.5, 0.3, 0.12, 0.005, 0.991])
def test_the_cutoff_of_a_model_that_cuts_its_score_is_found(threshold):
    scores = np.concatenate([SCORES, np.linspace(0, 1, 3001)])
    found = implied(cells_of(scores, scores > 0.5, threshold=threshold))
    assert found is not None
    assert found.value == pytest.approx(threshold, abs=1e-6)
    assert found.low <= threshold + 1e-9
    assert threshold - 1e-9 <= found.high
    assert (found.misfit, found.n) == (0.0, scores.size)


def test_with_few_scores_the_cutoff_is_the_roundest_number_that_fits():
    found = implied(cells_of([0.21, 0.33, 0.61, 0.9], [0, 0, 1, 1], threshold=0.6))
    assert found is not None
    assert found.value == 0.5
    assert (found.low, found.high) == (pytest.approx(0.331), pytest.approx(0.61))


def test_decisions_on_the_wrong_side_are_counted():
    scores = np.concatenate([np.linspace(0.0, 0.499, 900), np.linspace(0.5, 1, 100)])
    cells = cells_of(scores, scores > 0.5)
    cells.predicted[:7] = "1"
    found = implied(cells)
    assert found is not None
    assert found.value == 0.5
    assert found.misfit == pytest.approx(int(cells.n[:7].sum()) / 1000)


@pytest.mark.parametrize(
    "cells", [cells_of([0.1, 0.2], [0, 0]), cells_of([0.8], [1]), class_cells(["0", "1"], ["0", "1"]), cells_of([], [])]
)
def test_no_cutoff_is_told_from_one_prediction_alone_or_without_scores(cells):
    assert implied(cells) is None


@pytest.mark.parametrize("cutoff", [0.0, 0.005, 0.12, 0.29, 0.5, 0.57, 0.991, 0.99001, 1.0])
def test_the_counts_of_another_cutoff_are_those_of_the_raw_decisions(cutoff):
    labelled = RNG.random(SCORES.size) < 0.7
    found = would_be(cells_of(SCORES, OUTCOMES, labelled=labelled), cutoff)
    yes = cutoff <= SCORES
    expected = [
        int((labelled & a & b).sum())
        for a, b in ((yes, OUTCOMES), (yes, ~OUTCOMES), (~yes, OUTCOMES), (~yes, ~OUTCOMES))
    ]
    assert [found.tp, found.fp, found.fn, found.tn] == expected
    assert (found.positives, found.n, found.unlabelled) == (int(yes.sum()), SCORES.size, int((~labelled).sum()))


def test_scores_on_an_edge_of_the_grid_belong_to_the_cutoff_there():
    edges = np.arange(10, 990) / 1000
    cells = cells_of(edges, edges > 0.5)
    assert [would_be(cells, edge).positives for edge in edges] == list(range(edges.size, 0, -1))


@pytest.mark.parametrize(("cutoff", "yes"), [(1.1, 0), (float("nan"), 0), (-0.5, 4000)])
def test_a_cutoff_out_of_range_says_yes_to_none_or_to_all(cutoff, yes):
    assert would_be(cells_of(SCORES, OUTCOMES), cutoff).positives == yes
