"""The table of runs: headings, digits, times in the workspace's zone, sparklines, links, and the rows selected."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal
from urllib.parse import quote, urlsplit, urlunsplit

import pandas as pd
import streamlit as st

from watchroom.domain import filters as f
from watchroom.domain.figures import decimals_of, duration_text, figure_text, is_number
from watchroom.domain.metrics import better
from watchroom.domain.run_columns import RunColumn, column, is_column
from watchroom.store.queries.pins import pinned as pinned_ids
from watchroom.store.queries.runs import Order
from watchroom.ui.room import ask
from watchroom.ui.runs_view import sort_by
from watchroom.ui.text import one_line, plain
from watchroom.ui.workspace import facts

SELECTED = "_runs_selected"
MLFLOW = "MLflow"
PAGE = "Run"
PINNED = "Pinned"
_CELL = 300
"""Characters of a cell that the browser gets; the download has all of them."""
_WIDTHS = {"name": 200, "experiment": 165, "status": 118, "start_time": 142, "duration": 98, "user": 130, "run_id": 270}


def selected_ids() -> tuple[str, ...]:
    """The runs selected on any page of the table in this session, in the order of selection."""
    return tuple(st.session_state.get(SELECTED, ()))


def select(ids: tuple[str, ...]) -> None:
    """Select exactly these."""
    st.session_state[SELECTED] = ids
    st.session_state["_runs_table"] = st.session_state.get("_runs_table", 0) + 1


def runs_table(frame: pd.DataFrame, experiment_ids: list[str], *, order: Order, pinned: int, page_name: str) -> None:
    """Draw the page of runs. `frame` is indexed by run id, its columns are columns of runs by their names.

    A click on a heading sorts all runs by it, not just this page. `page_name` differs between pages of runs: a
    selection belongs to the rows that it was made on.
    """
    ids = list(frame.index)
    columns = [column(name) for name in frame.columns]
    shown = pd.DataFrame({item.id: _cells(item, frame[item.id]) for item in columns}, index=frame.index)
    config = {
        item.id: _config(item, frame[item.id], position < pinned, _arrow(item, order))
        for position, item in enumerate(columns)
    }
    if (pins := ask(pinned_ids, kind="run")) and not pins.isdisjoint(ids):
        shown.insert(0, PINNED, ["📌" if run_id in pins else "" for run_id in ids])
        told = "Pinned for everybody, as of the snapshot"
        config[PINNED] = st.column_config.TextColumn("📌", width=36, help=told, pinned=True)
    shown[PAGE] = [f"run?run={quote(run_id, safe='')}" for run_id in ids]
    about = "The run by itself: what it holds, and whether it could be made again"
    config[PAGE] = st.column_config.LinkColumn(PAGE, display_text="Open", width=64, help=about, pinned=True)
    if links := run_links(ids, experiment_ids):
        shown[MLFLOW] = links
        config[MLFLOW] = st.column_config.LinkColumn(MLFLOW, display_text="Open", width=80, help="The run in MLflow")
    key = f"_runs_table:{st.session_state.get('_runs_table', 0)}:{page_name}"
    remembered = set(selected_ids())
    chosen = [position for position, run_id in enumerate(ids) if run_id in remembered]
    st.dataframe(
        shown,
        key=key,
        hide_index=True,
        column_config=config,
        height=min(36 * len(ids) + 38, 640),
        row_height=36,
        on_select=partial(_selected, key, ids, order),
        selection_mode=["multi-row", "single-column"],
        selection_default={"selection": {"rows": chosen}},
        placeholder="–",
        alt="Runs, one in each row",
    )


def run_links(ids: list[str], experiment_ids: list[str]) -> list[str]:
    """The address of each run in MLflow's own pages; empty when the tracking store is not a server."""
    parts = urlsplit(facts().tracking_uri)
    if parts.scheme not in ("http", "https"):
        return []
    base = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path.rstrip("/"), "", ""))
    return [
        f"{base}/#/experiments/{quote(experiment or '', safe='')}/runs/{quote(run_id, safe='')}"
        for run_id, experiment in zip(ids, experiment_ids, strict=True)
    ]


def _selected(key: str, ids: list[str], order: Order) -> None:
    """Keep the rows selected, and sort by the heading that was clicked."""
    selection = st.session_state[key]["selection"]
    here = {ids[row] for row in selection["rows"] if row < len(ids)}
    kept = [run_id for run_id in selected_ids() if run_id in here or run_id not in ids]
    st.session_state[SELECTED] = (*kept, *(run_id for run_id in ids if run_id in here and run_id not in kept))
    if selection["columns"] and is_column(selection["columns"][0]):
        sort_by(next_order(order, column(selection["columns"][0])))


