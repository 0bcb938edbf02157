"""The time line shows surely, perhaps and the log apart; two versions by month never hide one another's name."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pandas as pd

from watchroom.charts.timeline import Decided, Held, Lane, Window, timeline
from watchroom.charts.version_months import months

T0 = datetime(2026, 3, 1)


def at(days: float) -> datetime:
    return T0 + timedelta(days=days)


def lane(version: int, *held: Held, **facts) -> Lane:
    return Lane(version, facts.get("now", ()), held, facts.get("decided", ()), facts.get("created"), (),
                gone=facts.get("gone", False))  # fmt: skip


def held(name: str, start: float, sure_from: float, sure_to: float, end: float) -> Held:
    return Held(name, at(start), at(sure_from), at(sure_to), at(end), "text")


WINDOW = Window(at(0), at(100), at(10))


def bars(chart):
    return [trace for trace in chart.figure.data if trace.type == "bar"]


def test_what_is_sure_is_solid_and_what_may_be_is_hatched():
    chart = timeline([lane(1, held("champion", 9, 10, 40, 41))], WINDOW, "said")
    looks = [(bar.base[0], bar.marker.pattern.shape) for bar in bars(chart)]
    assert looks == [(at(9), "/"), (at(40), "/"), (at(10), None)]
    assert chart.alt == "said"


def test_two_names_held_at_once_share_the_lane_and_one_after_another_do_not():
    both = bars(timeline([lane(1, held("champion", 10, 10, 40, 40), held("challenger", 20, 20, 50, 50))], WINDOW, ""))
    after = bars(timeline([lane(1, held("challenger", 10, 10, 20, 20), held("champion", 20, 20, 50, 50))], WINDOW, ""))
    assert len({bar.y[0] for bar in both}) == 2
    assert len({bar.y[0] for bar in after}) == 1


def test_what_lasted_a_minute_still_shows_within_the_picture():
    (bar,) = bars(timeline([lane(1, held("champion", 99.999, 99.999, 100, 100))], WINDOW, ""))
    assert bar.base[0] + timedelta(milliseconds=bar.x[0]) <= WINDOW.end
    assert bar.x[0] > 0


def test_what_lies_outside_the_window_is_left_out_and_a_version_that_is_gone_is_marked():
    decided = (Decided(date(2025, 1, 1), date(2025, 2, 1), 10, leading=True),)
    chart = timeline([lane(2, gone=True), lane(1, held("champion", -50, -50, -20, -20), decided=decided)], WINDOW, "")
    assert not bars(chart)
    assert list(chart.figure.layout.yaxis.ticktext) == ["v1", "v2 gone"]


def test_names_from_outside_are_not_markup():
    chart = timeline([lane(1, now=("<b>x</b>",))], WINDOW, "")
    assert "&lt;b&gt;" in chart.figure.layout.annotations[0].text


def test_versions_that_end_in_one_month_have_their_names_apart():
    rows = [
        {"version": version, "metric": "auc", "period_start": date(2026, month, 1), "period_end": date(2026, month, 28),
         "value": value, "low": None, "high": None, "n_labelled": 10}
        for version, month, value in ((1, 1, 0.8), (1, 2, 0.81), (2, 2, 0.82))
    ]  # fmt: skip
    chart = months(pd.DataFrame(rows), 1, 2)
    names = {note.text: note.yshift for note in chart.figure.layout.annotations}
    assert names["version 2"] > names["version 1"]
    assert "version 1: Jan 2026 0.8, Feb 2026 0.81" in chart.alt


def test_as_many_months_are_named_as_stand_beside_each_other_on_a_telephone_and_each_once():
    starts = pd.date_range("2026-01-01", periods=9, freq="MS")
    rows = pd.DataFrame({"version": 1, "metric": "rmse", "period_start": starts, "period_end": starts, "value": 4.0,
                         "low": 3.0, "high": 5.0, "n_labelled": 10})  # fmt: skip
    axis = months(rows, 1, 2).figure.layout.xaxis
    assert (axis.dtick, axis.tick0) == ("M2", starts[0])
    assert months(rows.head(3), 1, 2).figure.layout.xaxis.dtick == "M1"
