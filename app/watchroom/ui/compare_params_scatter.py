"""A metric over one parameter: a point for each run, and how the two go together in words."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from watchroom.charts import compare_params as charts
from watchroom.charts.style import Chart
from watchroom.charts.words import short
from watchroom.domain.configurations import averaged, count, seed_like
from watchroom.domain.param_importance import spearman
from watchroom.domain.run_groups import Values, has, only
from watchroom.ui.compare_curves_colours import labels
from watchroom.ui.compare_params_order import ordered
from watchroom.ui.compare_params_subject import (
    PARAM,
    Floats,
    Subject,
    asked,
    clicked,
    lacking,
    metric_of,
    read,
    select,
    sources,
    values,
)
from watchroom.ui.compare_params_words import evidence
from watchroom.ui.navigation import link
from watchroom.ui.room import drawn
from watchroom.ui.text import count_of, number, plain

COLOUR = "tint"
NOTHING = "Nothing"

_BY_CHANCE = 1.96
"""Ranks that have nothing to do with each other correlate by less than this over √(n − 1), in 95 of 100 cases."""

_STRENGTHS = ((0.7, "closely"), (0.4, "clearly"), (0.0, "weakly"))


def show(subject: Subject) -> None:
    """The picture with its controls."""
    with st.container(horizontal=True, gap="medium"):
        offered = ordered(subject)
        key = select("Parameter", list(offered.keys), PARAM)
        colour = select("Coloured by", [NOTHING, *(one for one in offered.keys if one != key)], COLOUR)
    (of,) = values(subject, key)
    metric = metric_of(subject)
    st.markdown(f"**{plain(_scatter_words(subject, of, metric), 400)}**{_tint(subject, colour)}")
    chart: Chart = drawn(_scatter_drawn, **asked(subject), key=key, colour=colour)
    state = st.plotly_chart(
        chart.figure, config={"displayModeBar": False}, alt=chart.alt, key="params_scatter", selection_mode="points",
        on_select="rerun",
    )  # fmt: skip
    picked = clicked(state)
    if picked in subject.run_ids:
        run_link(picked, short(float(metric[subject.run_ids.index(picked)])))
    else:
        st.caption(":material/ads_click: Click a point for its run.")
    n = int(has(of).sum())
    sources(subject, n, [offered.told, *lacking(subject, of)])


def run_link(run_id: str, value: str) -> None:
    """A link to the page of a run, with its value of the metric."""
    called = labels((run_id,)).get(run_id, run_id[:8])
    link("run", f"{plain(called, 60)}: {plain(value, 30)}", icon=":material/open_in_new:", params={"run": run_id})


def _scatter_drawn(*, run_ids: tuple[str, ...], metric: str, statistic: str, key: str, colour: str) -> Chart:
    keys = (key,) if colour == NOTHING else (key, colour)
    values, numbers = read(run_ids, metric, statistic, keys)
    called = labels(run_ids)
    names = [called.get(run_id, run_id[:8]) for run_id in run_ids]
    return charts.scatter(values[key], numbers, names, metric, values.get(colour), run_ids)


def _tint(subject: Subject, colour: str) -> str:
    """What the colours say, in Markdown."""
    if colour == NOTHING:
        return ""
    (of,) = values(subject, colour)
    known = [text for text in of.texts if text is not None]
    if of.is_number and np.isfinite(of.numbers).any():
        ends = short(float(np.nanmin(of.numbers))), short(float(np.nanmax(of.numbers)))
    else:
        ends = min(known, default=""), max(known, default="")
    low, high = (plain(end, 30) for end in ends)
    return f" :small[{plain(colour, 60)}: :blue[● {low}] to :orange[● {high}] :gray[● not logged]]"


def _scatter_words(subject: Subject, of: Values, metric: Floats) -> str:
    """How the metric goes with the parameter: by ranks for a number, by medians for a text."""
    both = has(of)
    n = int(both.sum())
    if n < 2:
        return f"{count_of(n, 'run')} with both {of.key} and {subject.metric}: nothing to compare."
    if of.is_number:
        return rank_words(of, metric, subject.places, subject.metric)
    return _medians(subject, of, metric, both)


def rank_words(of: Values, numbers: Floats, places: Sequence[int], metric: str) -> str:
    """How the metric goes with a number by ranks, over configurations: seeds of one are no evidence of their own.

    A seed itself is another one in each run of a configuration, and is looked at over runs.
    """
    both, key = has(of), of.key
    runs = int(both.sum())
    used, means, n = only(of, both), numbers[both], runs
    if not seed_like(key):
        used, means = averaged(used, means, np.asarray(places)[both].tolist())
        n = len(means)
    rank = spearman(used.numbers, means)
    if np.isnan(rank):
        return f"{metric} or {key} is the same for {evidence(n, runs)}, or they are too few to tell."
    told = f"rank correlation {short(rank)} over {evidence(n, runs)}"
    if abs(rank) * math.sqrt(n - 1) < _BY_CHANCE:
        return f"{metric} hardly goes with {key}: {told}, no more than chance gives."
    way = "higher" if rank > 0 else "lower"
    strength = next(word for least, word in _STRENGTHS if abs(rank) >= least)
    return f"Higher {key} goes {strength} with {way} {metric}: {told}."


def _medians(subject: Subject, of: Values, metric: Floats, both: NDArray[np.bool_]) -> str:
    groups: dict[str, list[float]] = {}
    places: dict[str, list[int]] = {}
    for place in np.flatnonzero(both):
        groups.setdefault(str(of.texts[place]), []).append(float(metric[place]))
        places.setdefault(str(of.texts[place]), []).append(subject.places[place])
    medians = sorted((float(np.median(some)), text) for text, some in groups.items())
    if len(medians) < 2:
        return f"All {number(int(both.sum()))} runs with {subject.metric} have {of.key} {medians[0][1]}."
    best, worst = (medians[-1], medians[0]) if subject.better == "higher" else (medians[0], medians[-1])
    words = ("best", "worst") if subject.better in ("higher", "lower") else ("least", "greatest")
    told = [f"{word} median {subject.metric} with {text}, {short(value)} ({_n(places[text])})"
            for word, (value, text) in zip(words, (best, worst), strict=True)]  # fmt: skip
    return f"{of.key}: {'; '.join(told)}."


def _n(places: Sequence[int]) -> str:
    """`n 20`; `20 configurations, 60 runs` where they are not the same."""
    return f"n {len(places)}" if count(places) == len(places) else evidence(count(places), len(places))
