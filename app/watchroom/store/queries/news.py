"""Readers of what is new since a time, versions, champions and money, and of what waits: due items and sign-offs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from watchroom.store.snapshot import Snapshot

WEEK = 7

MOST_WEEKS = 4
"""After a month away nobody asks about the weeks before it."""

TOLD_FROM = 0.05
"""A fall by less than a twentieth comes and goes; it is not told."""


@dataclass(frozen=True)
class Fallen:
    """A model that brought less in some whole weeks than in as many before; amounts in the workspace's currency."""

    model: str
    title: str
    before: float
    after: float
    first_day: date
    last_day: date

    @property
    def lost(self) -> float:
        """By how much it fell; above nothing."""
        return self.before - self.after


@dataclass(frozen=True)
class Moved:
    """A change of the registry that was seen after the time: what was champion, and now is; or a new version."""

    model: str
    title: str
    event: str
    version: int | None
    previous: int | None
    seen_at: datetime


def moved(snapshot: Snapshot, *, since: datetime, model: str | None = None) -> tuple[Moved, ...]:
    """Champions that changed and versions that came after that time, the newest first."""
    rows = snapshot.rows(
        """select e.model, coalesce(m.title, e.model), e.event, e.version, e.previous_version, e.seen_at
        from registry_events e left join models m using (model)
        where e.seen_at > $since and e.not_before is not null and ($model is null or e.model = $model)
            and (e.event = 'version_added' or (e.name = 'champion' and e.event in
                ('alias_set', 'alias_moved', 'alias_removed')))
        order by e.event = 'version_added', e.seq desc""",
        {"since": since, "model": model},
    )
    return tuple(Moved(*row) for row in rows)


def fallen(snapshot: Snapshot, *, since: datetime, model: str | None = None) -> tuple[Fallen, ...]:
    """Models that brought less in the whole weeks since that time than in as many before, the most first.

    At least one week, so that a weekend is not taken for a change, and at most `MOST_WEEKS`. The weeks end with the
    last day that is over; a model without money on every served day of both is left out, and a fall by less than
    `TOLD_FROM` of what it was.
    """
    away = max((snapshot.day - since.date()).days, 1)
    days = WEEK * min(-(-away // WEEK), MOST_WEEKS)
    last = snapshot.day - timedelta(1)
    first, earlier = last - timedelta(days - 1), last - timedelta(2 * days - 1)
    rows = snapshot.rows(
        """select v.model, coalesce(any_value(m.title), v.model), sum(v.net) filter (v.period_start < $first) as before,
            sum(v.net) filter (v.period_start >= $first) as after
        from value v left join models m using (model)
        where v.version is null and v.grain = 'day' and v.period_start between $earlier and $last
            and ($model is null or v.model = $model)
        group by v.model
        having count(*) = count(v.net) and max(v.period_start) > $first and before - after > $told * abs(before)
        order by before - after desc, v.model""",
        {"first": first, "earlier": earlier, "last": last, "model": model, "told": TOLD_FROM},
    )
    return tuple(Fallen(model, title, before, after, first, last) for model, title, before, after in rows)


@dataclass(frozen=True)
class DueItems:
    """Items of a version's checklist that are neither met nor waived and due at `due` or before: how many, and whose.

    `due` is the earliest of their dates; `person` None for nobody.
    """

    model: str
    title: str
    version: int
    person: str | None
    items: int
    due: date


def due_items(snapshot: Snapshot, *, until: date, model: str | None = None) -> tuple[DueItems, ...]:
    """Items that are due until that day, by version and person, as of the refresh; the most overdue first."""
    rows = snapshot.rows(
        """select c.model, coalesce(any_value(m.title), c.model), c.version, c.person, count(*), min(c.due)
        from checks c left join models m on m.model = c.model
        where c.due <= $until and c.status in ('fail', 'stale', 'unknown') and ($model is null or c.model = $model)
        group by c.model, c.version, c.person order by min(c.due), c.model, c.version""",
        {"until": until, "model": model},
    )
    return tuple(DueItems(*row) for row in rows)


@dataclass(frozen=True)
class Unsigned:
    """A champion that lacks a role's sign-off for `deploy`."""

    model: str
    title: str
    version: int


def unsigned(snapshot: Snapshot, *, role: str, model: str | None = None) -> tuple[Unsigned, ...]:
    """Champions that wait for a sign-off of that role, the highest tier first, as of the refresh."""
    rows = snapshot.rows(
        """select s.model, coalesce(m.title, s.model), s.version
        from approval_states s
        join check_subjects c on c.model = s.model and c.version = s.version and c.is_champion
        left join models m on m.model = s.model
        where s.stage = 'deploy' and list_contains(s.missing, $role) and ($model is null or s.model = $model)
        order by list_position(['critical', 'high', 'medium', 'low'], c.tier), s.model""",
        {"role": role, "model": model},
    )
    return tuple(Unsigned(*row) for row in rows)
