"""Readers of checklists: the versions that are checked, what is asked of each, and what the refresh found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from watchroom.store.snapshot import Snapshot


@dataclass(frozen=True)
class Subject:
    """A model version that is checked. `assumed`: its risk is not assessed, so the policy's tier for these holds.

    `handed_over` is whether a handover of it was under way at the refresh; no `authors` are unknown ones.
    """

    model: str
    title: str
    version: int
    policy: str
    tier: str
    assumed: bool
    is_champion: bool
    is_challenger: bool
    is_newest: bool
    handed_over: bool
    authors: tuple[str, ...]

    @property
    def named(self) -> tuple[str, ...]:
        """What it is besides a number: `champion`, `challenger`, `newest`, `being handed over`."""
        marks = (
            ("champion", self.is_champion),
            ("challenger", self.is_challenger),
            ("newest", self.is_newest and not self.is_champion and not self.is_challenger),
            ("being handed over", self.handed_over),
        )
        return tuple(name for name, holds in marks if holds)


@dataclass(frozen=True)
class Row:
    """An item of a model version's checklist, as the refresh found it; times are UTC without a zone.

    `status` is with answers and waivers as of the refresh, `measured` without them; `item_digest` is of what is asked,
    `digest` of what was found. `at` is the refresh that first found it as it is. `person` is who was to see to it.
    `made` is when the version was made, None where MLflow does not say; `from_first` is whether the first refresh that
    looked at the version found the item as it is: nobody knows then since when it has been so.
    """

    model: str
    version: int
    item: str
    position: int
    stage: str
    role: str
    text: str
    section: str | None
    kind: str
    valid_days: int | None
    blocks: bool
    item_digest: str
    status: str
    measured: str
    value: str | None
    evidence: str
    query: str | None
    digest: str
    at: datetime | None
    person: str | None
    due: date | None
    made: datetime | None = None
    from_first: bool = False


@dataclass(frozen=True)
class About:
    """What a policy says of an item beyond its text; each may be empty. `tier` is the least that it is asked of."""

    tier: str
    why: str
    how: str
    source: str
    params: str


@dataclass(frozen=True)
class Query:
    """What a kind of check asks: in a sentence, and in SQL (of a check in Python its function's name)."""

    about: str
    sql: str


@dataclass(frozen=True)
class Score:
    """A section of the ML Test Score, or `total`: points, and what they could be."""

    section: str
    score: float
    most: int


@dataclass(frozen=True)
class Approved:
    """How the sign-offs of a stage stood at the refresh: as in `approval_states`."""

    stage: str
    status: str
    missing: tuple[str, ...]
    people: int
    until: datetime | None
    reason: str


@dataclass(frozen=True)
class File:
    """A file kept as evidence. `seq` is the ledger's entry; `tests` and `failed` are of a test report, else None."""

    seq: int
    at: datetime
    actor: str
    item: str | None
    name: str
    kind: str
    sha256: str
    bytes: int
    tests: int | None
    failed: int | None
    note: str
    status: str


_SUBJECTS = """
select s.model, coalesce(m.title, s.model), s.version, s.policy, s.tier, coalesce(p.assumed, false),
    coalesce(s.is_champion, false), coalesce(s.is_challenger, false), coalesce(s.is_newest, false),
    h.model is not null, s.authors
from check_subjects s
left join models m on m.model = s.model
left join model_policies p on p.model = s.model
left join (select distinct model, version from handovers where state in ('open', 'given')) h
    on h.model = s.model and h.version = s.version
where $model is null or s.model = $model
order by lower(coalesce(m.title, s.model)), s.model, h.model is not null desc, s.is_champion desc, s.version desc
"""


def subjects(snapshot: Snapshot, *, model: str | None = None) -> tuple[Subject, ...]:
    """The versions that are checked, by title; of each model first the one that the page opens with.

    That is the one being handed over, else the champion, else the newest.
    """
    found = snapshot.rows(_SUBJECTS, {"model": model})
    return tuple(Subject(*(*facts, tuple(authors or ()))) for *facts, authors in found)


_ROWS = """
with first as (
    select s.*, h.model is not null as handed_over
    from check_subjects s
    left join (select distinct model, version from handovers where state in ('open', 'given')) h
        on h.model = s.model and h.version = s.version
    qualify row_number() over (
        partition by s.model order by h.model is not null desc, s.is_champion desc, s.version desc
    ) = 1
)
select c.model, c.version, c.item, coalesce(i.position, 0), c.stage, coalesce(c.role, i.role, ''),
    coalesce(i.text, c.item), i.section, coalesce(c.kind, i.kind, 'question'), i.valid_days,
    coalesce(i.blocks, false), coalesce(i.digest, ''), coalesce(c.status, 'unknown'), coalesce(c.measured, 'unknown'),
    c.value, coalesce(c.evidence, ''), c.query, coalesce(c.digest, ''), c."at", c.person, c.due,
    v.created_at, coalesce(c."at" = min(c."at") over (partition by c.model, c.version), false)
from checks c
left join mlflow.model_versions v on v.name = c.model and v.version = c.version
join check_subjects s on s.model = c.model and s.version = c.version
left join policy_items i on i.policy = s.policy and i.item = c.item
where case when $model is null then (c.model, c.version) in (select model, version from first)
    else c.model = $model and c.version = $version end
order by c.model, i.position, c.item
"""


def rows(snapshot: Snapshot, *, model: str | None = None, version: int | None = None) -> tuple[Row, ...]:
    """The items of a model version in the order of its policy; without one, of every model's version as in `subjects`.

    Empty for a version that is not checked.
    """
    return tuple(Row(*row) for row in snapshot.rows(_ROWS, {"model": model, "version": version}))


def about(snapshot: Snapshot, *, policy: str) -> Mapping[str, About]:
    """What a policy says of its items, by item; empty for a policy that is not known."""
    found = snapshot.rows(
        """select item, coalesce(tier, ''), coalesce(why, ''), coalesce(how, ''), coalesce(source, ''),
            coalesce(params, '{}')
        from policy_items where policy = ?""",
        [policy],
    )
    return {item: About(*rest) for item, *rest in found}


def titles(snapshot: Snapshot) -> Mapping[str, str]:
    """What every item asks, by its id; the default policy's words where policies differ."""
    found = snapshot.rows(
        """select item, first(text order by policy <> 'default', policy) from policy_items where text is not null
        group by item"""
    )
    return {item: text for item, text in found}


def query(snapshot: Snapshot, *, name: str) -> Query | None:
    """The query of that name; None when it is not there any more."""
    found = snapshot.rows("select coalesce(about, ''), coalesce(sql, '') from check_queries where query = ?", [name])
    return Query(*found[0]) if found else None


def scores(snapshot: Snapshot, *, model: str, version: int) -> tuple[Score, ...]:
    """The ML Test Score of a version, its sections and then the total; empty where it is not worked out."""
    found = snapshot.rows(
        """select section, score, most from check_scores where model = ? and version = ?
        order by case section when 'data' then 1 when 'model' then 2 when 'infrastructure' then 3
            when 'monitoring' then 4 else 5 end""",
        [model, version],
    )
    return tuple(Score(*row) for row in found)


def approved(snapshot: Snapshot, *, model: str | None = None) -> Mapping[tuple[str, int], Mapping[str, Approved]]:
    """How the sign-offs stood at the refresh, by model version and stage."""
    found: dict[tuple[str, int], dict[str, Approved]] = {}
    for name, version, *rest in snapshot.rows(
        """select model, version, stage, status, missing, people, until, coalesce(reason, '')
        from approval_states where $model is null or model = $model""",
        {"model": model},
    ):
        one = _approved(*rest)
        found.setdefault((name, version), {})[one.stage] = one
    return found


def _approved(stage: str, status: str, missing: list[str] | None, people: int | None, *rest: Any) -> Approved:
    return Approved(stage, status, tuple(missing or ()), people or 0, *rest)


def files(snapshot: Snapshot, *, model: str, version: int) -> tuple[File, ...]:
    """The evidence kept for a version, the newest first, what was withdrawn included."""
    found = snapshot.rows(
        """select seq, "at", actor, item, name, kind, sha256, bytes, tests, failed, coalesce(note, ''), status
        from evidence where model = ? and version = ? order by seq desc""",
        [model, version],
    )
    return tuple(File(*row) for row in found)


def file_states(snapshot: Snapshot) -> Mapping[int, str]:
    """The status of every file kept as evidence, by its ledger entry."""
    return {int(seq): str(status) for seq, status in snapshot.rows("select seq, status from evidence")}


def people(snapshot: Snapshot, *, model: str) -> tuple[str, ...]:
    """Everybody who holds a role of the model, then everybody who holds one of another, each once."""
    found = snapshot.rows(
        """select person from owners where person <> '' group by person
        order by bool_or(model = ?) desc, lower(person)""",
        [model],
    )
    return tuple(person for (person,) in found)
