"""Since you last looked, and what waits for you: the first things on Home."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.ui.reading import Reader, full, links, said
from watchroom.errors import LedgerError
from watchroom.ledger import Ledger, visits
from watchroom.ledger.events import Happened, add
from watchroom.ledger.findings import answer, open_finding
from watchroom.ledger.findings_read import Found
from watchroom.ledger.people import Person
from watchroom.ui.identity import User

BO = Person("bo@x", ("data_science",))
INES = Person("ines@x", ("reviewer",))
TODAY = datetime.now(UTC).date()
REMEMBERED = [{"key": "remember_visits", "value": "yes"}, {"key": "time_zone", "value": "UTC"}]


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    folder = tmp_path / "room"
    folder.mkdir()
    monkeypatch.setenv("WATCHROOM_WORKSPACE", str(folder))
    (folder / "watchroom.yaml").write_text("time_zone: UTC\n", encoding="utf-8")
    full(folder / "store", workspace=REMEMBERED)
    return Ledger.open(f"sqlite:///{folder / 'ledger.db'}", create=True)


@pytest.fixture
def reader(ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    return Reader(tmp_path / "room" / "store", monkeypatch)


def test_who_has_not_been_here_is_told_of_a_week_and_the_visit_is_kept(ledger: Ledger, reader: Reader):
    assert "In the last seven days" in said(reader.open("home"))
    reader.open("home")
    assert [(entry.kind, entry.role) for entry in ledger.entries()] == [("visit", "business")]


def test_who_comes_back_is_told_what_others_did_since(ledger: Ledger, reader: Reader, monkeypatch: pytest.MonkeyPatch):
    add(ledger, Happened("An old storm", TODAY, TODAY), BO)
    reader.open("home")
    monkeypatch.setattr(visits, "APART", timedelta(0))
    add(ledger, Happened("A new storm", TODAY, TODAY), BO)
    told = said(reader.open("home"))
    assert "Since you last looked" in told
    assert "bo@x marked the event “A new storm”" in told
    assert "bo@x marked the event “An old storm”" not in told


def test_what_a_colleague_did_is_told_however_much_whoever_looks_did_since(
    ledger: Ledger, reader: Reader, monkeypatch: pytest.MonkeyPatch
):
    me = User("Ana", ("business",), signed_in=True, email="ana@x")
    monkeypatch.setattr("watchroom.ui.home_acts.current_user", lambda: me)
    for number in range(5):
        add(ledger, Happened(f"Storm {number}", TODAY, TODAY), BO)
    for _ in range(25):
        add(ledger, Happened("Mine", TODAY, TODAY), Person("ana@x", ("business",)))
    told = said(app := reader.open("home"))
    assert "bo@x marked the event “Storm 4”" in told
    assert "ana@x marked" not in told
    assert "2 more" in [label for label, _, _ in links(app)]


def test_a_ledger_that_cannot_be_read_is_no_quiet_day(ledger: Ledger, reader: Reader, monkeypatch: pytest.MonkeyPatch):
    def broken(*_: object, **__: object) -> None:
        raise LedgerError("The database does not answer.")

    monkeypatch.setattr("watchroom.ledger.search.find", broken)
    told = said(reader.open("home"))
    assert "What others did cannot be told: the ledger cannot be read. The database does not answer." in told
    assert "nobody did anything" not in told


def test_a_room_that_keeps_no_visits_writes_none(ledger: Ledger, reader: Reader):
    full(reader.store, workspace=[{"key": "time_zone", "value": "UTC"}])
    assert "In the last seven days" in said(reader.open("home"))
    assert ledger.entries() == []


def test_a_finding_waits_for_those_who_are_to_answer_it_and_then_for_the_reviewer(ledger: Ledger, reader: Reader):
    found = open_finding(ledger, Found("card-fraud", None, "high", "No proof", due=date(2026, 1, 2)), INES, ())
    assert "“No proof”, waits for an answer" in said(reader.open("home", role="Data science"))
    assert "“No proof”, waits" not in said(reader.open("home", role="Reviewer"))
    answer(ledger, found.seq, "Done.", BO)
    assert "“No proof”, was answered and waits for the reviewer" in said(reader.open("home", role="Reviewer"))


def test_without_a_ledger_home_goes_on(ledger: Ledger, reader: Reader, tmp_path: Path):
    ledger.close()
    (tmp_path / "room" / "ledger.db").unlink()
    assert "In the last seven days" in said(reader.open("home"))
