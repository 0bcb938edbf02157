"""All models' champions at a glance: who is champion, since when, what it replaced, and whether the log agrees."""

from __future__ import annotations

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from watchroom.store.queries import models as model_queries
from watchroom.store.queries import versions as queries
from watchroom.store.queries.models import Model
from watchroom.ui.health_subject import spec_of
from watchroom.ui.lights import light_column
from watchroom.ui.navigation import go
from watchroom.ui.room import ask, drawn, room
from watchroom.ui.states import figure, sourced, truncated
from watchroom.ui.tables import download
from watchroom.ui.text import count_of, number, one_line
from watchroom.ui.versions_subject import local

TABLE = "versions_table"
ROW_HEIGHT = 34
_ROWS_SEEN = 20


def show() -> None:
    """The page without a model chosen."""
    every = drawn(table)
    _figures(every)
    shown = every.head(room().settings.page_rows)
    picked = st.dataframe(
        shown.drop(columns=["model"]),
        key=TABLE,
        hide_index=True,
        row_height=ROW_HEIGHT,
        height=min(len(shown), _ROWS_SEEN) * ROW_HEIGHT + ROW_HEIGHT + 3,
        on_select="rerun",
        selection_mode="single-cell",
        column_config=_COLUMNS,
        placeholder="–",
        alt=f"{count_of(len(shown), 'model')} with champion, challenger, and who decided lately",
    )
    st.caption(":material/ads_click: Click a row for the model's versions, or choose it in the sidebar.")
    truncated(len(shown), len(every), "models")
    st.caption(sourced("as of the last refresh", len(every), "model"))
    download("Download as CSV", "champions", lambda: every)
    if cells := picked["selection"]["cells"]:
        go("versions", model=str(shown["model"].iloc[cells[0][0]]))


def _figures(every: pd.DataFrame) -> None:
    apart = int(every["Log agrees"].isin([OTHER]).sum())
    with st.grid(4, min_column_width=150):
        figure("With a champion", number(int(every["Champion"].notna().sum())), f"of {count_of(len(every), 'model')}")
        figure("With a challenger", number(int(every["Challenger"].notna().sum())), "which might take over")
        figure("Champion moved", number(int((every["Moves seen"] > 0).sum())), "since the first refresh")
        figure("Log disagrees", number(apart), "not the champion decides")


AGREES, BESIDE, OTHER, NONE = "yes", "others beside", "no", None
_COLUMNS: dict[str, ColumnConfig] = {
    "Model": st.column_config.TextColumn(width=150, pinned=True),
    "Champion": st.column_config.NumberColumn(width=80, format="v%d"),
    "Seen since": st.column_config.DatetimeColumn(
        format="D MMM YYYY HH:mm", width=140, help="By the first refresh that saw it; it may have been so for longer"
    ),
    "Challenger": st.column_config.NumberColumn(width=85, format="v%d"),
    "Newest": st.column_config.NumberColumn(width=65, format="v%d"),
    "Moves seen": st.column_config.NumberColumn(
        width=85, help="How often a refresh saw the alias champion set, moved or removed, after the first one"
    ),
    "Decided lately": st.column_config.TextColumn(width=105, help="By the log, in its last seven days"),
    "Log agrees": st.column_config.TextColumn(
        width=100, help="Whether the champion decided lately; others beside it score in shadow, or serve a part"
    ),
    "Approval": st.column_config.TextColumn(width=75),
    "Light": light_column("Light", 80),
}


def table() -> pd.DataFrame:
    """A row for each model."""
    lately = {row["model"]: [int(one) for one in row["deciding"]] for row in ask(queries.glance).to_dict("records")}
    moved = ask(queries.moves)
    rows = [_row(model, lately.get(model.name, []), moved.get(model.name, 0)) for model in ask(model_queries.overview)]
    frame = pd.DataFrame(rows)
    whole = ["Champion", "Challenger", "Newest"]
    frame[whole] = frame[whole].astype("Int64")
    return frame.sort_values("Model", key=lambda titles: titles.str.lower(), ignore_index=True)


def _row(model: Model, deciding: list[int], moved: int) -> dict[str, object]:
    spec = spec_of(model.name) if deciding else None
    names = spec is None or spec.decisions is None or spec.decisions.version is not None
    return {
        "model": model.name,
        "Model": one_line(model.title, 80),
        "Champion": model.champion,
        "Seen since": local(model.champion_since) if model.champion_since else None,
        "Challenger": model.challenger,
        "Newest": model.latest,
        "Moves seen": moved,
        "Decided lately": ", ".join(f"v{one}" for one in deciding) or None,
        "Log agrees": _agrees(model.champion, deciding) if names else NONE,
        "Approval": model.approval,
        "Light": [model.light] if model.light else [],
    }


def _agrees(champion: int | None, deciding: list[int]) -> str | None:
    if not deciding or champion is None:
        return NONE if not deciding else OTHER
    if champion not in deciding:
        return OTHER
    return AGREES if deciding == [champion] else BESIDE
