"""Names beside the ends of lines, moved apart where lines end together."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from watchroom.charts.style import name

Floats = NDArray[np.float64]

_LABEL_GAP = 14
_LABEL_CHARACTERS = 20
_LABEL_ROOM = 132


def last_of(values: Floats) -> float | None:
    """The last finite value; None when there is none."""
    known = values[np.isfinite(values)]
    return float(known[-1]) if len(known) else None


def name_the_ends(
    chart: go.Figure,
    named: Sequence[tuple[str, float | None, str]],
    extent: tuple[float, float],
    height: int,
    log: bool,
) -> None:
    """Names at the right edge, each as near to its line's end as the others let it."""
    if not named:
        return
    low, high = extent
    inner = height - 60
    places = [((math.log10(y) if log else y) - low) / (high - low) * inner for _, y, _ in named if y is not None]
    for (label, _, colour), place in zip(named, apart(places, _LABEL_GAP, inner), strict=True):
        chart.add_annotation(
            x=1, xref="paper", xanchor="left", xshift=4, y=place / inner, yref="paper", yanchor="middle",
            text=name(within(label, _LABEL_CHARACTERS)), hovertext=name(label), showarrow=False,
            font={"size": 11, "color": colour},
        )  # fmt: skip
    longest = max(min(len(label), _LABEL_CHARACTERS) for label, _, _ in named)
    chart.update_layout(margin={"r": min(14 + 6.5 * longest, _LABEL_ROOM + 14)})


def within(text: str, most: int) -> str:
    """A name in so many characters, cut in its middle: names of runs differ at their ends."""
    if len(text) <= most:
        return text
    end = (most - 1) // 2
    return f"{text[: most - 1 - end]}…{text[-end:]}"


def apart(places: Sequence[float], gap: float, top: float) -> list[float]:
    """The places moved until they lie `gap` apart in their order, none above `top`."""
    order = sorted(range(len(places)), key=lambda i: places[i])
    moved = [0.0] * len(places)
    floor = -math.inf
    for i in order:
        floor = moved[i] = max(places[i], floor + gap)
    ceiling = top + gap
    for i in reversed(order):
        ceiling = moved[i] = min(moved[i], ceiling - gap)
    return moved
