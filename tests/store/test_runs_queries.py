"""The page of runs as a reader gives it: what is left out, in which order, with which values."""

from __future__ import annotations

import math
from contextlib import contextmanager
from datetime import datetime, timedelta

import pandas as pd
import pytest

from tests.helpers.snapshots import publish_rows
from watchroom.errors import QueryError
from watchroom.store.queries import home, run_choices, runs
from watchroom.store.queries.runs import MAX_COLUMNS, Choice, Order, count, download, download_rows, page
from watchroom.store.snapshot import SnapshotStore

START = datetime(2026, 3, 1, 8)
NASTY = "'; drop table runs; --"


@contextmanager
def opened(folder, tables):
    publish_rows(folder, tables)
    store = SnapshotStore(folder)
    with store.lease() as snapshot:
        yield snapshot
    store.close()


def run_row(run_id, **values):
    return {"run_id": run_id, "experiment_id": "1", "lifecycle_stage": "active", "status": "FINISHED", **values}


def metric(run_id, key, last, **values):
    return {"run_id": run_id, "key": key, "last": last, **values}


def param(run_id, key, value):
    try:
        number = float(value)
    except ValueError:
        number = None
    return {"run_id": run_id, "key": key, "value": value, "number": number}


EXPERIMENTS = [
    {"experiment_id": "1", "name": "demand", "lifecycle_stage": "active"},
    {"experiment_id": "2", "name": "Обучение 🚲", "lifecycle_stage": "active"},
    {"experiment_id": "9", "name": "trash", "lifecycle_stage": "deleted"},
]


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    tables = {
        "experiments": EXPERIMENTS,
        "runs": [
            run_row("a", name="first", user="ann", start_time=START, end_time=START + timedelta(minutes=5)),
            run_row("b", name="second", start_time=START + timedelta(days=1), status="RUNNING"),
            run_row("c", name=None, experiment_id="2", start_time=None, status="FAILED"),
            run_row("d", name=NASTY, experiment_id="2", start_time=START),
            run_row("e", name="equal", start_time=START),
            run_row("gone", name="deleted run", lifecycle_stage="deleted", start_time=START),
            run_row("trash", name="of a deleted experiment", experiment_id="9", start_time=START),
        ],
        "metrics": [
            metric("a", "rmse", 2.0, best=1.0, min=1.0, max=3.0, count=4, curve=[3.0, 1.0, 2.0]),
            metric("b", "rmse", math.nan, count=1),
            metric("c", "rmse", math.inf, count=1),
            metric("d", "rmse", 5.0, best=5.0, count=1),
            metric("gone", "rmse", 0.001, best=0.001),
            metric("trash", "rmse", 99.0, best=99.0),
            metric("a", "val/loss x", 1.5),
        ],
        "params": [
            *(param(run, "depth", value) for run, value in zip("abcd", ("9", "10", "deep", "1e1"), strict=True)),
            param("a", NASTY, NASTY),
            param("a", "model", "LightGBM"),
            param("b", "model", "LightGBM"),
        ],
        "tags": [
            {"run_id": "e", "key": "team", "value": "Night Crew"},
            {"run_id": "a", "key": "mlflow.log-model.history", "value": "night"},
        ],
        "model_versions": [
            {"name": "bike", "version": 1, "run_id": "a"},
            {"name": "bike", "version": 2, "run_id": "d"},
        ],
        "run_keys": [
            {"kind": "metric", "key": "rmse", "runs": 6},
            {"kind": "metric", "key": "val/loss x", "runs": 1},
            {"kind": "param", "key": "depth", "runs": 4},
            {"kind": "tag", "key": "mlflow.log-model.history", "runs": 9},
            {"kind": "tag", "key": "team", "runs": 1},
        ],
    }
    with opened(tmp_path_factory.mktemp("store"), tables) as snapshot:
        yield snapshot


def ids(snapshot, choice=Choice(), order=Order("run_id", descending=False), **window):  # noqa: B008
    return "".join(page(snapshot, choice=choice, columns=("run_id",), order=order, **window).frame.index)


@pytest.mark.parametrize(
    "column", ["metrics.rmse", "best(metrics.rmse)", "params.depth", "tags.team", "start_time", "duration", "name"]
)
@pytest.mark.parametrize("descending", [True, False])
def test_deleted_runs_and_runs_of_deleted_experiments_never_show(snapshot, column, descending):
    assert sorted(ids(snapshot, order=Order(column, descending))) == list("abcde")


