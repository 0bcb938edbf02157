"""Find a decision: by its id, or in the log by when, how it was scored, what came of it, and what its inputs were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from watchroom.desk.decisions import Page, Search
from watchroom.domain.vocabulary import Task
from watchroom.errors import WatchroomError
from watchroom.reports.decision_words import value_text
from watchroom.store.queries import health as health_queries
from watchroom.store.queries.models import Model
from watchroom.store.snapshot import Snapshot
from watchroom.ui.decision_filters import filters
from watchroom.ui.desk import decisions
from watchroom.ui.health_subject import spec_of
from watchroom.ui.navigation import link
from watchroom.ui.room import ask, ask_unless
from watchroom.ui.scope import scope
from watchroom.ui.states import empty, error, section, sourced
from watchroom.ui.tables import download
from watchroom.ui.text import as_utc, count_of, number, one_line, plain, sentence
from watchroom.ui.workspace import facts as workspace
from watchroom.workspace.answer import Answer

ID = "id"
"""The parameter of the address that names the decision."""

DAY = "day"
"""The parameter that names its UTC day, where an id was used again."""

SHOWN = 200
"""Decisions in the table: more than anybody looks through before narrowing the search."""

INPUTS = 5
"""Inputs beside each decision, so that rows can be told apart."""

SCORES = st.column_config.NumberColumn(format="%.3f")
"""Scores beside each other: three digits."""

_SHORT = 4
"""Characters of a number that is a class as likely as an amount: it stays as it is."""

_TABLE = "decision_found"
_PICKED = "_decision_picked"


def choose(prediction_id: str, version: int | None = None, day: date | None = None) -> None:
    """Make a decision the one that is looked at, by a version and of a UTC day (else the newest). For callbacks.

    An empty id goes back to the log.
    """
    if prediction_id:
        st.query_params[ID] = prediction_id
    else:
        st.query_params.pop(ID, None)
    if day is not None:
        st.query_params[DAY] = day.isoformat()
    else:
        st.query_params.pop(DAY, None)
    if version is not None:
        st.session_state["version"] = str(version)


def chosen_day() -> date | None:
    """The day that the address names, if it names one."""
    with suppress(ValueError):
        return date.fromisoformat(st.query_params.get(DAY, ""))
    return None


def as_version(prediction_id: str, version: int, day: date | None = None) -> None:
    """A button that shows the decision as that version made it."""
    st.button(f"As version {version} decided", type="tertiary", icon=":material/swap_horiz:",
              key=f"as_version_{version}", on_click=choose, args=(prediction_id, version, day))  # fmt: skip


def choose_model(every: Sequence[Model]) -> None:
    """No model is chosen yet: an id is one only within a model's log."""
    st.markdown("Choose the model that decided it.")
    for model in every:
        link("decision", plain(model.title, 80), icon=":material/search:", params={"model": model.name})


def show(model: Model, task: Task | None, version: int | None) -> None:
    """The field for an id, and the log."""
    pasted = st.text_input(
        "Decision id",
        key="_decision_pasted",
        placeholder="Paste the id of a decision",
        icon=":material/search:",
        width=520,
    )
    if pasted.strip():
        choose(pasted.strip())
        st.session_state.pop("_decision_pasted", None)
        st.rerun()
    section("Or find it in the log")
    watching = ask(health_queries.watching, model=model.name)
    if not watching.versions:
        empty(
            "No decisions of this model have been read yet.",
            watching.log_problems[0] if watching.log_problems else "A refresh reads them from its log.",
            command="watchroom refresh",
        )
        return
    _log(model, task, version)


def _log(model: Model, task: Task | None, version: int | None) -> None:
    period = scope().period
    wanted = filters(model.name, task, version)
    try:
        with st.spinner("Reading the log …", show_time=True):
            found = ask_unless(lambda page: bool(page.note), search, model=model.name, wanted=wanted,
                               first=period.first_day, last=period.last_day)  # fmt: skip
    except WatchroomError as problem:
        error(problem)
        return
    if found.note:
        st.caption(f":orange[:material/warning: {sentence(found.note)}]")
    if not found.rows.num_rows:
        empty(f"No decision fits: {one_line(period.label, 60)}.", "Look at another period, or drop a condition.")
        return
    _table(model, found, period.label)


def search(snapshot: Snapshot, *, model: str, wanted: Search, first: date, last: date) -> Page:
    """The first decisions of these days that are looked for."""
    return decisions().search(snapshot, model, wanted, first, last, SHOWN)


