"""The table of who was in service, from the log, the registry as seen, and the versions that were compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.snapshots import publish_rows
from watchroom.jobs.value.serving import fill_serving
from watchroom.store.draft import Draft, refresh_lock
from watchroom.store.manifest import StoreFolder

FIRST = date(2026, 3, 2)


def decided(version: int, days: Sequence[int], decisions: int = 100) -> list[dict[str, Any]]:
    return [{"model": "m", "version": version, "day": FIRST + timedelta(one), "decisions": decisions, "labelled": 0,
             "duplicates": 0} for one in days]  # fmt: skip


def champion(version: int, day: int) -> dict[str, Any]:
    at = datetime.combine(FIRST + timedelta(day), datetime.min.time())
    return {"seq": day, "seen_at": at, "event": "alias_set", "model": "m", "version": version, "name": "champion"}


COMPARED = {"model": "m", "key": "1 2", "value": "a stand"}
PAIR = {"model": "m", "version_a": 1, "version_b": 2, "first_day": FIRST, "last_day": FIRST + timedelta(9)}


def serving(
    folder: Path, tables: Mapping[str, Any]
) -> tuple[list[tuple[int, int, str]], Mapping[str, frozenset[date]]]:
    publish_rows(folder, tables)
    return again(folder)


def again(folder: Path, *queries: str) -> tuple[list[tuple[int, int, str]], Mapping[str, frozenset[date]]]:
    store = StoreFolder(folder)
    with refresh_lock(store, 1.0), Draft(store) as draft:
        for query in queries:
            draft.writable("profile")
            draft.connection.execute(query)
        changed = fill_serving(draft)
        rows = draft.connection.execute(
            """select (day - date '2026-03-02')::int, version, "by" from value.value_serving order by all"""
        ).fetchall()
        draft.publish()
    return rows, changed


@pytest.mark.parametrize(
    ("tables", "second_day"),
    [
        ({"version_pairs": [PAIR], "compare_notes": [COMPARED]}, [(1, 1, "registry")]),
        ({"compare_notes": [COMPARED]}, [(1, 1, "registry"), (1, 2, "beside")]),
        ({"compare_notes": [{**COMPARED, "value": ""}]}, [(1, 1, "registry")]),
        ({}, [(1, 1, "registry")]),
    ],
    ids=["in shadow", "its own cases", "left for the next refresh", "never compared"],
)
def test_a_second_version_counts_only_where_it_is_known_to_have_decided_its_own_cases(
    tmp_path: Path, tables: Mapping[str, Any], second_day: list[tuple[int, int, str]]
) -> None:
    log = decided(1, [0, 1]) + decided(2, [1])
    rows, _ = serving(tmp_path / "store", {"volume": log, "registry_events": [champion(1, 0)], **tables})
    assert [row for row in rows if row[0] == 1] == second_day


def test_a_challenger_with_a_handful_of_decisions_is_not_taken_for_one_that_serves(tmp_path: Path) -> None:
    """Fewer than are taken for a pair: nobody knows yet whether it shares them."""
    log = decided(1, [0, 1]) + decided(2, [1], decisions=20)
    tables = {"volume": log, "registry_events": [champion(1, 0)], "compare_notes": [COMPARED]}
    assert serving(tmp_path / "store", tables)[0] == [(0, 1, "registry"), (1, 1, "registry")]


def test_only_what_has_changed_is_told_and_a_log_that_is_gone_has_no_service(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    _, first = serving(folder, {"volume": decided(1, [0, 1])})
    assert first == {"m": frozenset({FIRST, FIRST + timedelta(1)})}
    assert again(folder)[1] == {}
    more = "insert into profile.volume values ('m', 1, '2026-03-04', 5, 0, 0, null)"
    assert again(folder, more)[1] == {"m": frozenset({FIRST + timedelta(2)})}
    rows, gone = again(folder, "delete from profile.volume")
    assert (rows, len(gone["m"])) == ([], 3)
