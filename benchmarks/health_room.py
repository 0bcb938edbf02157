"""A store of models with months of profiles, their lights and alerts worked out as a refresh does it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.health_rows import Frames, Plan, profile, together
from watchroom.domain.alerts import Condition
from watchroom.jobs.evaluate.conditions import conditions
from watchroom.jobs.evaluate.step import evaluate
from watchroom.store.draft import Draft, refresh_lock
from watchroom.store.manifest import StoreFolder
from watchroom.store.schema import PARTS, TABLES
from watchroom.workspace.load import Workspace
from watchroom.workspace.model_file import ModelSpec

Rows = Mapping[str, pd.DataFrame | Sequence[Mapping[str, Any]]]

METRIC = {"binary": "roc_auc", "multiclass": "accuracy", "regression": "rmse"}
_RATIOS = {"higher": (0.96, 0.9), "lower": (1.1, 1.25)}


def spec(plan: Plan, **more: Any) -> dict[str, Any]:
    """The model's file as a team would write it."""
    watch, failing = _RATIOS["lower" if plan.task == "regression" else "higher"]
    value = {"true_positive": 110, "false_positive": -40, "false_negative": 0, "true_negative": 0}
    file: dict[str, Any] = {
        "model": plan.model,
        "title": plan.model.replace("-", " ").capitalize(),
        "purpose": "A model to measure with.",
        "task": plan.task,
        "owners": {"business": "ada@example.com", "operations": "cy@example.com", "on_call": "cy@example.com"},
        "decisions": {"path": f"lake/{plan.model}/decisions/*.parquet", "features": list(plan.features)},
        "outcomes": {"path": f"lake/{plan.model}/outcomes/*.parquet"},
        "reference": {"path": f"lake/{plan.model}/reference.parquet", "outcome": "label"},
        "monitor": {
            "performance": {"metric": METRIC[plan.task], "watch": watch, "failing": failing},
            "volume": {"min_per_day": plan.per_day // 2},
        },
        "value": value if plan.task == "binary" else None,
    }
    return {key: given for key, given in {**file, **more}.items() if given is not None}


def tables(plans: Sequence[Plan], specs: Mapping[str, Mapping[str, Any]] | None = None) -> Frames:
    """The rows of the profile, of the registry and of the models' files; a model without a spec has the usual one."""
    return {**together(list(profiles(plans))), **files(plans, specs)}


def profiles(plans: Iterable[Plan]) -> Iterator[Frames]:
    """The profile of each model."""
    return (profile(plan, seed) for seed, plan in enumerate(plans, 1))


def files(plans: Sequence[Plan], specs: Mapping[str, Mapping[str, Any]] | None = None) -> Frames:
    """The rows of the registry and of the models' files."""
    given = specs or {}
    written = [ModelSpec.model_validate(given.get(plan.model) or spec(plan)) for plan in plans]
    holders = [(one.model, role, who) for one in written for role, who in one.owners.model_dump().items() if who]
    now = datetime.now(UTC).replace(tzinfo=None)
    versions = [(plan.model, plan.version, now - timedelta(plan.days + 20)) for plan in plans]
    champions = [(plan.model, "champion", plan.version) for plan in plans]
    return {
        "models": pd.DataFrame([_model(one) for one in written]),
        "owners": pd.DataFrame(holders, columns=["model", "role", "person"]),
        "aliases": pd.DataFrame(champions, columns=["name", "alias", "version"]),
        "model_versions": pd.DataFrame(versions, columns=["name", "version", "created_at"]),
        "registered_models": pd.DataFrame({"name": [plan.model for plan in plans]}),
    }


def _model(file: ModelSpec) -> dict[str, Any]:
    return {
        "model": file.model,
        "file": f"models/{file.model}.yaml",
        "registered": True,
        "title": file.title or file.model,
        "purpose": file.purpose,
        "task": file.task,
        "tier": "medium",
        "runbook": file.runbook,
        "spec": file.model_dump_json(),
    }


def publish(folder: Path, rows: Rows, more: Iterable[Rows] = ()) -> None:
    """A snapshot in the store `folder` of these rows, the part `health` derived from them; columns left out are NULL.

    `more` are further rows, taken one after the other where all at once would fill the memory.
    """
    store = StoreFolder(folder)
    with refresh_lock(store, wait_seconds=5), Draft(store) as draft:
        for part in PARTS:
            draft.fresh(part)
        for some in chain([rows], more):
            for name, given in some.items():
                _insert(draft, name, given if isinstance(given, pd.DataFrame) else pd.DataFrame(list(given)))
        _derive(draft, folder)
        draft.publish()


def _insert(draft: Draft, name: str, frame: pd.DataFrame) -> None:
    if frame.empty:
        return
    types = {column.name: column.type for column in TABLES[name].columns}
    names = ", ".join(f'"{column}"' for column in frame.columns)
    cast = ", ".join(f'cast("{column}" as {types[column]})' for column in frame.columns)
    draft.connection.register("frame_given", frame)
    draft.connection.execute(f'insert into "{TABLES[name].part}"."{name}" ({names}) select {cast} from frame_given')
    draft.connection.unregister("frame_given")


def _derive(draft: Draft, folder: Path) -> None:
    found = draft.connection.execute("select model, spec from room.models where spec is not null").fetchall()
    models = {model: ModelSpec.model_validate(json.loads(text)) for model, text in found}
    workspace = Workspace(folder, None, models, (), {model: f"models/{model}.yaml" for model in models}, {})
    today = datetime.now(UTC).date()
    evaluate(draft, workspace, {}, today)
    _insert(draft, "alerts", pd.DataFrame([_alert(n, one) for n, one in enumerate(conditions(draft, models, today))]))


def _alert(number: int, of: Condition) -> dict[str, Any]:
    names = ("model", "version", "signal", "feature", "severity", "since", "value", "limit", "method", "period_start",
             "period_end", "n")  # fmt: skip
    now = datetime.now(UTC).replace(tzinfo=None)
    held = {name: getattr(of, name) for name in names}
    return {**held, "alert_id": f"alert-{number}", "raised_at": now, "state": "open", "owner": "cy@example.com"}
