"""What is known of the models that a new one could be like."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.snapshots import publish_rows
from watchroom.store.queries.similar import known
from watchroom.store.snapshot import SnapshotStore

SIGNATURE = json.dumps(
    [
        {"name": "amount", "type": "double"},
        {"name": "city", "type": "string"},
        {"name": "abroad", "type": "boolean"},
        {"name": "when", "type": "datetime"},
    ]
)
DAY = date(2026, 11, 1)


def rows() -> dict[str, list[dict[str, Any]]]:
    fraud = {"model": "fraud", "version": 2}
    spec = json.dumps({"monitor": {"performance": {"metric": "roc_auc"}}})
    return {
        "models": [
            {"model": "fraud", "title": "Card fraud", "task": "binary", "purpose": "Stops fraud", "spec": spec},
            {"model": "bare", "registered": True},
        ],
        "registered_models": [{"name": "bare", "description": "Only in the registry"}],
        "aliases": [{"name": "fraud", "alias": "champion", "version": 2}],
        "model_versions": [
            {"name": "fraud", "version": 2, "run_id": "r2", "signature_inputs": SIGNATURE},
            {"name": "fraud", "version": 3, "run_id": "r3", "signature_inputs": "[]"},
            {"name": "bare", "version": 1, "run_id": "r9", "signature_inputs": "not json"},
        ],
        "owners": [{"model": "fraud", "role": "on_call", "person": "cy@example.com"}],
        "run_inputs": [
            {"run_id": run, "name": "cards", "digest": "d1", "context": "training"} for run in ("r2", "r3", "zz")
        ],
        "metrics": [
            {"run_id": "r2", "key": "train_roc_auc", "last": 0.99},
            {"run_id": "r2", "key": "holdout_roc_auc", "last": 0.87123},
            {"run_id": "r3", "key": "holdout_roc_auc", "last": 0.9},
        ],
        "health": [fraud | {"light": "watch"}],
        "profile_features": [
            fraud | {"feature": "amount", "kind": "number", "n": 10, "missing": 0},
            fraud | {"feature": "city", "kind": "category", "n": 10, "missing": 0},
            fraud | {"feature": "age_band", "kind": "category", "n": 10, "missing": 0},
        ],
        "profile_bins": [
            fraud | {"feature": "city", "bin": at, "value": value}
            for at, value in [(0, "Graz"), (1, "Linz"), (-1, None), *((at, f"c{at}") for at in range(2, 30))]
        ],
        "drift": [
            fraud
            | {"feature": "amount", "grain": "last_7_days", "period_end": DAY, "method": "psi", "status": "drifted"},
        ],
    }


@pytest.fixture
def found(tmp_path: Path) -> Iterator[dict[str, Any]]:
    publish_rows(tmp_path / "store", rows())
    store = SnapshotStore(tmp_path / "store")
    with store.lease() as snapshot:
        yield {one.name: one for one in known(snapshot)}
    store.close()


def test_the_inputs_are_the_champions_with_their_kinds_and_how_they_are(found: dict[str, Any]):
    inputs = {one.name: one for one in found["fraud"].inputs}
    assert {name: one.kind for name, one in inputs.items()} == {
        "amount": "number", "city": "category", "abroad": "boolean", "when": None,
    }  # fmt: skip
    assert (inputs["amount"].status, inputs["amount"].person) == ("drifted", "cy@example.com")
    assert inputs["abroad"].status is None
    assert inputs["city"].values[:2] == ("Graz", "Linz")
    assert len(inputs["city"].values) == 12


def test_the_metric_is_the_champions_on_rows_it_was_not_trained_on(found: dict[str, Any]):
    assert found["fraud"].metric == "AUC 0.8712 of version 2 (holdout_roc_auc)"
    assert found["bare"].metric == ""


def test_its_people_its_data_and_its_light_are_known(found: dict[str, Any]):
    fraud = found["fraud"]
    assert (fraud.owners, fraud.datasets, fraud.light) == (
        (("on_call", "cy@example.com"),), (("cards", "d1"),), "watch",
    )  # fmt: skip


def test_a_model_of_which_little_is_known_is_there_too(found: dict[str, Any]):
    bare = found["bare"]
    assert (bare.title, bare.task, bare.purpose, bare.inputs) == ("bare", None, "Only in the registry", ())
