"""Code to copy runs as it stands, whatever the names are."""

from __future__ import annotations

import ast

import pytest

from watchroom.reports.recipes import load, promote

NAMES = ["card-fraud", "it's", 'say "hi"', "a\nb", "x'); import os; ('", "模型🚲", "back\\slash"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("uri", ["", "http://mlflow:5000", "x'y"])
def test_python_is_python_and_the_name_stays_a_literal(name: str, uri: str):
    for text in (load(name, 3, uri, champion=True), promote(name, 3, uri)):
        tree = ast.parse(text)
        called = [ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)]
        assert set(called) <= {
            "mlflow.set_tracking_uri", "mlflow.pyfunc.load_model", "model.predict",
            "mlflow.MlflowClient", "mlflow.MlflowClient().set_registered_model_alias",
        }  # fmt: skip


def test_the_champion_can_be_followed_by_its_alias():
    assert "'models:/card-fraud@champion'" in load("card-fraud", 3, "", champion=True)
    assert "@champion" not in load("card-fraud", 4, "", champion=False)


@pytest.mark.parametrize(
    ("uri", "allowed"),
    [("/srv/mlruns", True), ("file:///srv/mlruns", True), ("http://mlflow:5000", False), ("", False)],
)
def test_a_folder_of_mlruns_is_allowed_first_as_mlflow_asks_for_it(uri: str, allowed: bool):
    for text in (load("m", 1, uri, champion=False), promote("m", 1, uri)):
        assert ("MLFLOW_ALLOW_FILE_STORE" in text) is allowed
