"""Which parameters matter for a metric: what a small model found, how sure it is, or why nothing can be said."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from watchroom.charts import compare_params as charts
from watchroom.charts.style import Chart
from watchroom.charts.words import share, short
from watchroom.desk import params as desk
from watchroom.domain.param_importance import LEAST_R2, LEAST_RUNS, LEAST_SHARE, Importance, Weight, direction
from watchroom.ui.compare_params_subject import Subject, asked, lacking, sources
from watchroom.ui.room import ask, drawn
from watchroom.ui.states import empty
from watchroom.ui.text import count_of, one_line, plain

BARS = "params_matter"
_LEAST_SHOWN = 3
SHOWN = 20
"""Bars: a screenful. The weights after the first twenty are a hundredth each, mostly."""


def show(subject: Subject, pick: Callable[[str], None]) -> None:
    """The bars, or the reason why there are none; `pick` is called with the parameter of a bar that is clicked."""
    metric = subject.metric
    with st.spinner("Fitting a small model to the runs …"):
        found: Importance = ask(desk.importance, **asked(subject))
    why = silent(found, metric)
    if why:
        empty(f"Which parameters matter for {one_line(metric, 80)} cannot be told.", why)
        return
    st.markdown(f"**{plain(answer(found, metric), 400)}** :small[{plain(_sure(found), 300)}]")
    chart: Chart = drawn(_drawn, **asked(subject), better=subject.better)
    st.plotly_chart(
        chart.figure, config={"displayModeBar": False}, alt=chart.alt, key=BARS, selection_mode="points",
        on_select=lambda: _picked(pick),
    )  # fmt: skip
    st.caption(":material/ads_click: Click a bar to see the runs over that parameter.")
    rest = len(found.weights) - len(_bars(found))
    sources(subject, found.n, [
        "What goes together in these runs, not what would happen in others.",
        "Thin lines: least and greatest of the five parts held out.",
        f"{count_of(rest, 'parameter')} left out that hardly matter." if rest else "",
        *lacking(subject),
    ])  # fmt: skip


def silent(found: Importance, metric: str) -> str:
    """Why nothing is said; empty when something is."""
    if found.n < LEAST_RUNS:
        have = count_of(found.n, "run has", "runs have")
        return f"{have} a finite {one_line(metric, 80)}; with fewer than {LEAST_RUNS}, what a model finds is chance."
    if not found.weights:
        return "It is the same for all runs, or none of their parameters differs."
    if found.r2 < LEAST_R2:
        return (
            f"From the parameters of {count_of(found.n, 'run')} a model explains {share(max(found.r2, 0.0))} of it "
            f"on runs that it has not seen (R² {short(found.r2)}); below {share(LEAST_R2)} it does not know what does."
        )
    return ""


def answer(found: Importance, metric: str) -> str:
    """What matters most, in a sentence; that nothing stands out, when parameters change together."""
    first, *others = found.weights
    told = f"{share(first.share)} of the variance of {metric} goes through it"
    if entangled(found):
        return f"No parameter stands out for {metric}: many change together. {_called(first)} is first: {told}."
    second = f", then {others[0].key} {share(others[0].share)}" if others and others[0].share >= LEAST_SHARE else ""
    return f"{_called(first)} matters most: {told}{second}."


def entangled(found: Importance) -> bool:
    """Whether the weights add up to less than half of what the model explains: each parameter can do without itself."""
    return sum(max(one.share, 0.0) for one in found.weights) < found.r2 / 2


def _called(one: Weight) -> str:
    alike = " or ".join(one_line(key, 40) for key in one.alike[:2])
    return f"{one.key} (or {alike}, which changes with it)" if alike else one.key


def _sure(found: Importance) -> str:
    return (
        f"Indicative: a random forest on {count_of(found.n, 'run')} explains {share(min(found.r2, 1.0))} of the "
        f"variance of runs that it has not seen (R² {short(found.r2)})."
    )


def _bars(found: Importance) -> tuple[Weight, ...]:
    some = tuple(one for one in found.weights[:SHOWN] if one.share >= LEAST_SHARE)
    return some or found.weights[:_LEAST_SHOWN]


def _drawn(*, run_ids: tuple[str, ...], metric: str, statistic: str, better: str | None) -> Chart:
    found: Importance = ask(desk.importance, run_ids=run_ids, metric=metric, statistic=statistic)
    bars = _bars(found)
    return charts.importance(bars, [direction(one.rank_correlation, metric, better) for one in bars], metric)


def _picked(pick: Callable[[str], None]) -> None:
    points = st.session_state[BARS]["selection"]["points"]
    if points and points[0].get("customdata"):
        given = points[0]["customdata"]
        pick(str(given[0] if isinstance(given, list | tuple) else given))
