"""Which versions of a model were in service on each day: whose decisions count for the model. Pure values, UTC days.

A version in shadow decides the same cases as the one at work, and earns nothing by it. Who was at work the registry
says as far as it was looked at, and the decision log where it was not; what follows from a log is an inference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Literal

from watchroom.domain.tenure import History, within
from watchroom.domain.witness import Day, lead

By = Literal["registry", "log", "beside"]


@dataclass(frozen=True)
class Shared:
    """What is known of the cases of two versions, on the days from `since` on (earlier ones were not looked at).

    From `first` to `last` (included) both decided the same cases; None when they never did.
    """

    since: date
    first: date | None = None
    last: date | None = None

    def on(self, day: date) -> bool:
        """Whether they decided the same cases on that day; before `since` as on that day."""
        return self.first is not None and self.last is not None and self.first <= max(day, self.since) <= self.last


Pairs = Mapping[frozenset[int], Shared]
"""Of each two versions that were compared. Of others nothing is known."""


@dataclass(frozen=True)
class InService:
    """A version's decisions of a day count for the model.

    `by`: the registry had it as champion, or it led by the log alone, or it decided other cases beside one that did.
    """

    version: int
    day: date
    decisions: int
    by: By


def in_service(rows: Iterable[Day], champion: History, pairs: Pairs) -> tuple[InService, ...]:
    """Who was in service on each day with decisions, by day and version.

    Those that the registry has, or may have had, as champion on the day and that decided on it; when none of them did,
    the one that leads by the log. Of several that decided the same cases one counts: the one that decided most, then
    the one that leads. Another version counts beside them when it is known that it decided other cases.
    """
    given = [row for row in rows if row.decisions > 0]
    leading = _leaders(given)
    found: list[InService] = []
    for day, some in groupby(sorted(given, key=lambda row: (row.day, row.version)), key=lambda row: row.day):
        found += _of_day(day, {row.version: row.decisions for row in some}, leading[day], champion, pairs)
    return tuple(found)


def _leaders(rows: Sequence[Day]) -> dict[date, int]:
    days = {row.day for row in rows}
    spans = lead(rows)
    return {day: span.version for span in spans for day in _days(span.first, span.last) if day in days}


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(number) for number in range((last - first).days + 1))


def _of_day(day: date, there: dict[int, int], leader: int, champion: History, pairs: Pairs) -> list[InService]:
    start = datetime.combine(day, datetime.min.time())
    held = [version for version in within(champion, start, start + timedelta(days=1)) if version in there]
    by: dict[int, By] = {}
    for version in sorted(held, key=lambda one: (-there[one], one != leader, -one)):
        if not _shadows(version, by, day, pairs):
            by[version] = "registry"
    if not by:
        by[leader] = "log"
    for version in sorted(there, key=lambda one: (-there[one], one)):
        if version not in by and _apart(version, by, day, pairs):
            by[version] = "beside"
    return [InService(version, day, there[version], by[version]) for version in sorted(by)]


def _shadows(version: int, others: Iterable[int], day: date, pairs: Pairs) -> bool:
    """Whether it is known to have decided the cases of one of the others."""
    known = (pairs.get(frozenset((version, other))) for other in others)
    return any(one is not None and one.on(day) for one in known)


def _apart(version: int, others: Iterable[int], day: date, pairs: Pairs) -> bool:
    """Whether it is known to have decided none of the cases of the others."""
    known = [pairs.get(frozenset((version, other))) for other in others]
    return all(one is not None and not one.on(day) for one in known)
