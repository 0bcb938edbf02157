"""Training the demo's models: the data of a release, the fit, the scores, the metrics. MLflow is not here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from watchroom.demo.plan import Plan, cases, drawn_times
from watchroom.demo.worlds.base import Floats, Recipe, Release, World

THREADS = 1
"""One: results then do not depend on the machine's cores, and on a busy one two threads lose time to each other."""

NAIVE = "naive"
_LIGHTGBM_ALWAYS = {"verbose": -1, "deterministic": True, "force_row_wise": True, "num_threads": THREADS}


@contextmanager
def one_thread() -> Iterator[None]:
    """Keep the libraries' own thread pools to one thread each."""
    import lightgbm  # noqa: F401  a pool can be limited only when its library is loaded
    import sklearn.ensemble  # noqa: F401
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    with threadpool_limits(THREADS):
        yield


@dataclass(frozen=True)
class TrainingData:
    """A release's rows: three quarters to train on, the newest quarter to validate on."""

    train: pd.DataFrame
    valid: pd.DataFrame


@dataclass(frozen=True)
class Fitted:
    """A trained model, its final metrics on the validation rows, and its curves (`valid_rmse` per step)."""

    model: Any
    recipe: Recipe
    metrics: dict[str, float]
    curves: dict[str, list[float]] = field(default_factory=dict)


def training_data(plan: Plan, world: World, release: Release) -> TrainingData:
    """The same rows at each call, for a plan."""
    rng = plan.rng(world.model, "training", release.version)
    start, stop = release.trained_until + release.window_days, release.trained_until
    rows = cases(plan, world, rng, drawn_times(plan, rng, world, start, stop, plan.train_rows(world)))
    cut = len(rows) * 3 // 4
    return TrainingData(rows.iloc[:cut].reset_index(drop=True), rows.iloc[cut:].reset_index(drop=True))


def inputs(world: World, recipe: Recipe, frame: pd.DataFrame) -> pd.DataFrame:
    """The columns a model of this recipe is given: names as categories for LightGBM, as text for scikit-learn."""
    chosen = frame[list(recipe.features)]
    if recipe.algorithm != "lightgbm":
        return chosen
    return chosen.astype({name: "category" for name in recipe.features if name in world.categorical})


def fit(world: World, recipe: Recipe, data: TrainingData, *, brief: bool = False) -> Fitted:
    """Train and measure; a brief fit keeps no curve of the training rows, only of one metric on the validation rows."""
    if recipe.algorithm == "lightgbm":
        model, curves = _fit_lightgbm(world, recipe, data, brief)
    elif recipe.algorithm == NAIVE:
        model, curves = float(data.train["label"].mean()), {}
    else:
        model = _pipeline(world, recipe).fit(inputs(world, recipe, data.train), data.train["label"])
        curves = _staged_curves(model, inputs(world, recipe, data.valid), data.valid["label"].to_numpy())
    fitted = Fitted(model, recipe, {}, curves)
    scored = predict(world, fitted, data.valid)
    return Fitted(model, recipe, measure(world, data.valid["label"].to_numpy(), scored), curves)


def predict(world: World, fitted: Fitted, frame: pd.DataFrame) -> Floats:
    """The probability of the positive class, or the predicted amount, one for each row."""
    if fitted.recipe.algorithm == NAIVE:
        return np.full(len(frame), fitted.model)
    given = inputs(world, fitted.recipe, frame)
    if fitted.recipe.algorithm == "lightgbm":
        return np.asarray(fitted.model.predict(given, num_threads=THREADS), dtype=np.float64)
    if world.task == "binary":
        return np.asarray(fitted.model.predict_proba(given)[:, 1], dtype=np.float64)
    return np.asarray(fitted.model.predict(given), dtype=np.float64)


def measure(world: World, label: Floats, scored: Floats) -> dict[str, float]:
    """The metrics people log for such a model."""
    from sklearn import metrics as m

    if world.task == "regression":
        return {
            "rmse": float(m.root_mean_squared_error(label, scored)),
            "mae": float(m.mean_absolute_error(label, scored)),
            "r2": float(m.r2_score(label, scored)),
            "bias": float(np.mean(scored - label)),
        }
    flagged = scored >= world.cutoff
    return {
        "roc_auc": float(m.roc_auc_score(label, scored)),
        "average_precision": float(m.average_precision_score(label, scored)),
        "log_loss": float(m.log_loss(label, np.clip(scored, 1e-6, 1 - 1e-6))),
        "brier": float(m.brier_score_loss(label, scored)),
        "precision": float(m.precision_score(label, flagged, zero_division=0)),
        "recall": float(m.recall_score(label, flagged, zero_division=0)),
    }


