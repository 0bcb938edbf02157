"""A metric of runs over their parameters: points, parallel lines, a map over two of them, and which of them matter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from watchroom.charts.compare_curves import HIGH_COLOUR, LOW_COLOUR, between
from watchroom.charts.explanations import ROW_HEIGHT, cut, rows
from watchroom.charts.style import GRID_COLOUR, LINE_COLOUR, MARK_COLOUR, OTHER_COLOUR, Chart, figure, name
from watchroom.charts.words import share, short
from watchroom.domain.param_importance import Weight
from watchroom.domain.run_groups import MISSING, Values, bins, place_in, spans_decades

Floats = NDArray[np.float64]

CATEGORIES = 16
"""Values of a text beside each other that can still be read; the rarer ones stand together as others."""

SCALE = [[0.0, LOW_COLOUR], [0.5, "#9A8FA8"], [1.0, HIGH_COLOUR]]
"""From the least of a number to the greatest."""

_HEIGHT = 440
_SPREAD = 0.62
_MISSING_AXIS = 0.07
_LEAST_HEIGHT = 140


def importance(weights: Sequence[Weight], told: Sequence[str], metric: str) -> Chart:
    """A bar for each weight with the least and greatest over the held-out parts; `told` is its direction in words."""
    places = list(range(len(weights)))
    shares = [max(one.share, 0.0) for one in weights]
    hover = [
        f"{name(one.key)}<br>{share(part)} of the variance of {name(metric)} goes through it<br>"
        f"{share(max(one.low, 0.0))} to {share(max(one.high, 0.0))} over the parts held out{_together(one)}"
        for one, part in zip(weights, shares, strict=True)
    ]
    labels = [f"  {share(part)}{f' · {name(text)}' if text else ''}" for part, text in zip(shares, told, strict=True)]
    chart = figure(
        go.Bar(orientation="h", x=shares, y=places, marker={"color": LINE_COLOUR}, hovertext=hover,
               hovertemplate="%{hovertext}<extra></extra>", customdata=[one.key for one in weights],
               unselected={"marker": {"opacity": 1}},
               error_x={"type": "data", "symmetric": False, "thickness": 1, "width": 3, "color": OTHER_COLOUR,
                        "array": [max(min(one.high, 1.0) - part, 0) for one, part in zip(weights, shares, strict=True)],
                        "arrayminus": [max(part - max(one.low, 0), 0)
                                       for one, part in zip(weights, shares, strict=True)]}),
        height=max((ROW_HEIGHT + 4) * len(weights) + 44, _LEAST_HEIGHT),
    )  # fmt: skip
    ends = [min(max(one.high, part), 1.0) for one, part in zip(weights, shares, strict=True)]
    for place, (end, label) in enumerate(zip(ends, labels, strict=True)):
        chart.add_annotation(x=end, y=place, text=label, xanchor="left", showarrow=False, font={"size": 11})
    chart.update_layout(hovermode="closest", bargap=0.35, margin={"b": 34})
    room = max([*ends, 0.01]) * 1.9
    ticks = [at / 5 for at in range(6) if at / 5 <= room]  # a share has no more than the whole
    chart.update_xaxes(range=[0, room], tickformat=".0%", tickvals=ticks if room > 0.4 else None, showgrid=False,
                       title={"text": f"share of the variance of {name(metric)}", "font": {"size": 12}})  # fmt: skip
    rows(chart, [cut(one.key) for one in weights])
    first = ", ".join(f"{one.key} {share(part)}" for one, part in list(zip(weights, shares, strict=True))[:5])
    return Chart(chart, f"Share of the variance of {metric} that goes through each parameter: {first}.")


def correlations(strengths: Mapping[str, float], metric: str) -> Chart:
    """A bar for each parameter: how closely the metric goes with it by ranks, from 0 to 1."""
    keys, lengths = list(strengths), list(strengths.values())
    chart = figure(
        go.Bar(orientation="h", x=lengths, y=list(range(len(keys))), marker={"color": OTHER_COLOUR}, customdata=keys,
               hovertext=[f"{name(key)}<br>{short(one)}" for key, one in strengths.items()],
               hovertemplate="%{hovertext}<extra></extra>", unselected={"marker": {"opacity": 1}},
               text=[short(one) for one in lengths], textposition="outside", cliponaxis=False),
        height=max((ROW_HEIGHT + 4) * len(keys) + 44, _LEAST_HEIGHT),
    )  # fmt: skip
    chart.update_layout(hovermode="closest", bargap=0.35, margin={"b": 34})
    title = f"rank correlation with {name(metric)}, without its sign"
    chart.update_xaxes(range=[0, 1.1], nticks=6, showgrid=False, title={"text": title, "font": {"size": 12}})
    rows(chart, [cut(key) for key in keys])
    first = ", ".join(f"{key} {short(one)}" for key, one in list(strengths.items())[:5])
    return Chart(chart, f"How closely {metric} goes with each parameter by ranks: {first}.")


def _together(one: Weight) -> str:
    return f"<br>changes only together with {name(', '.join(one.alike[:4]))}" if one.alike else ""


def scatter(
    of: Values, metric: Floats, labels: Sequence[str], metric_name: str, colour: Values | None, run_ids: Sequence[str]
) -> Chart:
    """A point for each run that has the metric (NaN for one that has not). A point's `customdata` is its run."""
    drawn = np.isfinite(metric)
    place, axis = _numbers(of) if of.is_number else _categories(of)
    drawn &= ~np.isnan(place)
    marker: dict[str, Any] = {"size": 8, "opacity": 0.75, "line": {"width": 0}, "color": LINE_COLOUR}
    if colour is not None:
        marker["color"] = [OTHER_COLOUR if np.isnan(one) else between(float(one)) for one in _graded(colour)[drawn]]
    shown: list[int] = np.flatnonzero(drawn).tolist()
    hover = [_hover(i, of, metric, labels, metric_name, colour) for i in shown]
    chart = figure(height=_HEIGHT)
    chart.add_trace(
        go.Scatter(x=place[drawn], y=metric[drawn], mode="markers", marker=marker, text=hover,
                   hovertemplate="%{text}<extra></extra>", customdata=[run_ids[i] for i in shown],
                   unselected={"marker": {"opacity": 0.75}})
    )  # fmt: skip
    if not of.is_number:
        chart.add_trace(_medians(of, metric, drawn))
    log = spans_decades(metric[drawn]) if drawn.any() else False
    chart.update_layout(hovermode="closest", margin={"b": 34})
    chart.update_xaxes(title={"text": cut(of.key, 60), "font": {"size": 12}}, **axis)
    chart.update_yaxes(
        title={"text": name(metric_name), "font": {"size": 12}},
        **({"type": "log", "dtick": 1, "exponentformat": "power"} if log else {}),
    )
    return Chart(chart, f"{metric_name} over {of.key}, a point for each of {int(drawn.sum()):,} runs.")


