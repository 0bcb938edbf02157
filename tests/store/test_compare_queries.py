"""What the comparison of runs reads: only what differs, by the statistic asked for, and which runs an address means."""

from __future__ import annotations

import math
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest

from tests.helpers.snapshots import publish_rows
from watchroom.domain.comparison import Same
from watchroom.errors import QueryError
from watchroom.store.queries import compare as queries
from watchroom.store.queries.compare import compare
from watchroom.store.queries.compare_runs import MAX_RUNS, by_filter, by_ids, named, offers, short_ids
from watchroom.store.queries.runs import Choice, Order
from watchroom.store.snapshot import SnapshotStore

A, B, C = "aaaaaaaa11" + "0" * 22, "aaaaaaaa22" + "0" * 22, "cccccccc33" + "0" * 22
GONE = "dddddddd44" + "0" * 22
START = datetime(2026, 3, 1, 8)
NASTY = "'; drop table runs; -- [x](http://evil) <b>"
SIGNATURE = '[{"name": "age", "type": "long", "required": true}, {"name": "sex", "type": "string", "required": false}]'


def metric(run_id, key, last, **values):
    return {"run_id": run_id, "key": key, "last": last, "best": last, "min": last, "max": last, **values}


def param(run_id, key, value):
    return {"run_id": run_id, "key": key, "value": value, "number": None}


def run(run_id, name, **values):
    return {
        "run_id": run_id,
        "experiment_id": "1",
        "name": name,
        "status": "FINISHED",
        "lifecycle_stage": "active",
        "start_time": START,
        "end_time": START + timedelta(minutes=5),
        **values,
    }


TABLES = {
    "experiments": [{"experiment_id": "1", "name": "demand", "lifecycle_stage": "active"}],
    "runs": [
        run(A, "first", commit="c1", dirty=False),
        run(B, "second", commit="c2", dirty=False, start_time=START + timedelta(hours=1)),
        run(C, None, commit="c1", dirty=True, start_time=START + timedelta(hours=2)),
        run(GONE, "gone", lifecycle_stage="deleted"),
    ],
    "params": [
        *(param(run_id, "depth", value) for run_id, value in ((A, "6"), (B, "8"), (C, "6"))),
        *(param(run_id, "model", "lgbm") for run_id in (A, B, C)),
        param(B, NASTY, NASTY),
    ],
    "metrics": [
        metric(A, "rmse", 3.0, best=1.0, min=1.0, max=9.0),
        metric(B, "rmse", 2.0, best=2.0, min=2.0, max=9.0),
        metric(C, "rmse", math.nan, best=None, min=None, max=None),
        *(metric(run_id, "odd", math.nan, best=None) for run_id in (A, B, C)),
    ],
    "tags": [
        {"run_id": A, "key": "mlflow.user", "value": "ann"},
        {"run_id": A, "key": "team", "value": "night"},
    ],
    "run_inputs": [
        {"run_id": A, "name": "sales", "digest": "d1", "context": "training"},
        {"run_id": B, "name": "sales", "digest": "d2", "context": "training"},
        {"run_id": C, "name": "sales", "digest": "d1", "context": "training"},
    ],
    "model_files": [
        {
            "location": run_id, "run_id": run_id, "signature_inputs": signature, "flavors": ["sklearn"],
            "requirements": f"mlflow==3.1\nscikit-learn=={version}  # pinned\n",
        }
        for run_id, signature, version in ((A, SIGNATURE, "1.8"), (B, "[]", "1.9"))
    ],
}  # fmt: skip


@contextmanager
def opened(folder, tables):
    publish_rows(folder, tables)
    store = SnapshotStore(folder)
    with store.lease() as snapshot:
        yield snapshot
    store.close()


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("compared") / "store", TABLES) as found:
        yield found


def values(found):
    return {(thing.kind, thing.key): thing.values for thing in found.different}


def test_only_what_differs_is_kept_and_what_is_alike_is_named(snapshot):
    found = compare(snapshot, run_ids=(B, A))

    assert [run.name for run in found.runs] == ["second", "first"]
    assert values(found) == {
        ("metric", "rmse"): (2.0, 3.0),
        ("param", "depth"): ("8", "6"),
        ("param", NASTY): (NASTY, None),
        ("data", "training"): ("sales #d2", "sales #d1"),
        ("model", "Inputs"): (None, "age: long, sex: string (optional)"),
        ("package", "scikit-learn"): ("1.9", "1.8"),
        ("run", "Commit"): ("c2", "c1"),
        ("run", "Started"): (START + timedelta(hours=1), START),
        ("run", "Duration"): (-3300.0, 300.0),
        ("tag", "team"): (None, "night"),
    }
    assert {Same("param", "model", "lgbm"), Same("package", "mlflow", "3.1"), Same("run", "Status", "FINISHED")} <= set(
        found.same
    )
    assert found.left_out == 0


