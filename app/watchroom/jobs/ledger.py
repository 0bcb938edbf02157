"""The ledger step: what the refresh records there, and what it reads back; a ledger that is damaged stops nothing else.

The snapshot remembers the ledger's head. If the ledger no longer leads there nothing is appended to it, because new
entries would hide the break: it is said until somebody restores the ledger or accepts the loss.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from watchroom.errors import LedgerError
from watchroom.jobs.approvals.judge import list_sign_offs
from watchroom.jobs.register import fill_kpis, fill_register
from watchroom.jobs.registry import list_registry_events, record_registry
from watchroom.jobs.room import fill_notebook
from watchroom.ledger import Head, Ledger
from watchroom.ledger.agreements import Agreements
from watchroom.sources.tracking.contract import Problem
from watchroom.store.draft import Draft


@dataclass(frozen=True)
class LedgerRead:
    """How many changes were recorded, what went wrong, and the head for the next snapshot to remember."""

    recorded: int
    problems: tuple[Problem, ...]
    head: tuple[int, str]


def read_ledger(
    draft: Draft, ledger: Ledger, folder: Path, *, accepted: bool, partial: frozenset[str] | None = frozenset()
) -> LedgerRead:
    """Record what changed in the registry, then list its history and all that people did. `models` must be there.

    With `accepted` a ledger that no longer leads to the remembered head is taken as it is. Of the `partial` models, as
    in `Catalog`, nothing is recorded as gone.
    """
    remembered = draft.previous.ledger_head if draft.previous else None
    problems: list[Problem] = []
    recorded = 0
    try:
        if remembered is not None and not accepted and not _leads_to(ledger, Head(*remembered)):
            problems.append(_cut(Head(*remembered)))
        else:
            recorded = record_registry(draft, ledger, partial)
        list_registry_events(draft, ledger)
        list_sign_offs(draft, ledger, folder)
        fill_notebook(draft, ledger)
        fill_register(draft, ledger)
        head = ledger.head()
    except LedgerError as error:
        problems.append(Problem("ledger", "error", "ledger", error.what, error.why, error.next_step))
        head = Head(*remembered) if remembered else Head()
        if not draft.connection.execute("select 1 from room.kpis limit 1").fetchall():
            fill_kpis(draft, Agreements())  # they stand in files, and are there whatever becomes of the ledger
    if problems and remembered is not None:
        head = Head(*remembered)
    return LedgerRead(recorded, tuple(problems), (head.seq, head.hash))


def _leads_to(ledger: Ledger, head: Head) -> bool:
    """Whether the entry that a snapshot remembers is still there, with the same hash."""
    if head.seq == 0:
        return True
    found = ledger.entries(after=head.seq - 1, limit=1)
    return bool(found) and found[0].head == head


def _cut(head: Head) -> Problem:
    return Problem(
        "ledger",
        "error",
        f"ledger, entry {head.seq}",
        "The ledger is not the one that the last snapshot remembers: entries were cut off, or it was replaced.",
        why=f"Entry {head.seq} is not there with hash {head.hash[:12]}…; nothing is recorded until that is settled.",
        next_step="`watchroom ledger verify` tells more. Put the ledger back from a backup, or take it as it is with "
        "`watchroom refresh --accept-ledger`.",
    )
