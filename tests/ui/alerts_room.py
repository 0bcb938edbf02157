"""A workspace with a real ledger that knows the sample's alerts, and a snapshot that was made from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.helpers.snapshots import publish_rows
from tests.ui import sample_alerts
from watchroom.domain.alerts import Alert, Condition
from watchroom.ledger import Ledger
from watchroom.ledger import alert_acts as acts
from watchroom.ledger.alerts import alert, alerts, record

CY = acts.Person("cy@x", ("operations",))


@dataclass(frozen=True)
class AlertsRoom:
    """The workspace's folder, its ledger, and the ledger's id of each of the sample's open alerts."""

    folder: Path
    ledger: Ledger
    ids: Mapping[str, str]

    @property
    def store(self) -> Path:
        """Where its snapshot is."""
        return self.folder / "store"

    def alert(self, name: str) -> Alert:
        """One of the sample's alerts as the ledger has it now."""
        found = alert(self.ledger, self.ids[name])
        assert found is not None
        return found


def alerts_room(folder: Path, **changed: list[dict[str, Any]]) -> AlertsRoom:
    """The sample's alerts, raised in a ledger and handled as their states say, then published."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "watchroom.yaml").write_text("time_zone: Europe/London\n", encoding="utf-8")
    ledger = Ledger.open(f"sqlite:///{folder / 'ledger.db'}", create=True)
    rows = sample_alerts.rows() | changed
    lasting = [row for row in rows["alerts"] if row["ended_at"] is None]
    recorded = record(ledger, [_condition(row) for row in lasting], {})
    by_key = {found.key: found.alert_id for found in recorded.alerts}
    ids = {row["alert_id"]: by_key[_condition(row).key] for row in lasting}
    for row in lasting:
        _handle(ledger, ids[row["alert_id"]], row)
    held = {found.alert_id: found for found in alerts(ledger)}
    rows["alerts"] = [_row(row, held.get(ids.get(row["alert_id"], ""))) for row in rows["alerts"]]
    head = ledger.head()
    publish_rows(folder / "store", rows, ledger_head=(head.seq, head.hash))
    return AlertsRoom(folder, ledger, ids)


def _condition(row: Mapping[str, Any]) -> Condition:
    names = ("model", "version", "signal", "feature", "severity", "since", "value", "limit", "method", "n")
    return Condition(
        **{name: row[name] for name in names}, period_start=row["period_start"], period_end=row["period_end"]
    )


def _row(row: Mapping[str, Any], held: Alert | None) -> dict[str, Any]:
    """The sample's row with what the ledger says of it, as a refresh writes it."""
    if held is None:
        return dict(row)
    told = ("alert_id", "raised_at", "handling", "handled_as", "snoozed_until", "acknowledged_at", "last_seq")
    found = {name: getattr(held, name) or None for name in told}
    naive = {name: at.replace(tzinfo=None) for name, at in found.items() if isinstance(at, datetime)}
    return {**row, **found, **naive}


def _handle(ledger: Ledger, alert_id: str, row: Mapping[str, Any]) -> None:
    found = alert(ledger, alert_id)
    assert found is not None
    if row["state"] == "acknowledged":
        acts.acknowledge(ledger, alert_id, CY, seen=found.last_seq)
    if row["state"] == "snoozed":
        until = (row["snoozed_until"] or sample_alerts.NOW + timedelta(2)).replace(tzinfo=UTC)
        acts.snooze(ledger, alert_id, CY, seen=found.last_seq, until=until, text=row["reason"] or "")
