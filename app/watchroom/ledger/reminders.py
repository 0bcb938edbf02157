"""Reminders of what is due: which channel has still to be told of which, and what became of each message.

A message that a channel does not take is tried again for a day after the first attempt; the next stage of urgency
comes soon enough.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from watchroom.domain.reminders import Reminder
from watchroom.ledger.book import Ledger
from watchroom.ledger.deliveries import entry_of, outcome_of, told
from watchroom.ledger.entry import Entry, NewEntry, explaining_payload
from watchroom.ledger.kinds import REMINDER
from watchroom.ledger.notifications import TRIED_FOR

Key = tuple[str, ...]


@dataclass(frozen=True)
class ReminderMessage:
    """One message to one channel, of all that it is to be told."""

    channel: str
    reminders: tuple[Reminder, ...]


def begin(
    ledger: Ledger, due: Sequence[Reminder], channels: Sequence[str], *, now: datetime | None = None
) -> list[ReminderMessage]:
    """What this refresh has to send, noted in the ledger as begun. Raises `LedgerError`: send nothing then.

    What a channel was told already, or is being told by another refresh, is left out, and what failed for a day.
    """
    now = now or datetime.now(UTC)
    if not due or not channels:
        return []
    with ledger.transaction() as transaction:
        entries = transaction.entries(kind=REMINDER)
        done, given_up = told(entries, _keys, now), _given_up(entries, now)
        messages = [
            ReminderMessage(channel, new)
            for channel in channels
            if (new := tuple(
                one for one in due if one.key not in done.get(channel, ()) and (channel, one.key) not in given_up
            ))
        ]  # fmt: skip
        transaction.append_all(_entry(message, "trying") for message in messages)
    return messages


def finish(ledger: Ledger, outcomes: Iterable[tuple[ReminderMessage, str]]) -> None:
    """Notes what became of them: an empty text for one that was taken, else why not. Raises `LedgerError`."""
    if new := [_entry(message, outcome_of(why), why) for message, why in outcomes]:
        ledger.append_all(new)


def _keys(payload: Mapping[str, Any]) -> list[Key]:
    return [tuple(str(part) for part in key) for key in payload["reminders"]]


def _given_up(entries: Iterable[Entry], now: datetime) -> set[tuple[str, Key]]:
    found: set[tuple[str, Key]] = set()
    for entry in entries:
        with explaining_payload(entry):
            if now - entry.at > TRIED_FOR:
                found |= {(str(entry.payload["channel"]), key) for key in _keys(entry.payload)}
    return found


def _entry(message: ReminderMessage, outcome: str, why: str = "") -> NewEntry:
    about = {"reminders": [list(one.key) for one in message.reminders]}
    return entry_of(REMINDER, message.channel, about, outcome, why)
