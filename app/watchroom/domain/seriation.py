"""An order in which similar rows stand together: for a map of rows that shows their groups."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_SMALL = 3
"""So few rows are only sorted: there is nothing to split."""


def similar_first(rows: Floats) -> list[int]:
    """The rows' places in an order that keeps similar ones together; the same for the same rows.

    Principal direction divisive partitioning (Boley 1998): rows are split at the mean along the direction in which they
    vary most, each half again, and so on. Halves keep their order along it, so that neighbours are alike across splits.
    """
    order: list[int] = []
    waiting = [np.arange(len(rows))]
    while waiting:
        members = waiting.pop()
        along = _along(rows[members])
        if len(members) <= _SMALL or np.ptp(along) == 0:
            order += [int(place) for place in members[np.argsort(along, kind="stable")]]
            continue
        waiting += [members[along > 0], members[along <= 0]]
    return order


def _along(rows: Floats) -> Floats:
    """The place of each row along the direction of greatest variance, its sign so that it goes with the row sums."""
    centred = rows - rows.mean(axis=0) if len(rows) else rows
    if len(rows) < 2 or not centred.any():
        return np.zeros(len(rows))
    _, vectors = np.linalg.eigh(centred.T @ centred)
    along: Floats = centred @ vectors[:, -1]
    return along if along @ centred.sum(axis=1) >= 0 else -along
