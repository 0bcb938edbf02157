"""A decision is found by its id alone, and what is not found says why; many may ask at once."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from tests.jobs.profile_room import MODEL, SPEC, LogRoom, cases, changed, labels, reference
from watchroom.desk.cases import days_of, in_log
from watchroom.desk.decisions import Condition, Decisions, Search
from watchroom.errors import QueryError, QueryTimeout, SourceError
from watchroom.jobs.decision_ids import index_ids
from watchroom.jobs.profile.step import profile_models
from watchroom.sources.decisions.contract import SINGLES, lacking_of
from watchroom.sources.decisions.duckdb_engine import DuckDBEngine
from watchroom.store.draft import Draft, refresh_lock
from watchroom.store.manifest import StoreFolder
from watchroom.store.snapshot import Snapshot, SnapshotStore
from watchroom.workspace.load import load_workspace

DAYS = [date(2026, 3, day) for day in (1, 2, 3)]


def refresh(room: LogRoom, *, index: bool = True) -> None:
    store, workspace = StoreFolder(room.folder / "store"), load_workspace(room.folder)
    with refresh_lock(store, 1.0), Draft(store) as draft, DuckDBEngine(draft.spill, memory_mb=256) as engine:
        room._registry(draft)
        touched = profile_models(draft, workspace, engine).touched
        if index:
            index_ids(draft, workspace, engine, touched)
        draft.publish()


@contextmanager
def read(room: LogRoom) -> Iterator[tuple[Decisions, Snapshot]]:
    store = SnapshotStore(room.folder / "store")
    with store.lease() as snapshot:
        yield Decisions(room.folder), snapshot
    store.close()


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> LogRoom:
    """Two models, three days of the first with outcomes and a shadow, one day of the second."""
    room = LogRoom(tmp_path_factory.mktemp("usual"))
    for day in DAYS:
        frame = cases(60, first=day)
        shadow = frame[:20].assign(model_version=2, prediction=1 - frame["prediction"][:20])
        room.write(frame, f"decisions/{day}.parquet")
        room.write(shadow, f"decisions/shadow {day}.csv")
    room.write(labels(cases(60), share=1), "outcomes/a.parquet")
    room.write(reference(200), "reference.parquet")
    room.write(cases(10, seed=8), "other/a.parquet")
    room.spec()
    room.spec({**SPEC, "model": "other", "decisions": {**SPEC["decisions"], "path": "lake/other/*"}}, "other.yaml")
    refresh(room)
    return room


@pytest.fixture
def own(tmp_path: Path) -> LogRoom:
    room = LogRoom(tmp_path)
    for day in DAYS:
        room.write(cases(30, first=day), f"decisions/{day}.parquet")
    room.spec(changed(reference=None, outcomes=None))
    refresh(room)
    return room


def file_of(room: LogRoom, day: date) -> Path:
    return room.folder / "lake" / "decisions" / f"{day}.parquet"


def test_a_decision_is_found_with_every_version_its_inputs_and_its_outcome(usual: LogRoom):
    with read(usual) as (decisions, snapshot):
        found = decisions.find(snapshot, MODEL, "d1-0301-00007")
    row = cases(60).iloc[7]
    assert (found.versions, found.days, found.why) == ((1, 2), (DAYS[0],), "")
    assert found.of(2)["@prediction"].to_pylist() == [str(1 - row["prediction"])]
    (one,) = found.of(1).to_pylist()
    assert (one["@score"], str(one["age"]), one["region"]) == (row["score"], str(row["age"]), row["region"])
    assert one["@outcome"] in ("0", "1")


@pytest.mark.parametrize("pasted", [" d1-0302-00007", "d1-0302-00007\n", '"d1-0302-00007"', " 'd1-0302-00007' "])
def test_what_a_paste_brings_along_does_no_harm(usual: LogRoom, pasted: str):
    with read(usual) as (decisions, snapshot):
        found = decisions.find(snapshot, MODEL, pasted)
    assert (found.id, found.versions) == ("d1-0302-00007", (1, 2))


@pytest.mark.parametrize(
    "id", ["nobody", "", "'; drop table decision_days --", "*", "ü" * 5000, "half \ud83d of a sign"]
)
def test_an_id_that_does_not_exist_gets_a_clear_answer(usual: LogRoom, id: str):
    with read(usual) as (decisions, snapshot):
        found = decisions.find(snapshot, MODEL, id)
    assert (found.rows.num_rows, found.other_models) == (0, ())
    assert found.rows.schema.names[: len(SINGLES)] == SINGLES.names
    assert "No decision of claims has this id: 240 were read" in found.why
    assert found.next_step


def test_an_id_of_another_model_is_told_where_it_is(usual: LogRoom):
    with read(usual) as (decisions, snapshot):
        found = decisions.find(snapshot, MODEL, "d8-0301-00003")
    assert found.other_models == ("other",)
    assert "It is a decision of other." in found.why


def test_an_id_in_another_case_is_told(usual: LogRoom):
    with read(usual) as (decisions, snapshot):
        found = decisions.find(snapshot, MODEL, "D1-0301-00003")
    assert found.rows.num_rows == 0
    assert "'d1-0301-00003'" in found.next_step


def test_a_model_without_decisions_says_so(usual: LogRoom):
    with read(usual) as (decisions, snapshot):
        found = decisions.find(snapshot, "nobody's", "d1-0301-00003")
    assert "No decisions of this model have been read." in found.why


def test_without_an_index_the_whole_log_is_read(tmp_path: Path):
    room = LogRoom(tmp_path)
    room.write(cases(30), "decisions/a.parquet")
    room.spec(changed(reference=None, outcomes=None))
    refresh(room, index=False)
    with read(room) as (decisions, snapshot):
        assert decisions.find(snapshot, MODEL, "d1-0301-00003").versions == (1,)


@pytest.fixture
def half_indexed(own: LogRoom, monkeypatch: pytest.MonkeyPatch) -> LogRoom:
    """Another day came and the first one was written anew; the ids of neither could be indexed."""
    room = own
    room.write(cases(30, first=date(2026, 3, 9)), "decisions/later.parquet")
    room.write(cases(40, first=DAYS[0]), f"decisions/{DAYS[0]}.parquet")

    def fails(*_: object) -> None:
        raise SourceError("The disk is full.")

    with monkeypatch.context() as broken:
        broken.setattr(DuckDBEngine, "ids", fails)
        refresh(room)
    return room


@pytest.mark.parametrize("id", ["d1-0309-00003", "d1-0301-00035", "d1-0302-00003"])
def test_days_whose_ids_could_not_be_indexed_are_looked_through(half_indexed: LogRoom, id: str):
    with read(half_indexed) as (decisions, snapshot):
        assert decisions.find(snapshot, MODEL, id).versions == (1,)


def test_of_a_half_indexed_log_all_is_looked_at_before_it_is_said_that_there_is_none(half_indexed: LogRoom):
    with read(half_indexed) as (decisions, snapshot):
        assert "has this id: 130 were read" in decisions.find(snapshot, MODEL, "nobody").why
        file_of(half_indexed, DAYS[0]).unlink()
        assert "is gone" in decisions.find(snapshot, MODEL, "nobody").why


@pytest.mark.parametrize("problem", [SourceError("Away."), QueryError("Wrong."), QueryTimeout("Slow.")])
def test_a_hint_that_cannot_be_given_leaves_the_answer_as_it_is(
    usual: LogRoom, monkeypatch: pytest.MonkeyPatch, problem: Exception
):
    def fails(*_: object) -> None:
        raise problem

    monkeypatch.setattr(DuckDBEngine, "find", fails)
    with read(usual) as (decisions, snapshot):
        for id in ("D1-0301-00003", "d8-0301-00003"):
            found = decisions.find(snapshot, MODEL, id)
            assert "No decision of claims has this id" in found.why
            assert found.next_step.startswith("Check the id.")


def test_only_the_files_of_its_days_are_read(own: LogRoom):
    file_of(own, DAYS[0]).write_bytes(b"PAR1 damaged")
    with read(own) as (decisions, snapshot):
        assert decisions.find(snapshot, MODEL, "d1-0302-00003").versions == (1,)
        with pytest.raises(SourceError, match="cannot be read"):
            decisions.find(snapshot, MODEL, "d1-0301-00003")


def test_a_file_that_is_gone_is_named(own: LogRoom):
    file_of(own, DAYS[0]).unlink()
    with read(own) as (decisions, snapshot):
        found = decisions.find(snapshot, MODEL, "d1-0301-00003")
        assert f"lake/decisions/{DAYS[0]}.parquet was there at the last refresh and is gone" in found.why
        page = decisions.search(snapshot, MODEL, Search())
        assert (page.rows.num_rows, page.note) == (60, found.why)
        with pytest.raises(SourceError, match="is gone"):
            decisions.search(snapshot, MODEL, Search(), DAYS[0], DAYS[0])


def test_a_file_that_has_changed_is_read_as_it_is_and_says_so_when_the_decision_is_not_in_it_any_more(own: LogRoom):
    cases(20, first=DAYS[0]).to_parquet(file_of(own, DAYS[0]), index=False)
    with read(own) as (decisions, snapshot):
        found = decisions.find(snapshot, MODEL, "d1-0301-00003")
        assert found.versions == (1,)
        assert "what is shown of the log is newer than the rest" in found.note
        assert decisions.find(snapshot, MODEL, "d1-0302-00003").note == ""
        assert "has changed since the last refresh" in decisions.find(snapshot, MODEL, "d1-0301-00025").why


def test_the_days_of_an_id_are_known_without_its_log(tmp_path: Path):
    room = LogRoom(tmp_path)
    again = cases(5).assign(timestamp=lambda frame: frame["timestamp"] + pd.Timedelta(days=40))
    room.write(pd.concat([cases(5), again]), "decisions/a.parquet")
    room.spec(changed(reference=None, outcomes=None))
    refresh(room)
    with read(room) as (decisions, snapshot):
        days = days_of(snapshot, model=MODEL, prediction_id="d1-0301-00003")
        assert days == set(in_log(decisions, snapshot, model=MODEL, prediction_id="d1-0301-00003").days)
        assert days_of(snapshot, model=MODEL, prediction_id="nobody") == frozenset()
    assert len(days) == 2


def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(own: LogRoom):
    file_of(own, DAYS[0]).unlink()
    os.mkfifo(file_of(own, DAYS[0]))
    with read(own) as (decisions, snapshot):
        assert "is gone" in decisions.find(snapshot, MODEL, "d1-0301-00003").why


def sign(room: LogRoom, *names: str) -> None:
    """Give every version a signature with these inputs."""
    signature = json.dumps([{"name": name, "type": "double"} for name in names])
    with refresh_lock(StoreFolder(room.folder / "store"), 1.0), Draft(StoreFolder(room.folder / "store")) as draft:
        draft.writable("mlflow")
        draft.connection.execute("update mlflow.model_versions set signature_inputs = ?", [signature])
        draft.publish()


def watching_amount_alone(folder: Path) -> LogRoom:
    room = LogRoom(folder)
    room.write(cases(30).rename(columns={"region": "@own"}), "decisions/a.parquet")
    room.spec(changed(reference=None, outcomes=None, decisions={"features": ["amount"], "groups": []}))
    refresh(room)
    return room


def test_a_decision_comes_with_the_inputs_of_its_model_that_nobody_watches(tmp_path: Path):
    room = watching_amount_alone(tmp_path)
    sign(room, "amount", "@own", "age", "nowhere")
    with read(room) as (decisions, snapshot):
        found = decisions.find(snapshot, MODEL, "d1-0301-00003")
        (case,) = in_log(decisions, snapshot, model=MODEL, prediction_id="d1-0301-00003").cases
    assert found.rows.column_names == [*SINGLES.names, "amount", "@own", "age", "nowhere"]
    assert lacking_of(found.rows["@lacking"][0].as_py()) == ("nowhere",)
    row = cases(30).iloc[3]
    assert case.inputs == {"amount": row["amount"], "@own": row["region"], "age": row["age"]}


def test_without_a_signature_it_comes_with_every_column_that_may_be_an_input(tmp_path: Path):
    room = watching_amount_alone(tmp_path)
    with read(room) as (decisions, snapshot):
        found = decisions.find(snapshot, MODEL, "d1-0301-00003")
        (case,) = in_log(decisions, snapshot, model=MODEL, prediction_id="d1-0301-00003").cases
    assert {"age", "kind", "@own", "score", "timestamp"} <= set(found.rows.column_names)
    assert set(case.inputs) == {"amount", "age", "kind", "@own"}


def test_a_log_at_an_address_is_said_to_be_out_of_reach(own: LogRoom):
    store = StoreFolder(own.folder / "store")
    with refresh_lock(store, 1.0), Draft(store) as draft:
        draft.writable("profile")
        for table in ("log_files", "log_days"):
            draft.connection.execute(f"update profile.{table} set path = 's3://lake/' || path")
        draft.publish()
    with read(own) as (decisions, snapshot):
        found = decisions.find(snapshot, MODEL, "d1-0301-00003")
        assert "lies at an address" in found.why
        assert "s3://lake/" in found.why
        with pytest.raises(SourceError, match="lies at an address"):
            decisions.search(snapshot, MODEL, Search())


def test_outcomes_that_cannot_be_read_are_not_passed_off_as_unknown(tmp_path: Path):
    room = LogRoom(tmp_path)
    room.write(cases(30), "decisions/a.parquet")
    room.write(labels(cases(30), share=1), "outcomes/a.parquet")
    room.spec(changed(reference=None))
    refresh(room)
    (tmp_path / "lake" / "outcomes" / "a.parquet").unlink()
    with read(room) as (decisions, snapshot):
        found = decisions.find(snapshot, MODEL, "d1-0301-00003")
    assert found.versions == (1,)
    assert "Whether its outcome is known cannot be told." in found.note


def test_a_search_says_whether_there_are_more(usual: LogRoom):
    with read(usual) as (decisions, snapshot):
        some = decisions.search(snapshot, MODEL, Search(versions=(1,)), limit=50)
        every = decisions.search(snapshot, MODEL, Search(versions=(1,)), limit=180)
        pairs = decisions.search(snapshot, MODEL, Search(disagree=(1, 2)), limit=59)
    assert (some.rows.num_rows, some.more, some.days) == (50, True, tuple(DAYS))
    assert (every.rows.num_rows, every.more) == (180, False)
    assert (pairs.rows.num_rows, pairs.more) == (118, True)
    assert every.rows["@decided_at"].to_pylist() == sorted(every.rows["@decided_at"].to_pylist(), reverse=True)


def test_a_search_keeps_to_its_days(usual: LogRoom):
    with read(usual) as (decisions, snapshot):
        found = decisions.search(snapshot, MODEL, Search(), DAYS[1], DAYS[1], 500)
        none = decisions.search(snapshot, MODEL, Search(), date(2020, 1, 1), date(2020, 2, 1))
    assert found.days == (DAYS[1],)
    assert {at.date() for at in found.rows["@decided_at"].to_pylist()} == {DAYS[1]}
    assert (none.rows.num_rows, none.days) == (0, ())


def test_without_days_the_last_ones_with_decisions_are_searched(tmp_path: Path):
    room = LogRoom(tmp_path)
    first = date(2026, 1, 1)
    room.write(pd.concat([cases(5, first=date(2026, 2, day)) for day in range(1, 11)]), "decisions/a.parquet")
    room.write(cases(5, first=first), "decisions/b.parquet")
    room.spec(changed(reference=None, outcomes=None))
    refresh(room)
    with read(room) as (decisions, snapshot):
        page = decisions.search(snapshot, MODEL, Search(), limit=500)
    assert page.days == tuple(date(2026, 2, day) for day in range(4, 11))


def test_a_column_that_is_not_there_is_refused(usual: LogRoom):
    with read(usual) as (decisions, snapshot), pytest.raises(QueryError, match="`amount`"):
        decisions.search(snapshot, MODEL, Search(conditions=(Condition("amuont", ">", (1,)),)))


def test_many_ask_at_once_and_each_gets_its_own_answer(usual: LogRoom):
    ids = [f"d1-{day:%m%d}-{number:05d}" for day in DAYS for number in range(14)]
    before = threading.active_count()
    with read(usual) as (decisions, snapshot), ThreadPoolExecutor(40) as pool:
        found = list(pool.map(lambda one: decisions.find(snapshot, MODEL, one), ids))
    assert [set(one.rows["@id"].to_pylist()) for one in found] == [{one} for one in ids]
    assert threading.active_count() <= before


SLOW = "select count(*) from range(1000000) a, range(1000000) b where a.range * b.range % 7 = 3"


def test_what_takes_too_long_is_stopped_and_the_next_is_answered(usual: LogRoom, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(DuckDBEngine, "search", lambda engine, *_: engine.ask(lambda _: SLOW))
    decisions = Decisions(usual.folder, seconds=0.3)
    with read(usual) as (_, snapshot):
        started = time.monotonic()
        with pytest.raises(QueryTimeout, match=r"stopped after 0\.3 seconds"):
            decisions.search(snapshot, MODEL, Search())
        assert time.monotonic() - started < 5
        assert Decisions(usual.folder).find(snapshot, MODEL, "d1-0301-00007").versions == (1, 2)


def test_long_searches_keep_nobody_from_looking_an_id_up(usual: LogRoom, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(DuckDBEngine, "search", lambda engine, *_: engine.ask(lambda _: SLOW))
    decisions = Decisions(usual.folder, seconds=3)
    with read(usual) as (_, snapshot), ThreadPoolExecutor(2) as pool:
        running = [pool.submit(decisions.search, snapshot, MODEL, Search()) for _ in range(2)]
        assert decisions.find(snapshot, MODEL, "d1-0301-00007").versions == (1, 2)
        assert not any(one.done() for one in running)
        assert all(isinstance(one.exception(), QueryTimeout) for one in running)


def test_nothing_is_written_and_nothing_stays_open(usual: LogRoom, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.chdir(tmp_path)
    with read(usual) as (decisions, snapshot):
        decisions.find(snapshot, MODEL, "d1-0301-00007")
        open_files = len(list(Path("/proc/self/fd").glob("*")))
        for _ in range(5):
            decisions.find(snapshot, MODEL, "d1-0302-00007")
        assert len(list(Path("/proc/self/fd").glob("*"))) <= open_files
    assert list(tmp_path.iterdir()) == []
