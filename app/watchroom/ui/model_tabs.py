"""The tabs of the page of one model: versions, history, approvals, runs, what to do next, how to work on it, notes.

Only the open tab asks for its data.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pandas as pd
import streamlit as st

from watchroom.store.queries import models as queries
from watchroom.store.queries.models import Model, Sheet
from watchroom.store.queries.training import Training, training
from watchroom.ui import model_approvals, model_versions, notebook, wording
from watchroom.ui.navigation import link
from watchroom.ui.room import ask
from watchroom.ui.rows import event_rows, first_sight_row
from watchroom.ui.scope import ALL_MODELS, Scope
from watchroom.ui.states import empty, sourced, truncated
from watchroom.ui.tables import download
from watchroom.ui.text import count_of, one_line, plain, some, when
from watchroom.ui.workspace import facts

EVENTS_READ = 1000
"""Events of a model that are read for its history; the download has as many."""

EVENTS_DRAWN = 25
EXPERIMENTS_SHOWN = 20


@dataclass(frozen=True)
class Page:
    """What every part of the page knows: the model, the rest of its file, when the snapshot was made, the scope."""

    model: Model
    sheet: Sheet
    made_at: datetime
    scope: Scope


def show_tabs(page: Page) -> None:
    """The tabs; what is in one is asked for when it is open."""
    parts = {
        "Versions": _versions,
        "History": _history,
        "Approvals": _approvals,
        "Runs": _runs,
        "Next actions": _actions,
        "Work on it": _work,
        "Notes": _notes,
    }
    tabs = st.tabs(list(parts), key="tab", bind="query-params", on_change="rerun")
    for tab, part in zip(tabs, parts.values(), strict=True):
        if tab.open:
            with tab:
                part(page)


def _versions(page: Page) -> None:
    model_versions.show(page.model, page.scope.version)


def _history(page: Page) -> None:
    period = page.scope.period
    seen = {"start": period.start_utc, "end": period.end_utc, "model": page.model.name}
    total, events = ask(queries.events, **seen, limit=EVENTS_READ, changes_only=True)  # type: ignore[arg-type]
    beginning = ask(queries.first_sight, **seen)  # type: ignore[arg-type]
    st.caption(
        "Watchroom knows when a change was seen by a refresh, not who made it. It happened at or before that time, and "
        "after the refresh before; what happened before the first refresh is not known."
    )
    if not events and beginning is None:
        empty("No change was seen in this period.", "Choose a longer period in the sidebar to look further back.")
        return
    said = wording.events(events)
    event_rows(said[:EVENTS_DRAWN], page.made_at, exact=True)
    if beginning is not None:
        first_sight_row(beginning, page.made_at)
    truncated(EVENTS_DRAWN, len(said), "changes")
    st.caption(sourced(period.label, total, "change"))
    download("Download as CSV", "history", lambda: pd.DataFrame([event.__dict__ for event in events]))


def _approvals(page: Page) -> None:
    model_approvals.show(page.model, page.made_at)


def _runs(page: Page) -> None:
    found = ask(training, model=page.model.name)
    known = found.runs - found.unknown
    if not known:
        gone = "The versions name no run, or their runs were removed from MLflow."
        empty("No run of this model's versions is in the snapshot.", gone)
        return
    lost = [text for count, text in _lost(found) if count]
    last = when(found.last_start, facts().zone, now=page.made_at)
    st.markdown(
        f"{plain(count_of(found.runs, 'run'))} behind its versions{plain(f', {some(lost)}' if lost else '')}; "
        f"the last started {plain(last)}."
    )
    every = {"filter": "lifecycle_stage in ('active', 'deleted')"} if found.deleted else {}
    label = f"The {count_of(known, 'run')} behind its versions"
    link("runs", plain(label), icon=":material/arrow_forward:", params={"model": page.model.name, **every})
    for name, runs in found.experiments[:EXPERIMENTS_SHOWN]:
        label = f"All {count_of(runs, 'run')} of the experiment {one_line(name, 80)}"
        params = {"experiment": name, "model": ALL_MODELS}
        link("runs", plain(label, 140), icon=":material/arrow_forward:", params=params)
    truncated(EXPERIMENTS_SHOWN, len(found.experiments), "experiments")
    st.caption(sourced("all time", found.runs, "run"))


def _lost(found: Training) -> tuple[tuple[int, str], ...]:
    """Which of the runs behind the versions the page of runs does not show by itself."""
    return (
        (found.deleted, f"{found.deleted:,} of them deleted in MLflow"),
        (found.unknown, f"{found.unknown:,} of them not in the snapshot"),
    )


def _notes(page: Page) -> None:
    notebook.notes("model", page.model.name)


def _actions(page: Page) -> None:
    from watchroom.ui import actions  # only who looks at them pays for the ledger

    actions.show(page.model)


def _work(page: Page) -> None:
    from watchroom.ui import model_work  # what it draws on is asked for when the tab is open

    model_work.show(page.model, page.scope, page.made_at)
