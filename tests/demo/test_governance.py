"""The demo's people act on what a refresh found: nothing they do is refused, and it all stands at the next one."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.helpers.demo import shared_demo
from watchroom.demo import govern
from watchroom.jobs.refresh import refresh
from watchroom.ledger import Ledger
from watchroom.settings import Settings
from watchroom.store.snapshot import SnapshotStore
from watchroom.workspace.load import load_workspace

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def governed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("governed") / "demo"
    shutil.copytree(shared_demo(tmp_path_factory), folder)
    settings = Settings.load(os.environ, workspace=str(folder))
    refresh(folder, settings)
    govern(folder)
    refresh(folder, settings)
    return folder


def rows(folder: Path, sql: str) -> list[tuple[object, ...]]:
    store = SnapshotStore(load_workspace(folder).store)
    try:
        with store.lease() as snapshot:
            return snapshot.rows(sql)
    finally:
        store.close()


def test_nothing_that_the_people_do_is_refused(governed: Path):
    with Ledger.open(load_workspace(governed).ledger, create=False) as ledger:
        assert [entry.payload for entry in ledger.entries(kind="refusal")] == []


def test_one_approval_is_given_anew_one_is_void_and_one_has_ended(governed: Path):
    found = dict(
        rows(governed, "select model, status from approval_states where stage = 'deploy' and status <> 'missing'")
    )
    assert found["retail-demand"] == "approved"
    assert found["claims-severity"] == "void"
    assert found["card-fraud"] == "expired"


def test_most_items_check_themselves_and_every_status_is_there(governed: Path):
    found = dict(rows(governed, "select status, count(*) from checks group by status"))
    assert {"pass", "fail", "unknown", "waived"} <= found.keys()
    ((automatic, asked),) = rows(governed, "select count(*) filter (kind <> 'question'), count(*) from checks")
    assert automatic > asked / 2


def test_a_handover_waits_for_its_giver_and_a_second_time_nothing_is_done(governed: Path):
    assert rows(governed, "select model, state from handovers") == [("telecom-churn", "open")]
    assert govern(governed) == 0
