"""The decisions that are most like one: Gower's distance over numbers and categories together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Texts = NDArray[np.object_]


@dataclass(frozen=True)
class Near:
    """Places of rows, the nearest first, and their distances: 0 for the same in everything, 1 for nothing alike."""

    places: NDArray[np.int64]
    distances: Floats


def nearest(numbers: Floats, texts: Texts, one: tuple[Floats, Texts], scales: Floats, k: int) -> Near:
    """The k rows nearest to `one`; fewer when there are fewer. Rows of the same distance stay in their order.

    `numbers` is (n, numbers) with NaN for a missing value, `texts` (n, categories) with None; `one` holds the same
    columns of the one row. `scales` is what counts as far apart in each number, such as its range in the reference.

    Gower's distance (1971): the mean over the inputs of |difference| / scale for numbers, and of 0 (the same) or 1
    (not) for categories. Where we deviate: a difference beyond the scale counts as 1, so that one absurd value does not
    decide; and a missing value is a value: 0 against another missing one, else 1, where Gower leaves it out. All inputs
    count alike, whatever the model makes of them.
    """
    distance = _distances(numbers, texts, one, scales)
    places = np.argsort(distance, kind="stable")[: max(k, 0)]
    return Near(places.astype(np.int64), distance[places])


def _distances(numbers: Floats, texts: Texts, one: tuple[Floats, Texts], scales: Floats) -> Floats:
    inputs = numbers.shape[1] + texts.shape[1]
    if inputs == 0:
        return np.zeros(numbers.shape[0])
    apart = _numbers_apart(numbers, one[0], scales).sum(axis=1)
    for column in range(texts.shape[1]):  # comparing objects gains nothing from one large array
        apart += np.fromiter((text != one[1][column] for text in texts[:, column]), np.float64, texts.shape[0])
    found: Floats = apart / inputs
    return found


def _numbers_apart(numbers: Floats, one: Floats, scales: Floats) -> Floats:
    missing, gone = np.isnan(numbers), np.isnan(one)
    usable = np.isfinite(scales) & (scales > 0)
    difference = np.abs(np.nan_to_num(numbers) - np.nan_to_num(one))
    scaled = np.where(usable, difference / np.where(usable, scales, 1.0), difference > 0)
    return np.where(missing | gone, missing != gone, np.minimum(scaled, 1.0))
