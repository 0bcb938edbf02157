"""The tabs of the page of one model: versions, history, approvals, runs, and how to use it.

Only the open tab asks for its data.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st

from watchroom.charts.versions import metric_by_version
from watchroom.store.queries import models as queries
from watchroom.store.queries.models import Model, Sheet
from watchroom.ui import recipes, wording
from watchroom.ui.navigation import link
from watchroom.ui.room import ask
from watchroom.ui.rows import event_rows, first_sight_row
from watchroom.ui.scope import ALL_MODELS, Scope
from watchroom.ui.states import code, empty, sourced, truncated
from watchroom.ui.tables import download
from watchroom.ui.text import UNKNOWN, count_of, one_line, plain, sentence, when
from watchroom.ui.workspace import facts

EVENTS_READ = 1000
"""Events of a model that are read for its history; the download has as many."""

EVENTS_DRAWN = 25
EXPERIMENTS_SHOWN = 20
METRICS_IN_TABLE = 6
"""Metric columns beside a version; the download has all of them."""


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
    found = ask(queries.versions, model=page.model.name)
    if found.empty:
        register = "Register one with mlflow.register_model, then refresh."
        empty("No version is registered yet.", register, command="watchroom refresh")
        return
    if page.scope.version is not None:
        found = found[found["version"] == page.scope.version]
    values = ask(queries.version_metrics, model=page.model.name)
    _metric_chart(page, values)
    shown = _version_table(page, found, values)
    st.dataframe(
        shown,
        hide_index=True,
        column_config={"Version": st.column_config.NumberColumn(width="small", format="%d")},
        alt=f"{count_of(len(shown), 'version')} of the model with aliases, run, metrics, signature and approval",
    )
    narrowed = f"version {page.scope.version} only" if page.scope.version is not None else "all versions"
    st.caption(sourced(narrowed, len(shown), "version"))
    download("Download as CSV", "versions", lambda: _version_file(found, values))


def _metric_chart(page: Page, values: pd.DataFrame) -> None:
    finite = values.dropna(subset=["last"])
    if finite.empty:
        st.caption("The runs of these versions hold no metrics, or are not in the snapshot.")
        return
    if finite["version"].nunique() < 2:
        return
    metrics = _telling_first(finite)
    label = "Metric of each version's run, its last value"
    chosen = st.selectbox(label, metrics, key="metric", bind="query-params", width=340)
    of_metric = finite[finite["key"] == chosen]
    chart = metric_by_version(of_metric, str(chosen), _aliases(page.model))
    st.plotly_chart(chart.figure, config={"displayModeBar": False}, alt=chart.alt, key="metric_by_version")
    better = plain(of_metric["better"].iloc[0]).capitalize()
    source = sourced("all versions", len(of_metric), "version")
    st.caption(f"{better} is better, judged by the metric's name · {source}")


def _telling_first(values: pd.DataFrame) -> list[str]:
    """The metrics, those of most versions first; what was measured on training data says least and comes last."""
    versions = values.groupby("key")["version"].nunique()
    return sorted(versions.index, key=lambda key: (str(key).lower().startswith("train"), -versions[key], str(key)))


def _aliases(model: Model) -> dict[int, str]:
    named = {}
    if model.challenger is not None:
        named[model.challenger] = "challenger"
    if model.champion is not None:
        named[model.champion] = "champion"
    return named


def _version_table(page: Page, found: pd.DataFrame, values: pd.DataFrame) -> pd.DataFrame:
    zone = facts().zone
    rows = [
        {
            "Version": int(row["version"]),
            "Aliases": ", ".join(one_line(alias, 40) for alias in _list(row["aliases"])) or "–",
            "Approval": row["approval"],
            "Created": when(_or_none(row["created_at"]), zone, now=page.made_at),
            "Run": _run(row),
            "Commit": _commit(row),
            "Flavours": ", ".join(_list(row["flavors"])) or UNKNOWN,
            "Signature": signature(_or_none(row["signature_inputs"]), _or_none(row["mlmodel_problem"])),
            "Input example": {True: "yes", False: "no"}.get(_or_none(row["has_input_example"]), UNKNOWN),
            "Registered by": _or_none(row["user"]) or UNKNOWN,
        }
        for row in found.to_dict("records")
    ]
    table = pd.DataFrame(rows)
    wide = _wide(values, table["Version"])
    for place, metric in enumerate(list(wide)[:METRICS_IN_TABLE]):
        table.insert(3 + place, one_line(metric, 40), wide[metric].to_numpy(), allow_duplicates=True)
    return table.loc[:, ~table.columns.duplicated()]


def _version_file(found: pd.DataFrame, values: pd.DataFrame) -> pd.DataFrame:
    wide = _wide(values, found["version"]).add_prefix("metric:").reset_index(drop=True)
    return pd.concat([found.reset_index(drop=True), wide], axis=1)


def _wide(values: pd.DataFrame, versions: pd.Series) -> pd.DataFrame:
    wide = values.pivot_table(index="version", columns="key", values="last", aggfunc="first")
    return wide[_telling_first(values)].reindex([int(version) for version in versions])


def _run(row: Mapping[Any, Any]) -> str:
    run_id = _or_none(row["run_id"])
    if run_id is None:
        return "none recorded"
    name = _or_none(row["run_name"])
    return one_line(name or run_id, 60) if row["run_known"] else f"{str(run_id)[:8]}, gone"


def _commit(row: Mapping[Any, Any]) -> str:
    commit = _or_none(row["commit"])
    if commit is None:
        return UNKNOWN
    return f"{str(commit)[:8]}{', uncommitted changes' if row['dirty'] is True else ''}"


def signature(inputs: str | None, problem: str | None) -> str:
    """`14 inputs`, or why it is not known."""
    if inputs is None:
        return f"{UNKNOWN}: {one_line(problem, 60)}" if problem else "none"
    try:
        columns = json.loads(inputs)
    except ValueError:
        return UNKNOWN
    return count_of(len(columns), "input") if isinstance(columns, list) else "1 input"


def _list(value: object) -> list[str]:
    return [str(item) for item in value] if hasattr(value, "__iter__") and not isinstance(value, str) else []


def _or_none(value: Any) -> Any:
    """The value, None for each of the ways in which pandas says that there is none."""
    return None if value is None or value is pd.NaT or value is pd.NA or value != value else value


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
            "Why it is void": [one_line(reason, 200) if _or_none(reason) else "–" for reason in found["reason"]],
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
    if problem := _or_none(row["mlmodel_problem"]):
        st.caption(f":orange[:material/warning:] Its files could not be read from here: {sentence(problem, 400)}")
    st.markdown("**Load it**")
    code(recipes.load(page.model.name, version, uri, champion=version == page.model.champion))
    st.markdown("**Reproduce it**")
    code(recipes.reproduce({key: _or_none(row[key]) for key in ("run_id", "commit", "dirty")}, uri))
    if _or_none(row["commit"]) is None:
        st.caption("Its run did not record a commit, so the code that made it is not known.")
    elif row["dirty"] is True:
        st.caption("Its run recorded uncommitted changes: the commit alone does not give the same code.")
    st.markdown("**Make it the champion**")
    code(recipes.promote(page.model.name, version, uri))
    st.caption("Watchroom does not change MLflow; these run where you run them.")
