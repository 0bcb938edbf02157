"""How fast and how safely versions get into service: the four measures of DORA, and the wait for a review.

After N. Forsgren, J. Humble, G. Kim: Accelerate (2018), and dora.dev; docs/portfolio.md says what each means here.
Medians and quartiles are those of numpy (linear between the two nearest values).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from watchroom.domain.periods import MEAN_MONTH_DAYS

LEAST_FOR_QUARTILES = 4
"""With fewer the quartiles are nearly the values themselves."""

LEAST_FOR_SHARE = 10
"""With fewer changes a percentage claims more than they tell: `1 of 3` says it all."""

HOURS_A_DAY = 24


@dataclass(frozen=True)
class Change:
    """A dated release that is no rollback. Hours are None where they are not known; `failed` while it is not told."""

    at: datetime
    lead_hours: float | None
    failed: bool | None
    restore_hours: float | None
    watched: bool


@dataclass(frozen=True)
class Spread:
    """The median of n lengths of time and the quartiles beside it, in days; None for none, or for too few."""

    n: int
    low: float | None
    median: float | None
    high: float | None


@dataclass(frozen=True)
class Delivery:
    """The four measures over some time.

    `changes` went into service in `months` months. Of `judged` the first thirty days are over or they have failed;
    `failed` of these did, `open_` are still to be told, and `unwatched` of the judged had nothing watching but a
    rollback. `unrestored` failures last.
    """

    changes: int
    months: float
    lead: Spread
    judged: int
    failed: int
    open_: int
    unwatched: int
    restore: Spread
    unrestored: int

    @property
    def per_month(self) -> float | None:
        """Changes a month; None for less than a month, of which nothing can be said."""
        return self.changes / self.months if self.months >= 1 else None

    @property
    def failure_share(self) -> float | None:
        """The share of the judged changes that failed; None for too few."""
        return self.failed / self.judged if self.judged >= LEAST_FOR_SHARE else None


def spread(hours: Iterable[float | None]) -> Spread:
    """Median and quartiles of lengths of time in hours, as days; what is None is left out."""
    known = np.array([one for one in hours if one is not None and np.isfinite(one)]) / HOURS_A_DAY
    if not known.size:
        return Spread(0, None, None, None)
    low, median, high = (float(one) for one in np.quantile(known, (0.25, 0.5, 0.75)))
    few = known.size < LEAST_FOR_QUARTILES
    return Spread(int(known.size), None if few else low, median, None if few else high)


def delivery(changes: Sequence[Change], months: float) -> Delivery:
    """The four measures of changes that went into service in so many months."""
    judged = [one for one in changes if one.failed is not None]
    failed = [one for one in judged if one.failed]
    return Delivery(
        changes=len(changes),
        months=months,
        lead=spread(one.lead_hours for one in changes),
        judged=len(judged),
        failed=len(failed),
        open_=len(changes) - len(judged),
        unwatched=sum(not one.watched for one in judged),
        restore=spread(one.restore_hours for one in failed),
        unrestored=sum(one.restore_hours is None for one in failed),
    )


@dataclass(frozen=True, order=True)
class Quarter:
    """A quarter of a year, UTC: `first` is its first day, `after` the first one after it."""

    first: date

    @staticmethod
    def of(day: date) -> Quarter:
        """The quarter that a day lies in."""
        return Quarter(date(day.year, 3 * ((day.month - 1) // 3) + 1, 1))

    @property
    def after(self) -> date:
        """The first day of the next quarter."""
        return Quarter.of(self.first + timedelta(days=100)).first

    @property
    def last(self) -> date:
        """Its last day."""
        return self.after - timedelta(days=1)

    @property
    def name(self) -> str:
        """`2026-Q4`, which sorts."""
        return f"{self.first.year}-Q{(self.first.month + 2) // 3}"

    @property
    def title(self) -> str:
        """`Q4 2026`."""
        return f"Q{(self.first.month + 2) // 3} {self.first.year}"

    def holds(self, moment: date | datetime | None) -> bool:
        """Whether a day or a time of UTC lies in it; None does not."""
        if moment is None:
            return False
        day = moment.date() if isinstance(moment, datetime) else moment
        return self.first <= day < self.after


def months(first: date, last: date, since: date | None) -> float:
    """How many months there are from one day to another, both included, of those in which anything could be seen.

    That is from the day `since` on, and never for None. A whole month is 1 however long it is. What has not been yet
    is not to be counted: `last` is at most today.
    """
    start, end = first if since is None else max(first, since), last + timedelta(days=1)
    if since is None or start >= end:
        return 0.0
    whole = start.day == end.day == 1
    return (end.year - start.year) * 12 + end.month - start.month if whole else (end - start).days / MEAN_MONTH_DAYS


def quarters(first: date, last: date, most: int) -> tuple[Quarter, ...]:
    """The quarters from one day to another, the oldest first, at most so many of the newest."""
    found = [Quarter.of(last)]
    while found[-1].first > first and len(found) < most:
        found.append(Quarter.of(found[-1].first - timedelta(days=1)))
    return tuple(reversed(found))


@dataclass(frozen=True)
class Wait:
    """A version waited for a sign-off from `since` to `until`; None while it waits. `refused`: again, after a no."""

    model: str
    version: int
    since: datetime
    until: datetime | None
    refused: bool

    def hours(self, now: datetime) -> float:
        """How long it waited, or has by now."""
        return ((self.until or now) - self.since).total_seconds() / 3600


@dataclass(frozen=True)
class Signed:
    """A sign-off of a version: when, and whether it was approved."""

    at: datetime
    approved: bool


def waits(model: str, version: int, registered_at: datetime, signed: Iterable[Signed]) -> tuple[Wait, ...]:
    """How long a version waited: from its registration to the first sign-off, and from each rejection to the next.

    With the first approval it waits no more. A sign-off that is dated before it was registered ended no wait.
    """
    found: list[Wait] = []
    since, refused = registered_at, False
    for one in sorted((one for one in signed if one.at >= registered_at), key=lambda one: one.at):
        found.append(Wait(model, version, since, one.at, refused))
        if one.approved:
            return tuple(found)
        since, refused = one.at, True
    return (*found, Wait(model, version, since, None, refused))
