"""Finding out where an entry that no longer has its hash was written, when nothing but its number was changed.

Only for telling a reordered chain from a changed one: that the chain is broken is known before.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from watchroom.ledger.entry import StoredRow

_TRIED = 200
"""Numbers of each sort that are tried: with a thousand suspects some seconds at the very worst."""


def places_of(suspects: Sequence[StoredRow], missing: Sequence[int]) -> dict[int, int]:
    """For each suspect that is a moved entry: the number where it stands, and the one under which it was written.

    It is looked for next door, among the suspects' numbers and among those under which nothing stands.
    """
    shared = [suspect.seq for suspect in suspects[:_TRIED]] + list(missing[:_TRIED])
    found = {suspect.seq: _written_as(suspect, shared) for suspect in suspects}
    return {seq: written for seq, written in found.items() if written is not None}


def _written_as(suspect: StoredRow, shared: Iterable[int]) -> int | None:
    # One entry taken out or put in moves all that follow by one; a swap stays among the suspects.
    for seq in (suspect.seq + 1, suspect.seq - 1, *shared):
        if suspect.hash and suspect._replace(seq=seq).computed_hash() == suspect.hash:
            return seq
    return None
