"""Releases of a model: each time that another version went into service, and whether that change failed.

The registry as seen says it from the first look on, the decision log by inference before. Pure values, UTC without a
zone. docs/portfolio.md defines what is counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Literal

from watchroom.domain.last_good import By, served
from watchroom.domain.tenure import History
from watchroom.domain.witness import Span

FAILS_WITHIN = timedelta(days=30)
"""A change that goes wrong later than this is taken to have worked: what happens then has other causes."""

SILENT_AFTER = timedelta(days=30)
"""A version that the log alone tells of is out of service when it has made no decision for longer than this."""

Because = Literal["rolled back", "critical alert"]


@dataclass(frozen=True)
class Service:
    """A version was in service from `at`, or earlier but after `not_before`, until `until`; None while it still is.

    `not_before` is None when nothing tells how long it had been there already. By the log, times are whole days.
    """

    version: int
    at: datetime
    not_before: datetime | None
    until: datetime | None
    by: By


@dataclass(frozen=True)
class Trouble:
    """A version was beyond a critical limit from `since` to `ended`; None while it lasts.

    `of_model` says that what is beyond its limit is the model's, whoever serves: a KPI.
    """

    since: datetime
    ended: datetime | None
    of_model: bool = False


@dataclass(frozen=True)
class Born:
    """When a version was registered, and when its run started; None where that is unknown."""

    created_at: datetime | None = None
    started_at: datetime | None = None


@dataclass(frozen=True)
class Watching:
    """How a model's versions fared. `judged` is from when to when each one's health was judged.

    `decided` is the day of the first decision of each version of which a log tells.
    """

    troubles: Mapping[int, Sequence[Trouble]]
    judged: Mapping[int, tuple[date, date]]
    decided: Mapping[int, date] = field(default_factory=dict)


@dataclass(frozen=True)
class Release:
    """A version went into service. Fields are the columns of the table `releases`, which says what each means."""

    service: Service
    previous_version: int | None
    born: Born
    dated: bool
    is_rollback: bool
    watched: bool
    failed: bool | None = None
    failed_because: Because | None = None
    failed_at: datetime | None = None
    restored_at: datetime | None = None

    @property
    def lead_hours(self) -> float | None:
        """From the start of its run to service; None when either is unknown, and for going back to an older version."""
        started, at = self.born.started_at, self.service.at
        if not self.dated or self.is_rollback or started is None or started > at:
            return None
        return (at - started).total_seconds() / 3600

    @property
    def restore_hours(self) -> float | None:
        """How long it took to be over; None while it is not, and when nothing failed."""
        if self.failed_at is None or self.restored_at is None:
            return None
        return (self.restored_at - self.failed_at).total_seconds() / 3600


def services(champion: History, leading: Sequence[Span], now: datetime) -> tuple[Service, ...]:
    """Who was in service one after another: by the log before the first look at the registry, by that from then on.

    A version whose alias was taken away and given back to it was in service all the while: nothing was released.
    """
    found: list[Service] = []
    told = served(champion, leading)
    by_log = len(told) - len(champion.tenures)
    for place, one in enumerate(told):
        tenure = champion.tenures[place - by_log] if place >= by_log else None
        by_registry = one.by == "registry" and tenure is not None
        before = _midnight(told[place - 1].last) if place and told[place - 1].by == "log" else None
        at = tenure.begin.by if tenure and by_registry else _midnight(one.first) or now
        after = tenure.begin.after if tenure and by_registry else before
        ended = tenure.end.by if tenure and tenure.end else None
        until = ended if tenure else _log_end(one.last, last=place == len(told) - 1, now=now)
        service = Service(one.version, at, after, until, one.by)
        if found and found[-1].version == one.version:
            found[-1] = replace(found[-1], until=until)
        else:
            found.append(service)
    return tuple(found)


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time.min)


def _log_end(last_day: date | None, *, last: bool, now: datetime) -> datetime | None:
    """The end of a service that the log alone tells of: the day after its last decision; None while it goes on."""
    if last_day is None:
        return None
    ended = datetime.combine(last_day + timedelta(days=1), time.min)
    return None if last and now - ended <= SILENT_AFTER else min(ended, now)


@dataclass(frozen=True)
class Known:
    """What the releases of a model are judged by. `logs_since` is the first day of any log of the workspace."""

    born: Mapping[int, Born]
    watching: Watching
    logs_since: date | None
    now: datetime


def releases(found: Sequence[Service], known: Known) -> tuple[Release, ...]:
    """Each service as a release, with whether it failed. Going back to an older version is a release, but no change."""
    return tuple(_release(found, place, known) for place in range(len(found)))


def _release(found: Sequence[Service], place: int, known: Known) -> Release:
    one, previous = found[place], found[place - 1].version if place else None
    born = known.born.get(one.version, Born())
    if one.by != "registry" and born.created_at is not None and born.created_at.date() == one.at.date():
        one = replace(one, at=max(one.at, born.created_at))  # a log tells the day: it was not before it was made
    release = Release(
        one,
        previous,
        born,
        dated=_dated(one, born, known.logs_since),
        is_rollback=goes_back(found, place),
        watched=_watched(one, known.watching.judged.get(one.version), known.now),
    )
    if release.is_rollback or not release.dated:
        return release
    first = known.watching.decided.get(one.version)
    troubles = [each for each in known.watching.troubles.get(one.version, ()) if _its_own(each, one, first)]
    return _failing(release, troubles) or _gone_back_from(release, found, place) or _passed(release, known.now)


def _dated(one: Service, born: Born, logs_since: date | None) -> bool:
    """Whether it is known when the service began.

    A first service by the log began with the log, or before it. It is known when its version was registered on a day
    on which logs were kept already.
    """
    if one.not_before is not None:
        return True
    kept = logs_since is not None and born.created_at is not None and born.created_at.date() >= logs_since
    return kept and one.by != "registry"


def goes_back(found: Sequence[Service], place: int) -> bool:
    """Whether an older version takes over again that had been in service before, and somebody saw it happen."""
    one = found[place]
    earlier = {service.version for service in found[:place]}
    return one.not_before is not None and one.version in earlier and one.version < found[place - 1].version


def _watched(one: Service, judged: tuple[date, date] | None, now: datetime) -> bool:
    """Whether its health was judged on any of the days in which it could have failed."""
    if judged is None:
        return False
    last = min(one.at + FAILS_WITHIN, one.until or now)
    return judged[0] <= last.date() and judged[1] >= one.at.date()


def _its_own(trouble: Trouble, one: Service, first: date | None) -> bool:
    """Whether the version can have brought the trouble: not when it was there before its first decision.

    What is the model's was the earlier version's trouble when it was there before this one took over.
    """
    if trouble.of_model and trouble.since < one.at:
        return False
    return first is None or trouble.since.date() >= first


def _failing(release: Release, troubles: Sequence[Trouble]) -> Release | None:
    """The release with the critical alerts that fell into its first days; None when none did."""
    one = release.service
    end = min(one.at + FAILS_WITHIN, one.until) if one.until else one.at + FAILS_WITHIN
    bad = [each for each in troubles if each.since < end and (each.ended is None or each.ended > one.at)]
    if not bad:
        return None
    begun = max(min(each.since for each in bad), one.at)
    ends = [each.ended for each in bad if each.ended is not None]
    over = max(ends) if len(ends) == len(bad) else None
    restored = min((moment for moment in (over, one.until) if moment is not None), default=None)
    restored = None if restored is None else max(restored, begun)
    return replace(release, failed=True, failed_because="critical alert", failed_at=begun, restored_at=restored)


def _gone_back_from(release: Release, found: Sequence[Service], place: int) -> Release | None:
    """The release as rolled back, when that happened in its first days; None when not.

    Nothing tells when it began to fail: it is taken to have failed from its release on.
    """
    one = release.service
    followed = place + 1 < len(found) and goes_back(found, place + 1)
    if not followed or one.until is None or one.until >= one.at + FAILS_WITHIN:
        return None
    return replace(release, failed=True, failed_because="rolled back", failed_at=one.at, restored_at=one.until)


def _passed(release: Release, now: datetime) -> Release:
    """Nothing went wrong: it worked when its first days are over, and is not told yet while they are not."""
    return replace(release, failed=False if now >= release.service.at + FAILS_WITHIN else None)
