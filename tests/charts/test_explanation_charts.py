"""Charts of explanations draw what was explained: nothing left out unsaid, missing values and categories in sight."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from watchroom.charts import beeswarm, dependence, explanations, rows_map
from watchroom.charts.dependence import Coloured
from watchroom.domain.attribution import shifts, weights

HOSTILE = "<b>bold</b> <a href='x'>link</a>"
RNG = np.random.default_rng(4)


def values(feature: str, n: int = 50, **columns: Any) -> pd.DataFrame:
    usual: dict[str, Any] = {"feature": feature, "row": range(n), "value": np.nan, "text": None, "shap": 0.1}
    return pd.DataFrame({**usual, **columns})


def number(feature: str = "amount", n: int = 50) -> pd.DataFrame:
    x = np.linspace(0, 10, n)
    return values(feature, n, value=x, shap=x - 5)


def traces(chart: Any) -> dict[str, Any]:
    return {trace.name: trace for trace in chart.figure.data}


class TestImportance:
    found = weights(("a", "b", "c", "d"), np.array([[4.0, -3.0, 2.0, 1.0]]))

    def test_the_greatest_comes_first_with_its_share_beside_the_bar(self):
        chart = explanations.importance(self.found, 10, "log-odds")
        (bars,) = chart.figure.data
        assert list(bars.x) == [0.4, 0.3, 0.2, 0.1]
        assert list(bars.text) == ["40 %", "30 %", "20 %", "10 %"]
        assert list(chart.figure.layout.yaxis.ticktext) == ["a", "b", "c", "d"]
        low, high = chart.figure.layout.yaxis.range
        assert low > high
        assert chart.alt == "Share of the weight of 4 inputs, the greatest first: a 40 %, b 30 %, c 20 %, d 10 %."

    def test_what_is_beyond_the_limit_is_one_bar_so_that_all_make_a_whole(self):
        (bars,) = explanations.importance(self.found, 2, "log-odds").figure.data
        assert sum(bars.x) == pytest.approx(1)
        assert list(bars.customdata) == ["a", "b", ""]

    def test_names_from_outside_are_no_markup(self):
        chart = explanations.importance(weights((HOSTILE,), np.ones((1, 1))), 5, "units of <i>x</i>")
        assert "<b>" not in chart.figure.layout.yaxis.ticktext[0]
        assert "<i>" not in chart.figure.data[0].hovertext[0]


class TestBeeswarm:
    def test_every_row_is_a_point_and_missing_values_and_categories_have_looks_of_their_own(self):
        lost = number("tenure").assign(value=np.where(np.arange(50) < 5, np.nan, 1.0))
        plan = values("plan", text=["x", "y"] * 25, shap=RNG.normal(size=50))
        found = traces(beeswarm.beeswarm(pd.concat([number(), lost, plan]), ["amount", "tenure", "plan"], "log-odds"))
        assert {name: len(trace.x) for name, trace in found.items()} == {"missing": 5, "category": 50, "number": 95}
        assert found["missing"].marker.color == beeswarm.MISSING_COLOUR
        assert "missing" in found["missing"].text[0]
        assert found["category"].text[0].startswith("plan: x")

    def test_colour_is_the_rank_of_the_value_so_that_one_far_away_does_not_take_it_all(self):
        far = number().assign(value=np.r_[np.arange(49), 1e9])
        colours = traces(beeswarm.beeswarm(far, ["amount"], "log-odds"))["number"].marker.color
        assert list(colours) == pytest.approx(np.linspace(0, 1, 50))

    def test_infinite_values_have_the_colours_of_the_ends(self):
        found = number(n=5).assign(value=[-np.inf, 1.0, 2.0, 3.0, np.inf])
        points = traces(beeswarm.beeswarm(found, ["amount"], "log-odds"))["number"]
        assert list(points.marker.color) == pytest.approx([0, 0.25, 0.5, 0.75, 1])
        assert "amount: −∞" in points.text[0]

    @pytest.mark.parametrize(("n", "kind"), [(2_000, go.Scatter), (2_001, go.Scattergl)])
    def test_many_points_are_one_picture(self, n: int, kind: type):
        (points,) = beeswarm.beeswarm(number(n=n), ["amount"], "log-odds").figure.data
        assert isinstance(points, kind)
        assert len(points.x) == n

    def test_points_stay_in_their_line(self):
        found = pd.concat([number("a", 500).assign(shap=0.0), number("b", 500)])
        points = traces(beeswarm.beeswarm(found, ["a", "b"], "log-odds"))["number"]
        lines = np.round(points.y)
        assert set(lines[np.array(points.customdata) == "a"]) == {0}
        assert np.abs(points.y - lines).max() < 0.5

    def test_equal_values_lie_beside_each_other(self):
        assert len(set(beeswarm.swarm(np.zeros(40)))) == 40

    def test_zero_is_a_line(self):
        chart = beeswarm.beeswarm(number(), ["amount"], "log-odds")
        assert chart.figure.layout.shapes[0].x0 == 0
        assert "amount −5 to +5" in chart.alt


class TestDependence:
    def test_missing_values_stand_at_the_side_with_their_name(self):
        found = number().assign(value=lambda rows: rows["value"].where(rows["row"] >= 5))
        chart = dependence.dependence(found, "amount", "log-odds")
        points = traces(chart)["rows"]
        low = found["value"].min()
        assert (np.sort(points.x)[:5] < low).all()
        assert "missing" in [note.text for note in chart.figure.layout.annotations]
        assert chart.figure.layout.xaxis.range[0] < np.min(points.x)

    def test_the_line_is_the_mean_of_neighbouring_values(self):
        mean = traces(dependence.dependence(number(n=400), "amount", "log-odds"))["mean"]
        np.testing.assert_allclose(mean.y, np.array(mean.x) - 5)

    def test_many_points_are_one_picture_with_the_mean_above_them(self):
        chart = dependence.dependence(number(n=2_001), "amount", "log-odds")
        assert [type(trace) for trace in chart.figure.data] == [go.Scattergl, go.Scattergl]
        assert chart.figure.data[-1].name == "mean"

    def test_categories_stand_beside_each_other_the_one_that_pushes_up_most_first(self):
        found = values("plan", 60, text=["x", "y", None] * 20, shap=[0.1, 0.9, -0.3] * 20)
        chart = dependence.dependence(found, "plan", "log-odds")
        assert list(chart.figure.layout.xaxis.ticktext) == ["y", "x", "missing"]
        assert list(traces(chart)["mean"].y) == pytest.approx([0.9, 0.1, -0.3])

    def test_rare_categories_stand_together(self):
        texts = [f"c{n:02}" for n in range(30) for _ in range(30 - n)]
        chart = dependence.dependence(values("plan", len(texts), text=texts), "plan", "log-odds")
        labels = list(chart.figure.layout.xaxis.ticktext)
        assert len(labels) == dependence.CATEGORIES_SHOWN + 1
        assert dependence.OTHERS in labels

    def test_a_flag_is_drawn_as_two_categories(self):
        chart = dependence.dependence(values("urgent", value=[0.0, 1.0] * 25), "urgent", "log-odds")
        assert set(chart.figure.layout.xaxis.ticktext) == {"0", "1"}

    def test_a_number_colours_by_rank_and_where_it_is_missing_grey(self):
        other = Coloured("age", np.r_[np.nan, np.arange(49)])
        found = traces(dependence.dependence(number(), "amount", "log-odds", other))
        assert (len(found["missing"].x), found["missing"].marker.color) == (1, beeswarm.MISSING_COLOUR)
        assert list(found["age"].marker.color) == pytest.approx(np.linspace(0, 1, 49))

    def test_a_category_colours_its_most_frequent_values_and_the_rest_grey(self):
        texts = ["a"] * 20 + ["b"] * 12 + ["c"] * 8 + ["d"] * 5 + ["e"] * 4 + [None]
        found = traces(dependence.dependence(number(), "amount", "units", Coloured("plan", np.full(50, np.nan), texts)))
        assert {name: len(trace.x) for name, trace in found.items() if name != "mean"} == {
            "a": 20, "b": 12, "c": 8, "others": 10,
        }  # fmt: skip

    def test_a_few_far_away_do_not_press_the_rest_together_and_are_counted(self):
        found = number(n=1000).assign(value=np.r_[np.linspace(-1, 1, 999), 1e6])
        chart = dependence.dependence(found, "amount", "log-odds")
        assert chart.figure.layout.xaxis.range[1] < 2
        assert any("lie beyond the picture" in note.text for note in chart.figure.layout.annotations)

    @pytest.mark.parametrize("scale", [np.linspace(-1, 1, 97), np.logspace(0, 4, 97)])
    def test_infinite_values_stand_at_the_edges_and_are_counted(self, scale: np.ndarray):
        infinite = [np.inf, np.inf, -np.inf if scale[0] < 0 else np.inf]
        found = number(n=100).assign(value=np.r_[scale, infinite])
        chart = dependence.dependence(found, "amount", "log-odds", Coloured("amount", found["value"].to_numpy()))
        points = traces(chart)["amount"]
        assert np.isfinite(points.x).all()
        assert points.x[97] == points.x[98] > scale.max()
        assert (points.x[99] < scale.min()) == (scale[0] < 0)
        assert any("3 infinite, at the edge" in note.text for note in chart.figure.layout.annotations)
        assert "amount: ∞" in points.text[97]
        assert np.isfinite(traces(chart)["mean"].x).all()

    def test_amounts_with_a_long_tail_are_on_a_logarithmic_scale_and_it_is_said(self):
        amounts = np.r_[np.nan, np.logspace(0, 4, 99)]
        chart = dependence.dependence(number(n=100).assign(value=amounts), "amount", "log-odds")
        assert chart.figure.layout.xaxis.type == "log"
        points = np.sort(traces(chart)["rows"].x)
        assert points[0] < 1
        np.testing.assert_allclose(points[1:], amounts[1:])
        assert "logarithmic scale" in [note.text for note in chart.figure.layout.annotations]


class TestRowsMap:
    rows = pd.DataFrame({"prediction_id": ["d1", HOSTILE], "output": [1.0, -1.0], "base_value": 0.0})

    def test_a_column_is_a_row_and_a_line_an_input(self):
        chart = rows_map.rows_map(
            self.rows, np.array([[0.5, -0.1, 0.0], [-0.4, 0.2, 0.1]]), ["a", "b", "c"], "log-odds"
        )
        cells, outputs = chart.figure.data
        assert np.array(cells.z).shape == (3, 2)
        assert list(outputs.y) == [1.0, -1.0]
        assert list(outputs.customdata) == [0, 1]
        assert "<b>" not in outputs.text[1] + cells.text[0][1]
        assert cells.zmin == -cells.zmax
        assert "the strongest input is a" in chart.alt

    def test_rows_without_any_effect_are_drawn_too(self):
        cells, _ = rows_map.rows_map(self.rows, np.zeros((2, 1)), ["a"], "log-odds").figure.data
        assert cells.zmin < cells.zmax


def test_shifts_draw_both_sides_the_greatest_move_on_top():
    before, now = weights(("a", "b"), np.array([[3.0, 1.0]])), weights(("a", "b"), np.array([[1.0, 3.0]]))
    bars, marks = explanations.shifts(shifts(before, now), 5, "Oct", "Nov").figure.data
    assert list(bars.x) == [0.25, 0.75]
    assert list(marks.x) == [0.75, 0.25]


def test_ndcg_has_its_limit_in_sight_and_leaves_out_what_cannot_be_told():
    months = [date(2026, month, 1) for month in (8, 9, 10)]
    found = pd.DataFrame(
        {"period_start": months, "period_end": months, "value": [0.99, None, 0.82], "low": [0.98, None, 0.8],
         "high": [1.0, None, 0.85], "status": ["stable", "no data", "drifted"], "n": 200, "against_n": 300}
    )  # fmt: skip
    chart = explanations.ndcg_by_month(found, 0.9)
    (line,) = chart.figure.data
    assert list(line.y) == [0.99, 0.82]
    assert line.marker.color[0] != line.marker.color[1]
    low, high = chart.figure.layout.yaxis.range
    assert low < 0.8
    assert high > 1
    assert "limit 0.90" in [note.text for note in chart.figure.layout.annotations]
    assert "1 of 2 months changed" in chart.alt
    assert "no month can be told" in explanations.ndcg_by_month(found[found["value"].isna()], 0.9).alt
