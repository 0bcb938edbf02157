"""What should be done next, read over all models: in the order of each model's own list."""

from __future__ import annotations

from pathlib import Path

from tests.helpers.snapshots import publish_rows
from watchroom.domain.actions_types import Action, Money
from watchroom.store.queries import actions as queries
from watchroom.store.snapshot import SnapshotStore

ADVICE = (
    Action("retrain", "now", "", ""),
    Action("promote the challenger", "now", "", "", Money(900.0, -100.0, 1900.0)),
    Action("move the threshold", "now", "", "", Money(400.0, 200.0, 600.0)),
    Action("roll back", "now", "", "", Money(500.0, 200.0, 600.0)),
    Action("mend what feeds it", "now", "", ""),
    Action("agree on targets", "soon", "", ""),
)


def test_over_all_models_the_order_is_that_within_a_model(tmp_path: Path):
    rows = [
        {"model": f"m{place}", "action": one.action, "position": 1, "urgency": one.urgency, "reason": "", "page": "",
         "decides_role": "business", "worth_per_month": one.worth.more if one.worth else None,
         "worth_low": one.worth.low if one.worth else None}
        for place, one in enumerate(ADVICE)
    ]  # fmt: skip
    publish_rows(tmp_path / "store", {"actions": rows})
    store = SnapshotStore(tmp_path / "store")
    with store.lease() as snapshot:
        found = [one.action for one in queries.actions(snapshot)]
    store.close()
    assert found == [one.action for one in sorted(ADVICE, key=lambda one: one.rank)]
    assert found[:3] == ["mend what feeds it", "roll back", "move the threshold"]
