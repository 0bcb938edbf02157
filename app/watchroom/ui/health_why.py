"""Why a model's light is what it is: what has moved, ranked by what it may cost, and one of it looked at closely."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from watchroom.charts.words import days
from watchroom.ui import health_feature
from watchroom.ui.health_empty import no_period, no_reference
from watchroom.ui.health_ranked import Ranked, ranked
from watchroom.ui.health_subject import Subject, Window
from watchroom.ui.health_window import MONTHS, REFERENCE, choices, compared
from watchroom.ui.health_words import dated, method_name
from watchroom.ui.lights import light_column
from watchroom.ui.navigation import link
from watchroom.ui.states import sourced
from watchroom.ui.tables import download
from watchroom.ui.text import plain, sentence
from watchroom.ui.workspace import facts

CURRENT = "The light's seven days"
PERIOD = "The whole period"
TABLE = "why_table"
ROW_HEIGHT = 34
_ROWS_SEEN = 9


def show(subject: Subject) -> None:
    """The tab."""
    window = _window(subject)
    if window.last < window.first:
        no_period(window.label, dated(subject.days[1], subject.today))
        return
    against = usual(subject, window)
    if against is None:
        no_reference(subject.model)
        return
    found = ranked(subject, window, against)
    _table(subject, window, found)
    everything = compared(**subject.key, first=window.first, last=window.last, against=against)  # type: ignore[arg-type]
    first = [str(feature) for feature in found.table["feature"]]
    name = health_feature.choose([*first, *(one for one in everything.table["feature"] if one not in first)])
    if name is not None:
        with st.container(border=True):
            health_feature.show(subject, window, against, name)


def usual(subject: Subject, window: Window) -> str | None:
    """What the refresh compares with: the reference, or its same months where the file says so; None without any."""
    if subject.reference is None:
        return None
    months = subject.spec.monitor.drift.same_months and MONTHS in choices(subject, window)
    return MONTHS if months else REFERENCE


def _window(subject: Subject) -> Window:
    picked = st.segmented_control(
        "Days",
        [CURRENT, PERIOD],
        key="days",
        bind="query-params",
        default=CURRENT,
        label_visibility="collapsed",
        required=True,
    )
    return subject.current if picked == CURRENT else subject.period


def _table(subject: Subject, window: Window, found: Ranked) -> None:
    st.markdown("**What has moved, by what it may cost** :small[:gray[· a screening, not a proof]]")
    shown = _shown(found.table)
    st.dataframe(
        shown,
        key=TABLE,
        hide_index=True,
        row_height=ROW_HEIGHT,
        height=min(max(len(shown), 1), _ROWS_SEEN) * ROW_HEIGHT + ROW_HEIGHT + 3,
        on_select=partial(_picked, tuple(found.table["feature"])),
        selection_mode="single-cell",
        column_config=_columns(),
        placeholder="unknown",
        alt=f"{len(shown)} features ranked by drift, weight and money exposed, the first to look at first",
    )
    n = sourced(days(window.first, window.last), found.n, "decision")
    st.caption(f":material/ads_click: Click a row to look closer. Compared with {plain(found.against)} · {n}")
    st.caption(f":material/info: {sentence(' '.join(found.notes), 600)}")
    with st.container(horizontal=True, vertical_alignment="center"):
        download("Download as CSV", "why", lambda: found.table)
        params = {"model": subject.model.name, "version": str(subject.version)}
        link("explanations", "What drives this model", icon=":material/query_stats:", params=params)


def _picked(names: Sequence[str]) -> None:
    cells = st.session_state[TABLE]["selection"]["cells"]
    if cells:
        health_feature.pick(names[cells[0][0]])


def _columns() -> dict[str, ColumnConfig]:
    money = f"Exposed, {facts().currency}" if facts().currency else "Exposed"
    moved = "Share of the decisions that lie where what they are compared with would not have them"
    return {
        "Light": light_column("Light"),
        "Feature": st.column_config.TextColumn(width=150),
        "Drift": st.column_config.NumberColumn(format="%.3f", width=64, help="By the method beside it"),
        "Watch": st.column_config.NumberColumn(format="%.2f", width=64),
        "Limit": st.column_config.NumberColumn(format="%.2f", width=64),
        "Method": st.column_config.TextColumn(width=90),
        "Decisions moved": st.column_config.ProgressColumn(
            "Moved", format="percent", min_value=0, max_value=1, width=110, help=moved
        ),
        "Money": st.column_config.NumberColumn(
            money, format="%,.0f", width=120, help="Decisions moved × the mean stake of a decision"
        ),
        "Weight": st.column_config.NumberColumn(
            "Weight", format="percent", width=76, help="Its share of the SHAP values: how much the model leans on it"
        ),
        "Reading": st.column_config.TextColumn(width="large"),
    }


def _shown(table: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Light": [[status] for status in table["status"]],
            "Feature": table["feature"],
            "Drift": table["value"],
            "Watch": table["watch"],
            "Limit": table["drifted"],
            "Method": [method_name(method) for method in table["method"]],
            "Decisions moved": table["moved"],
            "Money": table["money"],
            "Weight": table["weight"],
            "Reading": table["reading"],
        }
    )
