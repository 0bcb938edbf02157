"""What the snapshot holds of one decision, and of what was live when it was made."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.explained import explained_rows, served
from tests.helpers.snapshots import publish_rows
from watchroom.store.queries import decision as queries
from watchroom.store.snapshot import Snapshot, SnapshotStore

MONTH, NEXT = date(2026, 9, 1), date(2026, 10, 1)
MODEL = "card-fraud"
DAY = date(2026, 10, 4)

Open = Callable[..., Snapshot]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    """Publishes rows and gives the snapshot."""
    held: list[Any] = []

    def publish(tables: dict[str, list[dict[str, Any]]]) -> Snapshot:
        publish_rows(tmp_path / "store", tables)
        store = SnapshotStore(tmp_path / "store")
        lease = store.lease()
        held.append((lease, store))
        return lease.__enter__()

    yield publish
    for lease, store in held:
        lease.__exit__(None, None, None)
        store.close()


def explained() -> dict[str, list[dict[str, Any]]]:
    months = {None: served(1, 30, None), MONTH: served(2, 40, MONTH), NEXT: served(3, 50, NEXT)}
    return explained_rows(MODEL, {1: months, 2: {NEXT: served(3, 50, NEXT, tilt=0.5)}})


class TestADecisionOfTheSample:
    def test_it_comes_as_every_version_explained_it(self, opened: Open):
        found = queries.sampled(opened(explained()), model=MODEL, prediction_id="d-2610-00003")
        assert [one.case.version for one in found] == [1, 2]
        for one in found:
            assert one.case.id == "d-2610-00003"
            assert set(one.case.inputs) == {*(part.feature for part in one.explanation.parts), "age_band"}
            assert one.explanation.missing == pytest.approx(0, abs=1e-12)

    def test_its_inputs_and_what_they_added_are_its_own(self, opened: Open):
        block = served(2, 40, MONTH)
        (found,) = queries.sampled(opened(explained()), model=MODEL, prediction_id="d-2609-00007")
        amount = found.explanation.part("amount")
        assert amount is not None
        assert (amount.value, amount.added) == pytest.approx((block.inputs["amount"][7], block.shap["amount"][7]))
        assert found.case.inputs["region"] == block.inputs["region"][7]
        assert found.explanation.output == pytest.approx(block.output[7])

    def test_the_largest_comes_first(self, opened: Open):
        (found,) = queries.sampled(opened(explained()), model=MODEL, prediction_id="d-2609-00007")
        sizes = [abs(part.added) for part in found.explanation.parts]
        assert sizes == sorted(sizes, reverse=True)

    @pytest.mark.parametrize("missing", ["nobody", "", "d-2609-0000", "'; drop table runs; --"])
    def test_an_id_that_is_not_in_it_gives_nothing(self, opened: Open, missing: str):
        assert queries.sampled(opened(explained()), model=MODEL, prediction_id=missing) == ()

    def test_a_boolean_comes_as_one(self, opened: Open):
        rows = explained()
        rows["profile_features"] = [{"model": MODEL, "version": 1, "feature": "urgent", "kind": "category"}]
        rows["profile_bins"] = [{"model": MODEL, "version": 1, "feature": "urgent", "bin": place, "value": value}
                                for place, value in enumerate(("false", "true"))]  # fmt: skip
        (found,) = queries.sampled(opened(rows), model=MODEL, prediction_id="d-2609-00007")
        assert found.case.inputs["urgent"] in (True, False)
        assert isinstance(found.case.inputs["urgent"], bool)


class TestTheSample:
    def test_it_has_the_newest_decisions_with_the_inputs_asked_for(self, opened: Open):
        found = queries.sample(opened(explained()), model=MODEL, version=1, features=("amount", "region", "tenure"))
        assert len(found.ids) == 90
        assert found.ids[0] == "d-2610-00049"
        assert (found.number_names, found.text_names) == (("amount", "tenure"), ("region",))
        block = served(3, 50, NEXT)
        assert found.numbers[0] == pytest.approx([block.inputs["amount"][49], block.inputs["tenure"][49]], nan_ok=True)
        assert found.texts[0][0] == block.inputs["region"][49]

    def test_the_reference_has_rows_of_its_own(self, opened: Open):
        found = queries.sample(opened(explained()), model=MODEL, version=1, features=("amount",), reference=True)
        assert len(found.ids) == 30
        assert sorted(found.numbers[:, 0]) == pytest.approx(sorted(served(1, 30, None).inputs["amount"]))

    def test_without_a_sample_it_is_empty(self, opened: Open):
        found = queries.sample(opened({}), model=MODEL, version=1, features=("amount",))
        assert (found.ids, found.numbers.shape) == ((), (0, 1))

    def test_whether_numbers_are_whole_is_known(self, opened: Open):
        rows = explained()
        rows["profile_features"] = [{"model": MODEL, "version": 1, "feature": name, "kind": "number",
                                     "distinct_values": 9} for name in ("amount", "urgent")]  # fmt: skip
        found = queries.spreads(opened(rows), model=MODEL, version=1)
        assert (found["amount"].whole, found["urgent"].whole, found["amount"].distinct) == (False, True, 9)


def event(seq: int, day: int, kind: str, version: int | None, name: str = "champion") -> dict[str, Any]:
    return {"seq": seq, "seen_at": datetime(2026, 9, day), "event": kind, "model": MODEL, "version": version,
            "name": name}  # fmt: skip


def champions(*days: tuple[int, int]) -> list[dict[str, Any]]:
    """What the profile step notes: since which day of September which version was champion."""
    value = json.dumps([(datetime(2026, 9, day).isoformat(), version) for day, version in days])
    return [{"model": MODEL, "key": "champions", "value": value}]


class TestWhatWasLive:
    EVENTS = (
        event(1, 5, "alias_set", 1),
        event(2, 6, "alias_set", 2, "challenger"),
        event(3, 10, "alias_moved", 2),
        event(4, 10, "alias_removed", None, "challenger"),
        event(5, 20, "alias_moved", 3),
    )

    @pytest.mark.parametrize(
        ("day", "version", "champion", "aliases", "seen"),
        [
            (1, 1, 1, ("champion",), False),
            (7, 2, 1, ("challenger",), True),
            (12, 2, 2, ("champion",), True),
            (12, 1, 2, (), True),
            (28, 3, 3, ("champion",), True),
        ],
    )
    def test_who_was_champion_at_a_moment(
        self, opened: Open, day: int, version: int, champion: int, aliases: tuple[str, ...], seen: bool
    ):
        snapshot = opened({"registry_events": list(self.EVENTS), "profile_notes": champions((5, 1), (10, 2), (20, 3))})
        found = queries.reign(snapshot, model=MODEL, version=version, at=datetime(2026, 9, day, 12))
        assert (found.champion, found.aliases, found.seen) == (champion, aliases, seen)

    @pytest.mark.parametrize(("day", "champion"), [(1, 7), (4, 1), (28, 1)])
    def test_the_champion_is_the_one_that_decisions_were_counted_for(self, opened: Open, day: int, champion: int):
        events = [event(1, 5, "alias_set", 1), event(2, 20, "alias_removed", None)]
        snapshot = opened({"registry_events": events, "profile_notes": champions((2, 7), (3, 1))})
        found = queries.reign(snapshot, model=MODEL, version=1, at=datetime(2026, 9, day, 12))
        assert (found.champion, found.aliases) == (champion, ("champion",) if champion == 1 else ())

    def test_without_a_history_nobody_is_said_to_have_been_champion(self, opened: Open):
        found = queries.reign(opened({}), model=MODEL, version=1, at=datetime(2026, 9, 1))
        assert (found.champion, found.aliases, found.seen) == (None, (), False)

    def test_the_run_its_commit_and_its_data(self, opened: Open):
        snapshot = opened(
            {
                "model_versions": [{"name": MODEL, "version": 1, "run_id": "a", "flavors": ["lightgbm"]}],
                "runs": [
                    {"run_id": "a", "name": "grid", "commit": "c0ffee", "dirty": True, "lifecycle_stage": "deleted"}
                ],
                "run_inputs": [
                    {"run_id": "a", "name": "test", "digest": "d2", "context": "validation"},
                    {"run_id": "a", "name": "cards", "digest": "d1", "context": "training"},
                ],
            }
        )
        found = queries.live(snapshot, model=MODEL, version=1)
        assert found is not None
        assert (found.run_name, found.commit, found.dirty, found.run_deleted) == ("grid", "c0ffee", True, True)
        assert found.data == (("cards", "d1", "training"), ("test", "d2", "validation"))
        assert queries.live(snapshot, model=MODEL, version=9) is None

    def test_health_is_of_the_seven_days_that_end_with_the_day(self, opened: Open):
        window = {"model": MODEL, "version": 1, "grain": "last_7_days", "period_end": DAY}
        rows = {
            "drift": [
                {**window, "feature": "a", "value": 0.3, "drifted": 0.25, "status": "drifted"},
                {**window, "feature": "b", "value": 0.9, "drifted": 0.25, "status": "drifted"},
                {**window, "feature": "c", "value": 0.0, "drifted": 0.25, "status": "stable"},
                {**window, "feature": "c", "value": 9.0, "drifted": 0.25, "status": "drifted", "period_end": MONTH},
            ],
            "quality": [{**window, "feature": "a", "status": "watch"}],
            "performance": [
                {**window, "metric": "roc_auc", "kind": "realized", "value": 0.7, "watch": 0.8, "status": "failing",
                 "n_labelled": 40},
                {**window, "metric": "brier", "kind": "realized", "value": 0.2, "status": "stable", "n_labelled": 40},
            ],
            "volume": [{"model": MODEL, "version": 1, "day": DAY, "decisions": 77}],
        }  # fmt: skip
        found = queries.that_day(opened(rows), model=MODEL, version=1, day=DAY)
        assert (found.drifted, found.features, found.drift) == (("b", "a"), 3, "drifted")
        assert found.metric == ("roc_auc", 0.7, "failing", 40)
        assert (found.quality, found.light, found.decisions) == ("watch", "failing", 77)

    @pytest.mark.parametrize(
        ("since", "ended", "version", "open_then"),
        [
            (date(2026, 10, 1), None, 1, True),
            (date(2026, 10, 1), datetime(2026, 10, 4, 6), 1, False),
            (date(2026, 10, 1), datetime(2026, 10, 9), 1, True),
            (date(2026, 10, 5), None, 1, False),
            (date(2026, 10, 1), None, None, True),
            (date(2026, 10, 1), None, 2, False),
        ],
    )
    def test_the_alerts_are_those_that_lasted_on_that_day(
        self, opened: Open, since: date, ended: datetime | None, version: int | None, open_then: bool
    ):
        alert = {"alert_id": "x", "model": MODEL, "version": version, "signal": "drift", "feature": "a",
                 "severity": "critical", "since": since, "ended_at": ended}  # fmt: skip
        found = queries.that_day(opened({"alerts": [alert]}), model=MODEL, version=1, day=DAY)
        assert found.alerts == ((("drift", "a", "critical", since),) if open_then else ())
