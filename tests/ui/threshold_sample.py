"""A room of binary models with decisions by score: the usual one, and those that cannot have a best cut-off."""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tests.helpers.snapshots import publish_rows
from tests.ui.sample import HOSTILE, LONG
from watchroom.domain.bins import score_bin
from watchroom.jobs.value.cutoffs import find_cutoffs
from watchroom.store.draft import Draft, refresh_lock
from watchroom.store.manifest import StoreFolder
from watchroom.workspace.load import Workspace
from watchroom.workspace.model_file import ModelSpec

TODAY = datetime.now(UTC).date()
DAYS = 25
PER_DAY = 60
SHORT = 8
FIRST = TODAY - timedelta(DAYS)

VALUE = {"true_positive": 110, "false_positive": -40, "false_negative": 0, "true_negative": 0}
NAMES = {"predictions": {"1": "stopped", "0": "let through"}, "outcomes": {"1": "fraud", "0": "genuine"}}
DECISIONS = {"path": "lake/x.parquet", "prediction": "p", "score": "s", "groups": ["age_band"]}
OUTCOMES = {"path": "lake/y.parquet", "value": "label"}
BINARY: dict[str, Any] = {
    "task": "binary",
    "decisions": DECISIONS,
    "outcomes": OUTCOMES,
    "value": VALUE,
    "answer": NAMES,
}

HOSTILE_NAMES = {"predictions": {"1": HOSTILE, "0": HOSTILE}, "outcomes": {"1": HOSTILE}}


def raw(seed: int = 1, *, cutoff: float = 0.6, days: int = DAYS) -> pd.DataFrame:
    """Raw decisions of a calibrated model that is cut at `cutoff`; each fifth has no outcome yet."""
    rng = np.random.default_rng(seed)
    n = days * PER_DAY
    score = rng.beta(1, 3, n).round(2)
    frame = pd.DataFrame(
        {
            "day": [FIRST + timedelta(int(day)) for day in np.repeat(np.arange(days), PER_DAY)],
            "age_band": rng.choice(["young", "old", ""], n, p=[0.5, 0.49, 0.01]),
            "score": score,
            "predicted": np.where(score >= cutoff, "1", "0"),
            "outcome": np.where(rng.random(n) < score, "1", "0"),
        }
    )
    frame.loc[::5, "outcome"] = None
    return frame


def cells(model: str, frame: pd.DataFrame, version: int = 1, column: str = "age_band") -> list[dict[str, Any]]:
    """Raw decisions as rows of `profile_outcomes`: counted by day and cell, for all together and by group."""
    counted = frame.assign(
        score_bin=score_bin(frame["score"].fillna(0).to_numpy()), outcome=frame["outcome"].fillna("?"),
        predicted=frame["predicted"].fillna("?"),
    )  # fmt: skip
    rows = []
    for group_column, by in (("", []), (column, ["age_band"])):
        keys = [*by, "day", "score_bin", "predicted", "outcome"]
        sizes = counted.groupby(keys, as_index=False).size()
        for *group, day, place, predicted, outcome, n in sizes.itertuples(index=False):
            rows.append(
                {"model": model, "version": version, "day": day, "group_column": group_column,
                 "group_value": group[0] if group else "", "score_bin": int(place), "n": int(n),
                 "predicted": None if predicted == "?" else predicted, "outcome": None if outcome == "?" else outcome}
            )  # fmt: skip
    return rows


