"""An export destroys nothing: neither the ledger that it is of, nor what somebody keeps under the name."""

from __future__ import annotations

from pathlib import Path

import pytest

from watchroom.errors import LedgerError
from watchroom.jobs.verify import export_ledger
from watchroom.ledger import Ledger, NewEntry
from watchroom.ledger.export import write


@pytest.fixture
def room(tmp_path: Path) -> Path:
    (tmp_path / "watchroom.yaml").write_text("ledger: sqlite:///./ledger.db\n", "utf-8")
    with Ledger.open(f"sqlite:///{tmp_path}/ledger.db", create=True) as ledger:
        ledger.append_all([NewEntry("visit", "ana@x", {}, None, None, None)])
    return tmp_path


@pytest.mark.parametrize("name", ["ledger.db", "ledger.db-wal", "again.db", "linked.db", "store/all.jsonl"])
def test_the_ledger_and_the_store_are_never_written_over(room: Path, name: str):
    (room / "again.db").hardlink_to(room / "ledger.db")
    (room / "linked.db").symlink_to("ledger.db")
    before = (room / "ledger.db").read_bytes()
    with pytest.raises(LedgerError, match=r"ledger itself|in the store"):
        export_ledger(room, room / name, model=None, kinds=(), force=True)
    assert (room / "ledger.db").read_bytes() == before


def test_a_file_that_is_there_is_written_over_with_force_alone(room: Path):
    (room / "kept.jsonl").write_text("mine")
    with pytest.raises(LedgerError, match="is there already"):
        export_ledger(room, room / "kept.jsonl", model=None, kinds=())
    assert export_ledger(room, room / "kept.jsonl", model=None, kinds=(), force=True).entries == 1
    assert (room / "kept.jsonl").read_text("utf-8").count("\n") == 1


def test_a_link_in_the_place_of_the_export_or_its_part_is_not_followed(room: Path):
    (room / "mine").write_text("mine")
    for name in ("out.jsonl", "all.jsonl.part"):
        (room / name).symlink_to("mine")
    with Ledger.open(f"sqlite:///{room}/ledger.db", create=False) as ledger:
        with pytest.raises(LedgerError, match="no ordinary file"):
            write(ledger, room / "out.jsonl", force=True)
        write(ledger, room / "all.jsonl")
    assert (room / "mine").read_text() == "mine"
