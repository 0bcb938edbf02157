"""Performance estimated without outcomes, against the truth that simulated outcomes show, and scikit-learn."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression

from tests.domain.samples import cells_of, class_cells
from watchroom.domain.estimated import ESTIMATED, calibration_of, estimated_binary, isotonic
from watchroom.domain.performance import binary


def world(n: int, seed: int, *, shift: float = 0.0, concept: float = 0.0, warp: float = 1.0):
    """Scores and outcomes of a model. `shift` moves the cases, `concept` how likely they are, `warp` miscalibrates."""
    rng = np.random.default_rng(seed)
    feature = rng.normal(shift, 1, n)
    chance = 1 / (1 + np.exp(-(1.5 * feature - 1)))
    likely = 1 / (1 + np.exp(-(1.5 * feature - 1 + concept)))
    return chance**warp, (rng.random(n) < likely).astype(int)


REFERENCE = cells_of(*world(40_000, 1))


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(1, 50)), min_size=1, max_size=60))
def test_pooling_adjacent_violators_is_scikit_learns_isotonic_regression(points):
    values, weights = np.array([p[0] for p in points]), np.array([p[1] for p in points])
    at = np.arange(values.size)
    expected = IsotonicRegression().fit(at, values, weights).predict(at)
    np.testing.assert_allclose(isotonic(values, weights), expected, atol=1e-9)


def test_the_calibration_is_scikit_learns_on_the_binned_scores():
    scores, outcomes = world(3000, 4, warp=2.0)
    scores = np.round(scores, 2)  # so that a bin holds one score
    model = IsotonicRegression(out_of_bounds="clip").fit(scores, outcomes)
    at = np.linspace(0, 1, 301)
    np.testing.assert_allclose(calibration_of(cells_of(scores, outcomes))(at), model.predict(at), atol=1e-9)


@pytest.mark.parametrize("shift", [0.0, 0.7, -0.7])
@pytest.mark.parametrize("warp", [1.0, 2.0])
def test_the_estimate_follows_the_truth_when_the_cases_change_also_with_scores_off_calibration(shift, warp):
    reference = cells_of(*world(40_000, 1, warp=warp))
    now = cells_of(*world(40_000, 2, shift=shift, warp=warp))
    estimated, truth = estimated_binary(now, reference), binary(now)
    assert estimated.keys() == set(ESTIMATED)
    for name, one in estimated.items():
        error = (truth[name].high - truth[name].low) / 2 / 1.96
        assert abs(one.value - truth[name].value) < 5 * error, name  # of two samples of this size, and the calibration
        assert one.low < one.value < one.high


def test_a_shift_of_the_cases_moves_estimate_and_truth_alike():
    before, after = (cells_of(*world(40_000, seed, shift=shift)) for seed, shift in ((2, 0.0), (3, -0.8)))
    for name in ESTIMATED:
        moved = binary(after)[name].value - binary(before)[name].value
        estimated = estimated_binary(after, REFERENCE)[name].value - estimated_binary(before, REFERENCE)[name].value
        assert estimated == pytest.approx(moved, abs=0.02)


def test_a_change_of_the_concept_is_not_seen_as_its_documentation_says():
    changed = cells_of(*world(40_000, 2, concept=-1.5))
    same = cells_of(*world(40_000, 2))
    assert binary(changed)["precision"].value < binary(same)["precision"].value - 0.1
    estimates = [estimated_binary(now, REFERENCE)["precision"].value for now in (changed, same)]
    assert estimates[0] == pytest.approx(estimates[1])


def test_outcomes_that_are_known_change_no_estimate():
    scores, outcomes = world(2000, 5)
    unlabelled = estimated_binary(cells_of(scores, outcomes, labelled=np.zeros(2000)), REFERENCE)
    labelled = estimated_binary(cells_of(scores, outcomes), REFERENCE)
    for name in ESTIMATED:
        assert unlabelled[name].value == pytest.approx(labelled[name].value, abs=1e-3)
        assert unlabelled[name].n == labelled[name].n


def test_about_nineteen_in_twenty_periods_realize_a_metric_within_the_interval():
    held = {name: 0 for name in ESTIMATED}
    for seed in range(10, 210):
        period = cells_of(*world(400, seed))
        realized = binary(period)
        for name, one in estimated_binary(period, REFERENCE).items():
            held[name] += one.low <= realized[name].value <= one.high
    # The cases are given, so the outcomes vary less than the interval allows for a new period.
    assert all(count >= 180 for count in held.values()), held


@pytest.mark.parametrize(
    "reference",
    [
        cells_of(*world(20, 1)),
        cells_of(np.linspace(0, 1, 500), np.zeros(500)),
        cells_of(*world(500, 1), labelled=np.zeros(500)),
    ],
)
def test_a_reference_with_too_few_outcomes_gives_no_estimate(reference):
    assert all(math.isnan(one.value) for one in estimated_binary(cells_of(*world(500, 2)), reference).values())


def test_without_scores_there_is_no_estimate():
    cells = class_cells(["1", "0"] * 50, ["1", "1"] * 50)
    assert all(math.isnan(one.value) for one in estimated_binary(cells, REFERENCE).values())
