"""What drives a model is said for those who have never heard of SHAP, and never more than is so."""

from __future__ import annotations

import pytest

from watchroom.domain.attribution import Shift, Weight
from watchroom.domain.direction import Direction
from watchroom.store.queries.explained import Where
from watchroom.ui.explanations_cohorts import describe
from watchroom.ui.explanations_subject import unit_of
from watchroom.ui.explanations_words import (
    answer,
    changed,
    difference,
    largest_move,
    ndcg,
    phrase,
    shift_words,
    way_words,
    worth_telling,
)
from watchroom.workspace.model_file import ModelSpec

NAN = float("nan")
UP, DOWN, VARYING = Direction("up"), Direction("down"), Direction("varying")
REGION = Direction("category", "online", 0.6)


def weights(*shares: float) -> list[Weight]:
    names = ("first_estimate", "age", "region", "plan")
    return [
        Weight(name, share, 0.0, share, rank, 500)
        for rank, (name, share) in enumerate(zip(names, shares, strict=False), 1)
    ]


@pytest.mark.parametrize(
    ("task", "shares", "ways", "expected"),
    [
        (
            "regression", (0.5, 0.12, 0.09, 0.01), {"first_estimate": UP, "age": DOWN, "region": REGION},
            "Claims puts a decision higher mainly for a high `first_estimate`, a low `age` and `region` = online; "
            "the three inputs that matter most carry 71 % of the weight.",
        ),
        (
            "binary", (0.5, 0.3), {"first_estimate": UP, "age": VARYING},
            "Claims scores a decision higher mainly for a high `first_estimate`, and goes by `age` in no one "
            "direction; the two inputs that matter most carry 80 % of the weight.",
        ),
        (
            "binary", (0.9, 0.02), {"first_estimate": DOWN},
            "Claims scores a decision higher mainly for a low `first_estimate`; the input that matters most carries "
            "90 % of the weight.",
        ),
        (
            "regression", (0.6, 0.3), {"first_estimate": VARYING},
            "Claims goes mainly by `first_estimate` and `age`, in no one direction; the two inputs that matter most "
            "carry 90 % of the weight.",
        ),
        (
            "binary", (0.9,), {"first_estimate": Direction("flag", "1", 0.2)},
            "Claims scores a decision higher mainly for `first_estimate` = 1; the input that matters most carries "
            "90 % of the weight.",
        ),
        ("binary", (NAN, NAN), {}, "Nothing drives Claims: no input moves its output in these rows."),
        ("binary", (), {}, "Nothing drives Claims: no input moves its output in these rows."),
    ],
)  # fmt: skip
def test_the_answer(task: str, shares: tuple[float, ...], ways: dict[str, Direction], expected: str):
    assert answer("Claims", task, weights(*shares), ways) == expected


def test_of_several_classes_none_is_said_to_be_higher():
    told = answer("Routing", "multiclass", weights(0.5, 0.3), {"first_estimate": UP, "age": UP})
    assert told.startswith("Routing chooses the class mainly by `first_estimate` and `age`; the two inputs")


def test_a_missing_value_can_be_what_pushes():
    assert phrase("age", Direction("category", None, 0.3)) == "a missing `age`"


@pytest.mark.parametrize(
    ("way", "expected"),
    [
        (UP, "The higher `x`, the higher the output."),
        (DOWN, "The higher `x`, the lower the output."),
        (VARYING, "`x` pushes both ways: not simply the more, the higher."),
        (Direction("flag", "0", 0.25), "`x` = 0 pushes the output up, by +0.25 on average."),
        (REGION, "`x` = online pushes the output up most, by +0.6 on average."),
        (Direction("none"), "Which way `x` pushes cannot be told from these rows."),
    ],
)
def test_the_direction_of_one_input(way: Direction, expected: str):
    assert way_words(way, "x") == expected


