"""A feature's bins with the counts of its reference: what drift and quality compare a period with.

Which bin a value lies in is in `bins`; what is computed from the counts is in `drift` and `quality`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from watchroom.domain.bins import INVALID, MISSING

Kind = Literal["number", "category"]
Counts = NDArray[np.int64]
"""Decisions by period (rows) and bin (columns, in the order of `Bins.bin`)."""


@dataclass(frozen=True)
class Bins:
    """The bins of one feature, in any order; every array has one entry for each bin.

    `bin` is the code, special ones below zero; `lower` and `upper` are NaN where open, for categories and for special
    bins; `decile` is PSI's bin of a number (-1 for special ones, not looked at for a category); `reference` counts its
    rows; `std` is the standard deviation of a number over the rows that have one, NaN when unknown. `exact` says that
    the reference has at most `bins.EXACT_VALUES` different values, so that each bin holds its lower edge alone.
    """

    kind: Kind
    bin: NDArray[np.integer]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    decile: NDArray[np.integer]
    reference: Counts
    std: float
    exact: bool = False

    @property
    def missing(self) -> NDArray[np.bool_]:
        """Which bins hold no usable value: missing, and not convertible."""
        found: NDArray[np.bool_] = (self.bin == MISSING) | (self.bin == INVALID)
        return found

    @property
    def valued(self) -> NDArray[np.intp]:
        """Where the bins of values are, in rising order: of a number the first and the last are out of range."""
        places = np.flatnonzero(self.bin >= 0)
        return places[np.argsort(self.bin[places], kind="stable")]

    @property
    def edges(self) -> NDArray[np.float64]:
        """The edges between the bins of a number, from the smallest reference value to just above the largest."""
        return self.upper[self.valued][:-1]

    @property
    def constant(self) -> bool:
        """Whether the values of a number's reference are all the same."""
        edges = self.edges
        return self.kind == "number" and edges.size == 2 and bool(np.nextafter(edges[0], np.inf) == edges[1])


def grouped(bins: Bins, counts: Counts) -> Counts:
    """Counts on the bins of PSI: (periods, bins) → (periods, groups); the same groups for every period.

    A number's groups are the reference's deciles; a category's are its bins. Missing and invalid are one group. When
    the reference is constant, its deciles cannot tell a greater value from it: then they are below, equal and above.
    """
    own = bins.bin if bins.kind == "category" or bins.constant else bins.decile
    keys = np.where(bins.missing, MISSING, own)
    order = np.argsort(keys, kind="stable")
    _, starts = np.unique(keys[order], return_index=True)
    added: Counts = np.add.reduceat(counts[:, order], starts, axis=1)
    return added


def shares(counts: Counts) -> NDArray[np.float64]:
    """Each row's counts as shares of their sum; zeros for a row without any."""
    part: NDArray[np.float64] = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    return part
