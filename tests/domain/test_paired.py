"""The paired bootstrap, against SciPy's, scikit-learn's metrics, and what it should hold in the long run."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics

from watchroom.domain.paired import MIN_DAYS, compare
from watchroom.domain.paired_metrics import Answers
from watchroom.domain.worth import ErrorWorth, OutcomeWorth, worth

MONEY = OutcomeWorth(true_positive=120, false_positive=-15, false_negative=-200, true_negative=0)


def answers(prediction, score=None, money=None):
    nothing = np.full(len(prediction), np.nan)
    return Answers(nothing if score is None else score, np.asarray(prediction), nothing if money is None else money)


def binary(rows=400, seed=1):
    random = np.random.default_rng(seed)
    outcome = (random.random(rows) < 0.3) * 1.0
    found = []
    for noise in (1.4, 1.0):
        score = 1 / (1 + np.exp(-(2 * outcome - 1.5 + noise * random.normal(size=rows))))
        said = (score >= 0.5) * 1.0
        found.append(answers(said, score, worth(MONEY, said, outcome)))
    return (*found, outcome)


def regression(rows=300, seed=2):
    random = np.random.default_rng(seed)
    outcome = 50 + 10 * random.normal(size=rows)
    shared = random.normal(size=rows)
    found = [outcome + 4 * shared + spread * random.normal(size=rows) for spread in (2.0, 1.5)]
    return *(answers(one, None, worth(ErrorWorth(-0.4, -1.5), one, outcome)) for one in found), outcome


def classes(rows=300, seed=3):
    random = np.random.default_rng(seed)
    names = np.array(["bus", "tram", "rail"], dtype=object)
    outcome = names[random.integers(0, 3, rows)]
    found = [np.where(random.random(rows) < right, outcome, names[random.integers(0, 3, rows)]) for right in (0.5, 0.7)]
    return (*(answers(one.astype(object)) for one in found), outcome)


SCORES = {
    "average_precision": metrics.average_precision_score,
    "log_loss": metrics.log_loss,
    "brier": metrics.brier_score_loss,
}
PREDICTIONS = {
    "f1": metrics.f1_score,
    "precision": metrics.precision_score,
    "recall": metrics.recall_score,
    "accuracy": metrics.accuracy_score,
    "macro_f1": lambda real, said: metrics.f1_score(real, said, average="macro"),
    "rmse": metrics.root_mean_squared_error,
    "mae": metrics.mean_absolute_error,
    "r2": metrics.r2_score,
}


@pytest.mark.parametrize(("task", "made"), [("binary", binary), ("multiclass", classes), ("regression", regression)])
def test_both_values_are_scikit_learns(task, made):
    a, b, outcome = made()
    found = {one.metric: one for one in compare(task, a, b, outcome, replicates=10)}
    real = outcome.astype(str) if task == "multiclass" else outcome
    for name, one in found.items():
        for value, said in ((one.value_a, a), (one.value_b, b)):
            if name == "worth":
                assert value == pytest.approx(said.worth.mean())
            elif name in SCORES:
                assert value == pytest.approx(SCORES[name](real, said.score))
            else:
                given = said.prediction.astype(str) if task == "multiclass" else said.prediction
                assert value == pytest.approx(PREDICTIONS[name](real, given))
        assert one.difference == pytest.approx(one.value_b - one.value_a)
    assert len(found) == {"binary": 8, "multiclass": 2, "regression": 4}[task]


def squared(a, b, outcome):
    return math.sqrt(np.mean((b - outcome) ** 2)) - math.sqrt(np.mean((a - outcome) ** 2))


def f1(a, b, outcome):
    first, second = (2 * (said * outcome).sum() / (said.sum() + outcome.sum()) for said in (a, b))
    return second - first


@pytest.mark.parametrize(
    ("task", "made", "metric", "statistic"),
    [("regression", regression, "rmse", squared), ("binary", binary, "f1", f1)],
)
def test_the_interval_is_that_of_scipys_paired_bootstrap(task, made, metric, statistic):
    a, b, outcome = made(rows=150)
    found = {one.metric: one for one in compare(task, a, b, outcome, replicates=4000)}[metric]
    other = stats.bootstrap(
        (a.prediction, b.prediction, outcome),
        statistic,
        paired=True,
        vectorized=False,
        method="percentile",
        n_resamples=1500,
        rng=np.random.default_rng(5),
    )
    tenth = 0.15 * other.standard_error  # chance of either's draws
    assert found.low == pytest.approx(other.confidence_interval.low, abs=tenth)
    assert found.high == pytest.approx(other.confidence_interval.high, abs=tenth)
    above = float((other.bootstrap_distribution > 0).mean())
    assert found.b_better == pytest.approx(above if found.better == "higher" else 1 - above, abs=0.04)


def test_the_interval_of_a_mean_is_that_of_the_normal_law_when_there_are_many():
    a, b, outcome = regression(rows=5000)
    found = {one.metric: one for one in compare("regression", a, b, outcome)}["worth"]
    each = b.worth - a.worth
    law = stats.norm(each.mean(), stats.sem(each))
    assert (found.low, found.high) == pytest.approx(law.interval(0.95), abs=0.2 * stats.sem(each))
    assert found.b_better == pytest.approx(law.sf(0), abs=0.02)


@pytest.mark.parametrize("metric", ["mae", "rmse"])
def test_the_interval_holds_the_long_run_difference_in_nineteen_of_twenty_samples(metric):
    held, truth = 0, {"mae": math.sqrt(2 / math.pi) * (math.hypot(4, 1.5) - math.hypot(4, 2.0))}
    truth["rmse"] = math.hypot(4, 1.5) - math.hypot(4, 2.0)
    for seed in range(300):
        a, b, outcome = regression(rows=200, seed=seed)
        found = {one.metric: one for one in compare("regression", a, b, outcome, replicates=400, seed=seed)}[metric]
        held += found.low <= truth[metric] <= found.high
    assert 0.91 <= held / 300 <= 0.985


def test_the_same_decisions_give_the_same_answer_in_any_order_of_blocks_and_at_every_run():
    a, b, outcome = binary()
    assert compare("binary", a, b, outcome, replicates=50) == compare("binary", a, b, outcome, replicates=50)


def test_versions_that_say_the_same_do_not_differ():
    a, _, outcome = binary()
    for one in compare("binary", a, a, outcome, replicates=50):
        assert (one.difference, one.low, one.high, one.b_better) == (0, 0, 0, 0.5)


def test_a_metric_uses_the_decisions_for_which_both_said_something():
    a, b, outcome = binary()
    a.score[:40], b.score[30:50], a.prediction[:7] = np.nan, np.nan, np.nan
    found = {one.metric: one for one in compare("binary", a, b, outcome, replicates=20)}
    assert (found["brier"].n, found["average_precision"].n, found["f1"].n, found["worth"].n) == (350, 350, 393, 400)
    assert found["brier"].value_a == pytest.approx(np.mean((a.score - outcome)[50:] ** 2))


def test_what_nobody_logged_has_no_metric():
    _, _, outcome = binary()
    nothing = answers(np.full(outcome.size, np.nan))
    assert compare("binary", nothing, nothing, outcome) == ()
    assert compare("binary", *binary(rows=0)) == ()


def test_precision_of_a_version_that_never_says_yes_is_not_told():
    a, b, outcome = binary()
    silent = answers(np.zeros(outcome.size), a.score, a.worth)
    found = {one.metric: one for one in compare("binary", silent, b, outcome, replicates=50)}
    assert math.isnan(found["precision"].value_a)
    assert math.isnan(found["precision"].difference)
    assert found["precision"].why == "a version never says 1"
    assert found["recall"].value_a == 0


def test_a_precision_that_rests_on_one_yes_is_not_given_an_interval():
    a, b, outcome = binary()
    once = np.zeros(outcome.size)
    once[0] = 1
    found = {one.metric: one for one in compare("binary", answers(once, a.score), b, outcome, replicates=400)}
    assert math.isnan(found["precision"].low)
    assert found["precision"].why == "often a version never says 1"


def test_errors_too_large_to_square_cost_the_other_metrics_nothing():
    a, b, outcome = regression()
    b.prediction[3] = 1e200
    found = {one.metric: one for one in compare("regression", a, b, outcome, replicates=20)}
    assert math.isnan(found["rmse"].low)
    assert found["rmse"].why == "the errors are too large to be squared"
    assert math.isfinite(found["mae"].low)


def days_of(rows, count):
    """Days of different lengths, in no order."""
    return np.random.default_rng(7).integers(0, count, rows)


def test_from_enough_days_on_the_interval_is_that_of_whole_days_drawn_one_by_one():
    a, b, outcome = binary(rows=300)
    days = days_of(300, 25)
    found = {one.metric: one for one in compare("binary", a, b, outcome, days, replicates=4000)}
    assert {one.method for one in found.values()} == {"bootstrap by day"}
    random, drawn = np.random.default_rng(11), {name: [] for name in ("brier", "roc_auc")}
    for _ in range(500):
        rows = np.concatenate([np.flatnonzero(days == day) for day in random.integers(0, 25, 25)])
        real = outcome[rows]
        drawn["brier"].append(np.mean((b.score[rows] - real) ** 2) - np.mean((a.score[rows] - real) ** 2))
        drawn["roc_auc"].append(np.subtract(*(metrics.roc_auc_score(real, one.score[rows]) for one in (b, a))))
    tail = stats.norm.cdf(-stats.t(24).ppf(0.975) * math.sqrt(25 / 24))
    for name, differences in drawn.items():
        near = 0.25 * np.std(differences)  # chance of either's draws
        assert (found[name].low, found[name].high) == pytest.approx(
            np.quantile(differences, (tail, 1 - tail)), abs=near
        )
    assert found["roc_auc"].value_b == pytest.approx(metrics.roc_auc_score(outcome, b.score))


def test_on_days_that_move_their_decisions_together_the_interval_holds_nineteen_times_of_twenty():
    held, random = {"by day": 0, "by decision": 0}, np.random.default_rng(3)
    days = np.repeat(np.arange(40), 20)
    silent = np.full(days.size, np.nan)
    for seed in range(200):
        worth_b = random.normal(size=40)[days] + random.normal(size=days.size)
        a, b = answers(silent, None, np.zeros(days.size)), answers(silent, None, worth_b)
        for name, given in (("by day", days), ("by decision", None)):
            (found,) = compare("regression", a, b, np.zeros(days.size), given, replicates=200, seed=seed)
            held[name] += found.low <= 0 <= found.high
    assert 0.91 <= held["by day"] / 200 <= 0.985
    assert held["by decision"] / 200 < 0.7


@pytest.mark.parametrize(("count", "method"), [(MIN_DAYS, "bootstrap by day"), (MIN_DAYS - 1, "bootstrap")])
def test_with_few_days_single_decisions_are_drawn(count, method):
    a, b, outcome = regression(rows=200)
    (one, *_) = compare("regression", a, b, outcome, np.arange(200) % count, replicates=20)
    assert one.method == method


def test_classes_too_are_compared_by_whole_days():
    a, b, outcome = classes(rows=200)
    days = days_of(200, 30)
    found = {one.metric: one for one in compare("multiclass", a, b, outcome, days, replicates=50)}
    assert found["macro_f1"].low <= found["macro_f1"].difference <= found["macro_f1"].high
