"""Charts of groups: sorted, labelled, small ones grey and last, the line where it belongs."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from tests.ui.fairness_sample import compared
from tests.ui.sample import HOSTILE, LONG
from watchroom.charts import fairness
from watchroom.charts.style import OTHER_COLOUR


def rows(metric: str = "selection_rate") -> pd.DataFrame:
    told = {"metric": metric, "best": "a"}
    return pd.DataFrame(
        [
            compared(group_value="b", value=0.2, low=0.15, high=0.25, n=500, ratio=0.5, status="below", **told),
            compared(group_value="a", value=0.4, low=0.35, high=0.45, n=1234, ratio=1.0, status="above", **told),
            compared(group_value="", value=0.9, low=0.1, high=1.0, n=3, ratio=1.0, status="small", **told),
            compared(group_value="never", value=None, low=None, high=None, n=0, status="small", **told),
        ]
    )


def test_groups_are_sorted_from_the_top_and_small_ones_come_last_in_grey():
    chart = fairness.groups(rows(), "selection_rate", "Selection rate")
    assert list(chart.figure.layout.yaxis.ticktext) == ["(missing)", "b", "a"]  # drawn upwards
    dots = chart.figure.data[0]
    assert dots.marker.color[0] == OTHER_COLOUR
    assert [symbol.endswith("open") for symbol in dots.marker.symbol] == [True, False, False]
    assert len(set(dots.marker.symbol)) == 3  # never told apart by colour alone


def test_n_stands_beside_each_group_and_the_line_at_four_fifths_of_the_best():
    chart = fairness.groups(rows(), "selection_rate", "Selection rate")
    texts = [note.text for note in chart.figure.layout.annotations]
    assert texts[:3] == ["n 3", "n 500", "n 1,234"]
    assert chart.figure.layout.shapes[0].x0 == pytest.approx(0.32)
    assert "below to the left" in texts[3]


def test_errors_have_a_ratio_and_no_line():
    found = rows("error_rate").assign(status=["none", "none", "small", "small"])
    chart = fairness.groups(found, "error_rate", "Error rate")
    assert not chart.figure.layout.shapes
    assert "0.50 of a" in chart.figure.data[0].text[1]


def test_a_gap_has_a_line_at_zero_and_no_verdict():
    found = rows("calibration_gap").assign(best=None, ratio=None, status="none")
    chart = fairness.groups(found, "calibration_gap", "Calibration gap")
    assert chart.figure.layout.shapes[0].x0 == 0
    assert "alike" not in chart.figure.data[0].text[0]


def test_the_interval_of_a_small_group_does_not_flatten_the_others():
    found = rows()
    found.loc[2, ["value", "high"]] = [0.3, 1.0]
    assert fairness.groups(found, "selection_rate", "Selection rate").figure.layout.xaxis.range[1] < 0.5


def test_the_sentence_says_each_group_with_its_interval():
    alt = fairness.groups(rows(), "selection_rate", "Selection rate").alt
    assert alt.startswith(
        "Selection rate by group, with the 95 % interval: a 40 % (35 % to 45 %) of 1,234, alike; b 20 %"
    )


@pytest.mark.parametrize("value", [HOSTILE, LONG])
def test_names_from_outside_stay_text_and_short(value: str):
    found = rows().replace({"group_value": {"b": value}})
    for chart in (
        fairness.groups(found, "selection_rate", "Selection rate"),
        fairness.months(by_month(value), [value], "selection_rate", "Selection rate"),
    ):
        drawn = chart.figure.to_json()
        assert "<img" not in drawn
        assert all(len(label) < 60 for label in chart.figure.layout.yaxis.ticktext or ())


def by_month(*groups: str) -> pd.DataFrame:
    told = [
        compared(group_value=one, period_start=start, value=0.1 + n / 100, n=20 if n == 1 else 200,
                 status="small" if n == 1 else "above")
        for one in groups for n, start in enumerate([None, date(2026, 10, 1), date(2026, 11, 1)])
    ]  # fmt: skip
    return pd.DataFrame(told).assign(period_start=lambda found: pd.to_datetime(found["period_start"]))


def test_months_have_a_line_for_each_group_and_the_reference_before_them():
    chart = fairness.months(by_month("a", "b"), ["a", "b"], "selection_rate", "Selection rate")
    assert list(chart.figure.layout.xaxis.categoryarray) == ["reference", "Oct 2026", "Nov 2026"]
    assert [list(trace.x) for trace in chart.figure.data] == [["reference"], ["Oct 2026", "Nov 2026"]] * 2
    assert list(chart.figure.data[1].marker.symbol) == ["circle-open", "circle"]
    places = [note.y for note in chart.figure.layout.annotations]
    assert places[1] > places[0]  # names of lines that end together are moved apart
    assert "a from 11 % (Oct 2026) to 12 % (Nov 2026)" in chart.alt


@pytest.mark.parametrize(
    ("metric", "value", "said"),
    [
        ("selection_rate", 0.4271, "43 %"),
        ("selection_rate", 0.00083, "0.083 %"),
        ("selection_rate", 0.04, "4.0 %"),
        ("selection_rate", 0.0, "0 %"),
        ("selection_rate", 1.0, "100 %"),
        ("calibration_gap", -0.0126, "−1.3 points"),
        ("mae", 1234.5, "1,234"),
        ("mae", float("nan"), "–"),
    ],
)
def test_values_are_written_with_the_digits_that_they_deserve(metric: str, value: float, said: str):
    assert fairness.value_text(metric, value) == said
