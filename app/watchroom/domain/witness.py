"""The second witness of what was live: which versions made decisions on which day, by the decision log.

A log tells who decided, not who was meant to: a version that scores in shadow, or serves a part, stands in it too. So
what it says is held against what the registry was seen to say, and both are told where they differ. Days are UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Literal

from watchroom.domain.tenure import History, within

BRIDGED_DAYS = 3
"""A longer silence ends a span: a weekend is none, and an end that lies further back shall show."""


@dataclass(frozen=True)
class Day:
    """A version's decisions on a day."""

    day: date
    version: int
    decisions: int


@dataclass(frozen=True)
class Span:
    """Days on which a version made decisions, without a silence of more than `BRIDGED_DAYS` days between them."""

    version: int
    first: date
    last: date
    days: int
    decisions: int


def spans(rows: Iterable[Day]) -> tuple[Span, ...]:
    """The spans of each version, by version and time."""
    found: list[Span] = []
    for row in sorted(rows, key=lambda row: (row.version, row.day)):
        if row.decisions <= 0:
            continue
        last = found[-1] if found else None
        if last and last.version == row.version and row.day - last.last <= timedelta(BRIDGED_DAYS + 1):
            joined = replace(last, last=row.day, days=last.days + 1, decisions=last.decisions + row.decisions)
            found[-1] = joined
        else:
            found.append(Span(row.version, row.day, row.day, 1, row.decisions))
    return tuple(found)


def deciding(rows: Iterable[Day], day: date) -> tuple[Day, ...]:
    """Who made decisions on that day, the one that made most first."""
    found = [row for row in rows if row.day == day and row.decisions > 0]
    return tuple(sorted(found, key=lambda row: (-row.decisions, row.version)))


Kind = Literal["agree", "beside", "other", "nobody", "log only"]


@dataclass(frozen=True)
class Stretch:
    """Days with decisions on which log and registry stand in the same way to one another.

    `agree`: the champion alone decided. `beside`: others decided too. `other`: others decided and the champion did
    not. `nobody`: they decided while there was no champion. `log only`: no look at the registry tells of these days.
    `versions` are those that decided, `champions` those that were, or may have been, champion.
    """

    kind: Kind
    first: date
    last: date
    versions: tuple[int, ...]
    champions: tuple[int, ...]
    decisions: int


def stretches(rows: Iterable[Day], champion: History) -> tuple[Stretch, ...]:
    """Every day with decisions held against the history of the champion, in order; like days that follow in one."""
    by_day = groupby(sorted(rows, key=lambda row: (row.day, row.version)), key=lambda row: row.day)
    days = [_of_day(day, [row for row in some if row.decisions > 0], champion) for day, some in by_day]
    found: list[Stretch] = []
    for one in (one for one in days if one.versions):
        if found and _alike(found[-1], one):
            found[-1] = replace(found[-1], last=one.last, decisions=found[-1].decisions + one.decisions)
        else:
            found.append(one)
    return tuple(found)


def _of_day(day: date, rows: Sequence[Day], champion: History) -> Stretch:
    start = datetime.combine(day, datetime.min.time())
    end = start + timedelta(days=1)
    versions = tuple(row.version for row in rows)
    champions = within(champion, start, end)
    kind = _kind(set(versions), set(champions), told=champion.first is not None and end > champion.first.by)
    return Stretch(kind, day, day, versions, champions, sum(row.decisions for row in rows))


def _kind(versions: set[int], champions: set[int], *, told: bool) -> Kind:
    if not told:
        return "log only"
    if not champions:
        return "nobody"
    if not versions & champions:
        return "other"
    return "agree" if versions <= champions else "beside"


def _alike(before: Stretch, one: Stretch) -> bool:
    same = (before.kind, before.versions, before.champions) == (one.kind, one.versions, one.champions)
    return same and one.first - before.last <= timedelta(BRIDGED_DAYS + 1)


def lead(rows: Iterable[Day]) -> tuple[Span, ...]:
    """Who must have been in service by the log alone: on each day the version that was already deciding before.

    A version in shadow joins one that is at work; the one that takes over stays when the other leaves. So of those
    that decided on a day the one that decided the day before leads on, and at the beginning the one that made most
    decisions. What follows from this is an inference, and is to be said as one.
    """
    leading: list[Day] = []
    held: int | None = None
    for day, some in groupby(sorted(rows, key=lambda row: row.day), key=lambda row: row.day):
        there = {row.version: row.decisions for row in some if row.decisions > 0}
        if not there:
            continue
        if held not in there:
            held = max(there, key=lambda version: (there[version], -version))
        leading.append(Day(day, held, there[held]))
    joined: list[Span] = []
    for row in leading:
        last = joined[-1] if joined else None
        if last and last.version == row.version:
            more = replace(last, last=row.day, days=last.days + 1, decisions=last.decisions + row.decisions)
            joined[-1] = more
        else:
            joined.append(Span(row.version, row.day, row.day, 1, row.decisions))
    return tuple(joined)
