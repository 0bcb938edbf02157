"""Fewer points of a curve with the same picture: the least and the greatest of each stretch of it stay."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Places = NDArray[np.int64]


def kept(x: Floats, y: Floats, buckets: int) -> Places:
    """The places of the points to draw, in their order; all of them when there are at most twice as many as buckets.

    The curve's extent in `x`, which never falls and is finite, is cut into `buckets` of one width. Of each stay the
    first of its least and the first of its greatest finite values, and the first point that is not finite, so that a
    gap stays a gap; of the curve stay the first and the last point. So at most 3 x buckets + 2 points are left, and no
    peak is lost, however narrow.

    The min-max part of "MinMaxLTTB" (Van Der Donckt and others, 2023), which shows no more than that at a screen's
    width; buckets by `x` and not by number, so that they are of one width on the screen. Give `x` as it is drawn:
    logarithms for a logarithmic axis.
    """
    n = len(y)
    if n <= 2 * max(buckets, 1):
        return np.arange(n)
    bucket = _buckets(x, max(buckets, 1))
    starts = np.flatnonzero(np.diff(bucket, prepend=-1))
    finite = np.isfinite(y)
    chosen = [
        np.array([0, n - 1]),
        _first_like(np.minimum, np.where(finite, y, np.inf), finite, starts),
        _first_like(np.maximum, np.where(finite, y, -np.inf), finite, starts),
        _first_of_each(np.flatnonzero(~finite), bucket),
    ]
    return np.unique(np.concatenate(chosen)).astype(np.int64)


def _buckets(x: Floats, count: int) -> Places:
    low, width = x[0], x[-1] - x[0]
    if not width > 0:
        return np.zeros(len(x), np.int64)
    found: Places = np.minimum(((x - low) / width * count).astype(np.int64), count - 1)
    return found


def _first_like(extreme: np.ufunc, y: Floats, finite: NDArray[np.bool_], starts: Places) -> Places:
    """The place of the first point of each bucket that has its extreme; none for a bucket without finite values."""
    extremes = extreme.reduceat(y, starts)
    lengths = np.diff(np.append(starts, len(y)))
    places = np.flatnonzero((y == np.repeat(extremes, lengths)) & finite)
    return _first_of_each(places, np.repeat(np.arange(len(starts)), lengths))


def _first_of_each(places: Places, bucket: Places) -> Places:
    """The first of the places in each bucket."""
    found: Places = places[np.unique(bucket[places], return_index=True)[1]]
    return found