@pytest.mark.parametrize(
    ("statistic", "expected"),
    [("last", (3.0, 2.0)), ("best", (1.0, 2.0)), ("min", (1.0, 2.0)), ("max", None)],
)
def test_a_metric_counts_by_the_statistic_asked_for(snapshot, statistic, expected):
    found = compare(snapshot, run_ids=(A, B), statistic=statistic)
    assert values(found).get(("metric", "rmse")) == expected


def test_nan_is_like_nan_and_unlike_nothing(snapshot):
    found = compare(snapshot, run_ids=(A, B, C))
    assert ("metric", "odd") not in values(found)
    assert any(one.key == "odd" and math.isnan(one.value) for one in found.same)
    assert values(compare(snapshot, run_ids=(A, B, C), statistic="best"))["metric", "rmse"] == (1.0, 2.0, None)


def test_unknown_ids_are_left_out_and_a_deleted_run_is_marked(snapshot):
    found = compare(snapshot, run_ids=("nobody", A, GONE))
    assert [(run.run_id, run.deleted) for run in found.runs] == [(A, False), (GONE, True)]
    assert found.deleted == {1}


def test_too_many_differences_are_cut_and_counted(snapshot, monkeypatch):
    monkeypatch.setattr(queries, "MAX_THINGS", 1)
    found = compare(snapshot, run_ids=(A, B))
    assert ("metric", "rmse") in values(found)
    assert ("param", "depth") not in values(found)
    assert found.left_out == 4


@pytest.mark.parametrize(
    ("asked", "ids", "missing", "ambiguous"),
    [
        ((A, B), (A, B), (), ()),
        (("aaaaaaaa2", "cccccccc"), (B, C), (), ()),
        (("aaaaaaaa",), (), (), ("aaaaaaaa",)),
        (("cccccc",), (), ("cccccc",), ()),
        (("nobody", C, C), (C,), ("nobody",), ()),
        ((NASTY, "%", ""), (), (NASTY, "%", ""), ()),
    ],
)
def test_an_address_names_runs_by_whole_ids_or_by_beginnings_that_are_one_run_s_own(
    snapshot, asked, ids, missing, ambiguous
):
    found = by_ids(snapshot, asked=asked)
    assert (found.run_ids, found.missing, found.ambiguous) == (ids, missing, ambiguous)


def test_what_an_address_is_written_with_leads_back_to_the_same_runs(snapshot):
    short = short_ids(snapshot, run_ids=(A, B, C))
    assert short == (A[:10], B[:10], C[:10])
    assert by_ids(snapshot, asked=short).run_ids == (A, B, C)


def test_a_filter_gives_its_first_runs_in_its_order_and_says_how_many_there_are(snapshot):
    found = by_filter(snapshot, choice=Choice(filter_text="params.model = 'lgbm'"), order=Order(), most=2)
    assert (found.run_ids, found.total) == ((C, B), 3)
    with pytest.raises(QueryError):
        by_filter(snapshot, choice=Choice(filter_text="params."), order=Order(), most=2)


def test_no_more_runs_are_compared_than_a_browser_draws(tmp_path):
    ids = [f"{number:032x}" for number in range(MAX_RUNS + 3)]
    with opened(tmp_path / "store", {"runs": [run(run_id, "r") for run_id in ids]}) as snapshot:
        assert len(by_filter(snapshot, choice=Choice(), order=Order(), most=10_000).run_ids) == MAX_RUNS
        found = by_ids(snapshot, asked=tuple(ids))
        assert (len(found.run_ids), found.total) == (MAX_RUNS, MAX_RUNS + 3)


def test_runs_to_add_are_found_by_words_the_newest_first(snapshot):
    assert [run.run_id for run in offers(snapshot, words="")] == [C, B, A]
    assert [run.name for run in offers(snapshot, words="FIRST demand")] == ["first"]
    assert offers(snapshot, words="gone") == ()
    assert [run.name for run in named(snapshot, run_ids=(GONE, "nobody", A))] == ["gone", "first"]
