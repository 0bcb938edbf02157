"""Drift over time: the map of features by period, any window compared with something else, and one feature closely."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from watchroom.charts.drift_map import drift_map, order_of
from watchroom.charts.style import Chart
from watchroom.charts.words import days
from watchroom.domain.lights import BEYOND
from watchroom.store.queries import health as queries
from watchroom.ui import health_feature
from watchroom.ui.health_empty import no_period, no_reference
from watchroom.ui.health_subject import Subject, Window
from watchroom.ui.health_why import usual
from watchroom.ui.health_window import MONTHS, YEAR, Compared, choices, compared
from watchroom.ui.health_words import dated, method_name
from watchroom.ui.lights import light_column
from watchroom.ui.room import ask, drawn
from watchroom.ui.states import sourced, truncated
from watchroom.ui.tables import download
from watchroom.ui.text import count_of, number, plain

MAP = "drift_map"
EVERY = "every_feature"
GRAINS = {"Day": "day", "Week": "week", "Month": "month"}
FEATURES_SHOWN = 14
"""Features in the map, the worst first, until all are asked for: what leaves room for a closer look under it."""

FEATURES_DRAWN = 60
"""Features in the map when all are asked for; the table has the rest."""

CELLS_DRAWN = 3_000
"""Cells in the map: more take the browser seconds to draw. The newest periods are kept."""

_ROW = 34
_ROWS_SEEN = 9


def show(subject: Subject) -> None:
    """The tab."""
    window = subject.period
    if window.last < window.first:
        no_period(window.label, dated(subject.days[1], subject.today))
        return
    against = usual(subject, window)
    if against is None:
        no_reference(subject.model)
        return
    grain = choose_grain()
    _map(subject, window, grain)
    picked = _against(subject, window, against)
    found = compared(**subject.key, first=window.first, last=window.last, against=picked)  # type: ignore[arg-type]
    _counted(found)
    name = health_feature.choose([str(feature) for feature in found.table["feature"]])
    if name is not None:
        with st.container(border=True):
            health_feature.show(subject, window, picked, name)
    _window_table(window, found)


def choose_grain() -> str:
    """Day, week or month, kept in the address."""
    picked = st.segmented_control(
        "By", list(GRAINS), key="grain", bind="query-params", default="Week", required=True, width="content"
    )
    return GRAINS[str(picked)]


def _map(subject: Subject, window: Window, grain: str) -> None:
    asked: dict[str, Any] = {**subject.key, "grain": grain, "first": window.first, "last": window.last}
    chosen = st.session_state.get(health_feature.FEATURE)
    shown_at_most = FEATURES_DRAWN if st.session_state.get(EVERY) else FEATURES_SHOWN
    found = drawn(_map_drawn, **asked, chosen=chosen, limit=shown_at_most)
    if found is None:
        return
    chart, shown, total, periods = found
    st.markdown(
        f"**Each feature by {plain(grain)}, the worst first.** :small[:gray[:blue-badge[pale: stable] "
        ":orange-badge[yellow: watch] :red-badge[dark red: drifted] empty: too few decisions to tell]]"
    )
    st.plotly_chart(
        chart.figure, config={"displayModeBar": False}, alt=chart.alt, key=MAP, on_select=_picked,
        selection_mode="points",
    )  # fmt: skip
    n = ask(queries.volume, **subject.key, first=window.first, last=window.last)["decisions"].sum()  # type: ignore[arg-type]
    st.caption(
        f":material/ads_click: Click a cell to look closer at its feature. "
        f"{sourced(f'{window.label}, {count_of(periods, grain)}', int(n), 'decision')}"
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        if total > FEATURES_SHOWN:
            st.toggle(f"All {count_of(total, 'feature')}", key=EVERY)
        download("Download as CSV", "drift", lambda: ask(queries.drift, **asked))
    if total > FEATURES_DRAWN:
        truncated(shown, total, "features")


def _picked() -> None:
    points = st.session_state[MAP]["selection"]["points"]
    if points:
        given = points[0].get("customdata")
        health_feature.pick(str(given[0] if isinstance(given, list | tuple) else given))


def _map_drawn(*, chosen: str | None, limit: int, **asked: Any) -> tuple[Chart, int, int, int] | None:
    rows = ask(queries.drift, **asked)
    if rows.empty:
        return None
    order = order_of(rows)
    shown = order[:limit]
    starts = sorted(rows["period_start"].unique())[-max(CELLS_DRAWN // len(shown), 1) :]
    cells = rows[rows["feature"].isin(shown) & rows["period_start"].isin(starts)]
    return drift_map(cells, shown, chosen), len(shown), len(order), len(starts)


def _against(subject: Subject, window: Window, usual_one: str) -> str:
    options = choices(subject, window)
    st.markdown(f"**The whole period, {plain(days(window.first, window.last))}**")
    if len(options) < 2:
        st.caption(
            "Compared with the reference. Is it the season? The log does not hold the same days of a year before on "
            "the same bins, and the rows of the reference have no times: there is nothing else to compare with."
        )
        return usual_one
    picked = st.segmented_control(
        "Compared with", options, key="against", bind="query-params", default=usual_one, required=True
    )
    if picked in (MONTHS, YEAR):
        st.caption("What the season moves is much the same a year before: what is left has moved since.")
    return str(picked)


def _counted(found: Compared) -> None:
    """How many are beyond a limit, and whether the window is too small to tell."""
    status = found.table.set_index("feature")["status"]
    beyond = int(status.isin(BEYOND).sum())
    small = int((status.drop("@outcome", errors="ignore") == "no data").sum())
    told = f"{number(beyond)} of {count_of(len(status), 'signal')} beyond a limit against {found.against}"
    few = f"; {small} cannot be told: the window is too small" if small else ""
    st.markdown(f"{plain(told, 300)}{few}, n {number(found.n)}.")


def _window_table(window: Window, found: Compared) -> None:
    table = found.table
    names = tuple(table["feature"])
    st.dataframe(
        _shown(table),
        key="window_table",
        hide_index=True,
        row_height=_ROW,
        height=min(len(table), _ROWS_SEEN) * _ROW + _ROW + 3,
        on_select=lambda: _row_picked(names),
        selection_mode="single-cell",
        column_config=_COLUMNS,
        placeholder="–",
        alt=f"{len(table)} features with drift and missing values in the period, the worst first",
    )
    st.caption(sourced(days(window.first, window.last), found.n, "decision"))
    download("Download as CSV", "drift-of-period", lambda: table)


def _row_picked(names: tuple[str, ...]) -> None:
    if cells := st.session_state["window_table"]["selection"]["cells"]:
        health_feature.pick(names[cells[0][0]])


_COLUMNS: dict[str, ColumnConfig] = {
    "Light": light_column("Light"),
    "Feature": st.column_config.TextColumn(width=150),
    "Drift": st.column_config.NumberColumn(format="%.3f", width="small"),
    "By chance": st.column_config.NumberColumn(
        format="%.3f", width="small", help="What chance alone exceeds once in a thousand windows of this size"
    ),
    "Watch": st.column_config.NumberColumn(format="%.2f", width="small"),
    "Limit": st.column_config.NumberColumn(format="%.2f", width="small"),
    "Missing": st.column_config.NumberColumn(format="percent", width="small"),
    "Unseen": st.column_config.NumberColumn(format="percent", width="small"),
    "Out of range": st.column_config.NumberColumn(format="percent", width="small"),
    "Decisions": st.column_config.NumberColumn(format="localized", width="small"),
    "Compared with": st.column_config.NumberColumn(format="localized", width="small"),
}


def _shown(table: pd.DataFrame) -> pd.DataFrame:
    n = table["n"].where(table["n"] > 0)
    return pd.DataFrame(
        {
            "Light": [[status] for status in table["status"]],
            "Feature": table["feature"],
            "Drift": table["value"],
            "By chance": table["noise"],
            "Watch": table["watch"],
            "Limit": table["drifted"],
            "Method": [method_name(method) for method in table["method"]],
            "Missing": table["missing"] / n,
            "Unseen": table["unseen"] / n,
            "Out of range": table["out_of_range"] / n,
            "Decisions": table["n"],
            "Compared with": table["before"],
        }
    )
