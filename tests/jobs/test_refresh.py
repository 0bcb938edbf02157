"""`watchroom refresh` over a workspace: what it publishes and what it keeps."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest

from tests.helpers.room import Room
from watchroom.store.manifest import StoreFolder


def test_a_first_refresh_joins_the_registry_with_the_workspace(room: Room) -> None:
    report = room.refresh()
    assert [step for step, _ in report.steps] == [
        "Read MLflow",
        "Read the workspace and its evidence",
        "Compare the registry with what was last seen",
        "Read policies and what people did",
        "Count the decision logs",
        "Judge drift, quality and performance",
        "Compare groups",
        "Note the days of decisions",
        "Explain decisions",
        "Compare versions",
        "Work out KPIs",
        "Work out money",
        "Try to load models",
        "Raise and end alerts",
        "Find the best cut-offs",
        "See until when models pay",
        "Look at the portfolio",
        "Check what can be checked",
        "Judge sign-offs",
        "Hold model cards against the store",
        "Map regulations",
        "Watch approvals",
        "Advise on what to do next",
    ]
    assert room.rows("select model, title, tier, registered from models") == [
        ("claims", "Claims severity", "high", True)
    ]
    assert room.rows("select role, person from owners order by role") == [
        ("business", "ada@example.com"),
        ("on_call", "bo@example.com"),
    ]
    assert ("currency", "EUR") in room.rows("select key, value from workspace")


def test_a_full_refresh_says_the_same_as_the_steps_that_led_there(room: Room) -> None:
    room.refresh()
    room.write(f"delete from tags where run_uuid = '{room.mlflow.child}'", "delete from registered_model_aliases")
    room.refresh()
    tables = (
        "runs",
        "params",
        "tags",
        "metrics",
        "metric_history",
        "run_inputs",
        "model_versions",
        "aliases",
        "run_keys",
    )
    before = {table: sorted(map(repr, room.rows(f"from {table}"))) for table in tables}
    room.refresh(full=True)
    assert {table: sorted(map(repr, room.rows(f"from {table}"))) for table in tables} == before


def test_packing_the_store_changes_no_answer(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("watchroom.jobs.refresh.COMPACT_AFTER", 2)
    room.refresh()
    room.write("update registered_model_aliases set version = 2")
    report = room.refresh()
    assert "Pack the store" in [step for step, _ in report.steps]
    assert room.rows("select count(*) from metric_history") == [(105,)]
    assert room.rows("select version from aliases") == [(2,)]


def test_a_file_that_could_not_be_read_once_is_read_when_it_is_back(room: Room) -> None:
    question = "select version, flavors, mlmodel_problem is null from model_versions order by version"
    (source,) = {str(row[0]).rpartition("/")[0] for row in room.rows_after_refresh("select source from model_versions")}
    assert room.rows(question) == [(1, None, False), (2, None, False)]
    folder = Path(source) / "1"
    folder.mkdir(parents=True)
    try:
        (folder / "MLmodel").write_text("flavors: {sklearn: {}}\n")
        room.refresh()
    finally:
        shutil.rmtree(folder)
    assert room.rows(question) == [(1, ["sklearn"], True), (2, None, False)]


def test_one_broken_model_file_is_named_and_the_others_go_on(room: Room) -> None:
    (room.folder / "models" / "broken.yaml").write_text("model: other\nmonitor:\n  drift: {method: psy}\n")
    room.refresh()
    (problem,) = room.rows("select kind, severity, place, what, next_step from problems where severity = 'error'")
    assert problem[:2] == ("workspace", "error")
    assert "models/broken.yaml:3" in str(problem[2])
    assert "psi" in " ".join(map(str, problem))
    assert ("claims", "Claims severity") in room.rows("select model, title from models")


@pytest.mark.parametrize("text", ["model: claims\nownerz: {}\n", "model: [claims\n", "", "\x00"])
def test_a_file_that_turns_wrong_is_named_and_what_it_said_before_still_shows(room: Room, text: str) -> None:
    room.refresh()
    said = "select title, tier, purpose, read_at from models"
    before = room.rows(said)
    (room.folder / "models" / "claims.yaml").write_text(text)
    room.refresh()
    assert room.rows(said) == before
    assert room.rows("select person from owners where role = 'business'") == [("ada@example.com",)]
    assert room.rows("select distinct model, severity from problems where kind = 'workspace'") == [("claims", "error")]


def test_a_file_that_was_never_right_shows_its_mistake_and_nothing_made_up(room: Room) -> None:
    (room.folder / "models" / "claims.yaml").write_text("model: [claims\n")
    room.refresh()
    assert room.rows("select model, file, purpose, read_at from models") == [
        ("claims", "models/claims.yaml", None, None)
    ]
    assert room.rows("select model from problems where kind = 'workspace'") == [("claims",)]


def test_a_registered_model_without_a_file_is_shown_with_what_to_do(room: Room) -> None:
    (room.folder / "models" / "claims.yaml").unlink()
    room.refresh()
    assert room.rows("select model, file, title, purpose from models") == [("claims", None, "claims", None)]
    assert room.rows("select place from problems where what like '%no file%'") == [("claims",)]


def test_what_an_unchanged_source_could_not_read_is_still_said(room: Room) -> None:
    room.write(f"update runs set start_time = 1720000000000000000 where run_uuid = '{room.mlflow.child}'")
    question = "select what from problems where kind = 'run'"
    room.refresh()
    first = room.rows(question)
    room.refresh()
    assert len(first) == 1
    assert room.rows(question) == first


def test_old_snapshots_are_pruned(room: Room) -> None:
    for _ in range(4):
        room.refresh(keep_snapshots="2")
        time.sleep(0.001)
    assert len(StoreFolder(room.folder / "store").manifests()) == 2
