"""A line through weighted points: its slope with Student's interval, where it meets a limit, and what x gives a y.

The line is a description of what was seen; nothing says that it goes on.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from watchroom.domain.laws import t_95

MIN_POINTS = 4
"""Through fewer weeks no line is drawn: two degrees of freedom are the least for an interval that says anything."""

SLOPE_DAYS = 30
"""A slope over time is the change in so many days."""

HORIZON_DAYS = 730
"""No crossing is foretold further ahead than two years: a straight line says nothing of it."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Line:
    """A line through the weighted middle (`x`, `y`) of the points; `half` is half of the slope's 95 % interval.

    `error` is half of the 95 % interval of `y`.
    """

    x: float
    y: float
    slope: float
    half: float
    error: float

    def at(self, x: float, slope: float | None = None) -> float:
        """Its height at x; with another slope that of a line through the same middle."""
        return self.y + (self.slope if slope is None else slope) * (x - self.x)

    @property
    def slopes(self) -> tuple[float, float, float]:
        """The slope and the ends of its interval."""
        return self.slope, self.slope - self.half, self.slope + self.half

    def where(self, y: float) -> tuple[float, float, float] | None:
        """The x at which the line has this height, with its 95 % interval (Fieller 1954).

        None when the slope cannot be told from 0: then it may be anywhere.
        """
        if abs(self.slope) <= self.half:
            return None
        ahead = y - self.y
        square, mixed = self.slope**2 - self.half**2, ahead * self.slope
        root = math.sqrt(max(mixed**2 - square * (ahead**2 - self.error**2), 0.0))
        return self.x + ahead / self.slope, self.x + (mixed - root) / square, self.x + (mixed + root) / square


def fit(x: Floats, y: Floats, weight: Floats) -> Line:
    """The line by least squares, each point weighted: its variance goes with one over its weight.

    The intervals are Student's with points - 2 degrees of freedom. There are at least three points, not all at one x.
    """
    middle, height = float(np.average(x, weights=weight)), float(np.average(y, weights=weight))
    spread = float(weight @ (x - middle) ** 2)
    slope = float(weight @ ((x - middle) * (y - height))) / spread
    left = float(weight @ (y - height - slope * (x - middle)) ** 2)
    free = x.size - 2
    return Line(
        middle,
        height,
        slope,
        half=t_95(free) * math.sqrt(left / free / spread),
        error=t_95(free) * math.sqrt(left / free / float(weight.sum())),
    )


def crossing(line: Line, slope: float, last: float, limit: float, *, falls: bool) -> float:
    """The day on which the line with this slope is at the limit; `last` when it is past it then, infinity for never.

    `falls` says whether below the limit is beyond it. Days are counted as by `date.toordinal`.
    """
    now = line.at(last, slope)
    if now <= limit if falls else now >= limit:
        return last
    if slope >= 0 if falls else slope <= 0:
        return math.inf
    ahead = (limit - now) / slope
    return last + ahead if ahead <= HORIZON_DAYS else math.inf


def day_of(ordinal: float) -> date | None:
    """The first day that is not before it; None for never."""
    return None if math.isinf(ordinal) else date.fromordinal(math.ceil(ordinal))
