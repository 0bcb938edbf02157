"""Charts of what drives a model: the weight of each input, how weights moved, and how far the ranking has changed."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from watchroom.charts.health import BAD_COLOUR, LABEL_ROOM, middle
from watchroom.charts.style import LINE_COLOUR, MARK_COLOUR, OTHER_COLOUR, Chart, figure, name
from watchroom.charts.words import days, records, share, short
from watchroom.domain.attribution import Shift, Weight

ROW_HEIGHT = 26
"""Pixels for an input in a chart with a row for each."""

_LABEL = 24
_LEAST_HEIGHT = 120


def cut(label: str, limit: int = _LABEL) -> str:
    """A label that fits beside its row; the hover has it whole."""
    return name(label if len(label) <= limit else f"{label[: limit - 1]}…")


def importance(weights: Sequence[Weight], limit: int, unit: str) -> Chart:
    """A bar for each of the first `limit` inputs with its share of the weight, and one for all the others together.

    `unit` says what the mean absolute SHAP value is in. A point's `customdata` is its input; empty for the others.
    """
    shown, rest = list(weights[:limit]), weights[limit:]
    labels = [cut(weight.feature) for weight in shown]
    parts = [weight.share for weight in shown]
    hover = [
        f"{name(weight.feature)}<br>{share(weight.share)} of the weight, rank {weight.rank}<br>"
        f"moves the output by {short(weight.mean_abs)} {name(unit)} on average<br>{weight.n:,} rows"
        for weight in shown
    ]
    if rest:
        labels.append(f"{len(rest)} others")
        parts.append(sum(weight.share for weight in rest))
        hover.append(f"{len(rest)} other inputs together<br>{share(parts[-1])} of the weight")
    places = list(range(len(labels)))
    colours = [LINE_COLOUR] * len(shown) + [OTHER_COLOUR] * bool(rest)
    found = figure(
        go.Bar(orientation="h", x=parts, y=places, marker={"color": colours}, text=[share(part) for part in parts],
               textposition="outside", cliponaxis=False, hovertext=hover, hovertemplate="%{hovertext}<extra></extra>",
               customdata=[weight.feature for weight in shown] + [""] * bool(rest),
               unselected={"marker": {"opacity": 1}}),
        height=max(ROW_HEIGHT * len(labels) + 16, _LEAST_HEIGHT),
    )  # fmt: skip
    found.update_layout(hovermode="closest", bargap=0.3)
    top = max([part for part in parts if part == part], default=1.0)
    found.update_xaxes(range=[0, top * 1.18], visible=False)
    rows(found, labels)
    return Chart(found, _importance_words(weights))


def rows(chart: go.Figure, labels: Sequence[str]) -> None:
    """Name the rows of a chart, the first on top."""
    chart.update_yaxes(
        tickmode="array", tickvals=list(range(len(labels))), ticktext=list(labels), showgrid=False,
        range=[len(labels) - 0.4, -0.6],
    )  # fmt: skip


def _importance_words(weights: Sequence[Weight]) -> str:
    if not weights:
        return "No inputs."
    named = ", ".join(f"{weight.feature} {share(weight.share)}" for weight in weights[:5])
    return f"Share of the weight of {len(weights)} inputs, the greatest first: {named}."


def shifts(found: Sequence[Shift], limit: int, before: str, now: str) -> Chart:
    """The share of each input on two sides: a bar for `now`, a mark for `before`; the greatest moves on top."""
    shown = found[:limit]
    places = list(range(len(shown)))
    hover = [
        f"{name(one.feature)}<br>{name(now)}: {share(one.share)}, {_place(one.rank)}<br>"
        f"{name(before)}: {share(one.share_before)}, {_place(one.rank_before)}"
        for one in shown
    ]
    chart = figure(
        go.Bar(orientation="h", x=[one.share for one in shown], y=places, marker={"color": LINE_COLOUR},
               hovertext=hover, hovertemplate="%{hovertext}<extra></extra>"),
        go.Scatter(x=[one.share_before for one in shown], y=places, mode="markers", hovertext=hover,
                   marker={"symbol": "line-ns", "size": 15, "line": {"width": 3, "color": MARK_COLOUR}},
                   hovertemplate="%{hovertext}<extra></extra>"),
        height=max(ROW_HEIGHT * len(shown) + 40, _LEAST_HEIGHT),
    )  # fmt: skip
    chart.update_layout(hovermode="closest", bargap=0.3)
    top = max([one.share for one in shown] + [one.share_before for one in shown] + [0.01])
    chart.update_xaxes(range=[0, top * 1.06], tickformat=".0%", nticks=5)
    rows(chart, [cut(one.feature) for one in shown])
    moved = ", ".join(f"{one.feature} from {share(one.share_before)} to {share(one.share)}" for one in shown[:3])
    return Chart(chart, f"Share of the weight, {now} against {before}. Moved most: {moved or 'none'}.")


def _place(rank: int | None) -> str:
    return "not an input" if rank is None else f"rank {rank}"


def ndcg_by_month(found: pd.DataFrame, limit: float) -> Chart:
    """How alike the ranking of the inputs is, month by month, with its interval and the limit below which it changed.

    `found` has period_start, period_end, value, low, high, status, n, against_n. Months that cannot be told are left
    out.
    """
    known = found.dropna(subset=["value"])
    colours = [BAD_COLOUR if status == "drifted" else LINE_COLOUR for status in known["status"]]
    text = [
        f"{days(row.period_start, row.period_end)}<br>nDCG {row.value:.3f} ({row.low:.3f} to {row.high:.3f})<br>"
        f"{int(row.n):,} rows against {int(row.against_n):,}"
        for row in records(known)
    ]
    chart = figure(
        go.Scatter(x=middle(known), y=known["value"], mode="lines+markers", text=text, name="nDCG",
                   line={"color": LINE_COLOUR, "width": 2}, marker={"size": 8, "color": colours},
                   error_y={"type": "data", "symmetric": False, "array": known["high"] - known["value"],
                            "arrayminus": known["value"] - known["low"], "color": LINE_COLOUR, "thickness": 1,
                            "width": 0},
                   hovertemplate="%{text}<extra></extra>"),
        height=240,
    )  # fmt: skip
    chart.add_hline(y=limit, line={"color": BAD_COLOUR, "width": 1, "dash": "dash"})
    chart.add_annotation(
        x=1, xref="paper", y=limit, xanchor="left", xshift=6, showarrow=False, text=f"limit {limit:.2f}",
        font={"size": 11, "color": BAD_COLOUR},
    )  # fmt: skip
    least = min([limit, *known["low"].fillna(1), *known["value"]])
    chart.update_yaxes(range=[max(least - 0.05, 0), 1.01], tickformat=".2f")
    chart.update_xaxes(nticks=6, tickangle=0)
    chart.update_layout(margin={"r": LABEL_ROOM}, hovermode="closest")
    return Chart(chart, _ndcg_words(known, limit))


def _ndcg_words(known: pd.DataFrame, limit: float) -> str:
    if known.empty:
        return "nDCG by month: no month can be told."
    last, changed = known.iloc[-1], int((known["status"] == "drifted").sum())
    return (
        f"nDCG of the ranking by month, 1 for the same, changed below {limit:.2f}: last {last['value']:.3f} "
        f"({days(last['period_start'], last['period_end'])}), {changed} of {len(known)} months changed."
    )
