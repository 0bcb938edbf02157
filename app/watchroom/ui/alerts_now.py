"""Alerts as they are now: the snapshot's rows with what the ledger says of them since; and how long things took.

The snapshot's table holds what the ledger said at the refresh; a rerun reads what came after it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from statistics import median

from watchroom.domain.alerts import Alert as Folded
from watchroom.domain.alerts import of_row
from watchroom.errors import LedgerError
from watchroom.store.queries.alerts import OPEN_STATES, Alert, recorded
from watchroom.ui import book
from watchroom.ui.room import ask, drawn


@dataclass(frozen=True)
class Acted:
    """What the ledger says of every alert, by id; or why that is not known. `since` counts acts after the refresh."""

    alerts: Mapping[str, Folded]
    problem: LedgerError | None = None
    since: int = 0


NOTHING = Acted({})
"""For a snapshot without alerts, whose ledger is not even opened."""


def acted() -> Acted:
    """What people did until now, also since the refresh. A ledger that cannot be read is a problem, not an error."""
    from watchroom.ledger.alerts import overlaid

    try:
        before = drawn(_at_refresh)
        # The table's own last entry, not the manifest's head: the table can be older, kept from the snapshot before.
        after = max((alert.last_seq for alert in before), default=0)
        found = overlaid(book.ledger(), before, after=after)
    except LedgerError as problem:
        return Acted({}, problem)
    alerts = {alert.alert_id: alert for alert in found}
    return Acted(alerts, since=sum(alerts[alert.alert_id].last_seq > alert.last_seq for alert in before))


def _at_refresh() -> tuple[Folded, ...]:
    return tuple(of_row(row) for row in ask(recorded))


def history(alert_id: str) -> Folded | None:
    """An alert with all that was done, which the snapshot's table does not keep; None when the ledger has no such one.

    Raises `LedgerError`.
    """
    from watchroom.ledger.alerts import alert

    return alert(book.ledger(), alert_id)


def as_now(rows: Iterable[Alert], done: Acted, now: datetime) -> tuple[Alert, ...]:
    """The rows with what people did since the refresh, the most urgent first; `now` has its zone."""
    return tuple(
        sorted((_as_now(row, done.alerts.get(row.alert_id), now) for row in rows), key=lambda one: one.urgency)
    )


def _as_now(row: Alert, folded: Folded | None, now: datetime) -> Alert:
    if folded is None:
        return row
    return replace(
        row,
        state=folded.state_at(now),
        owner=folded.assigned or row.owner,
        snoozed_until=_naive(folded.snoozed_until),
        reason=folded.reason or row.reason,
        ended_at=_naive(folded.ended_at),
        raised_at=_naive(folded.raised_at),
    )


def _naive(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(UTC).replace(tzinfo=None)


def is_open(alert: Alert) -> bool:
    """Whether it lasts and nobody has resolved it."""
    return alert.state in OPEN_STATES


@dataclass(frozen=True)
class Took:
    """How long something took: the median in seconds, None without any; and from how many alerts."""

    seconds: float | None
    n: int


def to_acknowledge(done: Acted, start: datetime, end: datetime, model: str | None) -> Took:
    """From an alert until somebody took it up, over those taken up from `start` (included) to `end` (not included)."""
    return _took(done, start, end, model, lambda alert: alert.acknowledged_at)


def to_restore(done: Acted, start: datetime, end: datetime, model: str | None) -> Took:
    """From an alert until it was over or resolved, whichever came first; likewise.

    One that ended because its version left service is left out: docs/alerts.md asks the same of the table.
    """
    return _took(done, start, end, model, _restored_at)


def _restored_at(alert: Folded) -> datetime | None:
    if alert.ended_because == "version out of service":  # nobody has mended anything then
        return None
    return min((at for at in (alert.ended_at, alert.resolved_at) if at is not None), default=None)


def _took(
    done: Acted, start: datetime, end: datetime, model: str | None, when: Callable[[Folded], datetime | None]
) -> Took:
    found = [
        (at - alert.raised_at).total_seconds()
        for alert in done.alerts.values()
        if model in (None, alert.condition.model) and (at := when(alert)) is not None and start <= at < end
    ]
    return Took(median(found) if found else None, len(found))
