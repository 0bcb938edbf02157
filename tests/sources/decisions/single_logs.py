"""Logs for the tests of single decisions, and what plain pandas makes of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from watchroom.sources.decisions.contract import DecisionLog, Files, OutcomeLog, id_digest
from watchroom.sources.decisions.duckdb_engine import DuckDBEngine

LOG = DecisionLog(
    "id",
    "at",
    "version",
    "binary",
    score="score",
    prediction="prediction",
    features=(("amount", "number"), ("kind", "category"), ("new", "boolean")),
    groups=("region", "kind"),
)
OUTCOMES = OutcomeLog("id", "label", "known_at")


def cases(n: int, *, first: str = "2026-03-01", days: int = 50, seed: int = 1) -> pd.DataFrame:
    """Decisions of two versions in the order of nothing."""
    rng = np.random.default_rng(seed)
    score = rng.random(n).round(4)
    return pd.DataFrame(
        {
            "id": [f"d{seed}-{number}" for number in range(n)],
            "at": (pd.Timestamp(first) + pd.to_timedelta(rng.integers(0, days * 86_400, n), unit="s")).astype(
                "datetime64[us]"
            ),
            "version": rng.integers(1, 3, n),
            "score": score,
            "prediction": (score > 0.5).astype(int),
            "amount": rng.lognormal(3, 1, n).round(2),
            "kind": rng.choice(np.array(["chip", "online", "abroad's", None], dtype=object), n),
            "new": rng.random(n) < 0.5,
            "region": rng.choice(["north", "south"], n),
        }
    )


def labels(frame: pd.DataFrame, share: float = 0.7) -> pd.DataFrame:
    """Outcomes for some of the decisions."""
    rng = np.random.default_rng(3)
    kept = frame[rng.random(len(frame)) < share].drop_duplicates("id")
    told = (rng.random(len(kept)) < kept["score"]).astype(int)
    return pd.DataFrame({"id": kept["id"], "label": told, "known_at": pd.Timestamp("2026-06-01").as_unit("us")})


def write(folder: Path, frames: dict[str, pd.DataFrame]) -> None:
    """Each frame as the file of that name."""
    for name, frame in frames.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith(".csv"):
            frame.to_csv(target, index=False)
        else:
            frame.to_parquet(target, index=False)


def files(engine: DuckDBEngine, folder: Path) -> Files:
    """All files below `decisions` and `outcomes`."""
    found = [engine.files(f"{folder}/{name}/*", str(folder)) for name in ("decisions", "outcomes")]
    decided, told = (tuple(engine.shape(file) for file in some) for some in found)
    return Files(decided, told)


def days_of(frame: pd.DataFrame) -> frozenset[date]:
    return frozenset(frame["at"].dt.date)


def bottom(frame: pd.DataFrame, rows: int, *, by_month: bool = True) -> set[tuple[int, Any, str]]:
    """Version, month and id of the sample, the plain way."""
    month = frame["at"].dt.strftime("%Y-%m") if by_month else pd.Series("", index=frame.index)
    one = frame.assign(month=month, digest=frame["id"].map(id_digest)).drop_duplicates(["version", "month", "id"])
    first = one.sort_values(["digest", "id"]).groupby(["version", "month"]).head(rows)
    return set(zip(first["version"], first["month"], first["id"], strict=True))


def last_rows(frame: pd.DataFrame, keys: Sequence[str] = ("version", "id")) -> pd.DataFrame:
    """The last row by time of each key."""
    return frame.sort_values("at", kind="stable").drop_duplicates(list(keys), keep="last")


def ids_of(rows: Iterable[dict[str, Any]]) -> list[str]:
    return [row["@id"] for row in rows]
