"""A daily figure round an event, with the means before and after it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pandas as pd
import plotly.graph_objects as go

from watchroom.charts.style import LINE_COLOUR, MARK_COLOUR, OTHER_COLOUR, Chart, figure
from watchroom.charts.words import days, short
from watchroom.domain.before_after import Compared, Windows


def around(by_day: Mapping[date, float], windows: Windows, found: Compared, title: str) -> Chart:
    """The figure by day in the windows, as points, and its mean on either side as a line with its name."""
    first, last = windows.before[0], windows.after[1]
    kept = sorted((day, value) for day, value in by_day.items() if first <= day <= last)
    points = go.Scatter(
        x=pd.to_datetime([day for day, _ in kept]),
        y=[value for _, value in kept],
        mode="lines+markers",
        line={"color": OTHER_COLOUR, "width": 1},
        marker={"size": 5, "color": OTHER_COLOUR},
        hovertemplate="%{y:,.4g}<extra></extra>",
        name=title,
    )
    chart = figure(points, height=260)
    for span, mean, colour, label in (
        (windows.before, found.before.mean, LINE_COLOUR, "before"),
        (windows.after, found.after.mean, MARK_COLOUR, "after"),
    ):
        if mean == mean:
            chart.add_trace(
                go.Scatter(
                    x=pd.to_datetime(span), y=[mean, mean], mode="lines", line={"color": colour, "width": 3},
                    hoverinfo="skip", name=label,
                )
            )  # fmt: skip
            chart.add_annotation(
                x=pd.Timestamp(span[0]), y=mean, text=f"{label} {short(mean)}", showarrow=False, xanchor="left",
                yshift=10, font={"size": 11, "color": colour},
            )  # fmt: skip
    half = pd.Timedelta(hours=12)
    chart.update_xaxes(range=[pd.Timestamp(first) - half, pd.Timestamp(last) + half], nticks=7, tickangle=0)
    chart.update_layout(margin={"r": 16})
    return Chart(
        chart,
        f"{title} by day, {days(first, last)}: mean {short(found.before.mean)} on {found.before.n} days before, "
        f"{short(found.after.mean)} on {found.after.n} days after.",
    )
