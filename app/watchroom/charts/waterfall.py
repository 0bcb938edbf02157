"""The waterfall of one decision: from the base value to the output, what each input added; and its score's place."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import plotly.graph_objects as go

from watchroom.charts.style import LINE_COLOUR, MARK_COLOUR, OTHER_COLOUR, Chart, figure, name
from watchroom.charts.words import cutoff_text, short
from watchroom.charts.words import signed as _signed
from watchroom.domain.bins import score_edges
from watchroom.domain.decision import Explanation, Step, Value, as_probability, place_of, probability, steps
from watchroom.domain.outcomes import Cells, per_bin, texts, whole

MOST_BARS = 16
"""Bars that a screen holds at a glance; what is beyond is one bar together, and the table has all."""

UP, DOWN = MARK_COLOUR, LINE_COLOUR
"""What puts the output higher, and what puts it lower: apart also for those who see colours differently."""

_LABEL = 30
_ROW_HEIGHT = 26
_HISTOGRAM_BARS = 50
_EDGE = 0.2  # of the axis: nearer to its end a label in the middle would be cut on a phone
_NUMBERS = 58  # pixels right of the bars, for the longest number beside one that ends at the edge


def waterfall(
    found: Explanation,
    *,
    written: Callable[[Value], str],
    unit: str,
    probabilities: bool = False,
    cutoff: float | None = None,
    actual: Explanation | None = None,
) -> Chart:
    """Bars from the base at the top to the output at the bottom, the largest first.

    `written` says a value, `unit` what the axis is. `cutoff` is a score, drawn where the output is a probability or
    log-odds. `actual` is the explanation that this one is a what-if of: its bars stand behind in outline.
    """
    shown = probabilities and as_probability(found)
    bars = steps(found, MOST_BARS, probabilities=shown)
    base, output = _ends(found, shown)
    labels = ["on average", *(_label(step, written) for step in bars), "this decision"]
    chart = figure(height=_ROW_HEIGHT * len(labels) + 60)
    chart.add_trace(_trace(bars, written, unit))
    chart.add_trace(_lines(base, bars, output))
    if actual is not None:
        _outline(chart, found, actual, bars, shown)
    chart.add_trace(
        go.Scatter(x=[base, output], y=[0, len(bars) + 1], mode="markers+text", cliponaxis=False,
                   text=[_number(base), f"<b>{_number(output)}</b>"], textposition="middle right",
                   marker={"symbol": "diamond", "size": 10, "color": OTHER_COLOUR}, hoverinfo="skip")
    )  # fmt: skip
    chart.add_trace(_beside(bars))
    at = place_of(cutoff, found, probabilities=shown)
    low, high = _range(base, bars, output, at, _outlined(chart) if actual is not None else [])
    if cutoff is not None and at is not None and low <= at <= high:
        chart.add_vline(x=at, line={"color": OTHER_COLOUR, "dash": "dash", "width": 1.5}, layer="below")
        chart.add_annotation(x=at, y=1.0, yref="paper", yanchor="bottom", showarrow=False, font={"size": 11},
                             text=f"cut-off {cutoff_text(cutoff)}",
                             xanchor=_side((at - low) / (high - low)))  # fmt: skip
    chart.update_layout(hovermode="closest", margin={"t": 26, "b": 36, "r": _NUMBERS})
    chart.update_yaxes(tickvals=list(range(len(labels))), ticktext=labels, autorange="reversed", showgrid=False)
    chart.update_xaxes(title=name(unit), range=[low, high], showgrid=True)
    return Chart(chart, _words(base, bars, output, unit, written))


def _ends(found: Explanation, probabilities: bool) -> tuple[float, float]:
    ends = (found.base, found.output)
    return (probability(ends[0]), probability(ends[1])) if probabilities else ends


def _side(part: float) -> str:
    """Where a label is anchored that stands at this part of the axis, so that it stays within."""
    return "left" if part < _EDGE else "right" if part > 1 - _EDGE else "center"


def _label(step: Step, written: Callable[[Value], str]) -> str:
    if step.others:
        return f"{step.others} other inputs"
    value = written(step.value)
    room = max(_LABEL - len(value) - 3, 8)  # the name is cut, not the value
    label = step.label if len(step.label) <= room else f"{step.label[: room - 1]}…"
    return name(f"{label} = {value}")


def _trace(bars: Sequence[Step], written: Callable[[Value], str], unit: str) -> go.Bar:
    texts_ = [
        (f"{bar.others} other inputs together" if bar.others else f"{name(bar.label)} = {name(written(bar.value))}")
        + f"<br>{_signed(bar.added)} {name(unit)}<br>from {_number(bar.start)} to {_number(bar.end)}"
        for bar in bars
    ]
    return go.Bar(
        orientation="h", y=list(range(1, len(bars) + 1)), x=[bar.added for bar in bars],
        base=[bar.start for bar in bars], marker={"color": [UP if bar.added >= 0 else DOWN for bar in bars]},
        customdata=texts_, hovertemplate="%{customdata}<extra></extra>", width=0.7,
    )  # fmt: skip


def _beside(bars: Sequence[Step]) -> go.Scatter:
    """The number of each bar, right of it: there it never meets the labels, and the margin has room for it."""
    return go.Scatter(
        x=[max(bar.start, bar.end) for bar in bars], y=list(range(1, len(bars) + 1)), mode="text", cliponaxis=False,
        text=[f" {_signed(bar.added)}" for bar in bars], textposition="middle right", hoverinfo="skip",
    )  # fmt: skip


def _outlined(chart: go.Figure) -> list[float]:
    """The ends of all bars and marks that are drawn so far."""
    ends: list[float] = []
    for trace in chart.data:
        starts = getattr(trace, "base", None)
        ends += [x + (starts[row] if starts is not None else 0.0) for row, x in enumerate(trace.x) if x is not None]
    return ends


def _lines(base: float, bars: Sequence[Step], output: float) -> go.Scatter:
    """Thin lines that lead from the end of a bar to the beginning of the next."""
    x: list[float | None] = []
    y: list[float | None] = []
    for row, end in enumerate([base, *(bar.end for bar in bars)]):
        x += [end, end, None]
        y += [row, row + 1, None]
    return go.Scatter(x=x, y=y, mode="lines", line={"color": OTHER_COLOUR, "width": 1}, hoverinfo="skip")


def _outline(
    chart: go.Figure, found: Explanation, actual: Explanation, bars: Sequence[Step], probabilities: bool
) -> None:
    """Behind each bar what the input added in the decision as it was, from the same place."""
    rows, starts, lengths, said = [], [], [], []
    for row, bar in enumerate(bars, 1):
        part = actual.part(bar.label)
        if part is None or bar.others:
            continue
        rows.append(row)
        starts.append(bar.start)
        lengths.append(_moved(bar.start, part.added, probabilities))
        said.append(f"{name(bar.label)}: as it was {_signed(lengths[-1])}")
    chart.add_trace(
        go.Bar(orientation="h", y=rows, x=lengths, base=starts, width=0.9, customdata=said,
               marker={"color": "rgba(0,0,0,0)", "line": {"color": OTHER_COLOUR, "width": 1.5}},
               hovertemplate="%{customdata}<extra></extra>")
    )  # fmt: skip
    chart.update_layout(barmode="overlay")
    before = _ends(actual, probabilities)[1]
    chart.add_trace(
        go.Scatter(x=[before], y=[len(bars) + 1], mode="markers",
                   hovertemplate=f"as it was {_number(before)}<extra></extra>",
                   marker={"symbol": "diamond-open", "size": 12, "color": OTHER_COLOUR, "line": {"width": 2}})
    )  # fmt: skip


def _moved(start: float, added: float, probabilities: bool) -> float:
    if not probabilities:
        return added
    inside = min(max(start, 1e-12), 1 - 1e-12)
    return probability(math.log(inside / (1 - inside)) + added) - start


def _range(base: float, bars: Sequence[Step], output: float, at: float | None, more: Sequence[float]) -> list[float]:
    """All that is drawn, `more` besides the bars; the cut-off only where it lies near."""
    ends = [base, output, *(bar.end for bar in bars), *more]
    low, high = min(ends), max(ends)
    width = max(high - low, 1e-9)
    if at is not None and low - width <= at <= high + width:
        low, high = min(low, at), max(high, at)
    width = max(high - low, 1e-9)
    return [low - 0.05 * width, high + 0.04 * width]


def _number(value: float) -> str:
    return short(value).replace("-", "−")


def _words(base: float, bars: Sequence[Step], output: float, unit: str, written: Callable[[Value], str]) -> str:
    told = [
        f"{bar.others} other inputs {_signed(bar.added)}"
        if bar.others
        else f"{bar.label} {written(bar.value)} {_signed(bar.added)}"
        for bar in bars[:6]
    ]
    return f"From {_number(base)} on average to {_number(output)} {unit}: {', '.join(told) or 'no input moved it'}."


def scores(
    cells: Cells,
    score: float | None,
    cutoff: float | None,
    period: str,
    *,
    marked: str = "this decision",
    outcomes: tuple[str, str] = ("came true", "did not"),
) -> Chart:
    """How many decisions were scored how, by outcome where it is known; with this one's score and the cut-off.

    `outcomes` is what the outcomes 1 and 0 are called.
    """
    edges = np.linspace(0, 1, _HISTOGRAM_BARS + 1)
    places, outcome, n = whole(cells.score_bin, -1), texts(cells.outcome), whole(cells.n)
    groups = {
        name(outcomes[0]): (outcome == "1", MARK_COLOUR),
        name(outcomes[1]): (outcome == "0", LINE_COLOUR),
        "not known yet": (~((outcome == "1") | (outcome == "0")), OTHER_COLOUR),
    }
    chart = figure(height=260)
    lower = score_edges()
    for label, (of, colour) in groups.items():
        bins = (places >= 0) & of
        # Rounding must not put an edge of the grid into the bar before it.
        counts, _ = np.histogram(lower + 1e-9, bins=[*edges[:-1], 1.1], weights=per_bin(places[bins], n[bins]))
        chart.add_trace(
            go.Bar(x=(edges[:-1] + edges[1:]) / 2, y=counts, name=label, marker={"color": colour, "opacity": 0.8},
                   hovertemplate=f"%{{y:,.0f}} decisions<extra>{label}</extra>")
        )  # fmt: skip
    for at, text, dash in ((cutoff, "cut-off", "dash"), (score, marked, "solid")):
        if at is not None:
            chart.add_vline(x=at, line={"color": OTHER_COLOUR if text == "cut-off" else UP, "dash": dash, "width": 2})
            shown, above = (cutoff_text(at), 0) if text == "cut-off" else (_number(at), 16)
            chart.add_annotation(x=at, y=1.0, yref="paper", yanchor="bottom", yshift=above, xanchor=_side(at),
                                 showarrow=False, text=f"{text} {shown}")  # fmt: skip
    chart.update_layout(barmode="stack", showlegend=True, margin={"t": 86, "b": 40}, bargap=0.05,
                        legend={"orientation": "h", "yref": "container", "y": 1, "yanchor": "top", "x": 0})  # fmt: skip
    chart.update_xaxes(range=[0, 1], title="score")
    total = int(n[places >= 0].sum())
    below = int(n[(places >= 0) & (lower[np.clip(places, 0, None)] < (score or 0))].sum())
    told = (
        f"; {below / total:.0%} of them scored lower than {marked}".replace("%", " %")
        if total and score is not None
        else ""
    )
    return Chart(chart, f"Scores of {total:,} decisions, {period}{told}.")
