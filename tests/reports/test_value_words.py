"""Money in sentences that a business owner can act on, whatever is known and whatever is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from watchroom.reports import runway_words, value_words
from watchroom.store.queries.value import Answer, Runway
from watchroom.workspace.model_file import ModelSpec
from watchroom.workspace.money import Baseline

OCTOBER = Answer(
    "fraud", date(2026, 10, 1), date(2026, 10, 31), True, 1000, 620, 11_100.0, 2_100.0, 900.0, 12_300.0, 11_100.0,
    date(2026, 5, 2), date(2026, 11, 20), 61_000.0, 60_000.0, date(2026, 8, 3),
)  # fmt: skip
WORDS = {"predictions": {"1": "stopped", "0": "let through"}, "outcomes": {"1": "fraud", "0": "genuine"}}


def spec(baseline: dict[str, Any] | None = None, answer: dict[str, Any] | None = None) -> ModelSpec:
    value = {"true_positive": 1, **({"baseline": baseline} if baseline else {})}
    return ModelSpec.model_validate({"model": "fraud", "value": value, "answer": WORDS if answer is None else answer})


NEGATIVE = {"naive": "all_negative"}


def test_the_month_is_told_against_what_would_be_done_without_it():
    assert value_words.earned(OCTOBER, spec(NEGATIVE), "EUR") == (
        "In October 2026 it earned €12,300 more than with every case let through, after running costs of €900; "
        "€2,100 of it is estimated, because 38 % of its decisions have no outcome yet."
    )


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"net": -400.0, "estimated_benefit": -50.0}, "it lost €400 against every case let through"),
        ({"net": -400.0, "estimated_benefit": -50.0}, "; €50 of it is estimated"),
        ({"net": -400.0, "estimated_benefit": 50.0}, "; +€50 in it are estimated"),
        ({"labelled": 1000, "estimated_benefit": None}, "after running costs of €900."),
        ({"estimated_benefit": None}, "; 38 % of its decisions have no outcome yet and count nothing."),
        ({"run_cost": None}, "let through; €2,100"),
        ({"over": False}, "In October 2026 so far it"),
        (
            {"benefit": None, "estimated_benefit": None, "labelled": 0},
            "none of its 1,000 decisions has an outcome yet.",
        ),
        ({"benefit": None, "estimated_benefit": None}, "its file leaves out what some of its decisions are worth, or"),
        ({"net": -400.0, "net_before": -791.0}, "it lost €400 against every case let through"),
    ],
)
def test_what_is_so_or_unknown_is_said(changed: dict[str, Any], said: str):
    assert said in value_words.earned(replace(OCTOBER, **changed), spec(NEGATIVE), "EUR")


@pytest.mark.parametrize(
    ("baseline", "answer", "said"),
    [
        (NEGATIVE, {}, "no case flagged"),
        ({"naive": "all_positive"}, WORDS, "every case stopped"),
        ({"naive": "mean"}, {}, "always the mean"),
        ({"naive": "last"}, {}, "the last known value repeated"),
        ({"constant": 1200}, {"unit": "bikes"}, "always 1,200 bikes"),
        ({"column": "manual_plan"}, {}, "what the column manual_plan says"),
        (None, {}, ""),
    ],
)
def test_a_baseline_has_a_name_in_words(baseline: dict[str, Any] | None, answer: dict[str, Any], said: str):
    given = None if baseline is None else Baseline.model_validate(baseline)
    assert value_words.baseline_name(given, spec(answer=answer).answer) == said


def test_without_a_baseline_it_is_the_worth_itself():
    assert "its decisions earned €12,300, after" in value_words.earned(OCTOBER, spec(), "EUR")


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (13_500.0, "That is €1,200 less than the month before."),
        (11_100.0, "That is €1,200 more than the month before."),
        (12_290.0, "That is about as much as the month before."),
        (None, ""),
    ],
)
def test_a_month_is_compared_with_the_one_before(before: float | None, said: str):
    assert value_words.change(replace(OCTOBER, net_before=before), "EUR") == said


@pytest.mark.parametrize(
    ("changed", "ahead", "said"),
    [
        ({}, (None, False), "It has paid back its building cost of €60,000 on 3 August 2026."),
        (
            {"paid_back_on": None, "running_net": 20_000.0},
            (date(2027, 3, 4), True),
            "€20,000 of its building cost of €60,000 is paid back so far; by the trend of its weeks all of it is about "
            "4 March 2027.",
        ),
        (
            {"paid_back_on": None, "running_net": -500.0},
            (None, True),
            "Since 2 May 2026 it has cost €500 more than it brought, and its building cost of €60,000 besides; by the "
            "trend of its weeks it will not be paid back within two years.",
        ),
        ({"build_cost": None}, (None, False), "What building it cost is not known"),
        ({"ever_known": False}, (None, False), "What it has brought is not known"),
        ({"build_cost": 0.0}, (None, False), ""),
    ],
)
def test_pay_back_is_told_or_why_it_cannot_be(changed: dict[str, Any], ahead: tuple[date | None, bool], said: str):
    found = value_words.paid_back(replace(OCTOBER, **changed), "EUR", ahead[0], trend=ahead[1])
    assert found.startswith(said)
    assert bool(found) == bool(said)


RUNWAY = Runway(3, 12, 9000.0, -900.0, -1400.0, -400.0, date(2027, 9, 17), date(2027, 6, 2), None, "rmse", 5.4, 8.1,
                7.2, 9.9, None)  # fmt: skip
TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, "It pays until about 17 September 2027 if its trend goes on (as early as 2 June 2027, or not within"),
        (
            {"ends_on": None},
            "It pays, and by its trend goes on to for two years at least, at the earliest until 2 June",
        ),
        ({"net_slope_high": 10.0}, "Its weeks show no trend beyond chance; if the line through them went on"),
        ({"net_per_month": -300.0}, "It does not pay now: by the line through its weeks it costs €300 a month more"),
        ({"net_slope": None}, "How long cannot be told: it takes four weeks with enough outcomes."),
        ({"net_per_month": None}, "Until when it pays cannot be told yet."),
        ({"ends_on": date(2026, 11, 15)}, "It has stopped paying about 15 November 2026"),
    ],
)
def test_until_when_it_pays(changed: dict[str, Any], said: str):
    assert said in runway_words.answer(replace(RUNWAY, **changed), TODAY, "EUR")


def test_how_far_the_metric_is_goes_the_way_in_which_it_gets_worse():
    assert runway_words.break_even(RUNWAY) == (
        "RMSE is 5.4 now. From 8.1 (95 %: 7.2 to 9.9) on upwards it costs more than it brings."
    )
    assert "on downwards it" in runway_words.break_even(replace(RUNWAY, metric="roc_auc"))
    assert runway_words.break_even(replace(RUNWAY, break_even=None)) == ""


@pytest.mark.parametrize(("metric", "now", "past"), [("rmse", 8.2, True), ("rmse", 8.0, False), ("roc_auc", 8.0, True)])
def test_beyond_the_break_even_is_known(metric: str, now: float, past: bool):
    assert runway_words.past(replace(RUNWAY, metric=metric, metric_now=now)) is past


def test_what_the_sentence_says_is_not_said_twice():
    reason = (
        "The net of the weeks shows no trend beyond chance. The file gives no `run_cost_per_month`: none is counted."
    )
    found = runway_words.unsaid(replace(RUNWAY, reason=reason))
    assert found == "The file gives no `run_cost_per_month`: none is counted."


def test_a_baseline_with_too_few_answers_is_named_as_the_reason():
    found = replace(OCTOBER, benefit=None, estimated_benefit=None, worth=500.0, covered=0.25)
    told = value_words.earned(found, spec({"column": "base"}), "EUR")
    assert "without the model: base has a number in only 25 % of these decisions." in told


def test_of_two_losses_it_is_said_which_is_the_smaller():
    found = replace(OCTOBER, net=-4130.0, net_before=-4521.0)
    assert value_words.change(found, "EUR") == "That is a loss €391 smaller than the month before."


def test_a_total_beyond_the_period_says_up_to_which_day_it_is():
    found = replace(OCTOBER, paid_back_on=None, running_net=-500.0)
    told = value_words.paid_back(found, "EUR", dated=True)
    assert told.startswith("From 2 May 2026 to 20 November 2026 it has cost €500 more than it brought")
