"""What a refresh that fails leaves standing, and what it says."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.room import Room
from watchroom.errors import SourceError, SourceUnreachable, StoreError, WorkspaceError
from watchroom.jobs.verify import verify_ledger
from watchroom.store.manifest import StoreFolder

pytestmark = pytest.mark.long


@pytest.mark.parametrize("part", ["mlflow", "sync", "room"])
def test_a_damaged_part_is_built_anew_and_nothing_is_said_to_have_happened(room: Room, part: str) -> None:
    room.refresh()
    store = StoreFolder(room.folder / "store")
    tables = ("runs", "params", "metrics", "metric_history", "model_versions", "aliases", "registry_events")
    before = {table: sorted(map(repr, room.rows(f"from {table}"))) for table in tables}
    store.part_path(store.read_manifest(store.current_id()).parts[part]).write_bytes(b"not a database" * 1000)
    report = room.refresh()
    assert {table: sorted(map(repr, room.rows(f"from {table}"))) for table in tables} == before
    assert "part " + part in report.steps[0][1]


def test_a_broken_watchroom_yaml_ends_the_refresh_and_keeps_the_snapshot(room: Room) -> None:
    before = room.refresh().snapshot_id
    (room.folder / "watchroom.yaml").write_text("mlflow: {tracking_url: x}\n")
    with pytest.raises(WorkspaceError) as caught:
        room.refresh()
    assert (caught.value.file, caught.value.line) == ("watchroom.yaml", 1)
    assert "tracking_uri" in str(caught.value)
    assert StoreFolder(room.folder / "store").current_id() == before


def test_a_server_that_does_not_answer_leaves_the_snapshot_and_a_reason(room: Room) -> None:
    before = room.refresh().snapshot_id
    (room.folder / "watchroom.yaml").write_text("mlflow: {tracking_uri: 'http://127.0.0.1:9'}\n")
    with pytest.raises(SourceUnreachable):
        room.refresh(http_retries="0", http_timeout_seconds="2")
    assert StoreFolder(room.folder / "store").current_id() == before
    assert room.failure is not None
    assert "127.0.0.1:9" in " ".join(room.failure.values())


def test_the_next_success_clears_the_last_failure(room: Room) -> None:
    hidden = room.mlflow.file.rename(room.folder / "hidden.db")
    with pytest.raises(SourceError):
        room.refresh()
    assert room.failure is not None
    hidden.rename(room.mlflow.file)
    room.refresh()
    assert room.failure is None


@pytest.mark.skipif(os.geteuid() == 0 and not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_disk_that_is_full_is_said_and_the_snapshot_stays(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    before = room.refresh().snapshot_id
    room.write("update registered_model_aliases set version = 2")

    def full(*_: object) -> None:
        with Path("/dev/full").open("w") as device:
            device.write("x")

    monkeypatch.setattr("watchroom.store.draft.shutil.copyfile", full)
    with pytest.raises(StoreError) as caught:
        room.refresh()
    assert "No space left" in caught.value.why
    assert StoreFolder(room.folder / "store").current_id() == before
    assert room.rows("select version from aliases") == [(1,)]


def test_a_refresh_removes_nothing_that_it_did_not_make(room: Room) -> None:
    store = room.folder / "store"
    mine = [store / "parts" / "precious.txt", store / "notes.building.txt", store / "snapshots" / "mine.building"]
    for file in mine:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("mine")
    for _ in range(3):
        room.refresh(keep_snapshots="1")
    assert [file.read_text() for file in mine] == ["mine"] * 3


@pytest.mark.parametrize("manifest", ["[]", '{"parts": []}', "{", ""])
def test_a_damaged_manifest_is_mended_by_the_next_refresh(room: Room, manifest: str) -> None:
    room.refresh()
    store = StoreFolder(room.folder / "store")
    store.manifest_path(store.current_id()).write_text(manifest)
    room.refresh()
    assert room.rows("select count(*) from runs") == [(3,)]


def test_a_store_that_cannot_be_made_is_said_in_sentences(room: Room) -> None:
    (room.folder / "store").write_text("a file where the folder should be")
    with pytest.raises(StoreError) as caught:
        room.refresh()
    assert "store" in caught.value.what
    assert caught.value.next_step


def test_what_nobody_foresaw_is_kept_for_the_status_page(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    def surprise(*_: object) -> None:
        raise RuntimeError("who would have thought")

    monkeypatch.setattr("watchroom.jobs.refresh.fill_workspace", surprise)
    with pytest.raises(RuntimeError):
        room.refresh()
    assert room.failure is not None
    assert "who would have thought" in room.failure["why"]


def test_secrets_of_the_tracking_address_are_never_shown(room: Room) -> None:
    secret = "http://me:hunter2@127.0.0.1:9"
    room.refresh()
    (room.folder / "watchroom.yaml").write_text(f"mlflow: {{tracking_uri: '{secret}'}}\n")
    with pytest.raises(SourceUnreachable) as caught:
        room.refresh(http_retries="0", http_timeout_seconds="2")
    assert "hunter2" not in str(caught.value)
    assert room.failure is not None
    assert "hunter2" not in json.dumps(room.failure)


@pytest.mark.parametrize("seconds", [0.4, 0.8, 1.2, 1.6, 2.0])
def test_a_refresh_killed_at_any_moment_leaves_a_whole_snapshot(room: Room, seconds: float) -> None:
    room.refresh()
    room.write("update registered_model_aliases set version = 2")
    command = [sys.executable, "-m", "watchroom", "refresh", "--full", "--workspace", str(room.folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    process.kill()
    process.wait()
    whole = (
        "select (select count(*) from runs), (select count(*) from metric_history), (select min(version) from aliases)"
    )
    assert room.rows(whole) in ([(3, 105, 1)], [(3, 105, 2)])
    room.refresh()
    assert room.rows(whole) == [(3, 105, 2)]
    assert verify_ledger(room.folder).ok
    assert room.rows("select count(*) from registry_events where event = 'alias_moved'") == [(1,)]
