"""The index by which a decision is found from its id alone: what is in it after each kind of change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from tests.jobs.profile_room import MODEL, SPEC, LogRoom, cases, changed, reference
from watchroom.errors import SourceError
from watchroom.jobs.decision_ids import Indexed, index_ids
from watchroom.jobs.profile.step import profile_models
from watchroom.sources.decisions.contract import DecisionLog, Files, FileShape, LogFile, id_digest
from watchroom.sources.decisions.duckdb_engine import DuckDBEngine
from watchroom.store.draft import Draft, refresh_lock
from watchroom.store.manifest import StoreFolder
from watchroom.workspace.load import load_workspace

DAYS = [date(2026, 3, day) for day in (1, 2, 3)]


class Watching(DuckDBEngine):
    """Keeps what the index step asks for; `fails` breaks it for a model's day."""

    watched = False
    fails: Callable[[frozenset[date]], bool] | None = None

    def __init__(self, temp: Path) -> None:
        super().__init__(temp, memory_mb=512)
        self.patterns: list[str] = []
        self.opened: list[str] = []

    def files(self, pattern: str, root: str) -> tuple[LogFile, ...]:
        if self.watched:
            self.patterns.append(pattern)
        return super().files(pattern, root)

    def shape(self, file: LogFile) -> FileShape:
        if self.watched:
            self.opened.append(file.shown)
        return super().shape(file)

    def ids(self, log: DecisionLog, files: Files, days: frozenset[date]):  # type: ignore[no-untyped-def]
        if self.fails and self.fails(days):
            raise SourceError("The place cannot be read.", why="It is away.")
        return super().ids(log, files, days)


@dataclass
class Refreshed:
    result: Indexed
    rows: pd.DataFrame
    engine: Watching
    changed: bool

    def days_of(self, one: str, model: str = MODEL) -> list[date]:
        found = self.rows[(self.rows["digest"] == id_digest(one)) & (self.rows["model"] == model)]
        return sorted(found["day"].dt.date)


def refresh(room: LogRoom, fails: Callable[[frozenset[date]], bool] | None = None, *, lose: bool = False) -> Refreshed:
    """Profile and index, as a refresh does, and publish."""
    store, workspace = StoreFolder(room.folder / "store"), load_workspace(room.folder)
    with refresh_lock(store, 1.0), Draft(store) as draft, Watching(draft.spill) as engine:
        room._registry(draft)
        if lose:
            draft.fresh("ids")
        touched = profile_models(draft, workspace, engine).touched
        engine.watched, engine.fails = True, fails
        result = index_ids(draft, workspace, engine, touched)
        rows = draft.connection.sql("from ids.decision_days").df()
        own = draft.is_own("ids")
        draft.publish()
    return Refreshed(result, rows, engine, own)


@pytest.fixture
def room(tmp_path: Path) -> LogRoom:
    room = LogRoom(tmp_path)
    for day in DAYS:
        room.write(cases(40, first=day), f"decisions/{day}.parquet")
    room.write(reference(200), "reference.parquet")
    room.spec()
    return room


def test_every_id_leads_to_its_day(room: LogRoom):
    done = refresh(room)
    assert done.days_of("d1-0302-00007") == [date(2026, 3, 2)]
    assert done.days_of("nobody") == []
    assert (len(done.rows), done.result.ids, done.result.days, done.result.models) == (120, 120, 3, 1)
    assert not done.result.problems


def test_rows_lie_in_the_order_of_their_digests(room: LogRoom):
    assert refresh(room).rows["digest"].is_monotonic_increasing


def test_where_nothing_has_changed_nothing_is_opened_or_written(room: LogRoom):
    refresh(room)
    done = refresh(room)
    assert (done.changed, done.engine.patterns, done.engine.opened) == (False, [], [])
    assert str(done.result) == "nothing new"


