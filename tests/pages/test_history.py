"""History: who did what, in words, filtered by the address; and one entry with its place in the chain."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ui.reading import Reader, full, said
from tests.ui.sample import HOSTILE
from watchroom.ledger import Ledger, NewEntry

OPENED = {
    "act": "opened", "title": "No holidays", "text": "", "severity": "high", "owner": "", "due": None, "blocks": None,
}  # fmt: skip


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    folder = tmp_path / "room"
    folder.mkdir()
    monkeypatch.setenv("WATCHROOM_WORKSPACE", str(folder))
    (folder / "watchroom.yaml").write_text("time_zone: UTC\n", encoding="utf-8")
    full(folder / "store")
    return Ledger.open(f"sqlite:///{folder / 'ledger.db'}", create=True)


@pytest.fixture
def reader(ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    ledger.append_all(
        [
            NewEntry("finding", "ana@x", OPENED, "reviewer", "churn", 3),
            NewEntry("finding", "bo@x", {"act": "answered", "text": HOSTILE, "finding": 1}, None, "churn", 3),
            NewEntry("visit", "cy@x", {}, "business"),
            NewEntry("compliance", "watchroom refresh", {"something": "new"}),
        ]
    )
    return Reader(tmp_path / "room" / "store", monkeypatch)


def test_what_people_did_is_told_in_words_and_visits_are_left_out(reader: Reader):
    text = said(reader.open("history"))
    assert "3 entries" in text
    assert "1 visit not counted" in text
    assert "answered the finding “No holidays” about version 3 of churn" in text
    assert "opened Home" not in text


@pytest.mark.parametrize(
    ("address", "count"),
    [({"text": "holidays"}, "1 entry fits"), ({"person": "bo@x"}, "1 entry fits"), ({"what": "Visits"}, "1 entry fits"),
     ({"text": "zzz"}, "Nothing that is recorded fits")],
)  # fmt: skip
def test_the_address_says_what_is_looked_for(reader: Reader, address: dict[str, str], count: str):
    assert count in said(reader.open("history", **address))


def test_an_entry_shows_what_it_is_about_and_that_it_is_as_it_was_written(reader: Reader):
    text = said(reader.open("history", entry="2"))
    assert "Entry 2 of 4" in text
    assert "What it is about" in text
    assert "It is as it was written, and follows entry 1." in text


@pytest.mark.parametrize("entry", ["0", "99", "x", "9" * 40])
def test_a_number_that_no_entry_has_is_said_to_have_none(reader: Reader, entry: str):
    assert "The ledger has no entry" in said(reader.open("history", entry=entry))


def test_what_people_wrote_stays_text(reader: Reader):
    for address in ({}, {"entry": "2"}):
        app = reader.open("history", **address)
        assert not any("<img" in element.value.replace("\\<img", "") for element in app.main.markdown)


def test_an_empty_ledger_and_none_at_all_are_said(ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    reader = Reader(tmp_path / "room" / "store", monkeypatch)
    assert "Nothing is recorded yet." in said(reader.open("history"))
    ledger.close()
    (tmp_path / "room" / "ledger.db").unlink()
    assert "There is no ledger yet." in said(reader.open("history"))


def test_the_search_finds_people_words_pages_and_entries(reader: Reader):
    text = said(reader.open("search", q="holidays"))
    assert "opened the finding “No holidays”" in text
    assert "PSI" in said(reader.open("search", q="psi"))
    assert "Portfolio" in said(reader.open("search", q="portfo"))
    assert "Nothing fits “zzzqq”." in said(reader.open("search", q="zzzqq"))
