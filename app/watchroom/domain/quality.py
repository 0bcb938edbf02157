"""Values of a feature that cannot be what they should be: missing, unseen, out of range, invalid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from watchroom.domain.binned import Bins, Counts
from watchroom.domain.bins import INVALID, MISSING, UNSEEN
from watchroom.domain.laws import wilson

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Quality:
    """One entry for each period; shares are NaN without decisions, or without rows in the reference.

    `unseen` is None where it cannot be told: of a number, and of a category whose bins are not all of the reference's.
    `share` is that of missing, unseen and invalid together; a value out of range may well be true and is not in it.
    """

    n: Counts
    missing: Counts
    unseen: Counts | None
    out_of_range: Counts
    invalid: Counts
    share: Floats
    reference_share: float


def quality(bins: Bins, counts: Counts, closed: bool | None) -> Quality:
    """What is wrong with the values of each period, a row of `counts`.

    `closed` says that every category of the reference is a bin, so that an unseen one can be told; it is not looked at
    for a number.
    """
    tells_unseen = bins.kind == "category" and bool(closed)
    n = counts.sum(axis=1)
    missing, invalid, unseen = (_in_bin(bins, counts, code) for code in (MISSING, INVALID, UNSEEN))
    wrong = missing + invalid + (unseen if tells_unseen else 0)
    rows = int(bins.reference.sum())
    return Quality(
        n=n,
        missing=missing,
        unseen=unseen if tells_unseen else None,
        out_of_range=_out_of_range(bins, counts),
        invalid=invalid,
        share=np.where(n > 0, wrong / np.maximum(n, 1), np.nan),
        reference_share=int(bins.reference[bins.missing].sum()) / rows if rows else float("nan"),
    )


def quality_status(found: Quality, watch: float, failing: float) -> NDArray[np.str_]:
    """`failing` or `watch` where the share exceeds the reference's by that limit, and surely so; else `stable`.

    Surely: the lower end of the share's 95 % interval is beyond the limit too, so that one missing value in a quiet
    week is no alarm. `no data` without decisions, and where no light is on but the interval reaches past `failing`:
    too few to tell. Without a reference every wrong value is beyond it.
    """
    base = 0.0 if np.isnan(found.reference_share) else found.reference_share
    low, high = wilson(found.share, found.n)
    sure, possible = low - base, high - base
    lights = [sure >= failing, sure >= watch, np.isnan(found.share) | (possible >= failing)]
    return np.select(lights, ["failing", "watch", "no data"], "stable")


def _in_bin(bins: Bins, counts: Counts, code: int) -> Counts:
    found: Counts = counts[:, bins.bin == code].sum(axis=1)
    return found


def _out_of_range(bins: Bins, counts: Counts) -> Counts:
    """Decisions below the smallest or above the largest value of a number's reference; zeros when it has no value."""
    if bins.kind == "category" or bins.edges.size == 0:
        return np.zeros(len(counts), np.int64)
    outer: Counts = counts[:, bins.valued[[0, -1]]].sum(axis=1)
    return outer
