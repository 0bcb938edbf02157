"""The answer where runs were repeated with other seeds: the best group by its mean, and what its best run is worth."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from watchroom.charts.words import short
from watchroom.domain import spread
from watchroom.domain.comparison import Better, Comparison, Thing, Value, differ, goes_in, loss, ranked
from watchroom.domain.figures import figure_text
from watchroom.domain.seed_groups import MANY, Group, groups, is_seed, seeds, usual
from watchroom.ui.compare_group_names import short_names
from watchroom.ui.compare_words import (
    AHEAD,
    decimals,
    deleted_words,
    other_data,
    otherwise_words,
    share_words,
    unlike_problems,
)
from watchroom.ui.text import count_of, one_line

_NAME = 60


@dataclass(frozen=True)
class Repeated:
    """Groups with a value of the metric, the best first, one of them at least of several runs, and their names.

    `things` are what they are grouped by.
    """

    metric: Thing
    things: tuple[Thing, ...]
    groups: tuple[Group, ...]
    names: tuple[str, ...]

    @property
    def seeds(self) -> dict[int, int]:
        """By the place of a run how many of its group have a value."""
        return {place: len(group.numbers) for group in self.groups for place in group.places}


def repeated(
    found: Comparison, metric: str | None, zone: ZoneInfo, by: Sequence[Thing] | None = None
) -> Repeated | None:
    """The groups that an answer goes by: those asked for, else of runs that are equal but for seeds.

    None where no group has two runs with a value; where all runs are one group, unless they differ in nothing that went
    in but seeds.
    """
    thing = found.thing("metric", metric) if metric else None
    if thing is None:
        return None
    things = tuple(usual(found) if by is None else by)
    there = tuple(group for group in groups(things, thing, found.deleted, seeds(found)) if group.numbers)
    if not any(len(group.numbers) > 1 for group in there):
        return None
    if len(there) == 1 and any(goes_in(one) and not is_seed(one) for one in found.different):
        return None
    return Repeated(thing, things, there, short_names(found, things, there, zone))


def answer(found: Comparison, told: Repeated) -> str:
    """Which group is best by its mean, of how many runs, how far they spread, and by how much."""
    key, first = one_line(told.metric.key, _NAME), told.groups[0]
    if len(told.groups) == 1:
        low, high = (figure_text(value, _digits(told)) for value in (min(first.numbers), max(first.numbers)))
        mean, sd = figure_text(first.spread.mean, _digits(told)), short(first.spread.sd)
        whole = f"{len(first.numbers)} runs of the same settings have a mean {key} of {mean}"
        return f"{whole} (standard deviation {sd}), from {low} to {high}."
    name, after = (_called(found, told, at) for at in (0, 1))
    ahead = loss(told.groups[1].spread.mean, _way(told)) - loss(first.spread.mean, _way(told))
    if ahead <= 0:
        return f"{name} and {after} share the best mean {key}: {_mean(told, first)}."
    of = short(ahead) + share_words(ahead, told.groups[1].spread.mean)
    best = f"{name} is best by mean {key}: {_mean(told, first)}"
    return f"{best}, {AHEAD[_way(told)]} {of} than {after} with {_mean(told, told.groups[1])}."


def because(found: Comparison, told: Repeated, zone: ZoneInfo) -> str:
    """What the best group did otherwise than the next, and whose luck the best single run is."""
    said = [_luck(found, told)]
    if len(told.groups) > 1:
        pairs = [one for one in _beside(told) if differ(*one[1:])]
        said.insert(0, otherwise_words(pairs, zone))
    return " ".join(text for text in said if text)


def _luck(found: Comparison, told: Repeated) -> str:
    place = ranked(told.metric, found.deleted)[0]
    at = next(at for at, group in enumerate(told.groups) if place in group.places)
    n = len(told.groups[at].numbers)
    if n < 2:
        return ""
    run = f"{one_line(found.titles[place], 40)} with {figure_text(told.metric.numbers[place], _digits(told))}"
    if at:
        mean = figure_text(told.groups[at].spread.mean, _digits(told))
        group = one_line(told.names[at], _NAME)
        return f"The best single run, {run}, is one lucky run of {n} of {group}, whose mean is {mean}."
    return f"The best single run, {run}, is one of its {n}: expect the mean of another one, not that."


def cautions(found: Comparison, told: Repeated) -> list[str]:
    """What is to be known before the group is believed."""
    first, said = told.groups[0], unlike_problems(found)
    status = found.thing("run", "Status")
    ended = [place for place in first.places if status and status.values[place] in ("FAILED", "KILLED", "RUNNING")]
    if ended:
        are = "run is" if len(ended) == 1 else "runs are"
        said.append(f"{len(ended)} of its {are} not finished: a figure may not be final.")
    if len(told.groups) == 1:
        return [*said, *deleted_words(found)]
    after = told.groups[1]
    said += other_data(_beside(told))
    apart = spread.between(after.numbers, first.numbers, _way(told))
    if len(first.numbers) == 1:
        said.append("It ran once: nothing tells how much of its lead is luck. Repeat it with other seeds.")
    elif apart.low <= 0 <= apart.high:
        said.append(
            f"It may be chance: the 95 % interval of the difference is {short(apart.low)} to {short(apart.high)}."
        )
    elif math.isnan(apart.low):
        said.append("The next has one run: whether that is more than chance cannot be told.")
    if len(told.groups) >= MANY:
        said.append(f"The best of {len(told.groups)} groups looks better than it is, since some luck chose it.")
    return [*said, *deleted_words(found)]


def _beside(told: Repeated) -> list[tuple[Thing, Value, Value]]:
    """What the groups are grouped by, with the values of the best and of the next."""
    return list(zip(told.things, told.groups[0].values, told.groups[1].values, strict=True))


def _way(told: Repeated) -> Better:
    return told.metric.better or "higher"


def _digits(told: Repeated) -> int | None:
    return decimals(told.metric)


def _called(found: Comparison, told: Repeated, at: int) -> str:
    """A group that ran once is called as its run."""
    places = told.groups[at].places
    return one_line(found.titles[places[0]] if len(places) == 1 else told.names[at], _NAME)


def _mean(told: Repeated, group: Group) -> str:
    """`9.04 (4 runs, standard deviation 0.03)`."""
    n = len(group.numbers)
    sd = f", standard deviation {short(group.spread.sd)}" if n > 1 else ""
    return f"{figure_text(group.spread.mean, _digits(told))} ({count_of(n, 'run')}{sd})"