def specs() -> dict[str, dict[str, Any]]:
    """The models' files."""
    without = {key: value for key, value in VALUE.items() if key != "true_negative"}
    return {
        "card-fraud": {**BINARY, "title": "Card fraud"},
        "at-best": {**BINARY, "value": {**VALUE, "true_positive": 40}},
        "half-value": {**BINARY, "value": without},
        "no-value": {key: part for key, part in BINARY.items() if key != "value"},
        "all-stopped": BINARY,
        "no-predictions": BINARY,
        "unlabelled": BINARY,
        "few": BINARY,
        LONG: {**BINARY, "title": LONG, "answer": HOSTILE_NAMES, "decisions": {**DECISIONS, "groups": [HOSTILE]}},
        "no-score": {**BINARY, "decisions": {"path": "x.parquet", "prediction": "p"}},
        "no-outcome-file": {key: part for key, part in BINARY.items() if key != "outcomes"},
        "no-decisions": BINARY,
        "claims": {"task": "regression", "decisions": {"path": "x.parquet", "prediction": "p"}},
        "sorts": {"task": "multiclass", "decisions": {"path": "x.parquet", "prediction": "p"}},
        "no-task": {"decisions": {"path": "x.parquet", "prediction": "p"}},
        "no-log": {"task": "binary"},
    }  # fmt: skip


def decided() -> dict[str, pd.DataFrame]:
    """The raw decisions of version 1 of each model that has any."""
    usual, short = raw(), raw(4, days=SHORT)
    few = raw(2, days=3)
    few["outcome"] = few["outcome"].where(few.index != 1, "1").where(few["outcome"] != "1", "0")
    return {
        "card-fraud": usual,
        "at-best": raw(3, cutoff=0.5),
        "half-value": short,
        "no-value": short,
        "all-stopped": short.assign(predicted="1"),
        "no-predictions": short.assign(predicted=None),
        "unlabelled": short.assign(outcome=None),
        "few": few,
        LONG: short,
    }


def rows() -> dict[str, list[dict[str, Any]]]:
    """The rows of the room, without the cut-offs that the step finds."""
    files = {model: ModelSpec.model_validate({"model": model, **given}) for model, given in specs().items()}
    made = decided()
    columns = {model: HOSTILE if model == LONG else "age_band" for model in made}
    outcomes = [row for model, frame in made.items() for row in cells(model, frame, column=columns[model])]
    shadow = cells("card-fraud", raw(7, days=10), version=2)
    served = [(model, day) for model, frame in made.items() for day in sorted(set(frame["day"]))]
    return {
        "workspace": [{"key": "currency", "value": "EUR"}, {"key": "time_zone", "value": "UTC"}],
        "models": [
            {"model": model, "title": file.title or model, "registered": True, "file": f"models/{model[:20]}.yaml",
             "task": file.task, "spec": file.model_dump_json()}
            for model, file in files.items()
        ] + [{"model": "no-file", "title": "No file", "registered": True}],
        "aliases": [{"name": model, "alias": "champion", "version": 1} for model in made],
        "model_versions": [{"name": "card-fraud", "version": 2}] + [{"name": model, "version": 1} for model in made],
        "volume": [{"model": model, "version": 1, "day": day, "decisions": PER_DAY} for model, day in served]
        + [{"model": "card-fraud", "version": 2, "day": FIRST, "decisions": PER_DAY}],
        "profile_outcomes": [*outcomes, *shadow],
        "value_serving": [{"model": model, "version": 1, "day": day, "decisions": PER_DAY} for model, day in served],
    }  # fmt: skip


def threshold(store: Path) -> None:
    """Publish the room; it is made once and copied."""
    shutil.copytree(_published(), store)


def workspace(made: dict[str, list[dict[str, Any]]], folder: Path) -> Workspace:
    """The workspace whose files the rows tell of."""
    models = {
        row["model"]: ModelSpec.model_validate(json.loads(row["spec"])) for row in made["models"] if "spec" in row
    }
    return Workspace(folder, None, models, (), {model: f"models/{model}.yaml" for model in models}, {})


@cache
def _published() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="watchroom-threshold-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    made = rows()
    publish_rows(folder / "store", made)
    with refresh_lock(StoreFolder(folder / "store"), 5), Draft(StoreFolder(folder / "store")) as draft:
        find_cutoffs(draft, workspace(made, folder))
        draft.publish()
    return folder / "store"
