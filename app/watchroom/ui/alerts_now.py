"""Alerts as they are now: the snapshot's rows with what the ledger says of them since; and how long things took.

The fold of what the ledger held at the refresh is made once for a snapshot; a rerun reads what came after it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from statistics import median

from watchroom.domain.alerts import Alert as Folded
from watchroom.errors import LedgerError
from watchroom.store.queries.alerts import OPEN_STATES, Alert
from watchroom.ui import book
from watchroom.ui.room import drawn, reading


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
        with reading() as snapshot:
            head = snapshot.manifest.ledger_head
        found = overlaid(book.ledger(), before.values(), after=head[0] if head else 0)
    except LedgerError as problem:
        return Acted({}, problem)
    alerts = {alert.alert_id: alert for alert in found}
    return Acted(alerts, since=sum(alerts[key].last_seq > alert.last_seq for key, alert in before.items()))


def _at_refresh() -> dict[str, Folded]:
    from watchroom.ledger.alerts import alerts

    return {alert.alert_id: alert for alert in alerts(book.ledger())}


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
    """From an alert until it was over or resolved, whichever came first; likewise."""
    return _took(done, start, end, model, _restored_at)


def _restored_at(alert: Folded) -> datetime | None:
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
