"""The refresh's advice: what the tables of a draft come to as rows of `actions`."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.snapshots import publish_rows
from watchroom.jobs.value.actions import advise
from watchroom.store.draft import Draft, refresh_lock
from watchroom.store.manifest import StoreFolder
from watchroom.workspace.load import Workspace
from watchroom.workspace.model_file import ModelSpec

TODAY = datetime.now(UTC).date()
Rows = dict[str, list[dict[str, Any]]]

SPEC: dict[str, Any] = {
    "model": "fraud", "task": "binary", "decisions": {"path": "x.parquet", "version": "v"},
    "monitor": {"performance": {"metric": "roc_auc", "absolute": {"watch": 0.86, "failing": 0.8}}},
    "value": {"true_positive": 110, "false_positive": -40, "false_negative": 0, "true_negative": 0},
}  # fmt: skip


def month(back: int) -> tuple[date, date]:
    """First and last day of the month that lies so many before this one."""
    end = TODAY.replace(day=1) - timedelta(1)
    for _ in range(back - 1):
        end = end.replace(day=1) - timedelta(1)
    return end.replace(day=1), end


def room(**more: list[dict[str, Any]]) -> Rows:
    """A sound model: version 2 in service for 150 days after version 1, with outcomes for half of its decisions."""
    days = [(TODAY - timedelta(back), 1 if back > 150 else 2) for back in range(200, 0, -1)]
    kpi = {"model": "fraud", "kpi": "Fraud caught", "position": 1, "target": 60.0, "limit": 40.0, "missing": []}
    lights = dict.fromkeys(("light", "drift", "quality", "performance", "volume"), "stable")
    return {
        "workspace": [{"key": "currency", "value": "EUR"}],
        "models": [{"model": "fraud", "file": "models/fraud.yaml", "tier": "high"}],
        "owners": [{"model": "fraud", "role": "business", "person": "sofia@x"}],
        "model_versions": [{"name": "fraud", "version": version} for version in (1, 2, 3)],
        "aliases": [{"name": "fraud", "alias": "champion", "version": 2}],
        "registry_events": [],
        "health": [{"model": "fraud", "version": 2, **lights, "period_end": TODAY - timedelta(1)}],
        "decay": [{"model": "fraud", "version": 2, "advice": "keep", "reasons": []}],
        "volume": [
            {"model": "fraud", "version": version, "day": day, "decisions": 100, "labelled": 50}
            for day, version in days
        ],
        "kpis": [kpi],
        "value_serving": [
            {"model": "fraud", "version": version, "day": day, "decisions": 100, "by": "log"} for day, version in days
        ],
        **more,
    }  # fmt: skip


def advised(tmp_path: Path, made: Rows, *models: dict[str, Any], broken: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """The rows of `actions` after the step, by name of column."""
    specs = {one["model"]: ModelSpec.model_validate(one) for one in models or (SPEC,)}
    files = {name: f"models/{name}.yaml" for name in (*specs, *broken)}
    publish_rows(tmp_path / "store", made)
    store = StoreFolder(tmp_path / "store")
    with refresh_lock(store, 5), Draft(store) as draft:
        advise(draft, Workspace(tmp_path, None, specs, (), files, {}))
        first = draft.connection.execute("select * from value.actions order by model, position").df()
        assert draft.is_own("value")
        advise(draft, Workspace(tmp_path, None, specs, (), files, {}))
        again = draft.connection.execute("select * from value.actions order by model, position").df()
    assert first.equals(again)
    return [dict(row) for row in first.astype(object).where(first.notna(), None).to_dict("records")]


def comparison(metric: str, low: float, high: float, better: str = "higher") -> dict[str, Any]:
    """Version 3 against version 2, by a metric on 9,025 decisions."""
    values = {"value_a": 0.9, "value_b": 0.9 + (low + high) / 2, "difference": (low + high) / 2}
    of = {"model": "fraud", "version_a": 2, "version_b": 3, "metric": metric, "better": better}
    return {**of, **values, "low": low, "high": high, "b_better": 0.99, "method": "bootstrap", "n": 9025, "why": ""}


def challenged(*found: dict[str, Any]) -> Rows:
    """Version 3 is the challenger, and was compared so."""
    names = [{"name": "fraud", "alias": name, "version": of} for name, of in (("champion", 2), ("challenger", 3))]
    pair = {"model": "fraud", "version_a": 2, "version_b": 3, "shared": 9100, "labelled": 9025}
    return {"aliases": names, "version_pairs": [pair], "version_comparisons": list(found)}


def test_a_sound_model_is_kept_and_its_owner_is_named(tmp_path: Path):
    (row,) = advised(tmp_path, room())
    assert (row["action"], row["version"], row["urgency"]) == ("keep", 2, "nothing to do")
    assert (row["decides_role"], row["decides"], row["page"]) == ("business", "sofia@x", "value?model=fraud")
    assert row["worth_per_month"] is None


def test_a_better_challenger_is_worth_a_decision_times_those_of_a_month(tmp_path: Path):
    made = room(**challenged(comparison("roc_auc", 0.01, 0.03), comparison("worth", 0.2, 0.6)))
    (row,) = advised(tmp_path, made)
    assert (row["action"], row["target_version"], row["urgency"]) == ("promote the challenger", 3, "soon")
    assert (row["worth_per_month"], row["worth_low"], row["worth_high"]) == pytest.approx((1200, 600, 1800))
    assert "AUC is 0.92 against 0.9." in row["reason"]
    assert row["page"] == "versions?model=fraud&view=Champion+or+challenger"


def test_a_challenger_without_a_value_in_the_file_has_no_worth(tmp_path: Path):
    (row,) = advised(tmp_path, room(**challenged(comparison("roc_auc", 0.01, 0.03))))
    assert (row["action"], row["worth_per_month"]) == ("promote the challenger", None)


def test_going_back_is_advised_when_the_change_brought_the_trouble(tmp_path: Path):
    failing = room()["health"][0] | {"performance": "failing", "light": "failing", "light_reason": None}
    failing.pop("light_reason")
    judged = [
        {"model": "fraud", "version": 1, "metric": "roc_auc", "kind": "realized", "grain": "last_7_days",
         "period_start": TODAY - timedelta(180), "period_end": TODAY - timedelta(174), "watch": 0.86,
         "status": "stable", "n": 700, "n_labelled": 350}
    ]  # fmt: skip
    alert = {"alert_id": "a", "model": "fraud", "version": 2, "signal": "performance", "severity": "critical"}
    made = room(
        health=[failing],
        performance=judged,
        alerts=[alert | {"since": TODAY - timedelta(140)}],
        decay=[{"model": "fraud", "version": 2, "advice": "retrain now", "reasons": ["It fails."]}],
    )
    (row,) = advised(tmp_path, made)
    assert (row["action"], row["target_version"], row["urgency"]) == ("roll back", 1, "now")
    assert "not failing on any of 1 judged day while it served" in row["reason"]
    long_after = {**made, "alerts": [alert | {"since": TODAY - timedelta(20)}]}
    assert [one["action"] for one in advised(tmp_path, long_after)] == ["retrain"]


def value(back: int, net: float, labelled: int, estimated: float | None) -> dict[str, Any]:
    """The money of a month, so many before this one."""
    first, last = month(back)
    return {"model": "fraud", "grain": "month", "period_start": first, "period_end": last, "decisions": 3000,
            "labelled": labelled, "benefit": net, "estimated_benefit": estimated, "net": net}  # fmt: skip


def test_losses_are_counted_only_of_months_whose_outcomes_are_known_or_estimated(tmp_path: Path):
    lost = [value(back, -900.0, 2900, None) for back in (1, 2, 3)]
    (row,) = advised(tmp_path, room(value=lost))
    assert (row["action"], row["worth_per_month"], row["worth_low"]) == ("retire", 900.0, None)
    unripe = [value(1, -900.0, 300, None), *lost[1:]]
    assert [one["action"] for one in advised(tmp_path, room(value=unripe))] == ["keep"]
    estimated = [value(1, -900.0, 300, 40.0), *lost[1:]]
    assert [one["action"] for one in advised(tmp_path, room(value=estimated))] == ["keep"], "it is mostly estimated"
    estimated = [value(1, -900.0, 1600, 40.0), *lost[1:]]
    assert [one["action"] for one in advised(tmp_path, room(value=estimated))] == ["retire"]


def test_what_has_decided_nothing_for_long_is_asked_after_and_a_metric_that_gets_better_waits(tmp_path: Path):
    silent = [room()["health"][0] | {"silent_days": 400}]
    (row,) = advised(tmp_path, room(health=silent))
    assert (row["action"], row["urgency"], row["worth_per_month"]) == ("retire", "when convenient", None)
    line = {"model": "fraud", "version": 2, "advice": "retrain now", "reasons": [], "metric": "roc_auc"}
    better = line | {"slope": 0.02, "slope_low": 0.01, "slope_high": 0.03}
    (row,) = advised(tmp_path, room(decay=[better]))
    assert (row["action"], row["urgency"]) == ("retrain", "soon")


def test_a_cut_off_is_the_tables_with_its_gain(tmp_path: Path):
    best = {"model": "fraud", "version": 2, "period_start": TODAY - timedelta(90), "period_end": TODAY - timedelta(1),
            "n": 4500, "in_use": 0.5, "best": 0.877, "gain_per_month": 4250.0, "gain_low": 2890.0,
            "gain_high": 5350.0, "alerts_per_day": 35.0, "best_alerts_per_day": 4.0}  # fmt: skip
    (row,) = advised(tmp_path, room(cutoffs=[best]))
    assert (row["action"], row["cutoff"], row["worth_per_month"]) == ("move the threshold", 0.877, 4250.0)
    assert "4,500 decisions with an outcome of 90 days. Alerts go from 35 to 4 a day." in row["reason"]


def test_who_has_not_agreed_is_named_and_few_outcomes_are_counted(tmp_path: Path):
    made = room()
    made["kpis"][0]["missing"] = ["data_science", "operations"]
    for row in made["volume"]:
        row["labelled"] = 2
    found = {row["action"]: row["reason"] for row in advised(tmp_path, made)}
    assert "Still to agree: data science and operations." in found["agree on targets"]
    assert "180 of 9,000 decisions made 30 to 120 days before its last one" in found["ask for outcomes"]


def test_a_model_without_decisions_or_file_costs_the_others_nothing(tmp_path: Path):
    made = room()
    made["models"] += [{"model": "new", "file": "models/new.yaml"}, {"model": "no-file"}]
    found = advised(tmp_path, made, SPEC, {"model": "new"})
    assert [(row["model"], row["action"]) for row in found] == [
        ("fraud", "keep"), ("new", "agree on targets"), ("new", "say what it is worth"),
    ]  # fmt: skip


def test_while_a_file_has_a_mistake_its_advice_stands(tmp_path: Path):
    held = {"model": "broken", "version": 1, "action": "retrain", "position": 1, "urgency": "soon", "reason": "Old."}
    made = room(actions=[held | {"decides_role": "business", "page": "health?model=broken"}])
    assert ("broken", "retrain") in [
        (row["model"], row["action"]) for row in advised(tmp_path, made, broken=("broken",))
    ]
    assert "broken" not in [row["model"] for row in advised(tmp_path, made)]
