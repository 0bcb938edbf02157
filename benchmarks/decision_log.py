"""A decision log to measure with: twenty numbers and five categories a decision, a Parquet file for each day."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

DAYS = 30
REFERENCE_ROWS = 100_000
NUMBERS, CATEGORIES = 20, 5
FIRST = date(2026, 3, 1)

FEATURES = tuple([f"n{place:02d}" for place in range(NUMBERS)] + [f"c{place}" for place in range(CATEGORIES)])

_SPEC = """\
model: million
task: binary
decisions:
  path: lake/decisions/*.parquet
  version: model_version
  score: score
  prediction: prediction
  features: [{features}]
reference: {{path: lake/reference.parquet}}
"""


def workspace(folder: Path, rows: int) -> Path:
    """A workspace over a log of so many decisions; made once, and kept."""
    if not (folder / "watchroom.yaml").exists():
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "lake" / "decisions").mkdir(parents=True)
        (folder / "models").mkdir()
        (folder / "models" / "million.yaml").write_text(_SPEC.format(features=", ".join(FEATURES)))
        _write(REFERENCE_ROWS, DAYS, folder / "lake" / "reference.parquet")
        for day in range(DAYS):
            _write(rows // DAYS, day, folder / "lake" / "decisions" / f"{day:02d}.parquet")
        (folder / "watchroom.yaml").write_text("mlflow: {tracking_uri: 'sqlite:///mlflow.db'}\n")
    return folder


def _write(rows: int, day: int, file: Path) -> None:
    rng = np.random.default_rng(day)
    second = rng.integers(0, 86_400, rows).astype("timedelta64[s]")
    score = rng.beta(1, 6, rows)
    columns = {
        "prediction_id": pa.array([f"{day:02d}-{number:07d}" for number in range(rows)]),
        "timestamp": pa.array((np.datetime64(FIRST + timedelta(days=day), "us") + second).astype("datetime64[us]")),
        "model_version": pa.array(np.ones(rows, dtype=np.int32)),
        "score": pa.array(score),
        "prediction": pa.array((score > 0.3).astype(np.int8)),
    }
    for place in range(NUMBERS):
        columns[f"n{place:02d}"] = pa.array(_numbers(rng, place, rows), mask=rng.random(rows) < 0.02)
    for place in range(CATEGORIES):
        kinds = np.array([f"category {number}" for number in range(5 + 8 * place)], dtype=object)
        columns[f"c{place}"] = pa.array(kinds[np.minimum(rng.geometric(0.2, rows) - 1, len(kinds) - 1)])
    pq.write_table(pa.table(columns), file)


def _numbers(rng: np.random.Generator, place: int, rows: int) -> np.ndarray:  # type: ignore[type-arg]
    """By turns a bell, a long tail, a flat one, a skewed one, and whole numbers; as logs are, with few digits."""
    match place % 5:
        case 0:
            return rng.normal(0, 1, rows).round(3)
        case 1:
            return rng.lognormal(3, 1, rows).round(2)
        case 2:
            return rng.uniform(0, 100, rows).round(2)
        case 3:
            return rng.gamma(2, 2, rows)
        case _:
            return rng.integers(0, 40, rows).astype(np.float64)
