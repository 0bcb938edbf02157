"""The SQL of run filters takes exactly the runs that a plain reading of the language takes."""

from __future__ import annotations

import itertools
import math
import random
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import given, settings

from tests.helpers.filters import KEYS, TEXTS, Reference, as_number, filters
from watchroom.domain.filter_parser import parse
from watchroom.domain.filters import STATISTICS
from watchroom.store.queries.run_filter_sql import Clock, filter_sql
from watchroom.store.schema import TABLES

NOW = datetime(2026, 2, 7, 12, 30, 15, tzinfo=UTC)
ZONE = ZoneInfo("Europe/London")
FLOATS = (None, math.nan, math.inf, -math.inf, -1.0, 0.0, 0.5, 1.0, 9.0, 10.0, 1e300)
STARTS = (
    None,
    datetime(1970, 1, 1),
    datetime(2026, 1, 31),
    datetime(2026, 1, 31, 12, 30, 15),
    datetime(2026, 1, 31, 12, 30, 15, 250_000),
    datetime(2026, 1, 31, 7, 0, 59, 999_999),
    datetime(2026, 2, 1),
    datetime(2026, 2, 7, 12, 28, 45),
    datetime(2026, 3, 28, 23, 59, 59, 999_999),
    datetime(2026, 3, 29, 22, 59, 59),
    datetime(2026, 3, 29, 23),
)


def make_runs(count: int, seed: int) -> list[dict[str, Any]]:
    """Runs with everything that is awkward: nothing at all, NaN, infinities, duplicates, foreign letters."""
    draw = random.Random(seed)
    text = lambda: draw.choice((None, *TEXTS))  # noqa: E731
    runs = []
    for number in range(count):
        start = draw.choice(STARTS)
        end = (
            start + timedelta(seconds=draw.choice((0, 0.5, 9, 90, 900, 7200, 604800)))
            if start and draw.random() < 0.7
            else None
        )
        experiment = draw.choice((None, 0, 1, 2))
        runs.append(
            {
                "run_id": draw.choice(TEXTS) + str(number),
                "experiment_id": None if experiment is None else str(experiment),
                "experiment": None if experiment is None else ("a", "Ж", None)[experiment],
                "lifecycle_stage": draw.choice(("active", "active", "deleted")),
                **{
                    name: text()
                    for name in (
                        "name",
                        "status",
                        "user",
                        "parent_run_id",
                        "commit",
                        "source_name",
                        "source_type",
                        "artifact_uri",
                    )
                },
                "start_time": start,
                "end_time": end,
                "duration": (end - start).total_seconds() if start and end else None,
                "dirty": draw.choice((None, True, False)),
                "metrics": {key: {name: _statistic(draw, name) for name in STATISTICS} for key in _some(draw)},
                "params": {key: draw.choice((*TEXTS, "nan", "inf", "1e1")) for key in _some(draw)},
                "tags": {key: draw.choice(TEXTS) for key in _some(draw)},
                "datasets": [
                    {name: text() for name in ("name", "digest", "context")} for _ in range(draw.choice((0, 0, 1, 2)))
                ],
                "models": [],
            }
        )
        if draw.random() < 0.3:
            runs[-1]["models"] = [
                {"name": name, "version": number, "alias": draw.choice((None, "a", "Ж"))} for name in ("a", "Ж")
            ]
    return runs


def _some(draw: random.Random) -> list[str]:
    return draw.sample(KEYS[:-1], draw.randrange(len(KEYS)))


def _statistic(draw: random.Random, name: str) -> float | int | None:
    """As the refresh writes them: NaN and infinities only as the last value."""
    if name == "last":
        return draw.choice(FLOATS[1:])
    return draw.randrange(12) if name == "count" else draw.choice((FLOATS[0], *FLOATS[4:]))


def fill(connection: duckdb.DuckDBPyConnection, runs: list[dict[str, Any]]) -> None:
    for table in TABLES.values():
        connection.execute(table.create_sql)
    insert(
        connection,
        "experiments",
        [
            {"experiment_id": "0", "name": "a", "lifecycle_stage": "active"},
            {"experiment_id": "1", "name": "Ж", "lifecycle_stage": "active"},
            {"experiment_id": "2", "lifecycle_stage": "deleted"},
        ],
    )
    for run in runs:
        run_id = {"run_id": run["run_id"]}
        insert(connection, "runs", [{name: run[name] for name in TABLES["runs"].column_names if name in run}])
        insert(connection, "metrics", [run_id | {"key": key} | found for key, found in run["metrics"].items()])
        insert(
            connection,
            "params",
            [run_id | {"key": key, "value": value, "number": as_number(value)} for key, value in run["params"].items()],
        )
        insert(connection, "tags", [run_id | {"key": key, "value": value} for key, value in run["tags"].items()])
        insert(connection, "run_inputs", [run_id | dataset for dataset in run["datasets"]])
        for version in run["models"]:
            insert(connection, "model_versions", [run_id | {name: version[name] for name in ("name", "version")}])
            if version["alias"] is not None:
                insert(connection, "aliases", [version])
    insert(connection, "model_versions", [{"name": "a", "version": 10_000}])


