"""What other people did since somebody last looked, each in a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from watchroom.errors import LedgerError
from watchroom.ui import book
from watchroom.ui.identity import current_user
from watchroom.ui.text import one_line

MOST = 20
"""Acts that are read; History has all of them."""


@dataclass(frozen=True)
class Act:
    """An entry in a sentence, plain text."""

    seq: int
    text: str


def acts(since: datetime, model: str | None) -> list[Act]:
    """What others did after that time (UTC without a zone), the newest first; nothing while the ledger fails."""
    try:
        book.must_be_there()
        return _acts(since, model)
    except LedgerError:
        return []


def _acts(since: datetime, model: str | None) -> list[Act]:
    from watchroom.ledger import kinds
    from watchroom.ledger.search import Wanted, by_number, find
    from watchroom.ledger.told import about, tell

    of_people = (
        kinds.SIGN_OFF, kinds.HANDOVER, kinds.PROPOSAL, kinds.KPI_AGREEMENT, kinds.CHECKLIST, kinds.FINDING,
        kinds.EVIDENCE, kinds.DRILL, kinds.ALERT_ACT, kinds.NOTE, kinds.EVENT,
    )  # fmt: skip
    wanted = Wanted(kinds=of_people, model=model, since=since.replace(tzinfo=UTC))
    found = find(book.ledger(), wanted, size=MOST).entries
    others = by_number(book.ledger(), about(found))
    user = current_user()
    return [
        Act(entry.seq, f"{one_line(entry.actor, 60)} {one_line(tell(entry, others).did, 200)}.")
        for entry in found
        if not book.is_theirs(entry.actor, user)
    ]
