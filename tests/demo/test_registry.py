"""The demo's MLflow store opens with MLflow's own client and holds what a data scientist would have left there."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from mlflow import MlflowClient
from mlflow.entities import Run, ViewType

from tests.demo.conftest import Logs
from tests.helpers.demo import END, SCALE, SEED
from watchroom.demo import WORLDS
from watchroom.demo.plan import Plan
from watchroom.demo.registry import registered_at
from watchroom.demo.worlds.base import World

pytestmark = pytest.mark.long

MODELS = [world.model for world in WORLDS]
PLAN = Plan(END, SCALE, SEED)
END_MILLIS = PLAN.midnight.timestamp() * 1000


def _runs(client: MlflowClient, *, view: int = ViewType.ACTIVE_ONLY, where: str = "") -> list[Run]:
    ids = [one.experiment_id for one in client.search_experiments(view_type=ViewType.ALL)]
    return list(client.search_runs(ids, where, view, max_results=5000))


@pytest.mark.parametrize("world", WORLDS, ids=MODELS)
def test_each_model_has_its_versions_in_order_with_both_aliases(client: MlflowClient, world: World):
    versions = client.search_model_versions(f"name = '{world.model}'")
    registered = client.get_registered_model(world.model)
    assert {int(one.version): one.creation_timestamp for one in versions} == {
        release.version: registered_at(PLAN, release) for release in world.releases
    }
    assert registered.aliases == {"champion": world.champion, "challenger": world.challenger}
    assert registered.description
    assert all(one.description and one.run_id for one in versions)


@pytest.mark.parametrize("world", WORLDS, ids=MODELS)
def test_each_version_has_signature_example_curve_dataset_and_commit(client: MlflowClient, world: World):
    import mlflow

    for one in client.search_model_versions(f"name = '{world.model}'"):
        info, run = mlflow.models.get_model_info(one.source), client.get_run(one.run_id)
        columns = world.release(int(one.version)).recipe.features
        assert tuple(info.signature.inputs.input_names()) == columns
        assert info.saved_input_example_info is not None
        contexts = {tag.value: given.dataset for given in run.inputs.dataset_inputs for tag in given.tags}
        assert contexts.keys() == {"training", "validation"}
        assert contexts["training"].digest != contexts["validation"].digest
        assert run.data.tags["mlflow.source.git.commit"] == PLAN.commit(world, int(one.version))
        assert (run.data.tags["mlflow.source.git.dirty"] == "true") == (int(one.version) == 1)


def test_boosting_leaves_a_curve_of_more_than_a_hundred_steps(client: MlflowClient):
    run = client.get_run(client.get_model_version_by_alias("claims-severity", "champion").run_id)
    curve = client.get_metric_history(run.info.run_id, "train_l1")
    assert len(curve) > 100
    assert curve[0].value > curve[-1].value
    assert run.info.start_time < curve[0].timestamp < curve[-1].timestamp < run.info.end_time


@pytest.mark.parametrize("model", MODELS)
def test_a_search_is_a_parent_with_children_of_different_parameters(client: MlflowClient, model: str):
    experiment = client.get_experiment_by_name(f"{model}/search")
    runs = client.search_runs([experiment.experiment_id])
    parents = {run.info.run_id for run in runs if "trials" in run.data.params}
    children = [run for run in runs if "mlflow.parentRunId" in run.data.tags]
    assert {run.data.tags["mlflow.parentRunId"] for run in children} == parents
    assert len({str(sorted(run.data.params.items())) for run in children}) > len(parents)


@pytest.mark.parametrize("model", MODELS)
def test_the_champions_recipe_was_repeated_with_other_seeds(client: MlflowClient, model: str):
    runs = _runs(client, where=f"tags.seed_group LIKE 'v%' and attributes.run_name LIKE '{model}%'")
    assert len({run.data.params["seed"] for run in runs}) == len(runs) == PLAN.repeated_seeds


def test_every_kind_of_mishap_is_there(client: MlflowClient):
    by_status: dict[str, list[Run]] = {}
    for run in _runs(client):
        by_status.setdefault(run.info.status, []).append(run)
    assert all("error" in run.data.tags for run in by_status["FAILED"])
    assert len(by_status["FAILED"]) == len(WORLDS)
    assert len(by_status["KILLED"]) == 1
    (left,) = by_status["RUNNING"]
    assert left.info.end_time is None
    assert END_MILLIS - left.info.start_time > 5 * 86_400_000


def test_a_diverged_run_keeps_its_infinities_and_ends_in_nan(client: MlflowClient):
    (run,) = _runs(client, where="attributes.run_name = 'sgd-too-fast'")
    values = [point.value for point in client.get_metric_history(run.info.run_id, "valid_rmse")]
    assert math.isnan(values[-1])
    assert any(value > 1e300 for value in values)


def test_deleted_runs_and_experiments_stay_deleted(client: MlflowClient):
    deleted = {run.info.run_name for run in _runs(client, view=ViewType.DELETED_ONLY)}
    assert deleted == {"with-stop-reason", "hello"}
    gone = client.search_experiments(view_type=ViewType.DELETED_ONLY)
    assert [one.name for one in gone] == ["tmp-test"]


def test_all_runs_lie_in_the_months_before_the_end(client: MlflowClient):
    starts = [run.info.start_time for run in _runs(client)]
    assert max(starts) < END_MILLIS
    assert END_MILLIS - min(starts) > 200 * 86_400_000


def test_the_served_scores_are_those_of_the_logged_model(client: MlflowClient, logs: Logs, demo_folder: Path):
    import lightgbm

    version = client.get_model_version_by_alias("card-fraud", "champion")
    (file,) = (demo_folder / "mlflow" / "artifacts").rglob(f"{version.source.split('/')[-1]}/artifacts/model.lgb")
    booster = lightgbm.Booster(model_file=file)
    served = logs.decisions("card-fraud").query("model_version == @v", local_dict={"v": int(version.version)})
    given = served[booster.feature_name()]
    text = [name for name in given if not pd.api.types.is_numeric_dtype(given[name])]
    scores = booster.predict(given.astype(dict.fromkeys(text, "category")), num_threads=1)
    np.testing.assert_allclose(scores, served["score"], rtol=1e-9)


def test_scikit_learn_models_load_from_skops_with_a_short_list_of_trusted_types(demo_folder: Path):
    import skops.io

    from watchroom.demo.tracking import SKOPS_TYPES

    files = list((demo_folder / "mlflow" / "artifacts").rglob("model.skops"))
    assert len(files) == 7
    for file in files:
        assert set(skops.io.get_untrusted_types(file=file)) <= set(SKOPS_TYPES)
    assert not list((demo_folder / "mlflow" / "artifacts").rglob("*.pkl"))
