"""The chart of an alert draws its value against its limits, and says both in a sentence."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from watchroom.charts.alerts import value_over_time

DAYS = pd.DataFrame(
    {
        "day": [date(2026, 10, 10), date(2026, 10, 11), date(2026, 10, 12)],
        "kind": "value",
        "value": [0.1, 0.2, 0.412],
        "watch": 0.15,
        "failing": 0.3,
    }
)


def test_value_and_limits_are_drawn_and_the_days_of_the_alert_marked():
    chart = value_over_time(DAYS, "PSI of amount", date(2026, 10, 11))
    assert [trace.name for trace in chart.figure.data] == ["watch", "drifted", "PSI of amount"]
    assert list(chart.figure.data[2].y) == [0.1, 0.2, 0.412]
    (ground,) = chart.figure.layout.shapes
    assert (pd.Timestamp(ground.x0), pd.Timestamp(ground.x1)) == (
        pd.Timestamp(2026, 10, 11),
        pd.Timestamp(2026, 10, 12),
    )
    assert chart.alt == (
        "PSI of amount from 10 Oct 2026 to 12 Oct 2026: between 0.1 and 0.412, last 0.412; limits: watch 0.15, "
        "drifted 0.3. The alert has lasted since 11 Oct 2026."
    )


def test_estimated_values_are_a_line_of_their_own_and_never_the_last_word():
    guessed = DAYS.assign(kind="estimated", value=0.9, day=[date(2026, 10, 20), date(2026, 10, 21), date(2026, 10, 22)])
    both = pd.concat([DAYS.assign(kind="realized"), guessed])
    chart = value_over_time(both, "AUC", None, limits=("watch", "failing"))
    assert [trace.name for trace in chart.figure.data] == ["watch", "failing", "AUC", "AUC, estimated"]
    assert "last 0.412" in chart.alt
    assert not chart.figure.layout.shapes


def test_what_is_unknown_leaves_a_gap_and_what_has_no_limit_no_line():
    chart = value_over_time(DAYS.assign(value=[0.1, np.nan, 0.2], failing=np.nan), "decisions a day", None)
    assert [trace.name for trace in chart.figure.data] == ["watch", "decisions a day"]
    assert chart.figure.data[1].connectgaps is False
    assert "drifted" not in chart.alt


def test_without_values_it_says_so():
    assert value_over_time(DAYS.assign(value=np.nan), "PSI of amount", None).alt == "PSI of amount: no values."
    assert value_over_time(DAYS.iloc[:0], "PSI of amount", date(2026, 10, 11)).alt == "PSI of amount: no values."


def test_names_from_outside_are_no_markup():
    chart = value_over_time(DAYS, "PSI of <b>x</b>", None)
    assert chart.figure.data[2].name == "PSI of &lt;b&gt;x&lt;/b&gt;"
