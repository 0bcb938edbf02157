"""What a refresh records in the ledger, and what it makes of one that is damaged."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.helpers.room import Room
from watchroom.jobs.refresh import refresh
from watchroom.jobs.verify import verify_ledger
from watchroom.ledger import Ledger
from watchroom.ledger.approvals import Evidence, Imported, SignOff, import_sign_offs
from watchroom.ledger.notebook import Subject, set_pin, take_back, write_note
from watchroom.ledger.people import Person
from watchroom.settings import Settings
from watchroom.sources.evidence import file_digest


def test_the_registry_has_a_history_that_mlflow_does_not_keep(room: Room) -> None:
    room.refresh()
    room.write(
        "update registered_model_aliases set version = 2",
        "update model_version_tags set value = 'Rejected'",
    )
    room.refresh()
    room.refresh()
    events = room.rows(
        "select event, version, previous_version, name, value, previous_value, not_before is null from registry_events "
        "order by seq"
    )
    assert events == [
        ("model_added", None, None, None, None, None, True),
        ("version_added", 1, None, None, None, None, True),
        ("tag_set", 1, None, "approval", "Approved", None, True),
        ("version_added", 2, None, None, None, None, True),
        ("alias_set", 1, None, "champion", None, None, True),
        ("tag_changed", 1, None, "approval", "Rejected", "Approved", False),
        ("alias_moved", 2, 1, "champion", None, None, False),
    ]
    assert room.rows("select bool_and(not_before < seen_at) from registry_events where seq > 5") == [(True,)]


def test_an_approval_turns_void_when_its_evidence_changes(room: Room) -> None:
    evidence = room.folder / "evidence" / "validation.md"
    evidence.parent.mkdir()
    evidence.write_text("RMSE 120")
    digest = file_digest(evidence)
    assert digest is not None
    room.refresh()
    with Ledger.open(f"sqlite:///{room.folder / 'ledger.db'}", create=False) as ledger:
        given = Evidence("evidence/validation.md", digest)
        signed = SignOff("claims", 1, "deploy", "approved", "ada@example.com", "reviewer", (given,))
        import_sign_offs(ledger, [(signed, Imported(datetime.now(UTC), "minutes"))])
    room.refresh()
    status = "select status, reason from approvals"
    assert room.rows(status) == [("valid", None)]
    evidence.write_text("RMSE 90")
    room.refresh()
    assert room.rows(status) == [("void", "evidence changed: evidence/validation.md was changed after it was signed")]
    evidence.unlink()
    room.refresh()
    assert room.rows(status) == [("void", "evidence changed: evidence/validation.md is gone")]


def _cut_ledger(file: Path, keep: int) -> None:
    connection = sqlite3.connect(file)
    for (name,) in connection.execute("select name from sqlite_master where type = 'trigger'").fetchall():
        connection.execute(f'drop trigger "{name}"')
    connection.execute("delete from ledger_entries where seq > ?", (keep,))
    connection.commit()
    connection.close()


def test_a_refresh_never_covers_up_a_ledger_that_was_cut(room: Room) -> None:
    room.refresh()
    with Ledger.open(f"sqlite:///{room.folder / 'ledger.db'}", create=False) as ledger:
        last = ledger.head().seq
    _cut_ledger(room.folder / "ledger.db", keep=2)
    for _ in range(2):
        room.refresh()
        with Ledger.open(f"sqlite:///{room.folder / 'ledger.db'}", create=False) as ledger:
            assert ledger.head().seq == 2
        assert not verify_ledger(room.folder).ok
        problems = room.rows("select severity, place from problems where kind = 'ledger'")
        assert problems == [("error", f"ledger, entry {last}")]
    refresh(room.folder, Settings.load({}, workspace=str(room.folder)), accept_ledger=True)
    assert verify_ledger(room.folder).ok
    assert room.rows("select count(*) from registry_events") == [(5,)]


def _edit_ledger(file: Path, statement: str) -> None:
    """What somebody with the file in hand can do: take the triggers away, and change what stands."""
    with closing(sqlite3.connect(file)) as connection:
        for (name,) in connection.execute("select name from sqlite_master where type = 'trigger'").fetchall():
            connection.execute(f'drop trigger "{name}"')
        connection.execute(statement)
        connection.commit()


def test_a_sign_off_edited_in_the_ledger_is_not_judged_and_nothing_is_appended(room: Room) -> None:
    room.refresh()
    file = room.folder / "ledger.db"
    with Ledger.open(f"sqlite:///{file}", create=False) as ledger:
        signed = SignOff("claims", 1, "deploy", "rejected", "ada@example.com", "reviewer", ())
        import_sign_offs(ledger, [(signed, Imported(datetime.now(UTC), "minutes"))])
        sign_off = ledger.head().seq
    room.refresh()
    judged = "select (select status from approvals), list((version, stage, status) order by all) from approval_states"
    before = room.rows(judged)
    _edit_ledger(
        file, f"update ledger_entries set payload = replace(payload, 'rejected', 'approved') where seq = {sign_off}"
    )
    with Ledger.open(f"sqlite:///{file}", create=False) as ledger:
        head = ledger.head()
        for accepted in (False, True):
            refresh(room.folder, Settings.load({}, workspace=str(room.folder)), accept_ledger=accepted)
            assert ledger.head() == head
            assert room.rows(judged) == before
            (told,) = room.rows("select severity, place, why from problems where kind = 'ledger'")
            assert told[:2] == ("error", f"ledger, entry {sign_off}")
            assert f"entry {sign_off}, changed: What it says does not have its hash" in str(told[2])


def test_a_ledger_that_is_gone_is_said(room: Room) -> None:
    room.refresh()
    (room.folder / "ledger.db").unlink()
    room.refresh()
    assert room.rows("select count(*) from problems where kind = 'ledger'") == [(1,)]


def test_a_damaged_entry_stops_nothing_but_what_it_is_about(room: Room) -> None:
    room.refresh()
    connection = sqlite3.connect(room.folder / "ledger.db")
    for (name,) in connection.execute("select name from sqlite_master where type = 'trigger'").fetchall():
        connection.execute(f'drop trigger "{name}"')
    connection.execute("update ledger_entries set payload = '[' where seq = 2")
    connection.commit()
    connection.close()
    room.write("update registered_model_aliases set version = 2")
    room.refresh()
    assert room.rows("select version from aliases") == [(2,)]
    (problem,) = room.rows("select what, next_step from problems where kind = 'ledger'")
    assert "Entry 2" in str(problem[0])
    assert "ledger verify" in str(problem[1])


@pytest.mark.parametrize("path", ["evidence/pipe", "evidence/loop", "evidence", "../outside.md"])
def test_evidence_that_is_no_file_makes_the_approval_void_and_stops_nothing(room: Room, path: str) -> None:
    folder = room.folder / "evidence"
    folder.mkdir()
    os.mkfifo(folder / "pipe")
    (folder / "loop").symlink_to("loop")
    (room.folder.parent / "outside.md").write_text("x")
    with Ledger.open(f"sqlite:///{room.folder / 'ledger.db'}", create=True) as ledger:
        given = SignOff("claims", 1, "deploy", "approved", "ada@x", "reviewer", (Evidence(path, "0" * 64),))
        import_sign_offs(ledger, [(given, Imported(datetime.now(UTC), "minutes"))])
    room.refresh()
    assert room.rows("select status from approvals") == [("void",)]


def test_pins_and_notes_that_stand_are_in_the_snapshot(room: Room) -> None:
    room.refresh()
    ada, about, other = Person("ada", ("data_science",)), Subject("run", "a"), Subject("model", "claims")
    with Ledger.open(f"sqlite:///{room.folder / 'ledger.db'}", create=False) as ledger:
        set_pin(ledger, about, ada, pinned=True)
        set_pin(ledger, other, ada, pinned=True)
        set_pin(ledger, other, ada, pinned=False)
        kept = write_note(ledger, other, ada, text="Look at the claims of May.")
        take_back(ledger, write_note(ledger, about, ada, text="Wrong.").seq, ada)
    room.refresh()
    assert room.rows("select kind, id, actor from pins") == [("run", "a", "ada")]
    assert room.rows("select seq, kind, id, actor, role, text from notes") == [
        (kept.seq, "model", "claims", "ada", "data_science", "Look at the claims of May.")
    ]
