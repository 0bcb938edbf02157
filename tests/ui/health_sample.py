"""Rooms with health in them, made as a refresh makes them: one of each kind of model, and one of each lack."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.health_room import publish, spec, tables
from benchmarks.health_rows import Frames, Plan
from tests.ui.sample import HOSTILE, LONG
from watchroom.workspace.model_file import ModelSpec

FRAUD = Plan("card-fraud", version=2, drifting=2, drift_age=50, days=70, numbers=3, categories=2, labelled_after=8,
             names=("amount", "device_trust"))  # fmt: skip
BIKES = Plan("bike-demand", task="regression", days=400, numbers=2, categories=1, seasonal=1, per_day=120)
TICKETS = Plan("ticket-routing", task="multiclass", days=30, numbers=2, categories=1)
TIMED = Plan("timed", days=30, numbers=2, categories=1, timed=True)
TINY = Plan("tiny", days=9, per_day=6, numbers=1, categories=1)
UNLABELLED = Plan("unlabelled", days=30, numbers=2, categories=1, labelled_after=5000)
ODD = Plan(LONG, drifting=1, days=30, numbers=2, categories=1, names=(HOSTILE,))
PLANS = (FRAUD, BIKES, TICKETS, TIMED, TINY, UNLABELLED, ODD)


def rows() -> Frames:
    """The rows of the whole room."""
    specs = {plan.model: spec(plan) for plan in PLANS}
    specs["unlabelled"] = {
        key: given for key, given in specs["unlabelled"].items() if key not in ("outcomes", "value")
    } | {"monitor": {}}
    specs["bike-demand"]["value"] = {"per_unit_error": {"over": -0.4, "under": -1.5}}
    found = tables(PLANS, specs)
    bare = [("no-file", None), ("no-log", {}), ("no-decisions", {"decisions": {"path": "lake/none/*.parquet"}})]
    found["models"] = pd.concat([found["models"], pd.DataFrame([_bare(*one) for one in bare])], ignore_index=True)
    found["workspace"] = pd.DataFrame([("currency", "EUR"), ("time_zone", "Europe/London")], columns=["key", "value"])
    return found


def _bare(model: str, given: dict[str, Any] | None) -> dict[str, Any]:
    file = None if given is None else ModelSpec.model_validate({"model": model, **given})
    return {
        "model": model,
        "title": model.replace("-", " ").capitalize(),
        "registered": True,
        "file": None if file is None else f"models/{model}.yaml",
        "spec": None if file is None else file.model_dump_json(),
    }


def health(store: Path, change: Callable[[Frames], None] | None = None) -> None:
    """Publish the room; changed by `change` before, if given. As it is, it is made once and copied."""
    if change is None:
        shutil.copytree(_published(), store)
        return
    found = {name: frame.copy() for name, frame in rows().items()}
    change(found)
    publish(store, found)


@cache
def _published() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="watchroom-health-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    publish(folder / "store", rows())
    return folder / "store"
