"""Which parameters matter is found by a process of its own, agrees with what is known, and finds nothing in noise."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.helpers.snapshots import publish_rows
from watchroom.desk import params
from watchroom.domain.param_importance import LEAST_R2, LEAST_RUNS, direction
from watchroom.errors import ExplainError
from watchroom.explain.param_importance import importance
from watchroom.store.snapshot import Snapshot, SnapshotStore

RNG = np.random.default_rng(11)
N = 120
X = RNG.uniform(0, 1, size=(N, 4))
KIND = np.where(X[:, 3] > 0.5, "forest", "linear")
IDS = tuple(f"run{i}" for i in range(N))


def column(key: str, values: list[float | str | None]) -> dict[str, object]:
    return {"key": key, "number": not isinstance(values[0], str), "values": values}


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
    [(IDS[: LEAST_RUNS - 1], "loss"), (IDS, "same"), (IDS, "unknown"), (IDS, "huge")],
)
def test_what_cannot_be_fitted_starts_no_process(snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch, ids, metric):
    monkeypatch.setattr(params.subprocess, "run", None)
    found = params.importance(snapshot, run_ids=ids, metric=metric, statistic="last")
    assert found.weights == ()
    assert math.isnan(found.r2)


def test_a_model_that_takes_too_long_is_ended_with_a_reason(snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(params, "SECONDS", 0.05)
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
