"""What is said when Spark is not there; none of this needs Java or a cluster."""

from __future__ import annotations

import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.helpers.spark_cluster import ROOT, free_port
from tests.helpers.sqlite_store import build_small_store
from watchroom.errors import SourceError, SourceUnreachable
from watchroom.sources.decisions.spark_dialect import SparkDialect
from watchroom.sources.decisions.spark_engine import SparkEngine
from watchroom.sources.decisions.spark_session import SparkPlace, first_line, is_gone

pytestmark = pytest.mark.spark


@pytest.mark.parametrize("place", ["remote", "master"])
def test_a_cluster_that_is_not_there_is_told_at_once(place: str):
    scheme = {"remote": "sc", "master": "spark"}[place]
    started = time.monotonic()
    with pytest.raises(SourceUnreachable) as raised:
        SparkEngine(SparkPlace(**{place: f"{scheme}://127.0.0.1:{free_port()}"}))
    assert time.monotonic() - started < 15
    assert "cannot be reached" in raised.value.what


def test_no_token_is_told():
    place = SparkPlace(remote=f"sc://someone@127.0.0.1:{free_port()}/;token=secret;user_id=someone")
    with pytest.raises(SourceUnreachable) as raised:
        SparkEngine(place)
    assert "127.0.0.1" in str(raised.value)
    assert "secret" not in str(raised.value)
    assert "someone" not in str(raised.value)


def test_a_master_without_the_whole_of_spark_says_what_to_install():
    with pytest.raises(SourceError, match="pip install pyspark") as raised:
        SparkEngine(SparkPlace(master="local[1]"))
    assert not isinstance(raised.value, SourceUnreachable)


def test_the_cluster_of_the_tests_is_of_the_clients_version():
    assert f"pyspark=={version('pyspark-client')} " in (ROOT / ".ci" / "spark.lock").read_text("utf-8")


def watchroom(*arguments: str) -> str:
    command = [sys.executable, "-m", "watchroom", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return " ".join(done.stdout.split())


def test_a_refresh_goes_on_without_the_cluster_and_keeps_what_was_counted(tmp_path: Path):
    store = build_small_store(tmp_path / "mlflow.db")
    room, settings = tmp_path / "room", f"mlflow: {{tracking_uri: 'sqlite:///{store.file}'}}\n"
    for folder in ("models", "lake"):
        (room / folder).mkdir(parents=True)
    (room / "models" / "claims.yaml").write_text("model: claims\ntask: binary\ndecisions: {path: lake/*.csv}\n")
    (room / "lake" / "a.csv").write_text("prediction_id,timestamp,amount\n1,2026-03-01,2.5\n2,2026-03-01,\n")
    (room / "watchroom.yaml").write_text(settings)
    watchroom("refresh", "--workspace", str(room))
    port = free_port()
    (room / "watchroom.yaml").write_text(f"{settings}engine: {{spark: {{remote: 'sc://127.0.0.1:{port}'}}}}\n")
    (room / "lake" / "b.csv").write_text("prediction_id,timestamp,amount\n3,2026-03-02,2.5\n")
    watchroom("refresh", "--workspace", str(room))

    def asked(question: str) -> str:
        return watchroom("sql", question, "--workspace", str(room), "--format", "csv")

    assert f"Spark at sc://127.0.0.1:{port} cannot be reached. What is shown" in asked("select what from problems")
    assert asked("select sum(decisions) as n from volume") == "n 2"


def test_text_from_outside_is_bound_and_names_are_quoted():
    dialect = SparkDialect(lambda _: "view")
    assert dialect.bound("'; drop") == ":p0"
    assert dialect.values == {"p0": "'; drop"}
    assert dialect.name("a`b") == "`a``b`"


@pytest.mark.parametrize(
    ("error", "gone"),
    [
        (ConnectionRefusedError("Connection refused"), True),
        (ValueError("Connection refused"), False),
        (FileNotFoundError("no such file"), False),
    ],
)
def test_only_an_error_of_the_connection_means_that_the_cluster_is_gone(error: Exception, gone: bool):
    assert is_gone(error) is gone


def test_a_message_of_spark_is_shown_without_its_stack():
    assert first_line(ValueError("[X] It failed.\n\nJVM stacktrace:\nat org.apache")) == "[X] It failed."
