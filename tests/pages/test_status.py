"""Status tells how fresh the data is and what failed."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.helpers.snapshots import publish_rows
from tests.ui.reading import Reader, figures, full, said
from watchroom.ui.room import _room


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    return Reader(tmp_path / "store", monkeypatch)


def test_the_snapshot_says_its_age_and_how_it_was_made(reader: Reader):
    full(reader.store)
    app = reader.open("status")
    shown = figures(app)
    assert re.fullmatch(r"Under a minute|\d+ minutes?", shown["Age of the data"][0])  # as quick as the machine is
    assert shown["Refresh took"] == ("3.0 s", "4 steps")
    assert (shown["Missing"][0], shown["With a gap"][0]) == ("15", "1")
    assert "times in Europe/London" in said(app)
    assert "read from http://mlflow:5000" in said(app)


def test_each_problem_has_its_place_reason_and_next_step(reader: Reader):
    full(reader.store)
    text = said(reader.open("status"))
    for part in (
        "“pis” is not a drift method.",
        "models/forecast.yaml:12 (monitor.drift.method)",
        "Expected one of psi, js, ks, wasserstein, chi2.",
        "Next step: Did you mean psi?",
        "A run folder has no meta.yaml.",
        "× 14",
    ):
        assert part in text


def test_what_is_missing_comes_before_what_has_a_gap(reader: Reader):
    full(reader.store)
    text = said(reader.open("status"))
    assert text.index("**Missing**") < text.index("**With a gap**") < text.index("**Worth knowing**")


def test_the_contents_are_counted(reader: Reader):
    full(reader.store)
    counts = reader.open("status").main.dataframe[0].value.set_index("What")["How many"]
    assert (counts["Runs"], counts["Model versions"], counts["Aliases"]) == (120, 9, 5)


def test_a_failed_refresh_is_said_first_with_its_next_step(reader: Reader):
    full(reader.store)
    at = (datetime.now(UTC) - timedelta(hours=3)).isoformat()
    note = {"at": at, "what": "MLflow did not answer.", "why": "Connection refused.", "next_step": "Start the server."}
    (reader.store / "last_failure.json").write_text(json.dumps(note))
    text = said(reader.open("status"))
    for part in ("MLflow did not answer.", "Connection refused.", "Next step: Start the server.", "3 hours ago"):
        assert part in text
    assert "What you see is the snapshot before it, whole." in text


@pytest.mark.parametrize(
    "note",
    [
        "",
        "{",
        "[]",
        '{"at": "yesterday", "what": "x"}',
        '{"what": 1}',
        '{"at": "0001-01-01T00:00:00+14:00", "what": "x"}',
        '{"at": "0001-01-01T00:00:00+00:00", "what": "x"}',
        '{"at": "9999-12-31T23:59:59-12:00", "what": "x"}',
        '{"at": "9999-12-31T23:59:59", "what": "x"}',
    ],
)
def test_a_damaged_note_of_a_failure_is_a_failure_too(reader: Reader, note: str):
    full(reader.store)
    (reader.store / "last_failure.json").write_text(note)
    assert "The last refresh failed. Its note cannot be read." in said(reader.open("status")).replace("**", "")


def test_when_all_was_read_it_says_so(reader: Reader):
    publish_rows(reader.store)
    text = said(reader.open("status"))
    assert "Everything was read." in text
    assert "This snapshot does not say how it was made." in text


def test_more_problems_than_are_drawn_are_counted(reader: Reader):
    many = [
        {
            "kind": "run",
            "severity": "error",
            "place": f"run {n}",
            "what": "Gone.",
            "why": "",
            "next_step": "",
            "count": 1,
        }
        for n in range(300)
    ]
    full(reader.store, problems=many)
    assert "First 200 of 300 problems." in said(reader.open("status"))


def test_problems_past_the_limit_of_a_page_are_counted_too(reader: Reader, monkeypatch: pytest.MonkeyPatch):
    shared = {"kind": "run", "what": "Gone.", "why": "", "next_step": "", "count": 2}
    many = [{**shared, "severity": "error", "place": f"run {n}"} for n in range(30)]
    full(reader.store, problems=[*many, {**shared, "severity": "warning", "place": "run x"}])
    monkeypatch.setenv("WATCHROOM_PAGE_ROWS", "10")
    _room.clear()
    shown, home = reader.open("status"), reader.open("home")
    assert (figures(shown)["Missing"][0], figures(shown)["With a gap"][0]) == ("60", "2")
    assert "First 10 of 30 problems." in said(shown)
    assert "The refresh could not read 60 things." in said(home)
