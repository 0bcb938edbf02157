"""A workspace with logs and really trained models, for the tests of the explain step."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np
import pandas as pd

from tests.jobs.profile_room import MODEL, LogRoom, changed
from watchroom.explain.contract import Limits
from watchroom.jobs.explain.files import remove_unused
from watchroom.jobs.explain.step import ExplainResult, explain_models
from watchroom.jobs.profile.step import Touched, profile_models
from watchroom.sources.decisions.duckdb_engine import DuckDBEngine
from watchroom.sources.tracking.files import FileSource
from watchroom.store.draft import Draft, refresh_lock
from watchroom.store.manifest import StoreFolder
from watchroom.store.schema import TABLES, tables_of
from watchroom.workspace.load import load_workspace

FEATURES = ("amount", "kind", "age")
SPEC = changed(explain={"rows_per_month": 200, "background": 50})
LIMITS = Limits(seconds=120, memory_mb=4096)


def inputs(frame: pd.DataFrame) -> pd.DataFrame:
    """What the model is given: a kind that it was not trained on is one that it does not know."""
    given = frame[list(FEATURES)].copy()
    known = given["kind"].where(given["kind"] != "new", None)
    given["kind"] = pd.Categorical(known, categories=["abroad's", "chip", "online"])
    return given


@cache
def trained(seed: int) -> lgb.Booster:
    """A model of the claims, another one for each seed."""
    from tests.jobs.profile_room import cases

    frame = cases(1500, seed=70 + seed)
    weight = 0.02 if seed % 2 else 0.2
    target = (np.nan_to_num(frame["amount"], posinf=0) * 0.03 + weight * frame["age"]) > 4 + 10 * weight * 3
    data = lgb.Dataset(inputs(frame), target.astype(int))
    params = {"objective": "binary", "num_leaves": 7, "verbose": -1, "num_threads": 1, "seed": seed}
    return lgb.train(params, data, num_boost_round=10)


def save_model(folder: Path, booster: lgb.Booster) -> Path:
    """The model as MLflow saves it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # MLflow warns of its own type hints when it is imported
        import mlflow
        from mlflow.models import ModelSignature
        from mlflow.types.schema import ColSpec, Schema

        columns = [ColSpec("double", "amount"), ColSpec("string", "kind"), ColSpec("long", "age")]
        signature = ModelSignature(Schema(columns), Schema([ColSpec("double")]))
        mlflow.lightgbm.save_model(booster, str(folder), signature=signature, pip_requirements=["lightgbm"])
    return folder


@dataclass(frozen=True)
class Refreshed:
    """What one refresh gave: what was counted and explained, and the tables of the part `explain`."""

    touched: Mapping[str, Touched]
    result: ExplainResult
    tables: Mapping[str, pd.DataFrame]

    def __getitem__(self, table: str) -> pd.DataFrame:
        return self.tables[table]

    def said(self) -> str:
        """All problems in one text."""
        return "\n".join(f"{one.place}: {one.what} {one.why} {one.next_step}" for one in self.result.problems)


@dataclass
class ExplainRoom:
    """A workspace; `refresh` counts and explains as a refresh does, and publishes."""

    logs: LogRoom
    locations: dict[int, Path] = field(default_factory=dict)
    """Where each version's files are."""
    limits: Limits = LIMITS
    signatures: Mapping[int, str] = field(default_factory=dict)
    """What a version's signature says in place of the usual inputs."""

    @property
    def folder(self) -> Path:
        return self.logs.folder

    def log_model(self, version: int, seed: int | None = None) -> None:
        """Log a version's model."""
        self.locations[version] = save_model(
            self.folder / "mlruns" / f"v{version}", trained(version if seed is None else seed)
        )

    def refresh(self, *, full: bool = False) -> Refreshed:
        store = StoreFolder(self.folder / "store")
        workspace = load_workspace(self.folder)
        source = FileSource(self.folder / "mlruns", ["*"])
        with refresh_lock(store, 1.0), Draft(store) as draft, DuckDBEngine(draft.spill, memory_mb=512) as engine:
            self.logs._registry(draft)
            self._locate(draft)
            for part in ("profile", "explain") if full else ():
                draft.fresh(part)
            profiled = profile_models(draft, workspace, engine)
            result = explain_models(draft, workspace, (engine, source), profiled.touched, self.limits)
            tables = {
                table.name: draft.connection.sql(f'from explain."{table.name}"').df() for table in tables_of("explain")
            }
            draft.publish()
            remove_unused(store, result.files)
        return Refreshed(profiled.touched, result, tables)

    def afresh(self, target: Path) -> Refreshed:
        """The same files explained by somebody who has never seen them."""
        shutil.copytree(self.folder, target, ignore=shutil.ignore_patterns("store"))
        logs = LogRoom(target, self.logs.versions, signature=self.logs.signature, champions=self.logs.champions)
        located = {version: target / path.relative_to(self.folder) for version, path in self.locations.items()}
        return ExplainRoom(logs, located).refresh()

    def _locate(self, draft: Draft) -> None:
        """The registry's word of where the files are."""
        names = TABLES["model_versions"].column_names
        rows = draft.connection.execute("select * from mlflow.model_versions").fetchall()
        draft.connection.execute("delete from mlflow.model_versions")
        draft.insert("model_versions", [tuple(self._with_source(dict(zip(names, row, strict=True)))) for row in rows])

    def _with_source(self, row: dict[str, Any]) -> list[Any]:
        place = self.locations.get(row["version"])
        usual = '[{"name": "amount"}, {"name": "kind"}, {"name": "age"}]' if place else None
        signature = self.signatures.get(row["version"], usual)
        return list({**row, "source": place.as_uri() if place else None, "signature_inputs": signature}.values())


def ids_of(table: pd.DataFrame, month: date | None = None) -> set[str]:
    """The ids of the explained decisions, of a month or of all."""
    own = table if month is None else table[table["month"] == pd.Timestamp(month)]
    return set(own["prediction_id"].dropna())


__all__ = ["FEATURES", "MODEL", "SPEC", "ExplainRoom", "Refreshed", "ids_of", "inputs", "trained"]
