"""What is new since a time, from the snapshot."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.helpers.snapshots import publish_rows
from watchroom.store.queries import news
from watchroom.store.snapshot import SnapshotStore

TODAY = datetime.now(UTC).date()


def money(model: str, by_day: dict[int, float | None], labelled: int = 50) -> list[dict[str, object]]:
    """Rows of `value` by how many days ago: the benefit of a decision; half of a hundred have an outcome."""
    day = {"model": model, "version": None, "grain": "day", "decisions": 100, "labelled": labelled}
    return [
        {
            **day,
            "period_start": TODAY - timedelta(ago),
            "period_end": TODAY - timedelta(ago),
            "benefit": None if each is None else each * labelled,
            "estimated_benefit": 1e6,
        }
        for ago, each in by_day.items()
    ]


@pytest.fixture
def open_store(tmp_path: Path) -> Iterator[object]:
    stores = []

    def opened(**tables: list[dict[str, object]]) -> SnapshotStore:
        publish_rows(tmp_path / "store", tables)
        stores.append(SnapshotStore(tmp_path / "store"))
        return stores[-1]

    yield opened
    for store in stores:
        store.close()


def since(days: int) -> datetime:
    return datetime.now(UTC).replace(tzinfo=None) - timedelta(days=days)


def test_a_model_that_brought_less_than_in_the_week_before_is_told_with_the_amount(open_store):
    falling = money("fraud", {ago: 10.0 if ago > 7 else 4.0 for ago in range(1, 15)})
    steady = money("churn", dict.fromkeys(range(1, 15), 5.0))
    with open_store(value=[*falling, *steady]).lease() as snapshot:
        (found,) = news.fallen(snapshot, since=since(2))
    assert (found.model, found.before, found.after, found.lost) == ("fraud", 10.0, 4.0, 6.0 * 700)
    assert (found.decisions, found.labelled) == (700, 350)
    assert (found.first_day, found.last_day) == (TODAY - timedelta(7), TODAY - timedelta(1))


def test_who_was_away_for_ten_days_is_told_of_two_weeks(open_store):
    rows = money("fraud", {ago: 10.0 if ago > 14 else 4.0 for ago in range(1, 29)})
    with open_store(value=rows).lease() as snapshot:
        (found,) = news.fallen(snapshot, since=since(10))
    assert (found.before, found.after, found.decisions) == (10.0, 4.0, 1400)


def test_outcomes_that_are_not_in_yet_are_no_fall(open_store):
    rows = [
        *money("fraud", dict.fromkeys(range(8, 15), 10.0), labelled=98),
        *money("fraud", dict.fromkeys(range(1, 8), 10.0), labelled=43),
        *money("few", {ago: 10.0 if ago > 7 else 4.0 for ago in range(1, 15)}, labelled=5),
        *money("none", {ago: 10.0 if ago > 7 else None for ago in range(1, 15)}),
    ]
    with open_store(value=rows).lease() as snapshot:
        assert news.fallen(snapshot, since=since(2)) == ()


def test_a_champion_that_moved_comes_before_a_new_version_and_the_first_look_is_no_news(open_store):
    seen = {"model": "fraud", "seen_at": since(0), "not_before": since(3)}
    events = [
        {**seen, "seq": 1, "event": "version_added", "version": 1, "not_before": None},
        {**seen, "seq": 2, "event": "alias_moved", "name": "champion", "version": 3, "previous_version": 2},
        {**seen, "seq": 3, "event": "version_added", "version": 4},
        {**seen, "seq": 4, "event": "tag_set", "name": "x", "version": 4},
    ]
    with open_store(registry_events=events).lease() as snapshot:
        found = news.moved(snapshot, since=since(1))
        assert [(one.event, one.version, one.previous) for one in found] == [
            ("alias_moved", 3, 2),
            ("version_added", 4, None),
        ]
        assert news.moved(snapshot, since=since(-1)) == ()


def test_items_that_are_due_are_counted_by_person_and_those_that_are_met_are_not(open_store):
    item = {"model": "fraud", "version": 3, "stage": "deploy", "person": "bo@x", "due": date(2026, 1, 2)}
    rows = [
        {**item, "item": "a", "status": "fail"},
        {**item, "item": "b", "status": "unknown", "due": date(2026, 1, 1)},
        {**item, "item": "c", "status": "pass"},
        {**item, "item": "d", "status": "waived"},
        {**item, "item": "e", "status": "fail", "due": date(2030, 1, 1)},
        {**item, "item": "f", "status": "fail", "due": None},
    ]
    with open_store(checks=rows).lease() as snapshot:
        (found,) = news.due_items(snapshot, until=date(2026, 1, 9))
    assert (found.model, found.person, found.items, found.due) == ("fraud", "bo@x", 2, date(2026, 1, 1))


def test_champions_that_wait_for_a_role_come_by_tier_and_challengers_do_not(open_store):
    subjects = [
        {"model": name, "version": 1, "tier": tier, "is_champion": champion}
        for name, tier, champion in (("a", "low", True), ("b", "critical", True), ("c", "high", False))
    ]
    states = [
        {"model": name, "version": 1, "stage": "deploy", "status": "partly", "missing": missing}
        for name, missing in (("a", ["reviewer"]), ("b", ["reviewer", "business"]), ("c", ["reviewer"]))
    ]
    with open_store(check_subjects=subjects, approval_states=states).lease() as snapshot:
        assert [one.model for one in news.unsigned(snapshot, role="reviewer")] == ["b", "a"]
        assert [one.model for one in news.unsigned(snapshot, role="business")] == ["b"]


def test_a_rule_without_roles_waits_for_anybody_and_names_authors_where_they_may_not_sign(open_store):
    rule = {"roles": [], "people": 1, "valid_days": 90, "author_may": True}
    rules = {tier: {**rule, "author_may": tier == "low"} for tier in ("low", "medium", "high", "critical")}
    subject = {"version": 1, "is_champion": True, "policy": "default", "authors": ["dan"]}
    state = {"version": 1, "stage": "deploy", "status": "missing", "missing": [], "people": 1}
    with open_store(
        policies=[{"policy": "default", "rules": json.dumps(rules)}],
        check_subjects=[{**subject, "model": "a", "tier": "low"}, {**subject, "model": "b", "tier": "medium"}],
        approval_states=[{**state, "model": "a"}, {**state, "model": "b"}],
    ).lease() as snapshot:
        found = news.unsigned(snapshot, role="operations")
        assert [(one.model, one.barred) for one in found] == [("b", ("dan",)), ("a", ())]
        assert news.unsigned(snapshot, role="admin") == ()
