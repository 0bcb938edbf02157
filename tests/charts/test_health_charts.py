"""Charts of health draw what was measured, tell estimated from real, and keep limits and names readable."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pandas as pd
import pytest

from watchroom.charts import distribution, drift_map, health
from watchroom.charts.health import Line
from watchroom.charts.words import days, share, short

FIRST = date(2026, 11, 2)


def weeks(count: int) -> list[dict[str, Any]]:
    return [
        {"period_start": FIRST + timedelta(7 * n), "period_end": FIRST + timedelta(7 * n + 6)} for n in range(count)
    ]


def measured(*labelled: int, kind: str = "realized") -> pd.DataFrame:
    return pd.DataFrame(
        [
            {**week, "kind": kind, "value": 0.8 if n else None, "low": 0.7, "high": 0.9, "n": 100, "n_labelled": n}
            for week, n in zip(weeks(len(labelled)), labelled, strict=True)
        ]
    )


def named(chart: Any, name: str) -> Any:
    return next(trace for trace in chart.figure.data if trace.name == name)


class TestPerformance:
    def test_estimated_looks_different_from_what_came_true_and_is_named(self):
        found = pd.concat([measured(100, 100), measured(100, 100, kind="estimated")], ignore_index=True)
        chart = health.performance(found, "AUC", [])
        real, estimated = named(chart, "from outcomes"), named(chart, "estimated")
        assert (real.line.dash, estimated.line.dash) == (None, "dot")
        assert real.marker.symbol[0] != estimated.marker.symbol
        assert {"from outcomes", "estimated"} <= {note.text for note in chart.figure.layout.annotations}
        assert "estimated from 0.8" in chart.alt

    def test_a_period_with_less_than_half_of_its_outcomes_is_hollow(self):
        chart = health.performance(measured(100, 50, 49), "AUC", [])
        assert list(named(chart, "from outcomes").marker.symbol) == ["circle", "circle", "circle-open"]

    def test_the_labelled_share_stands_under_it_from_nothing_to_all(self):
        chart = health.performance(measured(100, 25, 0), "AUC", [])
        assert list(named(chart, "labelled").y) == [1, 0.25, 0]
        assert list(chart.figure.layout.yaxis2.range) == [0, 1]
        assert "no outcomes yet" in [note.text for note in chart.figure.layout.annotations]

    def test_limits_and_reference_are_lines_with_their_names(self):
        lines = [Line("reference", 0.88), Line("watch", 0.86, "watch"), Line("failing", 0.5, "bad")]
        chart = health.performance(measured(100, 100), "AUC", lines)
        assert {shape.y0 for shape in chart.figure.layout.shapes} == {0.88, 0.86, 0.5}
        notes = {note.text for note in chart.figure.layout.annotations}
        assert {"reference 0.88", "watch 0.86", "failing 0.5"} <= notes

    def test_names_of_lines_close_together_are_moved_apart(self):
        lines = [Line(f"line {n}", 0.8 + n / 1000) for n in range(4)]
        chart = health.performance(measured(100, 100), "AUC", lines)
        places = sorted(note.y for note in chart.figure.layout.annotations if note.text.startswith("line"))
        low, high = chart.figure.layout.yaxis.range
        assert all(b - a >= (high - low) * 0.05 for a, b in pairwise(places))

    def test_no_value_is_said(self):
        assert health.performance(measured(0, 0), "AUC", []).alt == "AUC: no values."


@pytest.mark.parametrize(("values", "least"), [([0.01, 0.02], 0.0), ([0.4, 0.5], 0.0)])
def test_drift_is_drawn_from_zero_with_its_limits_in_sight(values: list[float], least: float):
    found = pd.DataFrame(
        [
            {**week, "value": value, "noise": 0.005, "status": "stable", "n": 9}
            for week, value in zip(weeks(2), values, strict=True)
        ]
    )
    chart = health.drift(found, "PSI of x", 0.1, 0.25)
    low, high = chart.figure.layout.yaxis.range
    assert low == least
    assert high > 0.25
    assert "Drifted from 0.25." in chart.alt


def test_days_without_decisions_are_drawn_as_such_and_count_as_below_the_minimum():
    found = pd.DataFrame({"day": [FIRST, FIRST + timedelta(3)], "decisions": [40, 5], "labelled": [30, 0]})
    chart = health.volume(found, 10, FIRST, FIRST + timedelta(3))
    labelled, rest = chart.figure.data
    assert list(labelled.y) == [30, 0, 0, 0]
    assert list(rest.y) == [10, 0, 0, 5]
    assert "3 of 4 days below the minimum of 10." in chart.alt
    assert chart.figure.layout.yaxis.range[0] == 0


def test_what_never_occurs_is_left_out_of_the_quality_of_a_feature():
    found = pd.DataFrame(
        [{**week, "n": 100, "missing": 0, "unseen": None, "out_of_range": 4, "invalid": 0} for week in weeks(2)]
    )
    (line,) = health.quality(found).figure.data
    assert (line.name, list(line.y)) == ("out of range", [0.04, 0.04])


def drifting(**statuses: str) -> pd.DataFrame:
    rows = [
        {**week, "feature": feature, "value": 0.3, "drifted": 0.25, "status": status, "n": 9, "method": "psi"}
        for feature, own in statuses.items()
        for week, status in zip(weeks(len(own.split())), own.split(), strict=True)
    ]
    return pd.DataFrame(rows).replace({"status": {"none": "no data"}})


def test_the_map_orders_features_by_how_they_are_now_then_by_how_often_they_were_beyond():
    found = drifting(
        calm="stable stable", once="drifted stable", now="stable drifted", often="drifted drifted", few="none none"
    )
    assert drift_map.order_of(found) == ["often", "now", "once", "calm", "few"]


def test_a_cell_knows_its_feature_and_tells_its_value_where_it_is_beyond():
    found = drifting(a="stable watch drifted none")
    chart = drift_map.drift_map(found, ["a"])
    (cells,) = chart.figure.data
    assert list(cells.customdata) == ["a"] * 4
    assert list(cells.base) == [0, 1, 2, 3]
    assert list(cells.text) == ["", "0.3", "0.3", ""]
    assert len(set(cells.marker.color)) == 4


def test_names_from_outside_are_text_in_the_map_and_in_the_bins():
    evil = "<b>&x"
    (cells,) = drift_map.drift_map(drifting(**{evil: "drifted"}), [evil]).figure.data
    assert list(cells.y) == ["&lt;b&gt;&amp;x"]
    assert "<b>" not in cells.hovertext[0].replace("<br>", "")
    chart = distribution.bins([evil], [1.0], [1.0], "the reference", "now")
    assert list(chart.figure.layout.yaxis.ticktext) == ["&lt;b&gt;&amp;x"]


def test_bins_say_what_has_changed_most():
    chart = distribution.bins(["a", "b", "c"], [0.5, 0.3, 0.2], [0.1, 0.3, 0.6], "the reference", "now")
    assert "Largest changes: a −40 %, c +40 %, b +0 %." in chart.alt


def test_calibration_says_which_scores_do_not_keep_their_word():
    curve = pd.DataFrame(
        {"score": [0.2, 0.8], "observed": [0.2, 0.5], "low": [0.1, 0.4], "high": [0.3, 0.6], "n": [9, 9]}
    )
    chart = distribution.calibration(curve, curve.iloc[:0])
    assert "1 score higher than what came true, 0 lower, 1 keep their word." in chart.alt
    assert distribution.calibration(curve.iloc[:0], curve).alt == "Calibration: no outcomes in the period."


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.84213, "0.842"), (1234.5, "1,234"), (12.34, "12.3"), (None, "–"), (0.00001, "1.0e-05"), (0, "0")],
)
def test_a_number_has_no_more_digits_than_it_deserves(value: float | None, said: str):
    assert short(value) == said


@pytest.mark.parametrize(("value", "said"), [(0.123, "12 %"), (0.021, "2.1 %"), (0.0, "0 %"), (None, "–")])
def test_a_share_is_said_in_percent(value: float | None, said: str):
    assert share(value) == said


@pytest.mark.parametrize(
    ("last", "said"),
    [
        (FIRST, "2 Nov 2026"),
        (FIRST + timedelta(6), "2 to 8 Nov 2026"),
        (FIRST + timedelta(30), "2 Nov to 2 Dec 2026"),
        (FIRST + timedelta(90), "2 Nov 2026 to 31 Jan 2027"),
    ],
)
def test_days_are_said_as_people_write_them(last: date, said: str):
    assert days(FIRST, last) == said
