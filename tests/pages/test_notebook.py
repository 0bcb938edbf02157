"""Saved views, pins and notes: what people leave for each other, on every page and in the ledger."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ui.reading import Reader, full, said
from tests.ui.sample import HOSTILE
from watchroom.ledger import Ledger
from watchroom.ledger.notebook import Subject, read, save_view, write_note
from watchroom.ledger.people import Person

BO = Person("bo@x", ("data_science",))


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    folder = tmp_path / "room"
    folder.mkdir()
    monkeypatch.setenv("WATCHROOM_WORKSPACE", str(folder))
    (folder / "watchroom.yaml").write_text("time_zone: Europe/London\n", encoding="utf-8")
    full(folder / "store")
    return Ledger.open(f"sqlite:///{folder / 'ledger.db'}", create=True)


@pytest.fixture
def reader(ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    return Reader(tmp_path / "room" / "store", monkeypatch)


def test_a_saved_view_opens_by_its_name_with_all_that_was_chosen(ledger: Ledger, reader: Reader):
    save_view(ledger, "Weekly check", "runs", {"filter": ["params.depth = '6'"], "model": ["card-fraud"]}, BO)
    app = reader.open("home", saved="weekly CHECK")
    assert app.title[0].value == "Runs"
    assert app.text_input(key="filter").value == "params.depth = '6'"
    assert app.selectbox(key="model").value == "card-fraud"


def test_a_view_that_is_not_there_is_said_on_the_page_that_was_asked_for(ledger: Ledger, reader: Reader):
    app = reader.open("runs", saved=HOSTILE)
    assert app.title[0].value == "Runs"
    assert any(r"There is no saved view “\<img" in caption.value for caption in app.caption)


def test_a_view_that_would_open_itself_or_take_a_role_opens_its_page(ledger: Ledger, reader: Reader):
    save_view(ledger, "Self", "runs", {"saved": ["self"], "role": ["Admin"], "embed": ["true"], "q": ["depth"]}, BO)
    app = reader.open("home", saved="self")
    assert app.title[0].value == "Runs"
    assert app.text_input(key="q").value == "depth"


def test_a_view_of_a_page_that_is_gone_leads_nowhere(ledger: Ledger, reader: Reader):
    save_view(ledger, "Old", "a-page-of-before", {}, BO)
    assert "There is no saved view" in said(reader.open("runs", saved="Old"))


def test_without_a_ledger_the_pages_go_on(ledger: Ledger, reader: Reader, tmp_path: Path):
    ledger.close()
    (tmp_path / "room" / "ledger.db").unlink()
    app = reader.open("runs", saved="Weekly")
    assert "There is no saved view" in said(app)


def test_a_note_is_a_text_and_nothing_else(ledger: Ledger, reader: Reader):
    write_note(ledger, Subject("model", "card-fraud"), BO, text=HOSTILE)
    app = reader.open("model", model="card-fraud", tab="Notes")
    assert [text.value for text in app.text if "onerror" in text.value] == [HOSTILE.strip()]
    assert "data science" in said(app)


def test_a_note_is_left_from_the_page_and_can_be_taken_back(ledger: Ledger, reader: Reader):
    app = reader.open("model", model="card-fraud", tab="Notes")
    app.text_area(key="_note_model_card-fraud_text").set_value("Trained without the holidays.")
    next(button for button in app.button if button.label == "Leave the note").click().run()
    (note,) = read(ledger).about(Subject("model", "card-fraud"))
    assert note.text == "Trained without the holidays."
    assert "Trained without the holidays." in said(app)
    app.button(key=f"_take_back_{note.seq}").click().run()
    assert "Nobody has left a note" in said(app)


def test_a_pin_is_set_and_taken_away(ledger: Ledger, reader: Reader):
    app = reader.open("model", model="card-fraud")
    app.button(key="_pin_model_card-fraud").click().run()
    assert list(read(ledger).pins) == [Subject("model", "card-fraud")]
    app.button(key="_pin_model_card-fraud").click().run()
    assert list(read(ledger).pins) == []
