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

    `numbers` are the finite values of the metric, which the spread is of.
    """

    letter: str
    values: tuple[Value, ...]
    places: tuple[int, ...]
    numbers: tuple[float, ...]
    spread: Spread

    @property
    def without(self) -> int:
        """Runs of the group that have no finite value of the metric."""
        return len(self.places) - len(self.numbers)


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
    """What to group by until somebody chooses: what differs in parameters, data, experiment and tags, but for seeds.

    Tags, then data, are left out where with them no two runs would be of one group: some are unlike in every run.
    """
    things = [thing for thing in candidates(found) if not is_seed(thing)]
    params = [thing for thing in things if thing.kind == "param" or thing.id == f"run:{EXPERIMENT}"]
    data = [thing for thing in things if thing.kind == "data"]
    tags = [thing for thing in things if thing.kind == "tag"]
    everybody = range(len(found.runs))
    for wanted in (params + data + tags, params + data, params):
        if len(_by_values(wanted, everybody)) < len(found.runs):
            return tuple(wanted)
    return tuple(params + data)


def groups(things: Sequence[Thing], metric: Thing, deleted: frozenset[int] = frozenset()) -> tuple[Group, ...]:
    """The groups of runs with equal values of the things, the best by the mean of the metric first.

    Groups in which no run has the metric come last. Letters are given in that order: A is the best. The places in
    `deleted` are of no group.
    """
    way = metric.better or "higher"
    there = [place for place in range(len(metric.values)) if place not in deleted]
    found = []
    for values, places in _by_values(things, there).items():
        numbers = tuple(metric.numbers[place] for place in places if math.isfinite(metric.numbers[place]))
        found.append((values, tuple(places), numbers, spread.of(numbers)))
    found.sort(key=lambda one: (not one[2], loss(one[3].mean, way) if one[2] else 0.0))
    return tuple(Group(letter(place), *one) for place, one in enumerate(found))


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
