"""Owners that a handover moved, beside what the models' files say; handovers and drills as tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.helpers.room import CLAIMS, Room
from tests.helpers.snapshots import publish_rows
from watchroom.domain.drill import Question
from watchroom.domain.handover import Terms
from watchroom.domain.signable import Signable
from watchroom.jobs.handovers import fill_handovers
from watchroom.ledger import Ledger
from watchroom.ledger.drills import take
from watchroom.ledger.handovers import accept, begin, decline, give
from watchroom.ledger.people import Person
from watchroom.store.draft import Draft, refresh_lock
from watchroom.store.manifest import StoreFolder
from watchroom.store.schema import TABLES

BO, CY = Person("bo@example.com", ("operations",)), Person("cy@example.com", ("operations",))
TERMS = Terms("claims", 1, "deploy", "Motor", "Platform", BO.name, CY.name, None, "", {"on_call": CY.name})
SEEN = Signable("claims", 1, "deploy", "high", (), ())
OWNERS = "select role, person, handover is not null from owners order by role"
PROBLEMS = "select next_step from problems where what like 'Its file does not name%'"


def hand_over(ledger: Ledger, terms: Terms = TERMS, seen: Signable = SEEN) -> None:
    begun, was = begin(ledger, terms, BO), {"on_call": BO.name, "business": "ada@example.com"}
    given = give(ledger, begun.seq, BO, lambda _: seen, seen.digest, was, seen=begun.last_seq)
    accept(ledger, begun.seq, CY, lambda _: seen, seen.digest, was, "Thanks.", seen=given.last_seq)


def say(room: Room, on_call: str) -> None:
    (room.folder / "models" / "claims.yaml").write_text(CLAIMS.replace("bo@example.com", on_call))


@pytest.mark.long
def test_who_accepted_holds_the_role_until_the_file_says_something_itself(room: Room):
    with Ledger.open(f"sqlite:///{room.folder / 'ledger.db'}", create=True) as ledger:
        hand_over(ledger)
    say(room, "bo@example.com")
    moved = [("business", "ada@example.com", False), ("on_call", "cy@example.com", True)]
    assert room.rows_after_refresh(OWNERS) == moved
    ((lines,),) = room.rows(PROBLEMS)
    assert '`owners: {business: "ada@example.com", on_call: "cy@example.com"}`' in str(lines)

    (room.folder / "models" / "claims.yaml").write_text("model: claims\nkpis: 3\n")  # a mistake: nobody knows
    assert room.rows_after_refresh(OWNERS) == moved

    say(room, "cy@example.com")
    assert room.rows_after_refresh(OWNERS)[1] == ("on_call", "cy@example.com", False)
    assert room.rows(PROBLEMS) == []
    say(room, "bo@example.com")  # it has caught up once: from then on the file decides
    assert room.rows_after_refresh(OWNERS)[1] == ("on_call", "bo@example.com", False)


@pytest.fixture
def draft(tmp_path: Path) -> Iterator[Draft]:
    """A draft in which the models and their owners are, as a refresh has filled them in."""
    publish_rows(tmp_path / "store", {})
    folder = StoreFolder(tmp_path / "store")
    with refresh_lock(folder, wait_seconds=5), Draft(folder) as draft:
        draft.fresh("room")
        models = TABLES["models"].column_names
        draft.insert("models", [tuple({**dict.fromkeys(models), "model": "claims", "title": "Claims"}.values())])
        draft.insert("owners", [("claims", "on_call", "bo@example.com", None)])
        yield draft


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(f"sqlite:///{tmp_path}/ledger.db", create=True) as opened:
        yield opened


def test_handovers_and_drills_are_tables(draft: Draft, ledger: Ledger):
    seq = begin(ledger, TERMS, BO).seq
    decline(ledger, seq, "Not yet.", CY)
    asked = [Question("runbook", "Where is it?", ("here", "there"), "here", "Model")]
    take(ledger, "claims", 1, asked, {"runbook": "there"}, CY)
    take(ledger, "claims", 1, asked, {"runbook": "here"}, BO)
    assert fill_handovers(draft, ledger) == ()
    told = "select model, version, stage, giver, receiver, owners, state, ended_by, reason from room.handovers"
    assert draft.connection.execute(told).fetchall() == [
        ("claims", 1, "deploy", BO.name, CY.name, '{"on_call": "cy@example.com"}', "declined", CY.name, "Not yet.")
    ]
    results = draft.connection.execute('select actor, asked, "right", passed from room.drills order by seq').fetchall()
    assert results == [(CY.name, 1, 0, False), (BO.name, 1, 1, True)]


def test_a_handover_of_a_model_that_is_gone_stops_nothing(draft: Draft, ledger: Ledger):
    hand_over(ledger, replace(TERMS, model="gone"), replace(SEEN, model="gone"))
    assert fill_handovers(draft, ledger) == ()
    assert draft.connection.execute("select model, person from room.owners").fetchall() == [
        ("claims", "bo@example.com")
    ]


def test_without_leave_to_write_the_ledger_stays_as_it_is(draft: Draft, ledger: Ledger):
    hand_over(ledger)
    draft.connection.execute("update room.owners set person = 'cy@example.com'")
    before = ledger.head()
    fill_handovers(draft, ledger, record=False)
    assert ledger.head() == before
