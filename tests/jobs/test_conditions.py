"""What is beyond its limits now is found once for each signal, with the day from which it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.snapshots import publish_rows
from watchroom.domain.alerts import Condition
from watchroom.jobs.evaluate.conditions import conditions
from watchroom.store.draft import Draft, refresh_lock
from watchroom.store.manifest import StoreFolder
from watchroom.workspace.model_file import ModelSpec

FIRST = date(2026, 3, 1)
SPEC = ModelSpec.model_validate({"model": "m", "monitor": {"volume": {"min_per_day": 100}}})


def found(
    folder: Path, tables: Mapping[str, Sequence[Mapping[str, Any]]], today: date = FIRST + timedelta(30)
) -> list[Condition]:
    publish_rows(folder, tables)
    store = StoreFolder(folder)
    with refresh_lock(store, wait_seconds=5), Draft(store) as draft:
        return conditions(draft, {"m": SPEC}, today)


def drift_rows(statuses: Sequence[str], *, version: int = 1, feature: str = "a") -> list[dict[str, Any]]:
    return [
        {
            "model": "m",
            "version": version,
            "feature": feature,
            "grain": "last_7_days",
            "period_start": FIRST + timedelta(i - 6),
            "period_end": FIRST + timedelta(i),
            "method": "psi",
            "value": i / 10,
            "watch": 0.1,
            "drifted": 0.25,
            "status": status,
            "n": 1000 + i,
        }
        for i, status in enumerate(statuses)
    ]


def health(last: int, **parts: Any) -> list[dict[str, Any]]:
    row = {"model": "m", "version": 1, "period_start": FIRST, "period_end": FIRST + timedelta(last), "n": 70}
    return [{**row, **parts}]


def test_a_drifted_feature_is_one_condition_with_its_last_value_and_first_day(tmp_path: Path):
    rows = drift_rows(["watch", "stable", "watch", "watch", "drifted"])
    (only,) = found(tmp_path, {"drift": rows, "health": health(4)})
    assert (only.signal, only.feature, only.severity, only.method) == ("drift", "a", "critical", "psi")
    assert (only.since, only.period_end, only.n) == (FIRST + timedelta(2), FIRST + timedelta(4), 1004)
    assert (only.value, only.limit) == (pytest.approx(0.4), 0.25)


@pytest.mark.parametrize(
    ("statuses", "since"),
    [
        (["stable", "watch", "no data", "watch"], 1),
        (["no data", "watch", "watch"], 1),
        (["stable", "watch", "no data"], 1),
    ],
    ids=["within", "before", "after"],
)
def test_days_without_a_status_neither_begin_nor_end_a_run(tmp_path: Path, statuses: list[str], since: int):
    (only,) = found(tmp_path, {"drift": drift_rows(statuses), "health": health(len(statuses) - 1)})
    assert only.since == FIRST + timedelta(since)
    assert only.severity == "warning"


@pytest.mark.parametrize("statuses", [["drifted", "stable"], ["no data"], []])
def test_what_is_over_or_was_never_judged_is_no_condition(tmp_path: Path, statuses: list[str]):
    assert found(tmp_path, {"drift": drift_rows(statuses), "health": health(1)}) == []


def test_only_the_version_in_service_counts(tmp_path: Path):
    rows = drift_rows(["drifted"], version=2)
    assert found(tmp_path, {"drift": rows, "health": health(0)}) == []


def test_drift_that_was_last_judged_long_before_the_last_decision_is_no_condition_any_more(tmp_path: Path):
    rows = drift_rows(["drifted", *["no data"] * 8])
    assert found(tmp_path, {"drift": rows, "health": health(8)}) == []


def test_an_estimate_alone_raises_no_alert_and_late_outcomes_do(tmp_path: Path):
    def row(kind: str) -> dict[str, Any]:
        return {
            "model": "m",
            "version": 1,
            "metric": "roc_auc",
            "kind": kind,
            "grain": "last_7_days",
            "period_start": FIRST - timedelta(6),
            "period_end": FIRST,
            "value": 0.7,
            "watch": 0.86,
            "failing": 0.8,
            "status": "failing",
            "n": 900,
        }

    assert found(tmp_path / "estimated", {"performance": [row("estimated")], "health": health(30)}) == []
    (only,) = found(tmp_path / "realized", {"performance": [row("realized")], "health": health(30)})
    assert (only.signal, only.feature, only.value, only.limit) == ("performance", "roc_auc", 0.7, 0.8)


def served(*counts: int) -> list[dict[str, Any]]:
    return [{"model": "m", "version": 1, "day": FIRST + timedelta(i), "decisions": n} for i, n in enumerate(counts)]


def test_too_few_decisions_are_a_condition_of_volume_since_the_mean_fell(tmp_path: Path):
    tables = {"health": health(16, volume="watch"), "volume": served(*[150] * 10, *[70] * 7)}
    (only,) = found(tmp_path, tables, FIRST + timedelta(16))
    assert (only.signal, only.severity, only.value, only.limit) == ("volume", "warning", 70.0, 100.0)
    assert only.since == FIRST + timedelta(14)


def test_a_silent_log_is_a_condition_that_says_none_since_the_day_after_the_last(tmp_path: Path):
    tables = {"health": health(9, volume="failing"), "volume": served(*[1000] * 10)}
    for later in (5, 6):
        (only,) = found(tmp_path / str(later), tables, FIRST + timedelta(9 + later))
        assert (only.severity, only.value, only.limit, only.n) == ("critical", 0.0, 100.0, 0)
        assert (only.since, only.period_start, only.period_end) == (
            FIRST + timedelta(10),
            FIRST + timedelta(10),
            FIRST + timedelta(9 + later),
        )


def test_the_limit_of_quality_is_in_the_unit_of_its_value(tmp_path: Path):
    row = {
        "model": "m",
        "version": 1,
        "feature": "a",
        "grain": "last_7_days",
        "period_start": FIRST - timedelta(6),
        "period_end": FIRST,
        "share": 0.26,
        "reference_share": 0.2,
        "status": "watch",
        "n": 900,
    }
    (only,) = found(tmp_path, {"quality": [row], "health": health(0)})
    assert (only.signal, only.value, only.limit) == ("quality", 0.26, pytest.approx(0.22))


def explanation_rows(*months: tuple[date, str], against: str = "reference") -> list[dict[str, Any]]:
    return [
        {
            "model": "m", "version": 1,
            "period_start": month, "period_end": (month + timedelta(31)).replace(day=1) - timedelta(1),
            "against": against, "against_version": 1, "value": 0.80 + place / 100, "limit": 0.9, "status": status,
            "n": 500 + place, "against_n": 900,
        }
        for place, (month, status) in enumerate(months)
    ]  # fmt: skip


JANUARY, FEBRUARY, MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)


def test_what_drives_a_model_is_one_warning_since_the_first_of_the_months_that_differ(tmp_path: Path):
    rows = explanation_rows((JANUARY, "stable"), (FEBRUARY, "drifted"), (MARCH, "drifted"))
    (only,) = found(tmp_path, {"explanation_change": rows, "health": health(9)})
    assert (only.signal, only.feature, only.severity, only.method) == ("explanation", "", "warning", "ndcg")
    assert (only.since, only.period_start, only.period_end) == (FEBRUARY, MARCH, FIRST + timedelta(9))
    assert (only.value, only.limit, only.n) == (pytest.approx(0.82), 0.9, 502)


@pytest.mark.parametrize(
    "rows",
    [
        explanation_rows((FEBRUARY, "drifted"), (MARCH, "stable")),
        explanation_rows((FEBRUARY, "no data"), (MARCH, "no data")),
        explanation_rows((MARCH, "drifted"), against="version"),
        explanation_rows((JANUARY, "drifted")),
        [{**row, "version": 2} for row in explanation_rows((MARCH, "drifted"))],
    ],
    ids=["back again", "too few rows", "another version", "long ago", "not in service"],
)
def test_what_drives_a_model_is_no_trouble_otherwise(tmp_path: Path, rows: list[dict[str, Any]]):
    assert found(tmp_path, {"explanation_change": rows, "health": health(9)}) == []


def test_a_month_that_has_hardly_begun_does_not_end_the_trouble_of_the_one_before(tmp_path: Path):
    rows = explanation_rows((FEBRUARY, "drifted"), (MARCH, "no data"))
    (only,) = found(tmp_path, {"explanation_change": rows, "health": health(1)})
    assert (only.since, only.period_start) == (FEBRUARY, FEBRUARY)


def kpi_rows(*statuses: str, grain: str = "week", first: date = date(2026, 2, 2), **also: Any) -> list[dict[str, Any]]:
    length = 7 if grain == "week" else 1
    return [
        {
            "model": "m", "kpi": "Caught", "version": None, "grain": grain,
            "period_start": first + timedelta(length * place),
            "period_end": first + timedelta(length * place + length - 1),
            "value": 20.0 + place, "target": 50.0, "limit": 30.0, "better": "higher", "status": status,
            "n": 90, "decisions": 100, **also,
        }
        for place, status in enumerate(statuses)
    ]  # fmt: skip


def test_a_kpi_beyond_its_limit_in_its_last_finished_week_is_a_warning_and_in_two_weeks_critical(tmp_path: Path):
    rows = kpi_rows("beyond limit", "on target", "beyond limit")
    (only,) = found(tmp_path / "one", {"kpi_values": rows, "health": health(0)})
    assert (only.signal, only.feature, only.severity, only.version) == ("kpi", "Caught", "warning", 1)
    assert (only.value, only.limit, only.n, only.since) == (22.0, 30.0, 90, date(2026, 2, 16))
    assert (only.period_start, only.period_end) == (date(2026, 2, 16), date(2026, 2, 22))
    (only,) = found(
        tmp_path / "two",
        {"kpi_values": [*rows, *kpi_rows("beyond limit", first=date(2026, 2, 23))], "health": health(0)},
    )
    assert (only.severity, only.since) == ("critical", date(2026, 2, 16))


@pytest.mark.parametrize(
    ("rows", "last"),
    [
        (kpi_rows("beyond limit", "off target"), 0),
        (kpi_rows("beyond limit", version=1), 0),
        (kpi_rows("beyond limit", grain="month"), 0),
        (kpi_rows("beyond limit", model="gone"), 0),
        (kpi_rows("on target", "beyond limit", first=date(2026, 3, 23)), 30),
        (kpi_rows("beyond limit"), 60),
    ],
    ids=["better again", "of a version", "of a month", "of no model", "in a week that is not over", "long ago"],
)
def test_other_rows_of_a_kpi_raise_nothing(tmp_path: Path, rows: list[dict[str, Any]], last: int):
    assert found(tmp_path, {"kpi_values": rows, "health": health(last)}) == []


def test_days_are_looked_at_only_where_no_week_is_over(tmp_path: Path):
    days = kpi_rows("on target", "beyond limit", grain="day", first=date(2026, 3, 29))
    (only,) = found(tmp_path / "days", {"kpi_values": days, "health": health(30)})
    assert only.period_start == date(2026, 3, 30)
    weeks = kpi_rows("on target", first=date(2026, 3, 23))
    assert found(tmp_path / "weeks", {"kpi_values": [*days, *weeks], "health": health(30)}) == []
