"""Boosters of LightGBM and XGBoost, from their own files or out of their scikit-learn classes."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from watchroom.domain.vocabulary import Task
from watchroom.errors import ExplainError
from watchroom.explain.boosters import Booster, LightGBM, XGBoost, contributions
from watchroom.explain.card import Column, check_names
from watchroom.explain.contract import Flavor, Loaded
from watchroom.explain.meaning import Meaning, of_objective
from watchroom.explain.model import PERMUTED, SLOW_ROWS, MatrixModel, Model, PermutedModel
from watchroom.explain.typed import Wanted, kind_of, label, matrix

_OLD_LIGHTGBM = "the model's own parameters do not say which of its columns hold categories"


@contextmanager
def _without_sklearn() -> Iterator[None]:
    """Keep a booster's library from importing scikit-learn, for classes that no booster's own file needs.

    It takes longer than all the rest of the start of the process, which is made for this one model.
    """
    if "sklearn" in sys.modules:
        yield
        return
    sys.modules["sklearn"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules["sklearn"]


def lightgbm_file(file: Path) -> Any:
    """The booster in a LightGBM text file."""
    with _without_sklearn():
        import lightgbm

    try:
        return lightgbm.Booster(model_file=str(file))
    except (lightgbm.basic.LightGBMError, ValueError, KeyError, UnicodeDecodeError) as error:
        raise ExplainError("LightGBM cannot read the logged model.", why=_one_line(error)) from error


def xgboost_file(file: Path) -> Any:
    """The booster in an XGBoost JSON or UBJSON file."""
    try:
        with _without_sklearn():
            import xgboost
    except ImportError as error:
        raise ExplainError(
            "The logged model needs XGBoost, which is not installed.",
            next_step='Install it: `pip install "watchroom[xgboost]"` or `pip install xgboost-cpu`.',
        ) from error
    try:
        booster = xgboost.Booster()
        booster.load_model(file)
        return booster
    except (xgboost.core.XGBoostError, ValueError, UnicodeDecodeError) as error:
        raise ExplainError("XGBoost cannot read the logged model.", why=_one_line(error)) from error


def of_lightgbm(
    model: Any, columns: Sequence[Column], task: Task | None, classes: tuple[str, ...] = (), flavor: Flavor = "lightgbm"
) -> Model:
    """A LightGBM booster that explains; `classes` as its scikit-learn class names them."""
    names = _names(list(model.feature_name()), columns)
    labels = _lightgbm_labels(model)
    wanted = [_wanted(name, columns, labels.get(place, ())) for place, name in enumerate(names)]
    booster, meaning = lightgbm_booster(model, task, classes)
    return _model(booster, meaning, wanted, flavor, _explains(booster))


def of_xgboost(
    model: Any, columns: Sequence[Column], task: Task | None, classes: tuple[str, ...] = (), flavor: Flavor = "xgboost"
) -> Model:
    """An XGBoost booster that explains."""
    booster, meaning, trees = xgboost_booster(model, task, classes)
    names, labels = _names(booster.names, columns), _xgboost_labels(model)
    wanted = [_wanted(name, columns, labels.get(place, ())) for place, name in enumerate(names)]
    return _model(booster, meaning, wanted, flavor, trees)


def lightgbm_booster(model: Any, task: Task | None, classes: tuple[str, ...] = ()) -> tuple[Booster, Meaning]:
    """The booster and what its outputs mean."""
    booster = LightGBM(model)
    head = model.model_to_string(num_iteration=1).split("\n", 20)
    objective = next((line[10:] for line in head if line.startswith("objective=")), "")
    return booster, _named(of_objective(objective, booster.outputs, task), classes)


def xgboost_booster(model: Any, task: Task | None, classes: tuple[str, ...] = ()) -> tuple[Booster, Meaning, bool]:
    """The booster, what its outputs mean, and whether it consists of trees."""
    learner = json.loads(model.save_config())["learner"]
    about = learner["learner_model_param"]
    if int(about.get("num_target", 1)) > 1:
        raise ExplainError("The model gives several answers at once, which is not explained.")
    outputs, best = max(1, int(about.get("num_class", 0))), model.attr("best_iteration")
    used = model[: int(best) + 1] if best is not None and int(best) + 1 < model.num_boosted_rounds() else model
    trees = learner["gradient_booster"]["name"] != "gblinear"
    meaning = of_objective(str(learner["objective"]["name"]), outputs, task)
    return XGBoost(used, outputs), _named(meaning, classes), trees


def _named(meaning: Meaning, classes: tuple[str, ...]) -> Meaning:
    return replace(meaning, classes=classes) if classes and len(classes) >= len(meaning.classes) > 0 else meaning


def _model(booster: Booster, meaning: Meaning, wanted: list[Wanted], flavor: Flavor, trees: bool) -> Model:
    inputs = tuple(want.input for want in wanted)
    if trees:
        loaded = Loaded(flavor, "tree", meaning.space, inputs, meaning.classes, meaning.note)
        return MatrixModel(
            loaded,
            lambda rows: matrix(rows, wanted),
            lambda rows: contributions(booster, rows),
            np.arange(len(wanted)),
            meaning,
        )
    import pandas as pd

    scored = Meaning("probability" if meaning.classes else "units", lambda raw: raw, meaning.classes)
    loaded = Loaded(flavor, "permutation", scored.space, inputs, scored.classes, PERMUTED, SLOW_ROWS)
    return PermutedModel(
        loaded,
        lambda rows: pd.DataFrame(matrix(rows, wanted)),
        lambda frame: meaning.score(booster.raw(frame.to_numpy())),
        None,
        scored,
    )


def _explains(booster: Booster) -> bool:
    """Whether LightGBM itself can tell contributions: not for trees with linear leaves."""
    import lightgbm

    try:
        booster.native(np.zeros((1, booster.columns)))
    except lightgbm.basic.LightGBMError:
        return False
    return True


def _names(own: list[str], columns: Sequence[Column]) -> list[str]:
    """The model's inputs, in its own order, by the signature's names where it has as many (a booster changes some).

    Raises `ExplainError` when a name is there twice.
    """
    check_names(own, "file")
    signed = [column.name for column in columns]
    if set(own) <= set(signed) or len(own) != len(signed):
        return own
    return signed


def _wanted(name: str, columns: Sequence[Column], labels: tuple[str, ...]) -> Wanted:
    if labels:
        return Wanted(name, "category", labels)
    kinds = {column.name: kind_of(column) for column in columns}
    return Wanted(name, "boolean" if kinds.get(name) == "boolean" else "number")


def _lightgbm_labels(model: Any) -> dict[int, tuple[str, ...]]:
    """The categories of each column that was one of pandas' in training, by the column's number."""
    known = getattr(model, "pandas_categorical", None) or []
    if not known:
        return {}
    places = _categorical_places(model)
    if len(places) != len(known):
        raise ExplainError(
            "The model's categories cannot be told.",
            why=f"Its file has {len(known)} lists of categories, and {_OLD_LIGHTGBM}.",
        )
    return {place: tuple(label(value) for value in values) for place, values in zip(places, known, strict=True)}


def _categorical_places(model: Any) -> list[int]:
    text = model.model_to_string(num_iteration=1)
    line = next((line for line in text.split("\n") if line.startswith("[categorical_feature: ")), "")
    inside = line.removeprefix("[categorical_feature: ").removesuffix("]")
    return sorted(int(word) for word in inside.split(",") if word.strip().isdigit())


def _xgboost_labels(model: Any) -> dict[int, tuple[str, ...]]:
    """The categories that the model keeps (XGBoost 3.1 and newer); without them a category comes as its code."""
    if "c" not in (model.feature_types or []) or not hasattr(model, "get_categories"):
        return {}
    found = model.get_categories(export_to_arrow=True).to_arrow() or []
    return {
        place: tuple(label(value) for value in values.to_pylist())
        for place, (_, values) in enumerate(found)
        if values is not None
    }


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
