"""Single rows: a map of what each input adds to each of them, and the way from a row to its decision."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray
from streamlit.elements.lib.column_types import ColumnConfig

from watchroom.charts import rows_map as charts
from watchroom.charts.style import Chart
from watchroom.charts.words import short, signed
from watchroom.domain.seriation import similar_first
from watchroom.store.queries import explained
from watchroom.store.queries.explained import Choice
from watchroom.ui.explanations_subject import Subject, matrix_of
from watchroom.ui.navigation import link
from watchroom.ui.room import ask, drawn, reading
from watchroom.ui.states import sourced
from watchroom.ui.tables import download
from watchroom.ui.text import count_of, number, one_line, plain

ORDER = "order"
SIMILAR = "Similar together"
BY_OUTPUT = "By output"
ROW = "row"
MAP = "rows_map"
TABLE = "rows_table"
INPUTS = 20
"""Inputs in the map, the weightiest first: a screenful."""

REASONS = 3
ROW_HEIGHT = 34
_ROWS_SEEN = 9


@dataclass(frozen=True)
class Mapped:
    """The rows of the map from left to right: the decisions, their SHAP values (rows, inputs), and the picture."""

    rows: pd.DataFrame
    matrix: NDArray[np.float64]
    order: tuple[str, ...]
    chart: Chart


def show(subject: Subject) -> None:
    """The tab."""
    picked = st.segmented_control(
        "Order", [SIMILAR, BY_OUTPUT], key=ORDER, bind="query-params", default=SIMILAR, required=True
    )
    found = drawn(_mapped, choice=subject.rows.choice, by=str(picked), unit=subject.unit)
    st.markdown(
        "**What each input adds to each row** :small[:gray[· a column is a row, its output above, the dotted line the "
        "base value.] :blue[■ pushes down] :orange[■ pushes up]]"
    )
    st.plotly_chart(
        found.chart.figure, config={"displayModeBar": False}, alt=found.chart.alt, key=MAP,
        on_select=lambda: _point_picked(found), selection_mode="points",
    )  # fmt: skip
    rows = subject.rows
    left_out = len(subject.weights) - len(found.order)
    inputs = f", {count_of(left_out, 'lighter input')} left out" if left_out > 0 else ""
    told = f"{number(len(found.rows))} of {number(rows.size.n)} rows{inputs}, the same at each visit."
    st.caption(f"{plain(told)} {sourced(rows.label, rows.size.n, rows.one, rows.many)}")
    _row(subject, found)
    _table(subject, found)


def _mapped(*, choice: Choice, by: str, unit: str) -> Mapped:
    order = tuple(weight.feature for weight in ask(explained.weights, choice=choice)[:INPUTS])
    with reading() as snapshot:
        rows = explained.rows(snapshot, choice=choice, limit=charts.ROWS)
    numbers, matrix = matrix_of(choice, order, charts.ROWS)
    rows = rows.set_index("row").loc[numbers].reset_index()
    places = similar_first(matrix) if by == SIMILAR else list(np.argsort(rows["output"].to_numpy(), kind="stable"))
    rows, matrix = rows.iloc[places].reset_index(drop=True), matrix[places]
    return Mapped(rows, matrix, order, charts.rows_map(rows, matrix, order, unit))


def _point_picked(found: Mapped) -> None:
    points = st.session_state[MAP]["selection"]["points"]
    if points and points[0].get("customdata") is not None:
        given = points[0]["customdata"]
        _pick(found, int(given[0] if isinstance(given, list | tuple) else given))


def _row_picked(found: Mapped) -> None:
    if cells := st.session_state[TABLE]["selection"]["cells"]:
        _pick(found, cells[0][0])


def _pick(found: Mapped, place: int) -> None:
    given = found.rows["prediction_id"].iloc[place]
    if isinstance(given, str):
        st.session_state[ROW] = given


def _row(subject: Subject, found: Mapped) -> None:
    """The row that was picked, with the way to its decision."""
    ids = [given for given in found.rows["prediction_id"] if isinstance(given, str)]
    if not ids:
        st.caption("Rows of the reference are no decisions: they have no page of their own.")
        return
    asked = st.session_state.get(ROW) or st.query_params.get(ROW)
    unknown = [asked] if asked and asked not in ids else []
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        picked = st.selectbox(
            "Decision", [*ids, *unknown], index=None, key=ROW, bind="query-params", width=360,
            placeholder="Click a point of the output, or a row below", format_func=lambda one: one_line(one, 60),
        )  # fmt: skip
        if picked:
            params = {"model": subject.model.name, "id": str(picked)}
            link("decision", "Why it was decided so", icon=":material/arrow_forward:", params=params)
    if picked in ids:
        place = list(found.rows["prediction_id"]).index(picked)
        st.markdown(f"**{plain(reasons(found, place, subject.unit), 400)}**")


def reasons(found: Mapped, place: int, unit: str) -> str:
    """What moved one row most: "Output 1.2 log-odds: amount +0.8, tenure −0.3, region +0.2"."""
    output = short(float(found.rows["output"].iloc[place]))
    return f"Output {output}, {unit}: {_most(found, place)}"


def _most(found: Mapped, place: int) -> str:
    values = found.matrix[place]
    strongest = sorted(range(len(values)), key=lambda i: -abs(values[i]))[:REASONS]
    return ", ".join(f"{one_line(found.order[i], 40)} {signed(values[i])}" for i in strongest)


def _table(subject: Subject, found: Mapped) -> None:
    st.dataframe(
        table(found, subject),
        key=TABLE,
        hide_index=True,
        row_height=ROW_HEIGHT,
        height=min(len(found.rows), _ROWS_SEEN) * ROW_HEIGHT + ROW_HEIGHT + 3,
        on_select=lambda: _row_picked(found),
        selection_mode="single-cell",
        column_config=_COLUMNS,
        placeholder="–",
        alt=f"{count_of(len(found.rows), 'row')} with output, outcome and what moved each most",
    )
    download("Download as CSV", "explained-decisions", lambda: with_values(subject))


_COLUMNS: dict[str, ColumnConfig] = {
    "Decision": st.column_config.TextColumn(width=150),
    "Decided": st.column_config.DatetimeColumn(format="D MMM YYYY HH:mm", width=140, help="UTC"),
    "Score": st.column_config.NumberColumn(format="%.3f", width=70),
    "Moved most by": st.column_config.TextColumn(width=380),
}


def table(found: Mapped, subject: Subject) -> pd.DataFrame:
    """The rows of the map in its order, with what moved each most."""
    rows = found.rows
    return pd.DataFrame(
        {
            "Decision": [one_line(given, 60) if isinstance(given, str) else None for given in rows["prediction_id"]],
            "Decided": rows["decided_at"],
            f"Output, {one_line(subject.unit, 40)}": rows["output"].round(4),
            "Moved most by": [_most(found, place) for place in range(len(rows))],
            "Score": rows["score"],
            "Prediction": [_said(subject, "@prediction", text) for text in rows["prediction"]],
            "Outcome": [_said(subject, "@outcome", text) for text in rows["outcome"]],
        }
    )


def _said(subject: Subject, column: str, text: object) -> str | None:
    """A prediction or outcome by its name, or as it was logged; a number with no more digits than it deserves."""
    if not isinstance(text, str):
        return None
    called = subject.called(column, text)
    try:
        return short(float(called))
    except ValueError:
        return one_line(called, 60)


def with_values(subject: Subject) -> pd.DataFrame:
    """Every row of the choice, of which the map draws some, with every SHAP value."""
    choice, n = subject.rows.choice, subject.rows.size.n
    order = tuple(weight.feature for weight in subject.weights)
    with reading() as snapshot:
        rows = explained.rows(snapshot, choice=choice, limit=n)
    numbers, matrix = matrix_of(choice, order, n)
    values = pd.DataFrame(matrix, columns=[f"shap {name}" for name in order], index=numbers)
    return rows.join(values, on="row")
