"""Messages about alerts: which changes are still to be told to which channel, and what became of each message.

How a message is noted is said in `deliveries`; what is told, and how, in `jobs.alerts.notify`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from watchroom.domain.alerts import Alert
from watchroom.ledger.book import Ledger, Transaction
from watchroom.ledger.deliveries import entry_of, outcome_of, told
from watchroom.ledger.entry import NewEntry
from watchroom.ledger.kinds import NOTIFICATION

TRIED_FOR = timedelta(hours=26)
"""How long after a change its message is tried again: a day, with two hours so that a daily refresh tries once more."""

TOLD = ("raised", "worse", "ended", "reopened")
"""The events that people are told of. That an alert got better asks nobody to do anything; the page shows it."""


@dataclass(frozen=True)
class News:
    """A change of an alert that is to be told: `what` is one of `TOLD`, or `woke` after a snooze; `seq` its entry."""

    alert: Alert
    what: str
    seq: int
    at: datetime

    @property
    def key(self) -> tuple[str, int]:
        """What identifies the change."""
        return (self.alert.alert_id, self.seq)


@dataclass(frozen=True)
class Message:
    """One message to a channel and the changes it tells of."""

    channel: str
    news: tuple[News, ...]


def news(alerts: Iterable[Alert], now: datetime) -> list[News]:
    """The last thing to tell of each alert, where it is not older than `TRIED_FOR`; nothing while it rests."""
    found = [one for alert in alerts if (one := _last_news(alert, now))]
    return sorted((one for one in found if now - one.at <= TRIED_FOR), key=lambda one: one.seq)


def _last_news(alert: Alert, now: datetime) -> News | None:
    if alert.sleeps_at(now) or alert.handling == "resolved":
        return None
    if alert.handling == "snoozed" and alert.snoozed_until is not None and not alert.is_over:
        snooze = next(mark for mark in reversed(alert.history) if mark.what == "snoozed")
        return News(alert, "woke", snooze.seq, alert.snoozed_until)
    last = next(mark for mark in reversed(alert.history) if mark.what in TOLD)
    return News(alert, last.what, last.seq, last.at)


def begin(
    ledger: Ledger, wanted: Iterable[News], channels: Sequence[str], group: int, *, now: datetime | None = None
) -> list[Message]:
    """The messages that this refresh has to send, noted in the ledger as begun.

    What a channel was told already, or is being told by another refresh, is left out. More than `group` changes for a
    channel are one message. Raises `LedgerError`; then nothing is to be sent.
    """
    now, wanted = now or datetime.now(UTC), list(wanted)
    if not wanted or not channels:
        return []
    with ledger.transaction() as transaction:
        done = _done(transaction, min(one.seq for one in wanted), now)
        messages = [message for channel in channels for message in _messages(channel, wanted, done, group)]
        transaction.append_all(_entry(message, "trying") for message in messages)
    return messages


def finish(ledger: Ledger, outcomes: Iterable[tuple[Message, str]]) -> None:
    """Notes what became of messages: an empty text for one that was taken, else why not. Raises `LedgerError`."""
    if new := [_entry(message, outcome_of(why), why) for message, why in outcomes]:
        ledger.append_all(new)


def _messages(
    channel: str, wanted: Iterable[News], done: Mapping[str, set[tuple[str, int]]], group: int
) -> list[Message]:
    left = tuple(one for one in wanted if one.key not in done.get(channel, ()))
    if len(left) > group:
        return [Message(channel, left)]
    return [Message(channel, (one,)) for one in left]


def _done(transaction: Transaction, since: int, now: datetime) -> dict[str, set[tuple[str, int]]]:
    """By channel, the changes from an entry on that it was told of, or is being told of."""
    entries = transaction.entries(kind=NOTIFICATION, after=since)
    return told(entries, lambda payload: [(alert_id, seq) for alert_id, seq in payload["changes"]], now)


def _entry(message: Message, outcome: str, why: str = "") -> NewEntry:
    changes = [[one.alert.alert_id, one.seq] for one in message.news]
    return entry_of(NOTIFICATION, message.channel, {"changes": changes}, outcome, why)
