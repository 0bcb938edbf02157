"""The Model card page: all cards with what is wrong in them, one card, what differs between two."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.carded import BUSY, EMPTY, STRANGE, rows
from tests.helpers.snapshots import publish_rows
from tests.ui.reading import Reader, said


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("cards") / "room"
    found = rows()
    found["problems"] = [
        {"kind": "workspace", "severity": "warning", "place": "models/card-fraud.md:5", "what": "stale", "why": "",
         "next_step": "", "model": BUSY, "count": 1}
    ]  # fmt: skip
    publish_rows(folder / "store", found)
    return folder / "store"


@pytest.fixture
def reader(published: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    return Reader(published, monkeypatch)


def test_without_a_model_the_cards_that_need_work_come_first(reader: Reader):
    app = reader.open("model_card")
    table = app.main.dataframe[0].value
    assert table["Not so any more"].iloc[0] == 1
    assert "Out of scope" in table["Not written"].iloc[0]
    assert "1 figure in the text is not so any more" in said(app)


def test_the_card_answers_first_then_says_what_is_wrong_and_unknown(reader: Reader):
    text = said(reader.open("model_card", model=BUSY))
    assert "How good is it?" in text
    assert "Not so any more, or not understood" in text
    assert "Unknown (" in text
    assert text.index("How good is it?") < text.index("Not so any more") < text.index("Stops payments; its AUC")


@pytest.mark.parametrize("model", [EMPTY, STRANGE])
def test_a_model_of_which_little_is_known_or_with_odd_names_has_a_card(reader: Reader, model: str):
    assert "nobody has signed" in said(reader.open("model_card", model=model))


def test_another_version_shows_what_differs(reader: Reader):
    text = said(reader.open("model_card", model=BUSY, against="1"))
    assert "from version 1 to 2" in text
    assert "Parameters of its run: depth" in text


def test_a_model_and_a_version_that_are_not_there_say_so(reader: Reader):
    assert "There is no model named" in said(reader.open("model_card", model="nothing"))
    assert "no version 9" in said(reader.open("model_card", model=BUSY, version="9"))
