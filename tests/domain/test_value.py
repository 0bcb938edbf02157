"""Money from counts: against money decision by decision, and against what a person would reckon."""

from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchroom.domain.value import (
    Assumptions,
    Baseline,
    Counts,
    PaidSoFar,
    Service,
    assumptions_of,
    constantly,
    first_days,
    foretold,
    last_days,
    money,
    paid_back_on,
    service,
    will_pay_back_on,
    worth_of,
)
from watchroom.domain.worth import ErrorWorth, OutcomeWorth, worth

FIGURES = OutcomeWorth(true_positive=110, false_positive=-40, false_negative=-5, true_negative=0.5)
D1 = date(2026, 6, 1)  # a Monday, and the first of a month of thirty days


def counted(predicted: list[int], outcome: list[int]) -> Counts:
    said, real = np.array(predicted), np.array(outcome)
    kinds = [((said == one) & (real == other)).sum() for one, other in ((1, 1), (1, 0), (0, 1), (0, 0))]
    return Counts(np.array([float(len(said))]), np.array([kinds], np.float64))


def counts_of(days: list[date], who: str, kind: str, n: int, **parts: float) -> pd.DataFrame:
    return pd.DataFrame({"day": days, "who": who, "kind": kind, "n": n, **parts})


def served(days: list[date], decisions: int = 10, labelled: int = 8, share: float = 1.0) -> pd.DataFrame:
    return pd.DataFrame({"day": days, "decisions": decisions, "labelled": labelled, "share": share})


def of(*counts: pd.DataFrame, days: list[date], **more: float) -> Service:
    return service(pd.concat(counts), served(days, **more))  # type: ignore[arg-type]


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), min_size=1, max_size=60))
def test_money_of_counts_is_the_sum_of_the_money_of_each_decision(cases: list[tuple[int, int]]) -> None:
    predicted, outcome = map(list, zip(*cases, strict=True))
    expected = worth(FIGURES, predicted, outcome).sum()
    assert worth_of(FIGURES, counted(predicted, outcome))[0] == pytest.approx(expected, abs=1e-9)


@given(st.lists(st.tuples(st.floats(-50, 50), st.floats(-50, 50)), min_size=1, max_size=60))
def test_money_of_errors_is_the_sum_of_the_money_of_each_decision(cases: list[tuple[float, float]]) -> None:
    terms, pairs = ErrorWorth(over=-0.4, under=-1.5), np.array(cases)
    error = pairs[:, 0] - pairs[:, 1]
    sums = Counts(np.array([float(len(cases))]), np.array([[error[error > 0].sum(), -error[error < 0].sum()]]))
    expected = worth(terms, pairs[:, 0], pairs[:, 1]).sum()
    assert worth_of(terms, sums)[0] == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("terms", "parts", "expected"),
    [
        (OutcomeWorth(true_positive=10), [[3, 0, 0, 0]], 30.0),
        (OutcomeWorth(true_positive=10), [[3, 1, 0, 0]], math.nan),
        (None, [[3, 0, 0, 0]], math.nan),
        (ErrorWorth(over=-1), [[5.0, 0.0]], -5.0),
        (ErrorWorth(over=-1), [[5.0, 0.1]], math.nan),
        (ErrorWorth(over=-1, under=-1), [[3, 0, 0, 0]], math.nan),
    ],
)
def test_a_kind_that_has_decisions_and_no_figure_makes_the_worth_unknown(
    terms: OutcomeWorth | ErrorWorth | None, parts: list[list[float]], expected: float
) -> None:
    assert worth_of(terms, Counts(np.array([3.0]), np.array(parts)))[0] == pytest.approx(expected, nan_ok=True)


def test_decisions_without_any_outcome_have_no_worth_rather_than_none() -> None:
    assert math.isnan(worth_of(FIGURES, Counts(np.zeros(1), np.zeros((1, 4))))[0])


