"""Visits: when somebody opened the start page, so that it can say what is new to them since.

One is kept at most every `APART`; of whoever gave no name, one for each role. A room that wants none has
`remember_visits: false` in its settings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from watchroom.ledger.acts import actor_of, since
from watchroom.ledger.alerts import Reader
from watchroom.ledger.book import Ledger
from watchroom.ledger.entry import Entry, Head, NewEntry
from watchroom.ledger.kinds import VISIT
from watchroom.ledger.people import NOT_SIGNED_IN, Person

APART = timedelta(hours=4)
"""Half a working day: who comes back from a meeting is still told what the morning brought."""

Who = tuple[str, str]
"""A name, and for nobody in particular the role; else an empty text."""


@dataclass(frozen=True)
class Visit:
    """That somebody looked, at a time (UTC); `seq` is the ledger's entry: what comes after it is new to them."""

    seq: int
    at: datetime


@dataclass(frozen=True)
class Visits:
    """Of everybody the last two visits, the newer one last, up to the entry `head`."""

    head: Head = field(default_factory=Head)
    last: Mapping[Who, tuple[Visit, ...]] = field(default_factory=dict)

    def before(self, who: Who, now: datetime) -> Visit | None:
        """The visit since which something is new: the last but the one that is going on; None for who is here first."""
        return next((one for one in reversed(self.last.get(who, ())) if one.at <= now - APART), None)


def who_is(by: Person, role: str) -> Who:
    """Whose visit it is."""
    name = actor_of(by)
    return (name, role if name == NOT_SIGNED_IN else "")


def read(ledger: Reader, known: Visits | None = None) -> Visits:
    """Everybody's last visits; with those read before, only what came since is read. Raises `LedgerError`."""
    start = known or Visits()
    head, leads, found = since(ledger, start.head, (VISIT,))
    if head == start.head:
        return start
    return replace(start, head=head, last=_with(start.last if leads else {}, found))


def visit(ledger: Ledger, by: Person, role: str, known: Visits) -> bool:
    """Keeps that somebody looks now, in that role, unless they did in the last hours; whether it did.

    `known` is what was read last. Two at once keep two, which does no harm. Raises `LedgerError`.
    """
    now, mine = datetime.now(UTC), known.last.get(who_is(by, role), ())
    if mine and mine[-1].at > now - APART:
        return False
    ledger.append(NewEntry(VISIT, actor_of(by), {}, role))
    return True


def _with(before: Mapping[Who, tuple[Visit, ...]], found: Iterable[Entry]) -> dict[Who, tuple[Visit, ...]]:
    last = dict(before)
    for entry in found:
        who = (entry.actor, (entry.role or "") if entry.actor == NOT_SIGNED_IN else "")
        mine = (*last.get(who, ()), Visit(entry.seq, entry.at))
        if len(mine) > 1 and mine[-1].at - mine[-2].at < APART:
            mine = mine[:-1]  # two tabs that were opened at once
        last[who] = mine[-2:]
    return last
