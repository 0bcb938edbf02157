"""The waterfall draws what each input added, from the average to the decision; hostile names stay text."""

from __future__ import annotations

import math

import numpy as np
import pytest

from watchroom.charts.waterfall import MOST_BARS, scores, waterfall
from watchroom.domain.bins import score_bin
from watchroom.domain.decision import Explanation, Part, explanation, probability
from watchroom.domain.outcomes import Cells


def made(*added: float, base: float = -1.0) -> Explanation:
    parts = [Part(f"f{place}", float(place), one) for place, one in enumerate(added)]
    return explanation(space="log-odds", method="tree", base=base, output=base + sum(added), klass="1", parts=parts)


def test_bars_begin_where_the_one_before_ended():
    chart = waterfall(made(1.0, -0.5, 2.0), written=str, unit="log-odds").figure
    bars = chart.data[0]
    assert list(bars.base) == pytest.approx([-1.0, 1.0, 2.0])
    assert list(bars.x) == pytest.approx([2.0, 1.0, -0.5])
    assert chart.data[2].x == pytest.approx((-1.0, 1.5))


def test_more_inputs_than_a_screen_holds_are_one_bar():
    chart = waterfall(made(*np.linspace(2, 0.1, 40)), written=str, unit="log-odds")
    assert len(chart.figure.data[0].x) == MOST_BARS
    assert "25 other inputs" in chart.figure.layout.yaxis.ticktext


@pytest.mark.parametrize(("cutoff", "drawn"), [(0.5, True), (0.9999999, False), (None, False)])
def test_the_cut_off_is_drawn_where_it_lies_near(cutoff: float | None, drawn: bool):
    chart = waterfall(made(1.0, 1.0), written=str, unit="log-odds", cutoff=cutoff).figure
    assert bool(chart.layout.shapes) is drawn
    if drawn:
        assert chart.layout.shapes[0].x0 == pytest.approx(math.log(0.5 / 0.5))


def test_a_what_if_stands_against_what_was():
    before, after = made(1.0, 0.2), made(-1.0, 0.2)
    chart = waterfall(after, written=str, unit="probability", probabilities=True, actual=before)
    outline = chart.figure.data[2]
    start = chart.figure.data[0].base[0]
    assert outline.x[0] == pytest.approx(probability(math.log(start / (1 - start)) + 1.0) - start)
    assert "to 0.142 probability" in chart.alt


def test_names_from_outside_stay_text_and_the_value_is_never_cut():
    parts = [Part("<b>" + "x" * 80, 12345.0, 1.0)]
    found = explanation(space="units", method="tree", base=0, output=1, klass=None, parts=parts)
    chart = waterfall(found, written=lambda value: f"{value:,.0f}", unit="units").figure
    (label,) = chart.layout.yaxis.ticktext[1:-1]
    assert label.startswith("&lt;b&gt;")
    assert label.endswith("… = 12,345")


def test_scores_are_counted_by_what_came_of_them():
    given = np.array([0.02, 0.02, 0.31, 0.99, 1.0])
    n = np.array([5, 1, 2, 3, 4])
    cells = Cells(score_bin(given), np.array(["0"] * 5), np.array(["0", "1", None, "1", "1"]), n, n * given, n * given,
                  np.zeros(5))  # fmt: skip
    chart = scores(cells, 0.31, 0.5, "October")
    true, false, unknown = (np.asarray(trace.y) for trace in chart.figure.data)
    assert (true.sum(), false.sum(), unknown.sum()) == (8, 5, 2)
    assert (true[1], false[1], unknown[15], true[49]) == (1, 5, 2, 7)
    assert chart.alt == "Scores of 15 decisions, October; 40 % of them scored lower than this decision."


def test_all_of_the_outline_of_what_was_lies_within_the_axis():
    before, after = made(4.0, 0.2), made(0.1, 0.2)
    chart = waterfall(after, written=str, unit="log-odds", actual=before).figure
    low, high = chart.layout.xaxis.range
    outline = chart.data[2]
    ends = [start + length for start, length in zip(outline.base, outline.x, strict=True)]
    assert low < min(ends)
    assert max(*ends, 3.2) < high


def test_outcomes_are_called_as_the_model_names_them():
    n = np.array([2, 3])
    cells = Cells(score_bin(np.array([0.1, 0.9])), np.array(["0", "1"]), np.array(["0", "1"]), n, n * 0.5, n * 0.5,
                  np.zeros(2))  # fmt: skip
    chart = scores(cells, 0.9, 0.5, "October", outcomes=("fraud", "<genuine>")).figure
    assert [trace.name for trace in chart.data] == ["fraud", "&lt;genuine&gt;", "not known yet"]
    assert [note.text for note in chart.layout.annotations] == ["cut-off 0.50", "this decision 0.9"]
