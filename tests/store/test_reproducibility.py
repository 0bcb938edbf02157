"""What counts as found in a run, what as missing, and what cannot be told; and what a recipe is written from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.snapshots import publish_rows
from watchroom.store.queries import reproducibility, run
from watchroom.store.snapshot import Snapshot, SnapshotStore

START = datetime(2026, 11, 1, 9)
READ = {"flavors": ["sklearn"], "has_input_example": False, "read_at": START}

# What was logged of a run, the item, its status, and a part of what is said of it.
CASES: list[tuple[dict[str, Any], str, str, str | None]] = [
    ({}, "commit", "missing", None),
    ({"run": {"commit": ""}}, "commit", "missing", None),
    ({"run": {"commit": "abc"}}, "commit", "found", "abc"),
    ({}, "clean_tree", "unknown", "not recorded"),
    ({"run": {"dirty": False}}, "clean_tree", "unknown", "no commit"),
    ({"run": {"dirty": False, "commit": "abc"}}, "clean_tree", "found", None),
    ({"run": {"dirty": True, "commit": "abc"}}, "clean_tree", "missing", "uncommitted"),
    ({}, "data", "missing", None),
    ({"inputs": [("train", "d1"), ("test", "d2")]}, "data", "found", "test, train"),
    ({"inputs": [("train", "d1"), ("test", "")]}, "data", "missing", "no digest: test"),
    ({"inputs": [("train", None)]}, "data", "missing", "no digest: train"),
    *(
        ({"params": [(key, value)]}, "seed", "found", f"{key} = {value}")
        for key, value in [
            ("seed", "42"),
            ("model__random_state", "0"),
            ("SEED", "7"),
            ("randomState", "1"),
            ("bagging_seed", "3"),
            ("numpy.random_seed", "3"),
        ]
    ),
    *(
        ({"params": [(key, value)]}, "seed", "missing", None)
        for key, value in [("random_state", "None"), ("seed", " "), ("seedling", "4"), ("proceeds", "4"), ("fold", "1")]
    ),
    ({"tags": [("seed", "5")]}, "seed", "found", "seed = 5"),
    ({}, "environment", "missing", "no model was logged"),
    ({"files": [{}]}, "environment", "unknown", "not read yet"),
    ({"files": [{"problem": "It is gone.", "read_at": START}]}, "signature", "unknown", "It is gone."),
    ({"files": [READ]}, "environment", "missing", None),
    ({"files": [READ | {"problem": "No list."}]}, "environment", "unknown", "No list."),
    ({"files": [READ | {"problem": "No list."}]}, "signature", "missing", None),
    ({"files": [READ | {"requirements": "a", "python_version": "3.11"}]}, "environment", "found", "Python 3.11"),
    ({"files": [READ, READ | {"signature_inputs": "[]"}]}, "signature", "found", None),
    ({"files": [READ | {"has_input_example": True}]}, "input_example", "found", None),
    ({"files": [READ | {"has_input_example": False}]}, "input_example", "missing", None),
    ({"files": [READ]}, "model", "unknown", "not tried"),
    ({"files": [READ | {"load_status": "refused", "load_why": "Pickle."}]}, "model", "unknown", "Pickle."),
    ({"files": [READ | {"load_status": "failed", "load_why": "No x."}]}, "model", "missing", "No x."),
    ({"files": [READ | {"load_status": "failed"}, READ]}, "model", "unknown", None),
    ({"files": [READ | {"load_status": "failed"}, READ | {"load_status": "loaded"}]}, "model", "found", "/1"),
]


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    tables: dict[str, list[dict[str, Any]]] = {
        name: [] for name in ("runs", "params", "tags", "run_inputs", "model_files")
    }
    for number, (logged, *_) in enumerate(CASES):
        of = {"run_id": f"run{number:02}"}
        tables["runs"].append({**of, "lifecycle_stage": "active", "start_time": START, **logged.get("run", {})})
        for name in ("params", "tags"):
            tables[name] += [{**of, "key": key, "value": value} for key, value in logged.get(name, ())]
        tables["run_inputs"] += [{**of, "name": name, "digest": digest} for name, digest in logged.get("inputs", ())]
        tables["model_files"] += [
            {**of, "location": f"{number}/{place}", **facts} for place, facts in enumerate(logged.get("files", ()))
        ]
    folder = tmp_path_factory.mktemp("reproducibility")
    publish_rows(folder, tables)
    store = SnapshotStore(folder)
    with store.lease() as opened:
        yield opened
    store.close()


@pytest.mark.parametrize("number", range(len(CASES)))
def test_what_is_found_missing_or_unknown_and_what_is_said_of_it(snapshot: Snapshot, number: int) -> None:
    _, item, status, detail = CASES[number]
    found = {each.item: each for each in reproducibility.findings(snapshot, run_id=f"run{number:02}")}
    assert len(found) == 8
    assert found[item].status == status
    assert (detail or "") in found[item].detail
    assert bool(detail) == bool(found[item].detail) or detail is None


def test_a_run_that_is_not_known_has_neither_findings_nor_a_record(snapshot: Snapshot) -> None:
    assert reproducibility.findings(snapshot, run_id="nobody") == ()
    assert reproducibility.record(snapshot, run_id="nobody") is None
    assert run.find(snapshot, text="nobody").run_id is None


def test_a_record_of_a_bare_run_is_empty_and_no_more(snapshot: Snapshot) -> None:
    record = reproducibility.record(snapshot, run_id="run00")
    assert record is not None
    assert (record.params, record.metrics, record.inputs, record.requirements, record.model_uri) == ((), (), (), "", "")
    assert record.dirty is None


def test_what_a_recipe_leaves_out_is_counted(tmp_path: Path) -> None:
    many = reproducibility.MAX_PARAMS + 3
    params = [{"run_id": "a", "key": f"p{number:04}", "value": "1"} for number in range(many)]
    files = [
        {"run_id": "a", "location": "/m/a/model", "flavors": ["sklearn"], "requirements": "x", "read_at": START},
        {"run_id": "a", "location": "s3://b/other", "read_at": START},
    ]
    publish_rows(tmp_path, {"runs": [{"run_id": "a", "artifact_uri": "/m/a"}], "params": params, "model_files": files})
    store = SnapshotStore(tmp_path)
    with store.lease() as snapshot:
        record = reproducibility.record(snapshot, run_id="a")
    store.close()
    assert record is not None
    assert (len(record.params), record.cut) == (reproducibility.MAX_PARAMS, 3)
    assert (record.model_uri, record.requirements) == ("runs:/a/model", "x")
