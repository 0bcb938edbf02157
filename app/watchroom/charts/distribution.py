"""Charts of how values are spread: a feature's bins in two periods, and how well scores keep their word."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from watchroom.charts.style import LINE_COLOUR, MARK_COLOUR, OTHER_COLOUR, Chart, figure, name
from watchroom.charts.words import records, share, short

_LABEL = 26


def bins(labels: Sequence[str], before: Sequence[float], now: Sequence[float], against: str, period: str) -> Chart:
    """The share of decisions in each bin: bars for the period, a mark for what it is compared with.

    `against` and `period` name the two in words. The longest labels are cut; the words on a bar have them whole.
    """
    cut = [label if len(label) <= _LABEL else f"{label[: _LABEL - 1]}…" for label in labels]
    places = list(range(len(labels)))
    hover = [
        f"{name(label)}<br>{name(period)}: {share(current)}<br>{name(against)}: {share(reference)}"
        for label, reference, current in zip(labels, before, now, strict=True)
    ]
    found = figure(
        go.Bar(orientation="h", x=list(now), y=places, name="period", marker={"color": LINE_COLOUR, "opacity": 0.75},
               text=hover, textposition="none", hovertemplate="%{text}<extra></extra>"),
        go.Scatter(x=list(before), y=places, mode="markers", name="reference", text=hover,
                   marker={"symbol": "line-ns", "size": 15, "line": {"width": 3, "color": MARK_COLOUR}},
                   hovertemplate="%{text}<extra></extra>"),
        height=max(21 * len(labels) + 44, 140),
    )  # fmt: skip
    found.update_layout(hovermode="closest", bargap=0.25)
    top = max([*now, *before, 0.01])
    found.update_xaxes(range=[0, top * 1.06], tickformat=".0%", showgrid=False, nticks=5)
    found.update_yaxes(tickvals=places, ticktext=[name(label) for label in cut], autorange="reversed", showgrid=False)
    gaps = sorted(
        ((now[i] - before[i], labels[i]) for i in places), key=lambda pair: -abs(pair[0])
    )[:3]  # fmt: skip
    moved = ", ".join(f"{label} {'+' if gap >= 0 else '−'}{share(abs(gap))}" for gap, label in gaps)
    return Chart(found, f"Share of decisions by bin, {period} against {against}. Largest changes: {moved or 'none'}.")


def calibration(curve: pd.DataFrame, before: pd.DataFrame) -> Chart:
    """How often what was scored came true, with intervals, against the score; the reference's curve in grey.

    Both have score, observed, low, high, n; a model that keeps its word lies on the diagonal.
    """
    found = figure(
        go.Scatter(x=[0, 1], y=[0, 1], mode="lines", hoverinfo="skip",
                   line={"color": OTHER_COLOUR, "width": 1, "dash": "dash"}),
        height=300,
    )  # fmt: skip
    if not before.empty:
        found.add_trace(
            go.Scatter(x=before["score"], y=before["observed"], mode="lines", name="reference",
                       line={"color": OTHER_COLOUR, "width": 2}, hoverinfo="skip")
        )  # fmt: skip
    text = [
        f"scored {short(row.score)}, came true {share(row.observed)}<br>({share(row.low)} to {share(row.high)}), "
        f"{int(row.n):,} outcomes"
        for row in records(curve)
    ]
    found.add_trace(
        go.Scatter(
            x=curve["score"], y=curve["observed"], mode="lines+markers", name="period", text=text,
            line={"color": LINE_COLOUR, "width": 2}, marker={"size": 7},
            error_y={"type": "data", "symmetric": False, "array": curve["high"] - curve["observed"],
                     "arrayminus": curve["observed"] - curve["low"], "color": LINE_COLOUR, "thickness": 1, "width": 0},
            hovertemplate="%{text}<extra></extra>",
        )
    )  # fmt: skip
    found.update_layout(hovermode="closest")
    top = float(min(1.0, max([*curve["score"], *curve["high"].fillna(0), *before.get("score", []), 0.05]) * 1.06))
    found.update_xaxes(range=[0, top], title="score", tickformat=".0%" if top > 0.1 else ".1%")
    found.update_yaxes(range=[0, top], tickformat=".0%" if top > 0.1 else ".1%")
    return Chart(found, _words(curve))


def _words(curve: pd.DataFrame) -> str:
    if curve.empty:
        return "Calibration: no outcomes in the period."
    over = curve[curve["score"] > curve["high"]]
    under = curve[curve["score"] < curve["low"]]
    return (
        f"Calibration in {len(curve)} groups of scores: {len(over)} score higher than what came true, "
        f"{len(under)} lower, {len(curve) - len(over) - len(under)} keep their word."
    )
