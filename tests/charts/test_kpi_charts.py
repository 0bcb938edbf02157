"""A KPI's chart shows target and limit by name, what is not settled as hollow, and which version took over when."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from watchroom.charts.kpis import target_over_time, versions_over_time

HOSTILE = "<b>x</b>"


def frame(values: list[float | None], *, labelled: tuple[int, ...] = (), running: bool = True) -> pd.DataFrame:
    starts = pd.date_range("2026-07-01", periods=len(values), freq="MS")
    return pd.DataFrame(
        {
            "grain": "month",
            "period_start": starts,
            "period_end": starts + pd.offsets.MonthEnd(0),
            "value": values,
            "status": ["on target" if value is not None and value <= 1 else "beyond limit" for value in values],
            "n": labelled or (100,) * len(values),
            "decisions": 100,
            "running": [*[False] * (len(values) - 1), running],
        }
    )


def texts(chart: object) -> list[str]:
    return [one.text for one in chart.figure.layout.annotations]  # type: ignore[attr-defined]


def test_target_and_limit_are_named_lines_and_the_running_month_is_called_so():
    chart = target_over_time(frame([0.5, 2.5, 0.9]), "Stopped", "%", (1, 2), [])
    assert {"target 1", "limit 2", "not over yet"} <= set(texts(chart))
    assert chart.alt == (
        "Stopped in %: from 0.5 (1 to 31 Jul 2026) to 0.9 (1 to 30 Sep 2026, not over yet); on target in 2 of 3 "
        "periods. Target 1. Limit 2."
    )


def test_what_is_not_settled_is_hollow():
    (line,) = target_over_time(frame([0.5, 0.6, 0.7], labelled=(100, 40, 100)), "Stopped", "%", (1, 2), []).figure.data
    assert line.marker.symbol == ("circle", "circle-open", "circle-open")


def test_the_axis_holds_values_and_aims_and_begins_at_zero_where_zero_is_near():
    near = target_over_time(frame([0.5, 2.5]), "Stopped", "%", (1, 4), []).figure.layout.yaxis.range
    assert near[0] == 0
    assert near[1] > 4
    far = target_over_time(frame([90.0, 95.0]), "Caught", "%", (99, None), []).figure.layout.yaxis.range
    assert 80 < far[0] < 90


@pytest.mark.parametrize("day", [date(2026, 8, 10), date(2025, 8, 10)])
def test_a_change_of_version_is_marked_where_it_lies_within_the_days(day: date):
    chart = target_over_time(frame([0.5, 0.6, 0.7]), "Stopped", "%", (1, 2), [(day, 4)])
    assert ("version 4" in texts(chart)) == (day.year == 2026)


def test_without_aims_or_with_one_period_there_is_a_chart_all_the_same():
    chart = target_over_time(frame([0.5], running=False), HOSTILE, HOSTILE, (None, None), [])
    assert all("<b>x" not in str(text) for text in chart.figure.data[0].text)
    assert target_over_time(frame([None]), "Stopped", "%", (1, None), []).alt == "Stopped: no values."


def test_versions_are_lines_of_their_own_with_their_names_at_the_end():
    found = pd.concat([frame([3.0, 2.0]).assign(version=1), frame([0.5, 0.4]).assign(version=2)])
    chart = versions_over_time(found, "Stopped", "%", 1)
    assert chart.alt == "Stopped by version, the last values: version 2 0.4, version 1 2, target 1 1."
    assert {"version 1", "version 2", "target 1"} <= set(texts(chart))
