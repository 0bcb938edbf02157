"""What drives a model: the weight of each input, and how far it moves single rows."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from watchroom.charts import beeswarm as swarm_chart
from watchroom.charts import explanations as charts
from watchroom.charts.style import Chart
from watchroom.domain.attribution import Weight
from watchroom.domain.glossary import meaning
from watchroom.store.queries import explained
from watchroom.store.queries.explained import Choice
from watchroom.ui.explanations_input import pick
from watchroom.ui.explanations_subject import Subject, directions, values_of
from watchroom.ui.explanations_words import short_way
from watchroom.ui.room import ask, drawn
from watchroom.ui.states import sourced
from watchroom.ui.tables import download
from watchroom.ui.text import count_of, number, plain

QUIET = {"displayModeBar": False}
SHOWN = 12
"""Inputs in the charts, the weightiest first, until all are asked for: a screenful."""

MOST_SHOWN = 40
"""Inputs in the charts when all are asked for; the table has the rest."""

BARS = "importance"
SWARM = "beeswarm"
EVERY = "every_input"
ROW_HEIGHT = 34
_ROWS_SEEN = 15


def show(subject: Subject) -> None:
    """The tab."""
    weights = subject.weights
    limit = MOST_SHOWN if st.session_state.get(EVERY) else SHOWN
    left, right = st.columns([2, 3], gap="medium")
    with left:
        _bars(subject, limit)
    with right:
        _swarm(subject, limit)
    with st.container(horizontal=True, vertical_alignment="center"):
        if len(weights) > SHOWN:
            st.toggle(f"All {count_of(len(weights), 'input')}", key=EVERY, bind="query-params")
        download("Download the weights", "weights", lambda: table(subject))
        download("Download every row", "explained-rows", lambda: every_row(subject))
    with st.expander("The weights as a table", key="weights_open", on_change="rerun") as opened:
        if opened.open:
            _table(subject)


def _bars(subject: Subject, limit: int) -> None:
    chart = drawn(_bars_drawn, choice=subject.rows.choice, limit=limit, unit=subject.unit)
    st.markdown("**How much each input matters**  \n:small[:gray[share of the weight]]", help=meaning("importance"))
    st.plotly_chart(
        chart.figure, config=QUIET, alt=chart.alt, key=BARS, on_select=lambda: _picked(BARS), selection_mode="points"
    )
    rows = subject.rows
    st.caption(f":material/ads_click: Click to look closer. {sourced(rows.label, rows.size.n, rows.one, rows.many)}")


def _bars_drawn(*, choice: Choice, limit: int, unit: str) -> Chart:
    return charts.importance(ask(explained.weights, choice=choice), limit, unit)


def _swarm(subject: Subject, limit: int) -> None:
    rows = subject.rows
    chart, n = drawn(_swarm_drawn, choice=rows.choice, limit=limit, unit=subject.unit)
    st.markdown(
        "**How far it moves single rows** :small[:gray[· left of the line down, right of it up]]  \n"
        ":small[:blue[● low value] :orange[● high value] :green[● category] :gray[● missing]]",
        help=meaning("SHAP value"),
    )
    st.plotly_chart(
        chart.figure, config=QUIET, alt=chart.alt, key=SWARM, on_select=lambda: _picked(SWARM), selection_mode="points"
    )
    source = sourced(rows.label, rows.size.n, rows.one, rows.many)
    st.caption(f"{plain(drawn_of(n, rows.size.n))}, the same at each visit. {source}")


def drawn_of(n: int, total: int) -> str:
    """`1,000 of 2,000 rows drawn`, or that all are."""
    return f"{number(n)} of {number(total)} rows drawn" if n < total else f"All {number(n)} rows drawn"


def _swarm_drawn(*, choice: Choice, limit: int, unit: str) -> tuple[Chart, int]:
    order = _order(ask(explained.weights, choice=choice), limit)
    found = values_of(choice, order, rows_for(len(order)))
    return swarm_chart.beeswarm(found, order, unit), int(found["row"].nunique())


def _order(weights: Sequence[Weight], limit: int) -> tuple[str, ...]:
    return tuple(weight.feature for weight in weights[:limit])


def rows_for(inputs: int) -> int:
    """How many rows are drawn, so that all inputs together stay within what a browser draws smoothly."""
    return swarm_chart.POINTS // max(inputs, 1)


def _picked(chart: str) -> None:
    points = st.session_state[chart]["selection"]["points"]
    if points:
        given = points[0].get("customdata")
        name = str(given[0] if isinstance(given, list | tuple) else given)
        if name:
            pick(name)


def every_row(subject: Subject) -> pd.DataFrame:
    """The values of every input in every row of the choice, of which the beeswarm draws some."""
    every = tuple(weight.feature for weight in subject.weights)
    return values_of(subject.rows.choice, every, subject.rows.size.n)


def table(subject: Subject) -> pd.DataFrame:
    """The weight of every input, with its direction."""
    weights = subject.weights
    ways = directions(subject.rows.choice, tuple(weight.feature for weight in weights))
    return pd.DataFrame(
        {
            "Rank": [weight.rank for weight in weights],
            "Input": [weight.feature for weight in weights],
            "Share": [weight.share for weight in weights],
            "Mean |SHAP|": [weight.mean_abs for weight in weights],
            "Mean SHAP": [weight.mean for weight in weights],
            "Higher output": [short_way(ways.get(weight.feature)) for weight in weights],
            "Rows": [weight.n for weight in weights],
        }
    )


def _table(subject: Subject) -> None:
    found = table(subject)
    st.dataframe(
        found,
        hide_index=True,
        key="weights_table",
        row_height=ROW_HEIGHT,
        height=min(len(found), _ROWS_SEEN) * ROW_HEIGHT + ROW_HEIGHT + 3,
        column_config=_columns(subject.unit),
        placeholder="–",
        alt=f"{count_of(len(found), 'input')} with rank, share of the weight and direction",
    )


def _columns(unit: str) -> dict[str, ColumnConfig]:
    return {
        "Rank": st.column_config.NumberColumn(width=60),
        "Input": st.column_config.TextColumn(width=200),
        "Share": st.column_config.ProgressColumn(format="percent", min_value=0, max_value=1, width=130),
        "Mean |SHAP|": st.column_config.NumberColumn(format="%.4g", width=110, help=f"In {unit}"),
        "Mean SHAP": st.column_config.NumberColumn(format="%.4g", width=110, help=f"In {unit}"),
        "Rows": st.column_config.NumberColumn(format="localized", width=80),
    }
