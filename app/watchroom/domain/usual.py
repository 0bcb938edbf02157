"""Where a value stands among those of the reference: what is usual for an input, and how unusual one value is."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from watchroom.domain.binned import Bins
from watchroom.domain.bins import MISSING
from watchroom.domain.category import category_text
from watchroom.domain.decision import Value
from watchroom.domain.yes_no import yes_or_no

LOW, HIGH = 0.05, 0.95
"""The ends of what is called usual: nine in ten of the reference's values lie between."""


FEW_VALUES = 5
"""A number with no more different values than this, such as a flag, is told like a category: by shares."""

_WHOLE = 0.8
"""With more whole edges than this the values are whole: a percentile may lie between two of them."""


@dataclass(frozen=True)
class Usual:
    """What the reference has of an input; `n` are its rows. Shares are of all its rows, 0 to 1.

    Of a number: `low` and `high` are its 5th and 95th percentile, `least` and `greatest` its ends, NaN without values.
    Of a category, and of a number of at most `FEW_VALUES` values: `shares` of its values, the most frequent first.
    """

    kind: str
    n: int
    missing: float
    low: float = math.nan
    high: float = math.nan
    least: float = math.nan
    greatest: float = math.nan
    shares: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Standing:
    """Where one value stands. `below` and `above` are the shares of the reference's values on either side of a number.

    `share` is that of the very value: of a category, of a number of few values, of missing; NaN where it says nothing.
    `new` is a value such as the reference does not have: beyond its ends, or a category that is not in it.
    """

    below: float = math.nan
    above: float = math.nan
    share: float = math.nan
    new: bool = False
    unusual: bool = False


def usual(bins: Bins, values: Sequence[str]) -> Usual:
    """What is usual; `values` has the category of each bin."""
    n = int(bins.reference.sum())
    missing = float(bins.reference[bins.missing].sum() / n) if n else math.nan
    if bins.kind == "category":
        ranked = sorted(bins.valued, key=lambda place: (-int(bins.reference[place]), values[place]))
        shares = tuple((values[place], float(bins.reference[place] / max(n, 1))) for place in ranked)
        return Usual("category", n, missing, shares=shares)
    lower, upper, counts = _inner(bins)
    if not counts.sum():
        return Usual("number", n, missing)
    low, high = (_percentile(lower, upper, counts, at, bins.exact) for at in (LOW, HIGH))
    if np.mean(lower == np.floor(lower)) > _WHOLE:
        low, high = round(low), round(high)
    greatest = float(lower[-1]) if bins.exact else float(np.nextafter(upper[-1], -np.inf))
    return Usual("number", n, missing, low, high, float(lower[0]), greatest, _few(bins, n))


def _few(bins: Bins, n: int) -> tuple[tuple[str, float], ...]:
    """The values of a number that has few of them, with their shares of all rows; none of another."""
    lower, _, counts = _inner(bins)
    held = np.flatnonzero(counts)
    if not bins.exact or not 0 < len(held) <= FEW_VALUES:
        return ()
    ranked = sorted(held, key=lambda place: (-int(counts[place]), lower[place]))
    return tuple((f"{lower[place]:.15g}", float(counts[place] / n)) for place in ranked)


def standing(bins: Bins, values: Sequence[str], value: Value) -> Standing:
    """Where the value stands; all NaN when the reference has no values."""
    n = int(bins.reference.sum())
    if value is None or (isinstance(value, float) and math.isnan(value)):
        share = float(bins.reference[bins.bin == MISSING].sum() / n) if n else math.nan
        return Standing(share=share, new=share == 0, unusual=share < LOW)
    if bins.kind == "category":
        return _of_category(bins, values, value, n)
    if isinstance(value, str):
        return Standing()
    found = _of_number(bins, float(value))
    few = dict(_few(bins, n))
    if not few:
        return found
    share = few.get(f"{float(value):.15g}", 0.0)
    return replace(found, share=share, new=share == 0, unusual=share < LOW)


def _of_category(bins: Bins, values: Sequence[str], value: Value, n: int) -> Standing:
    text = spelled(value, [values[place] for place in bins.valued])
    counted = sum(int(bins.reference[place]) for place in bins.valued if values[place] == text)
    share = counted / n if n else math.nan
    # A value without a bin of its own may be among the rare ones, which are not counted one by one.
    return Standing(share=share, new=counted == 0, unusual=share < LOW)


def spelled(value: Value, known: Collection[str]) -> str | None:
    """A category as the profile writes it; where it knows yes and no alone, a model's 1 and 0 are these."""
    said = yes_or_no(str(value)) if known and set(known) <= {"true", "false"} else None
    return category_text(value if said is None else said)


def _of_number(bins: Bins, value: float) -> Standing:
    lower, upper, counts = _inner(bins)
    total = int(counts.sum())
    if not total:
        return Standing()
    if bins.exact:
        below, above = float(counts[lower < value].sum() / total), float(counts[lower > value].sum() / total)
        share = 1 - below - above
    else:
        part = np.clip((value - lower) / (upper - lower), 0, 1)
        below = float((counts * part).sum() / total)
        above, share = 1 - below, math.nan
    greatest = lower[-1] if bins.exact else upper[-1]
    new = bool(value < lower[0] or value > greatest)
    return Standing(below, above, share, new, unusual=new or below > HIGH or above > HIGH)


def _inner(bins: Bins) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Lower ends, upper ends and rows of a number's bins within the reference's range, rising."""
    places = [place for place in bins.valued if np.isfinite(bins.lower[place]) and np.isfinite(bins.upper[place])]
    return bins.lower[places], bins.upper[places], bins.reference[places]


def _percentile(
    lower: NDArray[np.float64], upper: NDArray[np.float64], counts: NDArray[np.int64], at: float, exact: bool
) -> float:
    """The value below which that share lies; within a bin of many values taken as spread evenly."""
    reached = np.cumsum(counts) / counts.sum()
    place = int(np.searchsorted(reached, at - 1e-12))
    if exact:
        return float(lower[place])
    before = reached[place - 1] if place else 0.0
    part = (at - before) / max(reached[place] - before, 1e-300)
    return float(lower[place] + part * (upper[place] - lower[place]))
