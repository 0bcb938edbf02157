"""A room with everything that a printed page tells: a model that has it all, one with nothing, one with odd names."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.ui.sample import HOSTILE, LONG
from tests.ui.value_sample import DEMAND, FRAUD, ODD, SILENT
from tests.ui.value_sample import rows as money_rows
from watchroom.domain.periods import Grain, span_of

TODAY = datetime.now(UTC).date()
NOW = datetime.now(UTC).replace(tzinfo=None)
BUSY, EMPTY, STRANGE = FRAUD.model, SILENT.model, LONG

Rows = dict[str, list[dict[str, Any]]]


def rows() -> Rows:
    """The rows of every table."""
    found = money_rows((FRAUD, DEMAND, ODD, SILENT))
    for row in found["models"]:
        if row["model"] == BUSY:
            row |= {"purpose": "Stops card payments that are likely to be fraud.", "tier": "high", "team": "Payments"}
        if row["model"] == STRANGE:
            row |= {"title": HOSTILE, "purpose": HOSTILE, "tier": "low", "team": HOSTILE}
    found |= {
        name: []
        for name in (
            "kpis",
            "kpi_values",
            "kpi_runs",
            "actions",
            "owners",
            "proposals",
            "proposal_voices",
            "events",
            "alerts",
            "health",
            "model_versions",
        )
    }
    _busy(found)
    for name in range(12):
        _kpi(found, STRANGE, f"{HOSTILE} {name}", name, [1.0, None, 3.0, 2.5], target=2.0, unit=HOSTILE)
    for number in range(9):
        _strange(found, number)
    _projects(found)
    return found


def _busy(found: Rows) -> None:
    _kpi(
        found,
        BUSY,
        "Good customers stopped",
        1,
        [0.7, 0.8, 0.9, 1.2, 1.4, 1.6],
        target=1.0,
        limit=2.0,
        unit="% of payments",
    )
    _kpi(
        found,
        BUSY,
        "Fraud caught",
        2,
        [66.0, 64.0, 61.0, 55.0, 47.0, 38.0],
        target=60.0,
        limit=40.0,
        better="higher",
        unit="% of fraud",
    )
    _kpi(found, BUSY, "Cost of a case", 3, [80.0, 70.0, 75.0, 72.0, 71.0, 69.0], target=75.0, unit="EUR")
    found["kpis"].append(
        {"model": BUSY, "kpi": "Complaints", "position": 4, "sql": "sum(complaint)", "unit": "a month"}
    )
    found["kpi_runs"].append({"model": BUSY, "kpi": "Complaints", "error": "It asks for a column `complaint`."})
    who = {
        "business": "sofia@example.com",
        "data_science": "aisha@example.com",
        "operations": "kwame@example.com",
        "on_call": "oncall@example.com",
    }
    found["owners"] += [{"model": BUSY, "role": role, "person": person} for role, person in who.items()]
    found["actions"] += [
        {
            "model": BUSY,
            "action": "roll back",
            "position": 1,
            "urgency": "now",
            "version": 2,
            "target_version": 1,
            "reason": "Version 2 has caught 38 % of the fraud, version 1 caught 61 % of the same payments.",
            "worth_per_month": 3120.0,
            "worth_low": 900.0,
            "worth_high": 5100.0,
            "decides_role": "business",
            "decides": "sofia@example.com",
            "page": "versions",
        },
        {
            "model": BUSY,
            "action": "move the threshold",
            "position": 2,
            "urgency": "soon",
            "version": 2,
            "cutoff": 0.42,
            "reason": "At 0.42 instead of 0.50 it would earn most.",
            "worth_per_month": 1210.0,
            "worth_low": 300.0,
            "worth_high": 2100.0,
            "decides_role": "operations",
            "page": "threshold",
        },
    ]
    found["proposals"].append(
        {
            "seq": 41,
            "at": NOW - timedelta(6),
            "actor": "aisha@example.com",
            "model": BUSY,
            "version": 2,
            "action": "retrain",
            "trigger": "AUC fell from 0.91 to 0.84 in eight weeks.",
            "worth_per_month": 2500.0,
            "due": TODAY + timedelta(12),
            "state": "open",
        }
    )
    found["proposal_voices"] += [
        {"proposal": 41, "role": role, "voice": voice, "seq": 42 + n, "at": NOW, "actor": role, "reason": ""}
        for n, (role, voice) in enumerate({"data_science": "for", "operations": "against"}.items())
    ]
    last = last_month()
    found["events"].append(
        {
            "seq": 50,
            "at": NOW,
            "actor": "sofia@example.com",
            "title": "New checkout",
            "first_day": last,
            "last_day": last + timedelta(3),
            "models": [BUSY],
            "text": "Everybody.",
        }
    )
    found["health"].append(
        {
            "model": BUSY,
            "version": 2,
            "light": "failing",
            "drift": "drifted",
            "quality": "stable",
            "performance": "failing",
            "volume": "stable",
            "reason": "AUC 0.78 is below 0.80.",
            "period_start": TODAY - timedelta(7),
            "period_end": TODAY - timedelta(1),
            "n": 2800,
        }
    )
    found["alerts"].append(
        {
            "alert_id": "a1",
            "model": BUSY,
            "version": 2,
            "signal": "drift",
            "feature": "amount",
            "severity": "critical",
            "since": TODAY - timedelta(9),
            "raised_at": NOW,
            "value": 0.312,
            "limit": 0.25,
            "method": "psi",
            "state": "acknowledged",
            "owner": "oncall@example.com",
        }
    )
    found["model_versions"] += [
        {"name": BUSY, "version": 1, "created_at": NOW - timedelta(230), "description": "The first one."},
        {"name": BUSY, "version": 2, "created_at": NOW - timedelta(115), "description": "Learned from the spring."},
    ]


def _strange(found: Rows, number: int) -> None:
    """One more of everything, with names that would run, break a page or never end."""
    text = f"{HOSTILE} {'and on ' * 60}{number}"
    found["actions"].append(
        {
            "model": STRANGE,
            "action": f"{text[:50]}{number}",
            "position": number,
            "urgency": "soon",
            "reason": text,
            "decides": text,
            "decides_role": "business",
            "worth_per_month": -1e15,
        }
    )
    found["proposals"].append(
        {
            "seq": 900 + number,
            "at": NOW,
            "actor": text,
            "model": STRANGE,
            "action": text[:60],
            "trigger": text,
            "state": "open",
        }
    )
    found["events"].append(
        {
            "seq": 700 + number,
            "at": NOW,
            "actor": text,
            "title": text,
            "first_day": last_month(),
            "last_day": last_month(),
            "models": [STRANGE],
            "text": text,
        }
    )
    found["alerts"].append(
        {
            "alert_id": f"s{number}",
            "model": STRANGE,
            "version": 1,
            "signal": "drift",
            "feature": text,
            "severity": "warning",
            "since": TODAY,
            "raised_at": NOW,
            "value": float("nan"),
            "limit": 1e300,
            "method": "psi",
            "state": "open",
            "owner": text,
        }
    )
    if number < 6:
        role = ("business", "data_science", "operations", "reviewer", "on_call", "deputy")[number]
        found["owners"].append({"model": STRANGE, "role": role, "person": text})


def _projects(found: Rows) -> None:
    """How far models came, and three releases of which the second failed."""
    long_ago = NOW - timedelta(300)
    stages = {BUSY: "champion", DEMAND.model: "healthy", STRANGE: "approved", EMPTY: "registered"}
    why = {BUSY: "Version 2 is in service and failing: AUC 0.78 is below 0.80.", STRANGE: HOSTILE * 4}
    found["projects"] = [
        {
            "kind": "model",
            "project": model,
            "started_at": long_ago,
            "registered_at": long_ago,
            "champion_at": NOW - timedelta(200) if stage in ("champion", "healthy") else None,
            "stage": stage,
            "stops_because": why.get(model),
        }
        for model, stage in stages.items()
    ]
    found["projects"].append(
        {"kind": "experiment", "project": "idea", "experiment_id": "7", "started_at": long_ago, "stage": "started"}
    )
    found["releases"] = [
        {
            "model": BUSY,
            "position": position,
            "version": position,
            "at": NOW - timedelta(age),
            "dated": True,
            "by": "both",
            "lead_hours": 24.0 * lead,
            "is_rollback": False,
            "watched": True,
            "failed": failed,
            "failed_because": "critical alert" if failed else None,
            "restore_hours": 50.0 if failed else None,
        }
        for position, (age, lead, failed) in enumerate(((200, 9, False), (60, 12, True), (3, 7, None)), 1)
    ]
    found["volume"] = [{"model": BUSY, "version": 1, "day": TODAY - timedelta(200), "decisions": 10}]


def last_month() -> date:
    """The first day of the last whole month."""
    return span_of("month", TODAY.replace(day=1) - timedelta(1))[0]


def _kpi(
    found: Rows,
    model: str,
    name: str,
    position: int,
    values: list[float | None],
    *,
    target: float,
    limit: float | None = None,
    better: str = "lower",
    unit: str,
) -> None:
    """A KPI with its values of the last months and weeks that are over, the newest last."""
    said = {"model": model, "kpi": name, "target": target, "limit": limit, "better": better}
    found["kpis"].append({**said, "position": position, "sql": "avg(1)", "unit": unit, "owner": "sofia@example.com"})
    grains: tuple[Grain, ...] = ("month", "week")
    for grain in grains:
        day = TODAY
        for value in reversed(values):
            start, end = span_of(grain, span_of(grain, day)[0] - timedelta(1))
            found["kpi_values"].append(
                {
                    **said,
                    "grain": grain,
                    "period_start": start,
                    "period_end": end,
                    "value": value,
                    "n": 9025,
                    "decisions": 14591,
                    "status": _status(value, target, limit, better),
                }
            )
            day = start


def _status(value: float | None, target: float, limit: float | None, better: str) -> str:
    if value is None:
        return "no data"
    sign = 1 if better == "higher" else -1
    if sign * (value - target) >= 0:
        return "on target"
    return "off target" if limit is None or sign * (value - limit) >= 0 else "beyond limit"
