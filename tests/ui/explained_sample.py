"""A room with explanations in it: a classifier with two versions and a year, a regression, and one of each lack."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from tests.helpers.explained import Explained, Rows, explained_rows, months_before, refused_row, served
from tests.helpers.snapshots import publish_rows
from tests.ui.sample import HOSTILE, LONG
from watchroom.workspace.model_file import ModelSpec

TODAY = datetime.now(UTC).date()
MONTHS = months_before(TODAY, 4)
"""The last of them has decisions up to its 28th: some lie after the snapshot, as in no log; periods end before them."""

PER_MONTH = 300

MODELS: dict[str, str] = {"card-fraud": "binary", "claims-severity": "regression", LONG: "binary",
                          "refused": "binary", "not-yet": "binary", "no-log": "binary"}  # fmt: skip


def rows() -> Rows:
    """The rows of the whole room."""
    tables: Rows = {
        "models": [_model(name, task) for name, task in MODELS.items()],
        "aliases": [
            {"name": name, "alias": "champion", "version": 2 if name == "card-fraud" else 1} for name in MODELS
        ],
        "model_versions": [{"name": name, "version": 1, "created_at": datetime(2026, 1, 1)} for name in MODELS],
        "workspace": [{"key": "time_zone", "value": "Europe/London"}],
    }
    for found in (_fraud(), _claims(), _odd()):
        for name, some in found.items():
            tables.setdefault(name, []).extend(some)
    tables["model_versions"].append({"name": "card-fraud", "version": 2, "created_at": datetime(2026, 2, 1)})
    tables["explanations"].append(refused_row("refused", 1))
    return tables


def _model(name: str, task: str) -> dict[str, Any]:
    given: dict[str, Any] = {
        "model": name,
        "task": task,
        "title": None if name == LONG else name.replace("-", " ").capitalize(),
    }
    if name != "no-log":
        given |= {
            "decisions": {"path": "lake/*.parquet"},
            "outcomes": {"path": "lake/o.parquet", "value": "claim_cost"},
        }
    spec = ModelSpec.model_validate(given)
    return {"model": name, "title": given["title"] or name, "task": task, "registered": True,
            "file": f"models/{name[:20]}.yaml", "spec": spec.model_dump_json()}  # fmt: skip


def _fraud() -> Rows:
    """Version 1, and version 2 whose last month leans on `tenure` where it leant on `amount`."""
    first = {month: served(n, PER_MONTH, month) for n, month in enumerate([None, *MONTHS[:2]])}
    second = {month: served(10 + n, PER_MONTH, month, tilt=0.1) for n, month in enumerate([None, *MONTHS])}
    second[MONTHS[-1]] = served(20, PER_MONTH, MONTHS[-1], tilt=0.9)
    return explained_rows("card-fraud", {1: first, 2: second})


def _claims() -> Rows:
    months = {month: claims(30 + n, month) for n, month in enumerate([None, *MONTHS])}
    facts = {"flavor": "sklearn", "space": "units", "method": "permutation",
             "note": "Sampled against 200 rows of the reference, at most 300 rows a month."}  # fmt: skip
    return explained_rows("claims-severity", {1: months}, **facts)


def claims(seed: int, month: date | None, n: int = PER_MONTH) -> Explained:
    """A month of a regression: one input bends, one is a category with a rare value, one does nothing."""
    rng = np.random.default_rng(seed)
    estimate, age = rng.lognormal(7, 0.8, n), rng.uniform(18, 90, n)
    part = np.array(["back", "hand", "head", "leg"], dtype=object)[rng.choice(4, n, p=[0.3, 0.4, 0.05, 0.25])]
    shap = {
        "first_estimate": 0.5 * (estimate - np.exp(7)),
        "driver_age": (np.abs(age - 50) - 18) ** 2 / 2 - 60,
        "body_part": np.array([{"back": 150.0, "hand": -90.0, "head": 400.0, "leg": 0.0}[one] for one in part]),
        "constant": np.zeros(n),
    }
    inputs = {"first_estimate": estimate, "driver_age": age, "body_part": part, "constant": np.ones(n)}
    score = None
    ids = [] if month is None else [f"c-{month:%y%m}-{place:05}" for place in range(n)]
    first = None if month is None else datetime.combine(month, datetime.min.time())
    return Explained(inputs, shap, base=1500.0, first=first, ids=ids, score=score)


def _odd() -> Rows:
    """Names from outside that are long or would be markup."""
    found = served(50, 120, MONTHS[-1])
    inputs = {_renamed(name): values for name, values in found.inputs.items()}
    shap = {_renamed(name): values for name, values in found.shap.items()}
    changed = Explained(inputs, shap, found.base, found.first, found.ids, found.score, found.prediction, found.outcome,
                        found.klass)  # fmt: skip
    facts = {"status": "partial", "what": "The newest month could not be explained.", "why": "It took too long.",
             "next_step": "Lower `explain.rows_per_month`."}  # fmt: skip
    return explained_rows(LONG, {1: {MONTHS[-1]: changed}}, **facts)


def _renamed(name: str) -> str:
    return {"amount": HOSTILE, "tenure": f"a-{'very-' * 20}long-input"}.get(name, name)


def explanations(store: Path, **changed: list[dict[str, Any]]) -> None:
    """Publish the room, some of its tables replaced. As it is, it is made once and copied."""
    if changed or store.exists():
        publish_rows(store, {**rows(), **changed})
    else:
        shutil.copytree(_published(), store)


@cache
def _published() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="watchroom-explained-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    publish_rows(folder / "store", rows())
    return folder / "store"
