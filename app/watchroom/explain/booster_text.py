"""Trees of scikit-learn, written as a LightGBM model, which explains them exactly and in parallel.

LightGBM's text format holds all that a tree of scikit-learn says: thresholds in double precision, where missing values
go, categories, and how much weight passed each node in training, which is what path-dependent TreeSHAP weighs with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_CATEGORICAL = 1
_DEFAULT_LEFT = 2
_MISSING_IS_NAN = 2 << 2
_WORD = 32  # bits of a word of a category set
_MOST_WEIGHT = 2**30  # LightGBM keeps weights as 32-bit whole numbers
LARGEST = 1e300
"""Stands for infinity in thresholds and inputs, which the format does not hold."""


@dataclass(frozen=True)
class Nodes:
    """One tree, its root first. A leaf has `left` −1; `missing_left` says where a missing value goes.

    `categories[i]` are the codes that go left at node i, None where it splits by `threshold` (≤ goes left).
    """

    feature: NDArray[np.int64]
    threshold: NDArray[np.float64]
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    missing_left: NDArray[np.bool_]
    value: NDArray[np.float64]
    weight: NDArray[np.float64]
    categories: tuple[NDArray[np.int64] | None, ...] = ()


def written(trees: Sequence[Nodes], columns: int, outputs: int) -> str:
    """The model as text; `trees` are ordered by round, within a round by output, and their leaves add up."""
    names = " ".join(f"f{number}" for number in range(columns))
    head = [
        "tree", "version=v4", f"num_class={outputs}", f"num_tree_per_iteration={outputs}", "label_index=0",
        f"max_feature_idx={columns - 1}", f"feature_names={names}", "feature_infos=" + " ".join(["none"] * columns), "",
    ]  # fmt: skip
    return "\n".join(head + [_tree(number, tree) for number, tree in enumerate(trees)] + ["end of trees", "", ""])


def _tree(number: int, tree: Nodes) -> str:
    inner, leaves = np.flatnonzero(tree.left >= 0), np.flatnonzero(tree.left < 0)
    weight = _whole(tree)
    if not len(inner):
        return f"Tree={number}\nnum_leaves=1\nnum_cat=0\nleaf_value={tree.value[0]:.17g}\nleaf_count={weight[0]}\n"
    place = np.zeros(len(tree.left), dtype=np.int64)
    place[inner], place[leaves] = np.arange(len(inner)), ~np.arange(len(leaves))
    thresholds, kinds, bounds, words = _splits(tree, inner)
    lines = {
        "num_leaves": [str(len(leaves))],
        "num_cat": [str(len(bounds) - 1)],
        "split_feature": map(str, tree.feature[inner]),
        "split_gain": ["0"] * len(inner),
        "threshold": thresholds,
        "decision_type": map(str, kinds),
        "left_child": map(str, place[tree.left[inner]]),
        "right_child": map(str, place[tree.right[inner]]),
        "leaf_value": (f"{value:.17g}" for value in tree.value[leaves]),
        "leaf_weight": map(str, weight[leaves]),
        "leaf_count": map(str, weight[leaves]),
        "internal_value": ["0"] * len(inner),
        "internal_weight": map(str, weight[inner]),
        "internal_count": map(str, weight[inner]),
    }
    if words:
        lines |= {"cat_boundaries": map(str, bounds), "cat_threshold": map(str, words)}
    text = "\n".join(f"{key}={' '.join(values)}" for key, values in lines.items())
    return f"Tree={number}\n{text}\nis_linear=0\nshrinkage=1\n"


def _splits(tree: Nodes, inner: NDArray[np.int64]) -> tuple[list[str], list[int], list[int], list[int]]:
    """The threshold and the kind of each split, and the sets of categories that a threshold may stand for."""
    thresholds, kinds, bounds, words = [], [], [0], list[int]()
    for node in inner:
        codes = tree.categories[node] if tree.categories else None
        if codes is None:
            thresholds.append(f"{np.clip(tree.threshold[node], -LARGEST, LARGEST):.17g}")
            kinds.append(_MISSING_IS_NAN | (_DEFAULT_LEFT if tree.missing_left[node] else 0))
        else:
            thresholds.append(str(len(bounds) - 1))
            kinds.append(_MISSING_IS_NAN | _CATEGORICAL)
            words += _bits(codes)
            bounds.append(len(words))
    return thresholds, kinds, bounds, words


def _bits(codes: NDArray[np.int64]) -> list[int]:
    words = [0] * (int(codes.max(initial=0)) // _WORD + 1)
    for code in codes:
        words[code // _WORD] |= 1 << int(code) % _WORD
    return words


def _whole(tree: Nodes) -> NDArray[np.int64]:
    """Weights as whole numbers, a parent's being its children's sum; fractions are scaled up to what fits."""
    leaves = tree.left < 0
    exact = np.all(tree.weight == np.round(tree.weight)) and tree.weight[0] < _MOST_WEIGHT
    scale = 1.0 if exact else _MOST_WEIGHT / tree.weight[0]
    whole = np.where(leaves, np.maximum(np.round(tree.weight * scale), 1), 0).astype(np.int64)
    for node in range(len(whole) - 1, -1, -1):  # children stand behind their parent
        if tree.left[node] >= 0:
            whole[node] = whole[tree.left[node]] + whole[tree.right[node]]
    return whole
