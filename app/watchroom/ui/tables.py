"""Tables and downloads: every table on a page can be taken home, with all its rows and columns."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from watchroom.reports.csv_file import csv
from watchroom.ui.identity import while_admitted
from watchroom.ui.text import one_line

__all__ = ["CSV_MIME", "csv", "download", "short"]

CSV_MIME = "text/csv"


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


def short(text: object, limit: int = 80) -> str | None:
    """A cell's text on one line; None stays None."""
    return None if text is None or text is pd.NA or text != text else one_line(text, limit)
