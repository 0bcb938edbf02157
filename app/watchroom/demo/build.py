"""Building the demo workspace from end to end: the five worlds are trained, logged, registered, served and signed.

Each step is in a module of its own; here is their order, and what is reported.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from watchroom.demo.approvals import EVIDENCE_CHANGED, ApprovalToSign, collect, sign
from watchroom.demo.evidence import REPORT, evidence_path, regenerate, write_evidence
from watchroom.demo.files import (
    clear_workplaces,
    move_into_place,
    prepare,
    read_marker,
    workplace,
    write_marker,
)
from watchroom.demo.mishaps import mishaps
from watchroom.demo.people import act
from watchroom.demo.plan import SERVED_DAYS, Plan
from watchroom.demo.registry import move_paths, register, set_times
from watchroom.demo.serving import serve, write
from watchroom.demo.sessions import Built, work
from watchroom.demo.tracking import Tracking, quiet_mlflow
from watchroom.demo.training import one_thread
from watchroom.demo.worlds import DRIFT_STARTS, WORLDS
from watchroom.workspace.load import load_workspace

Progress = Callable[[str, float], None]
"""Called with what is being done, and how much of the whole is done (0 to 1)."""


@dataclass(frozen=True)
class DemoReport:
    """What was built. `drift_starts` has the day (UTC) on which a model's inputs begin to drift, None for never."""

    folder: Path
    end: date
    scale: float
    seed: int
    decisions: dict[str, int]
    drift_starts: dict[str, date | None]
    approvals: int
    seconds: float


def _silent(step: str, done: float) -> None:
    """No progress is shown."""


def build(
    folder: Path, *, end: date | None = None, scale: float = 1.0, seed: int = 7, progress: Progress = _silent
) -> DemoReport:
    """Make `folder` a demo workspace: its text files, an MLflow store, logs, evidence, and sign-offs in the ledger.

    The logs hold the six months before `end` (default: today in UTC) and nothing after its midnight. Data and models
    are the same for the same `end`, `scale` and `seed`; MLflow's ids are not. A demo that is there is replaced, its
    ledger is kept. Raises `WorkspaceError` when the folder holds something else, `LedgerError` when its ledger cannot
    be written.
    """
    begun, folder = time.monotonic(), folder.resolve()
    plan = Plan(end or datetime.now(UTC).date(), scale, seed)
    prepare(folder)
    with workplace(folder) as place:
        decisions = _build_in(place, folder, plan, progress)
        given = collect(place, plan, WORLDS)
        regenerate(place, EVIDENCE_CHANGED, _champion(EVIDENCE_CHANGED))
        progress("Signing", 0.97)
        move_into_place(place, folder)
    workspace = load_workspace(folder)
    signed = sign(workspace.ledger, given)
    act(workspace.ledger, workspace, plan)
    clear_workplaces(folder)
    write_marker(folder, _facts(plan, given))
    progress("Done", 1.0)
    return DemoReport(folder, plan.end, scale, seed, decisions, drift_dates(plan), signed, time.monotonic() - begun)


def approvals(folder: Path) -> list[ApprovalToSign]:
    """The sign-offs of the demo in the folder, with the evidence's digests as they were signed; oldest first.

    Raises `WorkspaceError` when no complete demo is there.
    """
    return [ApprovalToSign.from_json(kept) for kept in read_marker(folder)["approvals"]]


def drift_dates(plan: Plan) -> dict[str, date | None]:
    """The day on which each model's inputs begin to drift; None for those that never do."""
    return {model: None if days is None else plan.day(days) for model, days in DRIFT_STARTS.items()}


def _build_in(place: Path, folder: Path, plan: Plan, progress: Progress) -> dict[str, int]:
    """Everything that is derived, under `place`, with the paths it will have under `folder`; decisions by model."""
    for name in ("mlflow", "lake", "evidence"):
        (place / name).mkdir()
    database, artifacts = place / "mlflow" / "mlflow.db", place / "mlflow" / "artifacts"
    progress("Starting MLflow", 0.02)
    decisions: dict[str, int] = {}
    with one_thread(), quiet_mlflow(f"sqlite:///{database.as_posix()}") as client:
        tracking = Tracking(client, artifacts)
        built: dict[str, dict[int, Built]] = {}
        for number, world in enumerate(WORLDS):
            progress(f"Training {world.model}", 0.1 + 0.17 * number)
            lake = place / "lake" / world.model
            built[world.model] = versions = work(plan, world, tracking, lake)
            register(client, world, versions)
            progress(f"Serving {world.model}", 0.21 + 0.17 * number)
            models = {version: one.fitted for version, one in versions.items()}
            decisions[world.model] = write(serve(plan, world, models, versions[world.champion].data), lake)
            for one in versions.values():
                write_evidence(place, plan, world, one)
        mishaps(plan, WORLDS, built, tracking)
    set_times(database, plan, WORLDS)
    move_paths(database, artifacts, place, folder)
    return decisions


def _champion(model: str) -> int:
    return next(world.champion for world in WORLDS if world.model == model)


def _facts(plan: Plan, given: list[ApprovalToSign]) -> dict[str, Any]:
    starts = {model: day.isoformat() if day else None for model, day in drift_dates(plan).items()}
    return {
        "end": plan.end.isoformat(),
        "first_day": plan.day(SERVED_DAYS).isoformat(),
        "seed": plan.seed,
        "scale": plan.scale,
        "drift_starts": starts,
        "evidence_changed": evidence_path(EVIDENCE_CHANGED, _champion(EVIDENCE_CHANGED), REPORT),
        "approvals": [one.as_json() for one in given],
    }