def _fit_lightgbm(world: World, recipe: Recipe, data: TrainingData, brief: bool) -> tuple[Any, dict[str, list[float]]]:
    import lightgbm as lgb

    binary = world.task == "binary"
    params = {
        **_LIGHTGBM_ALWAYS,
        "objective": "binary" if binary else "regression",
        "metric": (["binary_logloss", "auc"] if binary else ["rmse", "l1"])[: 1 if brief else 2],
        "seed": recipe.seed,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        **{key: value for key, value in recipe.params.items() if key != "rounds"},
    }
    train = lgb.Dataset(inputs(world, recipe, data.train), data.train["label"])
    valid = lgb.Dataset(inputs(world, recipe, data.valid), data.valid["label"], reference=train)
    seen: dict[str, dict[str, list[float]]] = {}
    booster = lgb.train(
        params,
        train,
        num_boost_round=int(recipe.params["rounds"]),
        valid_sets=[valid] if brief else [valid, train],
        valid_names=["valid"] if brief else ["valid", "train"],
        callbacks=[lgb.record_evaluation(seen)],
    )
    return booster, {f"{part}_{metric}": values for part, metrics in seen.items() for metric, values in metrics.items()}


def _pipeline(world: World, recipe: Recipe) -> Any:
    """Encoders and an estimator in one scikit-learn pipeline."""
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    names = [name for name in recipe.features if name in world.categorical]
    numbers = [name for name in recipe.features if name not in world.categorical]
    filled = Pipeline([("fill", SimpleImputer(strategy="median")), ("scale", StandardScaler())])
    encoded = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    encode = ColumnTransformer([("numbers", filled, numbers), ("names", encoded, names)])
    return Pipeline([("encode", encode), ("model", _estimator(recipe))])


def _estimator(recipe: Recipe) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
    from sklearn.linear_model import LogisticRegression, Ridge

    if recipe.algorithm == "logistic":
        return LogisticRegression(max_iter=1000, **recipe.params)
    if recipe.algorithm == "linear":
        return Ridge(**recipe.params)
    if recipe.algorithm == "random_forest":
        return RandomForestClassifier(n_jobs=THREADS, random_state=recipe.seed, **recipe.params)
    return HistGradientBoostingClassifier(early_stopping=False, random_state=recipe.seed, **recipe.params)


def _staged_curves(pipeline: Any, given: pd.DataFrame, label: Floats) -> dict[str, list[float]]:
    """The validation log loss after each tree, for the estimators that grow tree by tree."""
    estimator, encoded = pipeline[-1], pipeline[:-1].transform(given)
    if hasattr(estimator, "staged_predict_proba"):
        scores = [stage[:, 1] for stage in estimator.staged_predict_proba(encoded)]
    elif hasattr(estimator, "estimators_"):
        trees = np.array([tree.predict_proba(encoded.astype(np.float32))[:, 1] for tree in estimator.estimators_])
        scores = list(np.cumsum(trees, axis=0) / np.arange(1, len(trees) + 1)[:, None])
    else:
        return {}
    return {"valid_log_loss": [_log_loss(label, score) for score in scores]}


def _log_loss(label: Floats, score: Floats) -> float:
    safe = np.clip(score, 1e-6, 1 - 1e-6)
    return float(-np.mean(label * np.log(safe) + (1 - label) * np.log(1 - safe)))


def diverging_curve(label: Floats, steps: int = 120) -> list[float]:
    """Plain gradient descent with a step that is too large: the error grows, overflows to infinity, then is NaN."""
    guess, errors = 0.0, []
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(steps):
            gap = np.float64(guess) - label
            errors.append(float(np.sqrt(np.mean(gap**2))))
            guess = float(np.float64(guess) - np.float64(400.0) * np.mean(gap))
    return errors
