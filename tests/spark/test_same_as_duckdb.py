"""Both engines give the same counts of the same files. Spark is a real standalone cluster behind Spark Connect."""

from __future__ import annotations

import math
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from tests.helpers.spark_cluster import Cluster
from tests.spark import logs
from watchroom.domain.vocabulary import Task
from watchroom.errors import SourceUnreachable
from watchroom.sources.decisions.contract import Binning, DecisionLog, FileProblem, Files, Survey
from watchroom.sources.decisions.duckdb_engine import DuckDBEngine
from watchroom.sources.decisions.spark_engine import SparkEngine
from watchroom.sources.decisions.spark_session import SparkPlace

pytestmark = [pytest.mark.spark, pytest.mark.slow]

TASKS: tuple[Task, ...] = ("binary", "regression", "multiclass")

one_task = pytest.mark.parametrize("room", ["binary"], indirect=True, scope="module")
"""For what does not depend on the task."""


@pytest.fixture(scope="module")
def spark(cluster: Cluster) -> Iterator[SparkEngine]:
    with SparkEngine(SparkPlace(remote=cluster.remote)) as engine:
        yield engine


@pytest.fixture(scope="module")
def duck(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBEngine]:
    with DuckDBEngine(tmp_path_factory.mktemp("duckdb")) as engine:
        yield engine


@pytest.fixture(scope="module", params=TASKS)
def room(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Task, Path]:
    """A folder with the logs of a task."""
    task: Task = request.param
    folder = tmp_path_factory.mktemp("lake")
    logs.write_decisions(folder / "decisions", task)
    logs.write_outcomes(folder / "outcomes", pd.concat([logs.cases(600, 1, task), logs.cases(300, 4, task)]), task)
    return task, folder


def bins_of(task: Task) -> Binning:
    return logs.number_bins(logs.binning(task)) if task == "regression" else logs.binning(task)


def rows(table: pa.Table) -> list[tuple[Any, ...]]:
    return sorted((tuple(row.values()) for row in table.to_pylist()), key=repr)


def days_of(survey: Survey) -> list[tuple[str, date, int]]:
    return [(one.path, one.day, one.rows) for one in survey.days]


def assert_same_sums(left: pa.Table, right: pa.Table, keys: int) -> None:
    """The same rows by their first columns, exactly; what follows is a count or a sum of doubles in any order."""
    ours, theirs = (
        {tuple(row.values())[:keys]: tuple(row.values())[keys:] for row in t.to_pylist()} for t in (left, right)
    )
    assert ours.keys() == theirs.keys()
    for key, values in ours.items():
        for mine, yours in zip(values, theirs[key], strict=True):
            both = isinstance(mine, float) and isinstance(yours, float)
            assert math.isclose(mine, yours, rel_tol=1e-9, abs_tol=1e-12) if both else mine == yours, (key, mine, yours)


@one_task
def test_they_find_the_same_files_with_the_same_columns(
    room: tuple[Task, Path], duck: DuckDBEngine, spark: SparkEngine
):
    _, folder = room
    ours, theirs = logs.all_files(duck, folder), logs.all_files(spark, folder)
    for mine, yours in zip((*ours.decisions, *ours.outcomes), (*theirs.decisions, *theirs.outcomes), strict=True):
        assert yours == replace(mine, file=replace(mine.file, path=yours.file.path))


@one_task
def test_they_survey_the_same_rows_days_and_faults(room: tuple[Task, Path], duck: DuckDBEngine, spark: SparkEngine):
    task, folder = room
    log = logs.decision_log(task)
    ours, theirs = (engine.survey(log, logs.all_files(engine, folder).decisions) for engine in (duck, spark))
    assert theirs.facts == ours.facts
    assert days_of(theirs) == days_of(ours)
    assert theirs.versions == ours.versions == (1, 2, 3)
    assert sum(fact.unusable for fact in ours.facts) >= 7
    assert any(fact.zoned for fact in ours.facts)
    assert any(fact.naive for fact in ours.facts)


