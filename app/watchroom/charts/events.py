"""Events marked on a chart over time: a line for a day, a band for several, each with its name at the top.

A chart is shared by everybody and is not changed: what is marked is a copy.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from watchroom.charts.style import Chart, name
from watchroom.charts.words import days

EVENT_COLOUR = "#8366C0"
"""At least 3 to 1 on the light and on the dark background; of no line or limit."""

_BAND = "rgba(131,102,192,0.14)"

LABEL_CHARACTERS = 16
"""Of a name on the chart; all of it stands in the words."""

LABEL_ROWS = 3
"""Names that would meet stand one above the other, on so many rows; what does not fit has a number alone."""

LABEL_HEIGHT = 14

LABEL_SHARE = 0.16
"""How much of the chart's width a name takes, by and large, on a narrow screen."""


@dataclass(frozen=True)
class Mark:
    """An event as a chart shows it: its name, a text from a person, and its first and last day, both included."""

    title: str
    first_day: date
    last_day: date

    @property
    def words(self) -> str:
        """`Storm (3 to 5 Oct 2026)`."""
        return f"{self.title} ({days(self.first_day, self.last_day)})"


@dataclass(frozen=True)
class Marked:
    """A chart with its marks, as Plotly takes it, its alternative text, and the events that are on it, by time."""

    figure: dict[str, Any]
    alt: str
    marks: tuple[Mark, ...]


def marked(chart: Chart, marks: Iterable[Mark]) -> Marked | None:
    """The chart with the events that lie within its days; None when it has no axis of days, or none lies there."""
    span = _span(chart)
    if span is None:
        return None
    seen = tuple(sorted((mark for mark in marks if _within(mark, span)), key=lambda mark: (mark.first_day, mark.title)))
    if not seen:
        return None
    found: dict[str, Any] = chart.figure.to_dict()
    layout = found.setdefault("layout", {})
    rows = _rows(seen, span)
    for number, (mark, row) in enumerate(zip(seen, rows, strict=True), start=1):
        _draw(layout, mark, row, f"{number}" if len(seen) > 1 else "", span)
    margin = layout.setdefault("margin", {})
    margin["t"] = (margin.get("t") or 8) + LABEL_HEIGHT * (max(rows) + 1)
    layout["height"] = (layout.get("height") or 240) + LABEL_HEIGHT * (max(rows) + 1)
    layout.setdefault("xaxis", {})["range"] = [span[0], span[1]]  # a band that begins before the chart leaves it so
    said = "; ".join(mark.words for mark in seen)
    return Marked(found, f"{chart.alt} Events: {said}.", seen)


def _within(mark: Mark, span: tuple[pd.Timestamp, pd.Timestamp]) -> bool:
    return pd.Timestamp(mark.first_day) <= span[1] and pd.Timestamp(mark.last_day + timedelta(1)) > span[0]


def _span(chart: Chart) -> tuple[pd.Timestamp, pd.Timestamp] | None:
    """From when to when the chart's axis goes; None when it is not one of time."""
    given = chart.figure.layout.xaxis.range
    found = [times for trace in chart.figure.data if (times := _times(getattr(trace, "x", None))) is not None]
    if not found:
        return None
    low, high = min(times[0] for times in found), max(times[1] for times in found)
    if given is not None:
        try:
            low, high = (pd.Timestamp(end) for end in given)
        except (TypeError, ValueError):
            return None
        return low, high
    air = max((high - low) * 0.03, pd.Timedelta(hours=12))
    return low - air, high + air


def _times(values: Any) -> tuple[pd.Timestamp, pd.Timestamp] | None:
    if values is None or not len(values):
        return None
    array = np.asarray(values)
    if not (np.issubdtype(array.dtype, np.datetime64) or isinstance(array.flat[0], date | pd.Timestamp)):
        return None
    moments = pd.to_datetime(pd.Series(array.ravel())).dropna()
    return (moments.min(), moments.max()) if len(moments) else None


def _rows(marks: Sequence[Mark], span: tuple[pd.Timestamp, pd.Timestamp]) -> list[int]:
    """On which row each name stands: the lowest one where it does not run into the name before it."""
    width = (span[1] - span[0]) * LABEL_SHARE
    ends = [pd.Timestamp.min] * LABEL_ROWS
    found = []
    for mark in marks:
        at = max(pd.Timestamp(mark.first_day), span[0])
        free = [row for row, end in enumerate(ends) if at >= end]
        row = free[0] if free else LABEL_ROWS - 1
        ends[row] = at + width
        found.append(row)
    return found


def _draw(layout: dict[str, Any], mark: Mark, row: int, number: str, span: tuple[pd.Timestamp, pd.Timestamp]) -> None:
    start, end = pd.Timestamp(mark.first_day), pd.Timestamp(mark.last_day + timedelta(1))
    several = mark.last_day > mark.first_day
    line = {"color": EVENT_COLOUR, "width": 1.2, "dash": "dot"}
    shapes = list(layout.get("shapes") or ())
    where = {"xref": "x", "yref": "paper", "y0": 0, "y1": 1, "layer": "below"}
    if several:
        band = {
            "type": "rect",
            "x0": max(start, span[0]),
            "x1": min(end, span[1]),
            "fillcolor": _BAND,
            "line": {"width": 0},
        }
        shapes.append(where | band)
    at = max(start if several else start + (end - start) / 2, span[0])
    layout["shapes"] = [*shapes, where | {"type": "line", "x0": at, "x1": at, "line": line}]
    late = at > span[0] + (span[1] - span[0]) * (1 - LABEL_SHARE)
    short = mark.title if len(mark.title) <= LABEL_CHARACTERS else f"{mark.title[: LABEL_CHARACTERS - 1].rstrip()}…"
    text = f"{number} {name(short)}".strip()
    label = {
        "x": at, "y": 1, "xref": "x", "yref": "paper", "yanchor": "bottom", "xanchor": "right" if late else "left",
        "yshift": LABEL_HEIGHT * row, "text": text, "showarrow": False, "font": {"size": 11, "color": EVENT_COLOUR},
    }  # fmt: skip
    layout["annotations"] = [*(layout.get("annotations") or ()), label]
