"""Runs put into groups by what they have alike, such as the value of a parameter."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MOST_GROUPS = 8
"""Groups that can be told apart by colour; the runs of rarer values stand together as others."""

DECADES = 100.0
"""Numbers above zero whose greatest is so many times the least are looked at on a logarithmic scale."""

OTHERS = "others"
MISSING = "not logged"


@dataclass(frozen=True)
class Values:
    """What some runs have of one thing, in the order of the runs.

    `texts` are as logged (None where it is not), `numbers` what they are as numbers (NaN where it is none, or not
    finite). `is_number` says which of the two to look at.
    """

    key: str
    texts: tuple[str | None, ...]
    numbers: Floats
    is_number: bool


@dataclass(frozen=True)
class Groups:
    """The group of each run by its place in `labels`. `ordered` says that they go from less to more."""

    of: tuple[int, ...]
    labels: tuple[str, ...]
    ordered: bool


def has(values: Values) -> NDArray[np.bool_]:
    """Which runs have a value that can be placed."""
    if values.is_number:
        found: NDArray[np.bool_] = np.isfinite(values.numbers)
        return found
    return np.array([text is not None for text in values.texts], dtype=bool)


def only(values: Values, some: NDArray[np.bool_]) -> Values:
    """The values of some of the runs."""
    texts = tuple(text for text, stays in zip(values.texts, some, strict=True) if stays)
    return Values(values.key, texts, values.numbers[some], values.is_number)


def groups(values: Values) -> Groups:
    """A group for each value when there are at most MOST_GROUPS; runs without a value are the last group.

    Else of a number three ranges with a third of the runs each, of a text the most frequent values and the others.
    """
    if values.is_number:
        numbers = values.numbers
        different = np.unique(numbers[np.isfinite(numbers)])
        if len(different) <= MOST_GROUPS:
            at = {value: place for place, value in enumerate(different)}
            return _with_missing([at.get(value) for value in numbers], [f"{value:g}" for value in different], True)
        return _thirds(numbers)
    counts = Counter(text for text in values.texts if text is not None)
    order = sorted(counts, key=lambda text: (-counts[text], text))
    shown = order if len(order) <= MOST_GROUPS else order[: MOST_GROUPS - 1]
    shown = sorted(shown, key=natural)
    places = {text: place for place, text in enumerate(shown)}
    labels = shown + [OTHERS] * (len(shown) < len(order))
    of = [None if text is None else places.get(text, len(shown)) for text in values.texts]
    return _with_missing(of, labels, False)


def _thirds(numbers: Floats) -> Groups:
    known = numbers[np.isfinite(numbers)]
    low, high = (float(f"{edge:.3g}") for edge in np.quantile(known, [1 / 3, 2 / 3]))
    if not known.min() < low < high <= known.max():
        low = high = float(np.median(known))
    labels = [f"up to {low:g}", *([f"{low:g} to {high:g}"] if high > low else []), f"above {high:g}"]
    edges = [low, high] if high > low else [low]
    of = [int(np.searchsorted(edges, value, side="left")) if math.isfinite(value) else None for value in numbers]
    return _with_missing(of, labels, True)


def _with_missing(of: Sequence[int | None], labels: Sequence[str], ordered: bool) -> Groups:
    missing = len(labels)
    told = (*labels, MISSING) if None in of else tuple(labels)
    return Groups(tuple(missing if place is None else place for place in of), told, ordered)


def natural(text: str) -> tuple[int, float, str]:
    """For sorting values that are texts: those that are numbers first, by size."""
    try:
        number = float(text)
    except ValueError:
        return 1, 0.0, text
    return (0, number, text) if math.isfinite(number) else (1, 0.0, text)


def spans_decades(numbers: Floats) -> bool:
    """Whether the finite numbers are all above zero, and so far apart that a logarithmic scale shows them better."""
    known = numbers[np.isfinite(numbers)]
    return len(known) > 1 and bool(known.min() > 0) and bool(known.max() >= DECADES * known.min())


def place_in(numbers: Floats) -> Floats:
    """Where each number lies from the least (0) to the greatest (1), by its logarithm over decades; NaN stays NaN."""
    scaled = np.where(np.isfinite(numbers), numbers, np.nan)
    if spans_decades(numbers):
        scaled = np.log10(scaled)
    known = scaled[~np.isnan(scaled)]
    if not len(known) or known.max() == known.min():
        return scaled * 0 + 0.5
    found: Floats = (scaled - known.min()) / (known.max() - known.min())
    return found


@dataclass(frozen=True)
class Bins:
    """The bin of each run on one axis of a map: its place in `labels`, None for a run without a value."""

    of: tuple[int | None, ...]
    labels: tuple[str, ...]


def bins(values: Values, most: int) -> Bins:
    """Each value a bin when there are at most `most`.

    Else of a number `most` ranges of one width (by logarithms over decades), of a text the most frequent values and the
    others.
    """
    if not values.is_number:
        counts = Counter(text for text in values.texts if text is not None)
        order = sorted(counts, key=lambda text: (-counts[text], text))
        shown = sorted(order if len(order) <= most else order[: most - 1], key=natural)
        labels = shown + [OTHERS] * (len(shown) < len(order))
        at = {text: place for place, text in enumerate(shown)}
        return Bins(tuple(None if text is None else at.get(text, len(shown)) for text in values.texts), tuple(labels))
    known = np.unique(values.numbers[np.isfinite(values.numbers)])
    if len(known) <= most:
        return Bins(tuple(_place(number, known) for number in values.numbers), tuple(f"{one:g}" for one in known))
    low, high = known[0], known[-1]
    edges = np.geomspace(low, high, most + 1) if spans_decades(known) else np.linspace(low, high, most + 1)
    of = np.clip(np.searchsorted(edges, values.numbers, side="right") - 1, 0, most - 1)
    names = tuple(f"{a:.3g} to {b:.3g}" for a, b in pairwise(edges))
    missing = np.isnan(values.numbers)
    return Bins(tuple(None if gone else int(place) for place, gone in zip(of, missing, strict=True)), names)


def _place(number: float, known: Floats) -> int | None:
    return int(np.searchsorted(known, number)) if math.isfinite(number) else None
