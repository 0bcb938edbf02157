"""What people did on checklists goes into the snapshot, as the pages have it live."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from watchroom.jobs.checklist_acts import fill_checklist_acts
from watchroom.ledger import Ledger
from watchroom.ledger.checklist import Asked, answer, assign, lift, waive
from watchroom.ledger.people import Person
from watchroom.store.draft import Draft, refresh_lock
from watchroom.store.manifest import StoreFolder

BO = Person("bo@x", ("data_science",))
AISHA = Person("aisha@x", ("reviewer",))
ITEM = Asked("card-fraud", 3, "reviewed", "data_science", "high", "question", "a" * 64, "unknown", 90, ())
TODAY = datetime.now(UTC).date()


def test_the_last_answer_every_waiver_and_the_last_assignment_are_rows(tmp_path: Path):
    with Ledger.open(f"sqlite:///{tmp_path}/ledger.db", create=True) as ledger:
        answer(ledger, ITEM, False, "Not yet.", None, BO)
        answer(ledger, ITEM, True, "", None, BO)
        waive(ledger, ITEM, "Later.", TODAY + timedelta(3), AISHA)
        waive(ledger, ITEM, "Later still.", TODAY + timedelta(9), AISHA)
        lift(ledger, ITEM, AISHA)
        assign(ledger, "card-fraud", 3, ["reviewed", "named"], "dora@x", TODAY, BO)
        assign(ledger, "card-fraud", 3, ["named"], None, None, BO)
        store = StoreFolder(tmp_path / "store")
        with refresh_lock(store, wait_seconds=5), Draft(store) as draft:
            draft.fresh("room")
            fill_checklist_acts(draft, ledger)
            ask = draft.connection.execute
            answers = ask('select item, actor, role, met, text, valid_until - "at" from room.answers').fetchall()
            waivers = ask(
                "select reason, until, lifted_by, lifted_at is not null from room.waivers order by seq"
            ).fetchall()
            given = ask("select item, person, due from room.assignments order by item").fetchall()
    ((item, actor, role, met, text, holds),) = answers
    assert (item, actor, role, met, text) == ("reviewed", "bo@x", "data_science", True, None)
    assert abs(holds - timedelta(90)) < timedelta(minutes=1)
    assert waivers == [
        ("Later.", TODAY + timedelta(3), "aisha@x", True),
        ("Later still.", TODAY + timedelta(9), "aisha@x", True),
    ]
    assert given == [("named", None, None), ("reviewed", "dora@x", TODAY)]


def test_a_ledger_without_any_gives_no_row(tmp_path: Path):
    store = StoreFolder(tmp_path / "store")
    with (
        Ledger.open(f"sqlite:///{tmp_path}/ledger.db", create=True) as ledger,
        refresh_lock(store, wait_seconds=5),
        Draft(store) as draft,
    ):
        draft.fresh("room")
        fill_checklist_acts(draft, ledger)
        assert draft.connection.execute("select count(*) from room.answers").fetchone() == (0,)