def _numbers(of: Values) -> tuple[Floats, dict[str, Any]]:
    log = spans_decades(of.numbers)
    layout: dict[str, Any] = {
        "type": "log" if log else "linear",
        "showgrid": True,
        "gridcolor": GRID_COLOUR,
        "nticks": 8,
    }
    return of.numbers, {**layout, **({"dtick": 1, "exponentformat": "power"} if log else {})}


def _categories(of: Values) -> tuple[Floats, dict[str, Any]]:
    """The place of each run beside its value, spread in a fixed way so that points do not hide each other."""
    found = bins(of, CATEGORIES)
    counted: dict[int, int] = {}
    place = np.full(len(found.of), np.nan)
    totals = {at: found.of.count(at) for at in set(found.of) if at is not None}
    for i, at in enumerate(found.of):
        if at is not None:
            turn = counted[at] = counted.get(at, 0) + 1
            part = (turn * 0.618) % 1 - 0.5 if totals[at] > 1 else 0.0
            place[i] = at + part * _SPREAD
    return place, {
        "tickmode": "array", "tickvals": list(range(len(found.labels))),
        "ticktext": ticks(found.labels, 18), "range": [-0.6, len(found.labels) - 0.4],
    }  # fmt: skip


def ticks(labels: Sequence[str], limit: int) -> list[str]:
    """The labels cut, with a number where two look alike then: Plotly takes what looks alike for the same."""
    seen: dict[str, int] = {}
    found = []
    for label in labels:
        text = cut(label, limit)
        seen[text] = seen.get(text, 0) + 1
        found.append(text if seen[text] == 1 else f"{text} ({seen[text]})")
    return found


