"""Runs grouped by all that they have in common, such as everything but the seed, with a metric's spread in each."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from watchroom.domain import spread
from watchroom.domain.comparison import EXPERIMENT, OF_THE_MOMENT, Comparison, Thing, Value, loss
from watchroom.domain.seeds import SEED_OR_REPEAT
from watchroom.domain.spread import Spread

SEED_LIKE = re.compile(SEED_OR_REPEAT, re.IGNORECASE)
"""What is varied to see how much is chance: runs that differ in nothing else are one group."""

FEW = 3
"""Runs of a group below which its spread is a guess: the mean of two is known to nine times their deviation."""

MANY = 5
"""Groups from which the best of them is worth a warning: among many the best looks better than it is."""


@dataclass(frozen=True)
class Group:
    """Runs that are alike in what they are grouped by: those values, the places of the runs, and a metric's spread.

    `numbers` are the finite values of the metric, which the spread is of: of runs with the same seeds and the same
    value one is counted, since a copy tells nothing of chance. `copies` is how many were not.
    """

    letter: str
    values: tuple[Value, ...]
    places: tuple[int, ...]
    numbers: tuple[float, ...]
    spread: Spread
    copies: int = 0

    @property
    def without(self) -> int:
        """Runs of the group that have no finite value of the metric."""
        return len(self.places) - len(self.numbers) - self.copies


def is_seed(thing: Thing) -> bool:
    """Whether it is one of those that are varied only to see how much is chance."""
    return thing.kind in ("param", "tag") and bool(SEED_LIKE.search(thing.key))


def candidates(found: Comparison) -> tuple[Thing, ...]:
    """What runs can be grouped by: all that differs but metrics, and when and how long they ran."""
    return tuple(
        thing
        for thing in found.different
        if thing.kind != "metric" and not (thing.kind == "run" and thing.key in OF_THE_MOMENT)
    )


def usual(found: Comparison) -> tuple[Thing, ...]:
    """What to group by until somebody chooses: what differs in parameters, data and experiment, but for seeds.

    Data are left out where with them no two runs would be of one group. Tags are marks and notes, which one run of
    several seeds gets: they would tear it from the others.
    """
    things = [thing for thing in candidates(found) if not is_seed(thing)]
    params = [thing for thing in things if thing.kind == "param" or thing.id == f"run:{EXPERIMENT}"]
    data = [thing for thing in things if thing.kind == "data"]
    everybody = range(len(found.runs))
    for wanted in (params + data, params):
        if len(_by_values(wanted, everybody)) < len(found.runs):
            return tuple(wanted)
    return tuple(params + data)


def seeds(found: Comparison) -> tuple[Thing, ...]:
    """The seeds by which the runs differ."""
    return tuple(thing for thing in found.different if is_seed(thing))


def groups(
    things: Sequence[Thing], metric: Thing, deleted: frozenset[int] = frozenset(), seeds: Sequence[Thing] = ()
) -> tuple[Group, ...]:
    """The groups of runs with equal values of the things, the best by the mean of the metric first.

    Groups in which no run has the metric come last. Letters are given in that order: A is the best. The places in
    `deleted` are of no group. Copies are told by `seeds`; without any each run counts.
    """
    way = metric.better or "higher"
    there = [place for place in range(len(metric.values)) if place not in deleted]
    found = []
    for values, places in _by_values(things, there).items():
        finite = [place for place in places if math.isfinite(metric.numbers[place])]
        numbers = tuple(metric.numbers[place] for place in _once(finite, metric, seeds))
        found.append((values, tuple(places), numbers, spread.of(numbers), len(finite) - len(numbers)))
    found.sort(key=lambda one: (not one[2], loss(one[3].mean, way) if one[2] else 0.0))
    return tuple(Group(letter(place), *one) for place, one in enumerate(found))


def _once(places: Sequence[int], metric: Thing, seeds: Sequence[Thing]) -> list[int]:
    """The first of the runs that have the same seeds and the same value; all of them where no seed is known."""
    seen: dict[object, int] = {}
    for place in places:
        known = tuple(thing.values[place] for thing in seeds)
        key = (known, metric.numbers[place]) if any(value is not None for value in known) else place
        seen.setdefault(key, place)
    return list(seen.values())


def _by_values(things: Sequence[Thing], places: Sequence[int]) -> dict[tuple[Value, ...], list[int]]:
    found: dict[tuple[Value, ...], list[int]] = {}
    for place in places:
        found.setdefault(tuple(thing.values[place] for thing in things), []).append(place)
    return found


def letter(place: int) -> str:
    """`A` to `Z`, then `AA`, `AB`, …, as the columns of a sheet."""
    text, rest = "", place + 1
    while rest:
        rest, last = divmod(rest - 1, 26)
        text = chr(65 + last) + text
    return text


def telling(things: Sequence[Thing], found: Sequence[Group]) -> tuple[int, ...]:
    """The places of the things whose values are not the same in all groups, those with the most values first."""
    unlike = [len({group.values[place] for group in found}) for place in range(len(things))]
    return tuple(sorted((place for place, n in enumerate(unlike) if n > 1), key=lambda place: -unlike[place]))
