"""The scope of a page: model, version and period, chosen in the sidebar and kept in the address.

A link therefore shows a colleague the same thing. What a page does with the scope is its own affair.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import streamlit as st

from watchroom.store.queries import models as queries
from watchroom.ui.navigation import WANTED
from watchroom.ui.room import ask, reading
from watchroom.ui.text import plain
from watchroom.ui.workspace import facts

ALL_MODELS = "All models"
ALL_VERSIONS = "All versions"
CUSTOM = "Custom"
DEFAULT_PERIOD = "Last 30 days"
PERIODS: dict[str, int | None] = {
    DEFAULT_PERIOD: 30,
    "Last 7 days": 7,
    "Last 90 days": 90,
    "Last 12 months": 365,
    "All time": None,
}
"""The ready periods in days, the default first, counted back from the end of the snapshot's day; None is no limit."""

KEYS = ("model", "version", "period")
"""The parameters of the address that a link inside the app may set."""

_VERSION_DIGITS = 9
"""No model has more versions, and an address may name any number."""

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Period:
    """A period: `start` inclusive, `end` exclusive, both UTC with their zone. `label` says it to a person.

    `first_day` and `last_day` are its days in the workspace's zone, both included: for what is counted by day.
    """

    label: str
    start: datetime
    end: datetime
    first_day: date
    last_day: date

    @property
    def start_utc(self) -> datetime:
        """`start` as the snapshot's tables hold it: UTC without a zone."""
        return self.start.astimezone(UTC).replace(tzinfo=None)

    @property
    def end_utc(self) -> datetime:
        """`end` as the snapshot's tables hold it: UTC without a zone."""
        return self.end.astimezone(UTC).replace(tzinfo=None)


@dataclass(frozen=True)
class Scope:
    """What the person is looking at. `model` and `version` are None for all."""

    model: str | None
    version: int | None
    period: Period


def period_of(label: str, made_at: datetime, zone: ZoneInfo, chosen: tuple[date, date] | None = None) -> Period:
    """The period of that label, ending with the snapshot's day in the workspace's zone.

    `chosen` is the first and the last day, both included, of a custom period.
    """
    if label == CUSTOM and chosen is not None:
        first, last = min(chosen), max(chosen)
        return _period(f"{_day(first)} to {_day(last)}", first, last, zone)
    today = made_at.astimezone(zone).date()
    days = PERIODS.get(label, PERIODS[DEFAULT_PERIOD])
    began = None if days is None else today - timedelta(days - 1)
    found = _period(label if label in PERIODS else DEFAULT_PERIOD, began, today, zone)
    # West of UTC a new UTC day begins in the evening: its runs are of this period, whose end is the snapshot.
    return replace(found, last_day=max(today, made_at.astimezone(UTC).date()))


def _period(label: str, first: date | None, last: date, zone: ZoneInfo) -> Period:
    start = _BEGINNING if first is None else _midnight(first, zone)
    return Period(label, start, _midnight(last + timedelta(1), zone), first or _BEGINNING.date(), last)


def scope() -> Scope:
    """The scope chosen in the sidebar; everything in the last thirty days before it was drawn."""
    state = st.session_state
    model = state.get("model", ALL_MODELS)
    version = str(state.get("version", ALL_VERSIONS))
    chosen = (state["from"], state["to"]) if state.get("from") and state.get("to") else None
    with reading() as snapshot:
        period = period_of(state.get("period", DEFAULT_PERIOD), snapshot.made_at, facts().zone, chosen)
    return Scope(
        model=None if model == ALL_MODELS else model,
        version=int(version) if model != ALL_MODELS and _is_version(version) else None,
        period=period,
    )


def _is_version(text: str) -> bool:
    return text.isdecimal() and len(text) <= _VERSION_DIGITS


def scope_controls(parts: tuple[str, ...] = ("version", "period")) -> None:
    """The scope's controls, for the sidebar: the model, and of the other parts those that the page uses.

    A model or version that the address names and nobody knows stays choosable. What is chosen is kept over pages that
    do not ask.
    """
    keys = [key for key in KEYS if key == "model" or key in parts]
    for key in keys:
        _follow_address(key)
    names = list(ask(queries.names))
    asked = st.session_state.get("model") or st.query_params.get("model")
    unknown = [asked] if asked and asked != ALL_MODELS and asked not in names else []
    st.selectbox(
        "Model",
        [ALL_MODELS, *names, *unknown],
        key="model",
        bind="query-params",
        on_change=_all_versions,
    )
    model = st.session_state["model"]
    if "version" in parts and model != ALL_MODELS:
        _version_control(model)
    if "period" in parts:
        _period_controls()
    for key in keys:
        st.session_state[f"_{key}_before"] = (st.session_state.get(key), st.query_params.get(key))


def _version_control(model: str) -> None:
    known = [str(version) for version in ask(queries.version_numbers, model=model)]
    if not known:
        return
    asked = st.query_params.get("version", ALL_VERSIONS)
    wanted = st.session_state.get("version", asked) == asked and asked not in (ALL_VERSIONS, *known)
    unknown = [asked] if wanted and _is_version(asked) else []
    st.selectbox(
        "Version", [ALL_VERSIONS, *known, *unknown], key="version", bind="query-params", persist_state="session"
    )
    if unknown and st.session_state["version"] == asked:
        st.caption(
            f":orange[:material/warning:] There is no version {plain(asked)} of {plain(model)} in this snapshot. "
            f"The newest is {plain(max(known, key=int))}."
        )


def _period_controls() -> None:
    st.selectbox("Period", [*PERIODS, CUSTOM], key="period", bind="query-params", persist_state="session")
    if st.session_state["period"] != CUSTOM:
        return
    with reading() as snapshot:
        today = snapshot.made_at.astimezone(facts().zone).date()
    # Without a least day Streamlit refuses what lies more than ten years back.
    kept: Any = {"bind": "query-params", "persist_state": "session", "min_value": _BEGINNING.date()}
    st.date_input("From", today - timedelta(29), key="from", format="YYYY-MM-DD", **kept)
    st.date_input("To", today, key="to", format="YYYY-MM-DD", **kept)


def _follow_address(key: str) -> None:
    """Let a link inside the app set the scope: Streamlit reads a bound parameter only when its control is first drawn.

    What a page wants (`go`) comes first; then whichever of control and address has changed since the last rerun.
    """
    state, asked = st.session_state, st.query_params.get(key)
    wanted: dict[str, str] = state.get(WANTED, {})
    before = state.get(f"_{key}_before")
    if key in wanted:
        state[key] = wanted.pop(key)
    elif asked is not None and before is not None and asked != before[1] and state.get(key) == before[0]:
        state[key] = asked


def _all_versions() -> None:
    st.session_state["version"] = ALL_VERSIONS


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
