"""What a refresh makes of what it measured: the ledger's entries and the snapshot's table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from watchroom.domain.alerts import Condition, of_row
from watchroom.jobs.alerts import record as steps
from watchroom.jobs.alerts.record import AlertsResult, record_alerts
from watchroom.ledger import Ledger, NewEntry
from watchroom.ledger import alert_acts as acts
from watchroom.ledger.alerts import alerts, overlaid
from watchroom.ledger.people import Person
from watchroom.store.draft import Draft, refresh_lock
from watchroom.store.manifest import StoreFolder
from watchroom.store.schema import TABLES
from watchroom.store.snapshot import SnapshotStore

DAY = date(2026, 11, 20)
AGE = Condition(
    "claims", 3, "drift", "age", "warning", DAY - timedelta(2), 0.12, 0.1, "psi", DAY - timedelta(6), DAY, 1204
)
BO = Person("bo@x", ("operations",))
IN_SERVICE = {"claims": 3}


DOC = (Path(__file__).parents[2] / "docs" / "alerts.md").read_text("utf-8")
DOCUMENTED = re.findall(r"```sql\n(.*?)```", DOC, re.DOTALL)[0]


class Room:
    """A store and a ledger, and a refresh that measures what it is given."""

    def __init__(self, folder: Path, ledger: Ledger) -> None:
        self.store = StoreFolder(folder / "store")
        self.ledger = ledger

    def refresh(
        self,
        *conditions: Condition,
        complete: dict[str, int | None] = IN_SERVICE,
        anew: bool = False,
        **how: Any,
    ) -> AlertsResult:
        with refresh_lock(self.store, 1), Draft(self.store) as draft:
            draft.fresh("room")
            if anew:
                draft.fresh("health")
            model = ("claims", "claims.yaml", True, "Claims severity", *[None] * 10, "https://wiki/claims", None, None)
            draft.insert("models", [model])
            draft.insert("owners", [("claims", "on_call", "bo@x", None), ("claims", "operations", "ops@x", None)])
            draft.connection.execute(
                "insert into room.kpis (model, kpi, owner) values ('claims', 'Fraud caught', 'eve@x')"
            )
            result = record_alerts(draft, self.ledger, conditions, complete, **how)
            draft.publish()
        return result

    def asked(self, sql: str) -> list[tuple[Any, ...]]:
        store = SnapshotStore(self.store.root)
        try:
            with store.lease() as snapshot:
                return snapshot.rows(sql)
        finally:
            store.close()

    def rows(self) -> list[dict[str, Any]]:
        with refresh_lock(self.store, 1), Draft(self.store) as draft:
            names = TABLES["alerts"].column_names
            return [dict(zip(names, row, strict=True)) for row in draft.rows_before("alerts")]


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    with Ledger.open(f"sqlite:///{tmp_path}/ledger.db", create=True) as ledger:
        yield Room(tmp_path, ledger)


def test_the_table_holds_an_alert_with_its_owner_and_its_runbook(room: Room):
    result = room.refresh(AGE)
    (row,) = room.rows()
    assert (row["alert_id"], row["state"], row["owner"], row["runbook"], row["value"], row["n"]) == (
        "a1",
        "open",
        "bo@x",
        "https://wiki/claims",
        0.12,
        1204,
    )
    assert (result.raised, result.detail, result.problems) == (1, "new: 1", ())
    assert result.head == (room.ledger.head().seq, room.ledger.head().hash)


def test_whoever_owns_a_kpi_has_its_alert_and_else_whoever_is_on_call(room: Room):
    kpi = replace(AGE, signal="kpi", feature="Fraud caught", method=None)
    room.refresh(kpi, replace(kpi, feature="Nobody's"))
    assert {row["feature"]: row["owner"] for row in room.rows()} == {"Fraud caught": "eve@x", "Nobody's": "bo@x"}


def test_a_second_refresh_that_measures_the_same_writes_nothing_into_the_ledger(room: Room):
    room.refresh(AGE)
    head = room.ledger.head()
    result = room.refresh(AGE)
    assert (room.ledger.head(), result.detail) == (head, "nothing new")
    assert len(room.rows()) == 1


def test_the_table_holds_the_last_value_although_the_ledger_holds_the_first(room: Room):
    room.refresh(AGE)
    newer = replace(AGE, value=0.19, period_start=DAY - timedelta(5), period_end=DAY + timedelta(1))
    room.refresh(newer)
    assert alerts(room.ledger)[0].condition.value == 0.12
    assert room.rows()[0]["value"] == 0.19


@pytest.mark.parametrize("complete", [IN_SERVICE, {}])
def test_what_is_not_measured_now_keeps_its_last_value(room: Room, complete: dict[str, int | None]):
    room.refresh(AGE)
    room.refresh(replace(AGE, value=0.19, period_end=DAY + timedelta(1)))
    room.refresh(complete=complete)
    (row,) = room.rows()
    assert (row["value"], row["period_end"]) == (0.19, DAY + timedelta(1))
    assert row["state"] == ("over" if complete else "open")


def test_the_time_to_acknowledge_and_the_time_to_restore_can_be_measured(room: Room):
    raised = room.refresh(AGE).alerts[0]
    acknowledged = acts.acknowledge(room.ledger, "a1", BO, seen=raised.last_seq, text="On it.")
    room.refresh()
    (row,) = room.rows()
    assert row["acknowledged_at"] == acknowledged.acted_at.replace(tzinfo=None)
    assert row["raised_at"] <= row["acknowledged_at"] <= row["ended_at"]
    assert (row["ended_because"], row["acted_by"], row["reason"]) == ("condition over", "bo@x", "On it.")
    ((model, to_acknowledge, to_restore),) = room.asked(DOCUMENTED)
    assert model == "claims"
    assert 0 < to_acknowledge < to_restore < 0.1


def test_a_snooze_shows_until_its_time_and_then_the_alert_is_open(room: Room):
    seen = room.refresh(AGE).alerts[0].last_seq
    until = datetime.now(UTC) + timedelta(days=2)
    acts.snooze(room.ledger, "a1", BO, seen=seen, until=until)
    room.refresh(AGE)
    assert (room.rows()[0]["state"], room.rows()[0]["snoozed_until"]) == ("snoozed", until.replace(tzinfo=None))
    room.refresh(AGE, now=until)
    assert (room.rows()[0]["state"], room.rows()[0]["snoozed_until"]) == ("open", None)


def test_what_ended_more_than_a_year_ago_is_left_to_the_ledger(room: Room):
    room.refresh(AGE)
    room.refresh()
    room.refresh(now=datetime.now(UTC) + timedelta(days=364))
    assert len(room.rows()) == 1
    room.refresh(now=datetime.now(UTC) + timedelta(days=366))
    assert room.rows() == []
    assert len(alerts(room.ledger)) == 1


def test_a_page_can_lay_what_people_did_since_over_the_rows(room: Room):
    room.refresh(AGE, replace(AGE, feature="@score"))
    head = room.ledger.head().seq
    acts.assign(room.ledger, "a1", BO, seen=1, to="cy@x")
    known = [of_row(row) for row in room.rows()]
    without_history = [replace(one, history=one.history[1:]) for one in alerts(room.ledger)]
    for after in (0, head):
        assert overlaid(room.ledger, known, after=after) == without_history


@pytest.mark.parametrize("append", [True, False])
def test_an_act_while_a_refresh_writes_is_after_the_head_that_its_snapshot_remembers(
    room: Room, monkeypatch: pytest.MonkeyPatch, append: bool
):
    room.refresh(AGE)
    name = "record" if append else "read_alerts"
    read = getattr(steps, name)

    def read_before_an_act(*given: Any, **how: Any) -> Any:
        found = read(*given, **how)
        acts.acknowledge(room.ledger, "a1", BO, seen=1)
        return found

    monkeypatch.setattr(steps, name, read_before_an_act)
    head = room.refresh(AGE, append=append).head
    assert head is not None
    (row,) = room.rows()
    assert row["handling"] == "open"
    (found,) = overlaid(room.ledger, [of_row(row)], after=head[0])
    assert found.handling == "acknowledged"


def test_what_people_did_comes_back_from_the_rows_as_the_ledger_has_it(room: Room):
    seen = room.refresh(AGE, replace(AGE, feature="@score")).alerts[0].last_seq
    acts.assign(room.ledger, "a1", BO, seen=seen, to="cy@x")
    acts.resolve(room.ledger, "a2", BO, seen=2, text="Season.")
    room.refresh(AGE)
    assert [of_row(row) for row in room.rows()] == [replace(one, history=()) for one in alerts(room.ledger)]
    assert room.rows()[0]["owner"] == "cy@x"


@pytest.mark.parametrize("anew", [False, True])
def test_a_ledger_that_cannot_be_read_is_a_problem_and_the_rows_stay(room: Room, anew: bool):
    room.refresh(AGE)
    before = room.rows()
    room.ledger.append(NewEntry("alert_event", "eve@x", {}, model="claims"))
    result = room.refresh(anew=anew)
    assert [problem.kind for problem in result.problems] == ["ledger"]
    assert "Entry 2" in result.problems[0].what
    assert (result.head, result.detail) == (None, "the ledger could not be read or written")
    assert room.rows() == before


def test_a_ledger_that_is_not_to_be_written_is_only_read(room: Room):
    room.refresh(AGE)
    head = room.ledger.head()
    result = room.refresh(replace(AGE, feature="@score"), append=False)
    assert (room.ledger.head(), result.raised, len(room.rows())) == (head, 0, 1)
