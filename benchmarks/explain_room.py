"""A workspace with one model and its log, profiled and ready for the explain step: what a refresh has before it."""

from __future__ import annotations

import resource
import shutil
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd

from watchroom.explain.contract import Limits
from watchroom.jobs.explain.step import explain_models
from watchroom.jobs.profile.step import profile_models
from watchroom.sources.decisions.duckdb_engine import DuckDBEngine
from watchroom.sources.tracking.files import FileSource
from watchroom.store.draft import Draft, refresh_lock
from watchroom.store.manifest import StoreFolder
from watchroom.store.schema import TABLES
from watchroom.workspace.load import load_workspace

MODEL = "explained"
FIRST = datetime(2026, 3, 1)

_SPEC = """\
model: {model}
task: regression
decisions:
  path: lake/*.parquet
  id: prediction_id
  timestamp: timestamp
  version: model_version
  prediction: prediction
  features: [{features}]
explain: {{rows_per_month: {rows}}}
"""


def write(folder: Path, rows: pd.DataFrame) -> Path:
    """The workspace with all of the rows as the decisions of one month."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "models").mkdir(parents=True)
    (folder / "lake").mkdir()
    (folder / "watchroom.yaml").write_text("mlflow: {tracking_uri: mlruns}\n")
    text = _SPEC.format(model=MODEL, features=", ".join(rows.columns), rows=len(rows))
    (folder / "models" / f"{MODEL}.yaml").write_text(text)
    at = pd.Timestamp(FIRST) + pd.to_timedelta(np.arange(len(rows)), unit="m")
    log = rows.assign(
        prediction_id=[f"p{number:07}" for number in range(len(rows))],
        timestamp=at.astype("datetime64[us]"),
        model_version=1,
        prediction=0.0,
    )
    log.to_parquet(folder / "lake" / "decisions.parquet", index=False)
    return folder


def explain(folder: Path, model: Path, limits: Limits) -> tuple[float, int]:
    """Profile the log, then explain it: the CPU seconds of the explain step with its child, and its rows."""
    workspace, store = load_workspace(folder), StoreFolder(folder / "store")
    shutil.rmtree(store.root, ignore_errors=True)
    source = FileSource(folder / "mlruns", ["*"])
    with refresh_lock(store, 1.0), Draft(store) as draft, DuckDBEngine(draft.spill, memory_mb=512) as engine:
        blank = dict.fromkeys(TABLES["model_versions"].column_names)
        version = {**blank, "name": MODEL, "version": 1, "created_at": FIRST, "source": model.as_uri()}
        draft.insert("model_versions", [tuple(version.values())])
        profiled = profile_models(draft, workspace, engine)
        before = _cpu()
        found = explain_models(draft, workspace, (engine, source), profiled.touched, limits)
        taken = _cpu() - before
        if found.problems:
            raise RuntimeError(f"Not explained: {found.problems[0]}")
    return taken, found.rows


def _cpu() -> float:
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