def _medians(of: Values, metric: Floats, drawn: NDArray[np.bool_]) -> go.Scatter:
    found = bins(of, CATEGORIES)
    at, y = [], []
    for place in range(len(found.labels)):
        mine = [metric[i] for i in np.flatnonzero(drawn) if found.of[i] == place]
        if mine:
            at.append(place)
            y.append(float(np.median(mine)))
    return go.Scatter(x=at, y=y, mode="markers", hovertemplate="median %{y:.4g}<extra></extra>",
                      marker={"symbol": "line-ew", "size": 46, "line": {"width": 3, "color": MARK_COLOUR}})  # fmt: skip


def _hover(i: int, of: Values, metric: Floats, labels: Sequence[str], metric_name: str, colour: Values | None) -> str:
    more = "" if colour is None else f"<br>{name(colour.key)}: {_said(colour, i)}"
    return (
        f"<b>{name(labels[i])}</b><br>{name(of.key)}: {_said(of, i)}{more}<br>"
        f"{name(metric_name)}: {short(float(metric[i]))}"
    )


def _said(of: Values, i: int) -> str:
    text = of.texts[i]
    return MISSING if text is None else cut(text, 60)


def _graded(of: Values) -> Floats:
    """Where each run lies from low to high; texts by their order."""
    if of.is_number:
        return place_in(of.numbers)
    found = bins(of, CATEGORIES)
    top = max(len(found.labels) - 1, 1)
    return np.array([np.nan if at is None else at / top for at in found.of])


def parallel(dimensions: Sequence[Values], metric: Floats, metric_name: str) -> Chart:
    """A line for each run across its parameters to the metric, which colours it; runs are given that have the metric.

    A run that lacks a parameter goes through a place of its own below the numbers, or among the texts.
    """
    found = [_dimension(one) for one in dimensions]
    found.append({"label": cut(metric_name, 28), "values": metric})
    chart = go.Figure(
        go.Parcoords(dimensions=found, line={"color": place_in(metric), "colorscale": SCALE, "cmin": 0, "cmax": 1},
                     labelangle=-12, labelside="top", unselected={"line": {"opacity": 0.05}})
    )  # fmt: skip
    chart.update_layout(height=520, margin={"l": 110, "r": 60, "t": 84, "b": 24})
    told = ", ".join(one.key for one in dimensions)
    return Chart(chart, f"{len(metric):,} runs as lines across {told} and {metric_name}.")


def _dimension(of: Values) -> dict[str, Any]:
    label = cut(of.key, 28)
    if of.is_number:
        return {"label": label, **_number_axis(of)}
    found = bins(of, CATEGORIES)
    labels = list(found.labels) + [MISSING] * (None in found.of)
    return {"label": label, "values": [len(found.labels) if at is None else at for at in found.of],
            "tickvals": list(range(len(labels))), "ticktext": ticks(labels, 16),
            "range": [-0.3, len(labels) - 0.7]}  # fmt: skip


def _number_axis(of: Values) -> dict[str, Any]:
    log = spans_decades(of.numbers)
    values = np.log10(of.numbers) if log else of.numbers
    known = values[np.isfinite(values)]
    low, high = float(known.min()), float(known.max())
    different = np.unique(known)
    ticks = different if len(different) <= 8 else np.linspace(low, high, 5)
    texts = [short(float(10**tick if log else tick)) for tick in ticks]
    gap = np.isnan(values)
    below = low - max(high - low, 1e-12) * 2 * _MISSING_AXIS
    if gap.any():
        values, ticks, texts = np.where(gap, below, values), np.append(below, ticks), [MISSING, *texts]
    return {"values": values, "tickvals": list(ticks), "ticktext": texts, "range": [below if gap.any() else low, high]}