def test_they_survey_the_same_outcomes(room: tuple[Task, Path], duck: DuckDBEngine, spark: SparkEngine):
    task, folder = room
    log = logs.decision_log(task)
    surveys = [
        engine.survey_outcomes(log, logs.OUTCOMES, logs.all_files(engine, folder), None) for engine in (duck, spark)
    ]
    assert surveys[1].facts == surveys[0].facts
    assert days_of(surveys[1]) == days_of(surveys[0])
    assert any(fact.unmatched for fact in surveys[0].facts)


def test_they_count_the_same_decisions_in_every_bin(room: tuple[Task, Path], duck: DuckDBEngine, spark: SparkEngine):
    task, folder = room
    log, bins = logs.decision_log(task), bins_of(task)
    ours, theirs = (engine.count(log, bins, logs.all_files(engine, folder), logs.DAYS) for engine in (duck, spark))
    assert rows(theirs.features) == rows(ours.features)
    assert rows(theirs.volume) == rows(ours.volume)
    assert {-1, -2, -3, -4} <= set(ours.features["bin"].to_pylist())
    assert sum(ours.volume["duplicates"].to_pylist()) > 0


@one_task
def test_they_count_the_same_when_champions_decided(room: tuple[Task, Path], duck: DuckDBEngine, spark: SparkEngine):
    task, folder = room
    log = replace(logs.decision_log(task), version=None, champions=logs.CHAMPIONS)
    some = frozenset({date(2026, 3, 2), date(2026, 3, 3)})
    ours, theirs = (engine.count(log, bins_of(task), logs.all_files(engine, folder), some) for engine in (duck, spark))
    assert rows(theirs.features) == rows(ours.features)
    assert rows(theirs.volume) == rows(ours.volume)


@pytest.mark.parametrize("outcomes", [logs.OUTCOMES, None], ids=["with outcomes", "without"])
def test_they_join_the_same_outcomes(room: tuple[Task, Path], outcomes: Any, duck: DuckDBEngine, spark: SparkEngine):
    task, folder = room
    log, bins = logs.decision_log(task), bins_of(task)
    ours, theirs = (
        engine.results(log, outcomes, bins, logs.all_files(engine, folder), logs.DAYS, logs.DAYS)
        for engine in (duck, spark)
    )
    assert_same_sums(theirs.cells, ours.cells, keys=7)
    assert_same_sums(theirs.errors, ours.errors, keys=4)
    assert rows(theirs.labelled) == rows(ours.labelled)
    assert rows(theirs.outcome_bins) == rows(ours.outcome_bins)
    if outcomes is not None:
        assert (ours.errors if task == "regression" else ours.cells).num_rows > 20


@one_task
def test_they_give_the_same_rows_for_a_reference(room: tuple[Task, Path], duck: DuckDBEngine, spark: SparkEngine):
    task, folder = room
    log, few = logs.decision_log(task), frozenset({date(2026, 3, 1)})
    ours, theirs = (as_texts(engine, log, folder, few) for engine in (duck, spark))
    assert theirs == ours
    assert ours.total() > 100


def as_texts(engine: DuckDBEngine | SparkEngine, log: DecisionLog, folder: Path, days: frozenset[date]) -> Counter[str]:
    """Rows of one shape: across shapes each engine has its own way to bring columns to one type."""
    files = logs.all_files(engine, folder)
    one = Files(tuple(shape for shape in files.decisions if "plain" in shape.file.shown), files.outcomes)
    found = engine.rows(log, logs.OUTCOMES, one, days).read_all()
    return Counter(repr(sorted(row.items())) for row in found.to_pylist())