@pytest.mark.parametrize(
    ("lifecycle", "text", "found"),
    [
        ("active", "", "a b c d e"),
        ("deleted", "", "gone trash"),
        ("all", "", "a b c d e gone trash"),
        ("active", "lifecycle_stage = 'deleted'", "gone trash"),
        ("active", "lifecycle_stage = 'deleted' and metrics.rmse < 1", "gone"),
    ],
)
def test_deleted_runs_show_when_they_are_asked_for(snapshot, lifecycle, text, found):
    assert ids(snapshot, Choice(filter_text=text, lifecycle=lifecycle)) == found.replace(" ", "")


@pytest.mark.parametrize(
    ("column", "descending", "order"),
    [
        ("metrics.rmse", True, "dabce"),
        ("metrics.rmse", False, "adbce"),
        ("best(metrics.rmse)", True, "dabce"),
        ("params.depth", True, "dbace"),  # 10 and 1e1 are one number; then the text decides
        ("params.depth", False, "abdce"),
        ("start_time", True, "badec"),
        ("start_time", False, "adebc"),
        ("tags.team", True, "eabcd"),
        ("metrics.`no run has it`", True, "abcde"),
    ],
)
def test_what_is_missing_nan_or_infinite_comes_last_and_equals_go_by_id(snapshot, column, descending, order):
    assert ids(snapshot, order=Order(column, descending)) == order


@pytest.mark.parametrize(
    ("choice", "found"),
    [
        (Choice("metrics.rmse < 3"), "a"),
        (Choice("params.model = 'LightGBM' or experiment = 'Обучение 🚲'"), "abcd"),
        (Choice(search="lightgbm"), "ab"),
        (Choice(search="LIGHTgbm  second"), "b"),
        (Choice(search="🚲"), "cd"),
        (Choice(search="night"), "e"),
        (Choice(search="drop table"), "ad"),
        (Choice(search="%"), ""),
        (Choice(experiments=("demand",)), "abe"),
        (Choice(experiments=(NASTY,)), ""),
        (Choice("params.`'; drop table runs; --` = '''; drop table runs; --'"), "a"),
        (Choice(model="bike"), "ad"),
        (Choice(model="bike", version=2), "d"),
        (Choice(model="boat"), ""),
    ],
)
def test_a_choice_takes_the_runs_it_describes(snapshot, choice, found):
    assert ids(snapshot, choice) == found
    assert count(snapshot, choice=choice) == len(found)


def test_pages_follow_each_other_and_each_knows_the_total(snapshot):
    pages = [
        page(snapshot, choice=Choice(), columns=("name",), order=Order("run_id", False), offset=at, limit=2)
        for at in (0, 2, 4, 6)
    ]

    assert ["".join(found.frame.index) for found in pages] == ["ab", "cd", "e", ""]
    assert {found.total for found in pages} == {5}


def test_a_page_holds_the_columns_asked_for_in_their_order_and_nothing_else(snapshot):
    columns = (
        "params.depth",
        "name",
        "metrics.rmse",
        "best(metrics.rmse)",
        "curve(metrics.rmse)",
        "metrics.`val/loss x`",
        "tags.team",
        "duration",
    )
    frame = page(snapshot, choice=Choice(), columns=columns, order=Order("run_id", False)).frame

    assert tuple(frame.columns) == columns
    assert list(frame.loc["a"])[:4] == ["9", "first", 2.0, 1.0]
    assert list(frame.loc["a", "curve(metrics.rmse)"]) == [3.0, 1.0, 2.0]
    assert frame.loc["a", "duration"] == 300.0
    assert frame.loc["e", "tags.team"] == "Night Crew"


def test_a_metric_logged_as_nan_is_not_a_metric_that_is_missing(snapshot):
    values = page(snapshot, choice=Choice(), columns=("metrics.rmse",), order=Order("run_id", False)).frame[
        "metrics.rmse"
    ]

    assert values["e"] is pd.NA
    assert math.isnan(values["b"])
    assert math.isinf(values["c"])


def test_a_run_that_runs_for_days_is_stale(snapshot):
    def statuses(days):
        frame = page(
            snapshot, choice=Choice(), columns=("status",), order=Order("run_id", False), stale_days=days
        ).frame
        return list(frame["status"][:2])

    assert statuses(2) == ["FINISHED", "RUNNING, stale"]
    assert statuses(100_000) == ["FINISHED", "RUNNING"]
    assert statuses(None) == ["FINISHED", "RUNNING"]


@pytest.mark.parametrize(
    "name",
    [
        "rmse",
        "metrics.rmse < 3",
        "a is null or name",
        "model.name",
        "curve(params.depth)",
        "curve(best(metrics.rmse))",
        "",
    ],
)
def test_what_is_not_a_column_is_refused(snapshot, name):
    with pytest.raises(QueryError):
        page(snapshot, choice=Choice(), columns=(name,))


