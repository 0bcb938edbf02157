"""Two versions against each other, read from the snapshot: where they disagree, and who is right there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.helpers.snapshots import publish_rows
from tests.ui.paired_sample import LABELLED, MONEY, N, decided, pair_rows, rows
from watchroom.domain.comparison import Thing
from watchroom.domain.seed_groups import is_seed
from watchroom.domain.worth import ErrorWorth, OutcomeWorth, Terms, worth
from watchroom.store.queries import pairs as queries
from watchroom.store.snapshot import Snapshot, SnapshotStore
from watchroom.ui.versions_real_runs import seeds_repeated

FRAUD = {"model": "fraud", "versions": (1, 2)}
DEMAND = {"model": "demand", "versions": (1, 2)}
PER_UNIT = ErrorWorth(over=-0.4, under=-1.5)


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    store = tmp_path_factory.mktemp("pairs") / "store"
    publish_rows(store, rows(fraud=pair_rows("fraud", "binary", 0.7), demand=pair_rows("demand", "regression", 0.7)))
    with SnapshotStore(store).lease() as found:
        yield found


def frame(task: Any) -> pd.DataFrame:
    found = decided(task, 0.7, 1).to_pandas()
    numbers = ["prediction_a", "prediction_b", "outcome"]
    return found.assign(**{name: pd.to_numeric(found[name]) for name in numbers})


def test_pairs_stand_with_what_they_rest_on(snapshot: Snapshot):
    (pair,) = queries.pairs(snapshot, model="fraud")
    assert (pair.versions, pair.shared, pair.labelled) == ((1, 2), N, LABELLED)
    assert queries.pairs(snapshot, model="alone") == ()
    assert queries.comparisons(snapshot, **FRAUD)[0].metric == "roc_auc"


@pytest.mark.parametrize("terms", [OutcomeWorth(**MONEY), OutcomeWorth(true_positive=110, false_positive=-40)])
def test_disagreement_of_classes_is_counted_with_the_money_of_each_decision(snapshot: Snapshot, terms: Terms):
    found = queries.disagreement(snapshot, **FRAUD, task="binary", terms=terms).iloc[0]
    told = frame("binary")
    apart = told[told["prediction_a"] != told["prediction_b"]]
    known = apart.dropna(subset=["outcome"])
    gain = worth(terms, told["prediction_b"], told["outcome"]) - worth(terms, told["prediction_a"], told["outcome"])
    assert (found["n"], found["apart"], found["apart_labelled"]) == (N, len(apart), len(known))
    assert found["a_right"] == (known["prediction_a"] == known["outcome"]).sum()
    assert found["a_right"] + found["b_right"] == len(known)
    assert found["gain"] == pytest.approx(np.nansum(gain))
    assert found["gain_n"] == (~np.isnan(gain)).sum()


def test_regressions_disagree_beyond_a_distance_and_the_nearer_one_is_right(snapshot: Snapshot):
    far = queries.spread_apart(snapshot, **DEMAND)
    assert far is not None
    found = queries.disagreement(snapshot, **DEMAND, task="regression", terms=PER_UNIT, apart=far).iloc[0]
    told = frame("regression")
    errors = {name: (told[f"prediction_{name}"] - told["outcome"]).abs() for name in "ab"}
    between = told["prediction_b"] - told["prediction_a"]
    assert far == pytest.approx(between.std())
    apart = between.abs() > far
    assert found["apart"] == apart.sum() < N / 2
    assert found["labelled"] == LABELLED
    assert found["b_ahead"] == (errors["b"] < errors["a"]).sum()
    assert found["a_ahead"] == (errors["a"] < errors["b"]).sum()
    assert found["b_right"] == (apart & (errors["b"] < errors["a"])).sum()
    gain = worth(PER_UNIT, told["prediction_b"], told["outcome"]) - worth(
        PER_UNIT, told["prediction_a"], told["outcome"]
    )
    assert found["gain"] == pytest.approx(np.nansum(gain))


def test_what_disagrees_needs_neither_an_outcome_nor_a_good_champion(tmp_path: Any):
    room = rows(demand=pair_rows("demand", "regression", 0.7))
    room["version_comparisons"] = []
    for one in room["paired_decisions"]:
        one["outcome"] = None
    publish_rows(tmp_path / "store", room)
    with SnapshotStore(tmp_path / "store").lease() as snapshot:
        far = queries.spread_apart(snapshot, **DEMAND)
        found = queries.disagreement(snapshot, **DEMAND, task="regression", apart=far).iloc[0]
        assert queries.spread_apart(snapshot, model="alone", versions=(1, 2)) is None
    assert 0 < found["apart"] < N / 2
    assert (found["labelled"], found["a_ahead"], found["b_ahead"]) == (0, 0, 0)


def test_segments_are_quarters_and_categories_and_add_up(snapshot: Snapshot):
    found = queries.segments(snapshot, **FRAUD, task="binary")
    whole = queries.disagreement(snapshot, **FRAUD, task="binary").iloc[0]
    for feature, kinds in (("amount", {"quarter"}), ("channel", {"category"})):
        own = found[found["feature"] == feature]
        assert set(own["kind"]) == kinds
        for name in ("n", "apart", "a_right", "b_right"):
            assert own[name].sum() == whole[name]
    quarters = found[found["feature"] == "amount"].sort_values("segment")
    assert quarters["n"].tolist() == [N / 4] * 4
    assert (quarters["high"].to_numpy()[:-1] < quarters["low"].to_numpy()[1:]).all()


def test_the_decisions_that_lie_furthest_apart_come_first(snapshot: Snapshot):
    found = queries.rows_apart(snapshot, **FRAUD, task="binary", limit=20)
    far = (found["score_b"] - found["score_a"]).abs()
    assert far.is_monotonic_decreasing
    assert (found["prediction_a"] != found["prediction_b"]).all()
    assert len(queries.rows_apart(snapshot, **FRAUD, task="binary")) > len(found) == 20


def test_a_month_of_decisions_counts_a_shadowed_case_once(tmp_path: Any):
    room = rows(fraud=pair_rows("fraud", "binary", 0.7))
    room["volume"] += [{**one, "version": 2} for one in room["volume"] if one["model"] == "fraud"]
    publish_rows(tmp_path / "store", room)
    with SnapshotStore(tmp_path / "store").lease() as found:
        assert queries.decisions_a_month(found, model="fraud") == (3000, room["volume"][-1]["day"])
        assert queries.decisions_a_month(found, model="nobody") is None


def repeats(tmp_path: Any, room: Any) -> pd.DataFrame:
    publish_rows(tmp_path / "store", room)
    with SnapshotStore(tmp_path / "store").lease() as found:
        return queries.repeated_runs(found, model="alone", versions=(1, 2))


def groups(runs: pd.DataFrame) -> dict[int, set[str]]:
    return {int(version): set(some["run_id"]) for version, some in runs.groupby("version")}


def test_repeats_of_a_run_differ_in_the_seed_alone(tmp_path: Any):
    room = rows()
    room["run_inputs"] = [{"run_id": "alone-1-s2", "name": "other", "digest": "ff", "context": "training"}]
    runs = repeats(tmp_path, room)
    assert groups(runs) == {1: {"alone-1", "alone-1-s1"}, 2: {"alone-2", "alone-2-s1", "alone-2-s2"}}
    assert set(runs[runs["own"]]["run_id"]) == {"alone-1", "alone-2"}
    assert not runs["same"].any()
    assert seeds_repeated(runs, (1, 2))


@pytest.mark.parametrize("key", ["randomState", "seeds", "data.random-seed"])
def test_a_seed_by_another_name_is_known_as_everywhere_else(tmp_path: Any, key: str):
    room = rows()
    room["params"] = [{**one, "key": key} if one["key"] == "seed" else one for one in room["params"]]
    assert is_seed(Thing("param", key, ("1", "2")))
    assert seeds_repeated(repeats(tmp_path, room), (1, 2))


@pytest.mark.parametrize("apart", [False, True])
def test_two_versions_of_the_same_settings_are_one_group_and_that_is_said(tmp_path: Any, apart: bool):
    room = rows()
    for one in room["params"]:
        one["value"] = "3" if one["key"] == "depth" else one["value"]
    if apart:  # another commit is another model
        for one in room["runs"]:
            one["commit"] = one["run_id"][:7]
    runs = repeats(tmp_path, room)
    assert runs["same"].all() == runs["same"].any() == (not apart)
    if apart:
        assert groups(runs)[1] == {"alone-1", "alone-1-s1", "alone-1-s2"}


def test_runs_that_logged_no_parameter_repeat_nothing(tmp_path: Any):
    room = rows()
    room["params"] = [one for one in room["params"] if one["key"] == "seed"]
    runs = repeats(tmp_path, room)
    assert groups(runs) == {1: {"alone-1"}, 2: {"alone-2"}}
    assert not runs["same"].any()


@pytest.mark.parametrize("logged", ["the same", "none"])
def test_runs_that_are_not_known_to_differ_in_the_seed_tell_nothing_of_seeds(tmp_path: Any, logged: str):
    room = rows()
    room["params"] = [
        {**one, "value": "7"} if one["key"] == "seed" else one
        for one in room["params"]
        if one["key"] != "seed" or logged == "the same"
    ]
    assert not seeds_repeated(repeats(tmp_path, room), (1, 2))
