"""What all charts share: quiet axes, labels beside the lines, colours that hold on both themes."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

import plotly.graph_objects as go

STATUS_COLOURS = {
    "FINISHED": "#4C82D6",
    "FAILED": "#D9463B",
    "KILLED": "#A3722A",
    "RUNNING": "#2A9D8F",
    "SCHEDULED": "#8A94A6",
}
"""Colours of run statuses: at least 3 to 1 on the light and on the dark background, apart for the colour-blind."""

OTHER_COLOUR = "#8A94A6"
LINE_COLOUR = "#4C82D6"
MARK_COLOUR = "#D9720B"
GRID_COLOUR = "rgba(128,140,160,0.25)"

MOST_DRAWN = 1e100
"""Beyond it an axis has no length that could be reckoned with; NaN is not within it either."""


@dataclass(frozen=True)
class Chart:
    """A figure and the sentence that says what it shows."""

    figure: go.Figure
    alt: str


def name(text: str) -> str:
    """Text from outside as a name in a figure: Plotly would read tags in it."""
    return escape(text, quote=False)


def figure(*traces: Any, height: int = 240) -> go.Figure:
    """An empty figure in the house style."""
    found = go.Figure(data=list(traces))
    found.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        showlegend=False,
        hovermode="x unified",
        dragmode=False,
        bargap=0.15,
    )
    found.update_xaxes(showgrid=False, zeroline=False, fixedrange=True, automargin=True, title=None)
    found.update_yaxes(gridcolor=GRID_COLOUR, zeroline=False, fixedrange=True, automargin=True, nticks=5, title=None)
    return found
