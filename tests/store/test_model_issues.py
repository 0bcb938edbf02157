"""What of a model's targets and money a person should look at."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.helpers.snapshots import publish_rows
from watchroom.store.manifest import StoreFolder
from watchroom.store.queries.models import Issue, overview
from watchroom.store.snapshot import SnapshotStore

TODAY = datetime.now(UTC).date()
BEGUN = TODAY.replace(day=1)
LAST = (BEGUN - timedelta(1)).replace(day=1)


def month(first, net: float) -> dict[str, object]:
    end = (first + timedelta(31)).replace(day=1) - timedelta(1)
    return {"model": "fraud", "grain": "month", "period_start": first, "period_end": end, "net": net}


def alert(name: str, **more) -> dict[str, object]:
    return {"alert_id": name, "model": "fraud", "signal": "kpi", "feature": name, "severity": "critical"} | more


def found(folder: Path, **tables) -> list[Issue]:
    publish_rows(folder, {"models": [{"model": "fraud", "file": "models/fraud.yaml"}], **tables})
    with SnapshotStore(StoreFolder(folder).root).lease() as snapshot:
        (model,) = overview(snapshot)
    return [issue for issue in model.issues if issue.kind in ("kpi_beyond", "loses_money")]


def test_a_kpi_beyond_its_limit_is_looked_at_until_its_alert_ends(tmp_path: Path) -> None:
    over = alert("Caught", ended_at=datetime(2026, 1, 1))
    assert found(tmp_path / "a", alerts=[alert("Stopped"), over]) == [Issue("kpi_beyond", "Stopped")]
    assert found(tmp_path / "b", alerts=[over]) == []


def test_a_loss_of_the_last_whole_month_is_looked_at_and_not_one_of_before_or_of_now(tmp_path: Path) -> None:
    earlier = (LAST - timedelta(1)).replace(day=1)
    assert found(tmp_path / "a", value=[month(LAST, -120.5), month(earlier, 10)]) == [Issue("loses_money", "120.50")]
    assert found(tmp_path / "b", value=[month(LAST, 5), month(earlier, -9), month(BEGUN, -9)]) == []
