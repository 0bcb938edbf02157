"""`watchroom refresh` over a workspace: what it publishes, what it remembers, and what a failure leaves standing."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import time
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.helpers.sqlite_store import SmallStore, build_small_store
from watchroom.errors import SourceError, SourceUnreachable, StoreError, WorkspaceError
from watchroom.jobs.refresh import RefreshReport, refresh
from watchroom.jobs.verify import verify_ledger
from watchroom.ledger import Ledger
from watchroom.ledger.approvals import Evidence, SignOff, sign_off
from watchroom.settings import Settings
from watchroom.sources.evidence import file_digest
from watchroom.store.manifest import StoreFolder
from watchroom.store.snapshot import SnapshotStore

CLAIMS = """
model: claims
title: Claims severity
purpose: What a claim will cost.
owners: {business: ada@example.com, on_call: bo@example.com}
risk: {business: high, legal: medium, ethical: low, reason: Reserves depend on it.}
"""


@dataclass(frozen=True)
class Room:
    """A workspace over a small MLflow store."""

    folder: Path
    mlflow: SmallStore

    def refresh(self, *, full: bool = False, **settings: str) -> RefreshReport:
        return refresh(self.folder, Settings.load({}, workspace=str(self.folder), **settings), full=full)

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        store = SnapshotStore(self.folder / "store")
        try:
            with store.lease() as snapshot:
                return snapshot.rows(sql)
        finally:
            store.close()

    def rows_after_refresh(self, sql: str) -> list[tuple[object, ...]]:
        self.refresh()
        return self.rows(sql)

    def write(self, *statements: str) -> None:
        connection = sqlite3.connect(self.mlflow.file)
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        connection.close()

    @property
    def failure(self) -> dict[str, str] | None:
        file = StoreFolder(self.folder / "store").last_failure
        return json.loads(file.read_text()) if file.exists() else None


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> SmallStore:
    return build_small_store(tmp_path_factory.mktemp("refresh") / "mlflow.db")


@pytest.fixture
def room(made_once: SmallStore, tmp_path: Path) -> Room:
    folder = tmp_path / "workspace"
    (folder / "models").mkdir(parents=True)
    shutil.copyfile(made_once.file, folder / "mlflow.db")
    (folder / "watchroom.yaml").write_text("mlflow: {tracking_uri: 'sqlite:///mlflow.db'}\ncurrency: EUR\n")
    (folder / "models" / "claims.yaml").write_text(CLAIMS)
    return Room(folder, replace(made_once, file=folder / "mlflow.db"))


def test_a_first_refresh_joins_the_registry_with_the_workspace(room: Room) -> None:
    report = room.refresh()
    assert [step for step, _ in report.steps] == [
        "Read MLflow",
        "Compare the registry with what was last seen",
        "Read the workspace and its evidence",
    ]
    assert room.rows("select model, title, tier, registered from models") == [
        ("claims", "Claims severity", "high", True)
    ]
    assert room.rows("select role, person from owners order by role") == [
        ("business", "ada@example.com"),
        ("on_call", "bo@example.com"),
    ]
    assert ("currency", "EUR") in room.rows("select key, value from workspace")


def test_the_registry_has_a_history_that_mlflow_does_not_keep(room: Room) -> None:
    room.refresh()
    room.write(
        "update registered_model_aliases set version = 2",
        "update model_version_tags set value = 'Rejected'",
    )
    room.refresh()
    room.refresh()
    events = room.rows(
        "select event, version, previous_version, name, value, previous_value, not_before is null from registry_events "
        "order by seq"
    )
    assert events == [
        ("model_added", None, None, None, None, None, True),
        ("version_added", 1, None, None, None, None, True),
        ("tag_set", 1, None, "approval", "Approved", None, True),
        ("version_added", 2, None, None, None, None, True),
        ("alias_set", 1, None, "champion", None, None, True),
        ("tag_changed", 1, None, "approval", "Rejected", "Approved", False),
        ("alias_moved", 2, 1, "champion", None, None, False),
    ]
    assert room.rows("select bool_and(not_before < seen_at) from registry_events where seq > 5") == [(True,)]


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


def test_an_approval_turns_void_when_its_evidence_changes(room: Room) -> None:
    evidence = room.folder / "evidence" / "validation.md"
    evidence.parent.mkdir()
    evidence.write_text("RMSE 120")
    digest = file_digest(evidence)
    assert digest is not None
    room.refresh()
    with Ledger.open(f"sqlite:///{room.folder / 'ledger.db'}", create=False) as ledger:
        given = Evidence("evidence/validation.md", digest)
        sign_off(ledger, SignOff("claims", 1, "deploy", "approved", "ada@example.com", "reviewer", (given,)))
    room.refresh()
    status = "select status, reason from approvals"
    assert room.rows(status) == [("valid", None)]
    evidence.write_text("RMSE 90")
    room.refresh()
    assert room.rows(status) == [("void", "evidence/validation.md was changed after it was signed")]
    evidence.unlink()
    room.refresh()
    assert room.rows(status) == [("void", "evidence/validation.md is gone")]


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


def _cut_ledger(file: Path, keep: int) -> None:
    connection = sqlite3.connect(file)
    for (name,) in connection.execute("select name from sqlite_master where type = 'trigger'").fetchall():
        connection.execute(f'drop trigger "{name}"')
    connection.execute("delete from ledger_entries where seq > ?", (keep,))
    connection.commit()
    connection.close()


def test_a_refresh_never_covers_up_a_ledger_that_was_cut(room: Room) -> None:
    room.refresh()
    _cut_ledger(room.folder / "ledger.db", keep=2)
    for _ in range(2):
        room.refresh()
        with Ledger.open(f"sqlite:///{room.folder / 'ledger.db'}", create=False) as ledger:
            assert ledger.head().seq == 2
        assert not verify_ledger(room.folder).ok
        assert room.rows("select severity, place from problems where kind = 'ledger'") == [("error", "ledger, entry 5")]
    refresh(room.folder, Settings.load({}, workspace=str(room.folder)), accept_ledger=True)
    assert verify_ledger(room.folder).ok
    assert room.rows("select count(*) from registry_events") == [(5,)]


def test_a_ledger_that_is_gone_is_said(room: Room) -> None:
    room.refresh()
    (room.folder / "ledger.db").unlink()
    room.refresh()
    assert room.rows("select count(*) from problems where kind = 'ledger'") == [(1,)]


def test_a_damaged_entry_stops_nothing_but_what_it_is_about(room: Room) -> None:
    room.refresh()
    connection = sqlite3.connect(room.folder / "ledger.db")
    for (name,) in connection.execute("select name from sqlite_master where type = 'trigger'").fetchall():
        connection.execute(f'drop trigger "{name}"')
    connection.execute("update ledger_entries set payload = '[' where seq = 2")
    connection.commit()
    connection.close()
    room.write("update registered_model_aliases set version = 2")
    room.refresh()
    assert room.rows("select version from aliases") == [(2,)]
    (problem,) = room.rows("select what, next_step from problems where kind = 'ledger'")
    assert "Entry 2" in str(problem[0])
    assert "ledger verify" in str(problem[1])


@pytest.mark.parametrize("path", ["evidence/pipe", "evidence/loop", "evidence", "../outside.md"])
def test_evidence_that_is_no_file_makes_the_approval_void_and_stops_nothing(room: Room, path: str) -> None:
    folder = room.folder / "evidence"
    folder.mkdir()
    os.mkfifo(folder / "pipe")
    (folder / "loop").symlink_to("loop")
    (room.folder.parent / "outside.md").write_text("x")
    with Ledger.open(f"sqlite:///{room.folder / 'ledger.db'}", create=True) as ledger:
        given = SignOff("claims", 1, "deploy", "approved", "ada@x", "reviewer", (Evidence(path, "0" * 64),))
        sign_off(ledger, given)
    room.refresh()
    assert room.rows("select status from approvals") == [("void",)]


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


def test_old_snapshots_are_pruned(room: Room) -> None:
    for _ in range(4):
        room.refresh(keep_snapshots="2")
        time.sleep(0.001)
    assert len(StoreFolder(room.folder / "store").manifests()) == 2
