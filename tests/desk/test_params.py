"""Which parameters matter is found by a process of its own, agrees with what is known, and finds nothing in noise."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.helpers.snapshots import publish_rows
from watchroom.desk import params
from watchroom.domain.param_importance import LEAST_CONFIGURATIONS, LEAST_R2, Importance, direction, matters
from watchroom.errors import ExplainError
from watchroom.explain import param_importance as child
from watchroom.store.snapshot import Snapshot, SnapshotStore

pytestmark = pytest.mark.long

RNG = np.random.default_rng(11)
N = 120
X = RNG.uniform(0, 1, size=(N, 4))
KIND = np.where(X[:, 3] > 0.5, "forest", "linear")
IDS = tuple(f"run{i}" for i in range(N))


def column(key: str, values: list[float | str | None]) -> dict[str, object]:
    return {"key": key, "number": not isinstance(values[0], str), "values": values}


def importance(columns: list[dict[str, object]], metric: np.ndarray) -> dict:
    """Each run a configuration of its own."""
    return child.importance(columns, metric, range(len(metric)))


def shares(found: dict) -> dict[str, float]:
    return {one["key"]: one["share"] for one in found["weights"]}


class TestTheModel:
    def test_a_function_of_one_parameter_names_that_one_alone(self):
        found = importance([column(f"x{i}", X[:, i].tolist()) for i in range(4)], np.sin(3 * X[:, 1]))
        assert found["weights"][0]["key"] == "x1"
        assert found["r2"] > 0.9
        assert found["weights"][0]["share"] == pytest.approx(1, abs=0.15)
        assert all(abs(share) < 0.02 for key, share in shares(found).items() if key != "x1")

    def test_shares_are_those_of_the_variance_when_effects_add_up(self):
        metric = 2 * X[:, 0] + X[:, 1]
        found = shares(importance([column(f"x{i}", X[:, i].tolist()) for i in range(3)], metric))
        assert found["x0"] == pytest.approx(0.8, abs=0.15)
        assert found["x1"] == pytest.approx(0.2, abs=0.08)

    def test_it_grows_as_scikit_learns_own_permutation_importance_does(self):
        from sklearn.ensemble import RandomForestRegressor
        from sklearn.inspection import permutation_importance

        metric = X[:, 0] + 0.5 * X[:, 1] + 0.1 * RNG.normal(size=N)
        ours = shares(importance([column(f"x{i}", X[:, i].tolist()) for i in range(4)], metric))
        forest = RandomForestRegressor(60, min_samples_leaf=2, random_state=0).fit(X[:90], metric[:90])
        theirs = permutation_importance(forest, X[90:], metric[90:], n_repeats=20, random_state=0).importances_mean / 2
        np.testing.assert_allclose([ours[f"x{i}"] for i in range(4)], theirs, atol=0.12)

    def test_categories_and_missing_values_carry_what_they_know(self):
        metric = (KIND == "forest") * 3.0 + np.where(X[:, 2] > 0.6, 2.0, 0.0)
        half = [None if value > 0.6 else float(value) for value in X[:, 2]]
        found = shares(importance([column("kind", KIND.tolist()), column("half", half)], metric))
        assert found["kind"] == pytest.approx(0.7, abs=0.15)
        assert found["half"] == pytest.approx(0.3, abs=0.15)

    def test_parameters_that_change_only_together_are_one(self):
        pairs = [column("kind", KIND.tolist()), column("code", [float(kind == "forest") for kind in KIND])]
        orders = [column("a", X[:, 0].tolist()), column("minus", (-np.exp(X[:, 0])).tolist())]
        found = importance([*pairs, *orders, column("b", X[:, 1].tolist())], X[:, 0] + X[:, 1])
        alike = {one["key"]: one["alike"] for one in found["weights"]}
        assert alike == {"kind": ["code"], "a": ["minus"], "b": []}

    def test_a_number_beyond_single_precision_takes_no_ranking_down(self):
        wild = np.where(X[:, 1] > 0.9, 1e308, np.where(X[:, 1] < 0.1, -np.inf, X[:, 1]))
        found = importance([column("x0", X[:, 0].tolist()), column("wild", wild.tolist())], X[:, 0])
        assert found["weights"][0]["key"] == "x0"

    def test_noise_has_no_r2_to_speak_of(self):
        columns = [column(f"x{i}", X[:, i].tolist()) for i in range(4)]
        assert importance(columns, RNG.normal(size=N))["r2"] < LEAST_R2

    def test_it_is_the_same_at_each_turn(self):
        columns = [column(f"x{i}", X[:, i].tolist()) for i in range(4)]
        assert importance(columns, X[:, 0]) == importance(columns, X[:, 0])


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    folder: Path = tmp_path_factory.mktemp("params") / "store"
    values = {
        "loss": 5 - 4 * X[:, 0],
        "noise": RNG.normal(size=N),
        "same": np.ones(N),
        "huge": np.where(X[:, 0] > 0.5, 1e308, -1e308),
    }
    publish_rows(
        folder,
        {
            "params": [
                *({"run_id": id_, "key": f"x{i}", "value": repr(float(X[place, i])), "number": float(X[place, i])}
                  for place, id_ in enumerate(IDS) for i in range(3)),
                *({"run_id": id_, "key": "kind", "value": str(KIND[place])} for place, id_ in enumerate(IDS)),
            ],
            "metrics": [
                {"run_id": id_, "key": key, "last": float(found[place])}
                for key, found in values.items() for place, id_ in enumerate(IDS)
            ],
        },
    )  # fmt: skip
    store = SnapshotStore(folder)
    with store.lease() as held:
        yield held
    store.close()


def test_the_process_answers_for_the_runs_of_the_store(snapshot: Snapshot):
    found = params.importance(snapshot, run_ids=IDS, metric="loss", statistic="last")
    assert found.n == N
    assert found.r2 > 0.9
    assert found.weights[0].key == "x0"
    assert found.weights[0].rank_correlation == pytest.approx(-1)
    assert math.isnan({one.key: one for one in found.weights}["kind"].rank_correlation)


@pytest.mark.parametrize(
    ("ids", "metric"),
    [(IDS[: LEAST_CONFIGURATIONS - 1], "loss"), (IDS, "same"), (IDS, "unknown"), (IDS, "huge")],
)
def test_what_cannot_be_fitted_starts_no_process(snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch, ids, metric):
    monkeypatch.setattr(params.subprocess, "run", None)
    found = params.importance(snapshot, run_ids=ids, metric=metric, statistic="last")
    assert found.weights == ()
    assert math.isnan(found.r2)


SEEDS = 3
TRIED = np.random.default_rng(5).uniform(0, 1, size=(40, 3))
PLACES = np.repeat(np.arange(40), SEEDS)
SEARCH = tuple(f"c{place}-s{turn}" for turn, place in enumerate(PLACES))
FOUND = 2 * TRIED[PLACES, 1] + np.random.default_rng(6).normal(0, 0.7, 40)[PLACES]
FOUND += np.random.default_rng(7).normal(0, 0.05, len(PLACES))


def publish_search(folder: Path, found: np.ndarray) -> SnapshotStore:
    """40 configurations by three seeds: x1 matters, junk and x2 do not, and each run has a folder of its own."""
    keys = ("junk", "x1", "x2")
    params_rows = [
        {"run_id": id_, "key": key, "value": repr(float(number)), "number": float(number)}
        for turn, (id_, place) in enumerate(zip(SEARCH, PLACES, strict=True))
        for key, number in [*zip(keys, TRIED[place], strict=True), ("seed", turn % SEEDS)]
    ]
    params_rows += [{"run_id": id_, "key": "output_dir", "value": f"/out/{id_}"} for id_ in SEARCH]
    metrics = [{"run_id": id_, "key": "rmse", "last": float(one)} for id_, one in zip(SEARCH, found, strict=True)]
    publish_rows(folder, {"params": params_rows, "metrics": metrics})
    return SnapshotStore(folder)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Importance]:
    store = publish_search(tmp_path_factory.mktemp("search") / "store", FOUND)
    with store.lease() as held:
        yield params.importance(held, run_ids=SEARCH, metric="rmse", statistic="last")
    store.close()


class TestSeeds:
    def test_seeds_of_a_configuration_are_never_on_both_sides(self, found: Importance):
        from sklearn.ensemble import RandomForestRegressor
        from sklearn.metrics import r2_score
        from sklearn.model_selection import GroupKFold, KFold, cross_val_predict

        forest = RandomForestRegressor(60, min_samples_leaf=2, random_state=0)
        given = {"X": TRIED[PLACES], "y": FOUND}
        cuts = [GroupKFold(5, shuffle=True, random_state=turn) for turn in range(4)]
        held = [cross_val_predict(forest, **given, groups=PLACES, cv=cut) for cut in cuts]
        apart = np.mean([r2_score(FOUND, one) for one in held])
        leaked = r2_score(FOUND, cross_val_predict(forest, **given, cv=KFold(5, shuffle=True, random_state=0)))
        assert found.r2 == pytest.approx(apart, abs=0.1)
        assert leaked > found.r2 + 0.25

    def test_what_is_the_same_in_all_seeds_of_a_configuration_is_not_told_to_matter(self, found: Importance):
        assert [one.key for one in found.weights if matters(one)] == ["x1"]

    def test_evidence_is_counted_in_configurations_and_seeds_take_no_part(self, found: Importance):
        assert (found.configurations, found.n, found.seeds) == (40, 120, ("seed",))
        assert "seed" not in {key for one in found.weights for key in (one.key, *one.alike)}

    def test_many_seeds_of_few_configurations_are_too_few(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(params.subprocess, "run", None)
        store = publish_search(tmp_path / "store", FOUND)
        with store.lease() as held:
            few = params.importance(held, run_ids=SEARCH[:60], metric="rmse", statistic="last")
        store.close()
        assert (few.configurations, few.n, few.weights) == (20, 60, ())


def test_a_refresh_that_changed_nothing_of_the_runs_fits_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    asked = {"run_ids": SEARCH, "metric": "rmse", "statistic": "last"}
    found = FOUND + 0.01 * TRIED[PLACES, 0]
    for place, values in enumerate((found, found)):
        store = publish_search(tmp_path / f"store{place}", values)
        with store.lease() as held:
            before = params.known(params.digest(held, **asked))
            assert (before is None) == (place == 0)
            answer = params.importance(held, **asked)
            assert params.known(params.digest(held, **asked)) == answer
        store.close()
        monkeypatch.setattr(params.subprocess, "run", None)


def test_a_model_that_takes_too_long_is_ended_with_a_reason(snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(params, "SECONDS", 0.05)
    params._answers.clear()
    with pytest.raises(ExplainError, match=r"longer than 0\.05 seconds"):
        params.importance(snapshot, run_ids=IDS, metric="loss", statistic="last")


@pytest.mark.parametrize(
    ("rank", "better", "said"),
    [
        (0.9, "higher", "higher values go with a higher auc: better"),
        (-0.5, "higher", "higher values go with a lower auc: worse"),
        (-0.5, "lower", "higher values go with a lower auc: better"),
        (0.5, None, "higher values go with a higher auc"),
        (0.1, "higher", ""),
        (math.nan, "higher", ""),
    ],
)
def test_a_direction_is_said_where_there_is_one(rank, better, said):
    assert direction(rank, "auc", better) == said
