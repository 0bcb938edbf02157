"""Performance from counts, against scikit-learn on the raw decisions."""

from __future__ import annotations

import math
from dataclasses import fields, replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn import metrics

from tests.domain.samples import cells_of, class_cells, errors_of
from watchroom.domain.bins import score_bin, score_edges
from watchroom.domain.outcomes import Cells, Errors
from watchroom.domain.performance import binary, calibration_curve, multiclass, regression, threshold_curve
from watchroom.domain.vocabulary import metrics_for

RNG = np.random.default_rng(11)
SCORES = RNG.beta(1, 6, 5000)
OUTCOMES = (RNG.random(5000) < SCORES**1.2).astype(int)
RARE_SCORES = RNG.beta(0.4, 60, 8000)
RARE_OUTCOMES = (RNG.random(8000) < RARE_SCORES).astype(int)
SAMPLES = {"common": (SCORES, OUTCOMES, 0.3), "rare": (RARE_SCORES, RARE_OUTCOMES, 0.05)}


@pytest.fixture(params=SAMPLES)
def sample(request):
    return SAMPLES[request.param]


def pairs_in_the_same_bin(scores: np.ndarray, outcomes: np.ndarray) -> float:
    """The bound of AUC: half of the pairs that its bins cannot order, as a share of all pairs."""
    bins = score_bin(scores)
    positive, negative = (np.bincount(bins[outcomes == of], minlength=3000) for of in (1, 0))
    return float(positive @ negative) / (2 * positive.sum() * negative.sum())


@pytest.mark.parametrize(
    ("task", "found"),
    [
        ("binary", binary(cells_of([0.2], [0]))),
        ("multiclass", multiclass(class_cells(["a"], ["a"]))),
        ("regression", regression(errors_of([1], [1]))),
    ],
)
def test_every_metric_that_a_model_file_can_name_is_computed(task, found):
    assert found.keys() == set(metrics_for(task))


def test_sums_give_exactly_what_scikit_learn_gives_on_the_raw_decisions(sample):
    scores, outcomes, threshold = sample
    yes = scores >= threshold
    found = binary(cells_of(scores, outcomes, threshold=threshold))
    expected = {
        "log_loss": metrics.log_loss(outcomes, scores),
        "brier": metrics.brier_score_loss(outcomes, scores),
        "f1": metrics.f1_score(outcomes, yes),
        "precision": metrics.precision_score(outcomes, yes),
        "recall": metrics.recall_score(outcomes, yes),
        "accuracy": metrics.accuracy_score(outcomes, yes),
        "macro_f1": metrics.f1_score(outcomes, yes, average="macro"),
    }
    assert {name: found[name].value for name in expected} == pytest.approx(expected, rel=1e-12)


def test_auc_is_within_its_bound_of_the_raw_one_and_exact_on_the_binned_scores(sample):
    scores, outcomes, _ = sample
    found = binary(cells_of(scores, outcomes))["roc_auc"].value
    assert abs(found - metrics.roc_auc_score(outcomes, scores)) <= pairs_in_the_same_bin(scores, outcomes)
    assert found == pytest.approx(metrics.roc_auc_score(outcomes, score_bin(scores)), rel=1e-12)


def test_average_precision_is_scikit_learns_where_a_bin_is_one_score(sample):
    scores, outcomes, _ = sample
    found = binary(cells_of(scores, outcomes))["average_precision"].value
    assert found == pytest.approx(metrics.average_precision_score(outcomes, score_bin(scores)), rel=1e-12)
    assert found == pytest.approx(metrics.average_precision_score(outcomes, scores), abs=0.01)


def test_calibration_is_the_expected_calibration_error_over_ten_bins(sample):
    scores, outcomes, _ = sample
    place = np.minimum((scores * 10).astype(int), 9)
    gaps = [
        abs(scores[place == k].mean() - outcomes[place == k].mean()) * (place == k).mean() for k in np.unique(place)
    ]
    assert binary(cells_of(scores, outcomes))["calibration"].value == pytest.approx(sum(gaps))
    curve = calibration_curve(cells_of(scores, outcomes))
    assert curve.score == pytest.approx([scores[place == k].mean() for k in np.unique(place)])
    assert curve.rate == pytest.approx([outcomes[place == k].mean() for k in np.unique(place)])
    assert curve.n.tolist() == np.bincount(place)[np.unique(place)].tolist()
    assert ((curve.low <= curve.rate) & (curve.rate <= curve.high)).all()


