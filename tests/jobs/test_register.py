"""The register of KPIs and what people said, as tables of the snapshot."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from tests.helpers.room import CLAIMS, Room
from watchroom.domain.kpi_register import digest_of, terms_of, text_of
from watchroom.ledger import Ledger
from watchroom.ledger.agreements import agree
from watchroom.ledger.events import Happened, add, take_back
from watchroom.ledger.people import Person
from watchroom.ledger.proposals import Proposed, decide, open_proposal, speak

SOFIA = Person("sofia@x", ("business",))
KPI = {"name": "Mean error", "sql": "avg(abs(prediction - outcome))", "unit": "EUR", "target": 100, "better": "lower"}


def say(room: Room, target: int = 100, owner: str = "sofia@x") -> None:
    kpi = KPI | {"target": target, "owner": owner}
    lines = "".join(f"    {key}: {value!r}\n" for key, value in kpi.items())
    (room.folder / "models" / "claims.yaml").write_text(f"{CLAIMS}\nkpis:\n  -\n{lines}team: Motor\n")


@contextmanager
def ledger_of(room: Room) -> Iterator[Ledger]:
    with Ledger.open(f"sqlite:///{room.folder / 'ledger.db'}", create=True) as ledger:
        yield ledger


def agreed(room: Room) -> list[tuple[object, ...]]:
    return room.rows("select kpi, target, agreed, len(missing) from kpis")


def test_a_role_that_agreed_is_asked_again_when_the_target_changes_and_not_when_the_owner_does(room: Room) -> None:
    say(room)
    room.refresh()
    assert agreed(room) == [("Mean error", 100, [], 4)]
    terms = terms_of(KPI)
    with ledger_of(room) as ledger:
        agree(ledger, "claims", "Mean error", digest_of(terms), text_of(terms), SOFIA, "business", agrees=True)
    say(room, owner="bo@x")
    room.refresh()
    assert agreed(room) == [("Mean error", 100, ["business"], 3)]
    say(room, target=90)
    room.refresh()
    assert agreed(room) == [("Mean error", 90, [], 4)]
    assert room.rows("select role, agrees, holds from kpi_agreements") == [("business", True, False)]


def test_a_file_with_a_mistake_keeps_the_kpis_that_it_had(room: Room) -> None:
    say(room)
    room.refresh()
    (room.folder / "models" / "claims.yaml").write_text("model: claims\nkpis: 3\n")
    room.refresh()
    assert agreed(room) == [("Mean error", 100, [], 4)]


def test_the_kpis_are_there_when_the_ledger_cannot_be_read(room: Room) -> None:
    say(room)
    room.refresh()
    with sqlite3.connect(room.folder / "ledger.db") as connection:
        for (name,) in connection.execute("select name from sqlite_master where type = 'trigger'").fetchall():
            connection.execute(f"drop trigger {name}")
        connection.execute("update ledger_entries set at = 'never'")
    room.refresh()
    assert agreed(room) == [("Mean error", 100, [], 4)]
    assert room.rows("select count(*) > 0 from problems where kind = 'ledger'") == [(True,)]


def test_proposals_and_events_are_tables(room: Room) -> None:
    with ledger_of(room) as ledger:
        opened = open_proposal(ledger, Proposed("claims", 1, "retrain", "RMSE rose.", 500.0, date(2026, 12, 1)), SOFIA)
        speak(ledger, opened.seq, "for", "", SOFIA, "business")
        decide(ledger, opened.seq, False, "It is to be retired.", SOFIA)
        add(ledger, Happened("Hail", date(2026, 8, 1), date(2026, 8, 2), ("claims",)), SOFIA)
        gone = add(ledger, Happened("Nothing", date(2026, 8, 1), date(2026, 8, 1)), SOFIA)
        take_back(ledger, gone.seq, SOFIA)
    room.refresh()
    assert room.rows("select model, action, worth_per_month, due, state, decision_reason from proposals") == [
        ("claims", "retrain", 500.0, date(2026, 12, 1), "declined", "It is to be retired.")
    ]
    assert room.rows("select role, voice, reason from proposal_voices") == [("business", "for", None)]
    assert room.rows("select title, models, last_day from events") == [("Hail", ["claims"], date(2026, 8, 2))]


def test_whose_a_model_is_stands_in_its_file_or_in_the_registry(room: Room) -> None:
    room.write(
        "insert into registered_model_tags (name, key, value, workspace) "
        "select name, 'trade', 'Insurance', workspace from registered_models"
    )
    say(room)
    room.refresh()
    assert room.rows("select team, trade from models where model = 'claims'") == [("Motor", "Insurance")]
