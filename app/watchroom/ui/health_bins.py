"""A feature's bins as people read them: deciles of the reference, or categories by share, with what is missing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from watchroom.charts.words import short
from watchroom.store.queries.windows import SPECIAL
from watchroom.ui.health_window import Feature
from watchroom.ui.text import count_of, one_line

CATEGORIES = 20
"""Categories that are drawn; the rarer ones are one bar together."""

VALUES = 24
"""A number with no more different values than this is drawn value by value, not by deciles."""


@dataclass(frozen=True)
class Group:
    """A bar: its label, and its decisions in what is compared with and in the window."""

    label: str
    before: int
    now: int


def groups(feature: Feature) -> list[Group]:
    """The bars of a feature, from the smallest value up or the most frequent category first; the special ones last."""
    bins, now = feature.watched.bins, feature.counts[0]
    values = np.flatnonzero(bins.bin >= 0)
    own = _categories(feature, values) if bins.kind == "category" else _numbers(feature)
    special = [
        Group(SPECIAL.get(int(bins.bin[place]), "other"), int(bins.reference[place]), int(now[place]))
        for place in np.flatnonzero(bins.bin < 0)
        if bins.reference[place] or now[place]
    ]
    return [*own, *special]


def _categories(feature: Feature, places: NDArray[np.intp]) -> list[Group]:
    bins, now, names = feature.watched.bins, feature.counts[0], feature.watched.values
    ranked = sorted(places, key=lambda place: (-int(bins.reference[place]), -int(now[place])))
    found = [
        Group(one_line(names[place], 80) or "(empty text)", int(bins.reference[place]), int(now[place]))
        for place in ranked
    ]
    rest = found[CATEGORIES:]
    if not rest:
        return found
    others = count_of(len(rest), "other value")
    return [*found[:CATEGORIES], Group(others, sum(one.before for one in rest), sum(one.now for one in rest))]


def _numbers(feature: Feature) -> list[Group]:
    """By value when there are few, else by the reference's deciles."""
    bins, now = feature.watched.bins, feature.counts[0]
    places = bins.valued
    few = bins.exact and len(places) <= VALUES + 2
    keys = bins.bin[places] if few else bins.decile[places]
    found = []
    for key in np.unique(keys):
        of = places[keys == key]
        before, current = int(bins.reference[of].sum()), int(now[of].sum())
        label = _value(bins.lower[of[0]], bins.upper[of[-1]]) if few else _span(bins.lower[of[0]], bins.upper[of[-1]])
        if before or current:
            found.append(Group(label, before, current))
    return found


def _value(lower: float, upper: float) -> str:
    return f"below {short(upper)}" if np.isnan(lower) else f"above {short(lower)}" if np.isnan(upper) else short(lower)


def _span(lower: float, upper: float) -> str:
    if np.isnan(lower) and np.isnan(upper):
        return "any value"
    if np.isnan(lower):
        return f"below {short(upper)}"
    return f"from {short(lower)}" if np.isnan(upper) else f"{short(lower)} to {short(upper)}"
