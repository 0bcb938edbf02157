"""How a KPI's status looks on a page: a colour and an icon of its own for each."""

from __future__ import annotations

import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from watchroom.domain.kpi import BEYOND_LIMIT, NO_DATA, NO_TARGET, OFF_TARGET, ON_TARGET, WORST_FIRST

COLOURS = {ON_TARGET: "green", OFF_TARGET: "orange", BEYOND_LIMIT: "red", NO_DATA: "gray", NO_TARGET: "gray"}
ICONS = {
    ON_TARGET: ":material/check_circle:",
    OFF_TARGET: ":material/visibility:",
    BEYOND_LIMIT: ":material/dangerous:",
    NO_DATA: ":material/help:",
    NO_TARGET: ":material/flag:",
}
"""An icon of its own for each status, so that colour is not all that tells them apart."""


def icon(status: str) -> str:
    """The status' icon in its colour, in Markdown."""
    return f":{COLOURS.get(status, 'gray')}[{ICONS.get(status, ICONS[NO_DATA])}]"


def column(label: str, width: int = 110) -> ColumnConfig:
    """A column of a table that holds a list with one status, shown as a chip in its colour; `width` in pixels."""
    return st.column_config.MultiselectColumn(
        label, options=list(WORST_FIRST), color=[COLOURS[status] for status in WORST_FIRST], width=width
    )
