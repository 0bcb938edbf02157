"""SHAP values of any model by permutations: exact for up to four inputs, sampled in both directions beyond.

An input's share is how the mean prediction over the background changes when the input takes the row's value, averaged
over orders of the inputs; each order is also walked backwards, which makes pairwise interactions exact (Mitchell et
al. 2022, and shap's `PermutationExplainer`). The orders are the same at each call.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from watchroom.explain.boosters import Contributions
from watchroom.explain.contract import Floats

Codes = NDArray[np.int64]
ORDERS = 10
"""How many orders are drawn, each walked both ways: shap's own default."""
_EXACT_INPUTS = 4  # all 24 orders are hardly more than ten both ways
_BATCH_ROWS = 100_000  # rows that the model is asked about at once
_SEED = 1789


def orders_of(inputs: int) -> list[tuple[int, ...]]:
    """The orders in which inputs are set, each with its reverse."""
    if inputs <= _EXACT_INPUTS:
        return list(permutations(range(inputs)))
    rng = np.random.default_rng(_SEED)
    drawn = [tuple(rng.permutation(inputs).tolist()) for _ in range(ORDERS)]
    return [order for one in drawn for order in (one, one[::-1])]


def contributions(predict: Callable[[Codes], Floats], rows: Codes, background: Codes) -> Contributions:
    """What each input added to the prediction of the class that the model chooses, against the background.

    `predict` gives n × k numbers for n × f codes of the inputs' values.
    """
    raw = predict(rows) if len(rows) else np.zeros((0, 1))
    chosen = raw.argmax(axis=1) if len(rows) else np.zeros(0, dtype=np.int64)
    start = predict(background).mean(axis=0)
    orders = orders_of(rows.shape[1])
    values = np.zeros(rows.shape)
    for number, row in enumerate(rows):
        values[number] = _one(predict, row, background, orders, int(chosen[number]), start)
    base = start[chosen]
    return Contributions(values, base, values.sum(axis=1) + base, raw, chosen)


def _one(
    predict: Callable[[Codes], Floats],
    row: Codes,
    background: Codes,
    orders: list[tuple[int, ...]],
    chosen: int,
    start: Floats,
) -> Floats:
    masks = _masks(orders, len(row))
    means = _means(predict, row, background, masks, chosen)
    values = np.zeros(len(row))
    for order in orders:
        before, mask = start[chosen], 0
        for feature in order:
            mask |= 1 << feature
            after = means[mask]
            values[feature] += after - before
            before = after
    return values / len(orders)


def _masks(orders: list[tuple[int, ...]], inputs: int) -> list[int]:
    """The sets of inputs that any order passes through, as bits."""
    found: dict[int, None] = {}
    for order in orders:
        mask = 0
        for feature in order:
            mask |= 1 << feature
            found.setdefault(mask)
    return list(found)


def _means(
    predict: Callable[[Codes], Floats], row: Codes, background: Codes, masks: list[int], chosen: int
) -> dict[int, float]:
    """The mean prediction over the background with the inputs of each set at the row's values."""
    size = max(1, _BATCH_ROWS // len(background))
    found: dict[int, float] = {}
    for begin in range(0, len(masks), size):
        part = masks[begin : begin + size]
        bits = np.array([[mask >> place & 1 for place in range(len(row))] for mask in part], dtype=bool)
        mixed = np.where(bits[:, None, :], row, background[None, :, :]).reshape(-1, len(row))
        means = predict(mixed)[:, chosen].reshape(len(part), len(background)).mean(axis=1)
        found.update(zip(part, means.tolist(), strict=True))
    return found
