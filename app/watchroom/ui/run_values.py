"""What a run logged, as tables: parameters, datasets, tags, and its metrics with their curves."""

from __future__ import annotations

import json
from typing import Any, Literal

import pandas as pd
import streamlit as st

from watchroom.domain.figures import figure_text, is_number
from watchroom.store.queries import run as queries
from watchroom.store.queries.run import Run
from watchroom.ui.compare_choice import address_of
from watchroom.ui.navigation import link
from watchroom.ui.room import ask
from watchroom.ui.states import empty, sourced, truncated
from watchroom.ui.tables import download, short
from watchroom.ui.text import count_of, one_line

_EVERY = 1_000_000
_CELL = 500
_MOST_ROWS = 16
"""Rows that are shown at once; the others are scrolled to."""

_BETTER = {"lower": "lower", "higher": "higher", "zero": "nearest to zero"}


def metrics(run: Run) -> None:
    """Each metric with its last, best, lowest and highest value, and how it went."""
    found, total = ask(queries.metrics, run_id=run.run_id)
    if found.empty:
        st.caption("It logged no metrics.")
        return
    truncated(len(found), total, "metrics")
    odd = int((found["not_finite"] > 0).sum())
    table = pd.DataFrame(
        {
            "Metric": [one_line(key) for key in found["key"]],
            **{name: [_figure(value) for value in found[name.lower()]] for name in ("Last", "Best", "Min", "Max")},
            "Better": [_BETTER.get(way, way) for way in found["better"]],
            "Points": found["count"],
            **({"NaN or infinite": found["not_finite"]} if odd else {}),
            "Curve": found["curve"],
        }
    )
    st.dataframe(
        table,
        hide_index=True,
        placeholder="–",
        height=_height(len(table)),
        alt=f"{count_of(len(table), 'metric')} of the run, with last, best, lowest and highest value",
        column_config={
            "Metric": st.column_config.TextColumn(pinned=True),
            "Curve": st.column_config.LineChartColumn(width="medium", help="At most 40 values of its history"),
            "Better": st.column_config.TextColumn(help="Which way is better, judged by the metric's name"),
            **{name: st.column_config.TextColumn(alignment="right") for name in ("Last", "Best", "Min", "Max")},
        },
    )
    if odd:
        which = count_of(odd, "metric")
        st.caption(f":material/info: {which} logged NaN or an infinity, which never count as best, min or max.")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(sourced("its whole history", int(found["count"].sum()), "point"), width="content")
        curves = {key: str(value) for key, value in address_of((run.run_id,)).items()} | {"view": "Curves"}
        link("compare", "Its curves", icon=":material/show_chart:", params=curves)
        download("Download as CSV", "metrics", lambda: ask(queries.metrics, run_id=run.run_id, limit=_EVERY)[0])


def _figure(value: Any) -> str | None:
    return None if value is None or value is pd.NA else figure_text(float(value))


def params(run: Run) -> None:
    """Its parameters, narrowed by a search."""
    _keyed(run, "parameter", queries.params, "param_search")


def tags(run: Run) -> None:
    """Its tags, MLflow's own at the end."""
    _keyed(run, "tag", queries.tags, "tag_search")


def _keyed(run: Run, what: str, read: Any, key: str) -> None:
    search = st.text_input(
        f"Search {what}s", key=key, bind="query-params", icon=":material/search:", width=340,
        placeholder="Part of a name or a value", label_visibility="collapsed",
    )  # fmt: skip
    found, total = ask(read, run_id=run.run_id, search=str(search or "").strip())
    if found.empty:
        empty(f"No {what} fits." if search else f"It logged no {what}s.", "Search for less." if search else "")
        return
    truncated(len(found), total, f"{what}s")
    values = [short(value, _CELL) for value in found["value"]]
    table = pd.DataFrame({what.capitalize(): [one_line(name) for name in found["key"]], "Value": values})
    numbers = bool(values) and all(value is not None and is_number(value) for value in values)
    st.dataframe(
        table,
        hide_index=True,
        placeholder="–",
        height=_height(len(table)),
        column_config={"Value": st.column_config.TextColumn(alignment="right" if numbers else "left")},
        alt=f"{count_of(len(table), what)} of the run with their values",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(sourced("as logged", total, what), width="content")
        download("Download as CSV", f"{what}s", lambda: ask(read, run_id=run.run_id, limit=_EVERY)[0])


def data(run: Run) -> None:
    """The datasets that it read, with their digests."""
    found = ask(queries.inputs, run_id=run.run_id)
    if found.empty:
        empty(
            "It logged no dataset.",
            "What it read, and whether that is still the same, cannot be told. “Make it again” says how to log it.",
        )
        return
    table = pd.DataFrame(
        {
            "Dataset": [one_line(name) for name in found["name"]],
            "Used for": [short(value) for value in found["context"]],
            "Digest": [short(value) for value in found["digest"]],
            "Size": [_size(value) for value in found["profile"]],
            "Columns": [_columns(value) for value in found["schema"]],
            "Where it came from": [
                _source(kind, source) for kind, source in zip(found["source_type"], found["source"], strict=True)
            ],
        }
    )
    st.dataframe(table, hide_index=True, placeholder="–", height=_height(len(table)),
                 alt=f"{count_of(len(table), 'dataset')} that the run read, with digests")  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(sourced("as logged", len(found), "dataset"), width="content")
        download("Download as CSV", "datasets", lambda: ask(queries.inputs, run_id=run.run_id))


def _json(text: Any) -> Any:
    try:
        return json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        return None


def _size(profile: Any) -> str | None:
    """`1,204 rows`, from MLflow's JSON."""
    found = _json(profile)
    rows = found.get("num_rows", found.get("rows")) if isinstance(found, dict) else None
    return count_of(int(rows), "row") if isinstance(rows, int) else short(profile)


def _columns(schema: Any) -> int | None:
    found = _json(schema)
    columns = found.get("mlflow_colspec") if isinstance(found, dict) else None
    return len(columns) if isinstance(columns, list) else None


def _source(kind: Any, source: Any) -> str | None:
    """The place in MLflow's JSON of the source, or the JSON where it names none."""
    found = _json(source)
    places = [found.get(key) for key in ("uri", "url", "path")] if isinstance(found, dict) else []
    place = next((text for text in places if isinstance(text, str)), None)
    said = short(place if place is not None else source, _CELL)
    return f"{one_line(kind, 30)}: {said}" if isinstance(kind, str) and said and place is None else said


def _height(rows: int) -> Literal["content"] | int:
    return "content" if rows <= _MOST_ROWS else 36 * _MOST_ROWS
