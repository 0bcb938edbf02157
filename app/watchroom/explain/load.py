"""Which way a logged model is loaded: natively where its file cannot run code, else only when it is trusted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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


def open_only(folder: Path, trust: bool) -> None:
    """Load the model and do nothing with it: one that cannot be explained may still be loaded. Raises as `load`."""
    found = card.read(folder)
    try:
        kind, file = _file(found)
        _READ[kind](file)
    except ModelRefused as refused:
        if not trust:
            raise ModelRefused(refused.what, why=refused.why, next_step=_NEXT_STEP) from refused
        load_pyfunc.opened(found)


def _native(found: Card, task: Task | None, background: pa.Table | None) -> Model:
    kind, file = _file(found)
    raw = _READ[kind](file)
    if kind == "lightgbm":
        return load_booster.of_lightgbm(raw, found.columns, task)
    if kind == "xgboost":
        return load_booster.of_xgboost(raw, found.columns, task)
    if not load_sklearn.is_known(raw):
        raise ExplainError("The logged model is none that can be explained.", why=f"It is a {type(raw).__name__}.")
    return load_sklearn.of_sklearn(raw, found.columns, task, background)


_READ: Mapping[str, Callable[[Path], Any]] = {
    "lightgbm": load_booster.lightgbm_file,
    "xgboost": load_booster.xgboost_file,
    "skops": skops_file.load,
}
"""What reads a file of data alone, by what it is a file of."""


def _file(found: Card) -> tuple[str, Path]:
    """The model's file and what reads it. Raises ModelRefused when it is not in a format of data alone."""
    flavors = found.flavors
    if "lightgbm" in flavors:
        file = found.file(flavors["lightgbm"].get("data"))
        return ("lightgbm", file) if file.suffix == ".lgb" else ("skops", _skops(file))
    if "xgboost" in flavors:
        file = found.file(flavors["xgboost"].get("data"))
        if file.suffix not in (".ubj", ".json", ".xgb", ".deprecated"):
            raise _pickled(file)
        return "xgboost", file
    if "sklearn" in flavors:
        named = flavors["sklearn"].get("pickled_model") or flavors.get("python_function", {}).get("model_path")
        return "skops", _skops(found.file(named))
    raise ModelRefused(
        "The logged model can only be loaded by running its own code.",
        why=f"Its loader is {found.loader!r}." if found.loader else "Its MLmodel file names no flavor that is known.",
    )


def _skops(file: Path) -> Path:
    if file.suffix != ".skops":
        raise _pickled(file)
    return file


def _pickled(file: Path) -> ModelRefused:
    return ModelRefused(
        "The logged model is a file that runs code when it is loaded.",
        why=f"It is {file.name[:100]!r}, which is not in a format of data alone (skops, LightGBM's or XGBoost's own).",
    )
