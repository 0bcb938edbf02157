"""What a handover pack is made of: files under a folder's name, and what it is made from besides the snapshot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

from watchroom.store.queries.card import Kept

if TYPE_CHECKING:
    from watchroom.ledger.entry import Entry  # which loads SQLAlchemy: a page needs no more than names from here

SUMS = "SHA256SUMS"
"""The file that names the digest of every other one, as `sha256sum -c` reads it."""

MOST_EVIDENCE = 200 * 1024 * 1024
"""Bytes of evidence in a pack: it is made in memory, and sent by mail more often than not."""

MOST_ENTRIES = 20_000
"""Entries of the history of one model, the newest: what is older stays in the ledger, and the pack says so."""


@dataclass(frozen=True)
class Besides:
    """What a pack takes that is not in the snapshot.

    `evidence` gives the bytes of a kept file, or raises a WatchroomError; `entries` are the ledger's on the model, the
    oldest first, None where there is no ledger to ask; `lines` are the same as JSON lines with their hashes.
    """

    evidence: Callable[[Kept], bytes]
    entries: Sequence[Entry] | None = None
    lines: Sequence[str] = ()
    left_out: int = 0
    """Entries older than those given."""


@dataclass(frozen=True)
class File:
    """A file of the pack: its path in it, with `/`, its bytes, and what it is for a reader of the contents."""

    path: str
    data: bytes
    about: str = ""


@dataclass(frozen=True)
class Pack:
    """A pack: the folder's name, and its files without the sums."""

    folder: str
    files: tuple[File, ...] = field(repr=False)

    @property
    def sums(self) -> str:
        """The digests of all files, a line each, by path."""
        lines = (
            f"{sha256(one.data).hexdigest()}  {one.path}\n" for one in sorted(self.files, key=lambda one: one.path)
        )
        return "".join(lines)


def safe_name(name: str, most: int = 60) -> str:
    """A name as part of a file's name on any system: letters, digits, `-`, `_` and `.`, never hidden, never empty."""
    kept = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_.") else "-" for sign in name)
    return kept.strip(".-")[:most] or "file"
