"""A workspace with logs for the tests of the profile step: files written as a team would, tables read as frames."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from watchroom.jobs.profile.step import ProfileResult, profile_models
from watchroom.sources.decisions.duckdb_engine import DuckDBEngine
from watchroom.sources.tracking.contract import Problem
from watchroom.store.draft import Draft, refresh_lock
from watchroom.store.manifest import StoreFolder
from watchroom.store.schema import TABLES, tables_of
from watchroom.workspace.load import load_workspace

MODEL = "claims"
FIRST = date(2026, 3, 1)

SPEC: dict[str, Any] = {
    "model": MODEL,
    "task": "binary",
    "decisions": {
        "path": "lake/decisions/*",
        "version": "model_version",
        "score": "score",
        "prediction": "prediction",
        "features": ["amount", "kind", "age"],
        "groups": ["region"],
    },
    "outcomes": {"path": "lake/outcomes/*", "timestamp": "known_at"},
    "reference": {"path": "lake/reference.parquet", "outcome": "label"},
}


def changed(**sections: Any) -> dict[str, Any]:
    """The usual model file with some sections changed; a section given as None is left out."""
    spec = json.loads(json.dumps(SPEC))
    for name, section in sections.items():
        if section is None:
            spec.pop(name, None)
        elif isinstance(section, Mapping) and isinstance(spec.get(name), dict):
            spec[name] = {**spec[name], **section}
        else:
            spec[name] = section
    return spec


def cases(n: int, *, seed: int = 1, first: date = FIRST, days: int = 1, version: int | None = 1) -> pd.DataFrame:
    """Decisions with all that can be odd about a value: missing, NaN, infinite, a new category."""
    rng = np.random.default_rng([seed, first.toordinal()])
    at = pd.Timestamp(first) + pd.to_timedelta(rng.integers(0, days * 86_400, n), unit="s")
    amount = rng.lognormal(3, 1, n).round(2)
    amount[rng.random(n) < 0.05] = np.nan
    amount[rng.random(n) < 0.01] = np.inf
    kind = rng.choice(np.array(["chip", "online", "abroad's", "new"], dtype=object), n, p=[0.5, 0.3, 0.15, 0.05])
    kind[rng.random(n) < 0.05] = None
    score = rng.beta(1, 6, n)
    frame = pd.DataFrame(
        {
            "prediction_id": [f"d{seed}-{first:%m%d}-{number:05d}" for number in range(n)],
            "timestamp": at.astype("datetime64[us]"),
            "amount": amount,
            "kind": kind,
            "age": rng.integers(18, 60, n),
            "region": rng.choice(["north", "south"], n),
            "score": score,
            "prediction": (score > 0.3).astype(int),
        }
    )
    return frame if version is None else frame.assign(model_version=version)


def labels(frame: pd.DataFrame, *, seed: int = 1, share: float = 0.7, days_later: int = 5) -> pd.DataFrame:
    """Outcomes for a share of some decisions."""
    rng = np.random.default_rng(seed)
    kept = frame[rng.random(len(frame)) < share]
    return pd.DataFrame(
        {
            "prediction_id": kept["prediction_id"],
            "label": (rng.random(len(kept)) < kept["score"]).astype(int),
            "known_at": kept["timestamp"] + pd.Timedelta(days=days_later),
        }
    )


def reference(n: int = 3000, versions: Iterable[int] = (1, 2)) -> pd.DataFrame:
    """A reference with the rows of each version."""
    parts = [cases(n, seed=90 + version, version=version) for version in versions]
    whole = pd.concat(parts, ignore_index=True)
    whole = whole[whole["kind"] != "new"]
    rng = np.random.default_rng(7)
    return whole.assign(
        label=(rng.random(len(whole)) < whole["score"]).astype(int),
        split=np.where(rng.random(len(whole)) < 0.3, "holdout", "train"),
    )


@dataclass(frozen=True)
class Profiled:
    """What one run of the step gave: its result, and every table of the profile as a frame."""

    result: ProfileResult
    tables: Mapping[str, pd.DataFrame]

    def __getitem__(self, table: str) -> pd.DataFrame:
        return self.tables[table]

    @property
    def problems(self) -> list[Problem]:
        return list(self.result.problems)

    def said(self) -> str:
        """All problems in one text."""
        return "\n".join(f"{one.severity} {one.place}: {one.what} {one.why} {one.next_step}" for one in self.problems)

    def days_counted(self, model: str = MODEL) -> set[date]:
        touched = self.result.touched.get(model)
        return set(touched.days) if touched else set()

    def days_joined(self, model: str = MODEL) -> set[date]:
        touched = self.result.touched.get(model)
        return set(touched.outcome_days) if touched else set()


@dataclass
class LogRoom:
    """A workspace folder; `profile` runs the step as a refresh does, and publishes."""

    folder: Path
    versions: tuple[int, ...] = (1, 2, 3)
    created: Mapping[int, datetime] = field(default_factory=dict)
    signature: str | None = None
    champions: tuple[tuple[datetime, int], ...] = ()
    """When a refresh saw which champion."""
    models: tuple[str, ...] = (MODEL,)

    def __post_init__(self) -> None:
        (self.folder / "models").mkdir(parents=True, exist_ok=True)
        (self.folder / "watchroom.yaml").write_text("mlflow: {tracking_uri: 'sqlite:///mlflow.db'}\n")

    def spec(self, spec: Mapping[str, Any] = SPEC, name: str = "claims.yaml") -> None:
        (self.folder / "models" / name).write_text(yaml.safe_dump(dict(spec)))

    def write(self, frame: pd.DataFrame, path: str, **options: Any) -> Path:
        target = self.folder / "lake" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.endswith(".csv"):
            frame.to_csv(target, index=False, **options)
        else:
            frame.to_parquet(target, index=False, **options)
        return target

    def profile(self, *, full: bool = False) -> Profiled:
        store = StoreFolder(self.folder / "store")
        workspace = load_workspace(self.folder)
        with refresh_lock(store, 1.0), Draft(store) as draft, DuckDBEngine(draft.spill, memory_mb=512) as engine:
            self._registry(draft)
            if full:
                draft.fresh("profile")
            result = profile_models(draft, workspace, engine)
            tables = {
                table.name: draft.connection.sql(f"from profile.{table.name}").df() for table in tables_of("profile")
            }
            draft.publish()
        return Profiled(result, tables)

    def afresh(self, target: Path) -> Profiled:
        """The same files profiled by somebody who has never seen them."""
        shutil.copytree(self.folder, target, ignore=shutil.ignore_patterns("store"))
        return LogRoom(target, self.versions, self.created, self.signature, self.champions, self.models).profile()

    def _registry(self, draft: Draft) -> None:
        draft.fresh("mlflow")
        draft.fresh("room")
        workspace = load_workspace(self.folder)
        blank = dict.fromkeys(TABLES["model_versions"].column_names)
        rows = [
            {
                **blank,
                "name": model,
                "version": version,
                "created_at": self.created.get(version, datetime(2026, 1, version)),
                "signature_inputs": self.signature,
            }
            for model in self.models
            for version in self.versions
        ]
        draft.insert("model_versions", [tuple(row.values()) for row in rows])
        events = [
            (place, at, None, "alias_set", model, version, None, "champion", None, None)
            for model in self.models
            for place, (at, version) in enumerate(self.champions)
        ]
        draft.insert("registry_events", events)
        nothing = dict.fromkeys(TABLES["models"].column_names)
        known = [
            {**nothing, "model": model, "file": file, "registered": True, "title": model, "affects": []}
            for model, file in workspace.files.items()
        ]
        draft.insert("models", [tuple(row.values()) for row in known])


def same(left: pd.DataFrame, right: pd.DataFrame) -> None:
    """Whether two tables hold the same rows, floats to twelve digits, in whatever order."""
    keys = list(left.columns)
    kept = [frame.astype(object).where(frame.notna(), None) for frame in (left, right)]
    ordered = [frame.sort_values(keys, key=lambda column: column.map(repr)).reset_index(drop=True) for frame in kept]
    pd.testing.assert_frame_equal(ordered[0], ordered[1], check_dtype=False, rtol=1e-9, atol=1e-12)
