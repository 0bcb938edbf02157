"""Alerts: what a refresh measured to be beyond a limit, and what becomes of it, by itself and by people.

Pure: which entries of the ledger say so is in `ledger.alerts`, who may do what in `ledger.alert_acts`. Times are UTC
with their zone, days are UTC days.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from watchroom.domain.lights import Severity

Signal = Literal["drift", "quality", "performance", "volume", "explanation", "kpi", "approval"]
State = Literal["open", "acknowledged", "snoozed", "resolved", "over"]
Event = Literal["raised", "worse", "better", "ended", "reopened"]
Ending = Literal["", "condition over", "version out of service"]

MEASURED: tuple[Signal, ...] = ("drift", "quality", "performance", "volume", "explanation", "kpi")
"""The signals that are measured in decisions and outcomes; an approval is judged later in a refresh."""

REOPEN_WITHIN = timedelta(days=3)
"""An alert that is back this soon after it ended by itself is the same one. Lights look at seven days: for three days
most of them are those in which it ended, so a value near its limit comes and goes and is still one trouble."""

Key = tuple[str, int, str, str]


@dataclass(frozen=True)
class Condition:
    """Something beyond its limit, as a refresh measured it in the days from `period_start` to `period_end`, included.

    `feature` is the feature, the metric of performance, the KPI's name, or empty (volume, explanation); `since` the
    first day of the run of days beyond the limit; `limit` the one it crossed; `method` the drift method or metric, an
    approval's status, None for others; `n` decisions in the period. `value` is finite, or None where it has none.
    """

    model: str
    version: int
    signal: Signal
    feature: str
    severity: Severity
    since: date
    value: float | None
    limit: float | None
    method: str | None
    period_start: date
    period_end: date
    n: int

    @property
    def key(self) -> Key:
        """What identifies an alert for as long as it lasts."""
        return (self.model, self.version, self.signal, self.feature)


@dataclass(frozen=True)
class Mark:
    """A line of an alert's history: the ledger's entry, its time, who did what, and what they wrote (or empty).

    `what` is an event, or what a person did: `acknowledged`, `assigned`, `snoozed`, `resolved`, `commented`. `detail`
    is the person it was assigned to, the time until which it is snoozed, the severity, or why it ended.
    """

    seq: int
    at: datetime
    actor: str
    what: str
    text: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Alert:
    """An alert as all entries of the ledger up to `last_seq` leave it. Get its state from `state_at`.

    `condition` is what the last event recorded; a refresh measures anew without recording it. `handling` is what people
    made of it last, and `handled_as` the severity that it had then. `assigned` is empty while it is left to whoever is
    on call. `acknowledged_at` is when somebody first acknowledged, snoozed or resolved it. `acted_by`, `acted_at` and
    `reason` (empty for nothing written) are of the last person who acted. `history` holds what was folded: all of it
    only when nothing was left out.
    """

    alert_id: str
    condition: Condition
    raised_at: datetime
    last_seq: int
    ended_at: datetime | None = None
    ended_because: Ending = ""
    handling: Literal["open", "acknowledged", "snoozed", "resolved"] = "open"
    handled_as: Literal["", "warning", "critical"] = ""
    assigned: str = ""
    snoozed_until: datetime | None = None
    acknowledged_at: datetime | None = None
    resolved_at: datetime | None = None
    acted_by: str = ""
    acted_at: datetime | None = None
    reason: str = ""
    reopened: int = 0
    history: tuple[Mark, ...] = ()

    @property
    def key(self) -> Key:
        """What it is about."""
        return self.condition.key

    @property
    def is_over(self) -> bool:
        """Whether it has ended by itself."""
        return self.ended_at is not None

    def state_at(self, now: datetime) -> State:
        """Its state; a snoozed one is open again from its time on."""
        if self.is_over:
            return "over"
        if self.handling == "snoozed" and not self.sleeps_at(now):
            return "open"
        return self.handling

    def sleeps_at(self, now: datetime) -> bool:
        """Whether somebody has snoozed it until later than `now`."""
        return self.handling == "snoozed" and self.snoozed_until is not None and now < self.snoozed_until

    def owner(self, on_call: str | None, operations: str | None) -> str | None:
        """Who has it: whoever it is assigned to, else who is on call for the model, else who runs it; None: nobody."""
        return self.assigned or on_call or operations or None


@dataclass(frozen=True)
class Change:
    """What a refresh has to record. `alert_id` is empty for one that is raised; `ending` for all but `ended`."""

    event: Event
    condition: Condition
    alert_id: str = ""
    ending: Ending = ""


def differences(
    alerts: Iterable[Alert],
    conditions: Iterable[Condition],
    complete: Mapping[str, int | None],
    now: datetime,
    signals: Collection[Signal] = MEASURED,
) -> list[Change]:
    """What has changed between the alerts there are, over ones too, and the conditions that were measured.

    `complete` names the models whose conditions are all there, with the version in service (None: none is): only their
    alerts of these `signals` end. Of two conditions with one key the worse counts.
    Measured again the same gives nothing.
    """
    latest = {alert.key: alert for alert in sorted(alerts, key=lambda one: one.raised_at)}
    measured = worst_of_each(conditions)
    found = [change for one in measured.values() if (change := _of_condition(one, latest.get(one.key), now))]
    looked_at = [alert for alert in latest.values() if alert.condition.signal in signals]
    gone = [alert for alert in looked_at if not alert.is_over and alert.key not in measured]
    return found + [_ended(alert, complete) for alert in gone if alert.condition.model in complete]


def worst_of_each(conditions: Iterable[Condition]) -> dict[Key, Condition]:
    """The conditions by their keys; of several with one key the worst."""
    found: dict[Key, Condition] = {}
    for one in sorted(conditions, key=lambda one: (one.key, one.severity == "critical")):
        found[one.key] = one
    return found


def _of_condition(condition: Condition, alert: Alert | None, now: datetime) -> Change | None:
    if alert is None or (alert.is_over and not _is_back(alert, now)):
        return Change("raised", condition)
    if alert.is_over:
        return Change("reopened", condition, alert.alert_id)
    if alert.condition.severity == condition.severity:
        return None
    return Change("worse" if condition.severity == "critical" else "better", condition, alert.alert_id)


def _is_back(alert: Alert, now: datetime) -> bool:
    soon = alert.ended_at is not None and now - alert.ended_at <= REOPEN_WITHIN
    return soon and alert.ended_because == "condition over"


def _ended(alert: Alert, complete: Mapping[str, int | None]) -> Change:
    same = complete[alert.condition.model] == alert.condition.version
    return Change("ended", alert.condition, alert.alert_id, "condition over" if same else "version out of service")


def after_event(alert: Alert, mark: Mark, condition: Condition, ending: Ending) -> Alert:
    """The alert after an event other than `raised`; `condition` is what was measured then, for `ended` the old one."""
    marked = replace(alert, last_seq=mark.seq, history=(*alert.history, mark))
    if mark.what == "ended":
        return replace(marked, ended_at=mark.at, ended_because=ending)
    changed = replace(marked, condition=condition)
    if mark.what == "better":
        return changed
    if _wakes(alert, mark.what):
        changed = replace(changed, handling="open", handled_as="", snoozed_until=None, resolved_at=None)
    if mark.what == "reopened":
        return replace(changed, ended_at=None, ended_because="", reopened=alert.reopened + 1)
    return changed


def _wakes(alert: Alert, event: str) -> bool:
    """Whether the event is more than what somebody put off or resolved; one that goes up and down again is not."""
    if event == "reopened":
        return alert.handling == "resolved"
    return alert.handling in ("resolved", "snoozed") and alert.handled_as == "warning"


def after_act(alert: Alert, mark: Mark, until: datetime | None = None) -> Alert:
    """The alert after a person did what `mark` says; `until` is the time of a snooze."""
    acted = replace(
        alert,
        last_seq=mark.seq,
        history=(*alert.history, mark),
        acted_by=mark.actor,
        acted_at=mark.at,
        reason=mark.text,
    )
    if mark.what == "assigned":
        return replace(acted, assigned=mark.detail)
    if mark.what == "commented":
        return acted
    seen = replace(
        acted,
        handled_as=alert.condition.severity,
        acknowledged_at=alert.acknowledged_at or mark.at,
        snoozed_until=until,
        resolved_at=None,
    )
    if mark.what == "resolved":
        return replace(seen, handling="resolved", resolved_at=mark.at)
    return replace(seen, handling="snoozed" if mark.what == "snoozed" else "acknowledged")


def of_row(row: Mapping[str, Any]) -> Alert:
    """The alert that a row of the snapshot's table `alerts` holds, by column; its history is not there and stays empty.

    The table's times are UTC without a zone.
    """
    condition = Condition(**{field.name: row[field.name] for field in fields(Condition)})
    return Alert(
        alert_id=row["alert_id"],
        condition=condition,
        raised_at=row["raised_at"].replace(tzinfo=UTC),
        last_seq=row["last_seq"],
        ended_at=_zoned(row["ended_at"]),
        ended_because=row["ended_because"] or "",
        handling=row["handling"],
        handled_as=row["handled_as"] or "",
        assigned=row["assigned"] or "",
        snoozed_until=_zoned(row["snoozed_until"]),
        acknowledged_at=_zoned(row["acknowledged_at"]),
        resolved_at=_zoned(row["resolved_at"]),
        acted_by=row["acted_by"] or "",
        acted_at=_zoned(row["acted_at"]),
        reason=row["reason"] or "",
        reopened=row["reopened"],
    )


def _zoned(at: datetime | None) -> datetime | None:
    return at.replace(tzinfo=UTC) if at is not None else None
