"""The ledger step: what the refresh records there, and what it reads back; a ledger that is damaged stops nothing else.

The whole chain is verified before anything is appended or judged. While it does not hold, or no longer leads to the
head that the last snapshot remembers, nothing is appended, because new entries would hide the break, and sign-offs are
not judged by what somebody may have put there: what the last snapshot said of them stands. That is said until somebody
restores the ledger or, where only the head is another, accepts the loss.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from watchroom.errors import LedgerError
from watchroom.jobs.approvals.judge import list_sign_offs
from watchroom.jobs.register import fill_kpis, fill_register
from watchroom.jobs.registry import list_registry_events, record_registry
from watchroom.jobs.room import fill_notebook
from watchroom.ledger import Head, Ledger, Verification
from watchroom.ledger.agreements import Agreements
from watchroom.sources.tracking.contract import Problem
from watchroom.store.draft import Draft

_NAMED = 3
"""Breaks that a problem names; `watchroom ledger verify` tells them all."""

_FOLLOWED = 50
"""Breaks looked into: how many more there are is counted, and to say what became of each takes a while."""


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

    With `accepted` a ledger that no longer leads to the remembered head is taken as it is, if its chain holds. Of the
    `partial` models, as in `Catalog`, nothing is recorded as gone.
    """
    remembered = draft.previous.ledger_head if draft.previous else None
    problems: list[Problem] = []
    recorded = 0
    try:
        problems += _breaks(ledger, None if accepted or remembered is None else Head(*remembered))
        if problems:
            _keep_sign_offs(draft)
        else:
            recorded = record_registry(draft, ledger, partial)
            list_sign_offs(draft, ledger, folder)
        list_registry_events(draft, ledger)
        fill_notebook(draft, ledger)
        fill_register(draft, ledger)
        head = ledger.head()
    except LedgerError as error:
        if not problems:  # an entry that cannot be read is told already by the chain
            problems.append(Problem("ledger", "error", "ledger", error.what, error.why, error.next_step))
        head = Head(*remembered) if remembered else Head()
        _keep_sign_offs(draft)
        if not draft.connection.execute("select 1 from room.kpis limit 1").fetchall():
            fill_kpis(draft, Agreements())  # they stand in files, and are there whatever becomes of the ledger
    if problems and remembered is not None:
        head = Head(*remembered)
    return LedgerRead(recorded, tuple(problems), (head.seq, head.hash))


def _keep_sign_offs(draft: Draft) -> None:
    """What the last snapshot said of every sign-off, unless this refresh has said it already."""
    if not draft.connection.execute("select 1 from room.approvals limit 1").fetchall():
        draft.insert("approvals", draft.rows_before("approvals"))


def _breaks(ledger: Ledger, remembered: Head | None) -> list[Problem]:
    """The problem of a chain that does not hold, or does not lead to the remembered head; none when all is well."""
    found = ledger.verify(max_breaks=_FOLLOWED)
    if not found.ok:
        return [_broken(found)]
    return [] if remembered is None or _leads_to(ledger, remembered) else [_cut(remembered)]


def _broken(found: Verification) -> Problem:
    first, told = found.breaks[0], found.lines()
    more = len(told) - _NAMED
    return Problem(
        "ledger",
        "error",
        f"ledger, entry {first.seq}",
        f"Entry {first.seq} of the ledger breaks its chain: somebody changed the ledger past Watchroom.",
        why="; ".join([*(one.rstrip(".") for one in told[:_NAMED]), *([f"and {more:,} more"] if more > 0 else [])])
        + ". Nothing is recorded, and sign-offs, answers, findings and handovers stand as the last snapshot had them.",
        next_step="`watchroom ledger verify` tells every break. Put the ledger back from a backup; or keep it as "
        "evidence and begin a new one: `watchroom refresh --accept-ledger` takes that one, never this.",
    )


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
        why=f"Entry {head.seq} is not there with hash {head.hash[:12]}…; nothing is recorded or judged until that is "
        "settled.",
        next_step="`watchroom ledger verify` tells more. Put the ledger back from a backup, or take it as it is with "
        "`watchroom refresh --accept-ledger`.",
    )
