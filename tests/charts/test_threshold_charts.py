"""The charts of cut-offs show what is marked, write money as people do, and say it all in words."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tests.ui.sample import HOSTILE
from watchroom.charts import threshold as charts
from watchroom.charts.threshold import POINTS, Marks
from watchroom.domain.profit import cutoffs

AT = cutoffs()
MONEY = 5000 - 40_000 * (AT - 0.3) ** 2
MARKS = Marks(chosen=0.45, now=0.6, best=0.3, low=0.25, high=0.36)


def notes(chart: charts.Chart) -> list[str]:
    return [note.text for note in chart.figure.layout.annotations]


def test_the_curve_marks_the_best_the_one_in_use_and_the_chosen_one_and_says_their_money():
    chart = charts.earned(AT, MONEY, np.full(AT.size, 100.0), MARKS, 1.0, "EUR", "Benefit")
    assert notes(chart) == ["best 0.30", "in use 0.60", "chosen 0.45"]
    assert "the best one 0.30 €5,000, which lies between 0.25 and 0.36 with 95 % confidence" in chart.alt
    assert "the one in use 0.60 €1,400" in chart.alt
    assert "no to all −€14,600" in chart.alt


def test_a_curve_of_three_thousand_cutoffs_is_sent_with_few_points_and_with_those_that_are_marked():
    line = charts.earned(AT, MONEY, np.full(AT.size, np.nan), MARKS, 1.0, "EUR", "Benefit").figure.data[0]
    assert len(line.x) <= POINTS + 3
    assert {0.3, 0.45, 0.6} <= {round(float(one), 6) for one in line.x}


def test_a_chosen_cutoff_that_is_the_best_one_is_not_named_twice():
    chart = charts.earned(
        AT, MONEY, np.full(AT.size, np.nan), Marks(0.3, 0.6, 0.3, 0.25, 0.36), 1.0, "EUR", "Benefit a month"
    )
    assert notes(chart) == ["best 0.30", "in use 0.60"]


def test_the_fall_to_yes_to_all_does_not_flatten_what_is_compared():
    steep = np.where(AT < 0.1, -1e7, MONEY)
    low, high = charts.earned(
        AT, steep, np.full(AT.size, np.nan), MARKS, 1.0, "EUR", "Benefit a month"
    ).figure.layout.yaxis.range
    assert low > -1e5
    assert low < MONEY[-1] < 5000 < high


def test_precision_and_recall_are_told_where_the_slider_stands():
    chart = charts.rates(AT, AT.clip(0, 1), 1 - AT.clip(0, 1), MARKS, 1.0, ("precision", "recall"))
    assert "At the cut-off 0.45: precision 45 %, recall 55 %." in chart.alt


def test_gains_are_sorted_and_what_may_be_chance_is_hollow():
    rows = pd.DataFrame(
        {"label": ["small", HOSTILE], "gain": [10.0, 900.0], "low": [-5.0, 200.0], "high": [30.0, 1000.0]}
    )
    chart = charts.gains(rows, "EUR")
    assert list(chart.figure.data[0].marker.symbol) == ["circle-open", "circle"]
    assert "<script" not in str(chart.figure.layout.yaxis.ticktext)
    assert chart.alt.index("+€900") < chart.alt.index("+€10")


def test_ratios_stand_beside_each_other():
    rows = pd.DataFrame({"label": ["a", "b"], "cost_ratio": [2.75, 10.0], "implied_ratio": [9.0, 1.5]})
    chart = charts.ratios(rows)
    assert "a is run at 9, its file says 2.75" in chart.alt
    assert chart.figure.layout.xaxis.type == "log"


def test_groups_show_the_one_in_use_and_no_cutoff_beyond_one():
    rows = pd.DataFrame({"label": ["old"], "best": [1.00001], "low": [0.4], "high": [1.00001]})
    chart = charts.group_cutoffs(rows, 0.5)
    assert notes(chart) == ["in use 0.50"]
    assert max(chart.figure.data[0].x) == 1.0
    assert chart.alt == "Best cut-off by group: old 1.00. In use is 0.50."