@pytest.mark.parametrize(
    ("shift", "expected"),
    [
        (Shift("driver_age", 5, 2, 0.06, 0.14), "`driver_age` rose from 5th to 2nd: 6.0 % → 14 % of the weight"),
        (Shift("x", 1, 23, 0.3, 0.01), "`x` fell from 1st to 23rd: 30 % → 1.0 % of the weight"),
        (Shift("x", 11, 12, 0.2, 0.1), "`x` fell from 11th to 12th: 20 % → 10 % of the weight"),
        (Shift("x", 1, 1, 0.3, 0.5), "`x` stays 1st and weighs more: 30 % → 50 % of the weight"),
        (Shift("x", None, 3, 0.0, 0.2), "`x` is new, 3rd: 0 % → 20 % of the weight"),
        (Shift("x", 2, None, 0.3, 0.0), "`x` is no input any more: it was 2nd with 30 %"),
    ],
)
def test_a_change_is_a_sentence(shift: Shift, expected: str):
    assert shift_words(shift) == expected


def test_small_moves_are_not_told():
    assert worth_telling([Shift("x", 1, 2, 0.30, 0.29), Shift("y", 1, 2, NAN, NAN)]) == []


@pytest.mark.parametrize(
    ("status", "value", "expected"),
    [
        ("drifted", 0.84, "What drives it has changed: other inputs, or the same in another order"),
        ("stable", 0.97, "The same inputs in nearly the same order"),
        ("stable", 0.93, "Much the same inputs lead"),
        ("stable", 0.88, "What drives it may have changed; there are too few rows to be sure"),
        ("no data", 0.5, "Whether it has changed cannot be told: too few rows are explained on one side"),
        ("stable", NAN, "Whether it has changed cannot be told: too few rows are explained on one side"),
        (None, None, "Whether it has changed cannot be told: too few rows are explained on one side"),
    ],
)
def test_whether_it_has_changed(status: str | None, value: float | None, expected: str):
    assert changed(status, value, 0.9) == expected


def test_ndcg_stands_by_itself_with_its_interval_and_the_limit():
    assert ndcg(0.84, 0.8, 0.88, 0.9) == "nDCG 0.84 (0.80 to 0.88), limit 0.90"
    assert ndcg(NAN, NAN, NAN, 0.9) == ""


def test_the_largest_move_is_told_where_there_is_one():
    assert largest_move("merchant", 0.12, 0.17) == "the largest move: `merchant` 12 % → 17 %"
    assert largest_move("merchant", 0.12, 0.121) == largest_move(None, None, None) == ""
    assert largest_move("merchant", NAN, 0.2) == ""
    assert largest_move("merchant", 0.0, 0.14) == "new: `merchant`, 14 % of the weight"
    assert largest_move("merchant", 0.14, 0.0) == "gone: `merchant`, 14 % of the weight"
    assert changed("stable", 0.99, 0.9, others=True) == "Much the same inputs lead"


def test_cohorts_differ_in_a_sentence_or_not_at_all():
    assert difference([Shift("age", 1, 2, 0.1, 0.3)], "A", "B") == (
        "`age` differs most: 30 % of the weight in A, 10 % in B."
    )
    assert difference([Shift("age", 1, 1, 0.3, 0.31)], "A", "B").startswith("The same inputs drive A and B")
    assert difference([], "A", "B").startswith("The same inputs drive A and B")


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (Where("amount", 3, 5), "amount from 3 to 5"),
        (Where("amount", high=5, missing="too"), "amount to 5 or missing"),
        (Where("amount"), "amount known"),
        (Where("region", values=("north", "south")), "region north or south"),
        (Where("@outcome", missing="only"), "Outcome missing"),
    ],
)
def test_a_condition_in_words(where: Where, expected: str):
    assert describe(where) == expected


def test_units_have_the_name_of_the_target():
    spec = ModelSpec.model_validate({"model": "claims", "outcomes": {"path": "o.parquet", "value": "claim_cost"}})
    assert unit_of("units", spec) == "units of claim_cost"
    assert unit_of("units", spec, logarithm=True) == "logarithm of claim_cost"
    assert unit_of("units", None) == "units of the target"
    assert unit_of("log-odds", spec) == "log-odds"
    named = ModelSpec.model_validate({"model": "claims", "answer": {"unit": "EUR"}})
    assert (unit_of("units", named), unit_of("units", named, logarithm=True)) == ("EUR", "logarithm of EUR")


def test_a_score_goes_towards_the_answer_that_the_file_names():
    weights = [Weight("amount", 0.4, 0.1, 1.0, 1, 100)]
    assert answer("Card fraud", "binary", weights, {"amount": Direction("up")}, "stopped").startswith(
        "Card fraud scores a decision higher, towards “stopped”, mainly for a high `amount`"
    )
