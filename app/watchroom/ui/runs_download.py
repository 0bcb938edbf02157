"""Downloads of the page of runs: all that the filter takes or what is selected, made when they are asked for."""

from __future__ import annotations

import io
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from watchroom.domain.figures import is_number
from watchroom.store.queries.runs import MAX_DOWNLOAD, download
from watchroom.ui.identity import while_admitted
from watchroom.ui.room import reading, room
from watchroom.ui.runs_table import selected_ids
from watchroom.ui.runs_view import View
from watchroom.ui.text import count_of, number

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_TYPES = {"csv": ("CSV", "text/csv"), "parquet": ("Parquet", "application/vnd.apache.parquet")}


def downloads(view: View, columns: tuple[str, ...], total: int) -> None:
    """A button for each form of file, and how many runs it will hold."""
    rows = min(total, MAX_DOWNLOAD)
    st.markdown(f"{count_of(rows, 'run')} with the columns shown, all digits, times in UTC.")
    if total > rows:
        st.caption(f"The first {number(rows)} of {number(total)}, in the order shown. Narrow the filter for the rest.")
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
    """The file's content: the runs chosen, or all of the view up to MAX_DOWNLOAD; `kind` is `csv` or `parquet`."""
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
        return csv_of(found.frame)
    buffer = io.BytesIO()
    found.frame.to_parquet(buffer, index=False)
    return buffer.getvalue()


def csv_of(frame: pd.DataFrame) -> bytes:
    """The frame as CSV that a spreadsheet shows and does not run. A number logged as text stays as it was logged."""
    texts = {name: frame[name].map(_harmless) for name in frame.columns if pd.api.types.is_string_dtype(frame[name])}
    return frame.assign(**texts).to_csv(index=False).encode("utf-8-sig")


def _harmless(value: Any) -> Any:
    risky = isinstance(value, str) and value.startswith(_FORMULA) and not is_number(value)
    return f"'{value}" if risky else value
