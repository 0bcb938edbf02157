"""Explanations of all models: what drives each, and whether that has changed, in a table that leads to each."""

from __future__ import annotations

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from watchroom.charts.words import share
from watchroom.store.queries import explanations as queries
from watchroom.ui.explanations_empty import STATUS_WORDS
from watchroom.ui.navigation import go
from watchroom.ui.room import ask, drawn, room
from watchroom.ui.states import empty, figure, sourced, truncated
from watchroom.ui.tables import download
from watchroom.ui.text import count_of, number, one_line

TABLE = "explanations_table"
ROW_HEIGHT = 34
_ROWS_SEEN = 20
CHANGED = {"stable": "no", "drifted": "changed"}
NOT_YET = "not explained yet"


def show() -> None:
    """The page without a model chosen."""
    every = ask(queries.every)
    _figures(every)
    if every["version"].isna().all():
        empty(
            "No model has been explained yet.",
            "A refresh explains a sample of each month's decisions of every version, and of the reference.",
            command="watchroom refresh",
        )
    shown = every.head(room().settings.page_rows)
    picked = st.dataframe(
        drawn(_shown, limit=len(shown)),
        key=TABLE,
        hide_index=True,
        row_height=ROW_HEIGHT,
        height=min(len(shown), _ROWS_SEEN) * ROW_HEIGHT + ROW_HEIGHT + 3,
        on_select="rerun",
        selection_mode="single-cell",
        column_config=_COLUMNS,
        placeholder="–",
        alt=f"{count_of(len(shown), 'model')} with what drives each and whether that has changed",
    )
    st.caption(":material/ads_click: Click a row for the model's explanations, or choose it in the sidebar.")
    truncated(len(shown), len(every), "models")
    st.caption(sourced("the newest explained month of each", len(every), "model"))
    download("Download as CSV", "explanations", lambda: table(every))
    if cells := picked["selection"]["cells"]:
        go("explanations", model=str(shown["model"].iloc[cells[0][0]]))


def _figures(every: pd.DataFrame) -> None:
    told = every["status"]
    with st.grid(4, min_column_width=150):
        figure("Explained", number(int(told.isin(["explained", "partial"]).sum())),
               f"of {count_of(len(every), 'model')}")  # fmt: skip
        figure("Changed", number(int((every["change"] == "drifted").sum())), "nDCG below 0.90")
        figure("Failed or refused", number(int(told.isin(["failed", "refused"]).sum())), "each says why")
        figure("Not yet", number(int(told.isna().sum())), "waiting for a refresh")


_COLUMNS: dict[str, ColumnConfig] = {
    "Model": st.column_config.TextColumn(width=160, pinned=True),
    "Version": st.column_config.NumberColumn(width=70),
    "Top three drivers": st.column_config.TextColumn(width=440, help="With their shares of the weight"),
    "Changed?": st.column_config.TextColumn(width=90, help="Against its reference, else the version before it"),
    "nDCG": st.column_config.NumberColumn(format="%.2f", width=70, help="1: the same ranking of the inputs"),
    "Status": st.column_config.TextColumn(width=130),
    "Explained": st.column_config.DatetimeColumn(format="D MMM YYYY HH:mm", width=150, help="UTC"),
}


def _shown(*, limit: int) -> pd.DataFrame:
    return table(ask(queries.every).head(limit)).drop(columns=["What"])


def table(every: pd.DataFrame) -> pd.DataFrame:
    """A row for each model."""
    return pd.DataFrame(
        {
            "Model": [one_line(title, 80) for title in every["title"]],
            "Version": every["version"],
            "Top three drivers": [_drivers(*pair) for pair in zip(every["drivers"], every["shares"], strict=True)],
            "Changed?": [CHANGED.get(str(status), "–") for status in every["change"]],
            "nDCG": every["ndcg"],
            "Status": [STATUS_WORDS.get(str(status), NOT_YET) for status in every["status"]],
            "Explained": every["explained_at"],
            "What": every["what"],
        }
    )


def _drivers(names: object, shares: object) -> str | None:
    if names is None or not hasattr(names, "__iter__") or not hasattr(shares, "__iter__"):
        return None
    return ", ".join(f"{one_line(name, 40)} {share(part)}" for name, part in zip(names, shares, strict=True))
