"""A model that runs its own code when it is loaded: only when its file says that it is trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from watchroom.domain.vocabulary import Task
from watchroom.errors import ExplainError
from watchroom.explain.card import Card
from watchroom.explain.contract import Flavor, Floats, Input, Loaded
from watchroom.explain.load_booster import of_lightgbm, of_xgboost
from watchroom.explain.load_sklearn import is_known, of_sklearn, scorer
from watchroom.explain.meaning import AMOUNT, PROBABILITY, Meaning, class_names, same
from watchroom.explain.model import PERMUTED, SLOW_ROWS, Model, PermutedModel
from watchroom.explain.typed import frame, kind_of

if TYPE_CHECKING:
    import pandas as pd


def load(card: Card, task: Task | None, background: pa.Table | None) -> Model:
    """The model by MLflow's own way; from its inside where that is a kind that is known, else by permutation."""
    whole = opened(card)
    raw = _raw(whole)
    library, name = type(raw).__module__.partition(".")[0], type(raw).__name__
    if name == "Booster" and library in ("lightgbm", "xgboost"):
        return (of_lightgbm if library == "lightgbm" else of_xgboost)(raw, card.columns, task)
    if is_known(raw):
        return of_sklearn(raw, card.columns, task, background)
    return _permuted(card, whole, raw, task, background)


def opened(card: Card) -> Any:
    """The model as MLflow loads it."""
    import mlflow.pyfunc

    return mlflow.pyfunc.load_model(str(card.folder))


def _raw(whole: Any) -> Any:
    """What MLflow's wrapper holds; None where it does not tell."""
    try:
        return whole.get_raw_model()
    except (AttributeError, NotImplementedError):
        return None


def _permuted(card: Card, whole: Any, raw: Any, task: Task | None, background: pa.Table | None) -> Model:
    if not card.columns:
        raise ExplainError(
            "The logged model does not say which columns it takes.",
            next_step="Log it again with a signature (`infer_signature`).",
        )
    inputs = tuple(Input(column.name, kind_of(column)) for column in card.columns)
    meaning, score = _by_probability(raw) or _by_prediction(whole, task)
    flavor: Flavor = "pyfunc"
    loaded = Loaded(flavor, "permutation", meaning.space, inputs, meaning.classes, PERMUTED, SLOW_ROWS)
    return PermutedModel(loaded, lambda rows: frame(rows, card.columns), score, background, meaning)


def _by_probability(raw: Any) -> tuple[Meaning, Any] | None:
    """The probabilities of a classifier, which say more than its answers."""
    if not hasattr(raw, "predict_proba") or not hasattr(raw, "classes_"):
        return None
    return Meaning("probability", same, class_names(raw.classes_)), scorer(raw)


def _by_prediction(whole: Any, task: Task | None) -> tuple[Meaning, Any]:
    """The answers themselves: a probability for a binary task, an amount otherwise."""

    def score(given: pd.DataFrame) -> Floats:
        return _numbers(whole.predict(given), len(given), task)

    if task == "multiclass":
        raise ExplainError(
            "The model tells a class, and no probabilities to explain.",
            why="Only a classifier with `predict_proba` and `classes_` can be explained for more than two classes.",
        )
    return (PROBABILITY if task == "binary" else AMOUNT), score


def _numbers(answers: Any, rows: int, task: Task | None) -> Floats:
    try:
        found = np.asarray(answers, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise _not_numeric(f"It answers with {type(answers).__name__} of other things.") from error
    if found.size == rows:
        return found.reshape(rows, 1)
    if found.shape == (rows, 2) and task == "binary":
        return found[:, 1:]
    raise _not_numeric(f"It answers {rows} rows with an array of shape {found.shape}.")


def _not_numeric(why: str) -> ExplainError:
    return ExplainError(
        "The model does not answer with one number for each row, so there is nothing to explain.",
        why=why,
        next_step="Log it with a `predict` that returns a probability or an amount.",
    )
