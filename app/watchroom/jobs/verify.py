"""What `watchroom ledger` does: the chain held against itself and the head that the snapshot remembers; its export."""

from __future__ import annotations

from pathlib import Path

from watchroom.errors import LedgerError, NoSnapshot, SnapshotUnreadable
from watchroom.ledger import Head, Ledger, Verification, verify_url
from watchroom.ledger.export import Exported, write
from watchroom.ledger.kinds import check_kind
from watchroom.ledger.search import Wanted
from watchroom.store.manifest import StoreFolder
from watchroom.workspace.load import load_workspace


def verify_ledger(workspace_folder: Path) -> Verification:
    """What verification found. An entry cut off at the end shows only where a snapshot remembers it."""
    workspace = load_workspace(workspace_folder)
    return verify_url(workspace.ledger, _remembered(StoreFolder(workspace.store)))


def export_ledger(
    workspace_folder: Path, output: Path, *, model: str | None, kinds: tuple[str, ...], force: bool = False
) -> Exported:
    """Writes the ledger's entries, of one model and of these kinds or all, as JSON lines. Raises `LedgerError`.

    Over a file that is there only with `force`; never over the ledger, nor into the store.
    """
    for kind in kinds:
        check_kind(kind)
    workspace = load_workspace(workspace_folder)
    if output.resolve().is_relative_to(workspace.store.resolve()):
        raise LedgerError(f"{output} is in the store, which is Watchroom's own.", next_step="Name another place.")
    with Ledger.open(workspace.ledger, create=False) as ledger:
        return write(ledger, output, Wanted(kinds=kinds, model=model), force=force)


def _remembered(store: StoreFolder) -> Head | None:
    try:
        head = store.read_manifest(store.current_id()).ledger_head
    except (NoSnapshot, SnapshotUnreadable):
        return None
    return Head(*head) if head else None
