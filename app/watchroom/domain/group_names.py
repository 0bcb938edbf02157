"""What groups of runs can be called in few words: by the fewest things that tell them apart, or by names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

from watchroom.domain.comparison import Comparison, Thing, Value
from watchroom.domain.seed_groups import Group, is_seed, telling

TRIED = 60
"""Things that are tried, those with the most values first: a thousand parameters differ in some stores."""

_PART = re.compile(r"([-_ ./:·]+)")
_SEED = re.compile(r"[-_ ./:·]+(seed|s|fold|rep|repeat)[-_ ]*\d*$", re.IGNORECASE)


def fewest(things: Sequence[Thing], found: Sequence[Group]) -> tuple[int, ...]:
    """The places of a few things that tell all the groups apart: each time the one that splits them most."""
    left = list(telling(things, found))[:TRIED]
    chosen: list[int] = []
    apart = 1
    while left and apart < len(found):
        split = {place: len({_of(group, (*chosen, place)) for group in found}) for place in left}
        best = max(left, key=lambda place: split[place])
        if split[best] == apart:
            break
        chosen.append(best)
        left.remove(best)
        apart = split[best]
    return tuple(chosen)


def _of(group: Group, places: Sequence[int]) -> tuple[Value, ...]:
    return tuple(group.values[place] for place in places)


def one_each(found: Comparison, groups: Sequence[Group]) -> Thing | None:
    """A tag or parameter with one value in all runs of a group, and another in each other group; the shortest."""
    fit = [
        thing
        for thing in found.different
        if thing.kind in ("tag", "param") and not is_seed(thing) and _is_one_each(thing, groups)
    ]
    return min(fit, key=lambda thing: max(len(str(value)) for value in thing.values), default=None)


def _is_one_each(thing: Thing, groups: Sequence[Group]) -> bool:
    seen: set[Value] = set()
    for group in groups:
        values = {thing.values[place] for place in group.places}
        if len(values) > 1 or None in values or values & seen:
            return False
        seen |= values
    return True


def stems(found: Comparison, groups: Sequence[Group]) -> tuple[str, ...] | None:
    """How the names of a group's runs begin, in whole words without the number of a seed; None where two begin alike.

    A run without a name has none to begin with.
    """
    every = tuple(_stem([found.runs[place].name.strip() for place in group.places]) for group in groups)
    return every if all(every) and len(set(every)) == len(every) else None


def _stem(names: Sequence[str]) -> str:
    parts = [_PART.split(name) for name in names]
    alike = takewhile(lambda at: len(set(at)) == 1, zip(*parts, strict=False))
    whole = names[0] if len(set(names)) == 1 else "".join(at[0] for at in alike)
    return _SEED.sub("", whole.rstrip("-_ ./:·"))