@one_task
def test_they_read_a_reference_of_its_own_alike(room: tuple[Task, Path], duck: DuckDBEngine, spark: SparkEngine):
    _, folder = room
    tables = []
    for engine in (duck, spark):
        shapes = [shape for shape in logs.all_files(engine, folder).decisions if "plain" in shape.file.shown]
        tables.append(engine.table(shapes).read_all())
    assert tables[1].column_names == tables[0].column_names
    assert Counter(map(repr, rows(tables[1]))) == Counter(map(repr, rows(tables[0])))


def test_a_damaged_file_is_named_and_the_others_are_surveyed(tmp_path: Path, spark: SparkEngine):
    logs.write_decisions(tmp_path / "decisions", "binary")
    whole = (tmp_path / "decisions" / "b zoned.parquet").read_bytes()
    shapes = logs.all_files(spark, tmp_path).decisions
    log = logs.decision_log("binary")
    (tmp_path / "decisions" / "b zoned.parquet").write_bytes(whole[:40] + bytes(len(whole) - 100) + whole[-60:])
    survey = spark.survey(log, shapes)
    assert [one.path for one in survey.broken] == ["decisions/b zoned.parquet"]
    assert len(survey.facts) == len(shapes) - 1
    with pytest.raises(FileProblem) as raised:
        spark.count(log, logs.binning("binary"), Files(shapes), logs.DAYS)
    assert raised.value.path == "decisions/b zoned.parquet"


def test_a_file_that_is_half_written_is_a_problem_of_this_file(tmp_path: Path, spark: SparkEngine):
    (tmp_path / "half.parquet").write_bytes(b"PAR1" + bytes(100))
    (file,) = spark.files(f"{tmp_path}/*.parquet", str(tmp_path))
    with pytest.raises(FileProblem) as raised:
        spark.shape(file)
    assert raised.value.path == "half.parquet"
    assert "JVM" not in raised.value.why


def test_an_address_is_listed_by_spark_itself(tmp_path: Path, spark: SparkEngine):
    for name in ("a/x.csv", "a/b/x.csv", "a/b/y.parquet", "x.csv"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("id\n1\n")

    def listed(pattern: str) -> list[str]:
        return [file.path.rpartition(f"{tmp_path}/")[2] for file in spark.files(f"file://{tmp_path}/{pattern}", "/")]

    assert listed("a/*.csv") == ["a/x.csv"]
    assert listed("**/*.csv") == ["a/b/x.csv", "a/x.csv", "x.csv"]
    assert listed("none/*.csv") == []
    (file,) = spark.files(f"file://{tmp_path}/x.csv", "/")
    said = (tmp_path / "x.csv").stat()
    assert (file.size, file.modified_ns // 10**6) == (said.st_size, said.st_mtime_ns // 10**6)
    assert spark.shape(file).columns == (("id", "text"),)


def test_spark_that_runs_nothing_is_given_up_in_bounded_time(cluster: Cluster, tmp_path: Path):
    """The last test but one: it ends the workers."""
    logs.write_decisions(tmp_path / "decisions", "binary")
    with SparkEngine(SparkPlace(remote=cluster.remote), stall_seconds=4) as engine:
        shapes = logs.all_files(engine, tmp_path).decisions
        for worker in cluster.workers:
            os.killpg(worker.pid, signal.SIGKILL)
        started = time.monotonic()
        with pytest.raises(SourceUnreachable, match="does not get on"):
            engine.survey(logs.decision_log("binary"), shapes)
        assert time.monotonic() - started < 60


def test_a_server_that_dies_is_told_once_and_in_bounded_time(cluster: Cluster, tmp_path: Path, spark: SparkEngine):
    """The last test of this module: it ends the server."""
    (tmp_path / "x.csv").write_text("id\n1\n")
    (file,) = spark.files(f"{tmp_path}/x.csv", str(tmp_path))
    os.killpg(cluster.connect.pid, signal.SIGKILL)
    started = time.monotonic()
    for _ in range(2):
        with pytest.raises(SourceUnreachable, match="cannot be reached"):
            spark.shape(file)
    assert time.monotonic() - started < 90
