"""A portfolio with a past: a model that goes well, one that went back and fails, one never approved, a dead end."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.helpers.snapshots import publish_rows
from watchroom.jobs.portfolio import fill_portfolio
from watchroom.store.draft import Draft, refresh_lock
from watchroom.store.manifest import StoreFolder
from watchroom.workspace.load import Workspace, load_workspace

NOW = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
TODAY = NOW.date()
HOSTILE = "<b>x</b> [l](https://evil.example) **y** " + "long-" * 30
WELL, BACK, NEVER = "well", "back", "never"

Rows = dict[str, list[dict[str, Any]]]


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def day(days: int) -> date:
    return TODAY - timedelta(days)


def rows() -> Rows:
    """`well` took over once, 80 days ago; `back` was released 60 days ago and went back after ten days."""
    return {
        "workspace": [
            {"key": "currency", "value": "EUR"},
            {"key": "time_zone", "value": "Europe/Vienna"},
            {"key": "compute_cost_per_hour", "value": "2.5"},
        ],
        "models": [
            _model(WELL, "Goes well", "Payments", "high"),
            _model(BACK, "Went back", "Claims", "medium"),
            _model(NEVER, HOSTILE, None, None),
        ],
        "owners": [{"model": WELL, "role": "reviewer", "person": "ines@example.com"}],
        "registered_models": [{"name": name} for name in (WELL, BACK, NEVER)],
        "model_versions": [
            _version(WELL, 1, 200), _version(WELL, 2, 90), _version(BACK, 1, 190), _version(BACK, 2, 65),
            _version(NEVER, 1, 40),
        ],
        "aliases": [{"name": name, "alias": "champion", "version": n} for name, n in ((WELL, 2), (BACK, 1))],
        "experiments": [
            {"experiment_id": str(n), "name": name, "lifecycle_stage": stage}
            for n, name, stage in (
                (1, "training", "active"), (2, "well/search", "active"), (3, HOSTILE, "active"), (4, "gone", "deleted"),
            )
        ],
        "runs": _runs(),
        "run_inputs": [
            {"run_id": run, "name": "customers", "digest": "c0ffee", "context": "training"}
            for run in ("well-2", "back-1")
        ],
        "volume": [
            *_decided(WELL, 1, 150, 81), *_decided(WELL, 2, 80, 0),
            *_decided(BACK, 1, 150, 61), *_decided(BACK, 2, 60, 51), *_decided(BACK, 1, 50, 0),
        ],
        "health": [
            {"model": WELL, "version": 2, "light": "stable"},
            {"model": BACK, "version": 1, "light": "failing", "reason": "failing: rmse is 9"},
        ],
        "approvals": [
            _approval(1, WELL, 2, 86, "approved"),
            _approval(2, NEVER, 1, 30, "rejected", note="**no** data sheet"),
        ],
        "value": [*_value(WELL, 900.0), *_value(BACK, -100.0)],
        "profile_features": [
            {"model": name, "version": n, "feature": "age", "kind": "number"} for name, n in ((WELL, 2), (BACK, 1))
        ],
    }  # fmt: skip


def _model(name: str, title: str, team: str | None, tier: str | None) -> dict[str, Any]:
    spec = '{"value": {"build_cost": 1000}}'
    return {"model": name, "title": title, "registered": True, "team": team, "tier": tier, "task": "regression",
            "spec": spec}  # fmt: skip


def _version(name: str, n: int, days: int) -> dict[str, Any]:
    return {"name": name, "version": n, "run_id": f"{name}-{n}", "created_at": ago(days)}


def _runs() -> list[dict[str, Any]]:
    made = [("well-1", 201), ("well-2", 91), ("back-1", 191), ("back-2", 66), ("never-1", 41)]
    more = [_run(f"s{n}", "2", 100, "FAILED" if n == 0 else "FINISHED") for n in range(3)]
    dead = [_run(f"d{n}", "3", 120, "FINISHED") for n in range(2)]
    deleted = [_run("x", "4", 120, "FINISHED"), {**_run("y", "3", 120, "FINISHED"), "lifecycle_stage": "deleted"}]
    return [*(_run(name, "1", days, "FINISHED") for name, days in made), *more, *dead, *deleted]


def _run(name: str, experiment: str, days: int, status: str) -> dict[str, Any]:
    start = datetime.combine(day(days), datetime.min.time())
    return {"run_id": name, "experiment_id": experiment, "status": status, "lifecycle_stage": "active",
            "start_time": start, "end_time": start + timedelta(hours=2)}  # fmt: skip


def _decided(name: str, version: int, first: int, last: int) -> list[dict[str, Any]]:
    return [
        {"model": name, "version": version, "day": day(n), "decisions": 10, "labelled": 5}
        for n in range(first, last - 1, -1)
    ]


def _approval(seq: int, model: str, version: int, days: int, decision: str, note: str = "") -> dict[str, Any]:
    return {"seq": seq, "at": ago(days), "model": model, "version": version, "stage": "deploy", "actor": "ines",
            "role": "reviewer", "decision": decision, "note": note or None, "status": "valid"}  # fmt: skip


def last_month() -> tuple[date, date]:
    end = TODAY.replace(day=1) - timedelta(1)
    return end.replace(day=1), end


def _value(model: str, net: float) -> list[dict[str, Any]]:
    first, last = last_month()
    row = {"model": model, "version": None, "period_start": first, "period_end": last, "decisions": 300,
           "labelled": 150, "benefit": net + 40, "estimated_benefit": 10.0, "run_cost": 50.0, "net": net}  # fmt: skip
    return [{**row, "grain": "month"}, {**row, "grain": "day", "period_end": first}]


def workspace(folder: Path) -> Workspace:
    """A workspace without files of models."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "watchroom.yaml").write_text("mlflow: {tracking_uri: 'sqlite:///mlflow.db'}\ncurrency: EUR\n")
    return load_workspace(folder)


def publish(store: Path, **changed: list[dict[str, Any]]) -> str:
    """Publish the sample as a refresh would have made it; what the step said."""
    publish_rows(store, {**rows(), **changed})
    return fill(store)


def fill(store: Path) -> str:
    folder = StoreFolder(store)
    with refresh_lock(folder, wait_seconds=5), Draft(folder) as draft:
        said = fill_portfolio(draft, workspace(store.parent / "workspace"))
        draft.publish()
    return said
