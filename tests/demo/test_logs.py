"""The demo's decisions and outcomes tell the stories that the docs say they tell."""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ks_2samp

from tests.demo.conftest import Logs
from tests.helpers.demo import END
from watchroom.demo import DRIFT_STARTS, WORLDS
from watchroom.demo.plan import SERVED_DAYS
from watchroom.demo.worlds.base import World

pytestmark = pytest.mark.long

MODELS = [world.model for world in WORLDS]


def _day(days_before_end: int) -> pd.Timestamp:
    return pd.Timestamp(END - datetime.timedelta(days=days_before_end))


def _numbers(world: World) -> list[str]:
    return [name for name in world.features if name not in world.categorical]


def test_the_workspace_is_right_and_names_all_five_models(logs: Logs):
    assert logs.workspace.problems == ()
    assert sorted(logs.workspace.models) == sorted(MODELS)


@pytest.mark.parametrize("model", MODELS)
def test_the_log_has_the_columns_that_the_models_file_names(logs: Logs, model: str):
    spec = logs.workspace.models[model]
    named = spec.decisions
    wanted = {named.id, named.timestamp, named.version, named.prediction, *named.features, *named.groups}
    wanted |= {named.score} if spec.task == "binary" else set()
    assert set(logs.decisions(model).columns) == wanted
    assert set(logs.reference(model).columns) == wanted | {spec.reference.outcome, "split"}
    assert set(logs.outcomes(model).columns) == {spec.outcomes.id, spec.outcomes.value, spec.outcomes.timestamp}


@pytest.mark.parametrize("model", MODELS)
def test_decisions_span_six_months_without_a_gap_and_end_before_the_end(logs: Logs, model: str):
    at = logs.decisions(model)["timestamp"]
    assert at.max() < pd.Timestamp(END)
    assert at.dt.date.nunique() == SERVED_DAYS
    assert at.is_monotonic_increasing


@pytest.mark.parametrize("world", WORLDS, ids=MODELS)
def test_the_version_column_is_the_champion_of_that_moment(logs: Logs, world: World):
    decisions = logs.decisions(world.model)
    champion = np.zeros(len(decisions), dtype=int)
    for step in world.live:
        champion[decisions["timestamp"] >= _day(step.days)] = step.version
    assert (decisions["model_version"] == champion).all()
    assert decisions["model_version"].nunique() > 1


@pytest.mark.parametrize("world", [world for world in WORLDS if world.shadow], ids=lambda world: world.model)
def test_a_challenger_scores_the_same_decisions_in_shadow(logs: Logs, world: World):
    decisions, shadow = logs.decisions(world.model), logs.shadow(world.model)
    both = shadow.merge(decisions, on="prediction_id", suffixes=("", "_live"), validate="one_to_one")
    assert len(both) == len(shadow) > 0
    assert set(shadow["model_version"]) == {world.challenger}
    assert (both["model_version_live"] != world.challenger).all()
    answer = "score" if world.task == "binary" else "prediction"
    assert (both[answer] != both[f"{answer}_live"]).mean() > 0.9


@pytest.mark.parametrize("world", WORLDS, ids=MODELS)
def test_outcomes_come_late_some_never_and_none_after_the_end(logs: Logs, world: World):
    known = logs.known(world.model)
    delay = (known["label_timestamp"] - known["timestamp"]) / pd.Timedelta(days=1)
    assert known["label_timestamp"].max() < pd.Timestamp(END)
    assert delay.min() >= world.delay.least_days
    old = logs.decisions(world.model).query("timestamp < @cut", local_dict={"cut": _day(150)})
    share = old["prediction_id"].isin(known["prediction_id"]).mean()
    assert 0.85 < share < 1.0


@pytest.mark.parametrize(("model", "days"), [("claims-severity", 14), ("card-fraud", 7), ("telecom-churn", 30)])
def test_the_last_weeks_are_mostly_without_outcomes(logs: Logs, model: str, days: int):
    recent = logs.decisions(model).query("timestamp >= @cut", local_dict={"cut": _day(days)})
    assert recent["prediction_id"].isin(logs.outcomes(model)["prediction_id"]).mean() < 0.3


def _distances(logs: Logs, world: World, rows: pd.DataFrame) -> dict[str, float]:
    """The KS distance of each numeric feature to the reference."""
    reference = logs.reference_of(world.model, world.champion)
    return {
        name: float(ks_2samp(reference[name].dropna(), rows[name].dropna(), method="asymp").statistic)
        for name in _numbers(world)
    }


