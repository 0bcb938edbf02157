"""Pictures of curves and parameters: names are no markup, labels do not hide each other, empty cells stay empty."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchroom.charts import compare_curves, compare_map, compare_params
from watchroom.charts.compare_curves import Filled, Line, Look, between
from watchroom.charts.line_ends import apart, within
from watchroom.domain.param_importance import Weight, spearman
from watchroom.domain.run_groups import MISSING, MOST_GROUPS, OTHERS, Values, bins, groups, place_in

HOSTILE = "<b>bold</b> %{x} <a href='x'>link</a>"
LOOK = Look("step", "loss")


def values(key: str, found: list[str | None], number: bool = False) -> Values:
    numbers = [math.nan if text is None or not number else float(text) for text in found]
    return Values(key, tuple(found), np.array(numbers), number)


def line(label: str = "a", n: int = 5, **changed: Any) -> Line:
    return Line(label, np.arange(float(n)), np.linspace(0, 1, n), "#4C82D6", **changed)


class TestLines:
    def test_names_from_outside_are_neither_markup_nor_templates(self):
        chart = compare_curves.lines([line(HOSTILE, ends=True)], [], Look(HOSTILE, HOSTILE))
        text = chart.figure.to_json()
        assert "<b>bold" not in text
        assert chart.figure.data[0].hovertemplate.count("%{x") == 1
        assert chart.figure.layout.annotations[0].text.startswith("&lt;b&gt;")

    def test_a_logarithmic_axis_holds_all_that_is_drawn(self):
        drawn = Line("a", np.arange(3.0), np.array([0.001, 1.0, 1000.0]), "#4C82D6")
        low, high = compare_curves.lines([drawn], [], Look("step", "loss", log_y=True)).figure.layout.yaxis.range
        assert low < -3
        assert high > 3

    def test_no_curve_is_said(self):
        assert compare_curves.lines([], [], LOOK).alt == "loss: no curves."

    @given(st.lists(st.floats(0, 400), max_size=12))
    def test_labels_lie_apart_in_the_order_of_their_lines(self, places):
        moved = apart(places, 14, 400)
        order = sorted(range(len(places)), key=lambda i: places[i])
        steps = np.diff([moved[i] for i in order])
        assert (steps >= 14 - 1e-9).all()
        assert max(moved, default=0) <= 400


def test_a_band_that_cannot_be_told_is_not_drawn():
    x, n = np.arange(4.0), np.array([1, 2, 2, 1])
    low = np.array([math.nan, 0.0, 0.0, math.nan])
    found = compare_curves.bands([Filled("g", x, np.ones(4), low, low + 2, n, "#4C82D6")], "deviation", LOOK)
    shape, mean = found.figure.data
    assert list(shape.x) == [1, 2, 2, 1]
    assert "cannot be told" in mean.customdata[0][1]


def test_a_band_below_zero_goes_to_the_edge_of_a_logarithmic_axis():
    x, ones = np.arange(3.0), np.ones(3)
    found = compare_curves.bands(
        [Filled("g", x, ones, ones - 2, ones + 2, np.full(3, 2), "#4C82D6")],
        "deviation",
        Look("step", "loss", log_y=True),
    )
    assert min(found.figure.data[0].y) == pytest.approx(10 ** found.figure.layout.yaxis.range[0])


def test_colours_go_from_low_to_high():
    assert (between(0), between(1)) == ("#4c82d6", "#d9720b")


class TestGroups:
    def test_few_values_are_a_group_each_in_their_order(self):
        found = groups(values("depth", ["10", "9", None, "10"], number=True))
        assert (found.labels, found.of) == (("9", "10", MISSING), (1, 0, 2, 1))

    def test_many_numbers_are_three_ranges_of_as_many_runs(self):
        found = groups(values("lr", [str(n) for n in range(99)], number=True))
        assert [found.of.count(place) for place in range(3)] == [33, 33, 33]

    def test_rare_texts_stand_together(self):
        found = groups(values("tag", [f"v{n // 2}" for n in range(40)]))
        assert len(found.labels) == MOST_GROUPS
        assert found.labels[-1] == OTHERS

    def test_numbers_are_placed_by_logarithms_over_decades(self):
        assert list(place_in(np.array([1e-4, 1e-2, 1.0]))) == pytest.approx([0, 0.5, 1])
        assert list(place_in(np.array([1.0, 2.0, 3.0]))) == pytest.approx([0, 0.5, 1])

    @given(st.lists(st.floats(1e-6, 1e6), min_size=1, max_size=60))
    def test_every_number_has_its_bin(self, numbers):
        of = Values("x", tuple(map(repr, numbers)), np.array(numbers), True)
        found = bins(of, 8)
        assert all(at is not None and 0 <= at < len(found.labels) for at in found.of)
        order = np.argsort(numbers, kind="stable")
        assert (np.diff([found.of[i] for i in order]) >= 0).all()


class TestParameters:
    metric = np.array([1.0, 2.0, 3.0, 5.0])

    def test_a_cell_is_the_mean_of_its_runs_and_an_empty_one_stays_empty(self):
        across, up = values("a", ["x", "x", "y", "y"]), values("b", ["p", "p", "p", None])
        found = compare_map.cells(across, up, self.metric, range(4))
        assert (found.x.labels, found.y.labels) == (("x", "y"), ("p",))
        np.testing.assert_array_equal(found.mean, [[1.5, 3.0]])
        np.testing.assert_array_equal(found.n, [[2, 1]])
        crossed = compare_map.cells(
            values("a", ["x", "y", "y", "x"]), values("b", ["p", "q", "q", "p"]), self.metric, range(4)
        )
        assert np.isnan(crossed.mean[0, 1])

    def test_seeds_of_a_configuration_count_once_in_a_cell(self):
        across, up = values("a", ["x"] * 4), values("b", ["p"] * 4)
        found = compare_map.cells(across, up, self.metric, (0, 0, 0, 1))
        assert (found.n[0, 0], found.runs[0, 0], found.mean[0, 0]) == (2, 4, 3.5)

    def test_points_without_the_parameter_are_not_drawn(self):
        of = values("lr", ["0.001", None, "1", "0.1"], number=True)
        chart = compare_params.scatter(of, self.metric, list("abcd"), "auc", None, list("abcd"))
        assert list(chart.figure.data[0].customdata) == ["a", "c", "d"]
        assert chart.figure.layout.xaxis.type == "log"

    def test_parallel_lines_keep_runs_that_lack_a_parameter(self):
        dimensions = [values("lr", ["1", "2", None, "3"], number=True), values("kind", ["a", None, "b", "a"])]
        found = compare_params.parallel(dimensions, self.metric, HOSTILE).figure.data[0].dimensions
        assert MISSING in found[0].ticktext
        assert min(found[0]["values"]) < 1
        assert found[1].ticktext[-1] == MISSING
        assert "<b>" not in found[2].label

    def test_values_that_look_alike_when_cut_are_told_apart(self):
        assert len(set(compare_params.ticks(["a" * 40, "a" * 41, "b"], 10))) == 3

    def test_a_bar_says_its_share_and_its_direction(self):
        weights = [Weight("lr", 0.6, 0.5, 0.7, 0.5, -0.9), Weight(HOSTILE, 0.1, -0.1, 0.2, -0.1, math.nan)]
        chart = compare_params.importance(weights, ["down", ""], "auc")
        assert [note.text for note in chart.figure.layout.annotations] == ["  60 % · down", "  10 %"]
        assert "<b>" not in chart.figure.layout.yaxis.ticktext[1]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=3, max_size=40))
def test_the_rank_correlation_is_scipys(pairs):
    from scipy.stats import spearmanr

    x, y = (np.array(side, float) for side in zip(*pairs, strict=True))
    if len(set(x)) == 1 or len(set(y)) == 1:
        assert math.isnan(spearman(x, y))
    else:
        assert spearman(x, y) == pytest.approx(spearmanr(x, y).statistic)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("short", "short"),
        ("twenty characters ok", "twenty characters ok"),
        ("machine-failure-v3-seed104", "machine-fa…3-seed104"),
        ("machine-failure-v3-seed105", "machine-fa…3-seed105"),
    ],
)
def test_a_name_at_a_line_is_cut_where_names_are_alike(text, told):
    assert within(text, 20) == told
