"""The demo that these tests read, and its logs as frames."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from tests.helpers.demo import shared_demo
from watchroom.demo.tracking import quiet_mlflow
from watchroom.workspace.load import Workspace, load_workspace


class Logs:
    """The logs of a demo, read the way the model's file names them."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    def _read(self, patterns: tuple[str, ...]) -> pd.DataFrame:
        folder = self.workspace.folder
        files = sorted(file for pattern in patterns for file in folder.glob(pattern))
        return pd.concat([pd.read_parquet(file) for file in files], ignore_index=True)

    def decisions(self, model: str) -> pd.DataFrame:
        return self._read(self.workspace.models[model].decisions.path[:1])

    def shadow(self, model: str) -> pd.DataFrame:
        return self._read(self.workspace.models[model].decisions.path[1:])

    def outcomes(self, model: str) -> pd.DataFrame:
        return self._read(self.workspace.models[model].outcomes.path)

    def reference(self, model: str) -> pd.DataFrame:
        """All of it: each row once per version."""
        return self._read(self.workspace.models[model].reference.path)

    def reference_of(self, model: str, version: int) -> pd.DataFrame:
        """The reference as one version scored it."""
        rows = self.reference(model)
        return rows[rows["model_version"] == version]

    def known(self, model: str) -> pd.DataFrame:
        """The decisions whose outcome is known."""
        return self.decisions(model).merge(self.outcomes(model), on="prediction_id", validate="one_to_one")


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shared_demo(tmp_path_factory)


@pytest.fixture(scope="session")
def logs(demo_folder: Path) -> Logs:
    return Logs(load_workspace(demo_folder))


@pytest.fixture
def client(demo_folder: Path) -> Iterator[object]:
    with quiet_mlflow(f"sqlite:///{demo_folder}/mlflow/mlflow.db") as opened:
        yield opened
