"""The Glossary tells what a word means."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.helpers.snapshots import publish_rows
from tests.ui.reading import Reader, said
from watchroom.domain.glossary import GROUPS, TERMS, find, meaning, search
from watchroom.ui.glossary import place


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    publish_rows(tmp_path / "store")
    return Reader(tmp_path / "store", monkeypatch)


def test_all_words_are_there_under_their_headings(reader: Reader):
    app = reader.open("glossary")
    assert [head.value for head in app.header] == list(GROUPS)
    assert f"{len(TERMS)} of {len(TERMS)} words" in said(app)


def test_a_link_opens_at_a_word_with_what_it_points_to(reader: Reader):
    text = said(reader.open("glossary", term="PSI"))
    assert "Population stability index" in text
    assert "### drift" in text
    assert "### champion" not in text


def test_a_related_word_is_one_click_away(reader: Reader):
    cards = [element.value for element in reader.open("glossary").markdown if element.value.startswith("### ")]
    champion = next(card for card in cards if card.startswith("### champion\n"))
    assert "[challenger](#challenger)" in champion
    assert len({place(card.splitlines()[0]) for card in cards}) == len(cards)


def test_a_related_word_that_is_not_shown_is_no_link(reader: Reader):
    text = said(reader.open("glossary", term="drift"))
    shown = {place(line) for line in text.splitlines() if line.startswith("### ")}
    assert set(re.findall(r"\(#([^)]*)\)", text)) <= shown


def test_a_word_that_is_not_there_gets_an_answer(reader: Reader):
    assert "No word fits “zzz”." in said(reader.open("glossary", term="zzz"))


def test_every_related_word_exists():
    assert {name for term in TERMS for name in term.see if find(name) is None} == set()


def test_no_two_words_share_a_name():
    names = [name.casefold() for term in TERMS for name in (term.name, *term.also)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(("written", "term"), [("psi", "PSI"), (" Roc_AUC ", "AUC"), ("cut-off", "threshold")])
def test_a_word_is_found_however_it_is_written(written: str, term: str):
    found = find(written)
    assert found is not None
    assert found.name == term


def test_words_found_in_a_name_come_before_those_found_in_a_meaning():
    assert search("champion")[0].name == "champion"
    assert "approval" not in [term.name for term in search("champion alias")]


def test_a_tooltip_for_an_unknown_word_is_a_mistake_of_ours():
    with pytest.raises(KeyError):
        meaning("no such word")
