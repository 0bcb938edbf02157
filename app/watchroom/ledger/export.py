"""The ledger as JSON lines to take away: each line an entry in its canonical form, with its hash.

The bytes of `entry` are those that the hash is taken of, so that it can be checked without writing JSON anew;
`docs/ledger.md` has a verifier that needs no Watchroom.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from watchroom.errors import LedgerError
from watchroom.ledger.book import Ledger
from watchroom.ledger.entry import Entry, Head, readable_text
from watchroom.ledger.search import Wanted, in_order


@dataclass(frozen=True)
class Exported:
    """How many entries were written, and the last one's number and hash: a head to keep elsewhere."""

    entries: int
    head: Head


def line(entry: Entry) -> str:
    """An entry as a line, its end included. Raises `LedgerBroken` for one that holds what no entry can."""
    return f'{{"hash":"{entry.hash}","entry":{readable_text(entry)}}}\n'


def lines(ledger: Ledger, wanted: Wanted | None = None) -> Iterator[str]:
    """A line for each entry that fits, the oldest first. Raises `LedgerError`."""
    return map(line, in_order(ledger, wanted or Wanted()))


def write(ledger: Ledger, file: Path, wanted: Wanted | None = None, *, force: bool = False) -> Exported:
    """Writes the lines into a file, whole or not at all. Raises `LedgerError`.

    Over a file that is there only with `force`, and never over the ledger itself.
    """
    _must_be_free(ledger, file, force)
    part = file.with_name(f".{file.name[:100]}.{secrets.token_hex(8)}.part")
    count, head = 0, Head()
    try:
        with part.open("x", encoding="utf-8", newline="\n") as out:  # a new file: no link is followed
            for entry in in_order(ledger, wanted or Wanted()):
                out.write(line(entry))
                count, head = count + 1, entry.head
        part.replace(file)
    except OSError as error:
        raise LedgerError(
            f"{file} could not be written.", why=f"{error.strerror or error}.", next_step="Name another place."
        ) from error
    finally:
        part.unlink(missing_ok=True)
    return Exported(count, head)


def _must_be_free(ledger: Ledger, file: Path, force: bool) -> None:
    if ledger.file is not None and _is_of(ledger.file, file):
        raise LedgerError(f"{file} is the ledger itself.", next_step="Name another file.")
    if not os.path.lexists(file):
        return
    if file.is_symlink() or not file.is_file():
        raise LedgerError(f"{file} is there, and is no ordinary file.", next_step="Name another place.")
    if not force:
        raise LedgerError(f"{file} is there already.", next_step="Name another file, or write over it with `--force`.")


def _is_of(database: Path, file: Path) -> bool:
    """Whether it is the database, by whatever name, or one of the files that SQLite keeps beside it."""
    own = [Path(f"{database.resolve()}{ending}") for ending in ("", "-wal", "-shm", "-journal")]
    return file.resolve() in own or (file.exists() and any(one.exists() and one.samefile(file) for one in own))
