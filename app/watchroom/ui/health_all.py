"""Health of all models on one page: those beyond a limit with their reasons, then every model in a table."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from watchroom.domain.glossary import meaning
from watchroom.domain.lights import BEYOND
from watchroom.store.queries import health as queries
from watchroom.store.queries import models as model_queries
from watchroom.store.queries.health import PARTS, Light
from watchroom.store.queries.models import Model
from watchroom.ui.lights import UNKNOWN_LIGHT, icon, light_column, order, part_badges, reason, since
from watchroom.ui.model_about import person
from watchroom.ui.navigation import go, link
from watchroom.ui.room import ask, drawn, reading, room
from watchroom.ui.rows import LINK_PADDING, quiet, tier_badge
from watchroom.ui.states import figure, section, sourced, truncated
from watchroom.ui.tables import download
from watchroom.ui.text import count_of, number, one_line, plain

SHOWN = 10
"""Models beyond a limit that are told whole before the rest is folded away: what somebody on call takes in at once."""

TABLE = "health_table"
ROW_HEIGHT = 34
_ROWS_SEEN = 20


def unknown(model: Model) -> Light:
    """The light of a model of which the refresh found none, with what that may come from."""
    why = "its file has a mistake" if model.broken else "it has no file" if model.file is None else "no decisions"
    why, dark = f"Nothing to judge by: {why}.", UNKNOWN_LIGHT
    return Light(model.name, None, dark, dark, dark, dark, dark, why, None, None, 0, None, None)


def ranked(every: tuple[Model, ...], lights: dict[str, Light]) -> list[tuple[Model, Light]]:
    """Each model with its light: the worst first, then what needs attention most."""
    pairs = [(model, lights.get(model.name) or unknown(model)) for model in every]
    return sorted(pairs, key=lambda pair: (order(pair[1].light), pair[0].urgency, pair[0].title.lower()))


def show(every: tuple[Model, ...]) -> None:
    """The page without a model chosen."""
    pairs = ranked(every, ask(queries.lights))
    counts = Counter(light.light for _, light in pairs)
    with st.grid(4, min_column_width=150):
        beyond = counts["failing"] + counts["drifted"]
        figure(
            "Failing or drifted", number(beyond), f"of {count_of(len(pairs), 'model')}", help=meaning("status light")
        )
        figure("On watch", number(counts["watch"]), "beyond the first limit")
        figure("Stable", number(counts["stable"]), "within all limits")
        figure("No data", number(counts[UNKNOWN_LIGHT]), "cannot be judged")
    troubled = [pair for pair in pairs if pair[1].light in BEYOND]
    _troubled(troubled)
    _table(tuple(model.name for model, _ in pairs))


def _troubled(pairs: list[tuple[Model, Light]]) -> None:
    section("Beyond a limit", "The seven days up to each model's last decision; the light is the worst of its parts.")
    with reading() as snapshot:
        today = snapshot.made_at.astimezone(UTC).date()
    with st.container(border=True, gap="small"):
        if not pairs:
            st.markdown(":green[:material/check_circle:] No model is beyond its limits.")
        for model, light in pairs[:SHOWN]:
            _row(model, light, today)
        if rest := pairs[SHOWN:]:
            with st.expander(f"{number(len(rest))} more", key="more_health", on_change="rerun") as more:
                if more.open:
                    for model, light in rest:
                        _row(model, light, today)


def _row(model: Model, light: Light, today: date) -> None:
    """A model's light with its name as a link, why, since when, and who is called."""
    held = model.owner("on_call") or model.owner("operations")
    who = f"on call: {person(held)}" if held else ":red[:material/person_off: nobody on call]"
    facts = " · ".join(fact for fact in (since(light, today), f"version {light.version}") if fact)
    with st.container(gap="xxsmall"):
        link("health", f"{icon(light.light)} :blue[**{plain(model.title, 60)}**]", params={"model": model.name})
        with st.container(horizontal=True, gap=None):
            st.space(LINK_PADDING)
            badges, told = f"{part_badges(light)} {tier_badge(model.tier)}", quiet(f"{plain(facts)} · {who}")
            with st.container(width="stretch"):  # text by itself would go under the space when it is long
                st.markdown(f"{badges}  \n{reason(light)}  \n{told}")


def _table(names: tuple[str, ...]) -> None:
    section("All models")
    shown = names[: room().settings.page_rows]
    picked = st.dataframe(
        drawn(_shown, names=shown),
        key=TABLE,
        hide_index=True,
        row_height=ROW_HEIGHT,
        height=min(len(shown), _ROWS_SEEN) * ROW_HEIGHT + ROW_HEIGHT + 3,
        on_select="rerun",
        selection_mode="single-cell",
        column_config=_columns(),
        placeholder="–",
        alt=f"{count_of(len(shown), 'model')} with light, reason, since when and who is on call, worst first",
    )
    st.caption(":material/ads_click: Click a row to see why, or choose the model in the sidebar.")
    truncated(len(shown), len(names), "models")
    st.caption(sourced("the seven days up to each model's last decision", len(names), "model"))
    download("Download as CSV", "health", lambda: table(names))
    if cells := picked["selection"]["cells"]:
        go("health", model=shown[cells[0][0]])


def _columns() -> dict[str, ColumnConfig]:
    parts = {name.capitalize(): light_column(name.capitalize(), 96) for name in PARTS}
    return {
        "Light": light_column("Light"),
        "Model": st.column_config.TextColumn(width=190),
        "Why": st.column_config.TextColumn(width=330),
        "Since": st.column_config.DateColumn(format="D MMM YYYY", width=96),
        "Decisions": st.column_config.NumberColumn(format="localized", width="small"),
        "Last day": st.column_config.DateColumn(format="D MMM YYYY", width="small"),
        **parts,
    }


def _shown(*, names: tuple[str, ...]) -> pd.DataFrame:
    rows = []
    for model, light in _of(names):
        parts = {part.capitalize(): [light.part(part)] for part in PARTS}
        rows.append(
            {
                "Light": [light.light],
                "Model": one_line(model.title, 80),
                "Why": one_line(light.reason or ("within its limits" if light.light == "stable" else ""), 300),
                "Since": light.since,
                "On call": model.owner("on_call") or model.owner("operations") or "nobody",
                **parts,
                "Tier": model.tier or "unknown",
                "Version": light.version,
                "Decisions": light.n,
                "Last day": light.period_end,
            }
        )
    return pd.DataFrame(rows)


def table(names: tuple[str, ...]) -> pd.DataFrame:
    """Every model with its light as a plain table."""
    return pd.DataFrame([{**light.__dict__, "title": model.title, **dict(model.owners)} for model, light in _of(names)])


def _of(names: tuple[str, ...]) -> list[tuple[Model, Light]]:
    every, lights = {model.name: model for model in ask(model_queries.overview)}, ask(queries.lights)
    return [(every[name], lights.get(name) or unknown(every[name])) for name in names]
