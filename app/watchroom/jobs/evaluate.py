"""The evaluate step: from profiles and limits to drift, quality, performance and a light for every model.

A model is evaluated anew when its counts, its file, its version in service or the day have changed; the others keep
their rows. What each table holds is computed in the modules beside this one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from watchroom.domain.periods import periods_of
from watchroom.jobs.evaluate_drift import drift_of, quality_of, rows_of
from watchroom.jobs.evaluate_light import fill_health
from watchroom.jobs.evaluate_performance import performance_of
from watchroom.jobs.evaluate_read import read_profiles
from watchroom.store.draft import Draft
from watchroom.store.schema import tables_of
from watchroom.workspace.load import Workspace
from watchroom.workspace.model_file import ModelSpec

_RULES = "1"
"""Raised when what is computed here changes its meaning, so that every model is evaluated anew."""

_OWN_TABLES = tuple(table.name for table in tables_of("health") if table.name != "alerts")
"""What this step fills: the alerts are made from it and from the ledger."""


@dataclass(frozen=True)
class Evaluation:
    """How many models were evaluated anew, and those whose rows are up to date with their version in service.

    A model whose file has a mistake is not among them: of it nothing is known to be over.
    """

    evaluated: int
    complete: Mapping[str, int | None]


def evaluate(draft: Draft, workspace: Workspace, counted: Collection[str], today: date) -> Evaluation:
    """Fill the part `health` for the models of the workspace. `counted` are those whose profile has changed.

    `today` is the UTC day of the refresh.
    """
    serving, before = versions_in_service(draft), _keys_before(draft)
    _forget(draft, before.keys() - workspace.models.keys() - _broken(workspace))
    evaluated = 0
    for name, spec in workspace.models.items():
        key = _key(spec, serving.get(name), today)
        if name in counted or before.get(name) != key:
            draft.writable("health")
            _forget(draft, {name})
            _evaluate(draft, spec, serving.get(name), today)
            draft.insert("health_notes", [(name, "evaluated", key)])
            evaluated += 1
    return Evaluation(evaluated, {name: serving.get(name) for name in workspace.models})


def versions_in_service(draft: Draft) -> dict[str, int]:
    """The version of each model that its light speaks of: its champion, else the newest that made decisions."""
    rows = draft.connection.execute(
        """
        select name, arg_max(version, (is_champion, version)) from (
            select name, version, true as is_champion from mlflow.aliases where alias = 'champion'
            union all select model, version, false from profile.volume group by model, version
        ) group by name
        """
    ).fetchall()
    return {name: int(version) for name, version in rows}


def _key(spec: ModelSpec, serving: int | None, today: date) -> str:
    text = f"{_RULES} {serving} {today} {spec.model_dump_json()}"
    return hashlib.sha256(text.encode()).hexdigest()


def _keys_before(draft: Draft) -> dict[str, str]:
    return dict(draft.connection.execute("select model, value from health.health_notes").fetchall())


def _broken(workspace: Workspace) -> set[str]:
    """Models whose file has a mistake: what was said of them stands."""
    return set(workspace.files) - set(workspace.models)


def _forget(draft: Draft, models: Collection[str]) -> None:
    if not models:
        return
    draft.writable("health")
    for table in _OWN_TABLES:
        draft.connection.execute(f'delete from health."{table}" where model in (select unnest(?))', [list(models)])


def _evaluate(draft: Draft, spec: ModelSpec, serving: int | None, today: date) -> None:
    for profile in read_profiles(draft, spec.model):
        periods = periods_of(profile.days)
        for table, found in (("drift", drift_of), ("quality", quality_of), ("performance", performance_of)):
            draft.insert_columns(
                table, [rows_of(profile, spec.model, periods, columns) for columns in found(profile, spec, periods)]
            )
    fill_health(draft, spec, serving, today)
