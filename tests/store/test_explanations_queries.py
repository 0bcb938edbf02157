"""What the refresh worked out of explanations is read as it stands, and nothing later than the snapshot for now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.helpers.explained import explained_rows, months_before, refused_row, served
from tests.helpers.snapshots import publish_rows
from watchroom.domain import attribution
from watchroom.store.queries import explanations, features
from watchroom.store.snapshot import Snapshot, SnapshotStore

TODAY = datetime.now(UTC).date()
BEFORE, NOW = months_before(TODAY, 2)
LATER = (NOW + timedelta(40)).replace(day=1)
SECOND = {None: served(1, 150, None), BEFORE: served(2, 120, BEFORE), NOW: served(3, 130, NOW, tilt=0.9)}
LATE = served(4, 110, LATER)


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    store = tmp_path_factory.mktemp("explanations") / "store"
    rows = explained_rows("fraud", {1: {BEFORE: served(5, 100, BEFORE)}, 2: {**SECOND, LATER: LATE}})
    rows["explanations"].append(refused_row("fraud", 3))
    rows["explanations"].append(refused_row("refused", 1))
    for name, more in explained_rows("only-reference", {1: {None: served(6, 120, None)}}).items():
        rows[name] += more
    names = ("fraud", "only-reference", "refused", "nothing")
    rows["models"] = [{"model": name, "title": name.capitalize()} for name in names]
    rows["aliases"] = [{"name": name, "alias": "champion", "version": 2 if name == "fraud" else 1} for name in names]
    rows["profile_features"] = [
        {"model": "fraud", "version": 2, "feature": feature, "kind": "number", "n": 10, "missing": 0}
        for feature in ("amount", "not_an_input")
    ] + [{"model": "refused", "version": 1, "feature": "amount", "kind": "number", "n": 10, "missing": 0}]
    publish_rows(store, rows)
    with SnapshotStore(store).lease() as found:
        yield found


def share_of(feature: str, of: object = SECOND[NOW]) -> float:
    weights = attribution.weights(tuple(of.shap), of.matrix)  # type: ignore[attr-defined]
    return next(weight.share for weight in weights if weight.feature == feature)


def test_versions_stand_with_how_they_were_explained_the_newest_first(snapshot: Snapshot):
    found = explanations.versions(snapshot, model="fraud")
    assert [(one.version, one.status, one.shown) for one in found] == [
        (3, "refused", False), (2, "explained", True), (1, "explained", True),
    ]  # fmt: skip
    assert (found[1].first, found[1].last) == (BEFORE, NOW)
    assert "explain.trust" in found[0].next_step
    assert explanations.versions(snapshot, model="nothing") == ()


def test_every_model_stands_with_its_three_drivers_and_whether_they_changed(snapshot: Snapshot):
    every = explanations.every(snapshot).set_index("model")
    assert list(every.index) == ["fraud", "nothing", "only-reference", "refused"]
    fraud = every.loc["fraud"]
    top = attribution.weights(tuple(SECOND[NOW].shap), SECOND[NOW].matrix)[:3]
    assert list(fraud["drivers"]) == [weight.feature for weight in top]
    assert list(fraud["shares"]) == pytest.approx([weight.share for weight in top])
    assert (fraud["version"], fraud["change"]) == (2, "drifted")
    assert next(iter(every.loc["only-reference", "drivers"])) == "amount"
    assert every.loc["refused", "status"] == "refused"
    assert every["version"].isna().to_dict()["nothing"]


def test_the_weight_of_a_version_is_that_of_its_newest_month_up_to_now(snapshot: Snapshot):
    found = explanations.shares(snapshot, model="fraud", version=2)
    assert found["tenure"] == pytest.approx(share_of("tenure"))
    assert found["tenure"] != pytest.approx(share_of("tenure", LATE))
    assert sum(found.values()) == pytest.approx(1)


def test_without_months_it_is_that_of_the_reference_and_without_any_nothing(snapshot: Snapshot):
    assert explanations.shares(snapshot, model="only-reference", version=1)["amount"] > 0
    assert explanations.shares(snapshot, model="refused", version=1) == {}


def test_a_feature_of_the_catalogue_has_its_weight_and_none_where_nothing_is_explained(snapshot: Snapshot):
    found = {(use.feature, use.model): use.weight for use in features.uses(snapshot)}
    assert found["amount", "fraud"] == pytest.approx(share_of("amount"))
    assert found["not_an_input", "fraud"] == 0
    assert found["amount", "refused"] is None


def test_what_can_be_compared_is_each_month_all_of_them_and_the_reference(snapshot: Snapshot):
    found = explanations.spans(snapshot, model="fraud")
    assert [(span.version, span.grain, span.start) for span in found if span.start != LATER] == [
        (2, "reference", None), (2, "all", BEFORE), (2, "month", NOW), (2, "month", BEFORE),
        (1, "all", BEFORE), (1, "month", BEFORE),
    ]  # fmt: skip


def test_weights_of_a_span_are_those_that_were_stored(snapshot: Snapshot):
    found = explanations.weights(snapshot, model="fraud", version=2, grain="month", start=NOW)
    expected = attribution.weights(tuple(SECOND[NOW].shap), SECOND[NOW].matrix)
    assert [weight.feature for weight in found] == [weight.feature for weight in expected]
    assert [weight.share for weight in found] == pytest.approx([weight.share for weight in expected])
    assert explanations.weights(snapshot, model="fraud", version=2, grain="month", start=date(1999, 1, 1)) == ()


def test_changes_end_with_the_snapshot(snapshot: Snapshot):
    found = explanations.changes(snapshot, model="fraud", version=2)
    assert set(found["against"]) == {"reference", "version"}
    assert found["period_start"].max().date() == NOW
    assert list(found[found["against"] == "reference"]["status"]) == ["stable", "drifted"]
