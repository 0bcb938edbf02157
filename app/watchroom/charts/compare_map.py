"""The mean of a metric of runs over two of their parameters, and how much evidence is in each cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from watchroom.charts.compare_params import ticks
from watchroom.charts.explanations import cut
from watchroom.charts.style import Chart, figure, name
from watchroom.charts.words import short
from watchroom.domain.run_groups import Bins, Values, bins, has, only

Floats = NDArray[np.float64]

_MAP_SCALE = [[0.0, "#E4EDFA"], [0.5, "#7FA8E3"], [1.0, "#1F4E9C"]]


def heatmap(across: Values, up: Values, metric: Floats, metric_name: str, places: Sequence[int]) -> Chart:
    """The mean of the metric in each cell of two parameters, with n configurations; one without runs is empty."""
    found = cells(across, up, metric, places)
    x, y, mean, n, runs = found.x, found.y, found.mean, found.n, found.runs
    text = [[f"{value:.4g}<br>n {count}" if count else "" for value, count in zip(*row, strict=True)]
            for row in zip(mean, n, strict=True)]  # fmt: skip
    told = [[f"{name(across.key)}: {name(column)}<br>{name(up.key)}: {name(row)}<br>mean {name(metric_name)} "
             f"{short(mean[j, i])}, n {n[j, i]} ({runs[j, i]} runs)" for i, column in enumerate(x.labels)]
            for j, row in enumerate(y.labels)]  # fmt: skip
    chart = figure(
        go.Heatmap(z=mean, x=list(range(len(x.labels))), y=list(range(len(y.labels))), text=text, hoverongaps=False,
                   texttemplate="%{text}", textfont={"size": 11}, colorscale=_MAP_SCALE, xgap=2, ygap=2, hovertext=told,
                   hovertemplate="%{hovertext}<extra></extra>",
                   colorbar={"thickness": 10, "outlinewidth": 0, "title": {"text": cut(metric_name, 20)}}),
        height=max(44 * len(y.labels) + 90, 260),
    )  # fmt: skip
    chart.update_layout(hovermode="closest", margin={"b": 34})
    for axis, bin_, key in ((chart.update_xaxes, x, across.key), (chart.update_yaxes, y, up.key)):
        axis(tickmode="array", tickvals=list(range(len(bin_.labels))), ticktext=ticks(bin_.labels, 22),
             title={"text": cut(key, 40), "font": {"size": 12}}, showgrid=False)  # fmt: skip
    known = np.isfinite(mean)
    ends = f"from {short(float(mean[known].min()))} to {short(float(mean[known].max()))}" if known.any() else "none"
    return Chart(
        chart, f"Mean {metric_name} over {across.key} and {up.key}, {int(known.sum())} cells with runs: {ends}."
    )


MAP_BINS = 8
"""Cells along each side of the map."""

LEAST_IN_CELL = 3
"""Configurations from which a cell may be called best: the best of many single ones is best by luck."""


@dataclass(frozen=True)
class Cells:
    """A map, rows by `y`: the mean over configurations (NaN for an empty cell), how many they are, and their runs."""

    x: Bins
    y: Bins
    mean: Floats
    n: NDArray[np.int64]
    runs: NDArray[np.int64]


def cells(across: Values, up: Values, metric: Floats, places: Sequence[int]) -> Cells:
    """The bins of both sides and what is in each cell; `places` has the configuration of each run.

    A configuration counts once in a cell, with the mean of its runs there. Values that no run with both has are not
    among the bins.
    """
    both = has(across) & has(up) & np.isfinite(metric)
    x, y = bins(only(across, both), MAP_BINS), bins(only(up, both), MAP_BINS)
    held: dict[tuple[int, int], dict[int, list[float]]] = {}
    for value, place, column, row in zip(metric[both], np.asarray(places)[both], x.of, y.of, strict=True):
        if column is not None and row is not None:
            held.setdefault((row, column), {}).setdefault(int(place), []).append(float(value))
    shape = len(y.labels), len(x.labels)
    mean, n, runs = np.full(shape, np.nan), np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    for at, some in held.items():
        mean[at] = np.mean([np.mean(one) for one in some.values()])
        n[at], runs[at] = len(some), sum(len(one) for one in some.values())
    return Cells(x, y, mean, n, runs)
