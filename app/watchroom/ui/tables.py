"""Tables and downloads: every table on a page can be taken home, with all its rows and columns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from watchroom.domain.figures import is_number
from watchroom.ui.identity import while_admitted
from watchroom.ui.text import one_line

CSV_MIME = "text/csv"
_RISKY = ("=", "+", "-", "@", "\t", "\r")


def download(label: str, name: str, frame: Callable[[], pd.DataFrame], *, key: str | None = None) -> None:
    """A button for a table as CSV. `frame` is called when it is pressed, not before."""
    st.download_button(
        label,
        data=while_admitted(lambda: csv(frame())),
        file_name=f"{name}.csv",
        mime=CSV_MIME,
        on_click="ignore",
        icon=":material/download:",
        type="tertiary",
        key=key or f"download_{name}",
    )


def csv(frame: pd.DataFrame) -> bytes:
    """The frame as CSV that a spreadsheet shows and does not run: a text that begins like a formula gets a quote.

    A number that was logged as text stays as it was logged.
    """
    texts = {str(name): frame[name].map(_harmless) for name in frame.columns if _may_hold_text(frame[name])}
    return frame.assign(**texts).to_csv(index=False).encode("utf-8-sig")


def _may_hold_text(column: pd.Series[Any]) -> bool:
    return pd.api.types.is_string_dtype(column) or pd.api.types.is_object_dtype(column)


def _harmless(value: object) -> object:
    risky = isinstance(value, str) and value.startswith(_RISKY) and not is_number(value)
    return f"'{value}" if risky else value


def short(text: object, limit: int = 80) -> str | None:
    """A cell's text on one line; None stays None."""
    return None if text is None or text is pd.NA or text != text else one_line(text, limit)
