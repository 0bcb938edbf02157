"""The chart of an alert: its value over time against its limits, and the days for which it has lasted."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from watchroom.charts.health import BAD_COLOUR, WATCH_COLOUR
from watchroom.charts.style import LINE_COLOUR, MARK_COLOUR, Chart, figure, name

SINCE_COLOUR = "rgba(217,70,59,0.10)"


Limits = tuple[str, str]
"""What is beyond the first limit, and what beyond the second."""


def value_over_time(
    series: pd.DataFrame, what: str, since: date | None, *, limits: Limits = ("watch", "drifted")
) -> Chart:
    """The value of an alert's signal day by day. `series` has day, kind, value, watch, failing.

    `what` names the value, `limits` the two limits; the days from `since` on have a ground of their
    own. A kind `estimated` is drawn dashed.
    """
    dated = series.assign(day=pd.to_datetime(series["day"]))
    lines = [_line(part, str(kind), what) for kind, part in dated.groupby("kind", sort=False)]
    drawn = [_limit(dated, "watch", limits[0], WATCH_COLOUR), _limit(dated, "failing", limits[1], BAD_COLOUR)]
    found = figure(*(limit for limit in drawn if limit is not None), *lines, height=280)
    found.update_layout(hovermode="x unified", margin={"l": 8, "r": 60, "t": 12, "b": 8})
    found.update_xaxes(nticks=6, tickangle=0)
    if since is not None and not dated.empty:
        found.add_vrect(x0=pd.Timestamp(since), x1=dated["day"].max(), fillcolor=SINCE_COLOUR, line_width=0)
    return Chart(found, _sentence(dated, what, since, limits))


def _line(part: pd.DataFrame, kind: str, what: str) -> go.Scatter:
    estimated = kind == "estimated"
    return go.Scatter(
        x=part["day"],
        y=part["value"],
        name=f"{name(what)}{', estimated' if estimated else ''}",
        mode="lines+markers" if len(part) < 60 else "lines",
        connectgaps=False,
        line={"color": MARK_COLOUR if estimated else LINE_COLOUR, "width": 2, "dash": "dot" if estimated else "solid"},
        marker={"size": 4},
        hovertemplate="%{y:.4g}",
    )


def _limit(dated: pd.DataFrame, column: str, label: str, colour: str) -> Any:
    known = dated.dropna(subset=[column]).drop_duplicates("day").sort_values("day")
    if known.empty:
        return None
    return go.Scatter(
        x=known["day"],
        y=known[column],
        name=label,
        mode="lines+text",
        line={"color": colour, "width": 1.5, "dash": "dash", "shape": "hv"},
        text=[*[""] * (len(known) - 1), label],
        textposition="middle right",
        textfont={"color": colour},
        cliponaxis=False,
        hovertemplate="%{y:.4g}",
    )


def _sentence(dated: pd.DataFrame, what: str, since: date | None, limits: Limits) -> str:
    known = dated.dropna(subset=["value"])
    if known.empty:
        return f"{what}: no values."
    realized = known[known["kind"] != "estimated"]
    last = (realized if not realized.empty else known).iloc[-1]
    told = ", ".join(
        f"{label} {last[column]:.4g}"
        for column, label in zip(("watch", "failing"), limits, strict=True)
        if not pd.isna(last[column])
    )
    begun = f" The alert has lasted since {since:%d %b %Y}." if since is not None else ""
    return (
        f"{what} from {known['day'].min():%d %b %Y} to {known['day'].max():%d %b %Y}: between "
        f"{known['value'].min():.4g} and {known['value'].max():.4g}, last {last['value']:.4g}"
        f"{f'; limits: {told}' if told else ''}.{begun}"
    )
