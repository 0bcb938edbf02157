"""Readers of the Reviews page: what waits for a sign-off, compliance by team over time, and the regulation map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd

from watchroom.store.snapshot import Snapshot


@dataclass(frozen=True)
class Waiting:
    """A stage of a version that is not approved, or not for long. Times are UTC without a zone.

    `missing` are the roles that have to sign, `people` how many more besides. `since` is when it began to wait, None
    where that is not known. `status` as in `approval_states`. `handed_over`: a handover of it is under way.
    """

    model: str
    version: int
    is_champion: bool
    stage: str
    status: str
    missing: tuple[str, ...]
    people: int
    until: datetime | None
    reason: str
    since: datetime | None
    handed_over: bool


_WAITING = """
with given as (
    select model, version, stage, min("at") as first_at, max(valid_until) as ended_at from approvals
    where decision = 'approved' group by model, version, stage
),
over as (
    select model, version, stage, min(coalesce(given_at, "at")) as asked_at from handovers
    where state in ('open', 'given') group by model, version, stage
),
since as (
    select model, version, max(seen_at) as seen_at from registry_events
    where event in ('alias_set', 'alias_moved') and name = 'champion' group by model, version
)
select a.model, a.version, coalesce(s.is_champion, false), a.stage, a.status, coalesce(a.missing, []),
    coalesce(a.people, 0), a.until, coalesce(a.reason, ''),
    case a.status when 'partly' then g.first_at when 'expired' then g.ended_at when 'void' then null
        when 'approved' then null else coalesce(o.asked_at, if(s.is_champion, c.seen_at, null), v.created_at) end,
    o.model is not null
from approval_states a
left join check_subjects s on s.model = a.model and s.version = a.version
left join model_versions v on v.name = a.model and v.version = a.version
left join given g on g.model = a.model and g.version = a.version and g.stage = a.stage
left join over o on o.model = a.model and o.version = a.version and o.stage = a.stage
left join since c on c.model = a.model and c.version = a.version
where ($model is null or a.model = $model) and (
    a.status in ('partly', 'void', 'expired', 'rejected') or o.model is not null and a.status <> 'approved'
    or a.status = 'missing' and a.stage = 'deploy' and s.is_champion
    or a.status = 'approved' and a.until is not null and a.until < $soon
)
order by a.model, a.version,
    list_position(['deploy', 'monitor', 'support', 'pilot', 'discovery'], a.stage)
"""


def waiting(snapshot: Snapshot, *, soon: datetime, model: str | None = None) -> tuple[Waiting, ...]:
    """What waits for sign-offs: begun, rejected, void or ended, champions and handovers without any, what ends soon.

    That is before `soon` (UTC without a zone). A version that nobody has begun to sign, and that serves nobody, does
    not wait.
    """
    found = snapshot.rows(_WAITING, {"model": model, "soon": soon})
    return tuple(_waiting(*one) for one in found)


def _waiting(*told: Any) -> Waiting:
    before, missing, rest = told[:5], told[5], told[6:]
    values = (*before, tuple(missing or ()), *rest)
    return Waiting(*values)


def tiers(snapshot: Snapshot) -> Mapping[str, tuple[str, bool]]:
    """The tier that each model is asked for by its policy, and whether it is assumed as the risk is not assessed."""
    rows = snapshot.rows("select model, tier, coalesce(assumed, false) from model_policies where tier is not null")
    return {model: (tier, assumed) for model, tier, assumed in rows}


def authors(snapshot: Snapshot) -> Mapping[tuple[str, int], tuple[str, ...]]:
    """Who made each version, old ones too, as far as MLflow knows, by model and version; none for an unknown author."""
    rows = snapshot.rows(
        """with made as (
            select v.name as model, v.version, unnest([v."user", r."user", t.value]) as author
            from model_versions v
            left join runs r on r.run_id = v.run_id
            left join tags t on t.run_id = v.run_id and t.key = 'mlflow.user'
            union all select model, version, unnest(authors) from check_subjects
        )
        select model, version, list_sort(list(distinct trim(author))) from made where trim(author) <> ''
        group by model, version"""
    )
    return {(model, version): tuple(found) for model, version, found in rows}


def people(snapshot: Snapshot) -> tuple[str, ...]:
    """Everybody who holds a role of some model, in the order of the alphabet."""
    rows = snapshot.rows("select distinct person from owners where coalesce(person, '') <> '' order by lower(person)")
    return tuple(person for (person,) in rows)


def teams(snapshot: Snapshot) -> Mapping[str, str]:
    """The team of every model that has one."""
    return dict(snapshot.rows("select model, team from models where coalesce(team, '') <> ''"))


def compliance(snapshot: Snapshot) -> pd.DataFrame:
    """The table `compliance`, by team and day; empty when nothing was counted yet."""
    return snapshot.query("select * from compliance order by team, day")


@dataclass(frozen=True)
class Regulation:
    """A regulation that models are mapped to, as its file has it; what may be missing is empty or None."""

    id: str
    title: str
    about: str
    applies: str
    source: str
    url: str
    issued: date | None
    read_on: date | None
    unverified: str
    file: str | None
    headings: int


def regulations(snapshot: Snapshot) -> tuple[Regulation, ...]:
    """Every regulation, in the order in which they are shown."""
    rows = snapshot.rows(
        """select r.regulation, r.title, coalesce(r.about, ''), coalesce(r.applies, ''), coalesce(r.source, ''),
            coalesce(r.url, ''), r.issued, r.read_on, coalesce(r.unverified, ''), r.file,
            (select count(*) from regulation_headings h where h.regulation = r.regulation)
        from regulations r order by r.position"""
    )
    return tuple(Regulation(*row) for row in rows)


@dataclass(frozen=True)
class Heading:
    """A heading of a regulation: what it asks in Watchroom's words. `group` may be empty."""

    id: str
    group: str
    title: str
    asks: str
    needs: int


def headings(snapshot: Snapshot, *, regulation: str) -> tuple[Heading, ...]:
    """The headings of a regulation in its order; empty for one that is not known."""
    rows = snapshot.rows(
        """select heading, coalesce("group", ''), title, coalesce(asks, ''), needs from regulation_headings
        where regulation = ? order by position""",
        [regulation],
    )
    return tuple(Heading(*row) for row in rows)


@dataclass(frozen=True)
class Mapped:
    """A heading for a model: how it stands (`held`, `partly`, `missing`), what is held and what not, with pages.

    `version` is the one looked at, None for a model without any; a page may be empty.
    """

    model: str
    heading: str
    version: int | None
    status: str
    held: tuple[tuple[str, str], ...]
    missing: tuple[tuple[str, str], ...]


def mapped(snapshot: Snapshot, *, regulation: str, model: str | None = None) -> tuple[Mapped, ...]:
    """How a regulation's headings stand for a model, or for all, by model and in the regulation's order."""
    rows = snapshot.rows(
        """select model, heading, version, status, held, held_pages, missing, missing_pages from regulation
        where regulation = $regulation and ($model is null or model = $model) order by model, position""",
        {"regulation": regulation, "model": model},
    )
    return tuple(
        Mapped(name, heading, version, status, _with_pages(held, held_pages), _with_pages(missing, missing_pages))
        for name, heading, version, status, held, held_pages, missing, missing_pages in rows
    )


def _with_pages(words: list[str] | None, pages: list[str] | None) -> tuple[tuple[str, str], ...]:
    return tuple(zip(words or (), pages or (), strict=True))
