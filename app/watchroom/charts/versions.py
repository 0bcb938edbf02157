"""Charts of how a model's versions compare."""

from __future__ import annotations

import math

import pandas as pd
import plotly.graph_objects as go

from watchroom.charts.style import LINE_COLOUR, MARK_COLOUR, Chart, figure, name


def metric_by_version(values: pd.DataFrame, metric: str, aliases: dict[int, str]) -> Chart:
    """A metric over the versions, each with its alias beside its point. `values` has version, last.

    Values that are not finite are left out of the line and named in the sentence.
    """
    finite = values[[math.isfinite(value) if value is not None else False for value in values["last"]]]
    named = [name(aliases.get(version, "")) for version in finite["version"]]
    line = go.Scatter(
        x=[f"v{version}" for version in finite["version"]],
        y=finite["last"],
        mode="lines+markers+text",
        text=named,
        textposition="top center",
        line={"color": LINE_COLOUR, "width": 2},
        marker={
            "size": [12 if alias else 7 for alias in named],
            "color": [MARK_COLOUR if alias else LINE_COLOUR for alias in named],
        },
        hovertemplate="Version %{x}: %{y:.6g}<extra></extra>",
        cliponaxis=False,
    )
    found = figure(line, height=240)
    found.update_layout(hovermode="closest", margin={"l": 8, "r": 24, "t": 28, "b": 8})
    found.update_xaxes(type="category")
    return Chart(found, _sentence(finite, metric, aliases, len(values) - len(finite)))


def _sentence(finite: pd.DataFrame, metric: str, aliases: dict[int, str], left_out: int) -> str:
    points = (
        f"version {version}{f' ({aliases[version]})' if version in aliases else ''} {value:.4g}"
        for version, value in zip(finite["version"], finite["last"], strict=True)
    )
    more = f" {left_out} left out: not a finite number." if left_out else ""
    return f"{metric} by version: {', '.join(points) or 'no values'}.{more}"
