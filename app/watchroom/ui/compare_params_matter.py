"""Which parameters matter for a metric: what a small model found, how sure it is, or why nothing can be said."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from watchroom.charts import compare_params as charts
from watchroom.charts.style import Chart
from watchroom.charts.words import short
from watchroom.desk import params as desk
from watchroom.domain.configurations import seed_like
from watchroom.domain.param_importance import Importance, Weight, direction, matters
from watchroom.ui import compare_params_order as order
from watchroom.ui.compare_params_subject import Subject, asked, clicked, lacking, read, sources
from watchroom.ui.compare_params_words import answer, evidence, seeds_left_out, silent, sure
from watchroom.ui.room import ask, drawn, reading
from watchroom.ui.states import empty
from watchroom.ui.text import count_of, one_line, plain

BARS = "params_matter"
_LEAST_SHOWN = 3
SHOWN = 20
"""Bars: a screenful. The weights after the first twenty are a hundredth each, mostly."""


def show(subject: Subject, pick: Callable[[str], None]) -> None:
    """The bars, or the reason why there are none; `pick` is called with the parameter of a bar that is clicked.

    Until the model is fitted, and where it tells nothing, the rank correlations stand there: they take no model.
    """
    found = order.known(subject)
    place, below = st.container(), st.empty()
    if found is None:
        with below.container():
            _correlations(subject, pick, f"{BARS}_first")
        with place, st.spinner("Fitting a small model to the runs …"), reading() as snapshot:
            found = desk.importance(snapshot, **asked(subject))
        below.empty()
    with place:
        why = silent(found, subject.metric)
        if why:
            empty(f"Which parameters matter for {one_line(subject.metric, 80)} cannot be told.", why)
            _correlations(subject, pick, f"{BARS}_ranks")
        else:
            _ranking(subject, found, pick)


def _ranking(subject: Subject, found: Importance, pick: Callable[[str], None]) -> None:
    st.markdown(f"**{plain(answer(found, subject.metric), 400)}** :small[{plain(sure(found), 300)}]")
    chart: Chart = drawn(
        _drawn, **asked(subject), better=subject.better, digest=ask(desk.digest, **asked(subject))
    )  # fmt: skip
    _clickable(chart, BARS, pick)
    rest = len(found.weights) - len(_bars(found))
    sources(subject, found.n, [
        "What goes together in these runs, not what would happen in others.",
        "Thin lines: least and greatest of the parts held out.",
        f"{count_of(rest, 'parameter')} left out that hardly matter, or no more than chance gives." if rest else "",
        seeds_left_out(found),
        *lacking(subject),
    ])  # fmt: skip


def _correlations(subject: Subject, pick: Callable[[str], None], key: str) -> None:
    """How closely each parameter goes with the metric by itself: told without a model."""
    found = order.strong(subject)
    if not found:
        return
    first = next(iter(found))
    told = f"By ranks, {first} goes closest with {subject.metric} ({short(found[first])})."
    st.markdown(f"**{plain(told, 300)}** :small[Each parameter by itself; chance is not taken off.]")
    chart: Chart = drawn(_correlations_drawn, **asked(subject), keys=subject.keys, places=subject.places)
    _clickable(chart, key, pick)
    sources(subject, len(subject.run_ids), [
        f"Over the means of {evidence(subject.configurations, len(subject.run_ids))}.", *lacking(subject),
    ])  # fmt: skip


def _clickable(chart: Chart, key: str, pick: Callable[[str], None]) -> None:
    st.plotly_chart(
        chart.figure, config={"displayModeBar": False}, alt=chart.alt, key=key, selection_mode="points",
        on_select=lambda: _picked(key, pick),
    )  # fmt: skip
    st.caption(":material/ads_click: Click a bar to see the runs over that parameter.")


def _bars(found: Importance) -> tuple[Weight, ...]:
    some = tuple(one for one in found.weights[:SHOWN] if matters(one))
    return some or found.weights[:_LEAST_SHOWN]


def _drawn(*, run_ids: tuple[str, ...], metric: str, statistic: str, better: str | None, digest: str) -> Chart:
    with reading() as snapshot:
        found = desk.known(digest) or desk.importance(snapshot, run_ids=run_ids, metric=metric, statistic=statistic)
    bars = _bars(found)
    return charts.importance(bars, [direction(one.rank_correlation, metric, better) for one in bars], metric)


def _correlations_drawn(
    *, run_ids: tuple[str, ...], metric: str, statistic: str, keys: tuple[str, ...], places: tuple[int, ...]
) -> Chart:
    every, numbers = read(run_ids, metric, statistic, keys)
    found = order.closest([every[key] for key in keys if not seed_like(key)], numbers, places)
    return charts.correlations(dict(list(found.items())[:SHOWN]), metric)


def _picked(key: str, pick: Callable[[str], None]) -> None:
    if given := clicked(st.session_state[key]):
        pick(given)
