"""The ranking of features by what their drift may cost."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchroom.domain.root_cause import SCREENING, Suspect, rank

AGE = Suspect("age", value=0.3, limit=0.1, noise=0.02, moved=0.2, n=1000, shap_share=0.1)
INCOME = Suspect("income", value=0.2, limit=0.1, noise=0.02, moved=0.1, n=1000, shap_share=0.5)
COLOUR = Suspect("colour", value=0.9, limit=0.1, noise=0.02, moved=0.5, n=1000, shap_share=0.001)
STILL = Suspect("still", value=0.01, limit=0.1, noise=0.02, moved=0.01, n=1000, shap_share=0.4)


def names(suspects, stake=None):
    return [row.feature for row in rank(suspects, stake).rows]


def test_features_rank_by_drift_times_weight_times_money_and_show_all_three():
    found = rank([AGE, INCOME, COLOUR, STILL], stake=-5.0)
    age = found.rows[1]
    assert [row.feature for row in found.rows] == ["income", "age", "colour", "still"]
    assert [row.rank for row in found.rows] == [1, 2, 3, 4]
    assert (age.drift, age.shap_share, age.money) == (pytest.approx(3), 0.1, pytest.approx(1000))
    assert age.score == pytest.approx(3 * 0.1 * 1000)
    assert found.notes == (SCREENING,)


def test_a_feature_without_weight_does_not_matter_to_the_model_however_it_drifts():
    row = next(row for row in rank([AGE, COLOUR]).rows if row.feature == "colour")
    assert row.reading == "does not matter to the model"


def test_drift_that_chance_may_have_made_has_no_score():
    row = rank([STILL]).rows[0]
    assert (row.score, row.reading) == (0, "no more than chance")
    assert row.drift == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("change", "reading"),
    [
        ({"value": float("nan")}, "no value in this window"),
        ({"value": 0.0, "noise": 0.0}, "has not moved"),
        ({"value": 0.05}, "below its limit"),
        ({}, ""),
    ],
)
def test_each_feature_is_read_in_words(change, reading):
    assert rank([replace(AGE, **change)]).rows[0].reading == reading


def test_factors_that_are_not_known_are_left_out_for_all_and_said():
    unknown = replace(INCOME, shap_share=None)
    found = rank([AGE, unknown])
    assert [row.feature for row in found.rows] == ["age", "income"]
    assert [row.score for row in found.rows] == pytest.approx([3, 2])
    assert found.rows[0].money is None
    assert found.notes[1:] == (
        "The weight in the model of income is not known, so it is left out of the ranking.",
        "What a decision is worth is not known, so money is left out of the ranking.",
    )
    assert "of the features is not known" in rank([unknown]).notes[1]


def test_a_feature_without_a_value_comes_last_and_no_features_give_no_ranking():
    assert names([replace(AGE, value=float("nan"), moved=float("nan")), STILL], stake=1.0) == ["still", "age"]
    assert rank([]).rows == ()


@given(st.permutations([AGE, INCOME, COLOUR, STILL]), st.sampled_from([None, 0.0, 12.5]))
def test_the_order_in_which_features_are_given_changes_nothing(suspects, stake):
    assert rank(suspects, stake) == rank([AGE, INCOME, COLOUR, STILL], stake)
