"""Rooms with one version in service and one in shadow: how much better the second is, is for the test to say."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from tests.ui.sample import HOSTILE
from watchroom.domain.vocabulary import Task
from watchroom.domain.worth import OutcomeWorth
from watchroom.jobs.compare.measure import comparison_rows, measure
from watchroom.store.schema import TABLES
from watchroom.workspace.model_file import ModelSpec

Rows = dict[str, list[dict[str, Any]]]

FIRST = date(2026, 10, 1)
MONEY = {"true_positive": 110, "false_positive": -40, "false_negative": 0, "true_negative": 0}
N, LABELLED = 900, 600


def decided(task: Task, better: float, seed: int) -> pa.Table:
    """Decisions of two versions, of which the second is better by so much; the last third have no outcome yet."""
    rng = np.random.default_rng(seed)
    real = rng.random(N) < 0.3
    shared = rng.normal(size=N)
    scores = [1 / (1 + np.exp(-(2 * real - 1 + shared + (1.2 - gain) * rng.normal(size=N)))) for gain in (0, better)]
    said: list[Any] = [np.where(score > 0.5, "1", "0").tolist() for score in scores]
    outcome: Any = np.where(real, "1", "0").tolist()
    if task == "regression":
        truth = 100 + 20 * shared
        outcome = [repr(float(one)) for one in truth]
        noise = [10 * rng.normal(size=N), (10 - 8 * better) * rng.normal(size=N)]
        said = [[repr(float(one)) for one in truth + some] for some in noise]
        scores = [np.full(N, np.nan)] * 2
    start = datetime(2026, 10, 1)
    return pa.table(
        {
            "row": pa.array(range(1, N + 1), pa.int32()),
            "prediction_id": [f"case-{number:04d}" for number in range(N)],
            "decided_at": pa.array([start + timedelta(hours=number) for number in range(N)], pa.timestamp("us")),
            **{f"score_{v}": pa.array(score, from_pandas=True) for v, score in zip("ab", scores, strict=True)},
            **{f"prediction_{v}": some for v, some in zip("ab", said, strict=True)},
            "outcome": [text if place < LABELLED else None for place, text in enumerate(outcome)],
        }
    )


def pair_rows(model: str, task: Task, better: float, *, money: bool = True, seed: int = 1) -> Rows:
    """The four tables of one pair, versions 1 and 2, compared as the refresh compares them."""
    table = decided(task, better, seed)
    terms = OutcomeWorth(**MONEY) if money and task == "binary" else None
    found = measure(task, terms, table, scored=task == "binary", predicted=True)
    own = {"model": model, "version_a": 1, "version_b": 2}
    names = TABLES["version_comparisons"].column_names
    rng = np.random.default_rng(seed)
    amount, channel = rng.lognormal(3, 1, N), rng.choice(["chip", HOSTILE], N)
    return {
        "version_pairs": [
            {**own, "first_day": FIRST, "last_day": date(2026, 11, 7), "shared": N, "labelled": LABELLED, "rows": N,
             "labelled_rows": LABELLED}
        ],
        "version_comparisons": [dict(zip(names, row, strict=True)) for row in comparison_rows(model, (1, 2), found)],
        "paired_decisions": [{**own, **row} for row in table.to_pylist()],
        "paired_values": [
            *({**own, "feature": "amount", "row": row + 1, "value": float(amount[row])} for row in range(N)),
            *({**own, "feature": "channel", "row": row + 1, "text": str(channel[row])} for row in range(N)),
        ],
    }  # fmt: skip


def rows(**models: Rows) -> Rows:
    """The room: `models` with the tables of their pairs, and the model `alone`, whose versions share no decisions."""
    tables: Rows = {"workspace": [{"key": "currency", "value": "EUR"}, {"key": "time_zone", "value": "UTC"}]}
    for name, own in {**models, "alone": {}}.items():
        model = name.replace("_", "-")
        for table, some in {**_facts(model, own), **own}.items():
            tables.setdefault(table, []).extend(some)
    return tables


def _facts(model: str, own: Rows) -> Rows:
    task = "regression" if own and own["paired_decisions"][0]["score_a"] is None else "binary"
    given: dict[str, Any] = {
        "model": model, "task": task, "decisions": {"path": "lake/*", "version": "model_version", "score": "score"},
    }  # fmt: skip
    if any(one["metric"] == "worth" for one in own.get("version_comparisons", [])):
        given["value"] = MONEY
    spec = ModelSpec.model_validate(given)
    return {
        "models": [{"model": model, "title": model.capitalize(), "task": task, "registered": True, "file": "m.yaml",
                    "spec": spec.model_dump_json()}],
        "registered_models": [{"name": model}],
        "model_versions": [{"name": model, "version": one, "run_id": f"{model}-{one}", "status": "READY",
                            "created_at": datetime(2026, one, 1)} for one in (1, 2)],
        "aliases": [{"name": model, "alias": alias, "version": one}
                    for alias, one in (("champion", 1), ("challenger", 2))],
        "volume": [{"model": model, "version": 1, "day": FIRST + timedelta(day), "decisions": 100, "labelled": 0}
                   for day in range(40)],
        "runs": [_run(f"{model}-{one}{end}", one, model) for one in (1, 2) for end in ("", "-s1", "-s2")],
        "params": [{"run_id": f"{model}-{one}{end}", "key": key, "value": value}
                   for one in (1, 2) for end in ("", "-s1", "-s2")
                   for key, value in (("depth", str(one)), ("seed", end or "0"))],
        "metrics": [{"run_id": f"{model}-{one}{end}", "key": "auc", "better": "higher", "last": 0.8 + one / 50 + more}
                    for one in (1, 2) for end, more in (("", 0.0), ("-s1", 0.001), ("-s2", -0.001))],
    }  # fmt: skip


def _run(run_id: str, depth: int, experiment: str) -> dict[str, Any]:
    return {"run_id": run_id, "experiment_id": experiment, "name": f"run {run_id}", "status": "FINISHED",
            "lifecycle_stage": "active", "start_time": datetime(2026, depth, 1)}  # fmt: skip
