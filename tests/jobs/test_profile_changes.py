"""Only the days that changed are counted again, and what comes out is what a first profile of the same files gives."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from tests.jobs.profile_room import FIRST, LogRoom, Profiled, cases, changed, labels, reference, same
from watchroom.jobs.profile import work as profile_work

DAYS = 6


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def of_day(number: int, n: int = 200) -> pd.DataFrame:
    return cases(n, first=day(number))


@pytest.fixture
def room(tmp_path: Path) -> LogRoom:
    room = LogRoom(tmp_path / "workspace")
    room.spec()
    room.write(reference(), "reference.parquet")
    for number in range(DAYS):
        room.write(of_day(number), f"decisions/{number}.parquet")
    room.write(pd.concat([labels(of_day(number), share=0.5) for number in (0, 1)]), "outcomes/early.parquet")
    return room


def as_new(room: LogRoom, tmp_path: Path, profiled: Profiled) -> None:
    afresh = room.afresh(tmp_path / "afresh")
    for name, table in afresh.tables.items():
        same(profiled[name], table)


def test_nothing_is_counted_or_written_when_nothing_changed(room: LogRoom):
    first = room.profile()
    assert first.days_counted() == {day(number) for number in range(DAYS)}
    store = room.folder / "store" / "parts"
    before = set(store.glob("profile-*"))
    again = room.profile()
    assert again.result.touched == {}
    assert str(again.result.counts) == "nothing new"
    assert set(store.glob("profile-*")) == before


def test_a_file_that_is_written_anew_with_the_same_rows_touches_no_day(room: LogRoom):
    first = room.profile()
    shuffled = of_day(2).sample(frac=1, random_state=1)
    os.utime(room.write(shuffled, "decisions/2.parquet"), (1, 1))
    again = room.profile()
    assert again.result.counts.files == 1
    assert again.result.touched == {}
    same(again["profile_counts"], first["profile_counts"])


def new_day(room: LogRoom) -> None:
    room.write(of_day(DAYS), f"decisions/{DAYS}.parquet")


def grown_file(room: LogRoom) -> None:
    both = pd.concat([of_day(DAYS - 1), of_day(DAYS)])
    room.write(both, f"decisions/{DAYS - 1}.parquet")


def corrected_decision(room: LogRoom) -> None:
    frame = of_day(3)
    frame.loc[7, "amount"] = 12345.0
    room.write(frame, "decisions/3.parquet")


def shadow_of_a_past_day(room: LogRoom) -> None:
    room.write(of_day(1).assign(model_version=2), "decisions/shadow.parquet")


def same_ids_scored_later(room: LogRoom) -> None:
    later = of_day(1).assign(model_version=2, timestamp=lambda rows: rows["timestamp"] + pd.Timedelta(days=9))
    room.write(later, "decisions/backfill.parquet")


def file_gone(room: LogRoom) -> None:
    (room.folder / "lake" / "decisions" / "4.parquet").unlink()


def late_outcomes(room: LogRoom) -> None:
    room.write(labels(of_day(2), share=0.4, days_later=30), "outcomes/late.csv")


def corrected_outcomes(room: LogRoom) -> None:
    told = labels(of_day(0), share=0.5).head(5)
    corrected = told.assign(label=1 - told["label"], known_at=told["known_at"] + pd.Timedelta(days=40))
    room.write(corrected, "outcomes/corrections.parquet")


def outcomes_before_their_decisions(room: LogRoom) -> None:
    room.write(labels(of_day(DAYS), share=0.9), "outcomes/ahead.parquet")


def outcomes_gone(room: LogRoom) -> None:
    (room.folder / "lake" / "outcomes" / "early.parquet").unlink()


def file_broken(room: LogRoom) -> None:
    path = room.folder / "lake" / "decisions" / "5.parquet"
    path.write_bytes(path.read_bytes()[:2000])


def duplicates_in_another_file(room: LogRoom) -> None:
    again = (
        of_day(2).head(20).assign(timestamp=lambda rows: rows["timestamp"].dt.normalize() + pd.Timedelta(hours=23.99))
    )
    room.write(again.assign(amount=1.0), "decisions/again.parquet")


def reference_changed(room: LogRoom) -> None:
    room.write(reference(n=2500), "reference.parquet")


def features_changed(room: LogRoom) -> None:
    room.spec(changed(decisions={"features": ["amount", "age"]}))


CHANGES: dict[Callable[[LogRoom], None], tuple[set[int], set[int]]] = {
    new_day: ({DAYS}, {DAYS}),
    grown_file: ({DAYS}, {DAYS}),
    corrected_decision: ({3}, {3}),
    shadow_of_a_past_day: ({1}, {1}),
    same_ids_scored_later: ({10}, {10}),
    file_gone: ({4}, {4}),
    late_outcomes: (set(), {2}),
    corrected_outcomes: (set(), {0}),
    outcomes_before_their_decisions: (set(), set()),
    outcomes_gone: (set(), {0, 1}),
    file_broken: ({5}, {5}),
    duplicates_in_another_file: ({2}, {2}),
    reference_changed: (set(range(DAYS)), set(range(DAYS))),
    features_changed: (set(range(DAYS)), set(range(DAYS))),
}
"""Each change with the days whose decisions, and whose outcomes, are counted again."""


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_change_counts_only_its_days_and_gives_what_a_first_profile_gives(
    room: LogRoom, tmp_path: Path, change: Callable[[LogRoom], None]
):
    room.profile()
    change(room)
    profiled = room.profile()
    counted, told = CHANGES[change]
    assert profiled.days_counted() == {day(number) for number in counted}
    assert profiled.days_joined() == {day(number) for number in told}
    as_new(room, tmp_path, profiled)


def test_many_changes_one_after_the_other_give_what_a_first_profile_gives(room: LogRoom, tmp_path: Path):
    room.profile()
    for change in CHANGES:
        if change not in (grown_file, file_broken):  # they would undo others
            change(room)
            last = room.profile()
    as_new(room, tmp_path, last)


def test_outcomes_that_came_before_their_decisions_count_when_these_arrive(room: LogRoom, tmp_path: Path):
    room.profile()
    outcomes_before_their_decisions(room)
    waiting = room.profile()
    assert "outcomes have an id that no decision has" in waiting.said()
    assert "outcomes have an id that no decision has" in room.profile().said(), "it is said until it is over"
    new_day(room)
    profiled = room.profile()
    told = labels(of_day(DAYS), share=0.9)
    assert profiled["volume"].set_index("day")["labelled"][pd.Timestamp(day(DAYS))] == len(told)
    assert "no decision has" not in profiled.said()
    as_new(room, tmp_path, profiled)


def test_the_newest_outcome_of_an_id_wins_whatever_the_order_of_its_files(room: LogRoom):
    told = labels(of_day(0), share=1.0)
    late = told.assign(label=1, known_at=told["known_at"] + pd.Timedelta(days=40))
    room.write(late, "outcomes/a-correction.parquet")
    room.write(told.assign(label=0), "outcomes/z-first.csv")
    cells = room.profile()["profile_outcomes"].query("group_column == ''")
    of_first_day = cells[cells["day"] == pd.Timestamp(day(0))]
    assert set(of_first_day["outcome"]) == {"1"}
    assert of_first_day["n"].sum() == len(told)


def test_a_period_as_reference_changes_with_its_decisions_and_outcomes(room: LogRoom, tmp_path: Path):
    room.spec(changed(reference=None) | {"reference": {"start": str(day(0)), "end": str(day(2))}})
    room.profile()
    late_outcomes(room)
    assert room.profile().result.touched["claims"].whole
    new_day(room)
    profiled = room.profile()
    assert profiled.days_counted() == {day(DAYS)}
    as_new(room, tmp_path, profiled)


def test_days_are_counted_in_portions_when_they_are_large(room: LogRoom, monkeypatch: pytest.MonkeyPatch):
    whole = room.profile()
    monkeypatch.setattr(profile_work, "ROWS_AT_ONCE", 350)
    os.utime(room.write(reference(), "reference.parquet"), (1, 1))
    portions = room.profile()
    assert portions.days_counted() == {day(number) for number in range(DAYS)}
    for name in ("profile_counts", "profile_outcomes", "volume"):
        same(portions[name], whole[name])


def test_a_log_without_versions_takes_the_champion_of_the_moment(tmp_path: Path):
    room = LogRoom(tmp_path / "workspace")
    room.spec(changed(decisions={"version": None}))
    room.created = {1: datetime(2026, 2, 1), 2: datetime(2026, 3, 2, 12), 3: datetime(2026, 3, 3)}
    room.champions = ((datetime(2026, 3, 5, 6), 2),)
    room.write(reference().drop(columns="model_version"), "reference.parquet")
    frame = cases(3000, days=DAYS, version=None)
    room.write(frame, "decisions/all.parquet")
    profiled = room.profile()
    # Version 2 was first seen as champion on the fifth: it had served since its registration, and version 1 before.
    served_by_first = frame["timestamp"] < pd.Timestamp(2026, 3, 2, 12)
    got = profiled["volume"].groupby("version")["decisions"].sum().to_dict()
    assert got == {1: served_by_first.sum(), 2: (~served_by_first).sum()}
    assert "it is taken to be the champion of that moment" in profiled.said()

    room.champions = (*room.champions, (datetime(2026, 3, 5, 18), 3))
    moved = room.profile()
    assert moved.days_counted() == {date(2026, 3, 5), date(2026, 3, 6)}
    third = moved["volume"].query("version == 3")["decisions"].sum()
    assert third == (frame["timestamp"] >= pd.Timestamp(2026, 3, 5, 18)).sum()
    as_new(room, tmp_path, moved)
