"""Groups beside each other in sentences, and the table of comparisons."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from tests.ui.fairness_sample import compared
from watchroom.ui.fairness_table import overview
from watchroom.ui.fairness_terms import PLAIN, assumption, means, metric_name, terms_of
from watchroom.ui.fairness_words import answer, comparison, months_around, small_ones
from watchroom.workspace.model_file import ModelSpec


def pair(metric: str = "selection_rate", status: str = "below", ratio: float = 0.5, **more: object) -> list[dict]:
    """The best group and another one."""
    values = {"selection_rate": 0.4, "true_positive_rate": 0.4}.get(metric, 0.1)
    own = values * ratio if metric in ("selection_rate", "true_positive_rate") else values / ratio if ratio else 0.3
    best = values if ratio or metric in ("selection_rate", "true_positive_rate") else 0.0
    told = {"metric": metric, "best": "61+", **more}
    first = "none" if status == "none" else "above"
    return [
        compared(group_value="61+", value=best, ratio=1.0, ratio_low=1.0, ratio_high=1.0, status=first, **told),
        compared(value=own, ratio=ratio, ratio_low=ratio * 0.9, ratio_high=ratio * 1.1, status=status, **told),
    ]


@pytest.mark.parametrize(
    ("metric", "said"),
    [
        ("selection_rate", "the model says 1 to “61+” 2.0 times as often as to “18-25” (40 % against 20 %)"),
        (
            "true_positive_rate",
            "those of “61+” are recognised 2.0 times as often as those of “18-25” (40 % against 20 %)",
        ),
        ("false_positive_rate", "the model says 1 to “18-25” 2.0 times as often as to “61+” (20 % against 10 %)"),
        ("error_rate", "decisions about “18-25” are wrong 2.0 times as often as about “61+” (20 % against 10 %)"),
        ("mae", "errors for “18-25” are 2.0 times as large as for “61+” (0.2 against 0.1)"),
    ],
)
def test_a_ratio_says_who_is_higher_and_by_how_much(metric: str, said: str):
    best, own = pair(metric)
    assert comparison(own, best["value"]).endswith(said)


@pytest.mark.parametrize(
    ("metric", "said"),
    [
        ("selection_rate", "says 1 to “61+” and never to “18-25” (40 % against 0 %)"),
        ("true_positive_rate", "recognised and none of “18-25” (40 % against 0 %)"),
        ("false_positive_rate", "says 1 to “18-25” and never to “61+” (30 % against 0 %)"),
        ("error_rate", "about “18-25” are wrong and none about “61+” (30 % against 0 %)"),
        ("mae", "errors for “18-25” are there and none for “61+” (0.3 against 0)"),
    ],
)
def test_what_never_happens_to_a_group_is_said_so(metric: str, said: str):
    best, own = pair(metric, ratio=0.0)
    assert said in comparison(own, best["value"])


def test_a_group_below_the_line_is_the_answer():
    found = answer(pd.DataFrame([*pair(), *pair(status="above", ratio=0.95, group_column="region")]))
    assert found.startswith("Not alike by `age_band`: the model says 1 to “61+” 2.0 times as often")
    assert found.endswith("below the four-fifths line, with the whole interval; 1 of 2 columns has no such group.")
    assert answer(pd.DataFrame(pair())).endswith("below the four-fifths line, with the whole interval.")


def test_a_gap_in_errors_never_goes_before_selection():
    errors = pair("error_rate", status="none", ratio=0.2)
    assert answer(pd.DataFrame([*errors, *pair(status="above", ratio=0.95)])).startswith("Alike: in 1 column")
    found = overview(pd.DataFrame([*errors, *pair(status="above", ratio=0.95)]))
    assert list(found["metric"]) == ["selection_rate", "error_rate"]


def test_without_selection_the_widest_gap_is_told_and_not_judged():
    found = answer(pd.DataFrame(pair("mae", status="none")))
    assert found == (
        "Furthest apart by `age_band`: errors for “18-25” are 2.0 times as large as for “61+” (0.2 against 0.1). "
        "That is no verdict: the four-fifths line is one of selection."
    )


def test_what_cannot_be_told_yet_is_said_to_be():
    found = answer(pd.DataFrame(pair(status="unclear", ratio=0.7)))
    assert found.startswith(
        "No group lies below the four-fifths line with the whole interval. 1 of 1 comparison is unclear; its estimate "
        "lies below it, the furthest by `age_band`: the model says 1"
    )
    assert found.endswith("Only more decisions would tell.")


def test_every_unclear_comparison_is_counted():
    rows = [
        *pair(status="unclear", ratio=0.7),
        *pair(status="unclear", ratio=0.75, group_column="region"),
        *pair(status="unclear", ratio=0.95, group_column="card"),
        *pair(status="above", ratio=0.97, group_column="city"),
    ]
    found = answer(pd.DataFrame(rows))
    assert "3 of 4 comparisons are unclear; the estimates of 2 lie below it, the furthest by `age_band`" in found


def test_wide_intervals_around_an_even_estimate_raise_no_alarm():
    found = answer(pd.DataFrame([*pair(status="unclear", ratio=0.97), *pair(status="above", group_column="region")]))
    assert found == (
        "No group's estimate lies below the four-fifths line. 1 of 2 comparisons is not yet sure to stay above it: "
        "only more decisions would tell."
    )


FRAUD = {"predictions": {1: "stopped", 0: "let through"}, "outcomes": {1: "fraud", 0: "genuine"}, "favourable": 0}


def test_answers_have_the_names_of_the_models_file():
    terms = terms_of(ModelSpec.model_validate({"model": "m", "task": "binary", "answer": FRAUD}))
    best, own = pair()
    assert comparison(own, best["value"], terms) == (
        "“61+” is let through 2.0 times as often as “18-25” (40 % against 20 %)"
    )
    best, own = pair("false_positive_rate")
    assert comparison(own, best["value"], terms) == (
        "of the cases that turned out to be “genuine”, “18-25” is stopped 2.0 times as often as "
        "“61+” (20 % against 10 %)"
    )
    assert metric_name("selection_rate", terms) == "Selection rate: let through"
    assert "answer is “let through”, of all decisions with a prediction: the answer that is good" in means(
        "selection_rate", terms
    )
    assert assumption(terms) == ""


def test_a_direction_that_nobody_has_set_is_said_to_be_assumed():
    terms = terms_of(ModelSpec.model_validate({"model": "m", "answer": {"predictions": {1: "stopped"}}}))
    assert assumption(terms).startswith("It is assumed that 1 (“stopped”) is the answer that is good")
    assert "“answer: {favourable: 0}”" in assumption(terms)
    assert assumption(PLAIN).startswith("It is assumed that 1 is the answer")


def test_errors_of_amounts_have_their_unit():
    terms = terms_of(ModelSpec.model_validate({"model": "m", "task": "regression", "answer": {"unit": "EUR"}}))
    best, own = pair("mae")
    assert comparison(own, best["value"], terms).endswith("(0.2 EUR against 0.1 EUR)")


@pytest.mark.parametrize(
    ("first", "last", "period", "said"),
    [
        ((2026, 10), (2026, 11), "Last 30 days", "October and November 2026 (whole months around the last 30 days)"),
        ((2026, 11), (2026, 11), "Last 7 days", "November 2026 (whole months around the last 7 days)"),
        ((2026, 12), (2027, 1), "1 Dec 2026 to 3 Jan 2027",
         "December 2026 and January 2027 (whole months around 1 Dec 2026 to 3 Jan 2027)"),
        ((2026, 8), (2026, 11), "All time", "August to November 2026 (all time)"),
    ],
)  # fmt: skip
def test_whole_months_are_named(first: tuple[int, int], last: tuple[int, int], period: str, said: str):
    assert months_around(date(*first, 1), date(*last, 20), period) == said


def test_all_alike():
    assert answer(pd.DataFrame(pair(status="above", ratio=0.9))).startswith("Alike: in 1 column no group")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([compared()], "all decisions belong to one group"),
        (
            [compared(n=5, status="small"), compared(group_value="61+", n=3, status="small")],
            "no group has 30 decisions",
        ),
        ([compared(), compared(group_value="61+", n=3, status="small")], "fewer than two groups have 30 decisions"),
    ],
)
def test_nothing_to_compare_has_its_reason(rows: list[dict], said: str):
    assert said in answer(pd.DataFrame(rows))


def test_small_groups_are_named_with_how_many_decisions_they_have():
    rows = pd.DataFrame([*pair(), compared(group_value="", n=7, status="small")])
    assert small_ones(rows) == "Grey, with fewer than 30 decisions, and not judged: (missing) (7)."
    assert small_ones(rows[:2]) == ""


def test_the_overview_has_each_comparison_once_with_the_surest_gap_first():
    table = pd.DataFrame(
        [
            *pair(status="unclear", ratio=0.1, group_column="region"),
            *pair(ratio=0.6),
            compared(metric="error_rate", n=4, status="small"),
            compared(metric="calibration_gap"),
        ]
    )
    found = overview(table)
    assert list(zip(found["group_column"], found["metric"], found["status"], strict=True)) == [
        ("age_band", "selection_rate", "below"),
        ("region", "selection_rate", "unclear"),
        ("age_band", "error_rate", "small"),
    ]
    assert list(found["group_value"][:2]) == ["18-25", "18-25"]
    assert found["ratio"].isna().tolist() == [False, False, True]
