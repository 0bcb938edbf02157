"""Alerts as the ledger holds them: what each refresh appends, and what all entries together leave of an alert.

What a change is, is said in `domain.alerts`; what people do with an alert is in `alert_acts`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, Protocol

from watchroom.domain.alerts import (
    MEASURED,
    Alert,
    Change,
    Condition,
    Mark,
    Signal,
    after_act,
    after_event,
    differences,
    worst_of_each,
)
from watchroom.ledger.book import Ledger
from watchroom.ledger.entry import Entry, Head, NewEntry, explaining_payload, time_of
from watchroom.ledger.kinds import ALERT_ACT, ALERT_EVENT

ACTOR = "watchroom refresh"
"""Who is said to have raised or ended an alert: nobody, but the program that measured it."""

_DONE = {
    "acknowledge": "acknowledged",
    "assign": "assigned",
    "snooze": "snoozed",
    "resolve": "resolved",
    "comment": "commented",
}
"""What stands in an alert's history for each act."""


class Reader(Protocol):
    """What entries are read from: the ledger, or a transaction on it."""

    def head(self) -> Head:
        """The last entry's number and hash."""

    def entries(
        self, *, kind: str | None = None, model: str | None = None, after: int = 0, limit: int | None = None
    ) -> list[Entry]:
        """Entries in the order of writing."""


@dataclass(frozen=True)
class Recorded:
    """What a refresh appended: the changes with their entries, and every alert there is after them, over ones too.

    `head` is the ledger's last entry then: what the alerts do not hold came after it.
    """

    changes: tuple[tuple[Change, Entry], ...]
    alerts: tuple[Alert, ...]
    head: Head


def record(
    ledger: Ledger,
    conditions: Iterable[Condition],
    complete: Mapping[str, int | None],
    *,
    now: datetime | None = None,
    signals: Collection[Signal] = MEASURED,
) -> Recorded:
    """Appends what has changed between the alerts the ledger holds and the conditions measured, all or nothing.

    `complete` and `signals` are as in `domain.alerts.differences`: of other models and signals no alert ends. It is one
    transaction: two refreshes at once raise an alert once. Raises `LedgerError`; then nothing was written.
    """
    # The long part, folding all there is, without the lock; under it only what came in between.
    head, entries = _entries(ledger)
    before = fold(entries)
    with ledger.transaction() as transaction:
        held = fold(_entries(transaction, after=head)[1], before)
        changes = differences(held.values(), conditions, complete, now or datetime.now(UTC), signals)
        new = transaction.append_all(_new_entry(change) for change in changes)
        after = transaction.head()
    return Recorded(tuple(zip(changes, new, strict=True)), tuple(fold(new, held).values()), after)


def alerts(ledger: Reader, *, model: str | None = None) -> list[Alert]:
    """Every alert there ever was, of one model or of all, the oldest first. Raises `LedgerError`.

    It reads all of them: a page takes those of its snapshot and overlays what came later, with `overlaid`.
    """
    found = fold(_entries(ledger, model=model)[1]).values()
    return [alert for alert in found if model in (None, alert.condition.model)]


def overlaid(ledger: Ledger, known: Iterable[Alert], *, after: int) -> list[Alert]:
    """The alerts of a snapshot with what the ledger says since: raised ones and those of other models too.

    `after` is any entry up to which the snapshot holds everything, as its manifest's `ledger_head`; what an alert has
    already is not taken twice. The read is as long as what came after. Raises `LedgerError`.
    """
    return list(fold(_entries(ledger, after=after)[1], {alert.alert_id: alert for alert in known}).values())


def alert(reader: Reader, alert_id: str) -> Alert | None:
    """One alert with its whole history; None when there is no such alert. Raises `LedgerError`."""
    raised = _raising_entry(reader, alert_id)
    if raised is None:
        return None
    return fold(_entries(reader, after=raised.seq - 1, model=raised.model)[1]).get(alert_id)


def fold(entries: Iterable[Entry], start: Mapping[str, Alert] | None = None) -> dict[str, Alert]:
    """What the entries, in their order, leave of the alerts in `start`, by id, with those that they raise.

    Entries of other kinds, of alerts that are not there, and those that an alert has taken in already, do nothing.
    """
    found = dict(start or {})
    for entry in entries:
        with explaining_payload(entry):
            _take_in(found, entry)
    return found


def applied(alert: Alert, entry: Entry) -> Alert:
    """The alert after one more entry about it."""
    return fold([entry], {alert.alert_id: alert})[alert.alert_id]


