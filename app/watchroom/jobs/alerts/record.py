"""The alert step: what was measured, compared with the alerts that the ledger holds, and the table of the snapshot.

Sending word of it is in `notify`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from watchroom.domain.alerts import Alert, Condition
from watchroom.errors import LedgerError
from watchroom.ledger import Ledger
from watchroom.ledger.alerts import Recorded, record, with_conditions
from watchroom.ledger.alerts import alerts as read_alerts
from watchroom.sources.tracking.contract import Problem
from watchroom.store.draft import Draft
from watchroom.store.schema import TABLES

KEPT_DAYS = 365
"""How long a snapshot lists an alert that is over: a year, so that a season can be compared with the last one. The
ledger keeps all."""

_MEASURED = ("value", "limit", "method", "since", "period_start", "period_end", "n")


@dataclass(frozen=True)
class About:
    """What the workspace says of a model that somebody who gets its alert needs; None is unknown."""

    title: str
    on_call: str | None = None
    operations: str | None = None
    runbook: str | None = None
    kpi_owners: Mapping[str, str] = field(default_factory=dict)
    """Who answers for a KPI, by its name."""
    reviewer: str | None = None

    def first(self, condition: Condition) -> str | None:
        """Who has an alert about that before anybody took it: who answers for the KPI, who reviews, or is on call."""
        answers = {"kpi": self.kpi_owners.get(condition.feature), "approval": self.reviewer}
        return answers.get(condition.signal) or self.on_call


@dataclass(frozen=True)
class AlertsResult:
    """What the step did: how many alerts changed in which way, every alert there is, and what went wrong.

    `head` is the last entry of the ledger that the alerts can hold, for the snapshot to remember; None when the ledger
    could not be read.
    `appended` says whether the ledger took what there was to record, were it nothing: only then may more be written.
    """

    raised: int = 0
    reopened: int = 0
    worse: int = 0
    better: int = 0
    ended: int = 0
    alerts: tuple[Alert, ...] = ()
    about: Mapping[str, About] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    head: tuple[int, str] | None = None
    appended: bool = False

    @property
    def detail(self) -> str:
        """The counts in words, for the table of the refresh's steps."""
        if self.problems:
            return "the ledger could not be read or written"
        counts = {"new": self.raised, "back": self.reopened, "worse": self.worse, "better": self.better}
        told = [f"{name}: {count:,}" for name, count in {**counts, "over": self.ended}.items() if count]
        return ", ".join(told) or "nothing new"


def record_alerts(
    draft: Draft,
    ledger: Ledger,
    conditions: Sequence[Condition],
    complete_models: Mapping[str, int | None],
    *,
    append: bool = True,
    now: datetime | None = None,
) -> AlertsResult:
    """Record in the ledger what changed, and fill the table `alerts`; a ledger that fails is a problem, never raised.

    `complete_models` are those whose conditions are all there, with the version in service (None when none is); the
    alerts of others go on. Call it when the draft's `room` part holds the models and their owners. Without `append`,
    for a ledger that is not to be written, the table says what it holds. When it cannot be read, the table keeps the
    rows of the snapshot before.
    """
    now = now or datetime.now(UTC)
    about = _about(draft)
    try:
        if append:
            recorded = record(ledger, conditions, complete_models, now=now)
        else:
            head = ledger.head()  # before the read: what comes in between is read again, never left out
            recorded = Recorded((), tuple(read_alerts(ledger)), head)
    except LedgerError as error:
        _keep_rows(draft)
        problem = Problem("ledger", "error", "ledger, alerts", error.what, error.why, error.next_step)
        return AlertsResult(about=about, problems=(problem,))
    measured = tuple(with_conditions(_as_before(draft, recorded.alerts), conditions))
    fill_alerts(draft, measured, about, now)
    counts = Counter(change.event for change, _ in recorded.changes)
    return AlertsResult(
        raised=counts["raised"],
        reopened=counts["reopened"],
        worse=counts["worse"],
        better=counts["better"],
        ended=counts["ended"],
        alerts=measured,
        about=about,
        head=(recorded.head.seq, recorded.head.hash),
        appended=append,
    )


def fill_alerts(draft: Draft, alerts: Iterable[Alert], about: Mapping[str, About], now: datetime) -> None:
    """Write the table `alerts` anew: all that last, and those that ended in the last `KEPT_DAYS` days."""
    draft.writable("health")
    draft.connection.execute("delete from health.alerts")
    since = now - timedelta(days=KEPT_DAYS)
    kept = [alert for alert in alerts if alert.ended_at is None or alert.ended_at > since]
    draft.insert("alerts", [_row(alert, about.get(alert.condition.model), now) for alert in kept])


def _row(alert: Alert, about: About | None, now: datetime) -> tuple[object, ...]:
    condition, about = alert.condition, about or About(alert.condition.model)
    state = alert.state_at(now)
    return (
        alert.alert_id,
        condition.model,
        condition.version,
        condition.signal,
        condition.feature,
        condition.severity,
        condition.since,
        _naive(alert.raised_at),
        _naive(alert.ended_at),
        condition.value,
        condition.limit,
        condition.method,
        condition.period_start,
        condition.period_end,
        condition.n,
        state,
        alert.owner(about.first(condition), about.operations),
        _naive(alert.snoozed_until) if state == "snoozed" else None,
        alert.reason or None,
        about.runbook,
        alert.assigned or None,
        _naive(alert.acknowledged_at),
        _naive(alert.resolved_at),
        alert.ended_because or None,
        alert.handling,
        alert.handled_as or None,
        alert.acted_by or None,
        _naive(alert.acted_at),
        alert.reopened,
        alert.last_seq,
    )


def _keep_rows(draft: Draft) -> None:
    """Where the part is made anew, what the snapshot before said is better than nothing."""
    if draft.is_own("health") and not draft.connection.execute("from health.alerts limit 1").fetchall():
        draft.insert("alerts", draft.rows_before("alerts"))


def _as_before(draft: Draft, alerts: Iterable[Alert]) -> list[Alert]:
    """The alerts with what the snapshot before had measured: mostly later than what their last change recorded."""
    names = TABLES["alerts"].column_names
    rows = [dict(zip(names, row, strict=True)) for row in draft.rows_before("alerts")]
    before = {row["alert_id"]: {name: row[name] for name in _MEASURED} for row in rows}
    return [_newer(alert, before.get(alert.alert_id)) for alert in alerts]


def _newer(alert: Alert, before: Mapping[str, Any] | None) -> Alert:
    if before is None or before["period_end"] < alert.condition.period_end:
        return alert
    return replace(alert, condition=replace(alert.condition, **before))


def _about(draft: Draft) -> dict[str, About]:
    owners: dict[tuple[str, str], str] = {
        (model, role): person
        for model, role, person in draft.connection.execute("select model, role, person from room.owners").fetchall()
    }
    kpis: dict[str, dict[str, str]] = {}
    for model, kpi, owner in draft.connection.execute(_KPI_OWNERS).fetchall():
        kpis.setdefault(model, {})[kpi] = owner
    rows = draft.connection.execute("select model, title, runbook from room.models").fetchall()
    return {
        model: About(
            title or model,
            owners.get((model, "on_call")),
            owners.get((model, "operations")),
            runbook,
            kpis.get(model, {}),
            owners.get((model, "reviewer")),
        )
        for model, title, runbook in rows
    }


_KPI_OWNERS = "select model, kpi, owner from room.kpis where owner is not null"


def _naive(at: datetime | None) -> datetime | None:
    """UTC without its zone, as the snapshot's tables keep it."""
    return at.astimezone(UTC).replace(tzinfo=None) if at is not None else None
