"""What decisions are worth by a model's `value`."""

from __future__ import annotations

import math

import numpy as np
import pytest

from watchroom.domain.worth import ErrorWorth, OutcomeWorth, left_out, terms_of, worth
from watchroom.workspace.model_file import ModelSpec

FRAUD = OutcomeWorth(true_positive=120, false_positive=-15, false_negative=-200, true_negative=0)
DEMAND = ErrorWorth(over=-0.4, under=-1.5)


@pytest.mark.parametrize(
    ("predicted", "outcome", "money"), [(1, 1, 120), (1, 0, -15), (0, 1, -200), (0, 0, 0), (math.nan, 1, math.nan)]
)
def test_a_decision_is_worth_what_its_kind_of_outcome_is(predicted, outcome, money):
    assert worth(FRAUD, [predicted], [outcome])[0] == pytest.approx(money, nan_ok=True)


@pytest.mark.parametrize(
    ("predicted", "outcome", "money"), [(12, 10, -0.8), (10, 12, -3.0), (7, 7, 0), (7, math.nan, math.nan)]
)
def test_a_forecast_is_worth_its_error_by_the_unit(predicted, outcome, money):
    assert worth(DEMAND, [predicted], [outcome])[0] == pytest.approx(money, nan_ok=True)


def test_what_the_file_leaves_out_is_unknown_and_never_nothing():
    half = OutcomeWorth(true_positive=120, false_positive=-15)
    np.testing.assert_equal(worth(half, [1, 0, 0], [1, 1, 0]), [120, np.nan, np.nan])
    assert left_out(half) == ("false_negative", "true_negative")
    np.testing.assert_equal(worth(ErrorWorth(over=-1), [3, 1, 2], [2, 2, 2]), [-1, np.nan, 0])


@pytest.mark.parametrize(
    ("value", "terms"),
    [
        ({"true_positive": 5, "false_positive": -1, "run_cost_per_month": 900}, OutcomeWorth(5, -1)),
        ({"per_unit_error": {"over": -0.4, "under": -1.5}}, ErrorWorth(-0.4, -1.5)),
        ({"run_cost_per_month": 900}, None),
        (None, None),
    ],
)
def test_the_terms_are_those_of_the_models_file(value, terms):
    spec = ModelSpec.model_validate({"model": "m", "value": value} if value else {"model": "m"})
    assert terms_of(spec.value.model_dump() if spec.value else None) == terms