def test_a_score_on_the_edge_of_a_calibration_bin_lies_in_the_bin_above():
    curve = calibration_curve(cells_of([0.0, 0.1, 0.2, 0.3, 0.6, 0.7, 0.9, 1.0], [0, 1, 0, 1, 0, 1, 0, 1]))
    assert curve.lower.tolist() == pytest.approx([0, 0.1, 0.2, 0.3, 0.6, 0.7, 0.9])
    assert curve.n.tolist() == [1, 1, 1, 1, 1, 1, 2]


def test_every_threshold_gives_what_counting_the_raw_decisions_gives(sample):
    scores, outcomes, _ = sample
    found = threshold_curve(cells_of(scores, outcomes))
    assert (found.score == score_edges()).all()
    for at in (0, 40, 1000, 1290, 1500, 2500, found.score.size - 1):
        yes = score_bin(scores) >= at
        assert [part[at] for part in (found.tn, found.fp, found.fn, found.tp)] == metrics.confusion_matrix(
            outcomes, yes
        ).ravel().tolist()


def test_macro_f1_of_many_classes_is_scikit_learns():
    real = RNG.choice(list("abcde"), 900)
    said = np.where(RNG.random(900) < 0.7, real, RNG.choice(list("abcf"), 900))
    found = multiclass(class_cells(said.tolist(), real.tolist()))
    labels = sorted(set(real) | set(said))
    expected = metrics.f1_score(real, said, average="macro", labels=labels, zero_division=0)
    assert found["macro_f1"].value == pytest.approx(expected)
    assert found["accuracy"].value == pytest.approx(metrics.accuracy_score(real, said))


@pytest.mark.parametrize("days", [1, 7, 200])
def test_a_regressions_metrics_are_scikit_learns_however_its_days_are_cut(days):
    real = RNG.normal(50, 20, 2000)
    said = real + RNG.laplace(1, 8, 2000)
    found = regression(errors_of(said, real, days))
    expected = {
        "rmse": metrics.root_mean_squared_error(real, said),
        "mae": metrics.mean_absolute_error(real, said),
        "r2": metrics.r2_score(real, said),
        "bias": (said - real).mean(),
    }
    assert {name: found[name].value for name in expected} == pytest.approx(expected)
    half = stats.norm.ppf(0.975) * stats.sem(np.abs(said - real))
    assert found["mae"].high - found["mae"].value == pytest.approx(half)
    assert found["bias"].high - found["bias"].value == pytest.approx(stats.norm.ppf(0.975) * stats.sem(said - real))


def test_the_interval_of_auc_is_delongs_on_the_raw_pairs():
    scores, outcomes = np.round(SCORES[:300], 2), OUTCOMES[:300]
    positive, negative = scores[outcomes == 1], scores[outcomes == 0]
    wins = np.where(positive[:, None] > negative, 1, np.where(positive[:, None] == negative, 0.5, 0))
    variance = wins.mean(1).var(ddof=1) / positive.size + wins.mean(0).var(ddof=1) / negative.size
    found = binary(cells_of(scores, outcomes))["roc_auc"]
    assert found.high - found.value == pytest.approx(1.959964 * math.sqrt(variance), rel=1e-5)


@cache
def draws(task: str, size: int, seed: int):
    rng = np.random.default_rng(seed)
    if task == "regression":
        real = rng.normal(0, 3, size)
        return regression(errors_of(real + rng.standard_t(8, size), real))
    scores = rng.beta(2, 3, size)
    return binary(cells_of(scores, rng.random(size) < scores, threshold=0.4))


@pytest.mark.parametrize(
    ("task", "name"),
    [("binary", m) for m in metrics_for("binary")] + [("regression", m) for m in metrics_for("regression")],
)
def test_the_interval_holds_the_truth_about_nineteen_times_in_twenty(task, name):
    truth = 0.0 if name == "calibration" else draws(task, 200_000, 0)[name].value
    found = [draws(task, 250, seed)[name] for seed in range(1, 301)]
    held = np.mean([one.low <= truth <= one.high for one in found])
    assert held >= 0.91
    if name not in ("calibration", "average_precision"):  # whose intervals are on the safe side
        assert held <= 0.99


