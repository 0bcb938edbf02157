"""Charts draw what the numbers say, and say it in a sentence too."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from watchroom.charts.runs import DAYS_AS_MONTHS, DAYS_AS_WEEKS, runs_per_day
from watchroom.charts.versions import metric_by_version


def days(*rows: tuple[date, str, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["day", "status", "runs"])


def test_days_without_runs_are_drawn_as_days_without_runs():
    chart = runs_per_day(days((date(2026, 11, 3), "FINISHED", 4)), date(2026, 11, 1), date(2026, 11, 5))
    (bar,) = chart.figure.data
    assert list(bar.y) == [0, 0, 4, 0, 0]


def test_a_status_has_a_bar_of_its_own_and_failures_stand_on_top():
    found = days((date(2026, 11, 1), "FAILED", 1), (date(2026, 11, 1), "FINISHED", 2), (date(2026, 11, 1), "ODD", 3))
    chart = runs_per_day(found, date(2026, 11, 1), date(2026, 11, 1))
    assert [bar.name for bar in chart.figure.data] == ["Finished", "Failed", "Odd"]
    assert chart.alt.startswith("Runs started per day from 01 Nov 2026 to 01 Nov 2026: 1 failed, 2 finished, 3 odd.")


@pytest.mark.parametrize(
    ("length", "grain"),
    [
        (DAYS_AS_WEEKS, "day"),
        (DAYS_AS_WEEKS + 1, "week"),
        (DAYS_AS_MONTHS, "week"),
        (DAYS_AS_MONTHS + 1, "month"),
    ],
)
def test_a_long_period_is_drawn_coarser_and_loses_no_run(length: int, grain: str):
    first = date(2026, 1, 1)
    last = date.fromordinal(first.toordinal() + length)
    chart = runs_per_day(days((first, "FINISHED", 2), (last, "FINISHED", 5)), first, last)
    assert f"per {grain}" in chart.alt
    assert sum(chart.figure.data[0].y) == 7


def test_years_of_runs_keep_every_run_in_its_place():
    first, last = date(2020, 1, 1), date(2026, 11, 20)
    every = [date.fromordinal(n) for n in range(first.toordinal(), last.toordinal() + 1)]
    found = days(*((day, status, 2) for day in every for status in ("FINISHED", "FAILED")), (first, "FAILED", 5))
    chart = runs_per_day(found, first, last)
    totals = {bar.name: sum(bar.y) for bar in chart.figure.data}
    assert totals == {"Finished": 2 * len(every), "Failed": 2 * len(every) + 5}
    assert [int(bar.y[0]) for bar in chart.figure.data] == [62, 67]


def test_what_lies_outside_the_period_is_not_drawn():
    chart = runs_per_day(days((date(2025, 1, 1), "FINISHED", 2)), date(2026, 11, 1), date(2026, 11, 2))
    assert sum(chart.figure.data[0].y) == 0
    assert "none" in chart.alt


def test_names_from_outside_are_text_in_a_figure():
    (bar,) = runs_per_day(days((date(2026, 11, 1), "<b>&x", 1)), date(2026, 11, 1), date(2026, 11, 1)).figure.data
    assert bar.name == "&lt;b&gt;&amp;x"
    values = pd.DataFrame({"version": [1], "last": [0.5]})
    assert metric_by_version(values, "x", {1: "<a href=x>y</a>"}).figure.data[0].text == (
        "&lt;a href=x&gt;y&lt;/a&gt;",
    )


def test_a_version_with_an_alias_is_named_beside_its_point():
    values = pd.DataFrame({"version": [1, 2, 3], "last": [0.5, 0.4, 0.3]})
    chart = metric_by_version(values, "log_loss", {2: "champion"})
    (line,) = chart.figure.data
    assert list(line.text) == ["", "champion", ""]
    assert chart.alt == "log_loss by version: version 1 0.5, version 2 (champion) 0.4, version 3 0.3."


def test_values_that_are_not_finite_are_left_out_and_counted():
    values = pd.DataFrame({"version": [1, 2, 3], "last": [0.5, float("nan"), float("inf")]})
    chart = metric_by_version(values, "loss", {})
    assert list(chart.figure.data[0].y) == [0.5]
    assert chart.alt.endswith("2 left out: not a finite number.")