def _table(model: Model, found: Page, period: str) -> None:
    rows = found.rows.to_pandas()
    days = pd.to_datetime(rows["@decided_at"]).dt.date
    st.session_state[_PICKED] = list(zip(rows["@id"].astype(str), rows["@version"].astype(int), days, strict=True))
    inputs = _telling(model.name, rows)
    spec = spec_of(model.name)
    table = log_table(rows, inputs, workspace().zone, spec.answer if spec else Answer())
    st.dataframe(
        table,
        column_config={**input_labels(inputs), "Score": SCORES},
        hide_index=True,
        key=_TABLE,
        on_select=_pick,
        selection_mode="single-row",
        height=min(36 * (len(table) + 1) + 4, 560),
        alt=f"{len(table)} decisions of the log; select a row to see why it was decided so",
    )
    decided = len({(prediction_id, day) for prediction_id, _, day in st.session_state[_PICKED]})
    one, many = (
        ("decision", None) if decided == len(table) else ("answer", f"answers to {count_of(decided, 'decision')}")
    )
    more = f"First {number(len(table))} of more: narrow the search to see the rest. " if found.more else ""
    st.caption(f"{more}Select a row to see why. {sourced(period, len(table), one, many)}")
    download("These as CSV", "decisions", lambda: rows)


def _pick() -> None:
    """The row that was selected becomes the decision that is looked at."""
    rows = st.session_state[_TABLE]["selection"]["rows"]
    picked = st.session_state.get(_PICKED, [])
    if rows and rows[0] < len(picked):
        choose(*picked[rows[0]])


def _telling(model: str, rows: pd.DataFrame) -> list[str]:
    """The inputs that are shown: those that matter most to the model where that is known, else the first."""
    known = [name for name in ask(weights, model=model) if name in rows.columns]
    others = [name for name in rows.columns if not name.startswith("@") and name not in known]
    return [*known, *others][:INPUTS]


def weights(snapshot: Snapshot, *, model: str) -> tuple[str, ...]:
    """The inputs of a model by how much they matter to the newest version that was explained."""
    rows = snapshot.rows(
        """select feature from shap_global where model = ? and grain = 'all'
        and version = (select max(version) from shap_global where model = ? and grain = 'all') order by rank""",
        [model, model],
    )
    return tuple(str(name) for (name,) in rows)


def log_table(rows: pd.DataFrame, inputs: Sequence[str], zone: ZoneInfo, answer: Answer) -> pd.DataFrame:
    """Id, time, version, prediction, score, outcome, and some inputs, these under keys that `input_labels` names."""
    found = pd.DataFrame(
        {
            "Decision": [one_line(text, 60) for text in rows["@id"]],
            f"Decided at ({zone.key})": [minute(moment, zone) for moment in rows["@decided_at"]],
            "Version": rows["@version"],
            "Predicted": [predicted_text(_named(text, answer.predictions)) for text in rows["@prediction"]],
            "Score": rows["@score"],
            "Outcome": [
                one_line(_named(text, answer.outcomes), 60) if isinstance(text, str) else "not known yet"
                for text in rows["@outcome"]
            ],
        }
    )
    for place, name in enumerate(inputs):
        found[input_key(place)] = [value_text(_plain(value)) for value in rows[name]]
    return found.drop(columns="Score") if rows["@score"].isna().all() else found


def input_key(place: int) -> str:
    """The column of an input in a table that has columns of its own: no name of an input can be one of theirs."""
    return f"input {place}"


def input_labels(inputs: Sequence[str]) -> dict[str, ColumnConfig]:
    """What the columns of inputs are called in the table, with the whole name beside a long one."""
    return {
        input_key(place): st.column_config.TextColumn(one_line(name, 40), help=f"Input {plain(name, 200)}")
        for place, name in enumerate(inputs)
    }


def minute(moment: datetime, zone: ZoneInfo) -> str:
    """A moment in a zone, to the minute: `2026-11-12 09:10`, which sorts as it passed."""
    return f"{as_utc(moment).astimezone(zone):%Y-%m-%d %H:%M}"


def _named(text: object, names: Mapping[str, str]) -> object:
    return names.get(text, text) if isinstance(text, str) else text


def predicted_text(text: object) -> str | None:
    """A prediction as people write it: an amount without digits that say nothing."""
    if not isinstance(text, str):
        return None
    try:
        amount = float(text)
    except ValueError:
        return one_line(text, 60)
    return text if amount == int(amount) and len(text) < _SHORT else value_text(amount)


def _plain(value: object) -> str | float | bool | None:
    if value is None or (isinstance(value, float) and value != value):
        return None
    return value if isinstance(value, str | bool) else float(value) if isinstance(value, int | float) else str(value)
