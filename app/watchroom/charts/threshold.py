"""Figures of the Threshold page: money against the cut-off, what is caught and how often it is right, all models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from watchroom.charts.style import GRID_COLOUR, LINE_COLOUR, MARK_COLOUR, OTHER_COLOUR, Chart, figure, name
from watchroom.charts.words import cutoff_text, records
from watchroom.domain.money_text import money, short_money
from watchroom.domain.outcomes import Floats

BEST_COLOUR = "#2A9D8F"
POINTS = 400
"""Points of a line: one for each two pixels of a wide screen."""

_ROW = 40
_BAND = "rgba(76,130,214,0.18)"
_BEST_BAND = "rgba(42,157,143,0.16)"


@dataclass(frozen=True)
class Marks:
    """What is marked on a curve. `now` is the cut-off in use, `best` the best with its interval; None for none."""

    chosen: float
    now: float | None = None
    best: float | None = None
    low: float | None = None
    high: float | None = None


def earned(cutoff: Floats, month: Floats, half: Floats, marks: Marks, top: float, currency: str, what: str) -> Chart:
    """`what`, money a month, at every cut-off up to `top`, with the one in use, the best, its interval, the chosen.

    `half` is half the width of the 95 % interval against the one in use, NaN without one.
    """
    at = _thinned(cutoff, top, marks)
    x, y, around = np.minimum(cutoff[at], top), month[at], np.nan_to_num(half[at])
    band = _band(x, y, around) if np.any(around > 0) else []
    line = go.Scatter(
        x=x, y=y, mode="lines", line={"color": LINE_COLOUR, "width": 2.5, "shape": "hv"}, cliponaxis=True,
        text=[f"{cutoff_text(one)}: {money(value, currency)} a month" for one, value in zip(x, y, strict=True)],
        hovertemplate="%{text}<extra></extra>",
    )  # fmt: skip
    chart = figure(*band, line, height=340)
    span = _span(cutoff, month, marks)
    chart.update_layout(hovermode="closest", margin={"t": 44, "r": 16})
    chart.update_xaxes(range=[0, top], title={"text": "cut-off", "font": {"size": 12, "color": OTHER_COLOUR}})
    chart.update_yaxes(
        range=span, zeroline=span[0] < 0 < span[1], zerolinecolor=OTHER_COLOUR, **_money_ticks(span, currency),
        title={"text": what.lower().replace(", ", ",<br>"), "font": {"size": 12, "color": OTHER_COLOUR}},
    )  # fmt: skip
    _mark(chart, cutoff, month, marks, top)
    return Chart(chart, _earned_words(cutoff, month, marks, currency, what))


def _thinned(cutoff: Floats, top: float, marks: Marks) -> Any:
    """Places of the cut-offs to draw: evenly, and those that are marked."""
    shown = np.flatnonzero(cutoff <= top + 1e-9)
    evenly = shown[np.unique(np.linspace(0, len(shown) - 1, min(POINTS, len(shown))).astype(np.int64))]
    marked = [place_on(cutoff, one) for one in (marks.chosen, marks.now, marks.best) if one is not None]
    return np.unique(np.concatenate([evenly, np.array(marked, np.int64)]))


def place_on(cutoff: Floats, one: float) -> int:
    """The place of the first cut-off that is not below `one`."""
    return min(int(np.searchsorted(cutoff, one - 1e-9)), len(cutoff) - 1)


def _band(x: Floats, y: Floats, around: Floats) -> list[go.Scatter]:
    quiet: dict[str, Any] = {"mode": "lines", "line": {"width": 0, "shape": "hv"}, "hoverinfo": "skip"}
    return [
        go.Scatter(x=x, y=y - around, **quiet),
        go.Scatter(x=x, y=y + around, fill="tonexty", fillcolor=_BAND, **quiet),
    ]


def _span(cutoff: Floats, month: Floats, marks: Marks) -> list[float]:
    """What the picture holds: the best, the one in use, the chosen one, no to all. Yes to all may lie below it."""
    known = month[np.isfinite(month)]
    if not known.size:
        return [0.0, 1.0]
    top, never = float(known.max()), float(month[-1])
    held = [never, *(float(month[place_on(cutoff, one)]) for one in (marks.chosen, marks.now) if one is not None)]
    low = min(*held, top)
    air = (top - low) or abs(top) or 1.0
    bottom = max(float(known.min()), low - 0.5 * air)
    return [bottom - 0.06 * air, top + 0.2 * air]


def _money_ticks(span: Sequence[float], currency: str) -> dict[str, Any]:
    ticks = _round_ticks(span[0], span[1])
    return {"tickvals": ticks, "ticktext": [short_money(one, currency) for one in ticks], "nticks": None}


def _round_ticks(low: float, high: float, most: int = 6) -> list[float]:
    step = 10.0 ** np.floor(np.log10(max(high - low, 1e-9)))
    for part in (0.1, 0.2, 0.5, 1.0, 2.0, 5.0):
        if (high - low) / (step * part) <= most:
            step *= part
            break
    return [float(one * step) for one in range(int(np.ceil(low / step)), int(np.floor(high / step)) + 1)]


def _mark(chart: go.Figure, cutoff: Floats, month: Floats, marks: Marks, top: float) -> None:
    if marks.best is not None and marks.low is not None and marks.high is not None:
        chart.add_vrect(x0=marks.low, x1=min(marks.high, top), fillcolor=_BEST_BAND, line_width=0, layer="below")
        best = f"best {cutoff_text(min(marks.best, 1.0))}"
        _label(chart, marks.best, best, BEST_COLOUR, 1.10, top)
        value = month[place_on(cutoff, marks.best)]
        chart.add_scatter(
            x=[min(marks.best, top)], y=[value], mode="markers", hoverinfo="skip",
            marker={"size": 11, "color": BEST_COLOUR},
        )  # fmt: skip
    if marks.now is not None:
        chart.add_vline(x=min(marks.now, top), line={"color": OTHER_COLOUR, "width": 1.5, "dash": "dash"})
        _label(chart, marks.now, f"in use {cutoff_text(min(marks.now, 1.0))}", OTHER_COLOUR, 1.035, top)
    if not _near(marks.chosen, marks.best) and not _near(marks.chosen, marks.now):
        chart.add_vline(x=min(marks.chosen, top), line={"color": MARK_COLOUR, "width": 1.5})
        _label(chart, marks.chosen, f"chosen {cutoff_text(marks.chosen)}", MARK_COLOUR, 1.165, top)


def _near(one: float, other: float | None) -> bool:
    return other is not None and abs(one - other) < 1e-9


def _label(chart: go.Figure, x: float, text: str, colour: str, y: float, top: float) -> None:
    side = "left" if x < 0.15 * top else "right" if x > 0.85 * top else "center"
    chart.add_annotation(
        x=min(x, top), y=y, yref="paper", xanchor=side, yanchor="middle", showarrow=False, text=text,
        font={"size": 12, "color": colour},
    )  # fmt: skip


def _earned_words(cutoff: Floats, month: Floats, marks: Marks, currency: str, what: str) -> str:
    def at(one: float) -> str:
        return f"{cutoff_text(min(one, 1.0))} {money(float(month[place_on(cutoff, one)]), currency)}"

    told = [f"the chosen cut-off {at(marks.chosen)} a month"]
    if marks.now is not None:
        told.append(f"the one in use {at(marks.now)}")
    if marks.best is not None and marks.low is not None and marks.high is not None:
        ends = f"{cutoff_text(marks.low)} and {cutoff_text(min(marks.high, 1.0))}"
        told.append(f"the best one {at(marks.best)}, which lies between {ends} with 95 % confidence")
    ends = f"yes to all {money(float(month[0]), currency)}, no to all {money(float(month[-1]), currency)}"
    return f"{what}, against the cut-off: {'; '.join(told)}; {ends}."


def rates(cutoff: Floats, precision: Floats, recall: Floats, marks: Marks, top: float, words: tuple[str, str]) -> Chart:
    """Precision and recall against the cut-off; `words` say both to a person."""
    at = _thinned(cutoff, top, marks)
    lines = [
        go.Scatter(
            x=np.minimum(cutoff[at], top), y=part[at], mode="lines", line={"color": colour, "width": 2, "shape": "hv"},
            hovertemplate=f"%{{x}}: {name(said)} %{{y:.0%}}<extra></extra>",
        )
        for part, said, colour in ((precision, words[0], LINE_COLOUR), (recall, words[1], MARK_COLOUR))
    ]  # fmt: skip
    chart = figure(*lines, height=230)
    chart.update_layout(hovermode="closest", margin={"t": 26, "r": 16})
    chart.update_xaxes(range=[0, top], title={"text": "cut-off", "font": {"size": 12, "color": OTHER_COLOUR}})
    chart.update_yaxes(range=[0, 1.02], tickformat=".0%")
    for one, colour, text in (
        (marks.now, OTHER_COLOUR, "in use"), (marks.best, BEST_COLOUR, "best"), (marks.chosen, MARK_COLOUR, "chosen")
    ):  # fmt: skip
        if one is not None and not (text == "chosen" and (_near(one, marks.best) or _near(one, marks.now))):
            chart.add_vline(x=min(one, top), line={"color": colour, "width": 1.2, "dash": "dash"})
    place = place_on(cutoff, marks.chosen)
    return Chart(
        chart,
        f"At the cut-off {cutoff_text(marks.chosen)}: {words[0]} {_percent(precision[place])}, "
        f"{words[1]} {_percent(recall[place])}. A higher cut-off is right more often and finds less.",
    )


def _percent(value: float) -> str:
    return f"{value:.0%}".replace("%", " %") if np.isfinite(value) else "unknown"


def gains(rows: pd.DataFrame, currency: str) -> Chart:
    """What the best cut-off of each would bring more a month, with its 95 % interval: the greatest on top.

    `rows` has label, gain, low, high; `label` is text from outside.
    """
    order = records(rows.sort_values("gain"))
    chart = figure(
        go.Scatter(
            x=[row.gain for row in order], y=list(range(len(order))), mode="markers",
            marker={"size": 11, "color": [BEST_COLOUR if row.low > 0 else OTHER_COLOUR for row in order],
                    "symbol": ["circle" if row.low > 0 else "circle-open" for row in order]},
            error_x={"type": "data", "symmetric": False, "thickness": 1.5, "width": 4, "color": OTHER_COLOUR,
                     "array": [max(row.high - row.gain, 0.0) for row in order],
                     "arrayminus": [max(row.gain - row.low, 0.0) for row in order]},
            text=[f"{name(row.label)}: {_gain_words(row, currency)}" for row in order],
            hovertemplate="%{text}<extra></extra>",
        ),
        height=len(order) * _ROW + 60,
    )  # fmt: skip
    low, high = min(0.0, *rows["low"]), max(0.0, *rows["high"])
    air = (high - low) * 0.06 or 1.0
    chart.update_layout(hovermode="closest", margin={"r": 16})
    chart.add_vline(x=0, line={"color": OTHER_COLOUR, "width": 1.2})
    ticks = _round_ticks(low, high + air, 5)
    chart.update_xaxes(range=[low - air, high + air], showgrid=True, gridcolor=GRID_COLOUR, tickvals=ticks,
                       ticktext=[short_money(one, currency) for one in ticks], tickangle=0)  # fmt: skip
    chart.update_yaxes(tickvals=list(range(len(order))), ticktext=[_short(row.label) for row in order],
                       range=[-0.6, len(order) - 0.4], showgrid=False, nticks=None)  # fmt: skip
    told = "; ".join(f"{row.label} {_gain_words(row, currency)}" for row in reversed(order[-12:]))
    return Chart(chart, f"More money a month at the best cut-off, with the 95 % interval: {told}.")


def _gain_words(row: Any, currency: str) -> str:
    return (
        f"{money(row.gain, currency, signed=True)} a month ({money(row.low, currency)} to {money(row.high, currency)})"
    )


def _short(text: Any, length: int = 26) -> str:
    line = " ".join(str(text).split())
    return name(line if len(line) <= length else f"{line[: length - 1]}…")


def ratios(rows: pd.DataFrame) -> Chart:
    """Of each model the cost ratio of its file against the one that its cut-off implies, on a scale of multiples.

    `rows` has label, cost_ratio, implied_ratio, both there.
    """
    order = records(rows.iloc[::-1])
    chart = figure(height=len(order) * _ROW + 78)
    for place, row in enumerate(order):
        chart.add_scatter(
            x=[row.implied_ratio, row.cost_ratio], y=[place, place], mode="lines",
            line={"color": GRID_COLOUR, "width": 5}, hoverinfo="skip",
        )  # fmt: skip
    for column, said, colour, symbol in (
        ("implied_ratio", "as it is run", OTHER_COLOUR, "circle"), ("cost_ratio", "by its file", BEST_COLOUR, "diamond")
    ):  # fmt: skip
        chart.add_scatter(
            x=[getattr(row, column) for row in order], y=list(range(len(order))), mode="markers",
            marker={"size": 12, "color": colour, "symbol": symbol},
            text=[f"{name(row.label)}, {said}: {getattr(row, column):.3g}" for row in order],
            hovertemplate="%{text}<extra></extra>",
        )  # fmt: skip
    both = rows[["cost_ratio", "implied_ratio"]].to_numpy(np.float64)
    both = rows[["cost_ratio", "implied_ratio"]].to_numpy(np.float64)
    ends = [float(both.min()), float(both.max())]
    ticks = [one for one in (0.01, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 1000) if ends[0] / 2 <= one <= ends[1] * 2]
    chart.update_layout(hovermode="closest", margin={"r": 16})
    chart.update_xaxes(type="log", showgrid=True, gridcolor=GRID_COLOUR, tickvals=ticks,
                       ticktext=[f"{one:g}" for one in ticks], range=[np.log10(ends[0] / 1.5), np.log10(ends[1] * 1.5)],
                       title={"text": "what a missed case costs for each false alarm",
                              "font": {"size": 12, "color": OTHER_COLOUR}})  # fmt: skip
    chart.update_yaxes(tickvals=list(range(len(order))), ticktext=[_short(row.label) for row in order],
                       range=[-0.6, len(order) - 0.4], showgrid=False, nticks=None)  # fmt: skip
    told = "; ".join(
        f"{row.label} is run at {row.implied_ratio:.3g}, its file says {row.cost_ratio:.3g}" for row in reversed(order)
    )
    return Chart(chart, f"What a missed case costs for each false alarm: {told}.")


def group_cutoffs(rows: pd.DataFrame, now: float | None) -> Chart:
    """The best cut-off of each group with its 95 % interval, and the one in use. `rows` has label, best, low, high."""
    order = records(rows.iloc[::-1])
    chart = figure(
        go.Scatter(
            x=[min(row.best, 1.0) for row in order], y=list(range(len(order))), mode="markers",
            marker={"size": 11, "color": BEST_COLOUR},
            error_x={"type": "data", "symmetric": False, "thickness": 1.5, "width": 4, "color": OTHER_COLOUR,
                     "array": [max(min(row.high, 1.0) - min(row.best, 1.0), 0.0) for row in order],
                     "arrayminus": [max(min(row.best, 1.0) - row.low, 0.0) for row in order]},
            text=[f"{name(row.label)}: {cutoff_text(min(row.best, 1.0))}" for row in order],
            hovertemplate="%{text}<extra></extra>",
        ),
        height=len(order) * _ROW + 80,
    )  # fmt: skip
    chart.update_layout(hovermode="closest", margin={"t": 26, "r": 16})
    chart.update_xaxes(showgrid=True, gridcolor=GRID_COLOUR, nticks=6, tickangle=0,
                       title={"text": "best cut-off", "font": {"size": 12, "color": OTHER_COLOUR}})  # fmt: skip
    chart.update_yaxes(tickvals=list(range(len(order))), ticktext=[_short(row.label) for row in order],
                       range=[-0.6, len(order) - 0.4], showgrid=False, nticks=None)  # fmt: skip
    if now is not None:
        chart.add_vline(x=min(now, 1.0), line={"color": OTHER_COLOUR, "width": 1.5, "dash": "dash"})
        chart.add_annotation(
            x=min(now, 1.0), y=1, yref="paper", yanchor="bottom", showarrow=False,
            text=f"in use {cutoff_text(min(now, 1.0))}", font={"size": 12, "color": OTHER_COLOUR},
        )  # fmt: skip
    told = "; ".join(f"{row.label} {cutoff_text(min(row.best, 1.0))}" for row in reversed(order))
    in_use = "" if now is None else f" In use is {cutoff_text(min(now, 1.0))}."
    return Chart(chart, f"Best cut-off by group: {told}.{in_use}")
