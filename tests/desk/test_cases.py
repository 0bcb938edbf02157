"""Which decision an id opens: the newest that the log has, and what is not known is never taken for missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest

from tests.helpers.decided import MODEL, Decided, decided
from watchroom.desk import cases
from watchroom.desk.cases import Looked, look_up
from watchroom.desk.decisions import Decisions
from watchroom.desk.explaining import Desk
from watchroom.domain.decision import Case, Explanation
from watchroom.errors import ExplainError, SourceError
from watchroom.explain.contract import Input
from watchroom.store.queries.decision import Sampled
from watchroom.store.snapshot import Snapshot, SnapshotStore

EARLY, LATE = datetime(2026, 3, 1, 9), datetime(2026, 4, 10, 9)


def made(at: datetime, version: int = 1) -> Case:
    return Case("m", version, "d3", at, 0.5, "1", None, {"a": float(at.month)})


def sampled(*some: Case) -> list[Sampled]:
    return [Sampled(case, Explanation("log-odds", "tree", 0.0, 1.0, "1", ())) for case in some]


def unasked() -> Looked:
    raise AssertionError("the log is not asked")


def log(*some: Case) -> Callable[[], Looked]:
    return lambda: Looked(some)


def away() -> Looked:
    raise SourceError("The file is away.")


def always(case: Case) -> bool:
    return True


@pytest.mark.parametrize("version", [None, 1])
def test_an_id_that_was_used_again_opens_its_newest_decision_and_tells_the_others(version: int | None):
    subject, looked = look_up(
        sampled(made(EARLY)), log(made(EARLY), made(LATE)), version, always, days=[EARLY.date(), LATE.date()]
    )
    assert subject is not None
    assert (subject.case.at, subject.sampled) == (LATE, False)
    assert looked.days == (EARLY.date(), LATE.date())


def test_an_older_decision_of_an_id_can_be_chosen_by_its_day():
    every = {"days": [EARLY.date(), LATE.date()], "day": EARLY.date()}
    subject, _ = look_up(sampled(made(EARLY)), log(made(EARLY), made(LATE)), None, always, **every)  # type: ignore[arg-type]
    assert subject is not None
    assert (subject.case.at, subject.sampled) == (EARLY, True)


def test_of_two_that_are_sampled_each_keeps_its_own_explanation():
    subject, looked = look_up(sampled(made(LATE), made(EARLY)), unasked, 1, always, days=[EARLY.date(), LATE.date()])
    assert subject is not None
    assert (subject.case.at, subject.sampled, len(looked.days)) == (LATE, True, 2)


def test_the_newest_champion_answers_even_when_an_older_decision_was_by_a_higher_version():
    subject, _ = look_up([], log(made(LATE, 1), made(EARLY, 2)), None, always, days=())
    assert subject is not None
    assert (subject.case.version, subject.case.at) == (1, LATE)


def test_a_newer_decision_that_cannot_be_read_is_told():
    subject, looked = look_up(sampled(made(EARLY)), away, None, always, days=[EARLY.date(), LATE.date()])
    assert subject is not None
    assert subject.case.at == EARLY
    assert "2026-04-10 too, which cannot be read" in looked.note
    assert "The file is away." in looked.note


def test_what_the_sample_has_is_not_looked_for_in_the_log():
    subject, looked = look_up(sampled(made(EARLY)), unasked, 1, always, days=[EARLY.date()])
    assert subject is not None
    assert (subject.sampled, looked.note) == (True, "")


def test_an_input_that_is_not_there_is_refused_and_a_missing_one_is_missing():
    wanted = [Input("a", "number"), Input("b", "category")]
    assert cases.row_of({"a": None, "b": "x"}, wanted).to_pylist() == [{"a": None, "b": "x"}]
    with pytest.raises(ExplainError, match="lacks 'b'"):
        cases.row_of({"a": 1.0}, wanted)


@pytest.fixture
def room(tmp_path: Path) -> Decided:
    return decided(tmp_path / "room")


@pytest.fixture
def asked(room: Decided) -> Iterator[tuple[Decisions, Desk, Snapshot]]:
    store, desk = SnapshotStore(room.store), Desk(room.store, memory_mb=4096)
    with store.lease() as snapshot:
        yield Decisions(room.folder), desk, snapshot
    desk.close()
    store.close()


def test_a_decision_whose_file_lost_an_input_is_not_explained_as_if_it_were_missing(
    room: Decided, asked: tuple[Decisions, Desk, Snapshot]
):
    decisions, desk, snapshot = asked
    prediction_id = room.an_id(sampled=False)
    path = room.folder / "lake" / "decisions" / f"{room.row(prediction_id)['timestamp'].date()}.parquet"
    pd.read_parquet(path).drop(columns="merchant").to_parquet(path, index=False)
    looked = cases.in_log(decisions, snapshot, model=MODEL, prediction_id=prediction_id)
    case = looked.case(1)
    assert case is not None
    assert "merchant" not in case.inputs
    assert "has changed since the last refresh" in looked.note
    with pytest.raises(ExplainError, match="lacks 'merchant'"):
        cases.fresh(desk, decisions, snapshot, case)
    with pytest.raises(ExplainError, match="lacks 'merchant'"):
        cases.what_if(desk, snapshot, case, {})
