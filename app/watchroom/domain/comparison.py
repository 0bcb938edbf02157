"""Runs side by side: what differs between them, which is best by a metric, which are alike, and which differ only so.

Values are as logged: numbers for metrics, text for parameters and tags, None for what a run lacks.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Literal

from watchroom.domain.figures import is_number
from watchroom.domain.metrics import better

Kind = Literal["metric", "param", "data", "model", "package", "run", "tag"]
KINDS: tuple[Kind, ...] = ("metric", "param", "data", "model", "package", "run", "tag")
"""In the order of their interest: what came out, what went in, the rest."""

Value = str | float | bool | datetime | None
Better = Literal["lower", "higher", "zero"]

EXPERIMENT, STATUS, STARTED, DURATION = "Experiment", "Status", "Started", "Duration"

OF_THE_MOMENT = frozenset({STARTED, DURATION})
"""What differs between any two runs, and makes none of them another one."""

_HELD_BACK = re.compile(r"(^|[^a-z])(test|holdout|heldout|oot)($|[^a-z])", re.IGNORECASE)
_VALIDATED = re.compile(r"(^|[^a-z])(valid|validation|val|cv|eval)($|[^a-z])", re.IGNORECASE)
_FITTED = re.compile(r"(^|[^a-z])(train|training)($|[^a-z])|^system/", re.IGNORECASE)


@dataclass(frozen=True)
class Run:
    """A run that is compared: its id, its name (empty for none), its experiment (empty for unknown).

    `deleted` when it, or its experiment, is: such a run is shown, and never wins.
    """

    run_id: str
    name: str
    experiment: str
    deleted: bool = False

    @property
    def title(self) -> str:
        """Its name, or the beginning of its id where it has none."""
        return self.name.strip() or self.run_id[:8]


@dataclass(frozen=True)
class Thing:
    """Something that differs: `values` has one for each run, in their order."""

    kind: Kind
    key: str
    values: tuple[Value, ...]

    @property
    def id(self) -> str:
        """Its name in addresses and tables: the kind and the key."""
        return f"{self.kind}:{self.key}"

    @property
    def better(self) -> Better | None:
        """Which values of a metric are better; None for all else."""
        return better(self.key) if self.kind == "metric" else None

    @cached_property
    def numbers(self) -> tuple[float, ...]:
        """Its values as numbers; NaN for what is missing, and for what is none."""
        return tuple(_number(value) for value in self.values)

    @cached_property
    def finite(self) -> tuple[int, ...]:
        """The places of the runs whose value is a finite number."""
        return tuple(place for place, number in enumerate(self.numbers) if math.isfinite(number))

    @cached_property
    def is_numeric(self) -> bool:
        """Whether all that there is of it are numbers."""
        there = [value for value in self.values if value is not None]
        return bool(there) and all(
            isinstance(value, float) or (isinstance(value, str) and is_number(value)) for value in there
        )


@dataclass(frozen=True)
class Same:
    """Something that all the runs have alike."""

    kind: Kind
    key: str
    value: Value


@dataclass(frozen=True)
class Comparison:
    """Runs side by side: what differs, what is alike, and how many differences are left out as too many."""

    runs: tuple[Run, ...]
    different: tuple[Thing, ...]
    same: tuple[Same, ...]
    left_out: int

    @cached_property
    def deleted(self) -> frozenset[int]:
        """The places of the runs that are deleted."""
        return frozenset(place for place, run in enumerate(self.runs) if run.deleted)

    @cached_property
    def titles(self) -> tuple[str, ...]:
        """What each run is called: where several have one name, with the beginning of the id."""
        often = Counter(run.title for run in self.runs)
        return tuple(f"{run.title} · {run.run_id[:6]}" if often[run.title] > 1 else run.title for run in self.runs)

    def thing(self, kind: Kind, key: str) -> Thing | None:
        """The difference of that name; None where there is none."""
        return next((thing for thing in self.different if (thing.kind, thing.key) == (kind, key)), None)


def _number(value: Value) -> float:
    if isinstance(value, float):
        return value
    return float(value) if isinstance(value, str) and is_number(value) else math.nan


def loss(number: float, way: Better) -> float:
    """How bad a finite value is: the least is the best."""
    return {"lower": number, "higher": -number, "zero": abs(number)}[way]


def best(thing: Thing, deleted: frozenset[int] = frozenset()) -> frozenset[int]:
    """The places of the best values of a metric; none where fewer than two runs have a finite one, or all are alike."""
    way = thing.better
    places = ranked(thing, deleted)
    if way is None or len(places) < 2:
        return frozenset()
    least = loss(thing.numbers[places[0]], way)
    found = frozenset(place for place in places if loss(thing.numbers[place], way) == least)
    return found if len(found) < len(thing.values) else frozenset()


def ranked(thing: Thing, deleted: frozenset[int] = frozenset()) -> tuple[int, ...]:
    """The places of the runs with a finite value of a metric, the best first; equal ones in their order."""
    way = thing.better or "higher"
    there = (place for place in thing.finite if place not in deleted)
    return tuple(sorted(there, key=lambda place: loss(thing.numbers[place], way)))


def order(thing: Thing, *, reverse: bool = False) -> tuple[int, ...]:
    """All places by the thing's values: of a metric the best first, of all else the least; or the other way round.

    What is missing, NaN or infinite comes last in either direction.
    """
    if thing.kind == "metric":
        there = list(ranked(thing))
    elif thing.is_numeric:
        there = sorted(thing.finite, key=lambda place: thing.numbers[place])
    else:
        there = [place for place, value in enumerate(thing.values) if value is not None]
        there.sort(key=lambda place: _as_text(thing.values[place]))
    known = set(there)
    rest = (place for place in range(len(thing.values)) if place not in known)
    return (*(reversed(there) if reverse else there), *rest)


def _as_text(value: Value) -> tuple[str, str]:
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    return text.lower(), text


def folded(things: Sequence[Thing], places: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    """The places grouped by equal values of the things, but for when and how long they ran; NaN equals NaN.

    Groups and places keep the order given.
    """
    telling = [thing.values for thing in things if not (thing.kind == "run" and thing.key in OF_THE_MOMENT)]
    groups: dict[tuple[object, ...], list[int]] = {}
    for place in places:
        groups.setdefault(tuple(_same(values[place]) for values in telling), []).append(place)
    return tuple(map(tuple, groups.values()))


def _same(value: Value) -> object:
    return "NaN" if isinstance(value, float) and math.isnan(value) else (type(value), value)


def main_metric(things: Iterable[Thing]) -> str | None:
    """The metric to begin with: of held-back data, then of validation, that most of the runs have; None for none."""
    metrics = [thing for thing in things if thing.kind == "metric"]
    most = max((len(thing.finite) for thing in metrics), default=0)
    there = [thing for thing in metrics if len(thing.finite) > most / 2] or metrics
    first = min(
        there, key=lambda thing: (_told_by(thing.key), -len(thing.finite), thing.key.lower(), thing.key), default=None
    )
    return first.key if first else None


def _told_by(key: str) -> int:
    if _FITTED.search(key):
        return 3
    return 0 if _HELD_BACK.search(key) else 1 if _VALIDATED.search(key) else 2


@dataclass(frozen=True)
class Verdict:
    """Which run is best by a metric.

    `first` are the places of the best (several when they are equal), `next` the place of the best of the others, None
    where all that have the metric are equal. `ahead` is how far the best is from the next, never negative; `middle` the
    median of all; `n` how many have it.
    """

    first: tuple[int, ...]
    next: int | None
    value: float
    ahead: float
    middle: float
    n: int


def verdict(thing: Thing, deleted: frozenset[int] = frozenset()) -> Verdict | None:
    """The best by a metric; None when fewer than two runs that are not deleted have a finite value."""
    places = ranked(thing, deleted)
    if len(places) < 2:
        return None
    way = thing.better or "higher"
    losses = [loss(thing.numbers[place], way) for place in places]
    first = tuple(place for place, one in zip(places, losses, strict=True) if one == losses[0])
    after = places[len(first)] if len(first) < len(places) else None
    ahead = 0.0 if after is None else losses[len(first)] - losses[0]
    return Verdict(
        first, after, thing.numbers[first[0]], ahead, _median([thing.numbers[place] for place in places]), len(places)
    )


def _median(numbers: list[float]) -> float:
    ordered = sorted(numbers)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else ordered[half - 1] / 2 + ordered[half] / 2


def otherwise(comparison: Comparison, one: int, other: int) -> tuple[Thing, ...]:
    """In what went in (parameters, data, signature, packages, commit) the two runs differ, parameters first."""
    return tuple(
        thing for thing in comparison.different if goes_in(thing) and differ(thing.values[one], thing.values[other])
    )


def differ(one: Value, other: Value) -> bool:
    """Whether they are not the same; NaN is the same as NaN."""
    return _same(one) != _same(other)


def goes_in(thing: Thing) -> bool:
    """Whether it is of what went into a run: parameters, data, model, packages, the commit."""
    return thing.kind in ("param", "data", "model", "package") or (thing.kind, thing.key) == ("run", "Commit")
