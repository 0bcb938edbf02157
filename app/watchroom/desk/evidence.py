"""Attaching a file of evidence, and giving it out again, for a page or the command line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from watchroom.errors import SourceMissing
from watchroom.ledger import Ledger
from watchroom.ledger.acts import must_be_somebody
from watchroom.ledger.evidence import About, Evidence, File, add, read
from watchroom.ledger.people import Person
from watchroom.sources.evidence import MAX_BYTES, Kept, file_digest, inside, keep
from watchroom.sources.evidence import content as content_of
from watchroom.workspace.load import load_workspace

__all__ = ["MAX_BYTES", "Content", "attach", "content", "file_content", "lost"]

_MEDIA = {"junit": "application/xml", "pdf": "application/pdf", "json": "application/json", "markdown": "text/markdown"}
_PICTURES = {".png": "image/png", ".jpg": "image/jpeg", ".gif": "image/gif", ".webp": "image/webp"}


@dataclass(frozen=True)
class Content:
    """A file to be downloaded: its bytes, the name that it was added under (text from a person), its media type."""

    data: bytes
    name: str
    media_type: str


def attach(
    ledger: Ledger,
    workspace: Path,
    name: str,
    data: bytes,
    *,
    by: Person,
    model: str,
    version: int,
    item: str | None = None,
    note: str = "",
) -> int:
    """Keeps a file in the workspace's folder of evidence and records it; gives the number of the entry.

    Raises `Refused` for somebody without a role, before anything is kept, and `SourceError` for a file that cannot be.
    """
    must_be_somebody(ledger, "add evidence", by, model)
    file = keep(load_workspace(workspace).evidence, name, data)
    return add(ledger, About(model, version, item, note), _file(file), by).seq


def content(ledger: Ledger, workspace: Path, seq: int) -> Content:
    """The file of an entry, the same bytes as when it was added. Raises `SourceError` when it is gone or changed."""
    found = read(ledger).all.get(seq)
    if found is None:
        raise SourceMissing(f"There is no evidence with the number {seq}.")
    return file_content(workspace, found)


def file_content(workspace: Path, found: Evidence) -> Content:
    """As `content`, for evidence that was read from the ledger already."""
    file = found.file
    data = content_of(load_workspace(workspace).evidence, file.path, file.sha256)
    picture = _PICTURES.get(Path(file.path).suffix, "application/octet-stream")
    return Content(data, file.name, _MEDIA.get(file.kind, picture))


def lost(ledger: Ledger, workspace: Path, model: str, version: int) -> dict[int, str]:
    """The files kept for a version that are not what was kept any more, read from the disk now: by their entries.

    Each in words with the name that it was added under, such as `report.pdf was changed`. Raises `LedgerError`.
    """
    folder = load_workspace(workspace).evidence
    told: dict[int, str] = {}
    for one in read(ledger).of(model, version):
        path = inside(folder, one.file.path)
        digest = file_digest(path) if path else None
        if digest != one.file.sha256:
            told[one.seq] = f"{one.file.name} {'is gone' if digest is None else 'was changed'}"
    return told


def _file(kept: Kept) -> File:
    tests = kept.tests
    counts = (tests.tests, tests.failed, tests.skipped) if tests else (None, None, None)
    return File(kept.name, kept.path, kept.kind, kept.sha256, kept.bytes, *counts)
