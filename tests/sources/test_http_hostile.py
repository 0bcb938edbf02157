"""A server that is no MLflow, or a damaged or malicious one: an error in sentences, in bounded time."""

from __future__ import annotations

import pytest

from tests.helpers.played_server import json_answer, old_mlflow, playing
from tests.helpers.tracked import Tracked
from watchroom.errors import SourceError
from watchroom.sources.tracking import http_api
from watchroom.sources.tracking.http import HttpSource

API = "/api/2.0/mlflow/"


@pytest.fixture(autouse=True)
def _no_long_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_api, "_FIRST_WAIT", 0.01)
    for name in ("USERNAME", "PASSWORD", "TOKEN"):
        monkeypatch.delenv(f"MLFLOW_TRACKING_{name}", raising=False)


def _pull(uri: str, registry_uri: str | None = None, **options: object) -> Tracked:
    tracked = Tracked()
    given = {"timeout_seconds": 5.0, "retries": 0, **options}
    tracked.pull(HttpSource(uri, registry_uri, **given))  # type: ignore[arg-type]
    return tracked


def _empty(*_: object) -> tuple[int, str, str]:
    return json_answer({})


def test_a_server_that_answers_nothing_to_everything_is_not_an_empty_mlflow() -> None:
    with playing(_empty) as played, pytest.raises(SourceError, match="no experiment at all") as raised:
        _pull(played.uri)
    assert "mlflow.tracking_uri" in raised.value.next_step


def test_a_registry_that_answers_nothing_to_everything_is_not_an_empty_one() -> None:
    with playing(old_mlflow) as played, playing(_empty) as other, pytest.raises(SourceError, match=other.uri) as raised:
        _pull(played.uri, other.uri)
    assert "mlflow.registry_uri" in raised.value.next_step


def test_experiments_that_the_globs_leave_out_are_no_mistake() -> None:
    with playing(old_mlflow) as played, playing(old_mlflow) as registry:
        assert _pull(played.uri, registry.uri, experiments=["other"]).rows("experiments", "name") == []
