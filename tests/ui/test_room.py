"""Answers are remembered for as long as the snapshot lives; errors are not; a rerun sees one snapshot."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.snapshots import publish_rows
from watchroom.errors import NoSnapshot, QueryError
from watchroom.store.snapshot import Snapshot
from watchroom.ui.room import ask, ask_unless, drawn, leased, noted, room

calls: list[object] = []


def models(snapshot: Snapshot, *, prefix: str = "") -> list[str]:
    calls.append(prefix)
    rows = snapshot.rows("select model from models where starts_with(model, ?) order by 1", [prefix])
    return [name for (name,) in rows]


def broken(snapshot: Snapshot) -> object:
    calls.append("broken")
    return snapshot.rows("select nothing from nowhere")


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    calls.clear()
    monkeypatch.setenv("WATCHROOM_STORE", str(tmp_path))
    publish_rows(tmp_path, {"models": [{"model": "a"}, {"model": "b"}]})
    return tmp_path


def test_an_answer_is_asked_for_once_for_the_same_arguments(store: Path):
    assert ask(models) == ask(models) == ["a", "b"]
    assert ask(models, prefix="a") == ["a"]
    assert calls == ["", "a"]


def test_an_answer_is_the_callers_own(store: Path):
    ask(models).clear()
    assert ask(models) == ["a", "b"]


def test_an_answer_that_passes_is_asked_for_again_until_it_lasts(store: Path):
    passing = [True, True, False]
    found = [ask_unless(lambda _: passing.pop(0), models, prefix="b") for _ in range(4)]
    assert found == [["b"]] * 4
    assert calls == ["b"] * 3


def drawing(*, prefix: str) -> list[str]:
    calls.append("drawn")
    return [f"bar of {name}" for name in ask(models, prefix=prefix)]


def test_what_is_drawn_is_made_once_for_a_snapshot_and_shared(store: Path):
    assert drawn(drawing, prefix="a") == ["bar of a"]
    assert drawn(drawing, prefix="a") is drawn(drawing, prefix="a")
    assert calls == ["drawn", "a"]
    publish_rows(store, {"models": [{"model": "ab"}]})
    assert drawn(drawing, prefix="a") == ["bar of ab"]


def test_a_new_snapshot_is_asked_anew(store: Path):
    assert ask(models) == ["a", "b"]
    publish_rows(store, {"models": [{"model": "c"}]})
    assert ask(models) == ["c"]


def test_a_rerun_keeps_the_snapshot_that_it_began_with(store: Path):
    with leased():
        publish_rows(store, {"models": [{"model": "c"}]})
        assert ask(models) == ["a", "b"]
    assert ask(models) == ["c"]


def test_an_error_is_not_remembered(store: Path):
    for _ in range(2):
        with pytest.raises(QueryError):
            ask(broken)
    assert calls == ["broken", "broken"]


def test_two_stores_never_share_an_answer(store: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    assert ask(models) == ["a", "b"]
    publish_rows(tmp_path / "other", {"models": [{"model": "z"}]})
    monkeypatch.setenv("WATCHROOM_STORE", str(tmp_path / "other"))
    assert ask(models) == ["z"]


def test_without_a_snapshot_there_is_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("WATCHROOM_STORE", str(tmp_path / "none"))
    with pytest.raises(NoSnapshot):
        ask(models)


def test_the_store_is_in_the_workspace_unless_said_otherwise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("WATCHROOM_STORE", raising=False)
    monkeypatch.setenv("WATCHROOM_WORKSPACE", str(tmp_path))
    assert room().store_folder == tmp_path / "store"


def test_a_small_value_is_made_once_in_a_rerun_and_anew_in_the_next(store: Path):
    made: list[int] = []

    def make() -> int:
        made.append(1)
        return len(made)

    with leased():
        assert (noted("x", make), noted("x", make)) == (1, 1)
    with leased():
        assert noted("x", make) == 2
    assert noted("x", make) == 3
