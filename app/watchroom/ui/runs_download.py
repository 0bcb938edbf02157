"""Downloads of the page of runs: all that the filter takes or what is selected, made when they are asked for."""

from __future__ import annotations

import io
from functools import partial

import streamlit as st

from watchroom.store.queries.runs import MAX_DOWNLOAD, download, download_rows
from watchroom.ui.identity import while_admitted
from watchroom.ui.room import reading, room
from watchroom.ui.runs_table import selected_ids
from watchroom.ui.runs_view import View
from watchroom.ui.tables import CSV_MIME, csv
from watchroom.ui.text import count_of, number

_TYPES = {"csv": ("CSV", CSV_MIME), "parquet": ("Parquet", "application/vnd.apache.parquet")}


def downloads(view: View, columns: tuple[str, ...], total: int) -> None:
    """A button for each form of file, and how many runs it will hold."""
    most = download_rows(len(columns))
    rows = min(total, most)
    st.markdown(f"{count_of(rows, 'run')} with the columns shown, all digits, times in UTC.")
    if total > rows:
        fewer = " or show fewer columns" if most < MAX_DOWNLOAD else ""
        st.caption(
            f"The first {number(rows)} of {number(total)}, in the order shown. Narrow the filter{fewer} for the rest."
        )
    with st.container(horizontal=True):
        _buttons(view, columns, (), "runs", disabled=rows == 0)
    chosen = selected_ids()
    if chosen:
        st.markdown(f"Only the {count_of(len(chosen), 'selected run')}.")
        with st.container(horizontal=True):
            _buttons(view, columns, chosen, "selected-runs")


def _buttons(
    view: View, columns: tuple[str, ...], chosen: tuple[str, ...], name: str, *, disabled: bool = False
) -> None:
    for kind, (label, mime) in _TYPES.items():
        st.download_button(
            label,
            while_admitted(partial(file_of, view, columns, chosen, kind)),
            f"{name}.{kind}",
            mime,
            key=f"_runs_{name}_{kind}",
            on_click="ignore",
            disabled=disabled,
        )


def file_of(view: View, columns: tuple[str, ...], chosen: tuple[str, ...], kind: str) -> bytes:
    """The file's content: the runs chosen, or all of the view up to `download_rows`; `kind` is `csv` or `parquet`."""
    with reading() as snapshot:
        found = download(
            snapshot,
            choice=view.choice,
            columns=columns,
            order=view.order,
            run_ids=chosen,
            stale_days=room().settings.stale_running_days,
        )
    if kind == "csv":
        return csv(found.frame)
    buffer = io.BytesIO()
    found.frame.to_parquet(buffer, index=False)
    return buffer.getvalue()
