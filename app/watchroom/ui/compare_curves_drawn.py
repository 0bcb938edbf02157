"""The picture of one metric's curves: read, shaped, coloured, and what is to be said beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from watchroom.charts import compare_curves as charts
from watchroom.charts.compare_curves import Filled, Line, Look
from watchroom.charts.style import Chart
from watchroom.charts.words import short
from watchroom.domain.curves import Curve, Shaped, Spread, View, band, shaped, thinned
from watchroom.store.queries import curves as queries
from watchroom.store.queries.curves import History, RunFact
from watchroom.ui.compare_curves_colours import BEST, FEW, RUN, Ranked, colours_of, deleted, groups_of, labels, ranked
from watchroom.ui.room import ask, reading
from watchroom.ui.text import count_of, number, one_line

Floats = NDArray[np.float64]
How = Literal["lines", "mean"]

PAGE_POINTS = 60_000
"""Points in all pictures of the page: what a browser draws in a second or two, and then answers the mouse at once."""

MOST_BUCKETS = 300
"""Stretches of a curve of which the extremes are kept: one for each four pixels of a wide screen."""

_QUIET, _INK, _LEAST = 0.35, 28, 0.08
"""How strong lines are that only make the crowd: the more there are, the fainter, so that it shows where most run."""
_UNITS = (("days", 172_800.0), ("hours", 7_200.0), ("minutes", 120.0), ("seconds", 0.0))
_SECONDS = {"days": 86_400.0, "hours": 3_600.0, "minutes": 60.0, "seconds": 1.0}
_ODD = {"lines": "marked at the edge (× NaN, ▲ infinite), no line goes through", "mean": "left out of the mean"}
_WIDE = 1_000.0
"""Values that many times the median press all others flat on a plain axis."""
_SPREADS = {"deviation": "one standard deviation about it", "range": "least to greatest"}


@dataclass(frozen=True)
class Picture:
    """The chart, how many runs have the metric, and sentences on what it does not show as it was logged."""

    chart: Chart
    runs: int
    points: int
    notes: tuple[str, ...]


def picture(
    *, run_ids: tuple[str, ...], metric: str, statistic: str, better: str | None, view: View, how: How, by: str,
    spread: Spread, zone: str, height: int, points: int,
) -> Picture:  # fmt: skip
    """One metric of the runs as the view wants it, with about so many points at most."""
    with reading() as snapshot:
        history = queries.history(snapshot, run_ids=run_ids, metric=metric)
    facts = ask(queries.run_facts, run_ids=run_ids)
    shapes = [shaped(curve, view, _started(facts, curve)) for curve in history.curves]
    unit, shapes = _in_units(shapes, view)
    look = Look(
        _x_title(view, unit, zone), metric, "time" if view.axis == "time" else "number", view.log_x, view.log_y, height
    )
    axis = _Axis(view, ZoneInfo(zone))
    notes = _told(history, shapes, run_ids, how, view.log_y)
    gone = deleted(tuple(one.run_id for one in shapes))
    if how == "mean":
        notes += [f"{count_of(len(gone), 'deleted run')} left out of the mean."] * bool(gone)
        chart = _mean([one for one in shapes if one.run_id not in gone], by, spread, axis, look)
    else:
        chart, thin = _lines(shapes, by, ranked(run_ids, metric, statistic, better), axis, look, points)
        never = [f"{count_of(len(gone), 'run is', 'runs are')} deleted, and never first."] * bool(gone)
        notes = [*thin, *notes, *never]
    return Picture(chart, len(history.curves), history.points, tuple(notes))


@dataclass(frozen=True)
class _Axis:
    view: View
    zone: ZoneInfo

    def drawn(self, x: Floats) -> Any:
        """Places on the axis as the chart takes them: times in the workspace's zone."""
        if self.view.axis != "time":
            return x
        times = pd.to_datetime((x * 1e6).astype(np.int64), unit="us", utc=True)
        return times.tz_convert(self.zone).tz_localize(None).to_numpy()


def _started(facts: Mapping[str, RunFact], curve: Curve) -> int | None:
    fact = facts.get(curve.run_id)
    started: datetime | None = fact.started if fact is not None else None
    return None if started is None else int(started.replace(tzinfo=UTC).timestamp() * 1e6)


def _in_units(shapes: list[Shaped], view: View) -> tuple[str, list[Shaped]]:
    """Lengths of time in the largest unit of which the longest has at least two."""
    if view.axis != "relative":
        return "", shapes
    longest = max((float(np.abs(one.x).max()) for one in shapes if len(one.x)), default=0.0)
    unit = next(unit for unit, least in _UNITS if longest >= least)
    size = _SECONDS[unit]
    return unit, [replace(one, x=one.x / size, odd_x=one.odd_x / size) for one in shapes]


def _x_title(view: View, unit: str, zone: str) -> str:
    if view.axis == "time":
        return f"time ({zone})"
    counted = "steps" if view.axis == "step" else unit
    whole = "step" if view.axis == "step" else f"{unit} since the run's start"
    return {"logged": whole, "first": f"{counted} since the first point", "last": f"{counted} up to the last point"}[
        view.align
    ]