def test_the_benefit_is_the_worth_less_that_of_the_same_decisions_without_the_model() -> None:
    days = [D1]
    found = money(
        Assumptions(FIGURES, 300.0, None, Baseline(naive="all_negative")),
        of(counts_of(days, "model", "realized", 8, tp=2, fp=1, fn=1, tn=4),
           counts_of(days, "baseline", "realized", 8, tp=0, fp=0, fn=3, tn=5),
           counts_of(days, "model", "estimated", 2, tp=0.5, fp=0.5, fn=0.25, tn=0.75),
           counts_of(days, "baseline", "estimated", 2, tp=0, fp=0, fn=0.75, tn=1.25), days=days),
    )  # fmt: skip
    worth_is, without = 2 * 110 - 40 - 5 + 4 * 0.5, -15 + 2.5
    guessed = (55 - 20 - 1.25 + 0.375) - (-3.75 + 0.625)
    assert (found.worth[0], found.baseline_worth[0], found.benefit[0]) == (worth_is, without, worth_is - without)
    assert found.estimated_benefit[0] == pytest.approx(guessed)
    assert found.run_cost[0] == pytest.approx(10)
    assert found.net[0] == pytest.approx(worth_is - without + guessed - 10)


def test_a_baseline_that_is_told_for_part_of_the_decisions_is_taken_to_hold_for_all() -> None:
    days = [D1, D1 + timedelta(1)]
    rows = [counts_of(days, "model", "realized", 10, over_sum=4.0, under_sum=2.0),
            counts_of(days[:1], "baseline", "realized", 8, over_sum=8.0, under_sum=4.0),
            counts_of(days[1:], "baseline", "realized", 4, over_sum=8.0, under_sum=4.0)]  # fmt: skip
    found = money(Assumptions(ErrorWorth(-1, -1), baseline=Baseline(column="last_week")), of(*rows, days=days))
    assert found.baseline_worth[0] == pytest.approx(-12 * 10 / 8)
    assert math.isnan(found.baseline_worth[1])
    assert math.isnan(found.benefit[1])


def test_a_period_has_the_money_of_its_decisions_together() -> None:
    days = [D1 + timedelta(one) for one in range(35)]
    rows = counts_of(days, "model", "realized", 8, tp=2, fp=1, fn=1, tn=4)
    by_day, assumed = of(rows, days=days), Assumptions(FIGURES, 900.0)
    daily = money(assumed, by_day)
    for grain, periods in (("week", 5), ("month", 2)):
        found = money(assumed, by_day.by(grain))  # type: ignore[arg-type]
        assert found.net.size == periods
        assert found.net.sum() == pytest.approx(daily.net.sum())
    assert money(assumed, by_day.by("month")).run_cost == pytest.approx([900, 900 * 5 / 31])


def test_a_weekend_without_decisions_costs_and_a_long_silence_does_not() -> None:
    days = [D1, D1 + timedelta(4), D1 + timedelta(9)]
    found = of(counts_of(days, "model", "realized", 1, tp=1, fp=0, fn=0, tn=0), days=days)
    assert [int(one) for one in (found.first - np.datetime64(D1)).astype(int)] == [0, 1, 2, 3, 4, 9]
    assert found.months.sum() == pytest.approx(6 / 30)
    assert found.decisions.tolist() == [10, 0, 0, 0, 10, 10]


def test_a_version_in_shadow_costs_nothing() -> None:
    rows = counts_of([D1], "model", "realized", 1, tp=1, fp=0, fn=0, tn=0)
    found = money(Assumptions(FIGURES, 900.0), service(rows, served([D1]).drop(columns="share")))
    assert math.isnan(found.run_cost[0])
    assert found.net[0] == 110


def test_outcomes_of_unknown_worth_make_the_net_unknown_and_missing_outcomes_do_not() -> None:
    rows = counts_of([D1], "model", "realized", 1, tp=0, fp=1, fn=0, tn=0)
    assert math.isnan(money(Assumptions(OutcomeWorth(true_positive=1), 900.0), of(rows, days=[D1])).net[0])
    assert money(Assumptions(FIGURES, 900.0), of(rows.iloc[:0], days=[D1])).net[0] == pytest.approx(-30)