def next_order(order: Order, clicked: RunColumn) -> Order:
    """The order after a click on a heading: the best or the latest first, and the other way round on a second click."""
    name = RunColumn(clicked.subject).id
    if name == order.column:
        return Order(name, not order.descending)
    match clicked.subject:
        case f.Metric(key, "last" | "best"):
            return Order(name, better(key) == "higher")
        case f.Attribute(attribute) if f.ATTRIBUTES[attribute] == "text":
            return Order(name, False)
        case f.Tag():
            return Order(name, False)
    return Order(name, True)


def _arrow(item: RunColumn, order: Order) -> str:
    if item.curve or item.id != order.column:
        return ""
    return " ↓" if order.descending else " ↑"


def _cells(item: RunColumn, values: pd.Series[Any]) -> pd.Series[Any]:
    kind = f.kind_of(item.subject)
    if item.curve:
        return values.astype("object")
    if kind == "duration":
        return _mapped(values, lambda seconds: duration_text(float(seconds)))
    if kind == "number" and (digits := _Digits.of(values)).as_text:
        return _mapped(values, lambda number: figure_text(float(number), digits.decimals))
    if kind in ("text", "text or number"):
        return _mapped(values, lambda text: one_line(text, _CELL))
    return values


def _mapped(values: pd.Series[Any], written: Callable[[Any], str]) -> pd.Series[Any]:
    texts = [None if value is pd.NA else written(value) for value in values]
    return pd.Series(texts, index=values.index, dtype="str")


def _config(item: RunColumn, values: pd.Series[Any], pinned: bool, arrow: str) -> Any:
    label, about = one_line(item.label, 60) + arrow, _about(item)
    width: Any = _WIDTHS.get(item.id)
    if item.curve:
        return st.column_config.LineChartColumn(label, help=about, pinned=pinned, width=120)
    match f.kind_of(item.subject):
        case "number":
            digits = _Digits.of(values)
            if digits.as_text:
                return st.column_config.TextColumn(label, help=about, pinned=pinned, alignment="right")
            return st.column_config.NumberColumn(label, help=about, pinned=pinned, format=digits.format)
        case "time":
            return st.column_config.DatetimeColumn(
                label, help=about, pinned=pinned, width=width, format="D MMM YYYY HH:mm", timezone=facts().time_zone
            )
        case "truth":
            return st.column_config.CheckboxColumn(label, help=about, pinned=pinned)
        case "duration":
            return st.column_config.TextColumn(label, help=about, pinned=pinned, width=width, alignment="right")
        case _:
            side: Literal["left", "right"] = (
                "right" if isinstance(item.subject, f.Param) and _all_numbers(values) else "left"
            )
            return st.column_config.TextColumn(label, help=about, pinned=pinned, width=width, alignment=side)


@dataclass(frozen=True)
class _Digits:
    """How a column of numbers is written. As text where a grid cannot: it shows NaN as an error."""

    decimals: int | None
    as_text: bool
    whole: bool

    @classmethod
    def of(cls, values: pd.Series[Any]) -> _Digits:
        numbers = [float(value) for value in values if value is not pd.NA]
        decimals = decimals_of(numbers)
        as_text = decimals is None or not all(map(math.isfinite, numbers))
        return cls(decimals, as_text, whole=not as_text and all(map(float.is_integer, numbers)))

    @property
    def format(self) -> str:
        return "localized" if self.whole else f"%.{self.decimals}f"


def _all_numbers(values: pd.Series[Any]) -> bool:
    texts = [str(value) for value in values if not pd.isna(value)]
    return bool(texts) and all(is_number(text) for text in texts)


def _about(item: RunColumn) -> str:
    name = plain(item.id)
    match item.subject:
        case f.Metric(_, statistic):
            what = "At most 40 values of its history" if item.curve else _STATISTICS[statistic]
            return f"{what} of a metric. In a filter: {plain(f.subject_text(item.subject))}"
        case f.Param():
            return f"A parameter, as logged. In a filter: {name}"
        case f.Tag():
            return f"A tag, as logged. In a filter: {name}"
        case _:
            return f"In a filter: {name}"


_STATISTICS = {
    "last": "The last value",
    "best": "The best value (lowest or highest, by the metric's name)",
    "min": "The lowest value",
    "max": "The highest value",
    "count": "The number of points",
}
