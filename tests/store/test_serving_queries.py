"""The readers of who is in service now."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tests.helpers.snapshots import publish_rows
from watchroom.store.queries.serving import Newest, leading, newest
from watchroom.store.snapshot import SnapshotStore


def test_of_versions_that_share_the_newest_day_each_is_in_service_and_the_busiest_leads(tmp_path: Path):
    rows = [("fraud", 2, 19, 900), ("fraud", 2, 20, 70), ("fraud", 3, 20, 30), ("fraud", 1, 3, 999), ("churn", 1, 4, 5)]
    made = [{"model": m, "version": v, "day": date(2026, 11, d), "decisions": n} for m, v, d, n in rows]
    publish_rows(tmp_path / "store", {"value_serving": made})
    with SnapshotStore(tmp_path / "store").lease() as snapshot:
        churn = Newest("churn", 1, date(2026, 11, 4), 5)
        two, three = (Newest("fraud", v, date(2026, 11, 20), n) for v, n in ((2, 70), (3, 30)))
        assert newest(snapshot) == (churn, two, three)
        assert leading(snapshot) == {"churn": churn, "fraud": two}
