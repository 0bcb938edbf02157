"""A metric over several parameters at once: parallel lines, and a map over two of them."""

from __future__ import annotations

import numpy as np
import streamlit as st

from watchroom.charts import compare_map as maps
from watchroom.charts import compare_params as charts
from watchroom.charts.style import Chart
from watchroom.charts.words import short
from watchroom.domain.run_groups import Values, has
from watchroom.ui.compare_params_order import ordered
from watchroom.ui.compare_params_scatter import run_link
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
from watchroom.ui.compare_params_words import evidence
from watchroom.ui.names import told_apart
from watchroom.ui.room import drawn
from watchroom.ui.states import empty
from watchroom.ui.text import count_of, number, one_line, plain

SECOND, LINES = "second", "through"
"""Keys of the controls, and their names in the address."""

MOST_LINES = 12
"""Parameters beside each other in parallel coordinates: a screen's width."""

USUAL_LINES = 6

LINKED = 5
"""Runs that are linked below the lines."""


def parallel(subject: Subject) -> None:
    """A line for each run across its parameters."""
    offered = ordered(subject)
    usual = list(offered.keys[:USUAL_LINES])
    shown = told_apart(offered.keys, 80)
    wanted = st.session_state.get(LINES) or st.query_params.get_all(LINES)
    if any(one not in shown and one not in shown.values() for one in wanted):
        st.session_state[LINES] = [one for one in wanted if one in shown] or usual
    picked = st.multiselect(
        "Parameters", list(offered.keys), default=usual, key=LINES, bind="query-params", max_selections=MOST_LINES,
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
    _best_runs(subject)
    sources(subject, n, [offered.told, *lacking(subject)])


def _best_runs(subject: Subject) -> None:
    """Links to the runs whose lines end best: a line itself cannot be clicked."""
    metric = metric_of(subject)
    sign = {"higher": -metric, "zero": np.abs(metric)}.get(subject.better or "", metric)
    with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
        st.markdown(f":small[{'Best' if subject.better else 'Least'} runs]", width="content")
        for place in np.argsort(sign, kind="stable")[:LINKED]:
            run_link(subject.run_ids[place], short(float(metric[place])))


def _parallel_drawn(*, run_ids: tuple[str, ...], metric: str, statistic: str, keys: tuple[str, ...]) -> Chart:
    every, numbers = read(run_ids, metric, statistic, keys)
    return charts.parallel([every[key] for key in keys if has(every[key]).any()], numbers, metric)


def over_two(subject: Subject) -> None:
    """The mean of the metric in each cell of two parameters."""
    if len(subject.keys) < 2:
        empty("Only one parameter differs between these runs.", "A map takes two.")
        return
    with st.container(horizontal=True, gap="medium"):
        offered = ordered(subject)
        across = select("Across", list(offered.keys), PARAM)
        others = [one for one in offered.keys if one != across]
        up = select("Up", others, SECOND)
    metric = metric_of(subject)
    sides = values(subject, across, up)
    st.markdown(f"**{plain(map_words(subject, sides, metric), 400)}**")
    chart: Chart = drawn(_map_drawn, **asked(subject), across=across, up=up, places=subject.places)
    st.plotly_chart(chart.figure, config={"displayModeBar": False}, alt=chart.alt, key="params_map")
    n = int((has(sides[0]) & has(sides[1])).sum())
    sources(subject, n, [
        "A cell is the mean over its configurations, n of them; an empty one has no runs.", offered.told,
        *lacking(subject, *sides),
    ])  # fmt: skip


def _map_drawn(
    *, run_ids: tuple[str, ...], metric: str, statistic: str, across: str, up: str, places: tuple[int, ...]
) -> Chart:
    values, numbers = read(run_ids, metric, statistic, (across, up))
    return maps.heatmap(values[across], values[up], numbers, metric, places)


def map_words(subject: Subject, sides: list[Values], metric: Floats) -> str:
    """Which cell is best, among those of enough configurations, and how many cells have runs."""
    found = maps.cells(sides[0], sides[1], metric, subject.places)
    known = int((found.n > 0).sum())
    if not known:
        return f"No run has {sides[0].key}, {sides[1].key} and {subject.metric}."
    filled = f"{number(known)} of {number(found.n.size)} cells have runs"
    enough = np.argwhere(found.n >= maps.LEAST_IN_CELL)
    word = "Best" if subject.better else "Least"
    if not len(enough):
        return f"{filled}, none of them {maps.LEAST_IN_CELL} configurations: none is called {word.lower()}."
    sign = {"higher": -found.mean, "zero": np.abs(found.mean)}.get(subject.better or "", found.mean)
    row, column = min(enough.tolist(), key=lambda at: float(sign[at[0], at[1]]))
    at = f"{sides[0].key} {one_line(found.x.labels[column], 50)}, {sides[1].key} {one_line(found.y.labels[row], 50)}"
    value = short(float(found.mean[row, column]))
    n = evidence(int(found.n[row, column]), int(found.runs[row, column]))
    told = f"{word} mean {subject.metric}: {value} at {at} ({n}); {filled}."
    few = known - len(enough)
    left = f" {count_of(few, 'cell')} with fewer than {maps.LEAST_IN_CELL} configurations not looked at."
    return told + left if few else told
