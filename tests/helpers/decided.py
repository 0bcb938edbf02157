"""A room with real decisions: LightGBM models trained here, their log, and a snapshot in which half are explained."""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import yaml

from watchroom.explain.contract import Explained, Limits
from watchroom.explain.process import Explainer
from watchroom.jobs.profile.step import profile_models
from watchroom.sources.decisions.duckdb_engine import DuckDBEngine
from watchroom.store.draft import Draft, refresh_lock
from watchroom.store.manifest import StoreFolder
from watchroom.store.schema import TABLES
from watchroom.workspace.load import load_workspace

MODEL = "card-fraud"
TITLE = "Card fraud"
LAST = date(2026, 10, 28)
DAYS = 28
PER_DAY = 20
CUTOFF = 0.4
NUMBERS = ("amount", "account_months", "tenure")
FEATURES = (*NUMBERS, "merchant", "night")
MERCHANTS = ("food", "travel", "games", "fuel")
SIGNATURE = [
    {"type": {"merchant": "string", "night": "boolean"}.get(name, "double"), "name": name, "required": True}
    for name in FEATURES
]
LIMITS = Limits(seconds=60, memory_mb=4096)

SPEC: dict[str, Any] = {
    "model": MODEL,
    "title": TITLE,
    "task": "binary",
    "decisions": {
        "path": "lake/decisions/*.parquet",
        "version": "model_version",
        "score": "score",
        "prediction": "prediction",
        "features": list(FEATURES),
        "groups": ["region"],
    },
    "outcomes": {"path": "lake/outcomes.parquet"},
    "reference": {"path": "lake/reference.parquet", "outcome": "label"},
}


@dataclass(frozen=True)
class Decided:
    """The workspace, its store, and the log as a frame. Ids with an even last digit are in the sample of version 1."""

    folder: Path
    log: pd.DataFrame

    @property
    def store(self) -> Path:
        return self.folder / "store"

    def row(self, prediction_id: str, version: int = 1) -> pd.Series[Any]:
        own = self.log[(self.log["prediction_id"] == prediction_id) & (self.log["model_version"] == version)]
        return own.iloc[0]

    def an_id(self, *, sampled: bool, version: int = 1, predicted: int | None = None) -> str:
        """The newest id that fits."""
        own = self.log[self.log["model_version"] == version]
        fits = own[own["prediction_id"].map(in_sample) == sampled]
        if predicted is not None:
            fits = fits[fits["prediction"] == predicted]
        return str(fits.sort_values("timestamp")["prediction_id"].iloc[-1])

    def disagreed(self) -> str:
        """An id that the two versions predicted differently."""
        wide = self.log.pivot_table(index="prediction_id", columns="model_version", values="prediction").dropna()
        return str(wide.index[wide[1] != wide[2]][0])


def in_sample(prediction_id: str) -> bool:
    return int(prediction_id[-1]) % 2 == 0


def decided(folder: Path) -> Decided:
    """A copy of the room under `folder`, for a test to change."""
    made = _made()
    shutil.copytree(made.folder, folder)
    return Decided(folder, made.log)


@cache
def _made() -> Decided:
    folder = Path(tempfile.mkdtemp(prefix="watchroom-decided-")) / "room"
    atexit.register(shutil.rmtree, folder.parent, ignore_errors=True)
    (folder / "models").mkdir(parents=True)
    (folder / "lake" / "decisions").mkdir(parents=True)
    (folder / "watchroom.yaml").write_text("mlflow: {tracking_uri: 'sqlite:///mlflow.db'}\n")
    (folder / "models" / f"{MODEL}.yaml").write_text(yaml.safe_dump(SPEC))
    store = StoreFolder(folder / "store")
    store.make()
    train = cases(1200, seed=1)
    boosters = {1: _trained(train, 30), 2: _trained(train.head(500), 8)}
    for version, booster in boosters.items():
        _save(booster, store.models / f"{MODEL}-{version}")
    log = _log(boosters)
    for day, rows in log.groupby(log["timestamp"].dt.date):
        rows.to_parquet(folder / "lake" / "decisions" / f"{day}.parquet", index=False)
    outcomes = log[(log["model_version"] == 1) & (log["timestamp"] < pd.Timestamp(LAST) - pd.Timedelta(days=5))]
    outcomes[["prediction_id", "label"]].to_parquet(folder / "lake" / "outcomes.parquet", index=False)
    shown = pd.concat([train.assign(**_answers(boosters[version], train), model_version=version) for version in (1, 2)])
    shown.to_parquet(folder / "lake" / "reference.parquet", index=False)
    _publish(folder, store, log, train)
    return Decided(folder, log)


