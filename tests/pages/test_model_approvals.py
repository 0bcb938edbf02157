"""The tab Approvals shows each sign-off whole: who, as what, what was decided and written, and whether it holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.ui import sample
from tests.ui.reading import Reader, full, said


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    return Reader(tmp_path / "store", monkeypatch)


def approvals(reader: Reader, **changed: Any) -> str:
    """What stands on the tab of a model whose sign-off was given with this."""
    rows = [row | (changed if row["model"] == "card-fraud" else {}) for row in sample.rows()["approvals"]]
    full(reader.store, approvals=rows)
    return said(reader.open("model", model="card-fraud", tab="Approvals"))


def test_a_sign_off_says_who_in_which_role_for_which_stage_and_what_was_written(reader: Reader):
    text = approvals(reader, decision="approved", note="Looked at the *errors*.")
    for part in ("**Version 3 approved** for deploy", "valid", "`di@x` as reviewer", "“Looked at the *errors*.”"):
        assert part in text
    assert "carried over" not in text


def test_the_table_calls_a_decision_about_a_version_a_sign_off(reader: Reader):
    full(reader.store)
    table = reader.open("model", model="card-fraud", tab="Approvals").main.dataframe[0].value
    assert list(table) == ["Version", "Stage", "Signed by", "As", "Sign-off", "When", "Status", "Holds until"]


def test_a_void_sign_off_says_the_whole_reason(reader: Reader):
    reason = "; ".join(f"evidence/file-{number}.json was changed after it was signed" for number in range(12))
    text = approvals(reader, status="void", reason=reason)
    assert "void" in text
    assert reason in text


def test_a_sign_off_from_elsewhere_says_that_it_was_carried_over(reader: Reader):
    assert "carried over from demo" in approvals(reader, imported_from="demo")


def test_what_a_signer_wrote_stays_text(reader: Reader):
    rows = [row | {"note": sample.HOSTILE, "actor": sample.HOSTILE} for row in sample.rows()["approvals"]]
    full(reader.store, approvals=rows)
    app = reader.open("model", model="card-fraud", tab="Approvals")
    (block,) = [each.value for each in app.main.markdown if "Version 3" in each.value]
    assert r"\<img" in block
    assert "<img" not in block.replace(r"\<img", "")
