"""What is pinned is found again on Home, Models and Runs, as of the snapshot."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from tests.ui.reading import Reader, full, links, said
from tests.ui.sample import HOSTILE

AT = datetime(2026, 1, 2, 9, 30)
PINS = [
    {"kind": "run", "id": "run002", "at": AT, "actor": "ada@example.com"},
    {"kind": "run", "id": "gone", "at": AT, "actor": "ada@example.com"},
    {"kind": "model", "id": "card-fraud", "at": AT, "actor": HOSTILE},
]


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    return Reader(tmp_path / "store", monkeypatch)


def test_home_links_to_what_is_pinned_and_is_silent_about_pins_without_any(reader: Reader):
    full(reader.store)
    assert "Pinned" not in said(reader.open("home"))
    full(reader.store, pins=PINS)
    app = reader.open("home")
    assert "Pinned" in said(app)
    found = {query for _, _, query in links(app)}
    assert {"run=run002", "model=card-fraud"} <= found
    assert "run=gone" not in found
    assert "<script" not in "".join(one.value for one in app.main.markdown).replace("\\<", "")


def test_pinned_models_stand_first_and_are_marked(reader: Reader):
    full(reader.store)
    before = list(reader.open("models").main.dataframe[0].value["Model"])
    last = reader.open("models").main.dataframe[0].value["Registered as"].iloc[-1]
    full(reader.store, pins=[{"kind": "model", "id": last, "at": AT, "actor": "ada"}])
    app = reader.open("models")
    assert list(app.main.dataframe[0].value["Model"]) == [f"📌 {before[-1]}", *before[:-1]]
    assert "after the pinned ones" in said(app)


def test_pinned_runs_are_marked_where_runs_are_listed(reader: Reader):
    full(reader.store)
    assert "Pinned" not in reader.open("runs").main.dataframe[0].value
    full(reader.store, pins=PINS)
    marked = reader.open("runs", q="run002").main.dataframe[0].value
    assert list(marked.loc[marked.index == "run002", "Pinned"]) == ["📌"]
