"""What a handover moved since the refresh is said on the pages of the model."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ui.reading import Reader, full, said
from watchroom.domain.handover import Terms
from watchroom.domain.signable import Signable, part
from watchroom.ledger import Ledger
from watchroom.ledger.handovers import accept, begin, give
from watchroom.ledger.people import Person

GIVER = Person("bo@x", ("operations",))
RECEIVER = Person("cy@x", ("operations",))
THERE = Signable("card-fraud", 3, "support", "low", (), (part("checks", {}),))
TERMS = Terms("card-fraud", 3, "support", "", "", GIVER.name, RECEIVER.name, owners={"operations": RECEIVER.name})


@pytest.mark.parametrize("page", ["model", "health"])
def test_a_page_says_whose_the_model_is_since_the_refresh(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = tmp_path / "room"
    folder.mkdir()
    monkeypatch.setenv("WATCHROOM_WORKSPACE", str(folder))
    (folder / "watchroom.yaml").write_text("time_zone: UTC\n", encoding="utf-8")
    full(folder / "store", owners=[{"model": "card-fraud", "role": "operations", "person": GIVER.name}])
    reader, was = Reader(folder / "store", monkeypatch), {"operations": GIVER.name}
    with Ledger.open(f"sqlite:///{folder / 'ledger.db'}", create=True) as ledger:
        one = begin(ledger, TERMS, GIVER)
        one = give(ledger, one.seq, GIVER, lambda _: THERE, THERE.digest, was, seen=one.last_seq)
        assert "was handed over" not in said(reader.open(page, model="card-fraud"))
        accept(ledger, one.seq, RECEIVER, lambda _: THERE, THERE.digest, was, seen=one.last_seq)
        assert "Now operations: cy@x. This page names the owners of before" in said(
            reader.open(page, model="card-fraud")
        )
