"""What has become of the files of the workspace that old and imported sign-offs rest on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

from watchroom.ledger.approvals import Approval, Evidence
from watchroom.sources.evidence import file_digest

Changes = dict[int, tuple[str, ...]]
"""By a sign-off's entry in the ledger: what has changed, in words. One whose files are as they were is not there."""


def files_changed(found: Iterable[Approval], folder: Path) -> Changes:
    """Each sign-off's files as they are now; a file is read once for all that rest on it."""
    digest = cache(file_digest)
    changes = {
        one.seq: tuple(change for file in one.sign_off.evidence if (change := _change(folder, file, digest)))
        for one in found
    }
    return {seq: told for seq, told in changes.items() if told}


def _change(folder: Path, signed: Evidence, digest: Callable[[Path], str | None]) -> str:
    """What became of a piece of evidence since it was signed; empty while it is the same."""
    try:
        file = (folder / signed.path).resolve()
    except (OSError, ValueError, RuntimeError):  # a loop of links, or no path at all
        return f"{signed.path} is not a file"
    if not file.is_relative_to(folder.resolve()):
        return f"{signed.path} lies outside the workspace"
    now = digest(file)
    if now is None:
        return f"{signed.path} {'cannot be read' if file.exists() else 'is gone'}"
    return "" if now == signed.sha256 else f"{signed.path} was changed after it was signed"
