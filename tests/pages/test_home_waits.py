"""What waits for whoever looks is as it is now: what was done since the refresh asks nobody again."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.pages.test_handover import an_item, asked
from tests.ui import handover_sample as sample
from tests.ui.reading import Reader, links, said
from watchroom.errors import LedgerError
from watchroom.ledger import Ledger
from watchroom.ledger.checklist import answer, assign
from watchroom.ledger.findings import answer as answer_finding
from watchroom.ledger.findings import open_finding
from watchroom.ledger.findings_read import Found
from watchroom.ledger.people import Person
from watchroom.ui.identity import User

ANA = Person("ana@x", ("data_science", "reviewer"))
INES = Person("ines@x", ("reviewer",))
TODAY = datetime.now(UTC).date()


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    folder = tmp_path / "room"
    folder.mkdir()
    monkeypatch.setenv("WATCHROOM_WORKSPACE", str(folder))
    (folder / "watchroom.yaml").write_text("time_zone: UTC\n", encoding="utf-8")
    sample.publish(folder / "store")
    return Ledger.open(f"sqlite:///{folder / 'ledger.db'}", create=True)


@pytest.fixture
def reader(ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    return Reader(tmp_path / "room" / "store", monkeypatch)


def test_an_item_waits_once_it_is_given_and_no_more_once_it_is_answered(ledger: Ledger, reader: Reader):
    _, item = an_item("unknown", question=True)
    assign(ledger, sample.FRAUD, 3, [item.id], "ana@x", TODAY, ANA)
    told = said(reader.open("home"))
    assert "version 3: 1 item of its checklist due soon" in told
    assert "Waits for business" in told
    answer(ledger, asked(item, "unknown"), True, "Seen.", None, ANA)
    assert "of its checklist due soon" not in said(reader.open("home"))


def test_a_reviewer_who_made_the_version_is_not_asked_to_accept(
    ledger: Ledger, reader: Reader, monkeypatch: pytest.MonkeyPatch
):
    found = open_finding(ledger, Found(sample.FRAUD, 3, "high", "No proof"), INES, ())
    answer_finding(ledger, found.seq, "Here.", Person("bo@x", ("operations",)))
    for name, authors, waits in (("ines@x", ("dan@x",), True), ("dan@x", ("dan@x",), False)):
        me = User(name, ("reviewer",), signed_in=True, email=name)
        for module in ("home_waits", "reviews_known"):
            monkeypatch.setattr(f"watchroom.ui.{module}.current_user", lambda me=me: me)
        monkeypatch.setattr("watchroom.ui.reviews_known.authors_of", lambda *_, authors=authors: authors)
        assert ("waits for the reviewer" in said(reader.open("home", role="Reviewer"))) == waits


def test_a_ledger_that_cannot_be_read_is_said_where_things_wait(
    ledger: Ledger, reader: Reader, monkeypatch: pytest.MonkeyPatch
):
    def broken(*_: object, **__: object) -> None:
        raise LedgerError("The database does not answer.")

    monkeypatch.setattr("watchroom.ledger.handovers.read", broken)
    app = reader.open("home")
    assert "Handovers and findings cannot be told: the ledger cannot be read." in said(app)
    assert "See History" in [label for label, _, _ in links(app)]
