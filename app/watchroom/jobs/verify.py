"""`watchroom ledger verify`: the chain held against itself, and against the head that the snapshot remembers."""

from __future__ import annotations

from pathlib import Path

from watchroom.errors import NoSnapshot, SnapshotUnreadable
from watchroom.ledger import Head, Verification, verify_url
from watchroom.store.manifest import StoreFolder
from watchroom.workspace.load import load_workspace


def verify_ledger(workspace_folder: Path) -> Verification:
    """What verification found. An entry cut off at the end shows only where a snapshot remembers it."""
    workspace = load_workspace(workspace_folder)
    return verify_url(workspace.ledger, _remembered(StoreFolder(workspace.store)))


def _remembered(store: StoreFolder) -> Head | None:
    try:
        head = store.read_manifest(store.current_id()).ledger_head
    except (NoSnapshot, SnapshotUnreadable):
        return None
    return Head(*head) if head else None
