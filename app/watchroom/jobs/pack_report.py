"""The handover pack from the command line: with the ledger's history and the kept evidence of the workspace."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from watchroom.errors import LedgerError
from watchroom.jobs.zones import zone_of
from watchroom.ledger import Ledger
from watchroom.reports.one_page import Asked
from watchroom.reports.pack.archive import write_folder, zipped
from watchroom.reports.pack.besides import besides
from watchroom.reports.pack.pack import pack
from watchroom.reports.pack.shape import Pack
from watchroom.settings import Settings
from watchroom.sources import evidence
from watchroom.store.queries import status
from watchroom.store.queries.card import Kept
from watchroom.store.snapshot import ReaderLimits, SnapshotStore
from watchroom.workspace.load import load_workspace


def pack_report(settings: Settings, model: str, *, version: int | None, output: Path, asked_by: str) -> int:
    """Write the pack of a version of the model as a zip, or as a folder; how many files it has.

    Raises StoreError for a model or version that there is not, SettingError for a folder that holds anything.
    """
    made = _pack(settings, model, version, Asked(asked_by, datetime.now(UTC)))
    if output.suffix.lower() == ".zip":
        output.write_bytes(zipped(made))
    else:
        write_folder(made, output)
    return len(made.files)


def _pack(settings: Settings, model: str, version: int | None, asked: Asked) -> Pack:
    workspace = load_workspace(settings.workspace)

    def content(one: Kept) -> bytes:
        return evidence.content(workspace.evidence, one.path, one.sha256)

    with ExitStack() as opened:
        store = SnapshotStore(workspace.store, ReaderLimits.of(settings))
        opened.callback(store.close)
        snapshot = opened.enter_context(store.lease())
        try:
            ledger: Ledger | None = opened.enter_context(Ledger.open(workspace.ledger, create=False))
        except LedgerError:  # the pack says that it was not there
            ledger = None
        more = besides(ledger, content, model=model)
        zone = zone_of(status.workspace(snapshot).get("time_zone") or "")
        return pack(snapshot, more, asked, zone, model=model, version=version)
