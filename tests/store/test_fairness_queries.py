"""Where each model's groups stand, and how they fare by month."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.snapshots import publish_rows
from watchroom.store.queries import fairness
from watchroom.store.snapshot import Snapshot, SnapshotStore


def row(model: str, group: str, status: str, ratio: float | None, **more: Any) -> dict[str, Any]:
    found = {"model": model, "version": 1, "grain": "all", "period_start": date(2026, 9, 3),
             "period_end": date(2026, 11, 18), "group_column": "band", "group_value": group, "metric": "error_rate",
             "value": 0.1, "n": 100, "ratio": ratio, "ratio_low": ratio, "ratio_high": ratio,
             "best": None if ratio is None else "best", "status": status}  # fmt: skip
    return found | more


def month(start: date, end: date, version: int = 1) -> dict[str, Any]:
    return row("unfair", "a", "small", None, grain="month", period_start=start, period_end=end, version=version)


SPEC = '{"decisions": {"groups": ["band", "region"]}}'
ROWS: dict[str, list[dict[str, Any]]] = {
    "models": [
        {"model": "alike", "title": "Alike", "spec": SPEC},
        {"model": "bare", "title": "Bare", "spec": '{"decisions": null}'},
        {"model": "none", "title": "No groups", "spec": '{"decisions": {"groups": []}}'},
        {"model": "unfair", "title": "Unfair", "spec": SPEC},
        {"model": "unsure", "title": "Unsure", "spec": SPEC},
        {"model": "new"},
    ],
    "aliases": [{"name": "unfair", "alias": "champion", "version": 1}],
    "fairness": [
        row("unfair", "best", "above", 1.0),
        row("unfair", "a", "below", 0.5),
        row("unfair", "b", "below", 0.6, ratio_high=0.79),
        row("unfair", "tiny", "small", 0.0, n=3),
        row("unfair", "a", "unclear", 0.1, group_column="region", ratio_high=1.0),
        row("unfair", "a", "above", 0.9, version=2),
        row("unsure", "best", "above", 1.0),
        row("unsure", "a", "unclear", 0.7, ratio_high=0.9),
        row("alike", "best", "above", 1.0),
        row("alike", "a", "above", 0.95),
        month(date(2026, 9, 1), date(2026, 9, 30)),
        month(date(2026, 10, 1), date(2026, 10, 31)),
        month(date(2026, 10, 1), date(2026, 10, 31), version=2),
        row("unfair", "a", "small", None, grain="reference", period_start=None, period_end=None),
    ],
}


@pytest.fixture
def snapshot(tmp_path: Path) -> Iterator[Snapshot]:
    publish_rows(tmp_path / "store", ROWS)
    store = SnapshotStore(tmp_path / "store")
    with store.lease() as found:
        yield found
    store.close()


def test_of_every_model_the_version_in_service_is_read(snapshot: Snapshot):
    found = fairness.groups_of_all(snapshot, first=date(2026, 10, 5), last=date(2026, 10, 6))
    assert list(found["model"]) == ["unfair"]
    assert {one.model: one.version for one in fairness.served(snapshot)}["unfair"] == 1
    assert fairness.groups_of_all(snapshot, first=date(2026, 11, 1), last=date(2026, 11, 30)).empty


def test_a_model_without_groups_or_without_a_file_is_there_too(snapshot: Snapshot):
    found = {one.model: one for one in fairness.served(snapshot)}
    assert [(found[name].has_log, found[name].asked) for name in ("bare", "none", "new")] == [
        (False, ()),
        (True, ()),
        (False, ()),
    ]
    assert found["alike"].asked == ("band", "region")
    assert found["none"].version is None
    assert [one.title for one in fairness.served(snapshot)] == ["Alike", "Bare", "new", "No groups", "Unfair", "Unsure"]


@pytest.mark.parametrize(
    ("first", "last", "starts"),
    [
        (date(2026, 9, 30), date(2026, 10, 1), [date(2026, 9, 1), date(2026, 10, 1)]),
        (date(2026, 10, 5), date(2026, 10, 6), [date(2026, 10, 1)]),
        (date(2026, 11, 1), date(2026, 11, 30), []),
    ],
)
def test_the_months_are_those_with_a_day_in_the_window(snapshot: Snapshot, first: date, last: date, starts: list[date]):
    found = fairness.groups(snapshot, model="unfair", version=1, first=first, last=last)
    assert [start.date() for start in found["period_start"]] == starts


def test_without_days_the_reference_is_given(snapshot: Snapshot):
    found = fairness.groups(snapshot, model="unfair", version=1)
    assert found["period_start"].isna().tolist() == [True]


def test_versions_and_their_days(snapshot: Snapshot):
    assert fairness.versions(snapshot, model="unfair") == (2, 1)
    assert fairness.versions(snapshot, model="alike") == ()
    assert fairness.span(snapshot, model="unfair", version=1) == (date(2026, 9, 3), date(2026, 11, 18))
    assert fairness.span(snapshot, model="nobody", version=1) is None
