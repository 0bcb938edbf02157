"""The one thing that is written to MLflow: a tag of a model version, and nothing else."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.helpers.played_server import Played, playing
from tests.helpers.sqlite_store import SmallStore, build_small_store
from watchroom.errors import SourceError
from watchroom.sources.tracking.version_tags import tag_writer


@pytest.fixture(scope="module")
def small_store(tmp_path_factory: pytest.TempPathFactory) -> SmallStore:
    return build_small_store(tmp_path_factory.mktemp("mlflow") / "mlflow.db")


def copy(small_store: SmallStore, folder: Path) -> Path:
    return Path(shutil.copy(small_store.file, folder / "mlflow.db"))


def dumped(file: Path) -> list[str]:
    connection = sqlite3.connect(file)
    try:
        return [line for line in connection.iterdump() if "model_version_tags" not in line or "CREATE" in line]
    finally:
        connection.close()


def tags(file: Path) -> list[tuple[str, int, str, str]]:
    connection = sqlite3.connect(file)
    try:
        return connection.execute("select name, version, key, value from model_version_tags order by 2").fetchall()
    finally:
        connection.close()


def test_a_sqlite_store_gets_the_tag_and_nothing_else(small_store: SmallStore, tmp_path: Path):
    file = copy(small_store, tmp_path)
    before = dumped(file)
    write = tag_writer(f"sqlite:///{file}")
    write("claims", 1, "approval", "Void")
    write("claims", 2, "approval", "Approved")
    assert tags(file) == [("claims", 1, "approval", "Void"), ("claims", 2, "approval", "Approved")]
    write("claims", 1, "approval", None)
    write("claims", 1, "approval", None)
    assert tags(file) == [("claims", 2, "approval", "Approved")]
    assert dumped(file) == before


def test_mlflow_reads_the_tag_that_was_written(small_store: SmallStore, tmp_path: Path):
    from mlflow import MlflowClient

    file = copy(small_store, tmp_path)
    tag_writer(f"sqlite:///{file}")("claims", 2, "approval", "Approved")
    uri = f"sqlite:///{file}"
    assert MlflowClient(uri, uri).get_model_version("claims", "2").tags == {"approval": "Approved"}


@pytest.mark.parametrize(("model", "version"), [("claims", 9), ("'; drop table runs; --", 1)])
def test_a_version_that_is_not_there_gets_no_tag(small_store: SmallStore, tmp_path: Path, model: str, version: int):
    file = copy(small_store, tmp_path)
    before = tags(file)
    with pytest.raises(SourceError, match="could not be written"):
        tag_writer(f"sqlite:///{file}")(model, version, "approval", "Approved")
    assert tags(file) == before


def test_in_a_folder_of_runs_a_tag_is_a_file_of_its_version(tmp_path: Path):
    folder = tmp_path / "models" / "claims" / "version-3"
    folder.mkdir(parents=True)
    write = tag_writer(str(tmp_path))
    write("claims", 3, "approval", "Approved")
    assert (folder / "tags" / "approval").read_text() == "Approved"
    write("claims", 3, "approval", None)
    assert list((folder / "tags").iterdir()) == []
    for model in ("../claims", "..", "other"):
        with pytest.raises(SourceError):
            write(model, 3, "approval", "Approved")


def test_over_http_it_is_mlflows_own_interface():
    def answer(played: Played, path: str) -> tuple[int, str, str]:
        gone = '{"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "gone"}'
        return (404, "application/json", gone) if path.endswith("delete-tag") else (200, "application/json", "{}")

    with playing(answer) as played:
        write = tag_writer(played.uri, timeout_seconds=5, retries=0)
        write("claims", 3, "approval", "Approved")
        write("claims", 3, "approval", None)
    assert played.asked == ["/api/2.0/mlflow/model-versions/set-tag", "/api/2.0/mlflow/model-versions/delete-tag"]
    about = {"name": "claims", "version": "3", "key": "approval"}
    assert [json.loads(body) for body in played.bodies] == [{**about, "value": "Approved"}, about]


def test_what_a_server_refuses_is_said():
    def refuse(played: Played, path: str) -> tuple[int, str, str]:
        return 400, "application/json", '{"error_code": "INVALID_PARAMETER_VALUE", "message": "read only"}'

    with playing(refuse) as played, pytest.raises(SourceError, match="read only"):
        tag_writer(played.uri, timeout_seconds=5, retries=0)("claims", 3, "approval", "Approved")
