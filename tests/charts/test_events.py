"""Events marked on charts over time."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchroom.charts.events import LABEL_ROWS, Mark, marked
from watchroom.charts.style import Chart, figure

FIRST = date(2026, 9, 1)


def chart(days: int = 30, **layout) -> Chart:
    found = figure(go.Scatter(x=pd.date_range(FIRST, periods=days), y=list(range(days))))
    return Chart(found.update_layout(**layout), "A figure over time.")


def mark(title: str = "Storm", after: int = 5, days: int = 1) -> Mark:
    return Mark(title, FIRST + timedelta(after), FIRST + timedelta(after + days - 1))


def labels(found) -> list[str]:
    return [one["text"] for one in found.figure["layout"]["annotations"]]


def test_an_event_is_a_line_with_its_name_and_stands_in_the_words():
    found = marked(chart(), [mark()])
    assert found is not None
    assert [one["type"] for one in found.figure["layout"]["shapes"]] == ["line"]
    assert labels(found) == ["Storm"]
    assert found.alt == "A figure over time. Events: Storm (6 Sep 2026)."


def test_an_event_of_several_days_is_a_band():
    found = marked(chart(), [mark(days=3)])
    assert found is not None
    assert [one["type"] for one in found.figure["layout"]["shapes"]] == ["rect", "line"]


def test_several_events_are_numbered_by_time():
    found = marked(chart(), [mark("Later", 20), mark("Earlier", 2)])
    assert found is not None
    assert labels(found) == ["1 Earlier", "2 Later"]


@pytest.mark.parametrize("after", [-10, 40])
def test_an_event_outside_the_chart_is_not_on_it(after: int):
    assert marked(chart(), [mark(after=after)]) is None


def test_an_event_that_began_before_the_chart_is_marked_at_its_edge():
    found = marked(chart(), [mark(after=-10, days=15)])
    assert found is not None
    low, high = (pd.Timestamp(end) for end in found.figure["layout"]["xaxis"]["range"])
    assert low <= pd.Timestamp(found.figure["layout"]["shapes"][0]["x0"]) <= high


def test_a_chart_without_days_has_no_events():
    assert marked(Chart(figure(go.Bar(x=["a", "b"], y=[1, 2])), ""), [mark()]) is None
    assert marked(Chart(figure(go.Bar(x=[1, 2], y=[1, 2])), ""), [mark()]) is None
    assert marked(Chart(figure(), ""), [mark()]) is None


def test_the_chart_that_everybody_shares_stays_as_it_was():
    shared = chart()
    before = shared.figure.to_json()
    marked(shared, [mark()])
    assert shared.figure.to_json() == before


def test_a_name_from_a_person_is_no_markup():
    found = marked(chart(), [mark('<a href="x">Sale</a>')])
    assert found is not None
    assert "<a" not in labels(found)[0]


@given(st.lists(st.tuples(st.integers(-5, 40), st.integers(1, 20)), min_size=1, max_size=12))
def test_however_many_there_are_plotly_takes_the_figure(given_):
    found = marked(chart(), [mark(f"Event {place}", after, days) for place, (after, days) in enumerate(given_)])
    if found is not None:
        go.Figure(found.figure)
        rows = {one["yshift"] for one in found.figure["layout"]["annotations"]}
        assert len(rows) <= LABEL_ROWS