def insert(connection: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, Any]]) -> None:
    for row in rows:
        names = ", ".join(f'"{name}"' for name in row)
        connection.execute(f'insert into "{table}" ({names}) values ({", ".join("?" * len(row))})', list(row.values()))


@pytest.fixture(scope="module")
def store():
    runs = make_runs(120, seed=7)
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        fill(connection, runs)
        for run in runs:  # as the language has it: a run of a deleted experiment is deleted
            if run["experiment_id"] == "2":
                run["lifecycle_stage"] = "deleted"
        yield connection, runs


def taken(connection: duckdb.DuckDBPyConnection, filter_: Any) -> list[str]:
    condition = filter_sql(filter_, Clock(NOW, ZONE))
    sql = f"""
        select r.run_id from runs r left join experiments e on e.experiment_id = r.experiment_id
        where {condition.text} order by r.run_id"""
    return [run_id for (run_id,) in connection.cursor().execute(sql, condition.params).fetchall()]


@settings(max_examples=200, deadline=None)
@given(filter_=filters())
def test_the_sql_takes_the_runs_that_the_language_means(store, filter_):
    connection, runs = store
    reference = Reference(NOW, ZONE)

    assert taken(connection, filter_) == sorted(run["run_id"] for run in runs if reference.takes(filter_, run))


@settings(max_examples=100, deadline=None)
@given(filter_=filters())
def test_no_text_of_a_filter_stands_in_the_sql(filter_):
    condition = filter_sql(filter_, Clock(NOW, ZONE))

    assert "'; drop" not in condition.text
    assert condition.text.count("?") == len(condition.params)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("metrics.rmse > 0.5", {"b", "inf"}),
        ("metrics.rmse != 0.5", {"b", "inf"}),
        ("not metrics.rmse = 0.5", {"b", "inf", "nan", "none"}),
        ("metrics.rmse not in (0.5)", {"b", "inf"}),
        ("metrics.rmse is null", {"none"}),
        ("metrics.rmse is not finite", {"inf", "nan"}),
        ("metrics.rmse is finite", {"a", "b"}),
    ],
)
def test_nan_compares_with_nothing_and_what_a_run_lacks_makes_a_condition_false(text, expected):
    values = {"a": 0.5, "b": 1.5, "inf": math.inf, "nan": math.nan}
    with duckdb.connect(":memory:") as connection:
        for table in TABLES.values():
            connection.execute(table.create_sql)
        insert(connection, "runs", [{"run_id": name} for name in (*values, "none")])
        insert(
            connection, "metrics", [{"run_id": name, "key": "rmse", "last": value} for name, value in values.items()]
        )

        assert set(taken(connection, parse(text))) == expected


@pytest.mark.parametrize(
    ("operator", "days"),
    [("=", "31"), ("!=", "30 1"), ("<", "30"), ("<=", "30 31"), (">", "1"), (">=", "31 1")],
)
def test_a_day_is_the_whole_day_where_the_room_is(operator, days):
    with duckdb.connect(":memory:") as connection:
        for table in TABLES.values():
            connection.execute(table.create_sql)
        # London is at UTC+1 then: its 31 July begins and ends an hour earlier.
        starts = {"30": datetime(2026, 7, 30, 22, 59), "31": datetime(2026, 7, 30, 23), "1": datetime(2026, 7, 31, 23)}
        insert(connection, "runs", [{"run_id": name, "start_time": start} for name, start in starts.items()])

        assert set(taken(connection, parse(f"start_time {operator} '2026-07-31'"))) == set(days.split())


def test_every_pair_of_a_key_and_a_text_that_would_break_out_of_quotes_is_only_a_value(store):
    connection, _ = store
    before = connection.cursor().execute("select count(*) from runs").fetchall()
    for key, value in itertools.product(KEYS, TEXTS):
        quoted_key, quoted = key.replace("`", "``"), value.replace("'", "''")
        taken(connection, parse(f"params.`{quoted_key}` = '{quoted}' or tags.`{quoted_key}` like '{quoted}'"))

    assert connection.cursor().execute("select count(*) from runs").fetchall() == before
