"""Metric curves of the runs that are compared: one picture for each chosen metric."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import get_args

import streamlit as st

from watchroom.charts.words import short
from watchroom.domain.curves import Align, Axis, Spread, View
from watchroom.domain.smoothing import MOST
from watchroom.store.queries import curves as queries
from watchroom.store.queries import run_params
from watchroom.store.queries.curves import MetricName
from watchroom.ui.compare_choice import Chosen
from watchroom.ui.compare_curves_colours import BEST, EXPERIMENT, FEW, PARAM, RUN, labels, ranked
from watchroom.ui.compare_curves_drawn import PAGE_POINTS, How, Picture, picture, table
from watchroom.ui.names import told_apart
from watchroom.ui.room import ask, drawn
from watchroom.ui.states import empty, sourced
from watchroom.ui.tables import download
from watchroom.ui.text import count_of, number, one_line, plain, some
from watchroom.ui.workspace import facts

CURVES, AXIS, ALIGN, SMOOTH, LOG_X, LOG_Y, BY, HOW, BAND = (
    "curve", "over", "aligned", "smooth", "log_x", "log_y", "colour_by", "draw", "band",
)  # fmt: skip
"""Keys of the controls, and their names in the address."""

MOST_METRICS = 8
"""Pictures beside each other; each is drawn by itself, and more than two screens of them nobody compares."""

_AXES: dict[str, Axis] = dict(zip(("Step", "Time", "Time since start"), get_args(Axis), strict=True))
_ALIGNED: dict[str, Align] = {"As logged": "logged", "At the first point": "first", "At the last point": "last"}
_HOW: dict[str, How] = {"Every run": "lines", "Mean and band": "mean"}
_BANDS: dict[str, Spread] = {"Standard deviation": "deviation", "Least to greatest": "range"}
_BAND_WORDS = {"deviation": "is one standard deviation to each side", "range": "goes from the least to the greatest"}
_ONE, _MANY = 460, 320


_NO_SEEDS: Mapping[str, int] = MappingProxyType({})
_FOLLOWED = "_compare_curve_followed"


@dataclass(frozen=True)
class _Asked:
    seeds: Mapping[str, int]
    view: View
    how: How
    by: str
    spread: Spread


def show(chosen: Chosen, headline: str | None = None, seeds: Mapping[str, int] = _NO_SEEDS) -> None:
    """The view: which metrics, how, and a picture of each.

    `headline` is the metric that the page's answer is by; `seeds` says of a run how many of one group it is one of.
    """
    names = {one.key: one for one in ask(queries.metric_names, run_ids=chosen.run_ids)}
    if not names:
        empty("None of these runs has a metric.", "A curve appears when a run logs a metric at several steps.")
        return
    picked = _metrics(names, headline)
    asked = _controls(chosen, seeds)
    _other_than(names, picked, headline)
    if not picked:
        empty("No metric is chosen.", "Choose one above.")
    elif len(picked) == 1:
        _picture(chosen, names[picked[0]], asked, _ONE, PAGE_POINTS)
    else:
        columns = st.columns(2, gap="medium")
        for place, key in enumerate(picked):
            with columns[place % 2]:
                _picture(chosen, names[key], asked, _MANY, PAGE_POINTS // len(picked))


def _metrics(names: dict[str, MetricName], headline: str | None) -> list[str]:
    shown = told_apart(names, 80)
    usual = names.get(headline or "")
    first = (
        usual.key if usual and (usual.curves or not any(one.curves for one in names.values())) else next(iter(names))
    )
    if st.session_state.get(CURVES) == [st.session_state.get(_FOLLOWED)] != [first]:
        st.session_state[CURVES] = [first]  # nobody chose another curve: it goes with the answer's metric
    st.session_state[_FOLLOWED] = first
    known = {*shown, *shown.values()}
    asked = st.session_state.get(CURVES) or st.query_params.get_all(CURVES)
    if any(one not in known for one in asked):
        st.session_state[CURVES] = [one for one in asked if one in shown] or [first]
    picked = st.multiselect(
        "Metrics", list(names), default=[first], key=CURVES, bind="query-params", max_selections=MOST_METRICS,
        format_func=lambda key: shown.get(key) or one_line(key, 80),
        placeholder="Choose metrics",
    )  # fmt: skip
    return [key for key in picked if key in names]


def _other_than(names: dict[str, MetricName], picked: Sequence[str], headline: str | None) -> None:
    """Say so where the curves are of another metric than the answer."""
    if headline is None or not picked or headline in picked:
        return
    called, usual = one_line(headline, 60), names.get(headline)
    why = ""
    if usual is not None and not usual.curves:
        why = " was logged once by each run and has no curve" if usual.runs > 1 else " was logged once and has no curve"
    shown = some([one_line(key, 60) for key in picked])
    told = f"{called}{why}; shown here: {shown}." if why else f"The answer above is by {called}; shown here: {shown}."
    st.markdown(f":material/info: {plain(told, 400)}")


def _controls(chosen: Chosen, seeds: Mapping[str, int]) -> _Asked:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        how = _HOW[_segments("Draw", _HOW, HOW)]
        by = _by(chosen, how)
        spread = _BANDS[_select("Band", _BANDS, BAND)] if how == "mean" else "deviation"
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        axis = _AXES[_segments("Over", _AXES, AXIS)]
        aligned = _ALIGNED[_select("Aligned", _ALIGNED, ALIGN)] if axis != "time" else "logged"
        smoothing = st.slider(
            "Smoothing", 0.0, MOST, 0.0, 0.01, key=SMOOTH, bind="query-params", width=180,
            help="TensorBoard's: an exponential moving average over the points, without the pull of its start.",
        )  # fmt: skip
        log_x = axis != "time" and st.toggle("Log x", key=LOG_X, bind="query-params")
        log_y = st.toggle("Log y", key=LOG_Y, bind="query-params")
    return _Asked(seeds, View(axis, aligned, float(smoothing), bool(log_x), bool(log_y)), how, by, spread)


def _segments(label: str, options: Iterable[str], key: str) -> str:
    names = list(options)
    return str(
        st.segmented_control(label, names, key=key, bind="query-params", default=names[0], required=True, wrap=True)
    )


def _select(label: str, options: Iterable[str], key: str) -> str:
    return str(st.selectbox(label, list(options), key=key, bind="query-params", width=170))


def _by(chosen: Chosen, how: How) -> str:
    """What lines are coloured or averaged by."""
    params = ask(run_params.params, run_ids=chosen.run_ids).varying
    experiments = {one.experiment for one in ask(queries.run_facts, run_ids=chosen.run_ids).values()}
    options = [RUN, *([EXPERIMENT] if len(experiments) > 1 else []), *(f"{PARAM}{one.key}" for one in params)]
    called = {RUN: "each run" if how == "lines" else "all together", EXPERIMENT: "experiment"}
    shown = told_apart(options, 60, lambda option: called.get(option, option.removeprefix(PARAM)))
    asked = st.session_state.get(BY) or st.query_params.get(BY)
    if asked and asked not in options and asked not in shown.values():
        st.session_state[BY] = RUN
    label = "Coloured by" if how == "lines" else "Grouped by"
    picked = st.selectbox(
        label, options, key=BY, bind="query-params", width=190, format_func=lambda one: shown.get(one, one)
    )
    return str(picked)


def _picture(chosen: Chosen, metric: MetricName, asked: _Asked, height: int, points: int) -> None:
    found: Picture = drawn(
        picture, run_ids=chosen.run_ids, metric=metric.key, statistic=chosen.statistic, better=metric.better,
        view=asked.view, how=asked.how, by=asked.by, spread=asked.spread, zone=facts().zone.key, height=height,
        points=points,
    )  # fmt: skip
    st.markdown(f"**{plain(_answer(chosen, metric, asked.seeds), 400)}** :small[{plain(_how(found, asked), 300)}]")
    st.plotly_chart(
        found.chart.figure, config={"displayModeBar": False}, alt=found.chart.alt, key=f"curve_{metric.key}"
    )
    notes = " ".join((*_once(metric), *found.notes))
    source = sourced(count_of(found.points, "point"), found.runs, "run")
    st.caption(f"{plain(notes, 600)} {source}".strip())
    download(
        "Download as CSV", f"curves-{one_line(metric.key, 40)}",
        lambda: table(run_ids=chosen.run_ids, metric=metric.key), key=f"download_curve_{metric.key}",
    )  # fmt: skip


def _once(metric: MetricName) -> tuple[str, ...]:
    once = metric.runs - metric.curves
    if not once:
        return ()
    every = "Each run" if not metric.curves else count_of(once, "run")
    return (f"{every} logged it once: a point, not a curve.",)


def _answer(chosen: Chosen, metric: MetricName, seeds: Mapping[str, int]) -> str:
    """Who is best by this metric, in a sentence; without a direction, from where to where they go."""
    standing = ranked(chosen.run_ids, metric.key, chosen.statistic, metric.better)
    values = [standing.values[run_id] for run_id in standing.order]
    if not values:
        return f"{metric.key}: no run has a finite value."
    first, n = labels(chosen.run_ids).get(standing.order[0], ""), len(values)
    if n == 1:
        return f"{metric.key}: {short(values[0])} by {first} ({chosen.statistic})."
    if min(values) == max(values):
        return f"{metric.key}: {short(values[0])} for all {number(n)} runs ({chosen.statistic} of each)."
    if metric.better is None:
        ends = f"{short(min(values))} to {short(max(values))}"
        return f"{metric.key} goes from {ends} over {count_of(n, 'run')} ({chosen.statistic} of each)."
    word = {"higher": "highest", "lower": "lowest", "zero": "nearest to zero"}[metric.better]
    middle = f"the median of {number(n)} runs {short(statistics.median(values))}"
    runs = seeds.get(standing.order[0], 1)
    one_of = f", one of {number(runs)} runs of its group" if runs > 1 else ""
    return f"{metric.key}: {word} {short(values[0])} by {first}{one_of}, {middle} ({chosen.statistic} of each)."


def _how(found: Picture, asked: _Asked) -> str:
    """How the picture is to be read."""
    told = []
    if asked.how == "mean":
        told.append(f"The line is the mean over runs, each counted once; the band {_BAND_WORDS[asked.spread]}.")
    elif asked.by == RUN and found.runs > FEW:
        told.append(f"Every run is a line; the first {BEST} stand out.")
    if asked.view.smoothing:
        faint = asked.how == "lines" and found.runs <= FEW
        told.append(f"Smoothed by {asked.view.smoothing:g}{', faint as logged' if faint else ''}.")
    return " ".join(told)
