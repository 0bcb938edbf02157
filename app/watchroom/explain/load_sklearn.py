"""Estimators and pipelines of scikit-learn: exact where their columns can be followed, else by permutation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from watchroom.domain.vocabulary import Task
from watchroom.errors import ExplainError
from watchroom.explain import linear, sk_trees
from watchroom.explain.boosters import Contributions, contributions
from watchroom.explain.card import Column
from watchroom.explain.contract import Floats, Input, Loaded, Method
from watchroom.explain.load_booster import lightgbm_booster, of_lightgbm, of_xgboost, xgboost_booster
from watchroom.explain.meaning import AMOUNT, Meaning, class_names
from watchroom.explain.model import PERMUTED, SLOW_ROWS, MatrixModel, Model, PermutedModel, needs_background
from watchroom.explain.pipeline import Mixed, Pipe, categories, flat, knows_none, taken_apart
from watchroom.explain.typed import frame, kind_of

if TYPE_CHECKING:
    import pandas as pd

_TREES = sk_trees.AVERAGED | sk_trees.BOOSTED | sk_trees.HISTOGRAM
_LINEAR = linear.AMOUNTS | linear.CLASSES
_LIGHTGBM = {"LGBMClassifier", "LGBMRegressor"}
_XGBOOST = {"XGBClassifier", "XGBRegressor"}
KNOWN = _TREES | _LINEAR | _LIGHTGBM | _XGBOOST
_LIBRARIES = {"sklearn", "lightgbm", "xgboost"}


def is_known(model: Any) -> bool:
    """Whether this is an estimator or a pipeline that is explained from its inside."""
    steps, last = flat(model)
    of_library = all(type(each).__module__.partition(".")[0] in _LIBRARIES for each in [model, *steps, last])
    return of_library and type(last).__name__ in KNOWN


def of_sklearn(model: Any, columns: Sequence[Column], task: Task | None, background: pa.Table | None) -> Model:
    """A fitted estimator or pipeline that explains."""
    name = type(model).__name__
    if name in _LIGHTGBM:
        return of_lightgbm(model.booster_, columns, task, _classes(model), "sklearn")
    if name in _XGBOOST:
        return of_xgboost(model.get_booster(), columns, task, _classes(model), "sklearn")
    taken = _columns(model, columns)
    typed = _typed(model, taken)
    try:
        pipe = taken_apart(model, len(taken))
        method, meaning, contribute = _explained(pipe, task, background, typed)
    except Mixed as mixed:
        return _permuted(model, taken, typed, background, mixed)
    loaded = Loaded("sklearn", method, meaning.space, _inputs(model, taken), meaning.classes, meaning.note)
    return MatrixModel(loaded, lambda rows: pipe(typed(rows)), contribute, pipe.owners, meaning)


def _classes(model: Any) -> tuple[str, ...]:
    return class_names(model.classes_) if hasattr(model, "classes_") else ()


def _columns(model: Any, columns: Sequence[Column]) -> list[Column]:
    """The columns in the order of training, typed as in the signature."""
    own = getattr(model, "feature_names_in_", None)
    if own is None:
        if not columns:
            raise ExplainError(
                "The logged model does not say which columns it takes.",
                next_step="Log it again with a signature (`infer_signature`).",
            )
        return list(columns)
    types = {column.name: column.type for column in columns}
    return [Column(str(name), types.get(str(name), "")) for name in own]


def _inputs(model: Any, columns: list[Column]) -> tuple[Input, ...]:
    known = _known_categories(model, len(columns))
    return tuple(
        Input(
            column.name,
            "category" if place in known and kind_of(column) == "category" else kind_of(column),
            known.get(place, ()),
        )
        for place, column in enumerate(columns)
    )


def _known_categories(model: Any, inputs: int) -> dict[int, tuple[str, ...]]:
    try:
        return categories(model, inputs)
    except Mixed:
        return {}


Contribute = Callable[[Floats], Contributions]
Typed = Callable[[pa.Table], "pd.DataFrame"]


def _typed(model: Any, columns: list[Column]) -> Typed:
    """The log's rows as the frame that the model takes, a missing text as None where that is what it learned."""
    if not knows_none(model):
        return lambda rows: frame(rows, columns)
    texts = [column.name for column in columns if column.type == "string"]

    def with_none(rows: pa.Table) -> pd.DataFrame:
        found = frame(rows, columns)
        for name in texts:
            found[name] = found[name].astype(object).where(found[name].notna(), None)
        return found

    return with_none


def _explained(
    pipe: Pipe, task: Task | None, background: pa.Table | None, typed: Typed
) -> tuple[Method, Meaning, Contribute]:
    name = type(pipe.last).__name__
    if name in _LINEAR:
        found = linear.of_estimator(pipe.last)
        means = None if background is None or not background.num_rows else pipe(typed(background)).mean(axis=0)
        return "linear", found.meaning, lambda rows: _against(found, rows, means)
    if name in _LIGHTGBM | _XGBOOST:
        return _boosted(pipe.last, task)
    if name not in _TREES:
        raise Mixed(name)
    trees = sk_trees.of_estimator(pipe.last)
    return "tree", trees.meaning, lambda rows: contributions(trees.booster, trees.rows(rows))


def _boosted(estimator: Any, task: Task | None) -> tuple[Method, Meaning, Contribute]:
    """A booster behind other steps: its columns are numbers by then."""
    if type(estimator).__name__ in _LIGHTGBM:
        if getattr(estimator.booster_, "pandas_categorical", None):
            raise Mixed("categories of pandas behind other steps")
        booster, meaning = lightgbm_booster(estimator.booster_, task, _classes(estimator))
    else:
        booster, meaning, trees = xgboost_booster(estimator.get_booster(), task, _classes(estimator))
        if not trees:
            raise Mixed("gblinear")
    return "tree", meaning, lambda rows: contributions(booster, rows)


def _against(model: linear.Linear, rows: Floats, means: Floats | None) -> Contributions:
    if means is None:
        raise needs_background()
    return linear.contributions(model, rows, means)


def _permuted(model: Any, columns: list[Column], typed: Typed, background: pa.Table | None, mixed: Mixed) -> Model:
    """The whole pipeline as a function of its inputs."""
    classes = _classes(model)
    meaning = Meaning("probability", lambda raw: raw, classes) if classes else AMOUNT
    note = f"Its columns cannot be told apart behind {mixed}. {PERMUTED}"
    loaded = Loaded("sklearn", "permutation", meaning.space, _inputs(model, columns), classes, note, SLOW_ROWS)
    return PermutedModel(loaded, typed, scorer(model), background, meaning)


def scorer(model: Any) -> Callable[[pd.DataFrame], Floats]:
    """The model's own probabilities (of the second class, where there are two) or amounts, n × k."""
    if not hasattr(model, "predict_proba"):
        return lambda given: np.asarray(model.predict(given), dtype=np.float64).reshape(len(given), -1)

    def probabilities(given: pd.DataFrame) -> Floats:
        found = np.asarray(model.predict_proba(given), dtype=np.float64)
        return found[:, 1:] if found.shape[1] == 2 else found

    return probabilities
