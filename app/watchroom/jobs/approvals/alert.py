"""The alert of a version that serves without a valid approval."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from watchroom.domain.alerts import Alert, Condition, Key, Signal
from watchroom.domain.lights import Severity
from watchroom.errors import LedgerError
from watchroom.jobs.alerts.record import AlertsResult, fill_alerts
from watchroom.ledger import Ledger
from watchroom.ledger.alerts import record, with_conditions
from watchroom.sources.tracking.contract import Problem
from watchroom.store.draft import Draft

SIGNAL: Signal = "approval"

_UNAPPROVED = """
    select s.model, s.version, a.status, s.tier in ('critical', 'high') and not p.assumed
    from checks.check_subjects s
    join checks.approval_states a on a.model = s.model and a.version = s.version and a.stage = 'deploy'
    join room.model_policies p on p.model = s.model
    where s.is_champion and a.status <> 'approved' order by all"""


def raise_approval_alerts(draft: Draft, ledger: Ledger, result: AlertsResult) -> AlertsResult:
    """Raise and end the alerts of champions without a valid approval, and fill `alerts` with them beside the others.

    `result` is what recording the measured alerts gave; where that could not be written, nothing is. It is critical at
    the tiers critical and high, where these are assessed.
    """
    if not result.appended:
        return result
    now = draft.made_at
    conditions = _conditions(draft, {one.key: one for one in result.alerts if not one.is_over}, now.date())
    try:
        recorded = record(ledger, conditions, _champions(draft), now=now, signals=(SIGNAL,))
    except LedgerError as error:
        problem = Problem("ledger", "error", "ledger, alerts", error.what, error.why, error.next_step)
        return replace(result, problems=(*result.problems, problem))
    measured = {one.alert_id: one.condition for one in result.alerts}
    known = [replace(one, condition=measured.get(one.alert_id, one.condition)) for one in recorded.alerts]
    every = tuple(with_conditions(known, conditions))
    fill_alerts(draft, every, result.about, now)
    counts = Counter(change.event for change, _ in recorded.changes)
    return replace(
        result,
        raised=result.raised + counts["raised"],
        reopened=result.reopened + counts["reopened"],
        worse=result.worse + counts["worse"],
        better=result.better + counts["better"],
        ended=result.ended + counts["ended"],
        alerts=every,
        head=(recorded.head.seq, recorded.head.hash),
    )


def _conditions(draft: Draft, open_now: Mapping[Key, Alert], today: date) -> list[Condition]:
    found = [_condition(row, today) for row in draft.connection.execute(_UNAPPROVED).fetchall()]
    return [
        replace(one, since=since, period_start=since) if (since := _since(open_now.get(one.key))) else one
        for one in found
    ]


def _since(alert: Alert | None) -> date | None:
    return alert.condition.since if alert else None


def _condition(row: tuple[str, int, str, bool], today: date) -> Condition:
    model, version, status, grave = row
    severity: Severity = "critical" if grave else "warning"
    return Condition(model, version, SIGNAL, "", severity, today, None, None, status, today, today, 0)


def _champions(draft: Draft) -> dict[str, int | None]:
    """The version in service of every model that is checked; None where none is."""
    rows = draft.connection.execute(
        "select model, max(version) filter (is_champion) from checks.check_subjects group by model"
    ).fetchall()
    return dict(rows)
