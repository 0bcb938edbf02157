"""The workspace that the tests of the refresh share: each its own copy."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.helpers.room import CLAIMS, Room
from tests.helpers.sqlite_store import SmallStore, build_small_store


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> SmallStore:
    return build_small_store(tmp_path_factory.mktemp("refresh") / "mlflow.db")


@pytest.fixture
def room(made_once: SmallStore, tmp_path: Path) -> Room:
    folder = tmp_path / "workspace"
    (folder / "models").mkdir(parents=True)
    shutil.copyfile(made_once.file, folder / "mlflow.db")
    (folder / "watchroom.yaml").write_text("mlflow: {tracking_uri: 'sqlite:///mlflow.db'}\ncurrency: EUR\n")
    (folder / "models" / "claims.yaml").write_text(CLAIMS)
    return Room(folder, replace(made_once, file=folder / "mlflow.db"))
