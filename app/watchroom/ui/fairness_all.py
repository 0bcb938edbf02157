"""Fairness of all models: how many have a group below the line, and every model with the group furthest behind."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from watchroom.domain.glossary import meaning
from watchroom.ui.fairness_standing import Standing, standings
from watchroom.ui.fairness_table import verdict_column
from watchroom.ui.fairness_terms import METRIC_NAMES
from watchroom.ui.fairness_words import ALL_TIME, STATUS_NAMES, group_name, months_around
from watchroom.ui.navigation import go
from watchroom.ui.room import drawn, reading, room
from watchroom.ui.scope import Period
from watchroom.ui.states import figure, sourced, truncated
from watchroom.ui.tables import download
from watchroom.ui.text import count_of, number, one_line, sentence

TABLE = "fairness_models"
_NOT_JUDGED = (
    "The four-fifths line judges how often people are selected. Errors are shown beside each other without it."
)
_ROW = 34
_ROWS_SEEN = 20


def show(period: Period) -> None:
    """The page without a model chosen, in the scope's period."""
    every = standings(first=period.first_day, last=period.last_day)
    below, compared = sum(one.below > 0 for one in every), sum(one.lined > 0 for one in every)
    unclear = sum(one.unclear > 0 and not one.below for one in every)
    unasked = sum(not one.asked for one in every)
    without = sum(one.columns > 0 and not one.lined for one in every)
    st.markdown(f"**{sentence(_answer(every, below, compared), 400)}**")
    with st.grid(4, min_column_width=150):
        figure(
            "Below the line",
            number(below),
            f"of {count_of(compared, 'model')} judged",
            help=meaning("four-fifths rule"),
        )
        figure("Unclear", number(unclear), "too few decisions to be sure")
        figure("Alike", number(compared - below - unclear), "no group below the line")
        reasons = [
            f"{number(unasked)} without groups in their file",
            *([f"{number(without)} by errors"] if without else []),
        ]
        figure("Not judged", number(len(every) - compared), ", ".join(reasons), help=_NOT_JUDGED)
    _table(every, period)


def _answer(every: Sequence[Standing], below: int, compared: int) -> str:
    if not compared and any(one.columns for one in every):
        return "No model's groups can be judged by the four-fifths line, which is one of selection. Errors are below."
    if not compared:
        return "No model's groups have been compared: name columns under `groups` in a model's file, and refresh."
    if not below:
        return f"In none of {count_of(compared, 'model')} a group lies below the four-fifths line."
    names = [f"`{one_line(one.title, 60)}`" for one in every if one.below]
    shown = ", ".join(names[:3]) + (f" and {number(len(names) - 3)} more" if len(names) > 3 else "")
    verb = "has" if below == 1 else "have"
    return f"{number(below)} of {count_of(compared, 'model')} {verb} a group below the four-fifths line: {shown}."


def _table(every: Sequence[Standing], period: Period) -> None:
    shown = every[: room().settings.page_rows]
    picked = st.dataframe(
        drawn(_shown, first=period.first_day, last=period.last_day),
        key=TABLE,
        hide_index=True,
        placeholder="–",
        row_height=_ROW,
        height=min(len(shown), _ROWS_SEEN) * _ROW + _ROW + 3,
        on_select="rerun",
        selection_mode="single-cell",
        column_config=_COLUMNS,
        alt=f"{count_of(len(shown), 'model')} with the group that is furthest behind, the worst first",
    )
    if cells := picked.selection.cells:
        go("fairness", model=shown[cells[0][0]].model)
    st.caption(":material/ads_click: Click a row to open that model.")
    truncated(len(shown), len(every), "models")
    st.caption(sourced(f"{_source(period)}, each model's version in service", sum(one.n for one in every), "decision"))
    download("Download as CSV", "fairness-of-models", lambda: pd.DataFrame([one.__dict__ for one in every]))


def _source(period: Period) -> str:
    """The whole months that the period touches, as far as the snapshot goes."""
    if period.label == ALL_TIME:
        return "all months"
    with reading() as snapshot:
        return months_around(period.first_day, min(period.last_day, snapshot.day), period.label)


_COLUMNS: dict[str, ColumnConfig] = {
    "Model": st.column_config.TextColumn(width=140, pinned=True),
    "Verdict": verdict_column(),
    "Columns": st.column_config.TextColumn(width=104, help="Columns below the line, of those judged"),
    "Furthest behind": st.column_config.TextColumn(width=180),
    "By": st.column_config.TextColumn(width=142),
    "Ratio": st.column_config.NumberColumn(
        format="%.2f", width=64, help="Against the best group: of selection 0.8 is the line"
    ),
    "from": st.column_config.NumberColumn(
        format="%.2f", width=56, help="Lower end of the ratio's 95 % interval, for all groups at once"
    ),
    "to": st.column_config.NumberColumn(
        format="%.2f", width=56, help="Upper end of the ratio's 95 % interval, for all groups at once"
    ),
    "n": st.column_config.NumberColumn(format="localized", width=80, help="Decisions compared"),
    "Version": st.column_config.TextColumn(width=66),
}


def _shown(*, first: date, last: date) -> pd.DataFrame:
    every = standings(first=first, last=last)[: room().settings.page_rows]
    return pd.DataFrame(
        {
            "Model": [one_line(one.title, 80) for one in every],
            "Verdict": [[verdict(one)] if one.columns else [] for one in every],
            "Columns": [f"{one.below} of {one.lined}" if one.lined else _why_not(one) for one in every],
            "Furthest behind": [
                None if one.group is None else f"{one_line(one.column, 40)}: {group_name(one.group)}" for one in every
            ],
            "By": [METRIC_NAMES.get(one.metric or "") for one in every],
            "Ratio": [one.ratio for one in every],
            "from": [one.ratio_low for one in every],
            "to": [one.ratio_high for one in every],
            "n": [one.n or None for one in every],
            "Version": [None if one.version is None else f"v{one.version}" for one in every],
        }
    )


def verdict(one: Standing) -> str:
    """A model's verdict: the worst of its columns'."""
    if not one.lined:
        return STATUS_NAMES["none"]
    return STATUS_NAMES["below" if one.below else "unclear" if one.unclear else "above"]


def _why_not(one: Standing) -> str:
    if one.columns:
        return "no selection"
    if not one.has_log:
        return "no log"
    if not one.asked:
        return "no groups"
    if one.version is not None and not one.n:
        return "none in period"
    return "too few" if one.version is not None else "no decisions"
