"""Which way a logged model is loaded: natively where its file cannot run code, else only when it is trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from watchroom.domain.vocabulary import Task
from watchroom.errors import ExplainError, ModelRefused
from watchroom.explain import card, load_booster, load_pyfunc, load_sklearn, skops_file
from watchroom.explain.card import Card
from watchroom.explain.model import Model, PermutedModel

_NEXT_STEP = (
    "If you built this model, set `explain: {trust: true}` in its file in `models/`: it may then run its own code when "
    "it is loaded, in a process with limits. Only for models you built."
)


def load(folder: Path, task: Task | None, trust: bool, background: pa.Table | None) -> Model:
    """The model in the folder, ready to explain. Raises `ExplainError`, and `ModelRefused` when it is not trusted."""
    found = card.read(folder)
    try:
        model = _native(found, task, background)
    except ModelRefused as refused:
        if not trust:
            raise ModelRefused(refused.what, why=refused.why, next_step=_NEXT_STEP) from refused
        model = load_pyfunc.load(found, task, background)
    return replace(model, background=background) if isinstance(model, PermutedModel) else model


def _native(found: Card, task: Task | None, background: pa.Table | None) -> Model:
    flavors = found.flavors
    if "lightgbm" in flavors:
        return _lightgbm(found, flavors["lightgbm"], task, background)
    if "xgboost" in flavors:
        return _xgboost(found, flavors["xgboost"], task)
    if "sklearn" in flavors:
        return _skops(found, flavors["sklearn"], "pickled_model", task, background)
    raise ModelRefused(
        "The logged model can only be loaded by running its own code.",
        why=f"Its loader is {found.loader!r}." if found.loader else "Its MLmodel file names no flavor that is known.",
    )


def _lightgbm(found: Card, flavor: Mapping[str, Any], task: Task | None, background: pa.Table | None) -> Model:
    file = found.file(flavor.get("data"))
    if file.suffix == ".lgb":
        return load_booster.of_lightgbm(load_booster.lightgbm_file(file), found.columns, task)
    return _skops(found, flavor, "data", task, background)


def _xgboost(found: Card, flavor: Mapping[str, Any], task: Task | None) -> Model:
    file = found.file(flavor.get("data"))
    if file.suffix not in (".ubj", ".json", ".xgb", ".deprecated"):
        raise _pickled(file)
    return load_booster.of_xgboost(load_booster.xgboost_file(file), found.columns, task)


def _skops(found: Card, flavor: Mapping[str, Any], key: str, task: Task | None, background: pa.Table | None) -> Model:
    file = found.file(flavor.get(key) or found.flavors.get("python_function", {}).get("model_path"))
    if file.suffix != ".skops":
        raise _pickled(file)
    estimator = skops_file.load(file)
    if not load_sklearn.is_known(estimator):
        raise ExplainError(
            "The logged model is none that can be explained.", why=f"It is a {type(estimator).__name__}."
        )
    return load_sklearn.of_sklearn(estimator, found.columns, task, background)


def _pickled(file: Path) -> ModelRefused:
    return ModelRefused(
        "The logged model is a file that runs code when it is loaded.",
        why=f"It is {file.name[:100]!r}, which is not in a format of data alone (skops, LightGBM's or XGBoost's own).",
    )
