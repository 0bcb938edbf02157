"""Curves of a metric as they are to be drawn: placed on an axis, aligned, smoothed, thinned, and their mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from watchroom.domain.downsample import kept
from watchroom.domain.smoothing import smoothed

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Axis = Literal["step", "time", "relative"]
Align = Literal["logged", "first", "last"]
Spread = Literal["deviation", "range"]

GRID = 300
"""Places along the axis at which a mean is taken when the curves have more steps than that: four pixels apart."""


NO_TIME = -(2**63)
"""The time of a point that has none: pandas and numpy read it as "not a time" too."""


@dataclass(frozen=True)
class Curve:
    """The points of one run in the order of steps, then times.

    `time_us` are microseconds of UTC since 1970, NO_TIME where a point has none.
    """

    run_id: str
    step: Whole
    time_us: Whole
    value: Floats


@dataclass(frozen=True)
class View:
    """How curves are looked at. `relative` counts seconds from the run's start."""

    axis: Axis = "step"
    align: Align = "logged"
    smoothing: float = 0.0
    log_x: bool = False
    log_y: bool = False


@dataclass(frozen=True)
class Shaped:
    """A curve on its axis: `x` never falls; `y` is smoothed, NaN where nothing can be drawn; `raw` is not smoothed.

    `odd_x` and `odd_y` are the points that are NaN or infinite, `off` counts points that a logarithmic axis has no
    place for, `timeless` those without a time, which have none on an axis of time.
    """

    run_id: str
    x: Floats
    y: Floats
    raw: Floats
    odd_x: Floats
    odd_y: Floats
    off: int
    timeless: int = 0


@dataclass(frozen=True)
class Band:
    """The mean of some curves at places along the axis, what lies about it, and how many curves reach each place."""

    x: Floats
    mean: Floats
    low: Floats
    high: Floats
    n: Whole


def shaped(curve: Curve, view: View, started_us: int | None = None) -> Shaped:
    """The curve as the view wants it. A run without a start begins with its first point."""
    timeless = 0 if view.axis == "step" else int((curve.time_us == NO_TIME).sum())
    x, value = _placed(curve, view, started_us)
    quiet = smoothed(value, view.smoothing)
    on = x > 0 if view.log_x else np.ones(len(x), bool)
    x, value, quiet = x[on], value[on], quiet[on]
    odd = ~np.isfinite(value)
    low = ~odd & (value <= 0) if view.log_y else np.zeros(len(x), bool)
    gap = odd | low
    y, raw = np.where(gap, np.nan, quiet), np.where(gap, np.nan, value)
    if view.log_y:
        y[y <= 0] = np.nan
    return Shaped(curve.run_id, x, y, raw, x[odd], value[odd], int((~on).sum() + low.sum()), timeless)


def _placed(curve: Curve, view: View, started_us: int | None) -> tuple[Floats, Floats]:
    if view.axis == "step":
        x, value = curve.step.astype(np.float64), curve.value
    else:
        order = np.argsort(curve.time_us, kind="stable")
        order = order[curve.time_us[order] != NO_TIME]
        times, value = curve.time_us[order], curve.value[order]
        start = 0 if view.axis == "time" else times[0] if started_us is None and len(times) else started_us or 0
        x = (times - start) / 1e6
    if view.axis == "time" or view.align == "logged" or not len(x):
        return x, value
    return x - (x[0] if view.align == "first" else x[-1]), value


def thinned(x: Floats, y: Floats, buckets: int, *, log_x: bool = False) -> tuple[Floats, Floats]:
    """At most 3 x buckets + 2 of the points, extremes and gaps kept."""
    places = kept(np.log10(x) if log_x else x, y, buckets)
    return x[places], y[places]


def band(curves: Sequence[Shaped], spread: Spread, *, log_x: bool = False) -> Band:
    """The mean of the curves along the axis, and the sample standard deviation about it or the least and the greatest.

    Each curve is read where its line would be drawn: straight between two of its points, nothing before its first and
    after its last, nothing in a gap. Each counts once, however many points it has. One curve alone has no deviation:
    its band is NaN.
    """
    some = [curve for curve in curves if len(curve.x)]
    x = grid([curve.x for curve in some], log_x)
    read = np.full((len(some), len(x)), np.nan)
    for row, curve in zip(read, some, strict=True):
        inside = (x >= curve.x[0]) & (x <= curve.x[-1])
        row[inside] = np.interp(x[inside], curve.x, curve.y)
    n = np.isfinite(read).sum(axis=0)
    known = n > 0
    x, read, n = x[known], read[:, known], n[known]
    mean = np.nansum(read, axis=0) / n
    return Band(x, mean, *_about(read, mean, n, spread), n.astype(np.int64))


def grid(axes: Sequence[Floats], log_x: bool = False) -> Floats:
    """The places of all curves together when there are at most GRID, else GRID of them, evenly over the axis."""
    if not axes:
        return np.zeros(0)
    every = np.unique(np.concatenate(axes))
    if len(every) <= GRID:
        return every
    return np.geomspace(every[0], every[-1], GRID) if log_x else np.linspace(every[0], every[-1], GRID)


def _about(read: Floats, mean: Floats, n: Whole, spread: Spread) -> tuple[Floats, Floats]:
    if not len(mean):
        return mean, mean
    if spread == "range":
        return np.nanmin(read, axis=0), np.nanmax(read, axis=0)
    squares = np.nansum((read - mean) ** 2, axis=0)
    deviation = np.sqrt(squares / np.where(n > 1, n - 1, np.nan))
    return mean - deviation, mean + deviation
