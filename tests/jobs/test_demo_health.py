"""The whole demo, refreshed: what was made to drift is found as it begins, and healthy models are left alone."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from watchroom.demo import DRIFT_STARTS, build
from watchroom.jobs.refresh import refresh
from watchroom.settings import Settings
from watchroom.store.snapshot import Snapshot, SnapshotStore

END = date(2026, 11, 20)
FOUND_WITHIN = 14
"""Days from the first hint of drift until it must be found: it rises over two weeks, and the light looks at one."""

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("demo")
    build(folder, end=END)
    refresh(folder, Settings.load({}, workspace=folder))
    store = SnapshotStore(folder / "store")
    with store.lease() as snapshot:
        yield snapshot
    store.close()


def first_lights(snapshot: Snapshot, model: str) -> list[tuple[str, date]]:
    """Each feature with the first day on which its light was on, for the version in service."""
    return snapshot.rows(
        """select feature, min(drift.period_end) from drift join health using (model, version)
        where model = ? and grain = 'last_7_days' and status in ('watch', 'drifted') group by feature""",
        [model],
    )


@pytest.mark.parametrize("model", [name for name, start in DRIFT_STARTS.items() if start is not None])
def test_drift_is_found_after_it_begins_and_not_before(snapshot: Snapshot, model: str):
    start = END - timedelta(DRIFT_STARTS[model] or 0)
    found = first_lights(snapshot, model)
    assert found
    days = [day for _, day in found]
    assert min(days) >= start
    assert min(days) <= start + timedelta(FOUND_WITHIN)
    assert snapshot.rows("select light from health where model = ?", [model])[0][0] in ("drifted", "failing")


@pytest.mark.parametrize("model", [name for name, start in DRIFT_STARTS.items() if start is None])
def test_a_healthy_model_raised_no_alarm_in_all_its_time(snapshot: Snapshot, model: str):
    assert first_lights(snapshot, model) == []
    assert snapshot.rows("select light, drift, quality, performance, volume from health where model = ?", [model]) == [
        ("stable",) * 5
    ]
    assert snapshot.rows(
        "select count(*) from alerts where model = ? and signal not in ('kpi', 'approval')", [model]
    ) == [(0,)]


def test_counts_of_the_profile_are_those_of_the_raw_log(snapshot: Snapshot):
    """Every feature of every day counts each decision once."""
    wrong = snapshot.rows(
        """select model, version, day, feature, sum(n), any_value(decisions) from profile_counts
        join volume using (model, version, day) where feature <> '@outcome'
        group by all having sum(n) <> any_value(decisions)"""
    )
    assert wrong == []


def test_every_model_whose_light_is_on_has_alerts_and_they_go_to_whoever_is_on_call(snapshot: Snapshot):
    alerts = snapshot.rows(
        "select model, owner from alerts where ended_at is null and signal not in ('kpi', 'approval')"
    )
    assert {model for model, _ in alerts} == {name for name, start in DRIFT_STARTS.items() if start is not None}
    on_call = dict(snapshot.rows("select model, person from owners where role = 'on_call'"))
    operations = dict(snapshot.rows("select model, person from owners where role = 'operations'"))
    assert all(owner == on_call.get(model, operations.get(model)) for model, owner in alerts)


def test_kpis_beyond_their_limit_raise_alerts_that_go_to_who_answers_for_them(snapshot: Snapshot):
    found = snapshot.rows(
        """select a.model, a.owner = k.owner from alerts a join kpis k on k.model = a.model and k.kpi = a.feature
        where a.signal = 'kpi' and a.ended_at is null"""
    )
    assert {model for model, _ in found} == {"card-fraud", "retail-demand"}
    assert all(theirs for _, theirs in found)


def test_a_rule_that_rang_without_a_loss_is_told_apart_from_one_that_was_right(snapshot: Snapshot):
    scores = dict(
        snapshot.rows(
            """select feature, (precision, recall) from alert_scores join health using (model, version)
            where alarms > 0 and feature not like '@%'"""
        )
    )
    assert scores["humidity"][0] == 0
    assert min(scores["promo"]) > 0.7


def test_a_second_refresh_finds_nothing_new(snapshot: Snapshot):
    folder = Path(snapshot.rows("select value from workspace where key = 'folder'")[0][0])
    again = refresh(folder, Settings.load({}, workspace=folder))
    said = dict(again.steps)
    assert said["Count the decision logs"] == "nothing new"
    assert said["Raise and end alerts"] == "nothing new"
