"""What cut-offs earn, and which is best: against the raw decisions, scikit-learn, and a world whose truth is known."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import confusion_matrix, precision_score, recall_score, roc_curve

from tests.domain.samples import cells_from, cells_of, class_cells
from watchroom.domain.bins import SCORE_BINS, score_bin, score_edges
from watchroom.domain.profit import (
    FEWEST,
    NEVER,
    Scored,
    Stakes,
    at,
    costlier,
    curve,
    cutoffs,
    days_of_service,
    earned,
    implied_ratio,
    in_use,
    place_of,
    scored_by_block,
    stakes,
)
from watchroom.domain.profit_best import DRAWS, best
from watchroom.domain.worth import OutcomeWorth, worth

RNG = np.random.default_rng(5)
SCORES = np.concatenate([RNG.beta(1, 4, 6000), [0.0, 0.0, 1.0, 1.0, 0.3, 0.3]])
OUTCOMES = np.concatenate([RNG.random(6000) < SCORES[:6000], [0, 1, 0, 1, 0, 1]]).astype(bool)
FRAUD = OutcomeWorth(110, -40, 0, 0)
ODD = OutcomeWorth(50, -20, -90, 3)


def counted(scores: np.ndarray, outcomes: np.ndarray, *, days: int = 1, known: np.ndarray | None = None) -> Scored:
    """Raw decisions as counts, each on a day at random; those that are not `known` have no outcome."""
    day = np.random.default_rng(1).integers(0, days, len(scores))
    return on_days(scores, outcomes, day, np.ones(len(scores), bool) if known is None else known)


def on_days(scores: np.ndarray, outcomes: np.ndarray, day: np.ndarray, known: np.ndarray) -> Scored:
    """Raw decisions as counts by day."""
    days = int(day.max()) + 1
    parts = [cells_of(scores[of], outcomes[of], labelled=known[of]) for of in (day == one for one in range(days))]
    frame = pd.concat([pd.DataFrame(part.__dict__).assign(block=one) for one, part in enumerate(parts)])
    cells = cells_from(frame.drop(columns="block"))
    return scored_by_block(cells, frame["block"].to_numpy(np.int64), days)


class TestWhatEachCutoffEarns:
    @pytest.mark.parametrize("cutoff", [0.0, 0.00123, 0.05, 0.3, 0.301, 0.5, 0.98, 0.9951, 1.0, NEVER])
    @pytest.mark.parametrize("terms", [FRAUD, ODD])
    def test_the_money_is_that_of_every_single_decision(self, cutoff, terms):
        found = curve(counted(SCORES, OUTCOMES))
        brute = worth(terms, (cutoff - 1e-12 <= SCORES).astype(int), OUTCOMES.astype(int)).sum()
        assert earned(found, terms)[place_of(cutoff)] == pytest.approx(brute)

    @pytest.mark.parametrize("cutoff", [0.0, 0.05, 0.3, 0.5, 0.98])
    def test_the_kinds_are_those_of_scikit_learn(self, cutoff):
        place, said = at(curve(counted(SCORES, OUTCOMES)), cutoff), cutoff <= SCORES
        (tn, fp), (fn, tp) = confusion_matrix(OUTCOMES, said, labels=[False, True])
        assert (place.tp, place.fp, place.fn, place.tn) == (tp, fp, fn, tn)
        assert place.precision == pytest.approx(precision_score(OUTCOMES, said))
        assert place.recall == pytest.approx(recall_score(OUTCOMES, said))

    def test_the_curve_is_the_roc_of_scores_on_the_grid(self):
        edges = score_edges()[score_bin(SCORES)]
        fpr, tpr, cuts = roc_curve(OUTCOMES, edges, drop_intermediate=False)
        found = curve(counted(SCORES, OUTCOMES))
        place = [place_of(cut) for cut in cuts[1:]]
        assert found.tp[place] / OUTCOMES.sum() == pytest.approx(tpr[1:])
        assert found.fp[place] / (~OUTCOMES).sum() == pytest.approx(fpr[1:])

    def test_alerts_count_decisions_without_an_outcome_too(self):
        found = curve(counted(SCORES, OUTCOMES, known=np.arange(len(SCORES)) % 2 == 0))
        assert at(found, 0.3).alerts == (SCORES >= 0.3).sum()
        assert at(found, 0.3).tp + at(found, 0.3).fp == (SCORES[::2] >= 0.3).sum()

    def test_a_month_is_thirty_days_of_all_decisions(self):
        scored = counted(SCORES, OUTCOMES, days=10, known=np.arange(len(SCORES)) % 2 == 0)
        assert scored.to_month == pytest.approx(30 / 10 * 2)
        assert np.isnan(counted(SCORES, OUTCOMES, known=np.zeros(len(SCORES), bool)).to_month)

    @pytest.mark.parametrize(
        ("days", "of_service"),
        [
            ([], 0),
            (["2024-01-01"], 1),
            ([f"2024-01-{day:02}" for day in (1, 2, 3, 4, 5, 8, 9, 10, 11, 12)], 12),  # two working weeks
            (["2024-01-01", "2024-01-05"], 5),  # a silence of three days
            (["2024-01-01", "2024-01-06"], 2),  # one of four
        ],
    )
    def test_a_model_that_rests_at_weekends_serves_on_calendar_days(self, days, of_service):
        assert days_of_service(np.array(days, "datetime64[D]")) == of_service

    def test_what_the_file_leaves_out_is_unknown_where_it_counts_and_nowhere_else(self):
        found = earned(curve(counted(SCORES, OUTCOMES)), OutcomeWorth(110, -40, None, 0))
        assert found[place_of(0.0)] == pytest.approx(110 * OUTCOMES.sum() - 40 * (~OUTCOMES).sum())
        assert np.isnan(found[place_of(0.5)])

    def test_decisions_without_a_score_are_left_out(self):
        scored = scored_by_block(class_cells(["1", "0"], ["1", "0"]), np.zeros(2, np.int64), 1)
        assert (scored.decisions, scored.labelled) == (0, 0)

    def test_every_number_is_at_or_below_its_place(self):
        for cutoff in (0.0, 0.29999999999999993, 0.3, 0.30000000000000004, 1.0):
            assert cutoffs()[place_of(cutoff)] == pytest.approx(cutoff, abs=1e-8)
        assert place_of(1.5) == place_of(NEVER) == SCORE_BINS


class TestInUse:
    def test_it_is_read_off_the_predictions(self):
        assert in_use(cells_of(SCORES, OUTCOMES, threshold=0.3)).cutoff == pytest.approx(0.3)

    @pytest.mark.parametrize(("threshold", "alike", "cutoff"), [(-1.0, "1", 0.0), (2.0, "0", NEVER)])
    def test_the_same_answer_to_all_is_said_to_be_so(self, threshold, alike, cutoff):
        found = in_use(cells_of(SCORES, OUTCOMES, threshold=threshold))
        assert (found.alike, found.cutoff) == (alike, cutoff)

    def test_without_scores_or_predictions_nothing_tells(self):
        assert in_use(class_cells(["1", "0"], ["1", "0"])) is None
        bare = pd.DataFrame(cells_of(SCORES, OUTCOMES).__dict__).assign(predicted=None)
        assert in_use(cells_from(bare)) is None


class TestRatios:
    @pytest.mark.parametrize(
        ("terms", "ratio"),
        [
            (FRAUD, 2.75),
            (ODD, 140 / 23),
            (OutcomeWorth(10, 0, 0, 0), None),
            (OutcomeWorth(-5, -1, 0, 0), None),
            (OutcomeWorth(10, 5, 0, 0), None),
        ],
    )
    def test_the_ratio_of_a_missed_case_to_a_false_alarm(self, terms, ratio):
        assert stakes(terms).ratio == (None if ratio is None else pytest.approx(ratio))

    @pytest.mark.parametrize("missing", ["true_positive", "false_positive", "false_negative", "true_negative"])
    def test_there_are_no_stakes_when_a_figure_is_missing(self, missing):
        assert stakes(OutcomeWorth(**{**FRAUD.__dict__, missing: None})) is None

    def test_twice_the_cost_of_a_false_alarm_halves_the_ratio_and_of_a_miss_doubles_it(self):
        for terms in (FRAUD, ODD):
            ratio = stakes(terms).ratio
            assert stakes(costlier(terms, alarms=2)).ratio == pytest.approx(ratio / 2)
            assert stakes(costlier(terms, misses=2)).ratio == pytest.approx(ratio * 2)
        assert costlier(FRAUD, alarms=2) == OutcomeWorth(110, -80, 0, 0)

    @pytest.mark.parametrize("cutoff", [0.1, 0.25, 0.5])
    def test_of_calibrated_scores_the_implied_ratio_is_what_the_textbook_says(self, cutoff):
        scores = RNG.random(200_000)
        found = implied_ratio(counted(scores, RNG.random(200_000) < scores), cutoff)
        assert found == pytest.approx((1 - cutoff) / cutoff, rel=0.15)

    def test_it_is_that_of_scikit_learns_isotonic_regression(self):
        squeezed = SCORES**2  # not calibrated
        bins = score_bin(squeezed)
        fit = IsotonicRegression().fit(bins, OUTCOMES)
        cut = score_bin(np.array([0.1]))[0]
        below, above = bins[bins < cut].max(), bins[bins >= cut].min()
        p = fit.predict([below, above]).mean()
        assert implied_ratio(counted(squeezed, OUTCOMES), 0.1) == pytest.approx((1 - p) / p)

    def test_beyond_all_scores_nothing_tells(self):
        scored = counted(SCORES[:6000] * 0.5 + 0.1, OUTCOMES[:6000])
        assert implied_ratio(scored, 0.05) is None
        assert implied_ratio(scored, NEVER) is None


class TestTheBestOne:
    @pytest.mark.parametrize("terms", [FRAUD, ODD, OutcomeWorth(2100, -260, -900, 0)])
    @pytest.mark.parametrize("days", [1, 30])
    def test_no_cutoff_earns_more_on_the_raw_decisions(self, terms, days):
        scored = counted(SCORES, OUTCOMES, days=days)
        found = best(scored, stakes(terms), 0.5)
        brute = [worth(terms, cut <= SCORES, OUTCOMES).sum() for cut in cutoffs()]
        mine = worth(terms, found.cutoff <= SCORES, OUTCOMES).sum()
        assert mine == pytest.approx(max(brute))
        assert found.gain == pytest.approx(mine - worth(terms, SCORES >= 0.5, OUTCOMES).sum())
        assert found.above == pytest.approx(mine - max(brute[0], brute[-1]))
        assert found.low <= found.cutoff <= found.high
        assert found.gain_low <= found.gain <= found.gain_high
        assert found.drawn == ("days" if days == 30 else "decisions")

    def test_between_the_flat_ends_everything_is_about_as_good_and_beside_them_it_is_not(self):
        scored = counted(SCORES, OUTCOMES)
        found, money = best(scored, stakes(FRAUD), 0.5), earned(curve(scored), FRAUD)
        first, last = place_of(found.flat_low), place_of(found.flat_high)
        assert found.flat > 0
        assert (money[first : last + 1] >= money.max() - found.flat - 1e-6).all()
        assert money[last + 1] < money.max() - found.flat

    def test_the_one_in_use_is_the_best_when_it_does_what_the_best_does(self):
        scores, outcomes = np.repeat([0.2, 0.8], 100), np.repeat([False, True], 100)
        for now in (0.21, 0.5, 0.8):
            found = best(counted(scores, outcomes), stakes(FRAUD), now)
            assert (found.cutoff, found.gain) == (now, 0.0)
        assert best(counted(scores, outcomes), stakes(FRAUD), 0.9).cutoff == 0.5

    def test_no_to_all_and_yes_to_all_can_be_the_best(self):
        scores, outcomes = np.append(SCORES[:6000], 0.97), np.append(OUTCOMES[:6000], False)
        never = best(counted(scores, outcomes), Stakes(1, 1e6), 0.5)
        assert (never.cutoff, never.above) == (1.0, 0.0)
        assert best(counted(SCORES, OUTCOMES), Stakes(1, 1e6), 0.5).cutoff == NEVER  # a score of 1 was wrong
        assert best(counted(SCORES, OUTCOMES), Stakes(1e6, 1), 0.5).cutoff == 0.0

    @pytest.mark.parametrize("rare", [0, 1, FEWEST - 1])
    def test_with_too_few_of_one_outcome_none_is_named(self, rare):
        outcomes = np.arange(len(SCORES)) < rare
        assert best(counted(SCORES, outcomes), stakes(FRAUD), 0.5) is None
        assert best(counted(SCORES, ~outcomes), stakes(FRAUD), 0.5) is None
        assert implied_ratio(counted(SCORES, outcomes), 0.5) is None

    @pytest.mark.filterwarnings("ignore:overflow", "ignore:invalid value")
    def test_stakes_that_cannot_be_summed_name_none(self):
        assert best(counted(SCORES, OUTCOMES), Stakes(1e308, 1e308), 0.5) is None

    def test_days_of_rest_are_not_drawn(self):
        day = np.random.default_rng(1).integers(0, 30, len(SCORES))
        known = np.ones(len(SCORES), bool)
        resting = on_days(SCORES, OUTCOMES, day + day // 5 * 2, known)
        assert resting.days > 30
        assert best(resting, stakes(FRAUD), 0.5).gain_low == best(
            on_days(SCORES, OUTCOMES, day, known), stakes(FRAUD), 0.5
        ).gain_low  # fmt: skip

    def test_without_one_in_use_there_is_a_best_and_no_gain(self):
        found = best(counted(SCORES, OUTCOMES), stakes(FRAUD), None)
        assert np.isnan(found.gain)
        assert np.isnan(found.half).all()
        assert 0 < found.low < found.high < 1

    def test_more_decisions_make_it_surer(self):
        few = best(counted(SCORES[:1000], OUTCOMES[:1000]), stakes(FRAUD), 0.5)
        many = best(counted(np.tile(SCORES, 5), np.tile(OUTCOMES, 5)), stakes(FRAUD), 0.5)
        assert many.high - many.low < few.high - few.low

    def test_days_that_go_wrong_together_make_it_less_sure_than_decisions_alone(self):
        day = np.repeat(np.arange(30), 200)
        scores = np.random.default_rng(2).beta(2, 4, 6000)
        bad = np.random.default_rng(3).normal(0, 0.25, 30)[day]
        outcomes = np.random.default_rng(4).random(6000) < np.clip(scores + bad, 0, 1)
        known = np.ones(6000, bool)
        whole_days = best(on_days(scores, outcomes, day, known), stakes(FRAUD), 0.7)
        alone = best(on_days(scores, outcomes, np.zeros(6000, int), known), stakes(FRAUD), 0.7)
        assert whole_days.gain == alone.gain
        assert whole_days.gain_high - whole_days.gain_low > 1.3 * (alone.gain_high - alone.gain_low)

    def test_two_hundred_samples_of_the_whole_grid_take_milliseconds(self):
        scored = counted(RNG.random(60_000), RNG.random(60_000) < 0.3, days=90)
        best(scored, stakes(FRAUD), 0.5)
        started = time.perf_counter()
        found = best(scored, stakes(FRAUD), 0.5)
        assert found is not None
        assert DRAWS == 200
        assert time.perf_counter() - started < 0.3  # some 10 ms where nothing else runs

    @settings(max_examples=25, deadline=None)
    @given(
        st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=30, max_size=60),
        st.tuples(*[st.integers(-100, 100)] * 4),
        st.one_of(st.none(), st.floats(0, 1)),
    )
    def test_whatever_the_scores_and_worths_the_best_one_is_not_beaten(self, rows, money, now):
        scores, outcomes = (np.array(part) for part in zip(*rows, strict=True))
        terms = OutcomeWorth(*money)
        scored = counted(scores, outcomes)
        found = best(scored, stakes(terms), now)
        every = earned(curve(scored), terms)
        assert (found is None) == (min(outcomes.sum(), (~outcomes).sum()) < FEWEST)
        if found is not None:
            assert every[place_of(found.cutoff)] == pytest.approx(every.max(), abs=1e-6)
            assert found.low <= found.cutoff <= found.high
            assert found.flat_low <= found.cutoff <= max(found.flat_high, found.cutoff)


def truth(mean: float) -> tuple[np.ndarray, np.ndarray]:
    """A world whose truth is known: the share of positives and of negatives in each bin; scores are not calibrated."""
    x = np.linspace(mean - 8, mean + 8, 200_001)
    weight = np.exp(-0.5 * ((x - mean) / 1.3) ** 2)
    p, bins = 1 / (1 + np.exp(-x)), score_bin(1 / (1 + np.exp(-0.8 * x - 0.3)))
    parts = (np.bincount(bins, weights=weight * part / weight.sum(), minlength=SCORE_BINS) for part in (p, 1 - p))
    return tuple(parts)


@pytest.mark.long
@pytest.mark.parametrize(
    ("mean", "n", "caught", "now"),
    [(-2, 2000, 2.75, 0.5), (-4, 4000, 5, 0.5), (-1, 20000, 2.75, 0.5), (-2, 8000, 2.75, 0.22)],
)
@pytest.mark.parametrize("days", [1, 40])
def test_nineteen_in_twenty_intervals_hold_the_truth(mean, n, caught, now, days):
    positive, negative = truth(mean)
    above = lambda part: np.append(np.cumsum(part[::-1])[::-1], 0.0)  # noqa: E731
    money = caught * above(positive) - above(negative)
    real, at_stake = cutoffs()[money.argmax()], Stakes(caught, 1)
    rng, held_cutoff, held_gain, rounds = np.random.default_rng(days), 0, 0, 200
    for _ in range(rounds):
        drawn = rng.poisson(np.concatenate([positive, negative]) * n / days, (days, 2 * SCORE_BINS)).astype(np.int32)
        every = drawn.sum(axis=0, dtype=np.int64)
        scored = Scored(drawn[:, :SCORE_BINS], drawn[:, SCORE_BINS:], every[:SCORE_BINS] + every[SCORE_BINS:], days)
        found = best(scored, at_stake, now)
        gain = (money[place_of(found.cutoff)] - money[place_of(now)]) * n
        held_cutoff += found.low - 1e-9 <= real <= found.high + 1e-9
        held_gain += found.gain_low - 1e-9 <= gain <= found.gain_high + 1e-9
    assert held_cutoff / rounds >= 0.91
    assert held_gain / rounds >= 0.91
