"""Charts of how much was run."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import plotly.graph_objects as go

from watchroom.charts.style import OTHER_COLOUR, STATUS_COLOURS, Chart, figure, name

DAYS_AS_WEEKS = 120
"""A period longer than this is drawn by weeks: a bar per day would be thinner than it can be seen."""

DAYS_AS_MONTHS = 730
"""A period longer than this is drawn by months."""

_RULES = {"week": "W-MON", "month": "MS"}

_ORDER = ("FINISHED", "RUNNING", "SCHEDULED", "KILLED", "FAILED")


def runs_per_day(days: pd.DataFrame, first: date, last: date) -> Chart:
    """Bars of runs by status over the days `first` to `last`, both included; by weeks or months when that is long.

    `days` has day, status, runs. Days without runs are drawn as such.
    """
    grain = _grain((last - first).days)
    wide = _wide(days, first, last, grain)
    statuses = sorted(wide.columns, key=lambda status: _ORDER.index(status) if status in _ORDER else 9)
    bars = [_bar(wide, status) for status in statuses]
    found = figure(*bars, height=260)
    found.update_layout(barmode="stack")
    found.update_xaxes(
        range=[wide.index[0] - timedelta(hours=12), wide.index[-1] + timedelta(hours=12)], nticks=6, tickangle=0
    )
    few = wide.sum(axis=1).max() < 6
    found.update_yaxes(rangemode="tozero", tickformat=",d", dtick=1 if few else None)
    return Chart(found, _sentence(wide, grain))


def _grain(length: int) -> str:
    return "day" if length <= DAYS_AS_WEEKS else "week" if length <= DAYS_AS_MONTHS else "month"


def _wide(days: pd.DataFrame, first: date, last: date, grain: str) -> pd.DataFrame:
    dated = days.assign(day=pd.to_datetime(days["day"]))
    wide = dated.pivot_table(index="day", columns="status", values="runs", aggfunc="sum", fill_value=0)
    wide = wide.reindex(
        index=pd.date_range(first, last, freq="D"), columns=list(dict.fromkeys(days["status"])), fill_value=0
    )
    return wide if grain == "day" else wide.resample(_RULES[grain], label="left", closed="left").sum()


def _bar(wide: pd.DataFrame, status: str) -> go.Bar:
    return go.Bar(
        x=wide.index,
        y=wide[status],
        name=name(status.capitalize()),
        marker={"color": STATUS_COLOURS.get(status, OTHER_COLOUR), "line": {"width": 0}},
        hovertemplate="%{y:,} %{fullData.name}<extra></extra>",
    )


def _sentence(wide: pd.DataFrame, grain: str) -> str:
    totals = wide.sum()
    parts = ", ".join(f"{int(n):,} {str(status).lower()}" for status, n in totals.items() if n)
    busiest = wide.sum(axis=1).idxmax()
    return (
        f"Runs started per {grain} from {wide.index[0]:%d %b %Y} to {wide.index[-1]:%d %b %Y}: {parts or 'none'}. "
        f"The busiest {grain} began on {busiest:%d %b %Y}."
    )
