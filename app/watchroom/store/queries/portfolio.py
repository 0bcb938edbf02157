"""Readers of the portfolio: projects, releases, the work that went in, reviews, money by month, and what is shared.

Each reads a part once, for all models: what a person narrows down is narrowed down in memory. Times are UTC without a
zone, days UTC days; money is in the workspace's currency.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

import pandas as pd

from watchroom.domain.delivery import Change, Signed, Wait, waits
from watchroom.domain.funnel import STAGES, Reached, Stage
from watchroom.store.snapshot import Snapshot


@dataclass(frozen=True)
class Project:
    """A row of `projects`. `title` is what people call it: text from outside, as `name` and `why` are."""

    kind: str
    name: str
    title: str
    experiment_id: str | None
    team: str | None
    trade: str | None
    tier: str | None
    started_at: datetime | None
    registered_at: datetime | None
    approved_at: datetime | None
    champion_at: datetime | None
    healthy: bool | None
    stage: Stage
    why: str | None
    last_activity: datetime | None

    @property
    def reached(self) -> Reached:
        """The project as the funnel takes it."""
        times = (self.registered_at, self.approved_at, self.champion_at)
        passed = {stage for stage, at in zip(STAGES[1:4], times, strict=True) if at is not None}
        return Reached(self.title, self.stage, frozenset({"started", self.stage, *passed}))


def projects(snapshot: Snapshot) -> tuple[Project, ...]:
    """Every project, by title."""
    rows = snapshot.rows(
        """select p.kind, p.project, coalesce(m.title, p.project), p.experiment_id, p.team, p.trade, p.tier,
            p.started_at, p.registered_at, p.approved_at, p.champion_at, p.healthy, p.stage, p.stops_because,
            p.last_activity
        from projects p left join models m on p.kind = 'model' and m.model = p.project
        order by lower(coalesce(m.title, p.project)), p.project, p.experiment_id"""
    )
    return tuple(Project(*row) for row in rows)


@dataclass(frozen=True)
class Release:
    """A row of `releases`, with the model's title."""

    model: str
    title: str
    version: int
    previous_version: int | None
    at: datetime
    dated: bool
    until: datetime | None
    by: str
    lead_hours: float | None
    is_rollback: bool
    watched: bool
    failed: bool | None
    failed_because: str | None
    failed_at: datetime | None
    restored_at: datetime | None
    restore_hours: float | None

    @property
    def is_change(self) -> bool:
        """Whether it counts for the measures: it is known when it went into service, and it did not go back."""
        return self.dated and not self.is_rollback

    @property
    def change(self) -> Change:
        """The release as the measures take it."""
        return Change(self.at, self.lead_hours, self.failed, self.restore_hours, self.watched)


def releases(snapshot: Snapshot) -> tuple[Release, ...]:
    """Every release, the newest first."""
    rows = snapshot.rows(
        """select r.model, coalesce(m.title, r.model), r.version, r.previous_version, r."at", r.dated, r.until, r."by",
            r.lead_hours, r.is_rollback, r.watched, r.failed, r.failed_because, r.failed_at, r.restored_at,
            r.restore_hours
        from releases r left join models m on m.model = r.model order by r."at" desc, r.model, r.position desc"""
    )
    return tuple(Release(*row) for row in rows)


@dataclass(frozen=True)
class Seen:
    """From which day on anything can tell of releases: a log, or a look at the registry. None for neither.

    `looks` is the first look at the registry, before which only the logs tell.
    """

    since: date | None
    looks: date | None


def seen(snapshot: Snapshot) -> Seen:
    """From when on releases are seen."""
    ((logs, looks),) = snapshot.rows(
        "select (select min(day) from volume where decisions > 0), (select min(seen_at)::date from registry_events)"
    )
    return Seen(min((day for day in (logs, looks) if day is not None), default=None), looks)


def work(snapshot: Snapshot) -> pd.DataFrame:
    """The runs of each experiment by month, as the table `experiment_work`, the oldest first."""
    return snapshot.query("select * from experiment_work order by month, lower(experiment), experiment_id")


@dataclass(frozen=True)
class Waiting:
    """A wait for a sign-off, with the model's title and the reviewer; `matters` for a version that somebody needs.

    That is the champion, the challenger, or the newest: a version that was overtaken waits for nobody.
    """

    wait: Wait
    title: str
    reviewer: str | None
    matters: bool


_SIGNED = """
with newest as (select name, max(version) as version from model_versions group by name),
named as (select distinct name, version from aliases where alias in ('champion', 'challenger'))
select v.name, v.version, v.created_at, coalesce(m.title, v.name), o.person,
    n.version is not null or a.version is not null as matters, s."at", s.decision = 'approved'
from model_versions v
left join models m on m.model = v.name
left join owners o on o.model = v.name and o.role = 'reviewer'
left join newest n on n.name = v.name and n.version = v.version
left join named a on a.name = v.name and a.version = v.version
left join approvals s on s.model = v.name and s.version = v.version
where v.created_at is not null
order by v.name, v.version, s.seq
"""


def reviews(snapshot: Snapshot) -> tuple[Waiting, ...]:
    """Every wait for a sign-off, over or not, the longest begun first."""
    found: list[Waiting] = []
    for _, rows in groupby(snapshot.rows(_SIGNED), key=lambda row: row[:2]):
        own = list(rows)
        model, version, registered, title, reviewer, matters, *_ = own[0]
        signed = [Signed(at, approved) for *_, at, approved in own if at is not None]
        found += [Waiting(one, title, reviewer, matters) for one in waits(model, version, registered, signed)]
    return tuple(sorted(found, key=lambda one: (one.wait.since, one.wait.model, one.wait.version)))


def money(snapshot: Snapshot) -> pd.DataFrame:
    """What each model earned by month, the oldest first; months that are not over are among them.

    model, period_start, period_end, decisions, labelled, benefit, estimated_benefit, run_cost, net.
    """
    return snapshot.query(
        """select model, period_start, period_end, decisions, labelled, benefit, estimated_benefit, run_cost, net
        from value where version is null and grain = 'month' and period_start <= ? order by period_start, model""",
        [snapshot.day],
    )


@dataclass(frozen=True)
class Used:
    """A dataset that the run of a model's version used. `serving` says whether that is the version in service."""

    name: str
    digest: str
    context: str
    model: str
    title: str
    version: int
    serving: bool


_DATASETS = """
with serving as (
    select m.model, coalesce(h.version, a.version) as version
    from models m left join health h on h.model = m.model
    left join aliases a on a.name = m.model and a.alias = 'champion'
)
select i.name, coalesce(i.digest, ''), coalesce(i.context, ''), v.name, coalesce(m.title, v.name), v.version,
    s.version is not null
from model_versions v
join run_inputs i on i.run_id = v.run_id
left join models m on m.model = v.name
left join serving s on s.model = v.name and s.version = v.version
order by all
"""


def datasets(snapshot: Snapshot) -> tuple[Used, ...]:
    """The datasets of every version's run, by name and digest."""
    return tuple(Used(*row) for row in snapshot.rows(_DATASETS))
