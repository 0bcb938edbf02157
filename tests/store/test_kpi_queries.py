"""The readers of the KPI register take what is over, of the model, and say what is known."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.helpers.snapshots import publish_rows
from tests.ui import kpi_sample as sample
from tests.ui.kpi_sample import CAUGHT, MONTH, STOPPED, THIS_MONTH, TODAY
from watchroom.domain.kpi import BEYOND_LIMIT, NO_DATA
from watchroom.store.queries import kpis as queries
from watchroom.store.snapshot import Snapshot, SnapshotStore


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    folder: Path = tmp_path_factory.mktemp("kpis") / "store"
    rows = sample.rows()
    week = TODAY - timedelta(TODAY.weekday() + 7)
    before = (MONTH - timedelta(1)).replace(day=1)
    own = {
        "kpis": [sample.kpi("new", 1, STOPPED), sample.kpi("late", 1, CAUGHT)],
        "kpi_values": [
            sample.value("new", STOPPED, THIS_MONTH, 0.1),
            sample.value("new", STOPPED, week, 0.7, grain="week"),
            sample.value("new", STOPPED, TODAY - timedelta(1), 0.9, grain="day"),
            sample.value("late", CAUGHT, before, 61.0),
            sample.value("late", CAUGHT, MONTH, None, n=0, decisions=50),
        ],
    }
    publish_rows(folder, {**rows, **{name: [*rows[name], *more] for name, more in own.items()}})
    store = SnapshotStore(folder)
    with store.lease() as found:
        yield found
    store.close()


def one(snapshot: Snapshot, model: str, place: int = 0) -> queries.Kpi:
    return queries.register(snapshot, model=model)[place]


def test_the_register_is_in_the_order_of_the_file_with_the_last_month_that_is_over(snapshot: Snapshot):
    caught, stopped = queries.register(snapshot, model="fraud")
    assert (caught.name, stopped.name) == ("Fraud caught", "Good customers stopped")
    assert stopped.now is not None
    assert (stopped.now.grain, stopped.now.period_start, stopped.now.value) == ("month", MONTH, 2.6)
    assert stopped.now == stopped.known
    assert stopped.status == BEYOND_LIMIT


def test_a_model_without_a_whole_month_is_judged_by_its_last_week(snapshot: Snapshot):
    young = one(snapshot, "new")
    assert young.now is not None
    assert (young.now.grain, young.now.value) == ("week", 0.7)


def test_a_month_without_a_value_is_unknown_and_the_last_one_known_is_kept(snapshot: Snapshot):
    late = one(snapshot, "late")
    assert late.status == NO_DATA
    assert late.now is not None
    assert (late.now.value, late.now.decisions) == (None, 50)
    assert late.known is not None
    assert late.known.value == 61.0


def test_a_formula_that_fails_is_unknown_with_its_error(snapshot: Snapshot):
    broken = one(snapshot, "broken")
    assert (broken.status, broken.error) == (NO_DATA, "There is no column `amout`.")
    assert broken.lacks == ("unit", "owner")


def test_what_is_over_time_is_the_models_and_says_which_period_runs(snapshot: Snapshot):
    asked = {"model": "fraud", "kpi": "Good customers stopped", "grain": "month", "first": MONTH, "last": TODAY}
    found = queries.over_time(snapshot, **asked)  # type: ignore[arg-type]
    assert found["value"].tolist() == [2.6, 0.9]
    assert found["running"].tolist() == [False, True]
    by_version = queries.of_versions(snapshot, **asked)  # type: ignore[arg-type]
    assert list(zip(by_version["version"], by_version["value"], strict=True)) == [(1, 3.0), (2, 0.5)]


def test_all_models_are_read_at_once_as_one_by_one(snapshot: Snapshot):
    every = queries.by_model(queries.register(snapshot))
    assert every["fraud"] == queries.register(snapshot, model="fraud")
    assert "bare" not in every