@given(st.dates(date(1960, 1, 1), date(2040, 1, 1)), st.sampled_from(["day", "week", "month"]))
def test_periods_are_those_that_the_other_pages_have(day: date, grain: str) -> None:
    from watchroom.domain.periods import span_of

    firsts = first_days(np.array([day], "datetime64[D]"), grain)  # type: ignore[arg-type]
    assert (firsts[0].item(), last_days(firsts, grain)[0].item()) == span_of(grain, day)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("running", "cost", "expected"),
    [
        ([1, 5, 9], 5, 2), ([1, 5, 4, 6, 7], 5, 4), ([6, 7], 5, 1), ([6, 4], 5, None), ([1, 2], None, None),
        ([], 5, None),
    ],
)  # fmt: skip
def test_a_model_has_paid_back_from_the_day_on_which_the_running_net_stays_above_its_cost(
    running: list[float], cost: float | None, expected: int | None
) -> None:
    days = np.array([D1 + timedelta(one) for one in range(len(running))], "datetime64[D]")
    assert paid_back_on(days, running, cost) == (None if expected is None else D1 + timedelta(expected - 1))


def test_the_day_of_paying_back_is_foretold_by_the_line() -> None:
    assert will_pay_back_on(D1, 0, 3000, 300) == D1 + timedelta(300)
    assert will_pay_back_on(D1, 0, 3000, 300, -100) is None
    falling = will_pay_back_on(D1, 0, 400, 300, -100)
    assert falling is not None
    assert D1 + timedelta(40) < falling < D1 + timedelta(90)


def test_assumptions_are_what_the_file_says_and_nothing_else() -> None:
    assert assumptions_of({}) is None
    given_value = {"per_unit_error": {"over": -0.4}, "build_cost": 10, "baseline": {"naive": None, "column": "x"}}
    assert assumptions_of(given_value) == Assumptions(ErrorWorth(over=-0.4), None, 10, Baseline(column="x"))


@pytest.mark.parametrize(
    ("running", "cost", "back", "per_month", "found"),
    [
        (0.0, 3000.0, None, 300.0, D1 + timedelta(300)),
        (None, 3000.0, None, 300.0, None),
        (0.0, None, None, 300.0, None),
        (-10.0, 0.0, None, 300.0, None),
        (4000.0, 3000.0, D1, 300.0, None),
        (0.0, 3000.0, None, None, None),
    ],
)
def test_a_pay_back_is_foretold_of_what_is_known_alone(
    running: float | None, cost: float | None, back: date | None, per_month: float | None, found: date | None
):
    assert foretold(PaidSoFar(D1, running, cost, back), per_month, None) == found


def test_the_same_answer_to_every_decision_moves_its_counts_and_none_of_its_outcomes():
    parts = np.array([[1.0, 2, 3, 4], [5, 6, 7, 8]])
    assert constantly(parts, True).tolist() == [[4, 6, 0, 0], [12, 14, 0, 0]]
    assert constantly(parts, [False, True]).tolist() == [[0, 0, 4, 6], [12, 14, 0, 0]]


@pytest.mark.parametrize("beyond", [math.inf, 3.4e308, 1e16])
def test_money_that_no_company_has_is_unknown_and_spoils_no_other_day(beyond: float) -> None:
    days = [D1, D1 + timedelta(1)]
    parts = counts_of(days, "model", "realized", 8, over_sum=10.0, under_sum=0.0)
    parts.loc[0, "over_sum"] = beyond
    found = money(Assumptions(ErrorWorth(-1, -1), run_cost_per_month=300), of(parts, days=days))
    assert list(found.beyond) == [True, False]
    for amounts in (found.worth, found.benefit, found.net):
        assert np.isnan(amounts[0])
    assert (found.worth[1], found.net[1]) == (-10, -20)


def test_two_sums_that_are_beyond_all_numbers_are_unknown_in_their_month() -> None:
    days = [D1, D1 + timedelta(1)]
    parts = counts_of(days, "model", "realized", 8, over_sum=1.7e308, under_sum=0.0)
    found = money(Assumptions(ErrorWorth(-1, -1)), of(parts, days=days).by("month"))
    assert found.beyond.all()
    assert np.isnan(found.net).all()
