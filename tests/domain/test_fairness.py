"""Groups beside each other: published intervals, ratios by hand, and how often the line is crossed by chance."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats.contingency import relative_risk

from watchroom.domain.fairness import BEST, FOUR_FIFTHS, METRICS_OF, MIN_DECISIONS, compare, interval, together

NAN = float("nan")


def side_by_side(metric, value, n, variance=None, block=None):
    value, n = np.array(value, float), np.array(n, float)
    blocks = np.zeros(value.size, int) if block is None else np.array(block)
    spread = np.full(value.size, np.nan) if variance is None else np.array(variance, float)
    return compare(metric, blocks, value, n, spread)


@pytest.mark.parametrize(
    ("cases", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_of_a_rate_is_the_published_one(cases, n, low, high):
    """The examples of Newcombe 1998, Statistics in Medicine 17, table I, method 3."""
    found = interval("selection_rate", np.array([cases / n]), np.array([float(n)]), np.array([NAN]))
    assert [round(float(end[0]), 4) for end in found] == [low, high]


def test_the_interval_of_a_mean_is_the_normal_one_and_a_size_is_never_below_zero():
    low, high = interval("mean_error", np.array([1.0, 1.0]), np.array([100.0, 1.0]), np.array([400.0, NAN]))
    assert (low[0], high[0]) == (pytest.approx(1 - 1.96 * 2, abs=1e-3), pytest.approx(1 + 1.96 * 2, abs=1e-3))
    assert np.isnan([low[1], high[1]]).all()
    assert interval("mae", np.array([1.0]), np.array([100.0]), np.array([400.0]))[0][0] == 0.0


def test_the_four_fifths_example_of_the_guidelines():
    """48 of 80 applicants of one group and 12 of 40 of the other are hired: 30 % / 60 % is under four fifths."""
    found = side_by_side("selection_rate", [0.6, 0.3], [80, 40])
    assert list(found.ratio) == [1.0, 0.5]
    assert list(found.best) == [0, 0]
    assert list(found.status) == ["above", "unclear"]  # 120 applicants leave it open whether it is chance
    assert list(side_by_side("selection_rate", [0.6, 0.3], [800, 400]).status) == ["above", "below"]


@pytest.mark.parametrize(("own", "best"), [((300, 1000), (600, 1000)), ((45, 4000), (130, 9000))])
def test_the_interval_of_a_ratio_is_katz_s_when_cases_are_many(own, best):
    found = side_by_side("selection_rate", [own[0] / own[1], best[0] / best[1]], [own[1], best[1]])
    katz = relative_risk(*own, *best).confidence_interval(0.95)
    assert found.low[0] == pytest.approx(katz.low, rel=0.02)
    assert found.high[0] == pytest.approx(min(katz.high, 1.0), rel=0.02)


def test_of_error_rates_the_lowest_is_the_best_and_the_ratio_is_turned_round():
    found = side_by_side("error_rate", [0.1, 0.3], [5000, 5000])
    assert list(found.ratio) == [1.0, pytest.approx(1 / 3)]


@pytest.mark.parametrize("metric", sorted(BEST.keys() - {"selection_rate"}))
def test_only_selection_has_a_side_of_the_line(metric):
    found = side_by_side(metric, [0.1, 0.9, 0.1], [5000, 5000, 5], [0.01, 0.01, 0.01])
    assert list(found.status) == ["none", "none", "small"]


@pytest.mark.parametrize("metric", [metric for metric, best in BEST.items() if best is None])
def test_where_zero_is_good_there_is_no_ratio(metric):
    found = side_by_side(metric, [0.1, -0.3], [500, 5])
    assert np.isnan(found.ratio).all()
    assert list(found.best) == [-1, -1]
    assert list(found.status) == ["none", "small"]


def test_a_small_group_is_never_the_best_and_never_an_alarm():
    found = side_by_side("selection_rate", [1.0, 0.5, 0.4, 0.0], [MIN_DECISIONS - 1, 500, 500, 12])
    assert list(found.best) == [1, 1, 1, 1]
    assert list(found.ratio) == [1.0, 1.0, pytest.approx(0.8), 0.0]
    assert list(found.status) == ["small", "above", "unclear", "small"]


@pytest.mark.parametrize(
    ("value", "n", "status"),
    [
        ([0.5], [500], ["none"]),
        ([0.5, 0.1], [500, 5], ["none", "small"]),
        ([0.5, NAN], [500, 0], ["none", "small"]),
        ([0.0, 0.0], [500, 500], ["none", "none"]),
        ([NAN, NAN], [0, 0], ["small", "small"]),
        ([], [], []),
    ],
)
def test_without_two_groups_to_compare_there_is_no_ratio(value, n, status):
    found = side_by_side("selection_rate", value, n)
    assert np.isnan(found.ratio).all()
    assert set(found.best.tolist()) <= {-1}
    assert list(found.status) == status


def test_a_group_without_an_error_is_the_best_and_the_interval_says_how_sure_that_is():
    few = side_by_side("false_positive_rate", [0.0, 0.02], [100, 100])
    many = side_by_side("false_positive_rate", [0.0, 0.02], [10_000, 10_000])
    assert list(few.ratio) == list(many.ratio) == [1.0, 0.0]
    assert few.high[1] > 0.8 > many.high[1]
    assert list(side_by_side("error_rate", [0.0, 0.0], [99, 99]).ratio) == [1.0, 1.0]


def test_sizes_of_errors_are_compared_by_their_means():
    found = side_by_side("mae", [10.0, 20.0, 0.0], [400, 400, 5], [100.0, 400.0, 0.0])
    assert found.ratio[2] == 1.0
    half = 1.96 * np.sqrt(2) * 0.05  # each mean is known to 5 %
    assert (found.low[1], found.high[1]) == (pytest.approx(0.5 * np.exp(-half), rel=1e-3), pytest.approx(0.574, 1e-2))


def test_each_block_has_its_own_best_and_of_equal_ones_the_first():
    found = side_by_side("selection_rate", [0.2, 0.2, 0.1, 0.9], [99, 99, 99, 99], block=[0, 0, 1, 1])
    assert list(found.best) == [0, 0, 3, 3]


def test_the_ratio_s_interval_holds_the_truth_in_about_nineteen_of_twenty_periods():
    rng = np.random.default_rng(1)
    size, rates = np.array([400, 900]), np.array([0.12, 0.2])
    seen = rng.binomial(size, rates, (2000, 2)) / size
    found = compare(
        "selection_rate", np.repeat(np.arange(2000), 2), seen.ravel(), np.tile(size, 2000) * 1.0, np.full(4000, NAN)
    )
    held = (found.low[::2] <= 0.6) & (found.high[::2] >= 0.6)
    assert 0.93 <= held.mean() <= 0.98


def test_groups_that_are_treated_alike_hardly_ever_lie_below_the_line():
    rng = np.random.default_rng(2)
    size, block = np.full(8000, 300.0), np.repeat(np.arange(2000), 4)
    seen = rng.binomial(300, 0.15, 8000) / 300
    found = compare("selection_rate", block, seen, size, np.full(8000, NAN))
    assert (found.status == "below").mean() < 0.02


def drawn(rates, n, draws=3000):
    """In which share of periods some group lies below the line."""
    rng = np.random.default_rng(4)
    groups, size = len(rates), draws * len(rates)
    seen = rng.binomial(n, np.broadcast_to(rates, (draws, groups))) / n
    found = compare(
        "selection_rate", np.repeat(np.arange(draws), groups), seen.ravel(), np.full(size, float(n)), np.full(size, NAN)
    )
    return (found.status == "below").reshape(draws, groups).any(axis=1).mean()


@pytest.mark.parametrize(
    ("groups", "n", "rate"), [(2, 40, 0.3), (3, 40, 0.3), (5, 60, 0.2), (20, 40, 0.3), (20, 100, 0.1), (100, 200, 0.05)]
)
def test_however_many_equal_groups_there_are_one_below_the_line_is_rare(groups, n, rate):
    """Without the correction it was some group in 34 % of periods with 20 groups of 40, in 97 % with 100 of 200."""
    assert drawn([rate] * groups, n) <= 0.05


@pytest.mark.parametrize("best", [1, 10])
def test_groups_that_lie_on_the_line_itself_are_rarely_called_below_it(best):
    assert drawn([0.3] * best + [0.24] * (20 - best), 2000) <= 0.05


def test_many_groups_do_not_hide_one_that_is_far_behind():
    assert drawn([0.3] * 19 + [0.15], 2000) > 0.95


def test_every_metric_of_a_task_says_which_value_is_best():
    assert {metric for metrics in METRICS_OF.values() for metric in metrics} == BEST.keys()
    assert FOUR_FIFTHS == 0.8


def test_periods_together_are_what_all_their_decisions_are():
    rng = np.random.default_rng(3)
    parts = [rng.normal(5, 2, size) for size in (40, 300, 75)]
    every = np.concatenate(parts)
    mean, n = (np.array([of(part) for part in parts], float) for of in (np.mean, len))
    spread = np.array([part.var(ddof=1) for part in parts])
    high = interval("mean_error", mean, n, spread)[1]
    unit = np.array([0, 0, 0, 1])  # the last group has no decision that tells it
    found = together(unit, np.append(mean, NAN), np.append(high, NAN), np.append(n, 0))
    assert (found.value[0], found.n[0]) == (pytest.approx(every.mean()), every.size)
    assert found.variance[0] == pytest.approx(every.var(ddof=1), rel=0.05)
    assert np.isnan(found.value[1])
    assert found.n[1] == 0
    assert together(np.empty(0, int), *np.empty((3, 0))).value.size == 0
