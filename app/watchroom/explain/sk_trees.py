"""The trees of scikit-learn's estimators as one LightGBM booster, in the space that the estimator adds them up in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from watchroom.errors import ExplainError
from watchroom.explain.booster_text import LARGEST, Nodes, written
from watchroom.explain.boosters import Booster, LightGBM
from watchroom.explain.contract import Floats
from watchroom.explain.meaning import AMOUNT, BINARY, LOG_AMOUNT, Meaning, class_names, same, softmax

AVERAGED = {
    f"{kind}{task}"
    for kind in ("DecisionTree", "ExtraTree", "RandomForest", "ExtraTrees")
    for task in ("Classifier", "Regressor")
}
BOOSTED = {"GradientBoostingClassifier", "GradientBoostingRegressor"}
HISTOGRAM = {"HistGradientBoostingClassifier", "HistGradientBoostingRegressor"}
_OTHER = 256
"""The code of a category that a histogram tree does not know, and of a missing one: it knows at most 255."""


@dataclass(frozen=True)
class Trees:
    """A booster that adds up to the same, and what that means.

    `single` when the estimator compares in single precision; `known` are the codes of each column of categories.
    """

    booster: Booster
    meaning: Meaning
    single: bool
    known: dict[int, NDArray[np.int64]]

    def rows(self, matrix: Floats) -> Floats:
        """The estimator's rows as the booster takes them."""
        taken = matrix.astype(np.float32).astype(np.float64) if self.single else matrix.copy()
        taken = np.clip(taken, -LARGEST, LARGEST)
        for column, codes in self.known.items():
            taken[:, column] = np.where(np.isin(taken[:, column], codes), taken[:, column], _OTHER)
        return taken


def of_estimator(estimator: Any) -> Trees:
    """The trees of a fitted tree, forest, gradient boosting or histogram gradient boosting estimator."""
    name = type(estimator).__name__
    if name in AVERAGED:
        return _averaged(estimator)
    return _boosted(estimator) if name in BOOSTED else _histogram(estimator)


def _averaged(estimator: Any) -> Trees:
    members = getattr(estimator, "estimators_", None) or [estimator]
    if int(estimator.n_outputs_) != 1:
        raise ExplainError(
            "The model gives several answers at once, which is not explained.",
            next_step="Log a model for each of the answers.",
        )
    is_classifier = hasattr(estimator, "classes_")
    classes = class_names(estimator.classes_) if is_classifier else ()
    if len(classes) == 1:
        raise ExplainError("The model knows a single class, so there is nothing to explain.")
    outputs = range(1, 2) if len(classes) == 2 else range(max(1, len(classes)))
    trees = [_of_tree(each.tree_, k, is_classifier, 1 / len(members)) for each in members for k in outputs]
    meaning = Meaning("probability", same, classes) if is_classifier else AMOUNT
    return _together(estimator, trees, np.zeros(len(outputs)), meaning)


def _boosted(estimator: Any) -> Trees:
    outputs = estimator.estimators_.shape[1]
    start = "zero" if isinstance(estimator.init_, str) else type(estimator.init_).__name__
    if start not in ("zero", "DummyClassifier", "DummyRegressor"):
        raise ExplainError(f"The boosting starts from another model ({start}), which is not explained.")
    first = np.zeros((1, int(estimator.n_features_in_)), dtype=np.float32)
    offset = np.asarray(estimator._raw_predict_init(first), dtype=np.float64)[0]
    rate = float(estimator.learning_rate)
    trees = [_of_tree(each.tree_, 0, False, rate) for row in estimator.estimators_ for each in row]
    if not hasattr(estimator, "classes_"):
        meaning = AMOUNT
    elif outputs == 1:
        slope = 2.0 if estimator.loss == "exponential" else 1.0
        meaning = replace(BINARY, classes=class_names(estimator.classes_), score=lambda raw: BINARY.score(slope * raw))
    else:
        meaning = Meaning("log-odds", softmax, class_names(estimator.classes_))
    return _together(estimator, trees, offset, meaning)


def _together(estimator: Any, trees: list[Nodes], offset: Floats, meaning: Meaning) -> Trees:
    columns = int(estimator.n_features_in_)
    return Trees(_booster(trees, columns, offset), meaning, True, {})


def _booster(trees: list[Nodes], columns: int, offset: Floats) -> Booster:
    import lightgbm

    text = written(trees, columns, len(offset))
    return LightGBM(lightgbm.Booster(model_str=text), offset)


def _of_tree(tree: Any, output: int, shares: bool, scale: float) -> Nodes:
    value = np.asarray(tree.value, dtype=np.float64)[:, 0, :]
    if shares:
        value = value / value.sum(axis=1, keepdims=True)
    missing = getattr(tree, "missing_go_to_left", np.zeros(len(value)))
    return Nodes(
        np.asarray(tree.feature, dtype=np.int64),
        np.asarray(tree.threshold, dtype=np.float64),
        np.asarray(tree.children_left, dtype=np.int64),
        np.asarray(tree.children_right, dtype=np.int64),
        np.asarray(missing, dtype=np.bool_),
        value[:, output] * scale,
        np.asarray(tree.weighted_n_node_samples, dtype=np.float64),
    )


def _histogram(estimator: Any) -> Trees:
    outputs = int(estimator.n_trees_per_iteration_)
    columns = int(estimator.n_features_in_)
    trees = [_of_predictor(each) for row in estimator._predictors for each in row]
    offset = np.asarray(estimator._baseline_prediction, dtype=np.float64).reshape(-1)
    if not hasattr(estimator, "classes_"):
        meaning = LOG_AMOUNT if estimator.loss in ("poisson", "gamma") else AMOUNT
    elif outputs == 1:
        meaning = replace(BINARY, classes=class_names(estimator.classes_))
    else:
        meaning = Meaning("log-odds", softmax, class_names(estimator.classes_))
    return Trees(_booster(trees, columns, offset), meaning, False, _known(estimator))


def _known(estimator: Any) -> dict[int, NDArray[np.int64]]:
    """The codes that each categorical column of the trees had in training; the trees have these columns first."""
    thresholds, is_category = estimator._bin_mapper.bin_thresholds_, estimator._bin_mapper.is_categorical_
    if is_category is None:
        return {}
    return {place: np.asarray(thresholds[place], dtype=np.int64) for place in np.flatnonzero(is_category).tolist()}


def _of_predictor(predictor: Any) -> Nodes:
    nodes = predictor.nodes
    leaf = nodes["is_leaf"].astype(bool)
    missing = nodes["missing_go_to_left"].astype(bool)
    return Nodes(
        nodes["feature_idx"].astype(np.int64),
        nodes["num_threshold"].astype(np.float64),
        np.where(leaf, -1, nodes["left"].astype(np.int64)),
        np.where(leaf, -1, nodes["right"].astype(np.int64)),
        missing,
        nodes["value"].astype(np.float64),
        nodes["count"].astype(np.float64),
        tuple(_left_codes(predictor, node, bool(goes)) for node, goes in zip(nodes, missing, strict=True)),
    )


def _left_codes(predictor: Any, node: Any, missing_left: bool) -> NDArray[np.int64] | None:
    if node["is_leaf"] or not node["is_categorical"]:
        return None
    words = predictor.raw_left_cat_bitsets[node["bitset_idx"]]
    codes = [code for code in range(_OTHER) if words[code // 32] >> np.uint32(code % 32) & np.uint32(1)]
    return np.asarray([*codes, _OTHER] if missing_left else codes, dtype=np.int64)
