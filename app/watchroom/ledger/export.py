"""The ledger as JSON lines to take away: each line an entry in its canonical form, with its hash.

The bytes of `entry` are those that the hash is taken of, so that it can be checked without writing JSON anew;
`docs/ledger.md` has a verifier that needs no Watchroom.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from watchroom.errors import LedgerError
from watchroom.ledger.book import Ledger
from watchroom.ledger.entry import Entry, Head, row_of
from watchroom.ledger.search import Wanted, in_order


@dataclass(frozen=True)
class Exported:
    """How many entries were written, and the last one's number and hash: a head to keep elsewhere."""

    entries: int
    head: Head


def line(entry: Entry) -> str:
    """An entry as a line, its end included."""
    return f'{{"hash":"{entry.hash}","entry":{row_of(entry).canonical_text()}}}\n'


def lines(ledger: Ledger, wanted: Wanted | None = None) -> Iterator[str]:
    """A line for each entry that fits, the oldest first. Raises `LedgerError`."""
    return map(line, in_order(ledger, wanted or Wanted()))


def write(ledger: Ledger, file: Path, wanted: Wanted | None = None) -> Exported:
    """Writes the lines into a file, whole or not at all. Raises `LedgerError`."""
    part = file.with_name(f"{file.name}.part")
    count, head = 0, Head()
    try:
        with part.open("w", encoding="utf-8", newline="\n") as out:
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