def test_too_many_columns_are_refused_with_the_limit(snapshot):
    with pytest.raises(QueryError, match=str(MAX_COLUMNS)):
        page(snapshot, choice=Choice(), columns=tuple(f"metrics.m{number}" for number in range(MAX_COLUMNS + 1)))


def test_a_download_holds_all_runs_of_the_choice_or_those_selected(snapshot):
    whole = download(
        snapshot, choice=Choice("metrics.rmse is not null"), columns=("name", "run_id"), order=Order("run_id", False)
    )
    some = download(snapshot, choice=Choice(), columns=("name",), run_ids=("d", "a"))

    assert list(whole.frame.columns) == ["run_id", "name"]
    assert list(whole.frame["run_id"]) == list("abcd")
    assert list(some.frame["run_id"]) == ["d", "a"]


def test_an_empty_store_has_no_runs_and_no_columns_to_choose(tmp_path):
    with opened(tmp_path / "store", {}) as snapshot:
        found = page(snapshot, choice=Choice("metrics.rmse > 1"), columns=run_choices.usual_columns(snapshot))

        assert found.total == 0
        assert found.frame.empty
        assert run_choices.experiments(snapshot) == ()


def test_the_usual_columns_are_the_commonest_metrics_and_the_parameters_that_vary(snapshot):
    columns = run_choices.usual_columns(snapshot)

    assert columns[:2] == ("name", "experiment")
    assert "metrics.rmse" in columns
    assert "curve(metrics.rmse)" in columns
    assert "params.depth" in columns
    assert "params.model" not in columns  # always LightGBM


def test_of_one_experiment_the_usual_columns_are_its_own(snapshot):
    columns = run_choices.usual_columns(snapshot, experiments=("Обучение 🚲",))

    assert "experiment" not in columns
    assert "metrics.`val/loss x`" not in columns
    assert "params.depth" in columns


def test_keys_come_commonest_first_and_mlflows_own_tags_last(snapshot):
    assert [(item.kind, item.key) for item in run_choices.keys(snapshot)] == [
        ("metric", "rmse"),
        ("metric", "val/loss x"),
        ("param", "depth"),
        ("tag", "team"),
        ("tag", "mlflow.log-model.history"),
    ]


def test_experiments_count_their_runs_without_the_deleted(snapshot):
    assert [(item.name, item.runs) for item in run_choices.experiments(snapshot)] == [("demand", 3), ("Обучение 🚲", 2)]


@pytest.mark.parametrize(
    ("kind", "key", "values"),
    [
        ("param", "model", ("LightGBM",)),
        ("tag", "team", ("Night Crew",)),
        ("attribute", "user", ("ann",)),
        ("param", "none", ()),
    ],
)
def test_values_are_offered_commonest_first(snapshot, kind, key, values):
    assert run_choices.values(snapshot, kind=kind, key=key) == values


@pytest.mark.parametrize(("columns", "rows"), [(0, 100_000), (20, 100_000), (21, 95_238), (100, 20_000)])
def test_a_download_holds_fewer_runs_the_more_columns_it_has(columns, rows):
    assert download_rows(columns) == rows


def test_a_download_that_is_too_large_is_cut_and_says_how_many_there_are(snapshot, monkeypatch):
    monkeypatch.setattr(runs, "MAX_CELLS", 4)
    found = download(snapshot, choice=Choice(), columns=("name", "user"))
    assert len(found.frame) == 2
    assert found.total == count(snapshot, choice=Choice()) > 2
    assert len(download(snapshot, choice=Choice(), columns=("name", "user"), run_ids=("a", "b", "c")).frame) == 2


@pytest.mark.parametrize("run", ["active", "deleted", None])
@pytest.mark.parametrize("experiment", ["active", "deleted", None])
def test_every_reader_agrees_on_which_runs_are_deleted(tmp_path, run, experiment):
    tables = {
        "experiments": [{"experiment_id": "1", "name": "demand", "lifecycle_stage": experiment}],
        "runs": [run_row("a", status="RUNNING", start_time=START, lifecycle_stage=run)],
        "metrics": [metric("a", "rmse", 1.0)],
    }
    there = "deleted" not in (run, experiment)
    with opened(tmp_path, tables) as snapshot:
        listed = {"all": Choice(), "filtered": Choice(filter_text="lifecycle_stage = 'active'")}
        assert {name: count(snapshot, choice=choice) for name, choice in listed.items()} == {
            "all": there,
            "filtered": there,
        }
        assert count(snapshot, choice=Choice(lifecycle="deleted")) == (not there)
        assert home.hanging(snapshot, started_before=START + timedelta(1)).runs == there
        assert sum(item.runs for item in run_choices.experiments(snapshot)) == there
        assert ("metrics.rmse" in run_choices.usual_columns(snapshot, experiments=("demand",))) == there
