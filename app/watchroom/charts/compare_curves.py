"""Metric curves of many runs: lines with their names at the ends, or means of groups with what lies about them.

Shapes of the browser's own, not WebGL: 500 curves of 120 points were drawn in half of its time without a graphics card,
and a page with several pictures would run out of the sixteen contexts that a browser gives it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from watchroom.charts.explanations import cut
from watchroom.charts.line_ends import last_of, name_the_ends
from watchroom.charts.style import GRID_COLOUR, LINE_COLOUR, MARK_COLOUR, Chart, figure, name
from watchroom.charts.words import short

Floats = NDArray[np.float64]

COLOURS = ("#4C82D6", "#D9720B", "#2A9D8F", "#B4449A", "#8A6D00", "#D9463B", "#7A61D1", "#4B8B2A", "#0E86A3", "#A3722A")
"""Of lines beside each other: each 3 to 1 on the light and on the dark background."""

LOW_COLOUR, HIGH_COLOUR = LINE_COLOUR, MARK_COLOUR
"""From the least value of a number to the greatest; both ends are apart for the colour-blind."""

ODD_DRAWN = 300
"""Points that are NaN or infinite and are marked; more of them only make a bar."""

_FILL = 0.16


@dataclass(frozen=True)
class Line:
    """A curve as it is drawn: `raw` is the same without smoothing, drawn faintly behind; `ends` names it at its end."""

    label: str
    x: Any
    y: Floats
    colour: str
    hover: str = ""
    raw: tuple[Any, Floats] | None = None
    width: float = 1.8
    opacity: float = 1.0
    ends: bool = False


@dataclass(frozen=True)
class Filled:
    """The mean of a group, what lies about it (NaN where that cannot be told), and how many runs reach each place."""

    label: str
    x: Any
    mean: Floats
    low: Floats
    high: Floats
    n: NDArray[np.int64]
    colour: str


@dataclass(frozen=True)
class Look:
    """The axes: what each is called, whether it is logarithmic, and what the horizontal one counts."""

    x_title: str
    y_title: str
    counts: Literal["number", "time"] = "number"
    log_x: bool = False
    log_y: bool = False
    height: int = 460


def lines(
    drawn: Sequence[Line], odd: Sequence[tuple[Any, Floats]], look: Look, legend: Sequence[tuple[str, str]] = ()
) -> Chart:
    """A line for each run; `odd` are the points that are NaN or infinite, marked at the edge.

    `legend` says what colours mean, for lines that are not named at their ends.
    """
    traces = [_faint(line) for line in drawn if line.raw is not None]
    traces += [_line(line, look) for line in drawn]
    chart = _framed([*traces, *_odd(odd), *_legend(legend)], look)
    if legend:
        above = {
            "orientation": "h",
            "x": 0,
            "y": 1.01,
            "yanchor": "bottom",
            "itemclick": False,
            "itemdoubleclick": False,
        }
        chart.update_layout(showlegend=True, legend=above, margin={"t": 40})
    low, high = _extent([line.y for line in drawn] + [line.raw[1] for line in drawn if line.raw], look.log_y)
    _scale(chart, low, high, look)
    named = [(line.label, last_of(line.y), line.colour) for line in drawn if line.ends]
    name_the_ends(chart, [one for one in named if one[1] is not None], (low, high), look.height, look.log_y)
    return Chart(chart, _lines_words(drawn, look))


def bands(drawn: Sequence[Filled], spread: str, look: Look) -> Chart:
    """A mean for each group, the band about it behind; `spread` says what the band is."""
    low, high = _extent([part for one in drawn for part in (one.mean, one.low, one.high)], look.log_y)
    floor = 10**low if look.log_y else -math.inf  # a band that goes below zero goes to the edge of a logarithmic axis
    traces: list[dict[str, Any]] = []
    for one in drawn:
        traces += [*_band(one, floor), _mean(one, spread, look)]
    chart = _framed(traces, look)
    _scale(chart, low, high, look)
    named = [(one.label, last_of(one.mean), one.colour) for one in drawn]
    name_the_ends(chart, [one for one in named if one[1] is not None], (low, high), look.height, look.log_y)
    return Chart(chart, _bands_words(drawn, look))


def between(part: float) -> str:
    """The colour of a number's place between the least (0) and the greatest (1) of its values."""
    part = min(max(part, 0.0), 1.0)
    ends = [[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in (LOW_COLOUR, "#9A8FA8", HIGH_COLOUR)]
    side = int(part >= 0.5)
    way = part * 2 - side
    mixed = [round(a + (b - a) * way) for a, b in zip(ends[side], ends[side + 1], strict=True)]
    return "#" + "".join(f"{value:02x}" for value in mixed)


def _framed(traces: Sequence[dict[str, Any]], look: Look) -> go.Figure:
    chart = figure(height=look.height)
    chart.add_traces(list(traces))
    chart.update_layout(hovermode="closest", margin={"b": 34, "t": 8})
    chart.update_xaxes(
        title={"text": name(look.x_title), "font": {"size": 12}}, nticks=8, type=_type(look.counts, look.log_x),
        showgrid=True, gridcolor=GRID_COLOUR, **_decades(look.log_x),
    )  # fmt: skip
    return chart


def _type(counts: str, log: bool) -> str:
    return "date" if counts == "time" else "log" if log else "linear"


def _decades(log: bool) -> dict[str, Any]:
    """A logarithmic axis says whole powers alone: the digits between them would hide each other."""
    return {"dtick": 1, "exponentformat": "power"} if log else {}


def _line(line: Line, look: Look) -> dict[str, Any]:
    lonely = np.isfinite(line.y).sum() < 2
    return {
        "type": "scatter", "x": line.x, "y": line.y, "mode": "lines+markers" if lonely else "lines",
        "name": name(line.label), "showlegend": False,
        "line": {"color": line.colour, "width": line.width}, "opacity": line.opacity, "marker": {"size": 6},
        "hovertemplate": f"<b>%{{fullData.name}}</b>{_more(line)}<br>{_at(look)}<br>{_of(look)} %{{y:.5g}}"
                         "<extra></extra>",
    }  # fmt: skip


def _more(line: Line) -> str:
    return f"<br>{name(line.hover)}" if line.hover else ""


def _at(look: Look) -> str:
    value = "%{x|%d %b %Y %H:%M:%S}" if look.counts == "time" else "%{x:,.6~g}"
    return f"{_inert(look.x_title)} {value}"


def _of(look: Look) -> str:
    return _inert(look.y_title)


def _inert(text: str) -> str:
    """A name inside a template of Plotly's, which reads `%{…}` as a value."""
    return name(text).replace("%{", "%\u2060{")


def _faint(line: Line) -> dict[str, Any]:
    assert line.raw is not None
    return {
        "type": "scatter", "x": line.raw[0], "y": line.raw[1], "mode": "lines", "hoverinfo": "skip", "opacity": 0.28,
        "showlegend": False,
        "name": name(line.label), "line": {"color": line.colour, "width": 1},
    }  # fmt: skip


def _odd(odd: Sequence[tuple[Any, Floats]]) -> list[dict[str, Any]]:
    """Marks at the edges for what has no place of its own: on a second axis that lies over the first."""
    if not odd:
        return []
    x = np.concatenate([np.asarray(one[0]) for one in odd])[:ODD_DRAWN]
    y = np.concatenate([one[1] for one in odd])[:ODD_DRAWN]
    found = []
    looks = (("NaN", np.isnan(y), 0.015, "x-thin"), ("infinite", y == np.inf, 0.985, "triangle-up"),
             ("minus infinite", y == -np.inf, 0.015, "triangle-down"))  # fmt: skip
    for told, which, at, symbol in looks:
        if which.any():
            found.append({
                "type": "scatter", "x": x[which], "y": np.full(int(which.sum()), at), "yaxis": "y2", "mode": "markers",
                "showlegend": False, "name": told, "hovertemplate": f"{told}<extra></extra>", "cliponaxis": False,
                "marker": {"symbol": symbol, "size": 8, "color": "#D9463B", "line": {"width": 1.6, "color": "#D9463B"}},
            })  # fmt: skip
    return found


def _band(one: Filled, floor: float) -> list[dict[str, Any]]:
    """The band as a filled shape for each stretch in which it can be told."""
    known = np.isfinite(one.low) & np.isfinite(one.high)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], known.astype(np.int8), [0]))))
    x = np.asarray(one.x)
    return [
        {"type": "scatter", "x": np.concatenate((x[a:b], x[a:b][::-1])), "mode": "lines", "fill": "toself",
         "y": np.concatenate((one.high[a:b], np.maximum(one.low[a:b], floor)[::-1])), "line": {"width": 0},
         "hoverinfo": "skip",
         "fillcolor": _seen_through(one.colour), "name": name(one.label)}
        for a, b in zip(edges[::2], edges[1::2], strict=True)
    ]  # fmt: skip