def cases(n: int, *, seed: int) -> pd.DataFrame:
    """Inputs and what came true: numbers, a missing one, a category, a boolean, and a column that is no input."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "amount": rng.lognormal(4, 1, n).round(2),
            "account_months": rng.integers(0, 240, n),
            "tenure": np.where(rng.random(n) < 0.1, np.nan, rng.normal(5, 2, n).round(3)),
            "merchant": rng.choice(np.array(MERCHANTS, dtype=object), n),
            "night": rng.random(n) < 0.3,
            "region": rng.choice(np.array(["north", "south"], dtype=object), n),
        }
    )
    odds = 1.2 * np.log(frame["amount"] / 55) - frame["account_months"] / 120 + 0.9 * (frame["merchant"] == "games")
    chance = 1 / (1 + np.exp(-(odds + 0.8 * frame["night"])))
    return frame.assign(label=(rng.random(n) < chance).astype(int))


def _inputs(frame: pd.DataFrame) -> pd.DataFrame:
    merchant = pd.Categorical(frame["merchant"], categories=list(MERCHANTS))
    return frame[list(FEATURES)].assign(merchant=merchant, account_months=frame["account_months"].astype(float))


def _trained(frame: pd.DataFrame, trees: int) -> Any:
    import lightgbm

    options = {
        "objective": "binary",
        "num_leaves": 7,
        "min_data_in_leaf": 20,
        "verbose": -1,
        "seed": 1,
        "num_threads": 1,
    }
    return lightgbm.train(options, lightgbm.Dataset(_inputs(frame), frame["label"]), num_boost_round=trees)


def _save(booster: Any, folder: Path) -> None:
    """The folder as MLflow logs it, without MLflow, which takes seconds to load."""
    folder.mkdir(parents=True)
    booster.save_model(str(folder / "model.lgb"))
    flavors = {"lightgbm": {"data": "model.lgb", "model_class": "lightgbm.basic.Booster"},
               "python_function": {"data": "model.lgb", "loader_module": "mlflow.lightgbm"}}  # fmt: skip
    card = {"flavors": flavors, "signature": {"inputs": json.dumps(SIGNATURE), "outputs": None}}
    (folder / "MLmodel").write_text(yaml.safe_dump(card))


def _answers(booster: Any, frame: pd.DataFrame) -> dict[str, Any]:
    score = booster.predict(_inputs(frame))
    return {"score": score, "prediction": (score >= CUTOFF).astype(int)}


def _log(boosters: dict[int, Any]) -> pd.DataFrame:
    """Every decision by both versions: the second one in shadow."""
    frame = cases(DAYS * PER_DAY, seed=2)
    first = datetime(LAST.year, LAST.month, LAST.day) - timedelta(DAYS - 1)
    at = [first + timedelta(days=place // PER_DAY, minutes=60 * (place % PER_DAY)) for place in range(len(frame))]
    frame["prediction_id"] = [f"d-{place:05}" for place in range(len(frame))]
    frame["timestamp"] = pd.Series(at).astype("datetime64[us]")
    return pd.concat(
        [frame.assign(**_answers(booster, frame), model_version=version) for version, booster in boosters.items()],
        ignore_index=True,
    )


def _publish(folder: Path, store: StoreFolder, log: pd.DataFrame, train: pd.DataFrame) -> None:
    workspace = load_workspace(folder)
    spec = workspace.models[MODEL]
    with refresh_lock(store, 1.0), Draft(store) as draft, DuckDBEngine(draft.spill, memory_mb=512) as engine:
        for part in ("mlflow", "room", "explain", "ids", "health"):
            draft.fresh(part)
        _insert(draft, "model_versions", [_version(version) for version in (1, 2)])
        _insert(draft, "registry_events", [{"seq": 1, "seen_at": datetime(2026, 9, 2), "event": "alias_set",
                                            "model": MODEL, "version": 1, "name": "champion"}])  # fmt: skip
        profile_models(draft, workspace, engine)
        _insert(draft, "models", [{"model": MODEL, "file": f"models/{MODEL}.yaml", "registered": True, "title": TITLE,
                                   "task": "binary", "affects": [], "spec": spec.model_dump_json()}])  # fmt: skip
        _insert(draft, "aliases", [{"name": MODEL, "alias": "champion", "version": 1},
                                   {"name": MODEL, "alias": "challenger", "version": 2}])  # fmt: skip
        _insert(draft, "runs", [{"run_id": "r" * 32, "name": "grid-7", "commit": "0123abcd", "dirty": False,
                                 "start_time": datetime(2026, 9, 1, 8), "lifecycle_stage": "active"}])  # fmt: skip
        _insert(draft, "run_inputs", [{"run_id": "r" * 32, "name": "cards-2026-08", "digest": "d1g3st",
                                       "context": "training"}])  # fmt: skip
        _insert(draft, "approvals", [{"seq": 2, "at": datetime(2026, 9, 1, 12), "model": MODEL, "version": 1,
                                      "stage": "deploy", "actor": "rae@example.com", "role": "reviewer",
                                      "decision": "approved", "status": "valid"}])  # fmt: skip
        _explain(draft, store, log, train)
        draft.publish()


def _version(version: int) -> dict[str, Any]:
    return {"name": MODEL, "version": version, "run_id": "r" * 32, "created_at": datetime(2026, 9, version),
            "signature_inputs": json.dumps(SIGNATURE)}  # fmt: skip


def _insert(draft: Draft, table: str, rows: list[dict[str, Any]]) -> None:
    names = TABLES[table].column_names
    draft.insert(table, [[row.get(name) for name in names] for row in rows])


def _explain(draft: Draft, store: StoreFolder, log: pd.DataFrame, train: pd.DataFrame) -> None:
    """The even ids of version 1 and some rows of the reference, by the child that a refresh asks."""
    notes = [{"model": MODEL, "version": version, "key": key, "value": value} for version in (1, 2)
             for key, value in (("files", f"{MODEL}-{version}"), ("trust", "false"), ("task", "binary"))]  # fmt: skip
    _insert(draft, "explain_notes", notes)
    own = log[(log["model_version"] == 1) & log["prediction_id"].map(in_sample)].reset_index(drop=True)
    with Explainer.start(
        store.models / f"{MODEL}-1", task="binary", trust=False, background=None, limits=LIMITS
    ) as child:
        rows = child.explain(pa.Table.from_pandas(own))
        reference = child.explain(pa.Table.from_pandas(train.head(300)))
    _insert(draft, "explanations", [{"model": MODEL, "version": 1, "status": "explained", "flavor": "lightgbm",
                                     "method": "tree", "space": "log-odds", "rows": len(own), "reference_rows": 300,
                                     "what": "", "why": "", "next_step": "", "note": "",
                                     "explained_at": datetime(2026, 10, 29)}])  # fmt: skip
    known = set(pd.read_parquet(store.root.parent / "lake" / "outcomes.parquet")["prediction_id"])
    for frame, found, month in ((own, rows, LAST.replace(day=1)), (train.head(300), reference, None)):
        _insert(draft, "explained_decisions", _decisions(frame, found, month, known))
        _insert(draft, "explained_values", _values(frame, found, month))


def _decisions(frame: pd.DataFrame, found: Explained, month: date | None, known: set[str]) -> list[dict[str, Any]]:
    shift = 0 if month is None else 10_000
    told: list[dict[str, Any]] = []
    for place, row in enumerate(frame.to_dict("records")):
        key = {"model": MODEL, "version": 1, "month": month, "row": shift + place, "class": "1",
               "base_value": float(found.base[place]), "output": float(found.output[place])}  # fmt: skip
        if month is not None:
            text = row["prediction_id"]
            key |= {"prediction_id": text, "decided_at": row["timestamp"].to_pydatetime(), "score": row["score"],
                    "prediction": str(row["prediction"]),
                    "outcome": str(row["label"]) if text in known else None}  # fmt: skip
        told.append(key)
    return told


def _values(frame: pd.DataFrame, found: Explained, month: date | None) -> list[dict[str, Any]]:
    shift = 0 if month is None else 10_000
    told: list[dict[str, Any]] = []
    for name in sorted([*FEATURES, "region"]):
        column = found.features.index(name) if name in found.features else None
        for place, value in enumerate(frame[name]):
            text = value if isinstance(value, str) else None
            number = None if text is not None or value != value else float(value)
            told.append({"model": MODEL, "version": 1, "month": month, "feature": name, "row": shift + place,
                         "value": number, "text": text,
                         "shap": None if column is None else float(found.values[place, column])})  # fmt: skip
    return told
