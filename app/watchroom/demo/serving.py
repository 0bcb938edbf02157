"""Serving the demo's models: six months of decisions by the version that was live, shadow scores, late outcomes.

Frames in, frames out, and at the end the Parquet files; the columns are those the model's YAML file names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from watchroom.demo.plan import SERVED_DAYS, Plan, cases, days_before, drawn_times
from watchroom.demo.training import Fitted, TrainingData, predict
from watchroom.demo.worlds.base import Floats, Since, World

REFERENCE_ROWS = 9000
"""The most rows a reference has for each version; the newest quarter is the holdout."""


@dataclass(frozen=True)
class Served:
    """What a world's logs hold; `shadow` has no rows where no challenger scored."""

    decisions: pd.DataFrame
    shadow: pd.DataFrame
    outcomes: pd.DataFrame
    reference: pd.DataFrame


def serve(plan: Plan, world: World, models: Mapping[int, Fitted], champion_data: TrainingData) -> Served:
    """Let the models decide the world's cases of six months."""
    drawn = _served_cases(plan, world)
    days = days_before(plan, pd.DatetimeIndex(drawn["timestamp"]))
    live = version_at(world.live, days)
    return Served(
        decisions=_scored(world, models, drawn, live),
        shadow=_scored(world, models, drawn, version_at(world.shadow, days)),
        outcomes=_outcomes(plan, world, drawn),
        reference=_reference(plan, world, models, champion_data),
    )


def version_at(since: tuple[Since, ...], days: Floats) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Which version holds that many days before the end; 0 for none."""
    versions = np.zeros(len(days), dtype=np.int64)
    for step in since:
        versions[days <= step.days] = step.version
    return versions


def write(served: Served, folder: Path) -> int:
    """Write the logs under `folder` as monthly Parquet files; how many decisions there are, shadow scores left out."""
    _by_month(served.decisions, "timestamp", folder / "decisions")
    _by_month(served.shadow, "timestamp", folder / "shadow")
    _by_month(served.outcomes, "label_timestamp", folder / "outcomes")
    served.reference.to_parquet(folder / "reference.parquet", index=False)
    return len(served.decisions)


def _served_cases(plan: Plan, world: World) -> pd.DataFrame:
    rng = plan.rng(world.model, "served")
    counts = _day_counts(plan, world, rng)
    times = [
        drawn_times(plan, rng, world, day, day, int(n))
        for day, n in zip(range(SERVED_DAYS, 0, -1), counts, strict=True)
    ]
    at = pd.DatetimeIndex(np.concatenate([one.to_numpy() for one in times]))
    frame = cases(plan, world, rng, at)
    frame.insert(0, "prediction_id", _ids(world, rng, len(frame)))
    return frame


def _day_counts(plan: Plan, world: World, rng: np.random.Generator) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Fewer cases at the weekend where people work in the day."""
    weekday = np.array([plan.day(day).weekday() for day in range(SERVED_DAYS, 0, -1)])
    quiet = np.where((weekday >= 5) & (world.hours == (7, 20)), 0.45, 1.0)
    return np.maximum(1, rng.poisson(plan.per_day(world) * quiet))


def _ids(world: World, rng: np.random.Generator, n: int) -> list[str]:
    """Unique: the running number keeps two random parts apart."""
    tails = rng.integers(0, 16**5, n)
    return [f"{world.id_prefix}-{number:06d}-{tail:05x}" for number, tail in enumerate(tails, start=1)]


def _scored(
    world: World,
    models: Mapping[int, Fitted],
    drawn: pd.DataFrame,
    versions: np.ndarray[tuple[int], np.dtype[np.int64]],
) -> pd.DataFrame:
    """The cases that have a version, with what that version said."""
    kept = versions > 0
    frame, chosen = drawn.loc[kept].drop(columns="label").reset_index(drop=True), versions[kept]
    scores = np.zeros(len(frame))
    for version in np.unique(chosen):
        rows = chosen == version
        scores[rows] = predict(world, models[int(version)], frame.loc[rows])
    return _with_answer(world, frame, scores, chosen.astype(np.int32))


def _with_answer(
    world: World, frame: pd.DataFrame, scores: Floats, version: int | np.ndarray[tuple[int], np.dtype[np.int32]]
) -> pd.DataFrame:
    answered = frame.assign(model_version=version)
    if world.task == "regression":
        return answered.assign(prediction=scores)
    return answered.assign(score=scores, prediction=(scores >= world.cutoff).astype(np.int8))


def _outcomes(plan: Plan, world: World, drawn: pd.DataFrame) -> pd.DataFrame:
    """The outcomes that were known by the end, in the order in which they became known."""
    rng, n, delay = plan.rng(world.model, "outcomes"), len(drawn), world.delay
    days = np.maximum(delay.least_days, delay.median_days * np.exp(rng.normal(0, delay.spread, n)))
    known_at = drawn["timestamp"] + pd.to_timedelta(days * 86_400, unit="s").round("s")
    known = (known_at < pd.Timestamp(plan.end)) & (rng.random(n) >= delay.never)
    told = pd.DataFrame(
        {
            "prediction_id": drawn["prediction_id"],
            "label": drawn["label"],
            "label_timestamp": known_at.astype("datetime64[us]"),
        }
    )
    return told.loc[known].sort_values(["label_timestamp", "prediction_id"]).reset_index(drop=True)


def _reference(plan: Plan, world: World, models: Mapping[int, Fitted], data: TrainingData) -> pd.DataFrame:
    """What the champion was trained on and validated with, outcomes included, scored by every version.

    Scores of two versions cannot be compared with each other, so each version finds its own here.
    """
    rng = plan.rng(world.model, "reference")
    both = pd.concat([data.train.assign(split="train"), data.valid.assign(split="holdout")], ignore_index=True)
    rows = both.iloc[np.sort(rng.permutation(len(both))[:REFERENCE_ROWS])].reset_index(drop=True)
    rows.insert(0, "prediction_id", [f"{world.id_prefix}-ref-{number:05d}" for number in range(1, len(rows) + 1)])
    scored = [_with_answer(world, rows, predict(world, models[one], rows), one) for one in sorted(models)]
    return pd.concat(scored, ignore_index=True).astype({"model_version": np.int32})


def _by_month(frame: pd.DataFrame, column: str, folder: Path) -> None:
    """A file for each month, named for it; no folder for no rows."""
    if frame.empty:
        return
    folder.mkdir(parents=True, exist_ok=True)
    for month, rows in frame.groupby(frame[column].dt.strftime("%Y-%m")):
        rows.to_parquet(folder / f"{month}.parquet", index=False)
