"""Readers of ownership: who holds which model, and when each person was last active."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from watchroom.domain.authors import same_person
from watchroom.domain.ownership import Activity, Owned, Seen
from watchroom.store.snapshot import Snapshot

_MODELS = """
select m.model, coalesce(m.title, m.model), m.team, m.trade, m.tier, a.version is not null, m.file,
    coalesce((select list([o.role, o.person] order by o.role) from owners o
              where o.model = m.model and o.person <> ''), [])
from models m left join aliases a on a.name = m.model and a.alias = 'champion'
order by lower(coalesce(m.title, m.model)), m.model
"""

_ACTIVE = """
select person, max(day), arg_max(how, day) from (
    select "user" as person, cast(max(start_time) as date) as day, 'a run' as how from runs group by all
    union all select "user", cast(max(created_at) as date), 'a version' from model_versions group by all
    union all select actor, cast(max("at") as date), 'an act' from (
        select actor, "at" from approvals where imported_from is null
        union all select actor, "at" from proposals union all select actor, "at" from proposal_voices
        union all select actor, "at" from events union all select actor, "at" from notes
        union all select actor, "at" from pins union all select actor, "at" from kpi_agreements
        union all select actor, "at" from evidence union all select actor, "at" from answers
        union all select actor, "at" from waivers union all select actor, "at" from assignments
        union all select actor, "at" from handovers union all select ended_by, ended_at from handovers
        union all select actor, "at" from drills union all select last_by, last_at from findings
        union all select acted_by, acted_at from alerts
    ) group by all
) where person is not null and person <> '' and day is not null group by person
"""

_FIRST = "select cast(min(seen_at) as date) from registry_events"


@dataclass(frozen=True)
class Ownership:
    """Every model with who holds it, and when people were last active; each person goes by one name in both.

    `names` gives that name for every way in which it is written.
    """

    owned: tuple[Owned, ...]
    activity: Activity
    names: Mapping[str, str]


def ownership(snapshot: Snapshot) -> Ownership:
    """Who holds what, and since when nothing was heard of whom: runs, versions and acts up to the refresh."""
    models = snapshot.rows(_MODELS)
    active = snapshot.rows(_ACTIVE)
    ((first,),) = snapshot.rows(_FIRST)
    held = dict.fromkeys(person for row in models for _, person in row[7])
    names = _one_name(held, (row[0] for row in active))
    owned = tuple(_owned(row, names) for row in models)
    return Ownership(owned, Activity(snapshot.day, _seen(active, names), first), names)


def _owned(row: tuple[object, ...], names: Mapping[str, str]) -> Owned:
    model, title, team, trade, tier, in_service, file, held = row
    people = {role: names[person] for role, person in held}  # type: ignore[attr-defined]
    return Owned(model, title, team, trade, tier, in_service, people, file)  # type: ignore[arg-type]


def _one_name(held: Iterable[str], active: Iterable[str]) -> dict[str, str]:
    """One name for each person: as a file has it, where one does. Names that are nobody's there stay as they are."""
    names: dict[str, str] = {}
    kept: list[str] = []
    for person in held:
        names[person] = next((name for name in kept if same_person(name, person)), person)
        if names[person] == person:
            kept.append(person)
    for person in active:
        if person not in names:
            names[person] = next((name for name in kept if same_person(name, person)), person)
    return names


def _seen(rows: Iterable[tuple[str, date, str]], names: Mapping[str, str]) -> dict[str, Seen]:
    found: dict[str, Seen] = {}
    for person, day, how in rows:
        name = names[person]
        if name not in found or found[name].day < day:
            found[name] = Seen(day, how)
    return found


def moved(snapshot: Snapshot, *, model: str) -> tuple[tuple[str, str, int], ...]:
    """The roles that came with a handover and that the model's file does not name so yet: role, person, handover."""
    return tuple(
        snapshot.rows(
            "select role, person, handover from owners where model = ? and handover is not null order by role", [model]
        )
    )
