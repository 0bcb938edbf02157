"""Until when a model pays, by the lines through its weeks; and what cannot be told is said."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from watchroom.domain.runway import MONTHS_IN_SLOPE_DAYS, Runway, Weeks, runway

MONDAY = date(2026, 3, 2)


def weeks(benefit: list[float], metric: list[float] | None = None) -> Weeks:
    n = len(benefit)
    ends = tuple(MONDAY + timedelta(7 * place + 6) for place in range(n))
    values = np.full(n, np.nan) if metric is None else np.array(metric)
    return Weeks(ends, np.array(benefit), np.full(n, 200.0), values)


def test_the_net_of_thirty_days_is_the_line_times_their_decisions_less_their_cost() -> None:
    found = runway(weeks([10, 9, 8, 7, 6]), 100, 300, None)
    assert found.net_per_month == pytest.approx(600 - 300 * MONTHS_IN_SLOPE_DAYS)
    assert found.net_slope == pytest.approx(-100 / 7 * 30)
    assert found.net_slope_low == pytest.approx(found.net_slope)


def test_it_ends_when_the_line_comes_to_nothing() -> None:
    found = runway(weeks([10, 9, 8, 7, 6]), 100, 0, None)
    assert found.ends_on == MONDAY + timedelta(4 * 7 + 6 + 6 * 7)
    assert found.ends_early == found.ends_late == found.ends_on


def test_a_net_that_rises_has_no_end_and_one_below_nothing_has_ended() -> None:
    assert runway(weeks([6, 7, 8, 9]), 100, 0, None).ends_on is None
    lost = runway(weeks([-6, -7, -8, -9]), 100, 0, None)
    assert lost.ends_on == MONDAY + timedelta(27)
    assert lost.reason == "By the line it does not pay now."


def test_chance_is_called_chance() -> None:
    found = runway(weeks([10, 9, 11, 8, 10, 9.5, 10.5]), 100, 0, None)
    assert found.ends_late is None
    assert found.reason == "The net of the weeks shows no trend beyond chance."


def test_the_break_even_is_where_the_benefit_of_a_decision_covers_its_cost() -> None:
    auc = [0.9, 0.88, 0.86, 0.84, 0.82, 0.80]
    found = runway(weeks([100 * (one - 0.7) for one in auc], auc), 100, 500 / MONTHS_IN_SLOPE_DAYS, "roc_auc")
    assert (found.metric, found.metric_now) == ("roc_auc", 0.8)
    assert found.break_even == pytest.approx(0.75)
    assert found.break_even_low == pytest.approx(0.75)


@pytest.mark.parametrize(
    ("benefit", "values", "metric", "said"),
    [
        ([1, 2, 3, 4, 5], [0.9, 0.8, 0.7, 0.6, 0.5], "roc_auc", "do not tell how the benefit goes with AUC"),
        ([1, 2, 3, 4, 5], [1, 2, 3, 4, 5], "rmse", "do not tell how the benefit goes with RMSE"),
        ([5, 1, 4, 2, 3, 5], [0.5, 0.51, 0.5, 0.52, 0.53, 0.5], "roc_auc", "do not tell how the benefit"),
        ([5, 4, 3, 2, 1], [0.8, 0.8, 0.8, 0.8, 0.8], "roc_auc", "Too few weeks"),
        ([50, 40, 30, 20, 10], [0.9, 0.8, 0.7, 0.6, 0.5], "roc_auc", None),
        ([90, 89, 88, 87, 86], [0.9, 0.89, 0.88, 0.87, 0.86], "roc_auc", "where AUC cannot be"),
        ([50, 49, 48, 47, 46], [0.9, 0.89, 0.88, 0.87, 0.86], "roc_auc", "No week came near the break-even"),
    ],
)
def test_a_break_even_that_the_weeks_do_not_tell_is_not_told(
    benefit: list[float], values: list[float], metric: str, said: str | None
) -> None:
    cost = {"where AUC cannot be": -20_000.0}.get(said or "", 0.0)
    found = runway(weeks(benefit, values), 100, cost, metric)
    assert (found.break_even is None) == (said is not None and "No week" not in said)
    if said:
        assert said in (found.reason or "")


def test_too_few_weeks_tell_nothing_and_say_so() -> None:
    found = runway(weeks([5, 4, 3], [0.7, 0.8, 0.9]), 100, None, "roc_auc")
    assert found == Runway(
        3,
        metric="roc_auc",
        metric_now=0.9,
        reason="The file gives no `run_cost_per_month`: none is counted. "
        "3 weeks with enough outcomes are too few for a trend: it takes 4.",
    )
