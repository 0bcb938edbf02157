"""One real MLflow server for all the tests of this room."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.helpers.mlflow_server import MlflowServer, serving


@pytest.fixture(scope="session")
def mlflow_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MlflowServer]:
    """A server over a SQLite store; a test makes experiments and models with names of its own in it."""
    with serving(tmp_path_factory.mktemp("mlflow-server")) as server:
        yield server
