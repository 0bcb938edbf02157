"""Curves and parameters of runs come out of the store whole, in order, and quickly bounded."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.helpers.snapshots import publish_rows
from watchroom.domain.curves import NO_TIME
from watchroom.store.queries import curves, run_params
from watchroom.store.snapshot import Snapshot, SnapshotStore

START = datetime(2026, 3, 1)
RNG = np.random.default_rng(3)


def points(run_id: str, key: str, values: list[float], steps: list[int] | None = None) -> list[dict[str, Any]]:
    at = steps or list(range(len(values)))
    return [
        {"run_id": run_id, "key": key, "step": step, "time": START + timedelta(seconds=place), "value": value}
        for place, (step, value) in enumerate(zip(at, values, strict=True))
    ]


def metric(run_id: str, key: str, values: list[float], better: str = "lower") -> dict[str, Any]:
    finite = [value for value in values if math.isfinite(value)]
    return {
        "run_id": run_id, "key": key, "last": values[-1], "best": min(finite, default=None), "better": better,
        "min": min(finite, default=None), "max": max(finite, default=None), "count": len(values),
        "not_finite": len(values) - len(finite),
    }  # fmt: skip


LONG = list(RNG.normal(size=4_000))
LONG[1_234], LONG[2_345], LONG[3_000] = 50.0, -50.0, math.nan
ROWS = {"b": [3.0, math.nan, math.inf], "a": [1.0, 2.0], "once": [5.0]}
PARAMS = {
    "lr": {"a": "0.1", "b": "0.001", "once": "1e-2"},
    "depth": {"a": "5", "b": "None", "once": "7"},
    "loss": {"a": "l2", "b": "l2", "once": "l2"},
    "half": {"a": "x"},
}


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    folder: Path = tmp_path_factory.mktemp("curves") / "store"
    history = [*points("b", "loss", ROWS["b"]), *points("a", "loss", [1.0, 2.0, 9.0], [7, 3, 5])]
    history += [*points("once", "loss", [5.0]), *points("long", "noise", LONG), *points("other", "loss", [0.0, 0.0])]
    publish_rows(
        folder,
        {
            "experiments": [{"experiment_id": "1", "name": "team/x"}],
            "runs": [{"run_id": id_, "experiment_id": "1", "name": f"run {id_}", "start_time": START} for id_ in ROWS],
            "metric_history": history,
            "metrics": [
                *(metric(id_, "loss", values) for id_, values in ROWS.items()),
                metric("long", "noise", LONG),
                metric("other", "loss", [0.0, 0.0], "higher"),
            ],
            "params": [
                {"run_id": id_, "key": key, "value": value, "number": number(value)}
                for key, found in PARAMS.items()
                for id_, value in found.items()
            ],
        },
    )
    store = SnapshotStore(folder)
    with store.lease() as held:
        yield held
    store.close()


def number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


IDS = ("b", "a", "once", "gone")


def test_curves_come_in_the_order_of_the_runs_and_points_in_that_of_steps(snapshot: Snapshot):
    found = curves.history(snapshot, run_ids=IDS, metric="loss")
    assert [curve.run_id for curve in found.curves] == ["b", "a", "once"]
    assert list(found.curves[1].step) == [3, 5, 7]
    assert list(found.curves[1].value) == [2.0, 9.0, 1.0]


def test_points_that_are_not_finite_are_kept(snapshot: Snapshot):
    (first, *_) = curves.history(snapshot, run_ids=IDS, metric="loss").curves
    assert np.isnan(first.value[1])
    assert first.value[2] == math.inf


def test_no_run_with_the_metric_gives_no_curve(snapshot: Snapshot):
    assert curves.history(snapshot, run_ids=("gone",), metric="loss") == curves.History((), 0, False)


def test_too_many_points_give_the_ends_and_extremes_of_stretches(snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(curves, "POINTS_READ", 500)
    found = curves.history(snapshot, run_ids=("long",), metric="noise")
    (curve,) = found.curves
    assert found.extremes
    assert found.points == 4_000
    assert 100 < len(curve.step) <= 600
    assert {50.0, -50.0} <= set(curve.value)
    assert np.isnan(curve.value).any()
    assert (curve.step[0], curve.step[-1]) == (0, 3_999)
    assert (np.diff(curve.step) > 0).all()


def test_metrics_with_most_curves_come_first(snapshot: Snapshot):
    found = curves.metric_names(snapshot, run_ids=(*IDS, "long"))
    assert [(one.key, one.runs, one.curves, one.points, one.not_finite) for one in found] == [
        ("loss", 3, 2, 6, 2),
        ("noise", 1, 1, 4_000, 1),
    ]
    assert [one.better for one in curves.metric_names(snapshot, run_ids=("a", "other"))] == [None]


def test_runs_have_their_names_and_starts(snapshot: Snapshot):
    found = curves.run_facts(snapshot, run_ids=IDS)
    assert found["a"] == curves.RunFact("a", "run a", "team/x", START)
    assert "gone" not in found


def test_only_parameters_that_vary_are_told(snapshot: Snapshot):
    found = run_params.params(snapshot, run_ids=IDS)
    assert [(one.key, one.runs, one.different, one.is_number) for one in found.varying] == [
        ("depth", 3, 3, False),
        ("lr", 3, 3, True),
    ]
    assert found.same == 2


def test_values_come_in_the_order_of_the_runs(snapshot: Snapshot):
    found = run_params.values(snapshot, run_ids=IDS, keys=("lr", "depth"))
    np.testing.assert_array_equal(found["lr"].numbers, [0.001, 0.1, 0.01, math.nan])
    assert found["depth"].texts == ("None", "5", "7", None)


@pytest.mark.parametrize(
    ("statistic", "values"),
    [("last", (None, 2.0, 5.0, None)), ("best", (3.0, 1.0, 5.0, None)), ("max", (3.0, 2.0, 5.0, None))],
)
def test_a_metric_is_taken_by_its_statistic_and_only_where_it_is_finite(snapshot: Snapshot, statistic, values):
    assert run_params.metric_values(snapshot, run_ids=IDS, metric="loss", statistic=statistic) == values


def test_deleted_runs_and_those_of_deleted_experiments_have_no_value(tmp_path: Path):
    experiments = [("1", "active"), ("2", "deleted")]
    rows = [("a", "1", "active"), ("b", "1", "deleted"), ("c", "2", "active")]
    publish_rows(
        tmp_path / "store",
        {
            "experiments": [{"experiment_id": id_, "name": id_, "lifecycle_stage": it} for id_, it in experiments],
            "runs": [{"run_id": id_, "experiment_id": of, "lifecycle_stage": stage} for id_, of, stage in rows],
            "metrics": [metric(id_, "loss", [1.0]) for id_, _, _ in rows],
        },
    )
    ids = ("a", "b", "c")
    store = SnapshotStore(tmp_path / "store")
    with store.lease() as held:
        found = run_params.metric_values(held, run_ids=ids, metric="loss", statistic="last")
        assert set(run_params.deleted(held, run_ids=ids)) == {"b", "c"}
    store.close()
    assert found == (1.0, None, None)


@pytest.mark.parametrize("steps", [[0] * 4_000, [*range(3_999), 10**9]])
def test_the_extremes_are_of_stretches_of_points_whatever_their_steps(tmp_path, monkeypatch, steps):
    publish_rows(
        tmp_path / "store",
        {"metric_history": points("flat", "noise", LONG, steps), "metrics": [metric("flat", "noise", LONG)]},
    )
    monkeypatch.setattr(curves, "POINTS_READ", 500)
    store = SnapshotStore(tmp_path / "store")
    with store.lease() as held:
        (curve,) = curves.history(held, run_ids=("flat",), metric="noise").curves
    store.close()
    assert 150 < len(curve.value) <= 600
    assert {50.0, -50.0, LONG[0], LONG[-1]} <= set(curve.value)
    assert np.diff(curve.time_us).max() < 1e6 * 4_000 / 25  # no stretch is longer than its part


def test_a_point_without_a_time_says_so_and_is_not_of_1970(tmp_path):
    (first, second) = points("a", "loss", [1.0, 2.0])
    publish_rows(
        tmp_path / "store",
        {"metric_history": [first, {**second, "time": None}], "metrics": [metric("a", "loss", [1.0, 2.0])]},
    )
    store = SnapshotStore(tmp_path / "store")
    with store.lease() as held:
        (curve,) = curves.history(held, run_ids=("a",), metric="loss").curves
    store.close()
    assert list(curve.time_us) == [int(START.replace(tzinfo=UTC).timestamp() * 1e6), NO_TIME]
