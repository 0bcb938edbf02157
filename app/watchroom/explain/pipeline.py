"""A scikit-learn pipeline taken apart: what its last estimator is given, and which input each column of that is of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from watchroom.explain.contract import Floats
from watchroom.explain.typed import label

if TYPE_CHECKING:
    import pandas as pd

Owners = NDArray[np.int64]
"""For each column, the number of the input that it is made of."""

_ONE_TO_ONE = {
    "StandardScaler", "MinMaxScaler", "MaxAbsScaler", "RobustScaler", "QuantileTransformer", "PowerTransformer",
    "OrdinalEncoder",
}  # fmt: skip


class Mixed(Exception):
    """A step whose columns are each made of several inputs, or whose columns cannot be followed."""


@dataclass(frozen=True)
class Pipe:
    """The steps before the last estimator, and the owner of each column that it is given."""

    steps: tuple[Any, ...]
    last: Any
    owners: Owners

    def __call__(self, frame: pd.DataFrame) -> Floats:
        """What the last estimator is given, as float64."""
        found: Any = frame
        for step in self.steps:
            found = step.transform(found)
        dense = found.toarray() if hasattr(found, "toarray") else found
        return np.asarray(dense, dtype=np.float64)


def taken_apart(model: Any, inputs: int) -> Pipe:
    """The pipeline (or a lone estimator) as a `Pipe`. Raises `Mixed` when its columns cannot be told apart."""
    steps, last = flat(model)
    owners = np.arange(inputs)
    for step in steps:
        owners = _through(step, owners)
    inner = getattr(last, "_preprocessor", None)
    if inner is None:
        return Pipe(tuple(steps), last, owners)
    # Histogram boosting encodes its categories itself, and has their columns first in its trees.
    return Pipe((*steps, inner), last, _columns(inner, owners))


def flat(model: Any) -> tuple[list[Any], Any]:
    """The steps before the last, those of inner pipelines included, and the last; `passthrough` is left out."""
    if type(model).__name__ != "Pipeline":
        return [], model
    steps = [step for _, step in model.steps[:-1] if not _is_nothing(step)]
    inner, last = flat(model.steps[-1][1])
    return [*steps, *inner], last


def _is_nothing(step: Any) -> bool:
    return step is None or (isinstance(step, str) and step == "passthrough")


def _through(step: Any, owners: Owners) -> Owners:
    name = "passthrough" if _is_nothing(step) else type(step).__name__
    if name == "passthrough" or name in _ONE_TO_ONE:
        return owners
    if name == "FunctionTransformer":
        return _function(step, owners)
    known = {
        "Pipeline": _pipeline,
        "ColumnTransformer": _columns,
        "FeatureUnion": _union,
        "SimpleImputer": _imputer,
        "OneHotEncoder": _one_hot,
        "KBinsDiscretizer": _bins,
        "MissingIndicator": _indicator,
    }.get(name)
    if known is None:
        raise Mixed(name)
    return known(step, owners)


def _function(step: Any, owners: Owners) -> Owners:
    """A universal function of NumPy works number by number; any other may do anything."""
    if step.func is None or isinstance(step.func, np.ufunc) or getattr(step.func, "func", None) is check_array():
        return owners
    raise Mixed("FunctionTransformer")


def check_array() -> Any:
    """scikit-learn's check of an array, which changes no number: histogram boosting uses it as a step."""
    from sklearn.utils.validation import check_array as check

    return check


def _pipeline(step: Any, owners: Owners) -> Owners:
    for _, inner in step.steps:
        owners = _through(inner, owners)
    return owners


def _union(step: Any, owners: Owners) -> Owners:
    parts = [_through(inner, owners) for _, inner in step.transformer_list if inner != "drop"]
    return np.concatenate(parts) if parts else owners[:0]


def _columns(step: Any, owners: Owners) -> Owners:
    total = max((part.stop for part in step.output_indices_.values()), default=0)
    found = np.full(total, -1, dtype=np.int64)
    for name, inner, _ in step.transformers_:
        place = step.output_indices_[name]
        if isinstance(inner, str) and inner == "drop":
            continue
        chosen = np.asarray(step._transformer_to_input_indices[name], dtype=np.int64)
        part = _through(inner, owners[chosen])
        if len(part) != place.stop - place.start:
            raise Mixed(type(inner).__name__)
        found[place] = part
    return found


def _imputer(step: Any, owners: Owners) -> Owners:
    kept = np.ones(len(owners), dtype=bool)
    if not step.keep_empty_features:
        kept = np.array([not _is_nan(value) for value in step.statistics_], dtype=bool)
    added = _indicator(step.indicator_, owners) if step.add_indicator else owners[:0]
    return np.concatenate([owners[kept], added])


def _is_nan(value: Any) -> bool:
    return isinstance(value, float) and bool(np.isnan(value))


def _indicator(step: Any, owners: Owners) -> Owners:
    return owners[np.asarray(step.features_, dtype=np.int64)]


def _one_hot(step: Any, owners: Owners) -> Owners:
    return np.repeat(owners, np.asarray(step._n_features_outs, dtype=np.int64))


def _bins(step: Any, owners: Owners) -> Owners:
    return owners if step.encode == "ordinal" else np.repeat(owners, np.asarray(step.n_bins_, dtype=np.int64))


def categories(model: Any, inputs: int) -> dict[int, tuple[str, ...]]:
    """The categories, as text, of each input (by its number) that the pipeline encodes and says the categories of."""
    found: dict[int, tuple[str, ...]] = {}
    owners = np.arange(inputs)
    steps, last = flat(model)
    for step in [*steps, getattr(last, "_preprocessor", None)]:
        owners = _noted(step, owners, found)
    return found


def _noted(step: Any, owners: Owners, found: dict[int, tuple[str, ...]]) -> Owners:
    name = type(step).__name__
    if name == "ColumnTransformer":
        for part, inner, _ in step.transformers_:
            if not isinstance(inner, str):
                _noted(inner, owners[np.asarray(step._transformer_to_input_indices[part], dtype=np.int64)], found)
    elif name == "Pipeline":
        for _, inner in step.steps:
            owners = _noted(inner, owners, found)
        return owners
    elif name in ("OneHotEncoder", "OrdinalEncoder"):
        for owner, values in zip(owners.tolist(), step.categories_, strict=True):
            found.setdefault(owner, tuple(label(value) for value in values.tolist() if not _is_missing(value)))
    return _through(step, owners)


def _is_missing(value: Any) -> bool:
    return value is None or _is_nan(value)


def knows_none(model: Any) -> bool:
    """Whether an encoder of the pipeline was trained on None for a missing category, which is not NaN to it."""
    steps, last = flat(model)
    return any(_has_none(step) for step in [*steps, getattr(last, "_preprocessor", None)])


def _has_none(step: Any) -> bool:
    inner = [each[1] for name in ("steps", "transformers_", "transformer_list") for each in getattr(step, name, ())]
    known = [value for values in getattr(step, "categories_", ()) for value in np.asarray(values).tolist()]
    return None in known or any(_has_none(each) for each in inner if not isinstance(each, str))