def _entries(reader: Reader, *, after: int = 0, model: str | None = None) -> tuple[int, list[Entry]]:
    """The entries about alerts after a number, and the number up to which these are all."""
    head = reader.head().seq
    found = [
        entry
        for kind in (ALERT_EVENT, ALERT_ACT)
        for entry in reader.entries(kind=kind, model=_column(model), after=after)
        # Two reads: what was written between them must not come without what was written before it.
        if entry.seq <= head
    ]
    return head, sorted(found, key=lambda entry: entry.seq)


def _raising_entry(reader: Reader, alert_id: str) -> Entry | None:
    """An alert is called after the entry that raised it."""
    number = alert_id[1:]
    if not (alert_id.startswith("a") and number.isascii() and number.isdigit() and len(number) <= 18):
        return None
    found = next(iter(reader.entries(after=int(number) - 1, limit=1)), None)
    raised = found is not None and found.seq == int(number) and found.kind == ALERT_EVENT
    return found if found is not None and raised and found.payload.get("event") == "raised" else None


def _column(model: str | None) -> str | None:
    # A column keeps no NUL; the payload, as JSON, keeps the name as it is.
    return None if model is None else model.replace("\0", "\ufffd")


def _take_in(found: dict[str, Alert], entry: Entry) -> None:
    if entry.kind not in (ALERT_EVENT, ALERT_ACT):
        return
    payload = entry.payload
    if payload.get("event") == "raised":
        raised = _raised(entry, payload)
        found.setdefault(raised.alert_id, raised)
        return
    alert = found.get(payload["alert"])
    if alert is not None and alert.last_seq < entry.seq:
        found[alert.alert_id] = (_after_event if entry.kind == ALERT_EVENT else _after_act)(alert, entry, payload)


def _raised(entry: Entry, payload: dict[str, Any]) -> Alert:
    condition = _condition(payload, payload["model"], entry.version or 0, payload["signal"], payload["feature"])
    mark = Mark(entry.seq, entry.at, entry.actor, "raised", detail=condition.severity)
    return Alert(f"a{entry.seq}", condition, entry.at, entry.seq, history=(mark,))


def _after_event(alert: Alert, entry: Entry, payload: dict[str, Any]) -> Alert:
    event, old = payload["event"], alert.condition
    if event == "ended":
        mark = Mark(entry.seq, entry.at, entry.actor, event, detail=payload["because"])
        return after_event(alert, mark, old, payload["because"])
    condition = _condition(payload, old.model, old.version, old.signal, old.feature)
    mark = Mark(entry.seq, entry.at, entry.actor, event, detail=condition.severity)
    return after_event(alert, mark, condition, "")


def _after_act(alert: Alert, entry: Entry, payload: dict[str, Any]) -> Alert:
    until = payload.get("until")
    detail = payload.get("to") or until or ""
    mark = Mark(entry.seq, entry.at, entry.actor, _DONE[payload["act"]], payload["text"], detail)
    return after_act(alert, mark, time_of(until) if until else None)


def _condition(payload: dict[str, Any], model: str, version: int, signal: Any, feature: str) -> Condition:
    return Condition(
        model=model,
        version=version,
        signal=signal,
        feature=feature,
        severity=payload["severity"],
        since=date.fromisoformat(payload["since"]),
        value=payload["value"],
        limit=payload["limit"],
        method=payload["method"],
        period_start=date.fromisoformat(payload["period_start"]),
        period_end=date.fromisoformat(payload["period_end"]),
        n=payload["n"],
    )


def _new_entry(change: Change) -> NewEntry:
    condition = change.condition
    payload: dict[str, Any] = {"event": change.event}
    if change.event == "raised":
        payload |= {"model": condition.model, "signal": condition.signal, "feature": condition.feature}
    else:
        payload["alert"] = change.alert_id
    payload |= {"because": change.ending} if change.event == "ended" else _measured(condition)
    return NewEntry(ALERT_EVENT, ACTOR, payload, model=_column(condition.model), version=condition.version)


def _measured(condition: Condition) -> dict[str, Any]:
    return {
        "severity": condition.severity,
        "since": condition.since.isoformat(),
        "value": condition.value,
        "limit": condition.limit,
        "method": condition.method,
        "period_start": condition.period_start.isoformat(),
        "period_end": condition.period_end.isoformat(),
        "n": condition.n,
    }


def with_conditions(alerts: Iterable[Alert], conditions: Iterable[Condition]) -> list[Alert]:
    """The alerts with what was measured of them just now in place of what was recorded when they last changed."""
    now = worst_of_each(conditions)
    return [
        replace(alert, condition=now[alert.key]) if not alert.is_over and alert.key in now else alert
        for alert in alerts
    ]
