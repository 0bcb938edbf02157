"""Charts of money show what is added up, leave unknown what is, and say themselves when they are of a scenario."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ui.sample import HOSTILE
from watchroom.charts import runway, value, value_steps
from watchroom.charts.money_axis import extent, ticks
from watchroom.charts.runway import Trend
from watchroom.charts.style import Chart
from watchroom.charts.value import Mark, Payback
from watchroom.charts.value_steps import Step

TODAY = date(2026, 11, 20)


def months(*net: float | None) -> pd.DataFrame:
    """Months up to the running one, with a running cost of 100 and a fifth of the benefit estimated."""
    starts = pd.date_range(end=pd.Timestamp(TODAY).replace(day=1), periods=len(net), freq="MS")
    known = pd.Series(net, dtype=float)
    return pd.DataFrame(
        {"period_start": starts, "period_end": starts + pd.offsets.MonthEnd(0), "decisions": 500, "labelled": 400,
         "benefit": (known + 100) * 0.8, "estimated_benefit": (known + 100) * 0.2, "run_cost": 100.0, "net": known}
    )  # fmt: skip


def texts(chart: Chart) -> list[str]:
    return [str(one.text) for one in chart.figure.layout.annotations]


@given(st.floats(-1e9, 1e9), st.floats(0.01, 1e9))
def test_an_axis_has_few_round_amounts_within_it(low: float, length: float):
    found = ticks(low, low + length)
    assert 1 <= len(found) <= 7
    assert all(low - length * 1e-6 <= tick <= low + length * (1 + 1e-6) for tick in found)


def test_bars_and_net_of_a_period_are_its_money():
    chart = value.earned(months(900.0, -300.0, 50.0), "EUR", TODAY)
    by_name = {trace.name: list(trace.y) for trace in chart.figure.data if trace.name}
    assert by_name["with outcomes"] == pytest.approx([800, -160, 120])
    assert by_name["estimated"] == pytest.approx([200, -40, 30])
    assert by_name["running cost"] == [-100] * 3
    assert by_name["net"] == [900, -300, 50]


def test_the_period_that_is_not_over_is_said_to_be_so():
    chart = value.earned(months(900.0, 50.0), "EUR", TODAY)
    assert "not over yet" in texts(chart)
    assert chart.alt.endswith("1 to 30 Nov 2026 so far €50.")
    assert "not over yet" not in texts(value.earned(months(900.0, 50.0), "EUR", TODAY + timedelta(30)))


def test_figures_stand_beside_few_periods_and_not_beside_many():
    few, many = (value.earned(months(*[900.0] * n), "EUR", TODAY) for n in (6, 24))
    assert next(trace.text for trace in few.figure.data if trace.text is not None)[0] == "€900"
    assert all(trace.text is None for trace in many.figure.data)


def test_a_change_of_version_is_marked_where_it_lies_within():
    chart = value.earned(months(900.0, 50.0), "EUR", TODAY, [Mark(TODAY, "v2"), Mark(date(2020, 1, 1), "v1")])
    assert [text for text in texts(chart) if text.startswith("v")] == ["v2"]


@pytest.mark.parametrize(
    "make",
    [
        lambda scenario: value.earned(months(900.0), "EUR", TODAY, scenario=scenario),
        lambda scenario: value.running(months(900.0), "EUR", Payback(500.0, TODAY), scenario=scenario),
        lambda scenario: value_steps.steps([Step("Net", 5.0, total=True)], "EUR", scenario=scenario),
    ],
)
def test_a_picture_of_a_scenario_says_so_in_itself_and_in_words(make: Any):
    scenario, own = make(True), make(False)
    assert any("scenario" in text for text in texts(scenario))
    assert scenario.alt.startswith("By the assumptions of a scenario, not those of the file.")
    assert not any("scenario" in text for text in [*texts(own), own.alt])


@pytest.mark.parametrize(
    ("payback", "said"),
    [
        (Payback(1000.0, date(2026, 11, 3)), "paid back on 3 Nov 2026."),
        (Payback(5000.0, date(2027, 3, 4), foretold=True), "by trend paid back about 4 Mar 2027."),
        (Payback(5000.0, None), "which is not paid back."),
        (Payback(None, None), "What building it cost is not known."),
    ],
)
def test_all_of_it_says_whether_it_is_paid_back(payback: Payback, said: str):
    assert value.running(months(900.0, 200.0), "EUR", payback).alt.endswith(said)


def test_each_amount_begins_where_the_one_before_ended_and_sums_stand_from_zero():
    rows = [Step("a", 300.0), Step("b", -100.0), Step("c", None), Step("sum", 200.0, total=True), Step("d", -50.0)]
    (bars,) = value_steps.steps(rows, "EUR").figure.data
    assert list(bars.base) == [0, 300, 200, 0, 200]
    assert list(bars.x) == [300, -100, 0, 200, -50]
    assert "c unknown" in value_steps.steps(rows, "EUR").alt


def test_names_from_outside_are_no_markup_in_a_picture():
    chart = value_steps.steps([Step(HOSTILE, 5.0, HOSTILE)], "EUR")
    shown = [*chart.figure.layout.yaxis.ticktext, *chart.figure.data[0].hovertext]
    assert not any("<img" in text for text in shown)


@pytest.mark.parametrize("found", [months(), months(None, None)])
def test_nothing_known_is_drawn_as_nothing(found: pd.DataFrame):
    assert value.earned(found, "EUR", TODAY).figure is not None
    assert value.running(found, "EUR", Payback(None, None)).figure is not None


def weeks() -> pd.DataFrame:
    starts = pd.date_range("2026-09-07", periods=8, freq="7D")
    net = [1000.0 - 50 * i for i in range(8)]
    return pd.DataFrame({"period_start": starts, "period_end": starts + pd.Timedelta(days=6), "net": net, "n": 100})


def test_the_line_of_the_runway_goes_through_its_weeks_to_where_it_ends():
    found = weeks()
    last = pd.Timestamp(found["period_end"].iloc[-1]).date()
    slope = -50 / 7 * 30
    ends = last + timedelta(round(650 / 50 * 7))
    trend = Trend(last, 650.0, slope, slope * 1.5, slope * 0.5, ends + timedelta(30), ends, None, None)
    chart = runway.net(found, trend, "EUR")
    (line,) = [trace for trace in chart.figure.data if trace.mode == "lines"]
    at = [pd.Timestamp(moment) for moment in line.x]
    for x, y in zip(at, line.y, strict=True):
        assert y == pytest.approx(650 + slope * (x - pd.Timestamp(last)).total_seconds() / 86_400 / 30, abs=1e-6)
    assert any("stops paying" in text for text in texts(chart))
    assert chart.alt.endswith(f"It is at 0 on {ends.day} {ends:%b %Y}.")


def test_without_a_trend_the_weeks_stand_alone():
    chart = runway.net(weeks(), None, "EUR")
    assert [trace.mode for trace in chart.figure.data] == ["markers"]


def test_the_break_even_of_a_metric_is_a_line_with_its_interval():
    found = weeks().assign(value=0.8, n_labelled=100)
    chart = runway.metric(found, "AUC", 0.7, (0.65, 0.72))
    assert chart.alt.endswith("Break-even at 0.7, 95 % between 0.65 and 0.72.")
    assert "Break-even" not in runway.metric(found, "AUC", None, None).alt


@pytest.mark.parametrize("size", [1e300, 1.7e308])
def test_an_axis_stands_whatever_a_log_has_in_it(size: float):
    low, high = extent([-size, size, 3.0])
    assert ticks(low, high)
