"""Reports that are sent when a period has ended: which channel has still to get which, and what became of each.

A report that a channel does not take is tried again for a day after the first attempt, then no more: the next period's
comes soon enough.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from watchroom.ledger.book import Ledger
from watchroom.ledger.deliveries import entry_of, outcome_of, told
from watchroom.ledger.entry import Entry, NewEntry, explaining_payload
from watchroom.ledger.kinds import REPORT
from watchroom.ledger.notifications import TRIED_FOR


@dataclass(frozen=True)
class Due:
    """A report that is due: `of` a model, or of the portfolio for None; `period` is its name, as `2026-10`."""

    of: str | None
    period: str

    @property
    def key(self) -> tuple[str, str, str]:
        """What identifies it; a model may be called anything."""
        return ("portfolio" if self.of is None else "model", self.of or "", self.period)


@dataclass(frozen=True)
class ReportMessage:
    """One report to one channel."""

    channel: str
    due: Due


def begin(
    ledger: Ledger, due: Iterable[Due], channels: Sequence[str], *, now: datetime | None = None
) -> list[ReportMessage]:
    """The reports that this refresh has to send, noted in the ledger as begun. Raises `LedgerError`: send nothing then.

    What a channel got already, or is being sent by another refresh, is left out, and what failed for a day.
    """
    now, wanted = now or datetime.now(UTC), list(due)
    if not wanted or not channels:
        return []
    with ledger.transaction() as transaction:
        entries = list(transaction.entries(kind=REPORT))
        done, given_up = told(entries, lambda payload: [tuple(payload["report"])], now), _given_up(entries, now)
        messages = [
            ReportMessage(channel, one)
            for channel in channels
            for one in wanted
            if one.key not in done.get(channel, ()) and (channel, one.key) not in given_up
        ]
        transaction.append_all(_entry(message, "trying") for message in messages)
    return messages


def finish(ledger: Ledger, outcomes: Iterable[tuple[ReportMessage, str]]) -> None:
    """Notes what became of them: an empty text for one that was taken, else why not. Raises `LedgerError`."""
    if new := [_entry(message, outcome_of(why), why) for message, why in outcomes]:
        ledger.append_all(new)


def _given_up(entries: Iterable[Entry], now: datetime) -> set[tuple[str, tuple[str, ...]]]:
    found = set()
    for entry in entries:
        with explaining_payload(entry):
            if now - entry.at > TRIED_FOR:
                found.add((entry.payload["channel"], tuple(entry.payload["report"])))
    return found


def _entry(message: ReportMessage, outcome: str, why: str = "") -> NewEntry:
    return entry_of(REPORT, message.channel, {"report": list(message.due.key)}, outcome, why)
