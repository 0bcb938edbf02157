"""The registry's history: each refresh compares what it sees with what the ledger last saw, and appends the difference.

What a difference is, is said in `domain.registry`. Honest limit: it is known when a change was seen, not who made it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from watchroom.domain.registry import RegistryEvent, RegistryState, applied, difference
from watchroom.ledger.book import Ledger, Transaction
from watchroom.ledger.entry import Entry, Head, NewEntry, explaining_payload, time_of, time_text
from watchroom.ledger.kinds import REGISTRY_EVENT

ACTOR = "watchroom refresh"
"""Who is said to have written a registry event: nobody, but the program that saw it."""


@dataclass(frozen=True)
class SeenEvent:
    """A registry event with its entry: seen at `seen_at`, not there yet at `not_before` (None: not known)."""

    seq: int
    seen_at: datetime
    not_before: datetime | None
    event: RegistryEvent


@dataclass(frozen=True)
class Look:
    """A look at the registry, as the snapshot's manifest keeps it: when (UTC), and the ledger's head after it."""

    seen_at: datetime
    head: Head


@dataclass(frozen=True)
class LastSeen:
    """The registry as the ledger last saw it change; `seen_at` is None and the state empty before the first look."""

    state: RegistryState = field(default_factory=RegistryState)
    seen_at: datetime | None = None
    seq: int = 0

    def with_events(self, events: Iterable[SeenEvent]) -> LastSeen:
        """The same after some more events, in the order of their entries."""
        later = list(events)
        if not later:
            return self
        times = [one.seen_at for one in later] + ([self.seen_at] if self.seen_at else [])
        return LastSeen(applied(self.state, (one.event for one in later)), max(times), later[-1].seq)


def record(ledger: Ledger, state: RegistryState, seen_at: datetime, *, previous: Look | None = None) -> list[Entry]:
    """Appends what differs between `state`, the whole registry as read at `seen_at`, and what the ledger last saw.

    `previous` is the look of the refresh before, whether or not it saw a change: each event then says that its change
    came after it. It counts only if the ledger still holds its head, so that another ledger, or one put back from an
    older backup, is told nothing false; then, and without it, the last change that the ledger saw is taken.

    Comparing and appending is one transaction: two refreshes at once record a change once. A look that is older than
    what the ledger has seen gives nothing, for the later one has said all there is to say. Never pass a registry that
    was read in part: what is not in `state` is recorded as gone. Returns the new entries, often none. Raises
    `LedgerError`.
    """
    # The long part, folding all there is, without the lock; under it only what came in between.
    last = last_seen(ledger)
    with ledger.transaction() as transaction:
        last = last.with_events(map(_seen_event, transaction.entries(kind=REGISTRY_EVENT, after=last.seq)))
        if _is_stale(seen_at, last):
            return []
        not_before = _not_before(seen_at, last.seen_at, _known_look(transaction, previous))
        events = difference(last.state, state)
        return transaction.append_all(_new_entry(event, seen_at, not_before) for event in events)


def last_seen(ledger: Ledger) -> LastSeen:
    """The registry as all recorded events leave it. Raises `LedgerError`."""
    return LastSeen().with_events(seen_events(ledger))


def seen_events(ledger: Ledger, *, after: int = 0) -> list[SeenEvent]:
    """The recorded events with a `seq` above `after`, oldest first. Raises `LedgerError`."""
    return [_seen_event(entry) for entry in ledger.entries(kind=REGISTRY_EVENT, after=after)]


def _is_stale(seen_at: datetime, last: LastSeen) -> bool:
    # A last look in the future was made by a wrong clock; believing it would silence every refresh until then.
    return last.seen_at is not None and seen_at < last.seen_at <= datetime.now(UTC)


def _known_look(transaction: Transaction, look: Look | None) -> datetime | None:
    return look.seen_at if look is not None and look.head.seq > 0 and transaction.holds(look.head) else None


def _not_before(seen_at: datetime, *looks: datetime | None) -> datetime | None:
    return max((look for look in looks if look is not None and look <= seen_at), default=None)


def _new_entry(event: RegistryEvent, seen_at: datetime, not_before: datetime | None) -> NewEntry:
    payload = {
        "event": event.event,
        "model": event.model,
        "name": event.name,
        "not_before": time_text(not_before) if not_before else None,
        "previous_value": event.previous_value,
        "previous_version": event.previous_version,
        "seen_at": time_text(seen_at),
        "value": event.value,
    }
    # A column keeps no NUL; the payload, as JSON, keeps the name as it is.
    column = event.model.replace("\0", "\ufffd")
    return NewEntry(REGISTRY_EVENT, ACTOR, payload, model=column, version=event.version)


def _seen_event(entry: Entry) -> SeenEvent:
    with explaining_payload(entry):
        return _from_payload(entry, entry.payload)


def _from_payload(entry: Entry, payload: dict[str, Any]) -> SeenEvent:
    event = RegistryEvent(
        event=payload["event"],
        model=payload["model"],
        version=entry.version,
        previous_version=payload["previous_version"],
        name=payload["name"],
        value=payload["value"],
        previous_value=payload["previous_value"],
    )
    not_before = payload["not_before"]
    return SeenEvent(entry.seq, time_of(payload["seen_at"]), time_of(not_before) if not_before else None, event)
