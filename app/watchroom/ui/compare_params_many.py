"""A metric over several parameters at once: parallel lines, and a map over two of them."""

from __future__ import annotations

import numpy as np
import streamlit as st

from watchroom.charts import compare_params as charts
from watchroom.charts.style import Chart
from watchroom.charts.words import short
from watchroom.domain.run_groups import Values, has
from watchroom.ui.compare_params_subject import (
    PARAM,
    Floats,
    Subject,
    asked,
    lacking,
    metric_of,
    read,
    select,
    sources,
    values,
)
from watchroom.ui.names import told_apart
from watchroom.ui.room import drawn
from watchroom.ui.states import empty
from watchroom.ui.text import count_of, number, one_line, plain

SECOND, LINES = "second", "through"
"""Keys of the controls, and their names in the address."""

MOST_LINES = 12
"""Parameters beside each other in parallel coordinates: a screen's width."""

USUAL_LINES = 6


def parallel(subject: Subject) -> None:
    """A line for each run across its parameters."""
    usual = [one.key for one in sorted(subject.params.varying, key=lambda one: (-one.runs, one.key))][:USUAL_LINES]
    shown = told_apart(subject.keys, 80)
    wanted = st.session_state.get(LINES) or st.query_params.get_all(LINES)
    if any(one not in shown and one not in shown.values() for one in wanted):
        st.session_state[LINES] = [one for one in wanted if one in shown] or usual
    picked = st.multiselect(
        "Parameters", list(subject.keys), default=usual, key=LINES, bind="query-params", max_selections=MOST_LINES,
        format_func=lambda one: shown.get(one, one),
    )  # fmt: skip
    if not picked:
        empty("No parameter is chosen.", "Choose one above.")
        return
    n = len(subject.run_ids)
    each = f"Each of {count_of(n, 'run')} is a line from its parameters to {subject.metric}"
    st.markdown(
        f"**{plain(each, 200)}** "
        f":small[:blue[● low {plain(subject.metric, 40)}] :orange[● high]. Drag along an axis to pick runs out; "
        "drag an axis by its name to move it.]"
    )
    chart: Chart = drawn(_parallel_drawn, **asked(subject), keys=tuple(picked))
    st.plotly_chart(chart.figure, config={"displayModeBar": False}, alt=chart.alt, key="params_parallel")
    sources(subject, n, lacking(subject))


def _parallel_drawn(*, run_ids: tuple[str, ...], metric: str, statistic: str, keys: tuple[str, ...]) -> Chart:
    every, numbers = read(run_ids, metric, statistic, keys)
    return charts.parallel([every[key] for key in keys if has(every[key]).any()], numbers, metric)


def over_two(subject: Subject) -> None:
    """The mean of the metric in each cell of two parameters."""
    if len(subject.keys) < 2:
        empty("Only one parameter differs between these runs.", "A map takes two.")
        return
    with st.container(horizontal=True, gap="medium"):
        across = select("Across", list(subject.keys), PARAM)
        others = [one for one in subject.keys if one != across]
        up = select("Up", others, SECOND)
    metric = metric_of(subject)
    sides = values(subject, across, up)
    st.markdown(f"**{plain(_map_words(subject, sides, metric), 400)}**")
    chart: Chart = drawn(_map_drawn, **asked(subject), across=across, up=up)
    st.plotly_chart(chart.figure, config={"displayModeBar": False}, alt=chart.alt, key="params_map")
    n = int((has(sides[0]) & has(sides[1])).sum())
    sources(subject, n, ["A cell is the mean of its runs; an empty one has none.", *lacking(subject, *sides)])


def _map_drawn(*, run_ids: tuple[str, ...], metric: str, statistic: str, across: str, up: str) -> Chart:
    values, numbers = read(run_ids, metric, statistic, (across, up))
    return charts.heatmap(values[across], values[up], numbers, metric)


def _map_words(subject: Subject, sides: list[Values], metric: Floats) -> str:
    x, y, mean, n = charts.cells(sides[0], sides[1], metric)
    known = np.argwhere(n > 0)
    if not len(known):
        return f"No run has {sides[0].key}, {sides[1].key} and {subject.metric}."
    sign = {"higher": -mean, "zero": np.abs(mean)}.get(subject.better or "", mean)
    row, column = min(known.tolist(), key=lambda at: float(sign[at[0], at[1]]))
    filled = f"{number(len(known))} of {number(n.size)} cells have runs"
    word = "Best" if subject.better else "Least"
    at = f"{sides[0].key} {one_line(x.labels[column], 50)}, {sides[1].key} {one_line(y.labels[row], 50)}"
    value = short(float(mean[row, column]))
    return f"{word} mean {subject.metric}: {value} at {at} (n {int(n[row, column])}); {filled}."
