"""The answer of Health in a sentence, a feature's bins in words, and what a decision has at stake."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from watchroom.domain.binned import Bins
from watchroom.domain.bins import MISSING
from watchroom.domain.outcomes import Cells, Errors
from watchroom.store.queries.health import Light
from watchroom.store.queries.windows import Watched
from watchroom.ui.health_bins import CATEGORIES, groups
from watchroom.ui.health_ranked import stake_of_errors, stake_of_outcomes
from watchroom.ui.health_window import Feature, year_before
from watchroom.ui.health_words import Measured, answer
from watchroom.workspace.money import ErrorValue, OutcomeValue

LAST = date(2026, 11, 8)


def light(of: str, **parts: str) -> Light:
    own = {"drift": "stable", "quality": "stable", "performance": "stable", "volume": "stable"} | parts
    return Light("m", 1, of, **own, reason="none yet", period_start=LAST - timedelta(6), period_end=LAST, n=70,
                 performance_as_of=LAST, since=None)  # fmt: skip


def drifting(*features: tuple[str, str]) -> pd.DataFrame:
    rows = [(name, status, 0.4 - n / 100, 0.25) for n, (name, status) in enumerate(features)]
    return pd.DataFrame(rows, columns=["feature", "status", "value", "drifted"])


def performance(**more: Any) -> dict[str, Any]:
    row = {"metric": "roc_auc", "kind": "realized", "value": 0.843, "watch": 0.86, "failing": 0.8, "status": "watch",
           "n": 2000, "n_labelled": 1234, "period_start": LAST - timedelta(6), "period_end": LAST}  # fmt: skip
    return row | more


def found(**more: Any) -> Measured:
    quality = pd.DataFrame([("promo", "failing", 0.14, 0.0)], columns=["feature", "status", "share", "reference_share"])
    given = {
        "drift": drifting(("a", "stable")),
        "quality": quality,
        "performance": None,
        "per_day": 40.0,
        "minimum": 100,
    }
    return Measured(**(given | more))


@pytest.mark.parametrize(
    ("lit", "measured", "said"),
    [
        (
            light("drifted", drift="drifted", performance="watch"),
            found(
                drift=drifting(("device_trust", "drifted"), ("b", "drifted"), ("c", "drifted"), ("d", "stable")),
                performance=performance(),
            ),
            "Drifted since 12 Oct: `device_trust` and 2 more of 4 features have moved; "
            "AUC 0.84 is below its watch limit 0.86, from 1,234 outcomes of 2 to 8 Nov 2026.",
        ),
        (
            light("watch", drift="watch"),
            found(drift=drifting(("a", "watch"), ("b", "stable"))),
            "On watch since 12 Oct: `a` of 2 features is moving.",
        ),
        (
            light("drifted", drift="drifted"),
            found(drift=drifting(("@score", "drifted"), ("b", "stable"))),
            "Drifted since 12 Oct: the score has moved.",
        ),
        (
            light("failing", performance="failing"),
            found(performance=performance(metric="rmse", value=12.8, watch=8.2, failing=9.3, status="failing")),
            "Failing since 12 Oct: RMSE 12.8 is above its limit 9.3, from 1,234 outcomes of 2 to 8 Nov 2026.",
        ),
        (
            light("watch", performance="watch"),
            found(performance=performance(kind="estimated")),
            "On watch since 12 Oct: estimated AUC 0.84 is below its watch limit 0.86, from 2,000 decisions without "
            "outcomes of 2 to 8 Nov 2026.",
        ),
        (
            light("failing", quality="failing", volume="failing"),
            found(),
            "Failing since 12 Oct: `promo` is missing, unseen or invalid in 14 % of decisions (reference 0 %); "
            "40 decisions a day, at least 100 are expected.",
        ),
        (
            light("stable", volume="no data"),
            found(),
            "Stable since 12 Oct: nothing that could be judged is beyond its limit; volume cannot be judged.",
        ),
        (light("no data"), found(), "No data since 12 Oct: none yet"),
    ],
)
def test_the_answer_is_one_sentence(lit: Light, measured: Measured, said: str):
    assert answer(lit, measured, "since 12 Oct") == said


def feature(kind: str, codes: list[int], values: list[str], reference: list[int], now: list[int]) -> Feature:
    size = len(codes)
    edges = [np.nan if code < 0 else float(code) for code in codes]
    bins = Bins(kind, np.array(codes), np.array(edges), np.array([edge + 1 for edge in edges]), np.array(codes),
                np.array(reference), 1.0)  # type: ignore[arg-type]  # fmt: skip
    return Feature(Watched("f", bins, tuple(values or [""] * size), True), np.array([now]))


def test_categories_are_sorted_by_how_frequent_they_were_and_the_special_ones_come_last():
    shown = groups(feature("category", [MISSING, 0, 1], ["", "rare", "usual"], [3, 10, 90], [1, 50, 50]))
    assert [(one.label, one.before, one.now) for one in shown] == [
        ("usual", 90, 50), ("rare", 10, 50), ("missing", 3, 1),
    ]  # fmt: skip


def test_many_categories_end_with_one_bar_for_the_rest():
    count = CATEGORIES + 5
    shown = groups(feature("category", list(range(count)), [f"c{n}" for n in range(count)], [9] * count, [1] * count))
    assert len(shown) == CATEGORIES + 1
    assert (shown[-1].label, shown[-1].before, shown[-1].now) == ("5 other values", 45, 5)


def test_a_number_is_shown_by_the_deciles_of_its_reference():
    shown = groups(feature("number", [0, 1, 2], [], [10, 10, 10], [0, 5, 25]))
    assert [(one.label, one.now) for one in shown] == [("0 to 1", 0), ("1 to 2", 5), ("2 to 3", 25)]


def cells(positive: int, negative: int) -> Cells:
    none = np.zeros(2)
    return Cells(none, np.array(["0", "1"], object), np.array(["1", "0"], object), np.array([positive, negative]),
                 none, none, none)  # fmt: skip


@pytest.mark.parametrize(
    ("amounts", "reference", "stake"),
    [
        ({"true_positive": 110, "false_positive": -40, "false_negative": 0, "true_negative": 0}, (10, 90), 47.0),
        ({"true_positive": 110, "false_positive": -40, "true_negative": 0}, (10, 90), None),
        ({"true_positive": 1, "false_positive": 1, "false_negative": 1, "true_negative": 1}, (0, 0), None),
    ],
)
def test_the_stake_of_a_decision_is_what_lies_between_right_and_wrong(
    amounts: dict[str, float], reference: tuple[int, int], stake: float | None
):
    assert stake_of_outcomes(OutcomeValue.model_validate(amounts), cells(*reference)) == stake


def test_the_stake_of_a_number_is_what_its_errors_cost_on_average():
    sums = Errors(np.array([10]), np.array([20.0]), np.array([30.0]), *(np.zeros(1),) * 4)
    value = ErrorValue.model_validate({"per_unit_error": {"over": -0.5, "under": -1.5}})
    assert stake_of_errors(value, sums) == pytest.approx(5.5)
    assert stake_of_errors(ErrorValue.model_validate({"per_unit_error": {"over": -0.5}}), sums) is None


@pytest.mark.parametrize(
    ("day", "before"),
    [(date(2026, 3, 1), date(2025, 3, 1)), (date(2024, 2, 29), date(2023, 2, 28))],
)
def test_the_same_day_of_a_year_before(day: date, before: date):
    assert year_before(day) == before
