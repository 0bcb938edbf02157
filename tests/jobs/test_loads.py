"""A refresh knows of every registered version whether it can be loaded."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.jobs.explain_room import save_model, trained
from watchroom.errors import SourceUnreachable
from watchroom.explain.contract import Limits
from watchroom.jobs.loads import LoadsTried, try_to_load
from watchroom.sources.tracking.files import FileSource
from watchroom.store.draft import Draft, refresh_lock
from watchroom.store.manifest import StoreFolder
from watchroom.store.schema import PARTS, TABLES
from watchroom.workspace.load import load_workspace

LIMITS = Limits(seconds=60, memory_mb=4096)
AT = datetime(2026, 11, 1, 12)


class Room:
    """A registry of models that lie in the folder `mlruns`, and what the refresh before knew of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.source = FileSource(folder / "mlruns", ["*"])
        self.known: dict[int, Mapping[str, Any]] = {}
        self.explained: dict[int, str] = {}
        (folder / "models").mkdir(parents=True)
        (folder / "watchroom.yaml").write_text("mlflow:\n  tracking_uri: mlruns\n", encoding="utf-8")
        self.spec("")

    def spec(self, more: str) -> None:
        (self.folder / "models" / "claims.yaml").write_text(f"model: claims\ntask: binary\n{more}", encoding="utf-8")

    def place(self, version: int) -> Path:
        return self.folder / "mlruns" / f"v{version}"

    def tried(self, *versions: int, seconds: float = 60.0) -> LoadsTried:
        store = StoreFolder(self.folder / "store")
        with refresh_lock(store, 1.0), Draft(store) as draft:
            for part in PARTS:
                draft.fresh(part)
            for version in versions:
                location = self.place(version).as_uri()
                files = {
                    "location": location,
                    "flavors": ["python_function"],
                    "has_input_example": False,
                    **self.known.get(version, {}),
                }
                insert(draft, "model_versions", name="claims", version=version, source=location, created_at=AT)
                insert(draft, "model_files", **files)
                if version in self.explained:
                    status = self.explained[version]
                    insert(
                        draft, "explanations", model="claims", version=version, status=status, explained_at=AT, rows=1
                    )
            done = try_to_load(draft, load_workspace(self.folder), self.source, LIMITS, seconds=seconds)
            names = ("location", "load_status", "load_why", "loaded_at")
            rows = draft.connection.execute(f"select {', '.join(names)} from mlflow.model_files").fetchall()
            for row in rows:
                self.known[int(row[0].rpartition("/v")[2])] = dict(zip(names, row, strict=True))
        return done

    def status(self, version: int) -> object:
        return self.known[version]["load_status"]


def insert(draft: Draft, table: str, **row: Any) -> None:
    draft.insert(table, [[row.get(column) for column in TABLES[table].column_names]])


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)


def save_pyfunc(folder: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # MLflow warns of its own type hints when it is imported
        import mlflow

        class Constant(mlflow.pyfunc.PythonModel):  # type: ignore[misc]
            def predict(self, context, model_input, params=None):  # type: ignore[no-untyped-def]
                return np.zeros(len(model_input))

        mlflow.pyfunc.save_model(str(folder), python_model=Constant(), pip_requirements=["numpy"])


def save_linear(folder: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import mlflow
        import pandas as pd
        from sklearn.linear_model import LinearRegression

        frame = pd.DataFrame({"amount": [1.0, 2.0, 3.0], "age": [3.0, 1.0, 2.0]})
        model = LinearRegression().fit(frame, [1.0, 2.0, 3.0])
        signature = mlflow.models.infer_signature(frame, model.predict(frame))
        mlflow.sklearn.save_model(model, str(folder), signature=signature, pip_requirements=["scikit-learn"])


def test_a_version_that_nobody_explained_is_loaded_once(room: Room):
    save_model(room.place(1), trained(1))
    assert room.tried(1) == LoadsTried(1, 1, 0)
    assert room.status(1) == "loaded"
    assert room.known[1]["loaded_at"] is not None
    assert room.tried(1) == LoadsTried(0, 0, 0)


def test_a_version_that_was_explained_has_been_loaded(room: Room):
    room.explained = {1: "explained", 2: "partial"}
    assert room.tried(1, 2) == LoadsTried(0, 0, 0)
    assert [room.status(version) for version in (1, 2)] == ["loaded", "loaded"]
    assert room.known[1]["loaded_at"] == AT


def test_a_model_that_would_run_its_own_code_is_refused_until_it_is_trusted(room: Room):
    save_pyfunc(room.place(1))
    assert room.tried(1) == LoadsTried(1, 0, 0)
    assert room.status(1) == "refused"
    assert "run" in str(room.known[1]["load_why"])
    assert room.tried(1) == LoadsTried(0, 0, 0)
    room.spec("explain: {trust: true}\n")
    assert room.tried(1) == LoadsTried(1, 1, 0)
    assert (room.status(1), room.known[1]["load_why"]) == ("loaded", None)


def test_a_damaged_model_fails_with_its_reason_and_costs_the_others_nothing(room: Room):
    save_model(room.place(1), trained(1))
    shutil.copytree(room.place(1), room.place(2))
    (room.place(2) / "model.lgb").write_text("no trees", encoding="utf-8")
    assert room.tried(1, 2, 3) == LoadsTried(3, 1, 0)
    assert [room.status(version) for version in (1, 2, 3)] == ["loaded", "failed", "failed"]
    assert room.known[2]["load_why"]
    assert room.known[3]["load_why"], "its files are not there"


def test_a_linear_model_counts_as_loaded_though_there_is_nothing_to_compare_it_with(room: Room):
    save_linear(room.place(1))
    room.spec("")
    assert room.tried(1) == LoadsTried(1, 1, 0)


def test_what_failed_is_tried_again_a_day_later(room: Room):
    assert room.tried(1) == LoadsTried(1, 0, 0)
    save_model(room.place(1), trained(1))
    assert room.tried(1) == LoadsTried(0, 0, 0)
    room.known[1] = {**room.known[1], "loaded_at": AT}
    assert room.tried(1) == LoadsTried(1, 1, 0)


def test_what_there_was_no_time_for_is_left_for_the_next_refresh(room: Room):
    save_model(room.place(1), trained(1))
    assert room.tried(1, seconds=0) == LoadsTried(0, 0, 1)
    assert room.status(1) is None
    assert room.tried(1) == LoadsTried(1, 1, 0)


def test_a_store_that_is_away_leaves_everything_as_it_was(room: Room, monkeypatch: pytest.MonkeyPatch):
    def away(location: str, folder: Path) -> None:
        raise SourceUnreachable("It does not answer.")

    monkeypatch.setattr(room.source, "fetch_model", away)
    assert room.tried(1, 2) == LoadsTried(0, 0, 2)
    assert room.status(1) is None
