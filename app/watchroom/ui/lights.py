"""The status lights as every page shows them: a word, an icon of its own and a colour for each."""

from __future__ import annotations

from datetime import date

import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from watchroom.domain.lights import BEYOND, LIGHTS
from watchroom.store.queries.health import PARTS, Light
from watchroom.ui.rows import badge
from watchroom.ui.text import count_of, plain

COLOURS = {"stable": "green", "watch": "orange", "drifted": "red", "failing": "red", "no data": "gray"}
ICONS = {
    "stable": ":material/check_circle:",
    "watch": ":material/visibility:",
    "drifted": ":material/moving:",
    "failing": ":material/dangerous:",
    "no data": ":material/help:",
}
NAMES = {"stable": "Stable", "watch": "On watch", "drifted": "Drifted", "failing": "Failing", "no data": "No data"}
UNKNOWN_LIGHT = "no data"


def icon(light: str) -> str:
    """The light's icon in its colour, in Markdown."""
    return f":{COLOURS.get(light, 'gray')}[{ICONS.get(light, ICONS[UNKNOWN_LIGHT])}]"


def light_badge(light: str, about: str = "") -> str:
    """The light as a badge in Markdown: `drift: drifted`, or the light alone."""
    return badge(f"{about}: {light}" if about else NAMES.get(light, light).lower(), COLOURS.get(light, "gray"))


def part_badges(light: Light) -> str:
    """The parts that are beyond a limit, as badges on one line of Markdown; empty for none."""
    beyond = (part for part in PARTS if light.part(part) in BEYOND)
    return " ".join(light_badge(light.part(part), part) for part in beyond)


def order(light: str) -> int:
    """Sorts the worst light first."""
    return -LIGHTS.index(light) if light in LIGHTS else 0


def since(light: Light, today: date) -> str:
    """`since 12 Oct (27 days)`, plain text, counted up to the last decision; empty when since when is not known."""
    day = light.since
    if day is None:
        return ""
    shown = f"{day.day} {day:%b}" if day.year == today.year else f"{day.day} {day:%b %Y}"
    length = ((light.period_end or today) - day).days + 1
    return f"since {shown} ({count_of(length, 'day')})"


def light_column(label: str, width: int = 88) -> ColumnConfig:
    """A column of a table that holds a list with one light, shown as a chip in its colour; `width` in pixels."""
    return st.column_config.MultiselectColumn(
        label,
        options=list(LIGHTS),
        color=[COLOURS[light] for light in LIGHTS],
        width=width,
    )


def reason(light: Light, limit: int = 240) -> str:
    """Why, in Markdown."""
    said = light.reason or ("within its limits" if light.light == "stable" else "nothing is said of why")
    return plain(said[:1].upper() + said[1:], limit)