def _noise(logs: Logs, world: World, rows: pd.DataFrame) -> float:
    """What chance alone stays under, but once in thousands of times."""
    return 2.2 * float(np.sqrt(1 / len(rows) + 1 / len(logs.reference_of(world.model, world.champion))))


@pytest.mark.parametrize("world", WORLDS, ids=MODELS)
def test_nothing_drifts_before_the_known_date(logs: Logs, world: World):
    before = logs.decisions(world.model).query("timestamp < @cut", local_dict={"cut": _day(world.drift_start or 0)})
    assert max(_distances(logs, world, before).values()) < _noise(logs, world, before)


@pytest.mark.parametrize(
    ("model", "much", "little"),
    [("retail-demand", {"price_ratio", "footfall"}, {"last_week"}), ("machine-failure", {"humidity"}, set())],
)
def test_the_right_features_drift_once_it_has_set_in(logs: Logs, model: str, much: set[str], little: set[str]):
    world = next(world for world in WORLDS if world.model == model)
    complete = _day((world.drift_start or 0) - world.drift_days)
    after = logs.decisions(model).query("timestamp >= @cut", local_dict={"cut": complete})
    moved = {name for name, far in _distances(logs, world, after).items() if far > _noise(logs, world, after)}
    assert much <= moved <= much | little
    assert DRIFT_STARTS[model] == world.drift_start


@pytest.mark.parametrize("world", WORLDS, ids=MODELS)
def test_every_version_has_scored_the_same_reference(logs: Logs, world: World):
    ids = [set(logs.reference_of(world.model, one.version)["prediction_id"]) for one in world.releases]
    assert all(one == ids[0] for one in ids)
    assert len(logs.reference(world.model)) == len(ids) * len(ids[0])


def test_the_coupon_that_the_demand_model_has_never_seen_comes_with_the_drift(logs: Logs):
    decisions = logs.decisions("retail-demand")
    coupons = decisions.loc[decisions["promo"] == "app coupon", "timestamp"]
    assert "app coupon" not in set(logs.reference("retail-demand")["promo"])
    assert coupons.min() >= _day(DRIFT_STARTS["retail-demand"] or 0)


def test_the_demand_models_error_grows_with_the_drift_and_the_challengers_does_not(logs: Logs):
    known, challenger = logs.known("retail-demand"), logs.shadow("retail-demand")
    known["square"] = (known["prediction"] - known["label"]) ** 2
    third = known["model_version"] == 3
    before = known.loc[third & (known["timestamp"] < _day(56)), "square"].mean() ** 0.5
    after = known.loc[third & (known["timestamp"] >= _day(42)), "square"].mean() ** 0.5
    scored = challenger.merge(logs.outcomes("retail-demand"), on="prediction_id")
    newest = ((scored["prediction"] - scored["label"]) ** 2).mean() ** 0.5
    assert after > 1.25 * before
    assert newest < 0.9 * after


def _earned(rows: pd.DataFrame, stopped: pd.Series, money: object) -> float:
    fraud = rows["label"] == 1
    return float((stopped & fraud).sum() * money.true_positive + (stopped & ~fraud).sum() * money.false_positive)


def test_card_fraud_loses_money_at_its_cut_off_and_earns_at_a_higher_one(logs: Logs):
    rows, money = logs.known("card-fraud"), logs.workspace.models["card-fraud"].value
    assert _earned(rows, rows["prediction"] == 1, money) < 0
    assert ((rows["score"] >= 0.5) == (rows["prediction"] == 1)).all()
    assert max(_earned(rows, rows["score"] >= cut, money) for cut in (0.8, 0.85, 0.9, 0.95)) > 0


def test_telecom_churn_earns_and_stays_as_good_as_its_reference(logs: Logs):
    from sklearn.metrics import roc_auc_score

    rows, money = logs.known("telecom-churn"), logs.workspace.models["telecom-churn"].value
    holdout = logs.reference_of("telecom-churn", 3).query("split == 'holdout'")
    assert _earned(rows, rows["prediction"] == 1, money) > 0
    assert roc_auc_score(rows["label"], rows["score"]) > roc_auc_score(holdout["label"], holdout["score"]) - 0.06


def test_nobody_owns_machine_failure_and_everybody_owns_the_others(logs: Logs):
    owned = {model for model, spec in logs.workspace.models.items() if any(spec.owners.model_dump().values())}
    assert owned == set(MODELS) - {"machine-failure"}
