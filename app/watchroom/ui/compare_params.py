"""A metric of the runs that are compared over their parameters: which of them matter, and how."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from watchroom.store.queries import curves
from watchroom.store.queries.curves import MetricName
from watchroom.ui import compare_params_many as many
from watchroom.ui import compare_params_matter as matter
from watchroom.ui import compare_params_scatter as scatter
from watchroom.ui.compare_choice import METRIC, Chosen
from watchroom.ui.compare_params_subject import PARAM, Subject
from watchroom.ui.room import ask
from watchroom.ui.states import empty
from watchroom.ui.text import count_of, one_line

PLOT = "plot"
MATTER, SCATTER, PARALLEL, MAP = PLOTS = ("Which matter", "Scatter", "Parallel", "Map of two")


def show(chosen: Chosen) -> None:
    """The view: a kind of picture of the metric that is chosen on the page, and the picture."""
    names = {one.key: one for one in ask(curves.metric_names, run_ids=chosen.run_ids)}
    if not names:
        empty("None of these runs has a metric.", "Parameters are looked at beside a metric.")
        return
    metric = _metric(names)
    subject = Subject.of(chosen, metric, names[metric].better)
    same = subject.params.same
    if not subject.keys:
        told = count_of(same, "parameter is the same", "parameters are the same") + " for all of them." if same else ""
        runs = count_of(len(subject.run_ids), "run has", "runs have")
        empty(f"No parameter differs: {runs} a finite {one_line(metric, 80)}.", told)
        return
    plot = st.segmented_control("Picture", PLOTS, key=PLOT, bind="query-params", default=MATTER, required=True)
    _draw(subject, str(plot))
    if same:
        told = count_of(same, "parameter that is", "parameters that are")
        st.caption(f"{told} the same for all these runs left out.")


def _metric(names: Mapping[str, MetricName]) -> str:
    """The metric of the page; that of most runs while the page has chosen none."""
    asked: str = st.session_state.get(METRIC) or st.query_params.get(METRIC) or ""
    return asked if asked in names else min(names, key=lambda key: (-names[key].runs, key))


def _draw(subject: Subject, plot: str) -> None:
    if plot == MATTER:
        matter.show(subject, pick)
    elif plot == SCATTER:
        scatter.show(subject)
    elif plot == PARALLEL:
        many.parallel(subject)
    else:
        many.over_two(subject)


def pick(key: str) -> None:
    """Look at a parameter closely: for the callback of a click."""
    st.session_state[PARAM] = key
    st.session_state[PLOT] = SCATTER
