"""What other people did since somebody last looked, each in a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from watchroom.store.queries import checklist
from watchroom.ui import book
from watchroom.ui.identity import current_user
from watchroom.ui.room import ask
from watchroom.ui.text import one_line


@dataclass(frozen=True)
class Act:
    """An entry in a sentence, plain text."""

    seq: int
    text: str


@dataclass(frozen=True)
class Acts:
    """The newest of what others did, and how many of it there are."""

    newest: tuple[Act, ...]
    total: int


def acts(since: datetime, model: str | None, most: int) -> Acts:
    """What others did after that time (UTC without a zone), the newest first, `most` of it. Raises `LedgerError`.

    Who gave no name is told of everybody's: nobody knows which acts without a name are theirs.
    """
    book.must_be_there()
    from watchroom.ledger import kinds
    from watchroom.ledger.acts import actor_of
    from watchroom.ledger.search import Wanted, by_number, find
    from watchroom.ledger.told import about, tell

    of_people = (
        kinds.SIGN_OFF, kinds.HANDOVER, kinds.PROPOSAL, kinds.KPI_AGREEMENT, kinds.CHECKLIST, kinds.FINDING,
        kinds.EVIDENCE, kinds.DRILL, kinds.ALERT_ACT, kinds.NOTE, kinds.EVENT,
    )  # fmt: skip
    me = book.person(current_user())
    wanted = Wanted(
        kinds=of_people, model=model, since=since.replace(tzinfo=UTC), not_by=actor_of(me) if me.name else None
    )
    found = find(book.ledger(), wanted, size=most)
    others, titles = by_number(book.ledger(), about(found.entries)), ask(checklist.titles)
    newest = tuple(
        Act(entry.seq, f"{one_line(entry.actor, 60)} {one_line(tell(entry, others, titles).did, 200)}.")
        for entry in found.entries
    )
    return Acts(newest, found.total)
