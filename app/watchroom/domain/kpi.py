"""How a KPI stands against its target and its limit, and which periods are to be worked out anew. Pure, UTC days."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from watchroom.domain.performance_status import MATURE_SHARE, MIN_LABELLED
from watchroom.domain.periods import WHOLE, Grain, span_of

Better = Literal["lower", "higher"]

KpiStatus = Literal["on target", "off target", "beyond limit", "no data", "no target"]

ON_TARGET: Final = "on target"
OFF_TARGET: Final = "off target"
BEYOND_LIMIT: Final = "beyond limit"
NO_DATA: Final = "no data"
NO_TARGET: Final = "no target"

WORST_FIRST: tuple[str, ...] = (BEYOND_LIMIT, OFF_TARGET, NO_DATA, NO_TARGET, ON_TARGET)
"""What a value may be, as `kpi_values.status` has it: what needs somebody stands first."""

"""The periods that a KPI is worked out for."""


def better_of(target: float | None, limit: float | None, better: Better | None) -> Better | None:
    """Which way is better: as it is said, else from the target to its limit; None when neither tells."""
    if better is not None or target is None or limit is None or target == limit:
        return better
    return "lower" if target < limit else "higher"


def status_of(value: float | None, target: float | None, limit: float | None, better: Better | None) -> KpiStatus:
    """How a value stands; `value` None or NaN for none.

    A value that is as good as the target is on it, one that is as bad as the limit is not beyond it yet. Without a
    target there is only the limit to be beyond; without a direction there is neither.
    """
    if value is None or math.isnan(value):
        return NO_DATA
    sign = {"lower": 1.0, "higher": -1.0}.get(better_of(target, limit, better) or "")
    if sign is None:
        return NO_TARGET
    if limit is not None and sign * value > sign * limit:
        return BEYOND_LIMIT
    if target is None:
        return NO_TARGET
    return ON_TARGET if sign * value <= sign * target else OFF_TARGET


@dataclass(frozen=True)
class Judged:
    """A finished period of a KPI, of all that was in service."""

    start: date
    value: float | None
    status: str
    n: int
    decisions: int

    @property
    def tells(self) -> bool:
        """Whether there are decisions enough to say something."""
        return self.n >= MIN_LABELLED and self.status != NO_DATA

    @property
    def is_mature(self) -> bool:
        """Whether most of its decisions have the outcome that the formula asks for."""
        return self.n >= MATURE_SHARE * self.decisions


@dataclass(frozen=True)
class Trouble:
    """A KPI beyond its limit in its last period, and how many in a row, without a better one between, since `since`."""

    since: date
    periods: int
    last: Judged


def trouble_of(periods: Iterable[Judged]) -> Trouble | None:
    """Whether the last of some finished periods that says something is beyond the limit; None when it is not.

    Periods that say nothing neither begin nor end a run. Those with few of their outcomes say something only where none
    has more: the cases that are settled first are not the usual ones.
    """
    told = sorted((one for one in periods if one.tells), key=lambda one: one.start)
    run: list[Judged] = []
    for one in [one for one in told if one.is_mature] or told:
        run = [*run, one] if one.status == BEYOND_LIMIT else []
    return Trouble(run[0].start, len(run), run[-1]) if run else None


@dataclass(frozen=True)
class Due:
    """What is to be worked out of the periods that begin in a month: the first days of each grain's, and what to read.

    `days` are those with decisions of all these periods; none where the decisions are gone. They lie in the month, or
    in the six days after it.
    """

    month: date
    starts: Mapping[Grain, frozenset[date]]
    days: frozenset[date]


def due(changed: Iterable[date], there: Collection[date]) -> tuple[Due, ...]:
    """Every period that holds a changed day, by the month in which it begins, the newest first.

    `there` are the days with decisions now; a changed day need not be among them any more.
    """
    spans: dict[date, dict[Grain, set[tuple[date, date]]]] = {}
    for day in set(changed):
        for grain in WHOLE:
            first, last = span_of(grain, day)
            spans.setdefault(first.replace(day=1), {}).setdefault(grain, set()).add((first, last))
    return tuple(_due(month, spans[month], there) for month in sorted(spans, reverse=True))


def _due(month: date, spans: Mapping[Grain, Collection[tuple[date, date]]], there: Collection[date]) -> Due:
    wanted = [span for some in spans.values() for span in some]
    first, last = min(span[0] for span in wanted), max(span[1] for span in wanted)
    near = [day for day in there if first <= day <= last]
    days = frozenset(day for day in near if any(begin <= day <= end for begin, end in wanted))
    return Due(month, {grain: frozenset(begin for begin, _ in some) for grain, some in spans.items()}, days)


def together(some: Iterable[Due]) -> Due:
    """All that is due of several months or several KPIs, under the first of the months."""
    every = list(some)
    starts: dict[Grain, frozenset[date]] = {}
    for one in every:
        for grain, firsts in one.starts.items():
            starts[grain] = starts.get(grain, frozenset()) | firsts
    return Due(min(one.month for one in every), starts, frozenset().union(*(one.days for one in every)))
