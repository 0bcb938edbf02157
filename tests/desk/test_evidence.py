"""Evidence on the desk: whether the files are still what was kept."""

from __future__ import annotations

from pathlib import Path

from watchroom.desk.evidence import attach, lost
from watchroom.ledger import Ledger
from watchroom.ledger.evidence import read, withdraw
from watchroom.ledger.people import Person

RUI = Person("rui@x", ("reviewer",))


def test_a_file_that_was_replaced_or_removed_on_the_disk_is_told_until_it_is_withdrawn(tmp_path: Path):
    (tmp_path / "watchroom.yaml").write_text("name: Room\n")
    with Ledger.open(f"sqlite:///{tmp_path}/ledger.db", create=True) as ledger:
        names = ("a.txt", "b.txt", "c.txt")
        seqs = [attach(ledger, tmp_path, name, name.encode(), by=RUI, model="churn", version=3) for name in names]
        assert lost(ledger, tmp_path, "churn", 3) == {}
        files = [tmp_path / "evidence" / read(ledger).all[seq].file.path for seq in seqs]
        files[0].write_text("Another report.")
        files[1].unlink()
        assert lost(ledger, tmp_path, "churn", 3) == {seqs[0]: "a.txt was changed", seqs[1]: "b.txt is gone"}
        assert lost(ledger, tmp_path, "churn", 4) == {}
        withdraw(ledger, seqs[0], "The wrong one.", RUI)
        assert list(lost(ledger, tmp_path, "churn", 3)) == [seqs[1]]
