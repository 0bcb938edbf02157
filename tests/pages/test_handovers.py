"""The views Handovers and Ownership say who has to act, what moves, and what is in nobody's hands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.ui import handover_sample as sample
from tests.ui.reading import Reader, said
from watchroom.domain.drill import Question
from watchroom.domain.handover import Terms
from watchroom.domain.signable import Signable, part
from watchroom.ledger import Ledger
from watchroom.ledger.drills import take
from watchroom.ledger.handovers import begin, comment, decline, give
from watchroom.ledger.people import Person

BO, CY = Person("bo@example.com", ("data_science",)), Person("cy@example.com", ("operations",))
TODAY = datetime.now(UTC).date()
OWNERS = {"operations": CY.name, "on_call": "zoe@example.com"}
TERMS = Terms(sample.FRAUD, 3, "deploy", "Risk", "Payments", BO.name, CY.name, TODAY + timedelta(9), "", OWNERS)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("handovers") / "room"
    folder.mkdir()
    (folder / "watchroom.yaml").write_text("currency: EUR\n", encoding="utf-8")
    sample.publish(folder / "store")
    return folder


@pytest.fixture
def ledger(published: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    """A ledger with nothing in it, each time."""
    import streamlit as st

    st.cache_resource.clear()  # the page keeps a ledger open; each test has another file
    monkeypatch.setenv("WATCHROOM_WORKSPACE", str(published))
    file = published / "ledger.db"
    file.unlink(missing_ok=True)
    with Ledger.open(f"sqlite:///{file}", create=True) as found:
        yield found


@pytest.fixture
def reader(published: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> Reader:
    return Reader(published / "store", monkeypatch)


def test_without_any_handover_the_page_says_how_to_begin_one(reader: Reader):
    assert "No model has been handed over here yet." in said(reader.open("handover", view="Handovers"))


def test_a_handover_says_whom_it_waits_for_what_is_open_and_which_roles_move(reader: Reader, ledger: Ledger):
    seq = begin(ledger, TERMS, BO).seq
    comment(ledger, seq, "<b>Look</b> [here](http://evil)", CY)
    app = reader.open("handover", view="Handovers", model=sample.FRAUD)
    text = said(app)
    assert "version 3, is handed over from Risk to Payments for deploy; waits for bo@example.com to sign it" in text
    assert "in 9 days" in text
    assert "On call: nobody → `zoe@example.com`" in text
    assert "Operations: stays with `cy@example.com`" in text
    assert "hold up the sign-off" in text
    assert any(r"\[here\]" in one.value for one in app.main.markdown)  # text, and no link


def test_what_changed_for_the_worse_since_the_giver_signed_stands_before_the_receiver(reader: Reader, ledger: Ledger):
    begun, was = begin(ledger, TERMS, BO), {"operations": BO.name, "on_call": "zoe@example.com"}
    seen = Signable(sample.FRAUD, 3, "deploy", "high", (), (part("checks", {}),))
    give(ledger, begun.seq, BO, lambda _: seen, seen.digest, was, seen=begun.last_seq)
    text = said(reader.open("handover", view="Handovers", model=sample.FRAUD))
    assert "waits for cy@example.com to accept it" in text
    assert "The giver has to sign again" in text


def test_roles_that_are_not_the_givers_are_told_before_anybody_signs(reader: Reader, ledger: Ledger):
    begin(ledger, TERMS, BO)
    text = said(reader.open("handover", view="Handovers", model=sample.FRAUD))
    assert "Its roles cannot move like this:" in text
    assert "The giver holds none of the roles that move." in text


def test_all_models_have_what_is_under_way_and_what_is_over(reader: Reader, ledger: Ledger):
    begin(ledger, TERMS, BO)
    over = begin(ledger, Terms(sample.DEMAND, 1, "pilot", "", "", BO.name, CY.name), BO).seq
    decline(ledger, over, "Not yet.", CY)
    app = reader.open("handover", view="Handovers")
    under_way, past = (table.value for table in app.main.dataframe)
    assert under_way["Who has to act"].tolist() == ["bo@example.com"]
    assert past["State"].tolist() == ["declined"]


def test_who_took_the_drill_and_what_they_got_wrong_stands_below(reader: Reader, ledger: Ledger):
    asked = [Question("runbook", "Where is the runbook?", ("here", "there"), "here", "Model")]
    take(ledger, sample.FRAUD, 3, asked, {"runbook": "there"}, CY)
    text = said(reader.open("handover", view="Handovers", model=sample.FRAUD, version="3"))
    assert "**0 of 1 right**" in text
    assert "It is here, not there." in text


def test_ownership_says_what_is_in_nobodys_hands(reader: Reader):
    text = said(reader.open("handover", view="Ownership"))
    assert "with a role that nobody holds" in text
    assert "nobody for" in text


def test_ownership_of_a_model_says_who_holds_each_role_and_that_nobody_does(reader: Reader):
    text = said(reader.open("handover", view="Ownership", model=sample.FRAUD))
    assert "Nobody holds on call." in text
    assert "`bo@example.com`" in text