def test_only_the_files_of_days_that_changed_are_asked_for(room: LogRoom):
    refresh(room)
    room.write(cases(40, seed=5, first=DAYS[1]), f"decisions/{DAYS[1]}.parquet")
    room.write(cases(40, first=date(2026, 3, 9)), "decisions/new [1].parquet")
    done = refresh(room)
    assert done.engine.opened == [f"lake/decisions/{DAYS[1]}.parquet", "lake/decisions/new [1].parquet"]
    assert not any("*" in pattern.replace("[*]", "") for pattern in done.engine.patterns)
    assert done.days_of("d5-0302-00001") == [DAYS[1]]
    assert done.days_of("d1-0302-00001") == []
    assert done.days_of("d1-0309-00001") == [date(2026, 3, 9)]
    assert len(done.rows) == 160


def test_an_id_that_comes_on_two_days_leads_to_both(room: LogRoom):
    again = cases(40).assign(timestamp=lambda told: told["timestamp"] + pd.Timedelta(days=5))
    room.write(pd.concat([again, again]), "decisions/again.csv")
    done = refresh(room)
    assert done.days_of("d1-0301-00007") == [date(2026, 3, 1), date(2026, 3, 6)]


def test_days_that_are_gone_are_taken_out(room: LogRoom):
    refresh(room)
    (room.folder / "lake" / "decisions" / f"{DAYS[0]}.parquet").unlink()
    done = refresh(room)
    assert set(done.rows["day"].dt.date) == set(DAYS[1:])


def test_a_model_that_is_gone_is_taken_out_and_the_others_stay(room: LogRoom):
    other = {**SPEC, "model": "other"}
    room.spec(other, "other.yaml")
    assert set(refresh(room).rows["model"]) == {MODEL, "other"}
    (room.folder / "models" / "claims.yaml").unlink()
    done = refresh(room)
    assert set(done.rows["model"]) == {"other"}
    assert len(done.rows) == 120


def test_another_column_of_ids_makes_it_anew(room: LogRoom):
    refresh(room)
    for day in DAYS:
        room.write(
            cases(40, first=day).assign(other=lambda told: "o" + told["prediction_id"]), f"decisions/{day}.parquet"
        )
    room.spec(changed(decisions={"id": "other"}))
    done = refresh(room)
    assert (done.days_of("d1-0302-00007"), done.days_of("od1-0302-00007")) == ([], [DAYS[1]])


def test_one_model_that_fails_is_told_and_the_others_go_on_and_it_is_made_up_for(room: LogRoom):
    room.spec({**SPEC, "model": "another", "decisions": {**SPEC["decisions"], "path": "lake/other/*"}}, "another.yaml")
    room.write(cases(10, first=date(2026, 4, 1)), "other/a.parquet")
    refresh(room)
    room.write(cases(40, seed=5, first=DAYS[1]), f"decisions/{DAYS[1]}.parquet")
    room.write(cases(10, seed=6, first=date(2026, 4, 2)), "other/b.parquet")
    failed = refresh(room, lambda days: DAYS[1] in days)
    (problem,) = failed.result.problems
    assert problem.severity == "error"
    assert "is away" in problem.why
    assert failed.days_of("d1-0302-00007") == [DAYS[1]]
    assert failed.days_of("d6-0402-00001", "another") == [date(2026, 4, 2)]
    made_up = refresh(room)
    assert made_up.engine.opened == [f"lake/decisions/{DAYS[1]}.parquet"]
    assert (made_up.days_of("d1-0302-00007"), made_up.days_of("d5-0302-00007")) == ([], [DAYS[1]])


def test_an_index_that_was_lost_is_made_anew(room: LogRoom):
    before = refresh(room)
    after = refresh(room, lose=True)
    pd.testing.assert_frame_equal(after.rows, before.rows)


def test_a_file_that_cannot_be_read_keeps_what_was_known_of_its_days(room: LogRoom):
    refresh(room)
    (room.folder / "lake" / "decisions" / f"{DAYS[0]}.parquet").write_bytes(b"PAR1 half written")
    done = refresh(room)
    assert done.days_of("d1-0301-00007") == [DAYS[0]]
    assert not done.result.problems
