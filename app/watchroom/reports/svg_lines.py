"""Small drawings over time for paper: a line with its target, bars of money by month, a running total.

What is realized is filled, what is estimated hatched, costs are outlined: they stay apart without colour.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from watchroom.reports.svg import LINE, TEXT, drawing, element

FILL = "#1F5FBF"
PALE = "#DFE4EC"

Number = float | None


@dataclass(frozen=True)
class Scale:
    """From a value to its place between two ends of the drawing; `low` is not `high`."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The place of a value."""
        return round(self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start), 2)


def scale(values: Sequence[float], start: float, end: float, *, zero: bool = False) -> Scale:
    """A scale that shows all of the values, and zero where that is asked for."""
    known = [*values, *([0.0] if zero else [])] or [0.0]
    low, high = min(known), max(known)
    return Scale(low, high if high > low else low + max(abs(low), 1.0), start, end)


def spark(values: Sequence[Number], target: Number, about: str, *, chosen: frozenset[int] = frozenset()) -> str:
    """A line of a value over periods with its target dashed, for a cell of a table; gaps stay gaps.

    `chosen` are the places of the period that the report is about, marked by dots.
    """
    width, height, edge = 110.0, 20.0, 4.0
    known = [value for value in values if value is not None]
    y = scale([*known, *([] if target is None else [target])], height - edge, edge)
    x = Scale(0, max(len(values) - 1, 1), edge, width - edge)
    drawn: list[str] = []
    if target is not None:
        drawn.append(_across(y(target), edge, width - edge))
    for run in _runs(values):
        points = " ".join(f"{x(place)},{y(value)}" for place, value in run)
        drawn.append(element("polyline", points=points, fill="none", stroke=TEXT, stroke_width=1.1))
        drawn += [element("circle", cx=x(place), cy=y(value), r=1 if len(run) == 1 else 0, fill=TEXT)
                  for place, value in run[:1]]  # fmt: skip
    drawn += [
        element("circle", cx=x(place), cy=y(value), r=2, fill=TEXT)
        for place, value in enumerate(values)
        if value is not None and place in chosen
    ]
    return drawing(drawn, width, height, about)


