"""Chart of compliance: how far each team's models were in order, day by day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import plotly.graph_objects as go

from watchroom.charts.line_ends import name_the_ends
from watchroom.charts.style import LINE_COLOUR, MARK_COLOUR, OTHER_COLOUR, Chart, figure, name

HEIGHT = 300

TEAM_COLOURS = (LINE_COLOUR, MARK_COLOUR, "#8E6BBF", "#0E8A9E", "#A3722A", "#2E8B57")
"""One for each team drawn; with more than these a chart of lines is not read any more."""

Points = Sequence[tuple[date, float]]


def over_time(teams: Mapping[str, Points], last_day: date, what: str, *, share: bool) -> Chart:
    """A step for each team: a day's count holds until the next. Shares are from 0 to 1, counts from 0 on."""
    chart = figure(*(_line(team, points, last_day, place, share) for place, (team, points) in enumerate(teams.items())))
    most = max((value for points in teams.values() for _, value in points), default=0.0)
    top = 1.0 if share else max(most, 1.0) * 1.08
    chart.update_layout(height=HEIGHT, hovermode="closest")
    chart.update_yaxes(range=[0, top * 1.02], tickformat=".0%" if share else ",.0f")
    ends = [(team, points[-1][1], TEAM_COLOURS[place % len(TEAM_COLOURS)]) for place, (team, points)
            in enumerate(teams.items()) if points]  # fmt: skip
    name_the_ends(chart, ends, (0.0, top * 1.02), HEIGHT, log=False)
    return Chart(chart, f"{what} by team: {'; '.join(_told(team, points, share) for team, points in teams.items())}.")


def _line(team: str, points: Points, last_day: date, place: int, share: bool) -> Any:
    days = [day for day, _ in points]
    values = [value for _, value in points]
    if days and days[-1] < last_day:  # what was counted last still holds
        days, values = [*days, last_day], [*values, values[-1]]
    colour = TEAM_COLOURS[place % len(TEAM_COLOURS)] if team else OTHER_COLOUR
    return go.Scatter(
        x=days, y=np.array(values, dtype=float), mode="lines" if len(days) > 1 else "markers", name=name(team),
        line={"color": colour, "width": 2, "shape": "hv"}, marker={"size": 9, "color": colour},
        hovertemplate=f"{name(team)}, %{{x|%d %b %Y}}: %{{y:{'.0%' if share else ',.0f'}}}<extra></extra>",
    )  # fmt: skip


def _told(team: str, points: Points, share: bool) -> str:
    if not points:
        return f"{team} not counted"
    (_, first), (_, last) = points[0], points[-1]
    form = ".0%" if share else ",.0f"
    return f"{team} from {first:{form}} to {last:{form}}"