def _lines(
    shapes: Sequence[Shaped], by: str, standing: Ranked, axis: _Axis, look: Look, points: int
) -> tuple[Chart, list[str]]:
    few = len(shapes) <= FEW
    run_ids = tuple(one.run_id for one in shapes)
    colours, legend = colours_of(run_ids, by, standing)
    behind = few and axis.view.smoothing > 0
    buckets = max(min(MOST_BUCKETS, points // max(2 * len(shapes) * (1 + behind), 1)), 2)
    called = labels(run_ids)
    first = set(standing.order[:BEST]) if by == RUN and not few else set()
    drawn, fewer, longest = [], 0, 0
    for shape in sorted(shapes, key=lambda one: one.run_id in first):
        x, y = thinned(shape.x, shape.y, buckets, log_x=axis.view.log_x)
        raw = thinned(shape.x, shape.raw, buckets, log_x=axis.view.log_x) if behind else None
        fewer, longest = max(fewer, len(x) if len(x) < len(shape.x) else 0), max(longest, len(shape.x))
        quiet = not few and shape.run_id not in first
        drawn.append(
            Line(called.get(shape.run_id, shape.run_id[:8]), axis.drawn(x), y, colours[shape.run_id],
                 _standing(standing, shape.run_id), (axis.drawn(raw[0]), raw[1]) if raw is not None else None,
                 1.0 if quiet else 2.0, _opacity(len(shapes), by) if quiet else 1.0,
                 few or shape.run_id in first)
        )  # fmt: skip
    odd = [(axis.drawn(one.odd_x), one.odd_y) for one in shapes if len(one.odd_x)]
    notes = [f"At most {number(fewer)} points of {number(longest)} of a curve are drawn, every peak and dip kept."] * (
        fewer > 0
    )
    return charts.lines(drawn, odd, look, legend), notes


def _opacity(n: int, by: str) -> float:
    return max(min(_QUIET, _INK / n), _LEAST) if by == RUN else 0.85 if n <= 60 else 0.6


def _standing(standing: Ranked, run_id: str) -> str:
    if run_id not in standing.values:
        return ""
    value = short(standing.values[run_id])
    if standing.better is None:
        return value
    return f"{value}, rank {standing.order.index(run_id) + 1} of {len(standing.order)}"


def _mean(shapes: Sequence[Shaped], by: str, spread: Spread, axis: _Axis, look: Look) -> Chart:
    of, labels_, colours = groups_of(tuple(one.run_id for one in shapes), by)
    drawn = []
    for place, label in enumerate(labels_):
        some = [one for one in shapes if of[one.run_id] == place]
        if some:
            found = band(some, spread, log_x=axis.view.log_x)
            drawn.append(
                Filled(
                    f"{one_line(label, 15)} (n={len(some)})",
                    axis.drawn(found.x),
                    found.mean,
                    found.low,
                    found.high,
                    found.n,
                    colours[place],
                )
            )
    return charts.bands(drawn, _SPREADS[spread], look)


def _told(history: History, shapes: Sequence[Shaped], run_ids: tuple[str, ...], how: How, log_y: bool) -> list[str]:
    """What the picture leaves out or shows otherwise than it was logged."""
    found = []
    if lacking := len(run_ids) - len(history.curves):
        found.append(f"{count_of(lacking, 'run')} of {number(len(run_ids))} {'has' if lacking == 1 else 'have'} none.")
    if odd := sum(len(one.odd_x) for one in shapes):
        found.append(f"{count_of(odd, 'point is', 'points are')} NaN or infinite: {_ODD[how]}.")
    if off := sum(one.off for one in shapes):
        found.append(
            f"{count_of(off, 'point')} at zero or below {'has' if off == 1 else 'have'} no place on a logarithmic axis."
        )
    if timeless := sum(one.timeless for one in shapes):
        found.append(
            f"{count_of(timeless, 'point')} without a time {'has' if timeless == 1 else 'have'} no place on this axis."
        )
    if not log_y and _flattened(shapes):
        found.append("A few values are far above all others and press them flat: a logarithmic y axis shows both.")
    if history.extremes:
        found.append(
            f"Of {number(history.points)} points only the extremes of stretches were read, and smoothing goes by these."
        )
    return found


def _flattened(shapes: Sequence[Shaped]) -> bool:
    values = np.concatenate([one.y for one in shapes]) if shapes else np.zeros(0)
    values = values[np.isfinite(values)]
    return len(values) > FEW and bool(values.min() > 0) and bool(values.max() > _WIDE * np.median(values))


def table(*, run_ids: tuple[str, ...], metric: str) -> pd.DataFrame:
    """Every point of the metric as it was logged, times UTC."""
    with reading() as snapshot:
        history = queries.history(snapshot, run_ids=run_ids, metric=metric)
    called = labels(run_ids)
    parts = [
        pd.DataFrame({"run_id": one.run_id, "run": called.get(one.run_id), "metric": metric, "step": one.step,
                      "time": pd.to_datetime(one.time_us, unit="us"), "value": one.value})
        for one in history.curves
    ]  # fmt: skip
    return (
        pd.concat(parts, ignore_index=True)
        if parts
        else pd.DataFrame(columns=["run_id", "run", "metric", "step", "time", "value"])
    )
