"""Only the days that changed are counted again, and what comes out is what a first profile of the same files gives."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from tests.jobs.profile_room import FIRST, LogRoom, Profiled, cases, changed, labels, reference, same
from watchroom.errors import SourceError
from watchroom.jobs.profile import portions as profile_portions
from watchroom.sources.decisions.contract import LogFile
from watchroom.sources.decisions.duckdb_engine import DuckDBEngine

pytestmark = pytest.mark.long

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
        if change is not grown_file:  # it would undo others
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
    monkeypatch.setattr(profile_portions, "ROWS_AT_ONCE", 350)
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


HALF = 2000
"""Bytes of a Parquet file that is not whole."""


def broken(room: LogRoom, path: str, keep: int = HALF) -> bytes:
    """Cut a file off, as one that is just being written; what it was."""
    target = room.folder / "lake" / path
    whole = target.read_bytes()
    target.write_bytes(whole[:keep])
    return whole


def counts_stay(before: Profiled, now: Profiled) -> None:
    for name in ("volume", "profile_counts", "profile_outcomes", "profile_bins", "profile_references"):
        same(now[name], before[name])


@pytest.mark.parametrize("keep", [HALF, 0])
@pytest.mark.parametrize("path", ["decisions/1.parquet", "outcomes/early.parquet"])
def test_a_file_that_can_no_longer_be_read_keeps_what_it_held_and_is_told_until_it_is_whole(
    room: LogRoom, tmp_path: Path, path: str, keep: int
):
    before = room.profile()
    assert before.result.incomplete == frozenset()
    whole = broken(room, path, keep)
    for _ in range(2):
        now = room.profile()
        assert now.result.touched == {}
        assert now.result.incomplete == {"claims"}
        assert [one.severity for one in now.problems if one.place == f"lake/{path}"] == ["error"]
        counts_stay(before, now)
    (room.folder / "lake" / path).write_bytes(whole)
    again = room.profile()
    assert again.result.incomplete == frozenset()
    assert again.problems == before.problems
    as_new(room, tmp_path, again)


@pytest.mark.parametrize("path", ["decisions/1.parquet", "outcomes/early.parquet"])
def test_a_broken_file_that_is_removed_is_forgotten(room: LogRoom, tmp_path: Path, path: str):
    room.profile()
    broken(room, path)
    room.profile()
    (room.folder / "lake" / path).unlink()
    gone = room.profile()
    assert gone.result.incomplete == frozenset()
    as_new(room, tmp_path, gone)


@pytest.mark.parametrize("path", ["decisions/1.parquet", "outcomes/early.parquet"])
@pytest.mark.parametrize(
    "change", [corrected_outcomes, shadow_of_a_past_day, new_day, duplicates_in_another_file, late_outcomes]
)
def test_what_changes_beside_a_broken_file_is_counted_at_the_latest_when_it_is_whole(
    room: LogRoom, tmp_path: Path, path: str, change: Callable[[LogRoom], None]
):
    before = room.profile()
    whole = broken(room, path)
    change(room)
    meanwhile = room.profile()
    assert "could not be counted" not in meanwhile.said()
    if change is new_day:
        assert meanwhile.days_counted() == {day(DAYS)}
    of_day_one = [one["volume"].query("version == 1")[["day", "decisions"]] for one in (before, meanwhile)]
    same(*[rows[rows["day"] == pd.Timestamp(day(1))] for rows in of_day_one])
    room.profile()
    (room.folder / "lake" / path).write_bytes(whole)
    as_new(room, tmp_path, room.profile())


@pytest.mark.parametrize("change", [reference_changed, features_changed])
def test_nothing_is_counted_anew_without_a_file_that_was_counted(
    room: LogRoom, tmp_path: Path, change: Callable[[LogRoom], None]
):
    before = room.profile()
    whole = broken(room, "decisions/1.parquet")
    change(room)
    now = room.profile()
    counts_stay(before, now)
    assert now.result.incomplete == {"claims"}
    assert "are to be counted anew and cannot be" in now.said()
    (room.folder / "lake/decisions/1.parquet").write_bytes(whole)
    as_new(room, tmp_path, room.profile())


def test_a_file_that_was_never_read_makes_the_log_incomplete_too(room: LogRoom):
    room.profile()
    new_day(room)
    broken(room, f"decisions/{DAYS}.parquet")
    assert room.profile().result.incomplete == {"claims"}


@pytest.mark.parametrize("section", ["decisions", "outcomes", "reference"])
def test_a_place_that_cannot_be_listed_leaves_the_model_as_it_was(
    room: LogRoom, monkeypatch: pytest.MonkeyPatch, section: str
):
    before = room.profile()
    new_day(room)
    listed = DuckDBEngine.files

    def fails(self: DuckDBEngine, pattern: str, root: str) -> tuple[LogFile, ...]:
        if f"/{section}" in pattern:
            raise SourceError("The bucket cannot be listed.", why="Access denied.")
        return listed(self, pattern, root)

    monkeypatch.setattr(DuckDBEngine, "files", fails)
    now = room.profile()
    assert now.result.incomplete == {"claims"}
    assert now.result.touched == {}
    assert "error lake/" in now.said()
    assert "The bucket cannot be listed. What is shown of this model is from before. Access denied." in now.said()
    counts_stay(before, now)
    monkeypatch.undo()
    assert room.profile().days_counted() == {day(DAYS)}


def test_decision_files_that_are_all_gone_are_taken_for_a_share_that_is_not_mounted(room: LogRoom, tmp_path: Path):
    before = room.profile()
    (room.folder / "lake" / "decisions").rename(room.folder / "elsewhere")
    for _ in range(2):
        now = room.profile()
        assert now.result.incomplete == {"claims"}
        assert now.result.touched == {}
        counts_stay(before, now)
        told = next(problem for problem in now.problems if "all gone" in problem.what)
        assert told.severity == "error"
        assert "watchroom refresh --full" in told.next_step
    (room.folder / "elsewhere").rename(room.folder / "lake" / "decisions")
    assert room.profile().result.incomplete == frozenset()
    (room.folder / "lake" / "decisions").rename(room.folder / "elsewhere")
    emptied = room.profile(full=True)
    assert emptied["volume"].empty
    assert emptied.result.incomplete == frozenset()


def test_a_category_without_any_value_in_the_reference_is_counted_the_same_on_later_days(room: LogRoom, tmp_path: Path):
    room.write(reference().assign(kind=pd.Series(dtype="string")), "reference.parquet")
    room.profile()
    new_day(room)
    profiled = room.profile()
    assert profiled.days_counted() == {day(DAYS)}
    as_new(room, tmp_path, profiled)


def test_a_period_whose_days_have_gone_is_told_and_still_compared_with(room: LogRoom):
    room.spec(changed(reference=None) | {"reference": {"start": str(day(0)), "end": str(day(1))}})
    before = room.profile()
    for number in (0, 1):
        (room.folder / f"lake/decisions/{number}.parquet").unlink()
    for _ in range(2):
        now = room.profile()
        assert f"The log has no decisions from {day(0)} to {day(1)} any more" in now.said()
        same(now["profile_bins"], before["profile_bins"])