@pytest.mark.parametrize("outcome", [0, 1])
def test_with_one_class_alone_ranking_cannot_be_told_and_the_rest_can(outcome):
    found = binary(cells_of([0.2, 0.4, 0.8], [outcome] * 3))
    assert math.isnan(found["roc_auc"].value)
    assert math.isnan(found["average_precision"].value)
    assert found["roc_auc"].rarest == 0
    assert found["brier"].value == pytest.approx(np.mean((np.array([0.2, 0.4, 0.8]) - outcome) ** 2))


def no_rows() -> Cells:
    return Cells(
        *[np.array([], object if field.name in ("predicted", "outcome") else float) for field in fields(Cells)]
    )


@pytest.mark.parametrize("cells", [no_rows(), cells_of([0.1, 0.9], [0, 1], labelled=[0, 0])])
def test_without_outcomes_every_metric_is_unknown(cells):
    assert all(math.isnan(one.value) and one.n == 0 for one in binary(cells).values())
    assert all(math.isnan(one.value) for one in multiclass(cells).values())
    assert calibration_curve(cells).n.size == 0
    assert threshold_curve(cells).tp.sum() == 0


def test_a_regression_without_outcomes_is_unknown_and_one_outcome_has_no_spread():
    assert all(math.isnan(one.value) for one in regression(Errors(*[np.array([])] * 7)).values())
    found = regression(errors_of([3.0], [1.0]))
    assert (found["rmse"].value, found["mae"].value, found["bias"].value) == (2, 2, 2)
    assert math.isnan(found["r2"].value)
    assert math.isnan(found["mae"].low)


def test_predictions_without_an_error_are_measured_without_a_warning():
    found = regression(errors_of(np.arange(50), np.arange(50)))
    assert (found["rmse"].value, found["r2"].value, found["bias"].value) == (0, 1, 0)


def test_what_does_not_need_a_score_is_told_without_one():
    found = binary(class_cells(["1", "1", "0", None], ["1", "0", "0", "1"]))
    assert found["precision"].value == 0.5
    assert math.isnan(found["roc_auc"].value)
    assert found["accuracy"].n == 3


def test_unlabelled_decisions_are_counted_and_change_no_metric():
    labelled = np.arange(5000) % 3 == 0
    half = cells_of(SCORES, OUTCOMES, labelled=labelled)
    only = cells_of(SCORES[labelled], OUTCOMES[labelled])
    assert {name: one.value for name, one in binary(half).items()} == pytest.approx(
        {name: one.value for name, one in binary(only).items()}
    )
    assert (half.decisions, half.labelled) == (5000, labelled.sum())


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60), st.integers(0, 59))
def test_the_days_that_decisions_are_split_into_change_nothing(decisions, cut):
    scores, outcomes = np.array([d[0] for d in decisions]), np.array([d[1] for d in decisions])
    together = binary(cells_of(scores, outcomes))
    parts = [cells_of(scores[of], outcomes[of]) for of in (slice(cut), slice(cut, None)) if scores[of].size]
    merged = Cells(*[np.ma.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Cells)])
    apart = binary(merged)
    for name, one in together.items():
        assert one.value == pytest.approx(apart[name].value, nan_ok=True, abs=1e-9)
        assert one.n == apart[name].n
        assert math.isnan(one.value) or name == "log_loss" or 0 <= one.value <= 1
        assert math.isnan(one.low) or one.low <= one.value + 1e-12 <= one.high + 2e-12


def test_masked_columns_as_a_database_gives_them_are_read_as_missing():
    cells = cells_of(SCORES, OUTCOMES, labelled=np.arange(5000) < 4000)
    hidden = np.array([text is None for text in cells.outcome])
    masked = replace(
        cells,
        outcome=np.ma.MaskedArray(np.where(hidden, "?", cells.outcome), hidden),
        score_bin=np.ma.MaskedArray(cells.score_bin, cells.score_bin > 2000),
    )
    kept = replace(cells, score_bin=np.where(cells.score_bin > 2000, np.nan, cells.score_bin))
    assert binary(masked) == binary(kept)


def test_errors_whose_squares_are_beyond_any_number_end_nothing():
    huge = np.array([1e160])
    none = np.array([0.0])
    with np.errstate(over="ignore"):
        found = regression(Errors(np.array([1]), huge, none, huge**2, none, none, none))
    assert found["mae"].value == 1e160
    assert found["rmse"].value == np.inf
    assert np.isnan(found["r2"].value)