def _runs(values: Sequence[Number]) -> list[list[tuple[int, float]]]:
    """The stretches without a gap, each value with its place."""
    found: list[list[tuple[int, float]]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            found.append([])
        else:
            found[-1].append((place, value))
    return [run for run in found if run]


def _across(y: float, left: float, right: float) -> str:
    return element("line", x1=left, x2=right, y1=y, y2=y, stroke=LINE, stroke_width=0.8, stroke_dasharray="3 2")


@dataclass(frozen=True)
class Bar:
    """The money of a period: what is realized, estimated, and what running cost (above nothing); None is unknown."""

    label: str
    realized: Number
    estimated: Number
    cost: Number
    chosen: bool = False


_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM = 360.0, 128.0, 44.0, 10.0, 18.0
_HATCH = (
    '<pattern id="hatch" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    f'<rect width="4" height="4" fill="#fff"/><rect width="1.6" height="4" fill="{FILL}"/></pattern>'
)


def bars(of: Sequence[Bar], money: Callable[[float], str], about: str) -> str:
    """Bars of money by period: gains upwards, losses and costs downwards."""
    ups = [sum(value for value in (bar.realized, bar.estimated) if value and value > 0) for bar in of]
    downs = [
        sum(value for value in (bar.realized, bar.estimated) if value and value < 0) - (bar.cost or 0) for bar in of
    ]
    y = scale([*ups, *downs], _HEIGHT - _BOTTOM, _TOP, zero=True)
    step = (_WIDTH - _LEFT) / max(len(of), 1)
    drawn = [f"<defs>{_HATCH}</defs>", *_axis(y, money)]
    for place, bar in enumerate(of):
        left, width = _LEFT + step * (place + 0.18), step * 0.64
        drawn += _pile(bar, y, left, width)
        if bar.realized is None and bar.estimated is None:
            drawn.append(element("text", "?", x=left + width / 2, y=y(0) - 3, text_anchor="middle"))
        drawn += _label(bar.label, left + width / 2, place, len(of), bar.chosen)
    return drawing(drawn, _WIDTH, _HEIGHT, about)


def _pile(bar: Bar, y: Scale, left: float, width: float) -> list[str]:
    """The parts of a bar, one on the other from nothing: above for gains, below for losses and costs."""
    drawn, up, down = [], 0.0, 0.0
    for value, fill in ((bar.realized, FILL), (bar.estimated, "url(#hatch)"), (-(bar.cost or 0.0), "#fff")):
        if not value:
            continue
        begin = up if value > 0 else down
        end = begin + value
        up, down = (end, down) if value > 0 else (up, end)
        top, bottom = sorted((y(begin), y(end)))
        height = max(round(bottom - top, 2), 0.4)
        drawn.append(element("rect", x=round(left, 2), y=top, width=round(width, 2), height=height, fill=fill,
                             stroke=TEXT, stroke_width=0.6))  # fmt: skip
    return drawn


def _axis(y: Scale, money: Callable[[float], str]) -> list[str]:
    """The line of nothing, and the two ends of the scale named."""
    drawn = [element("line", x1=_LEFT, x2=_WIDTH, y1=y(0), y2=y(0), stroke=TEXT, stroke_width=0.8)]
    for value in dict.fromkeys((y.high, 0.0, y.low)):
        if value != 0 and abs(y(value) - y(0)) < 12:
            continue
        drawn.append(element("text", money(value), x=_LEFT - 4, y=y(value) + 3.5, text_anchor="end", font_size=8.5))
        if value:
            drawn.append(element("line", x1=_LEFT, x2=_WIDTH, y1=y(value), y2=y(value), stroke=PALE, stroke_width=0.6))
    return drawn


def _label(label: str, x: float, place: int, count: int, chosen: bool = False) -> list[str]:
    """A period's name below its bar; where all would not fit every second, third … alone, counted from the newest."""
    room = (_WIDTH - _LEFT) / count
    if (count - 1 - place) % math.ceil((5.2 * len(label) + 4) / room):
        return []
    weight = "bold" if chosen else "normal"
    return [element("text", label, x=round(x, 2), y=_HEIGHT - 5, text_anchor="middle", font_size=8.5,
                    font_weight=weight)]  # fmt: skip


def running(
    values: Sequence[float], labels: Sequence[str], line: tuple[float, str] | None, money: Callable[[float], str],
    about: str,
) -> str:  # fmt: skip
    """A running total by period, its newest value named, with a level to reach (`line` and what it is called)."""
    y = scale([*values, *([line[0]] if line else [])], _HEIGHT - _BOTTOM, _TOP, zero=True)
    step = (_WIDTH - _LEFT) / max(len(values), 1)
    places = [round(_LEFT + step * (place + 0.5), 2) for place in range(len(values))]
    drawn = _axis(y, money)
    if line:
        drawn.append(_across(y(line[0]), _LEFT, _WIDTH))
        # Where the newest value is far from the level, its end is free; else its beginning is.
        far = bool(values) and abs(y(values[-1]) - y(line[0])) > 24
        x, anchor = (_WIDTH, "end") if far else (_LEFT + 4, "start")
        drawn.append(element("text", line[1], x=x, y=y(line[0]) + (-3 if y(line[0]) > 20 else 10), font_size=8.5,
                             text_anchor=anchor))  # fmt: skip
    points = " ".join(f"{x},{y(value)}" for x, value in zip(places, values, strict=True))
    drawn.append(element("polyline", points=points, fill="none", stroke=TEXT, stroke_width=1.4))
    if values:
        drawn.append(element("circle", cx=places[-1], cy=y(values[-1]), r=2.4, fill=TEXT))
    for place, label in enumerate(labels):
        drawn += _label(label, places[place], place, len(labels))
    return drawing(drawn, _WIDTH, _HEIGHT, about)


def shares(of: Sequence[tuple[str, int, str]], about: str) -> str:
    """Horizontal bars of counts from nothing, each with its name, its count and a remark: a funnel."""
    most = max((count for _, count, _ in of), default=0) or 1
    row, left, width = 17.0, 66.0, 190.0
    drawn = []
    for place, (name, count, remark) in enumerate(of):
        y = place * row
        drawn.append(element("text", name, x=left - 6, y=y + 12, text_anchor="end"))
        drawn.append(element("rect", x=left, y=y + 3, width=max(round(count / most * width, 2), 0.6), height=row - 6,
                             fill=FILL))  # fmt: skip
        drawn.append(element("text", f"{count:,}{remark and f'  {remark}'}", x=left + count / most * width + 6,
                             y=y + 12))  # fmt: skip
    return drawing(drawn, _WIDTH, max(len(of), 1) * row, about)
