"""The tabs of the page of one model: versions, history, approvals, runs, and how to use it.

Only the open tab asks for its data.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pandas as pd
import streamlit as st

from watchroom.store.queries import models as queries
from watchroom.store.queries.models import Model, Sheet
from watchroom.ui import model_versions, recipes, wording
from watchroom.ui.model_versions import or_none
from watchroom.ui.navigation import link
from watchroom.ui.room import ask
from watchroom.ui.rows import event_rows, first_sight_row
from watchroom.ui.scope import ALL_MODELS, Scope
from watchroom.ui.states import code, empty, sourced, truncated
from watchroom.ui.tables import download
from watchroom.ui.text import count_of, one_line, plain, sentence, when
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
        "Use it": _use,
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
    found = ask(queries.approvals, model=page.model.name)
    if found.empty:
        binds = "An approval binds a person's sign-off to what was seen when it was given."
        empty("Nobody has signed off a version of this model.", binds)
        return
    zone = facts().zone
    shown = pd.DataFrame(
        {
            "Version": found["version"],
            "Stage": found["stage"],
            "Signed by": [one_line(actor, 60) for actor in found["actor"]],
            "As": found["role"],
            "Decision": found["decision"].fillna("approved"),
            "When": [when(at, zone, now=page.made_at) for at in found["at"]],
            "Status": found["status"],
            "Why it is void": [one_line(reason, 200) if or_none(reason) else "–" for reason in found["reason"]],
        }
    )
    st.dataframe(shown, hide_index=True, alt=f"{count_of(len(shown), 'approval')} of this model, the newest first")
    st.caption(sourced("all time", len(shown), "approval"))
    download("Download as CSV", "approvals", lambda: found)


def _runs(page: Page) -> None:
    found = ask(queries.training, model=page.model.name)
    if not found.runs:
        gone = "The versions name no run, or their runs were removed from MLflow."
        empty("No run of this model's versions is in the snapshot.", gone)
        return
    last = when(found.last_start, facts().zone, now=page.made_at)
    st.markdown(
        f"{plain(count_of(found.runs, 'run'))} in {plain(count_of(len(found.experiments), 'experiment'))} "
        f"behind its versions; the last started {plain(last)}."
    )
    link("runs", "The runs behind its versions", icon=":material/arrow_forward:", params={"model": page.model.name})
    for name in found.experiments[:EXPERIMENTS_SHOWN]:
        label = f"All runs of {plain(name, 80)}"
        link("runs", label, icon=":material/arrow_forward:", params={"experiment": name, "model": ALL_MODELS})
    truncated(EXPERIMENTS_SHOWN, len(found.experiments), "experiments")
    st.caption(sourced("all time", found.runs, "run"))


def _use(page: Page) -> None:
    found = ask(queries.versions, model=page.model.name)
    if found.empty:
        empty("There is nothing to load yet.", "No version of this model is registered.")
        return
    version = page.scope.version or page.model.champion or int(found["version"].max())
    row = next((row for row in found.to_dict("records") if row["version"] == version), None)
    if row is None:
        empty(f"There is no version {version}.", "Choose another version in the sidebar.")
        return
    uri = facts().tracking_uri
    what = "the champion" if version == page.model.champion else "as chosen" if page.scope.version else "the newest"
    st.caption(f"For version {version}, {what}. Choose another under Version in the sidebar.")
    if problem := or_none(row["mlmodel_problem"]):
        st.caption(f":orange[:material/warning:] Its files could not be read from here: {sentence(problem, 400)}")
    st.markdown("**Load it**")
    code(recipes.load(page.model.name, version, uri, champion=version == page.model.champion))
    st.markdown("**Reproduce it**")
    code(recipes.reproduce({key: or_none(row[key]) for key in ("run_id", "commit", "dirty")}, uri))
    if or_none(row["commit"]) is None:
        st.caption("Its run did not record a commit, so the code that made it is not known.")
    elif row["dirty"] is True:
        st.caption("Its run recorded uncommitted changes: the commit alone does not give the same code.")
    st.markdown("**Make it the champion**")
    code(recipes.promote(page.model.name, version, uri))
    st.caption("Watchroom does not change MLflow; these run where you run them.")
