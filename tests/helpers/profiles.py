"""Rows of the profile tables, counted plainly from values in memory: what a refresh would count from a log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from watchroom.domain.bins import bins_of_numbers, decile_of_bins, deciles_of, edges_of, score_bin

Rows = list[dict[str, Any]]
EPSILON = float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class Served:
    """A day of a version's decisions: numbers by feature, scores, and outcomes (NaN while unknown)."""

    features: Mapping[str, np.ndarray]
    score: np.ndarray
    outcome: np.ndarray


def profile_rows(
    model: str, reference: Served, days: Mapping[date, Served], *, version: int = 1
) -> dict[str, list[dict[str, Any]]]:
    """The rows of every profile table for a binary model with these days; predictions are cut at 0.5."""
    key = {"model": model, "version": version}
    tables: dict[str, Rows] = {"profile_features": [], "profile_bins": [], "profile_counts": []}
    for name, values in reference.features.items():
        edges = edges_of(values)
        tables["profile_features"].append({**key, **_feature(name, values)})
        tables["profile_bins"] += [{**key, **row} for row in _bins(name, values, edges)]
        for day, served in days.items():
            counted = Counter(bins_of_numbers(served.features[name], edges).tolist())
            tables["profile_counts"] += [
                {**key, "day": day, "feature": name, "bin": code, "n": n} for code, n in counted.items()
            ]
    cells = [*_cells(None, reference), *(cell for day, served in days.items() for cell in _cells(day, served))]
    tables["profile_outcomes"] = [{**key, "group_column": "", "group_value": "", **cell} for cell in cells]
    tables["volume"] = [
        {
            **key,
            "day": day,
            "decisions": len(served.score),
            "labelled": int((~np.isnan(served.outcome)).sum()),
            "duplicates": 0,
        }
        for day, served in days.items()
    ]
    return tables


def _feature(name: str, values: np.ndarray) -> dict[str, Any]:
    return {
        "feature": name,
        "kind": "number",
        "n": values.size,
        "missing": int(np.isnan(values).sum()),
        "distinct_values": int(np.unique(values[~np.isnan(values)]).size),
        "std": float(np.nanstd(values)),
    }


def _bins(name: str, values: np.ndarray, edges: np.ndarray) -> Iterator[dict[str, Any]]:
    counted = Counter(bins_of_numbers(values, edges).tolist())
    for code, decile in enumerate(decile_of_bins(edges, deciles_of(values))):
        lower = float(edges[code - 1]) if code > 0 else None
        upper = float(edges[code]) if code < len(edges) else None
        place = {"feature": name, "bin": code, "lower": lower, "upper": upper}
        yield {**place, "decile": int(decile), "reference": counted[code]}
    for code in (-1, -2):
        yield {"feature": name, "bin": code, "reference": counted[code]}


def _cells(day: date | None, served: Served) -> Iterator[dict[str, Any]]:
    places = score_bin(served.score)
    for place, outcome in sorted(set(zip(places.tolist(), served.outcome.tolist(), strict=True)), key=str):
        of = (places == place) & ((served.outcome == outcome) | (np.isnan(served.outcome) & np.isnan(outcome)))
        known, scores = not np.isnan(outcome), served.score[of]
        given = np.clip(scores if outcome == 1 else 1 - scores, EPSILON, None)
        for predicted in (0, 1):
            also = (scores >= 0.5) == bool(predicted)
            if also.any():
                yield {
                    "day": day,
                    "score_bin": place,
                    "predicted": str(predicted),
                    "outcome": str(int(outcome)) if known else None,
                    "n": int(also.sum()),
                    "score_sum": float(scores[also].sum()),
                    "score_sq_sum": float((scores[also] ** 2).sum()),
                    "log_loss_sum": float(-np.log(given[also]).sum()) if known else None,
                }


def served_day(
    rng: np.random.Generator, n: int, *, shift: float = 0.0, noise: float = 1.0, labelled: float = 1.0
) -> Served:
    """A day of a calibrated model on one feature, `x`, and one without any weight, `idle`; `shift` moves `x`.

    With more `noise` the score tells less of the outcome.
    """
    x = rng.normal(shift, 1, n)
    score = 1 / (1 + np.exp(-(x - 1)))
    outcome = (rng.random(n) < 1 / (1 + np.exp(-(x / noise - 1)))).astype(float)
    outcome[rng.random(n) >= labelled] = np.nan
    return Served({"x": x, "idle": rng.normal(size=n)}, score, outcome)


def days_from(first: date, count: int) -> list[date]:
    """So many days, one after the other."""
    return [first + timedelta(i) for i in range(count)]
