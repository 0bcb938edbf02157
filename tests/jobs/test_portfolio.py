"""The step for the portfolio: releases, projects and work, from a history made by hand and from a real MLflow."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.helpers.room import Room
from tests.helpers.snapshots import publish_rows
from tests.ui import portfolio_sample as sample
from tests.ui.portfolio_sample import BACK, HOSTILE, NEVER, WELL, ago, day
from watchroom.store.snapshot import SnapshotStore


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


def ask(store: Path, sql: str) -> pd.DataFrame:
    opened = SnapshotStore(store)
    try:
        with opened.lease() as snapshot:
            return snapshot.query(sql)
    finally:
        opened.close()


def records(store: Path, sql: str) -> list[dict[str, Any]]:
    return ask(store, sql).to_dict("records")


def test_releases_are_what_the_log_says_before_anybody_looked(store: Path):
    sample.publish(store)
    found = ask(store, "from releases order by model, position")
    log = pd.DataFrame(sample.rows()["volume"]).query("model == 'back'").sort_values("day")
    runs = (log["version"] != log["version"].shift()).cumsum()
    firsts = log.groupby(runs).first()
    told = found[found["model"] == BACK]
    assert list(told["version"]) == list(firsts["version"]) == [1, 2, 1]
    assert list(told["at"].dt.date) == list(firsts["day"])
    assert list(told["dated"]) == [False, True, True]
    assert list(told["is_rollback"]) == [False, False, True]
    assert told["failed_because"].iloc[1] == "rolled back"
    assert told["restore_hours"].iloc[1] == 10 * 24
    assert told["lead_hours"].iloc[1] == 6 * 24


def test_an_alert_and_a_judged_day_from_before_anybody_looked_fail_a_change(store: Path):
    def judged(status: str, days: int) -> dict[str, Any]:
        return {"model": WELL, "version": 2, "feature": "age", "grain": "last_7_days", "period_end": day(days),
                "status": status, "period_start": day(days + 6)}  # fmt: skip

    sample.publish(
        store, drift=[judged("stable", 75), judged("drifted", 70), judged("watch", 69), judged("stable", 66)]
    )
    (found,) = records(store, f"from releases where model = '{WELL}' and version = 2")
    assert (found["failed_because"], found["watched"]) == ("critical alert", True)
    assert (found["failed_at"].date(), found["restored_at"].date()) == (day(70), day(66))
    alert = {"alert_id": "a", "model": WELL, "version": 2, "signal": "drift", "severity": "critical",
             "since": day(60), "ended_at": ago(55)}  # fmt: skip
    sample.publish(store, alerts=[alert])
    (found,) = records(store, f"from releases where model = '{WELL}' and version = 2")
    assert (found["failed"], found["restored_at"].date(), found["watched"]) == (True, day(55), False)


def test_a_kpi_that_was_beyond_its_limit_before_the_change_does_not_fail_it(store: Path):
    alert = {"alert_id": "a", "model": WELL, "version": 2, "signal": "kpi", "severity": "critical", "since": day(130)}
    sample.publish(store, alerts=[alert])
    assert not ask(store, f"from releases where model = '{WELL}' and failed").size


def test_a_warning_fails_no_change(store: Path):
    sample.publish(
        store, alerts=[{"alert_id": "a", "model": WELL, "version": 2, "severity": "warning", "since": day(70)}]
    )
    assert not ask(store, f"from releases where model = '{WELL}' and failed").size


def test_projects_are_models_and_the_experiments_that_belong_to_none(store: Path):
    sample.publish(store)
    found = {row["project"]: row for row in records(store, "from projects")}
    assert set(found) == {WELL, BACK, NEVER, HOSTILE}
    assert {name: row["stage"] for name, row in found.items()} == {
        WELL: "healthy", BACK: "champion", NEVER: "registered", HOSTILE: "started",
    }  # fmt: skip
    assert found[WELL]["started_at"].date() == day(201)
    assert found[BACK]["stops_because"] == "Version 1 is in service and failing: rmse is 9."
    assert found[NEVER]["stops_because"] == "Rejected: ines (reviewer): **no** data sheet."
    assert found[HOSTILE]["stops_because"].startswith("2 runs, no version. Nothing since")


def test_an_experiment_belongs_to_the_model_that_it_names(store: Path):
    tag = {"experiment_id": "3", "key": "model", "value": "Never"}
    sample.publish(store, experiment_tags=[tag])
    assert ask(store, "from projects where kind = 'experiment'").empty
    work = ask(store, "select experiment_id, any_value(model) as model from experiment_work group by all")
    assert dict(zip(work["experiment_id"], work["model"], strict=True)) == {"1": BACK, "2": WELL, "3": NEVER}


def test_hours_are_counted_once_and_those_for_no_model_apart(store: Path):
    rows = sample.rows()
    nested = [{**row, "parent_run_id": "d0" if row["run_id"] == "d1" else None} for row in rows["runs"]]
    forgotten = {**nested[0], "run_id": "z", "end_time": nested[0]["start_time"] + timedelta(days=400)}
    sample.publish(store, runs=[*nested, forgotten])
    work = ask(store, "select experiment_id as id, sum(runs) as runs, sum(failed) as failed, sum(hours) as hours, "
                      "sum(failed_hours) as lost, sum(fruitless_hours) as fruitless from experiment_work group by id "
                      "order by id")  # fmt: skip
    assert work.to_numpy().tolist() == [["1", 6, 0, 10, 0, 0], ["2", 3, 1, 6, 2, 0], ["3", 2, 0, 2, 0, 2]]


def test_a_refresh_without_news_leaves_the_part_alone(store: Path):
    assert sample.publish(store).startswith("releases: 5, projects: 4")
    assert sample.fill(store) == "nothing new"


def test_a_workspace_without_anything_has_an_empty_portfolio(tmp_path: Path):
    publish_rows(tmp_path / "store", {})
    assert sample.fill(tmp_path / "store") == "nothing new"


def test_a_real_registry_is_followed_from_look_to_look(room: Room):
    room.refresh()
    (first,) = room.rows('select version, dated, lead_hours, failed, "by" from releases')
    assert first == (1, False, None, None, "registry"), "it was champion when the first look came"
    room.write("update registered_model_aliases set version = 2")
    room.refresh()
    (second,) = room.rows(
        "select version, previous_version, dated, lead_hours >= 0, failed from releases order by position offset 1"
    )
    assert second == (2, 1, True, True, None)
    room.write("update registered_model_aliases set version = 1")
    room.refresh()
    told = room.rows("select version, is_rollback, failed, failed_because from releases order by position offset 1")
    assert told == [(2, False, True, "rolled back"), (1, True, None, None)]
    assert room.rows("select project, stage from projects order by all") == [("claims", "champion")]