def _mean(one: Filled, spread: str, look: Look) -> dict[str, Any]:
    told = [f"{short(low)} to {short(high)}" if np.isfinite(low) else "cannot be told"
            for low, high in zip(one.low, one.high, strict=True)]  # fmt: skip
    return {
        "type": "scatter", "x": one.x, "y": one.mean, "mode": "lines", "name": name(one.label),
        "line": {"color": one.colour, "width": 2.2}, "customdata": np.column_stack((one.n.astype(object), told)),
        "hovertemplate": f"<b>%{{fullData.name}}</b><br>{_at(look)}<br>mean of {_of(look)} %{{y:.5g}}<br>"
                         f"{spread}: %{{customdata[1]}}<br>n = %{{customdata[0]}} runs<extra></extra>",
    }  # fmt: skip


def _seen_through(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{_FILL})"


def _legend(legend: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    return [
        {"type": "scatter", "x": [None], "y": [None], "mode": "lines", "name": cut(label, 40), "showlegend": True,
         "line": {"color": colour, "width": 3}}
        for label, colour in legend
    ]  # fmt: skip


def _extent(parts: Sequence[Floats], log: bool) -> tuple[float, float]:
    """The least and greatest of what is drawn, with some air; logarithms for a logarithmic axis."""
    values = np.concatenate([np.asarray(part, np.float64) for part in parts]) if parts else np.zeros(0)
    values = values[np.isfinite(values) & ((values > 0) | (not log))]
    if not len(values):
        return 0.0, 1.0
    low, high = float(values.min()), float(values.max())
    if log:
        low, high = math.log10(low), math.log10(high)
    air = (high - low) * 0.05 or abs(high) * 0.05 or 0.5
    return low - air, high + air


def _scale(chart: go.Figure, low: float, high: float, look: Look) -> None:
    decades = _decades(look.log_y and high - low > 1)
    chart.update_layout(
        yaxis={"range": [low, high], "type": "log" if look.log_y else "linear", **decades},
        yaxis2={"overlaying": "y", "range": [0, 1], "visible": False, "fixedrange": True},
    )


def _lines_words(drawn: Sequence[Line], look: Look) -> str:
    if not drawn:
        return f"{look.y_title}: no curves."
    ends = sorted((end, line.label) for line in drawn if (end := last_of(line.y)) is not None)
    told = ""
    if ends:
        told = f" They end between {short(ends[0][0])} ({ends[0][1]}) and {short(ends[-1][0])} ({ends[-1][1]})."
    return f"{look.y_title} over {look.x_title}, a line for each of {len(drawn):,} runs.{told}"


def _bands_words(drawn: Sequence[Filled], look: Look) -> str:
    told = ", ".join(f"{one.label} ends at {short(last_of(one.mean))}" for one in drawn)
    return f"Mean of {look.y_title} over {look.x_title} by group: {told or 'no groups'}."
