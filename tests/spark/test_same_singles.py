"""Both engines choose the same decisions for a sample and find the same ones; Spark is a real standalone cluster."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from tests.helpers.spark_cluster import Cluster
from tests.spark import logs
from watchroom.domain.vocabulary import Task
from watchroom.errors import QueryError
from watchroom.sources.decisions.contract import AGAINST, SINGLES, Condition, Files, Rule, Search
from watchroom.sources.decisions.duckdb_engine import DuckDBEngine
from watchroom.sources.decisions.spark_engine import SparkEngine
from watchroom.sources.decisions.spark_session import SparkPlace

pytestmark = [pytest.mark.spark, pytest.mark.slow]

TASKS: tuple[Task, ...] = ("binary", "regression", "multiclass")

Ask = Callable[[Any, Files], pa.Table]


@pytest.fixture(scope="module")
def engines(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[DuckDBEngine, SparkEngine]]:
    with (
        DuckDBEngine(tmp_path_factory.mktemp("duckdb")) as duck,
        SparkEngine(SparkPlace(remote=cluster.remote)) as spark,
    ):
        yield duck, spark


@pytest.fixture(scope="module", params=TASKS)
def room(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Task, Path]:
    """A folder with the logs of a task."""
    task: Task = request.param
    folder = tmp_path_factory.mktemp("lake")
    logs.write_decisions(folder / "decisions", task)
    logs.write_outcomes(folder / "outcomes", pd.concat([logs.cases(600, 1, task), logs.cases(300, 4, task)]), task)
    return task, folder


def both(engines: tuple[DuckDBEngine, SparkEngine], folder: Path, ask: Ask) -> tuple[pa.Table, pa.Table]:
    """The answers of both about all files."""
    ours, theirs = (ask(engine, logs.all_files(engine, folder)) for engine in engines)
    assert theirs.column_names == ours.column_names
    assert theirs.schema.types[: len(SINGLES)] == SINGLES.types
    return ours, theirs


def told(table: pa.Table) -> list[tuple[Any, ...]]:
    """What comes of every decision, in order; how each engine writes small numbers as text is its own."""
    rows = table.select(SINGLES.names).to_pylist()
    return [tuple(repr(value) if isinstance(value, float) else value for value in one.values()) for one in rows]


def test_they_take_the_same_sample(room: tuple[Task, Path], engines: tuple[DuckDBEngine, SparkEngine]):
    task, folder = room
    for rows in (20, 100_000):
        ours, theirs = both(
            engines,
            folder,
            lambda engine, files, rows=rows: engine.sample(  # type: ignore[misc]
                logs.decision_log(task), logs.OUTCOMES, files, logs.DAYS, rows
            ),
        )
        assert told(theirs) == told(ours)
        assert ours.num_rows == 60 if rows == 20 else ours.num_rows > 1000
    assert ours["@outcome"].null_count < ours.num_rows


def test_they_find_the_same_decisions(room: tuple[Task, Path], engines: tuple[DuckDBEngine, SparkEngine]):
    task, folder = room
    ids = ["1-12", "1-25", "2-7", "4-100", "it's nobody"]
    ours, theirs = both(
        engines,
        folder,
        lambda engine, files: engine.find(logs.decision_log(task), logs.OUTCOMES, files, logs.DAYS, ids),
    )
    assert told(theirs) == told(ours)
    assert set(ours["@id"].to_pylist()) == set(ids[:4])


def test_they_name_the_same_columns_that_a_file_lacks(
    engines: tuple[DuckDBEngine, SparkEngine], tmp_path: Path, room: tuple[Task, Path]
):
    task, _ = room
    if task != "binary":
        return
    (tmp_path / "decisions").mkdir()
    whole, lame = logs.cases(50, 1, task), logs.cases(50, 2, task).drop(columns=["region", "amount"])
    whole.to_parquet(tmp_path / "decisions" / "a.parquet")
    lame.to_parquet(tmp_path / "decisions" / "b.parquet")
    log, wanted = logs.decision_log(task), ["1-12", "2-12"]
    asked: tuple[Ask, ...] = (
        lambda engine, files: engine.find(log, None, files, logs.DAYS, wanted),
        lambda engine, files: engine.sample(log, None, files, logs.DAYS, 500),
        lambda engine, files: engine.search(log, None, files, logs.DAYS, Search(), 500),
    )
    for ask in asked:
        ours, theirs = both(engines, tmp_path, ask)
        assert told(theirs) == told(ours)
        lacking = dict(zip(ours["@id"].to_pylist(), ours["@lacking"].to_pylist(), strict=True))
        assert (lacking["1-12"], lacking["2-12"]) == (None, '["amount", "region"]')


SEARCHES = {
    "newest": Search(),
    "outcomes": Search(outcomes="known", order="largest_error"),
    "wrong": Search(wrong=True),
    "features": Search(
        versions=(1, 2),
        conditions=(
            Condition("age", ">=", ("30",)),
            Condition("kind", "in", ("chip", "abroad's")),
            Condition("new", "=", ("true",)),
        ),
    ),
    "missing": Search(conditions=(Condition("amount", "missing"),)),
    "disagree": Search(disagree=(1, 2)),
}


@pytest.mark.parametrize("name", SEARCHES)
def test_they_search_alike(room: tuple[Task, Path], engines: tuple[DuckDBEngine, SparkEngine], name: str):
    task, folder = room
    ours, theirs = both(
        engines,
        folder,
        lambda engine, files: engine.search(
            logs.decision_log(task), logs.OUTCOMES, files, logs.DAYS, SEARCHES[name], 25
        ),
    )
    assert told(theirs) == told(ours)
    assert ours.num_rows > 0 or (task == "regression" and name == "wrong") or name == "disagree"


def test_they_pair_the_same_decisions_of_two_versions(
    room: tuple[Task, Path], engines: tuple[DuckDBEngine, SparkEngine], tmp_path: Path
):
    task, _ = room
    served = logs.cases(500, 1, task).assign(version=1)
    shadow = logs.cases(500, 1, task)[::2].assign(version=2, at=lambda rows: rows["at"] + pd.Timedelta(minutes=5))
    (tmp_path / "decisions").mkdir()
    served.to_parquet(tmp_path / "decisions" / "a.parquet")
    pd.concat([shadow, shadow[:20]]).to_csv(tmp_path / "decisions" / "b.csv", index=False)
    logs.write_outcomes(tmp_path / "outcomes", served, task)
    log, versions = logs.decision_log(task), (1, 2)
    counted = [
        engine.overlap(log, logs.OUTCOMES, logs.all_files(engine, tmp_path), logs.DAYS, versions) for engine in engines
    ]
    assert counted[0] == counted[1]
    assert counted[0].shared > counted[0].labelled > 100
    for rows in (30, 10_000):
        ours, theirs = both(
            engines,
            tmp_path,
            lambda engine, files, rows=rows: engine.pairs(  # type: ignore[misc]
                log, logs.OUTCOMES, files, logs.DAYS, versions, counted[0], rows
            ),
        )
        assert told(theirs) == told(ours)
        assert ours.num_rows == 2 * counted[0].shared or rows == 30


def test_they_give_the_same_decisions_with_their_outcomes(
    room: tuple[Task, Path], engines: tuple[DuckDBEngine, SparkEngine]
):
    task, folder = room
    asked: list[tuple[str, Any]] = [("@id", "category"), ("@decided_at", "time"), ("@score", "number")]
    asked += [("@prediction", "category"), ("@outcome", "category"), ("amount", "number"), ("age", "number")]
    asked += [("kind", "category"), ("new", "boolean"), ("at", "time"), ("nowhere", "number")]
    ours, theirs = (
        engine.joined(
            logs.decision_log(task),
            logs.OUTCOMES,
            logs.all_files(engine, folder),
            logs.DAYS,
            asked,
            repeated=logs.DAYS,
        ).read_all()
        for engine in engines
    )
    assert theirs.schema == ours.schema
    rows = [sorted(repr(tuple(row.values())) for row in one.to_pylist()) for one in (ours, theirs)]
    assert rows[0] == rows[1]
    assert len(rows[0]) > 1000
    assert 0 < ours["@outcome"].null_count < ours.num_rows


def test_they_give_the_same_digests_of_ids(room: tuple[Task, Path], engines: tuple[DuckDBEngine, SparkEngine]):
    task, folder = room
    if task != "binary":
        return
    ours, theirs = (
        engine.ids(logs.decision_log(task), logs.all_files(engine, folder), logs.DAYS).read_all() for engine in engines
    )
    assert theirs.schema == ours.schema
    assert Counter(map(repr, theirs.to_pylist())) == Counter(map(repr, ours.to_pylist()))
    assert ours.num_rows > 1000


def test_they_sample_a_reference_by_version(room: tuple[Task, Path], engines: tuple[DuckDBEngine, SparkEngine]):
    task, folder = room
    if task != "binary":
        return
    ours, theirs = (engine.sample_table(logs.all_files(engine, folder).decisions, 30, "version") for engine in engines)
    assert theirs.column_names == ours.column_names
    counts = [Counter(one["@version"].to_pylist()) for one in (ours, theirs)]
    assert counts[0] == counts[1] == {1: 30, 2: 30, 3: 30}


def test_a_column_that_is_not_there_is_refused_by_both(
    room: tuple[Task, Path], engines: tuple[DuckDBEngine, SparkEngine]
):
    task, folder = room
    wanted = Search(conditions=(Condition("amuont", ">", (1,)),))
    for engine in engines:
        with pytest.raises(QueryError, match="amount"):
            engine.search(logs.decision_log(task), None, logs.all_files(engine, folder), logs.DAYS, wanted, 5)


@pytest.mark.parametrize("kind", ["column", "numbers"])
def test_they_count_the_same_answers_of_another_rule(
    room: tuple[Task, Path], kind: str, engines: tuple[DuckDBEngine, SparkEngine]
):
    task, folder = room
    rule = Rule("new" if task == "binary" else "amount")
    if kind == "numbers":
        rule = Rule(numbers={(version, day): version / 7 + day.day for version in (1, 2) for day in logs.DAYS})
    if task == "binary" and kind == "numbers":
        return
    ours, theirs = (
        engine.against(
            logs.decision_log(task), logs.OUTCOMES, logs.all_files(engine, folder), logs.DAYS, rule, logs.DAYS
        )
        for engine in engines
    )
    assert theirs.schema == ours.schema == AGAINST
    assert (ours.num_rows > 0) == (task != "multiclass")
    key = ["version", "day", "score_bin", "answer", "outcome"]
    first, second = (table.to_pandas().sort_values(key, ignore_index=True) for table in (ours, theirs))
    pd.testing.assert_frame_equal(first, second)
