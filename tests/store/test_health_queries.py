"""Lights and what was worked out ahead: of the version in service, of another, and of the periods asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.snapshots import publish_rows
from watchroom.store.queries import health
from watchroom.store.queries.alerts import series
from watchroom.store.queries.roster import roster
from watchroom.store.snapshot import Snapshot, SnapshotStore

LAST = date(2026, 11, 18)
KEY = {"model": "m", "version": 2}


def drift(version: int, grain: str, start: date, end: date, status: str = "stable") -> dict[str, Any]:
    period = {"grain": grain, "period_start": start, "period_end": end}
    measured = {"method": "psi", "value": 0.2, "watch": 0.1, "drifted": 0.25, "status": status, "n": 9}
    return {"model": "m", "version": version, "feature": "f", **period, **measured}


def alert(number: int, severity: str, since: date, **more: Any) -> dict[str, Any]:
    return {"alert_id": str(number), **KEY, "signal": "drift", "severity": severity, "since": since} | more


def lit(light: str, **more: Any) -> dict[str, Any]:
    return {**KEY, "light": light, "drift": light, "quality": "stable", "performance": "stable", "volume": "no data",
            "reason": "it moved", "period_start": LAST - timedelta(6), "period_end": LAST, "n": 70} | more  # fmt: skip


ROWS: dict[str, list[dict[str, Any]]] = {
    "models": [{"model": "m", "spec": "{}", "task": "binary"}],
    "health": [lit("drifted")],
    "alerts": [
        alert(1, "warning", LAST - timedelta(40)),
        alert(2, "critical", LAST - timedelta(20)),
        alert(3, "critical", LAST - timedelta(90), ended_at=LAST),
    ],
    "volume": [
        {"model": "m", "version": version, "day": LAST - timedelta(n), "decisions": 10, "labelled": 1}
        for version, count in ((2, 40), (1, 3))
        for n in range(count)
    ],
    "drift": [
        *(drift(2, "week", LAST - timedelta(9 + 7 * n), LAST - timedelta(3 + 7 * n)) for n in range(4)),
        *(drift(2, "last_7_days", LAST - timedelta(6 + n), LAST - timedelta(n)) for n in range(9)),
        drift(1, "last_7_days", LAST - timedelta(6), LAST, "watch"),
    ],
    "performance": [
        {"model": "m", "version": 1, "grain": "last_7_days", "metric": "roc_auc", "kind": "realized",
         "period_start": LAST - timedelta(8), "period_end": LAST - timedelta(2), "watch": 0.8, "status": "failing"},
        {"model": "m", "version": 1, "grain": "last_7_days", "metric": "roc_auc", "kind": "realized",
         "period_start": LAST - timedelta(6), "period_end": LAST, "watch": 0.8, "status": "no data"},
    ],
}  # fmt: skip


@pytest.fixture
def snapshot(tmp_path: Path) -> Iterator[Snapshot]:
    publish_rows(tmp_path / "store", ROWS)
    store = SnapshotStore(tmp_path / "store")
    with store.lease() as found:
        yield found
    store.close()


@pytest.mark.parametrize(("light", "ago"), [("drifted", 20), ("failing", 20), ("watch", 40), ("stable", None)])
def test_a_light_has_lasted_since_the_oldest_alert_that_makes_it(tmp_path: Path, light: str, ago: int | None):
    publish_rows(tmp_path / "store", ROWS | {"health": [lit(light)]})
    with SnapshotStore(tmp_path / "store").lease() as snapshot:
        found = health.lights(snapshot)["m"]
    assert found.since == (None if ago is None else LAST - timedelta(ago))
    assert (found.part("drift"), found.reason, found.in_service) == (light, "it moved", True)


def test_the_light_of_another_version_is_the_worst_of_what_was_measured_of_it(snapshot: Snapshot):
    found = health.light_of(snapshot, model="m", version=1)
    assert found is not None
    assert (found.light, found.drift, found.quality, found.performance) == ("failing", "watch", "no data", "failing")
    assert (found.n, found.period_end, found.performance_as_of) == (30, LAST, LAST - timedelta(2))
    assert not found.in_service


def test_a_decision_that_is_dated_after_the_refresh_is_never_what_is_now(tmp_path: Path):
    later = datetime.now(UTC).date() + timedelta(30)
    ahead = [{"model": "m", "version": version, "day": later, "decisions": 5, "labelled": 0} for version in (1, 2)]
    moved = drift(1, "last_7_days", later - timedelta(6), later, "drifted")
    publish_rows(tmp_path / "store", ROWS | {"volume": [*ROWS["volume"], *ahead], "drift": [*ROWS["drift"], moved]})
    with SnapshotStore(tmp_path / "store").lease() as snapshot:
        assert health.watching(snapshot, model="m").days_of(2) == (LAST - timedelta(39), LAST)
        light = health.light_of(snapshot, model="m", version=1)
        assert light is not None
        assert (light.period_end, light.n, light.drift) == (LAST, 30, "watch")
        (post,) = roster(snapshot)
        assert (post.last_day, post.usual) == (LAST, 10)
        for signal, feature in (("volume", ""), ("drift", "f")):
            found = series(snapshot, model="m", version=1, signal=signal, feature=feature)
            assert found["day"].max().date() == LAST


def test_a_version_without_decisions_has_no_light(snapshot: Snapshot):
    assert health.light_of(snapshot, model="m", version=7) is None


def test_versions_that_made_decisions_are_known_with_their_days(snapshot: Snapshot):
    found = health.watching(snapshot, model="m")
    assert found.versions == ((2, LAST - timedelta(39), LAST), (1, LAST - timedelta(2), LAST))
    assert (found.serving, found.task, found.days_of(9)) == (2, "binary", None)
    assert health.watching(snapshot, model="nobody").versions == ()


@pytest.mark.parametrize(
    ("grain", "first", "last", "expected"),
    [
        ("week", 2, 0, 0),  # between two weeks
        ("week", 3, 3, 1),
        ("week", 9, 9, 1),
        ("week", 10, 9, 2),
        ("week", 99, 0, 4),
        ("last_7_days", 0, 0, 1),
        ("last_7_days", 3, 0, 4),
        ("month", 99, 0, 0),
    ],
)
def test_periods_with_a_day_in_the_window_are_given(
    snapshot: Snapshot, grain: str, first: int, last: int, expected: int
):
    window = {"first": LAST - timedelta(first), "last": LAST - timedelta(last)}
    assert len(health.drift(snapshot, **KEY, grain=grain, **window)) == expected  # type: ignore[arg-type]


def test_one_feature_can_be_asked_for(snapshot: Snapshot):
    window = {"first": LAST - timedelta(99), "last": LAST}
    assert health.drift(snapshot, **KEY, grain="week", **window, feature="g").empty  # type: ignore[arg-type]


def test_what_was_never_worked_out_is_none(snapshot: Snapshot):
    assert health.decay(snapshot, **KEY) is None  # type: ignore[arg-type]
    assert health.reference(snapshot, **KEY) is None  # type: ignore[arg-type]
    assert health.metrics(snapshot, **KEY) == ()  # type: ignore[arg-type]
