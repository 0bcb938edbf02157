"""Readers of the Versions page: who held which name when, who decided when, and all that is known of each version.

Times are UTC without a zone, days UTC days.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

import pandas as pd

from watchroom.domain.periods import MONTH_DAYS
from watchroom.domain.tenure import Edge, History, Seen, history
from watchroom.domain.version_difference import Dataset
from watchroom.domain.witness import Day
from watchroom.store.queries.health import LIGHT_GRAIN
from watchroom.store.queries.models import RUNS_WITH_DELETION, SIGNED
from watchroom.store.queries.pairs import Comparison
from watchroom.store.registry_history import (
    CHAMPION,
    EVENT_COLUMNS,
    OF_NAMES,
    event_of,
    in_use,
    seen_of_alias,
    seen_of_stage,
)
from watchroom.store.snapshot import Snapshot

CHALLENGER = "challenger"


@dataclass(frozen=True)
class Registry:
    """What the refreshes saw of a model: each alias with its history, champion and challenger first.

    `stages` are MLflow's old ones, each with the history of one version in it. `first_look` is None when no refresh
    ever saw the model.
    """

    aliases: tuple[tuple[str, History], ...]
    stages: tuple[tuple[str, History], ...]
    first_look: Edge | None
    last_look: datetime

    def of(self, alias: str) -> History:
        """The history of that alias; one in which nobody held it when there is none of the name."""
        nobody = history([Seen(self.first_look, "appeared")] if self.first_look else [], self.last_look)
        return dict(self.aliases).get(alias, nobody)


def registry(snapshot: Snapshot, *, model: str) -> Registry:
    """What the refreshes saw of a model's aliases and stages."""
    rows = snapshot.rows(
        f"select {EVENT_COLUMNS} from registry_events where model = ? and {OF_NAMES} order by seq", [model]
    )
    events = [event_of(row) for row in rows]
    last_look = snapshot.made_at.replace(tzinfo=None)
    names = {one.name for one in events if one.event.startswith("alias_") and one.name}
    ordered = sorted(names, key=lambda name: (name != CHAMPION, name != CHALLENGER, name.lower(), name))
    stages = sorted({(one.value, one.version) for one in events if one.event == "stage_changed" and in_use(one.value)})
    return Registry(
        tuple((name, history(seen_of_alias(events, name), last_look)) for name in ordered),
        tuple((str(stage), history(seen_of_stage(events, stage, of), last_look)) for stage, of in stages),
        events[0].edge if events else None,
        last_look,
    )


def log(snapshot: Snapshot, *, model: str) -> tuple[Day, ...]:
    """Who made how many decisions on which day, up to the snapshot's, by day; empty without a log."""
    rows = snapshot.rows(
        """select day, version, decisions from volume where model = ? and day <= ? and decisions > 0
        order by day, version""",
        [model, snapshot.day],
    )
    return tuple(Day(*row) for row in rows)


def glance(snapshot: Snapshot) -> pd.DataFrame:
    """By model that has a log: model, last_day, and the versions that decided in the last seven days up to it."""
    return snapshot.query(
        """with last as (select model, max(day) as last_day from volume where day <= ? group by model)
        select v.model, l.last_day, list(distinct v.version order by v.version) as deciding
        from volume v join last l on l.model = v.model
        where v.day > l.last_day - 7 and v.day <= l.last_day and v.decisions > 0 group by v.model, l.last_day""",
        [snapshot.day],
    )


def first_look(snapshot: Snapshot) -> datetime | None:
    """When a refresh first looked at the registry (UTC without a zone); None when none ever did."""
    ((first,),) = snapshot.rows("select min(seen_at) from registry_events")
    return first if isinstance(first, datetime) else None


def moves(snapshot: Snapshot) -> dict[str, int]:
    """How often each model's champion was seen to move since the first look; without those that never did."""
    rows = snapshot.rows(
        """select model, count(*) from registry_events where name = 'champion' and not_before is not null
        and event in ('alias_set', 'alias_moved', 'alias_removed') group by model"""
    )
    return {str(model): int(count) for model, count in rows}


@dataclass(frozen=True)
class Duel:
    """A model's champion and challenger; `found` are their comparisons by metric, of the newer less the older version.

    `shared` says whether they were compared at all; `decisions` is how many cases are decided in a month (the last
    thirty days of the log), None without a log.
    """

    model: str
    champion: int
    challenger: int
    shared: bool
    decisions: int | None
    found: tuple[Comparison, ...]


def duels(snapshot: Snapshot) -> dict[str, Duel]:
    """Every model that has a champion and another version as challenger, and how the two compare."""
    rows = snapshot.rows(
        f"""with named as (
            select c.name as model, c.version as champion, h.version as challenger
            from aliases c join aliases h on h.name = c.name and h.version <> c.version
            where c.alias = '{CHAMPION}' and h.alias = '{CHALLENGER}'
        ), days as (
            select model, day, max(decisions) as n from volume semi join named using (model)
            where decisions > 0 group by model, day
        ), ends as (select model, max(day) as last from days group by model
        ), months as (
            select model, sum(n)::bigint as n from days join ends using (model) where day > last - ? group by model
        )
        select n.model, n.champion, n.challenger, p.model is not null, months.n,
            v.metric, v.better, v.value_a, v.value_b, v.difference, v.low, v.high, v.b_better, v.method, v.n, v.why
        from named n
        left join months on months.model = n.model
        left join version_pairs p on p.model = n.model and p.version_a = least(n.champion, n.challenger)
            and p.version_b = greatest(n.champion, n.challenger)
        left join version_comparisons v on v.model = p.model and v.version_a = p.version_a and v.version_b = p.version_b
        order by n.model, v.metric""",
        [MONTH_DAYS],
    )
    return {model: _duel(list(own)) for model, own in groupby(rows, key=lambda row: str(row[0]))}


def _duel(rows: list[tuple[Any, ...]]) -> Duel:
    model, champion, challenger, shared, decisions = rows[0][:5]
    found = tuple(Comparison(*row[5:]) for row in rows if row[5] is not None)
    return Duel(model, champion, challenger, shared, decisions, found)


@dataclass(frozen=True)
class Version:
    """All that is known of a version apart from its metrics; None and empty where it is not.

    `approval` is `valid`, `void`, `rejected` or `none`. `loads` says whether its files could be loaded, None when
    nobody has tried; `loads_why` why not, or who says that they can. `dirty` says whether its code was committed whole.
    """

    version: int
    created_at: datetime | None
    user: str | None
    description: str | None
    stage: str | None
    aliases: tuple[str, ...]
    tags: tuple[tuple[str, str], ...]
    run_id: str | None
    run_name: str | None
    run_known: bool
    run_deleted: bool
    commit: str | None
    dirty: bool | None
    source_name: str | None
    flavors: tuple[str, ...]
    signature_inputs: str | None
    signature_outputs: str | None
    has_input_example: bool | None
    files_problem: str | None
    mlflow_version: str | None
    python_version: str | None
    requirements: str | None
    approval: str
    approval_reason: str | None
    signed_by: tuple[str, ...]
    loads: bool | None
    loads_why: str | None
    first_day: date | None
    last_day: date | None
    decisions: int


_FILES = """
    select v.name, v.version, f.* from model_versions v
    left join logged_models l on l.model_id = v.model_id
    left join runs r on r.run_id = regexp_extract(v.source, '^runs:/([^/]+)/', 1)
    join model_files f on f.location = nullif(coalesce(
        l.artifact_location,
        r.artifact_uri || '/' || regexp_extract(v.source, '^runs:/[^/]+/(.*)$', 1),
        v.source), '')
    where $model is null or v.name = $model
"""
"""Of each version the row of its files, found where MLflow recorded that they are."""

_VERSIONS = f"""
with files as ({_FILES}),
named as (
    select name, version, list(alias order by alias) as aliases
    from aliases where $model is null or name = $model group by name, version
),
tagged as (
    select name, version, list(key order by key) as keys, list(coalesce(value, '') order by key) as texts
    from model_version_tags where $model is null or name = $model group by name, version
),
{SIGNED},
decided as (
    select model, version, min(day) as first_day, max(day) as last_day, sum(decisions)::bigint as n
    from volume where ($model is null or model = $model) and day <= $today and decisions > 0 group by model, version
)
select v.name, v.version, v.created_at, v.user, v.description, v.stage, n.aliases, t.keys, t.texts, v.run_id, r.name,
    r.run_id is not null, coalesce(r.deleted, false), r.commit, r.dirty, r.source_name,
    coalesce(f.flavors, v.flavors), coalesce(f.signature_inputs, v.signature_inputs),
    coalesce(f.signature_outputs, v.signature_outputs), coalesce(f.has_input_example, v.has_input_example),
    case when f.location is null then v.mlmodel_problem else f.problem end,
    f.mlflow_version, f.python_version, f.requirements, coalesce(s.state, 'none'), s.reason, s.signed_by,
    f.load_status, f.load_why, e.status, e.what, d.first_day, d.last_day, coalesce(d.n, 0)
from model_versions v
left join files f on f.name = v.name and f.version = v.version
left join named n on n.name = v.name and n.version = v.version
left join tagged t on t.name = v.name and t.version = v.version
left join signed s on s.model = v.name and s.version = v.version
left join decided d on d.model = v.name and d.version = v.version
left join explanations e on e.model = v.name and e.version = v.version
left join {RUNS_WITH_DELETION} r on r.run_id = v.run_id
where $model is null or v.name = $model order by v.name, v.version desc
"""


def versions(snapshot: Snapshot, *, model: str) -> tuple[Version, ...]:
    """Every version of a model, the newest first."""
    return tuple(_version(row[1:]) for row in snapshot.rows(_VERSIONS, {"model": model, "today": snapshot.day}))


def every_version(snapshot: Snapshot) -> Mapping[str, tuple[Version, ...]]:
    """The versions of every model, by its name, the newest first."""
    rows = snapshot.rows(_VERSIONS, {"model": None, "today": snapshot.day})
    return {model: tuple(_version(row[1:]) for row in own) for model, own in groupby(rows, key=lambda row: str(row[0]))}


def _version(row: tuple[Any, ...]) -> Version:
    version, created, user, text, stage, aliases, keys, texts, *facts = row
    run, (flavors, *files), (state, reason, roles) = facts[:7], facts[7:15], facts[15:18]
    loading, served = _loads(*facts[18:22]), facts[22:]
    tags = tuple(zip(keys or (), texts or (), strict=True))
    of_registry = (version, created, user, text or None, stage if in_use(stage) else None, tuple(aliases or ()), tags)
    signed = (state, reason, tuple(roles or ()))
    return Version(*(*of_registry, *run, tuple(flavors or ()), *files, *signed, *loading, *served))


def _loads(
    status: str | None, why: str | None, explained: str | None, what: str | None
) -> tuple[bool | None, str | None]:
    """Whether the files can be loaded: by who tried to, else by whether they were loaded to be explained."""
    if status is not None:
        return (True, "it was loaded") if status == "loaded" else (False if status == "failed" else None, why)
    if explained in ("explained", "partial"):
        return True, "it was loaded to explain its decisions"
    return None, what or None


@dataclass(frozen=True)
class RunFacts:
    """What a run logged: metrics (key, last value, better), params, datasets. Empty for a run that is not known."""

    metrics: tuple[tuple[str, float | None, str], ...] = ()
    params: tuple[tuple[str, str], ...] = ()
    datasets: tuple[Dataset, ...] = ()


def run_facts(snapshot: Snapshot, *, run_id: str) -> RunFacts:
    """What a run logged, by name."""
    metrics = snapshot.rows("select key, last, better from metrics where run_id = ? order by key", [run_id])
    params = snapshot.rows("select key, value from params where run_id = ? order by key", [run_id])
    data = snapshot.rows(
        "select coalesce(context, ''), name, digest from run_inputs where run_id = ? order by all", [run_id]
    )
    return RunFacts(tuple(metrics), tuple(params), tuple(Dataset(*row) for row in data))


def performance_by_month(snapshot: Snapshot, *, model: str, versions: tuple[int, ...]) -> pd.DataFrame:
    """The metric with a limit of each version by month, from outcomes, the oldest first; empty when none has one.

    version, metric, period_start, period_end, value, low, high, reference_value, status, n, n_labelled.
    """
    return snapshot.query(
        """select version, metric, period_start, period_end, value, low, high, reference_value, status, n, n_labelled
        from performance where model = $model and list_contains($versions, version) and grain = 'month'
        and kind = 'realized' and (watch is not null or failing is not null) and period_start <= $today
        order by metric, version, period_start""",
        {"model": model, "versions": list(versions), "today": snapshot.day},
    )


@dataclass(frozen=True)
class Judged:
    """How a version was while it served: days judged, by the seven days up to each, and how many of them failed.

    `part` is what failed on the last such day, `performance` or `quality`; None when none did.
    """

    days: int
    failing: int
    part: str | None


def judged(snapshot: Snapshot, *, model: str, version: int, first: date, last: date) -> Judged:
    """The days from `first` to `last` on which performance (from outcomes) or quality was judged, and how."""
    return judged_in(snapshot, [Window(model, version, first, last)])[0]


@dataclass(frozen=True)
class Window:
    """Days of a version, the last included."""

    model: str
    version: int
    first: date
    last: date


def judged_in(snapshot: Snapshot, windows: Sequence[Window]) -> list[Judged]:
    """What `judged` says of each of these windows, in their order, in one question."""
    rows = snapshot.rows(
        f"""with asked as (
            select unnest($models) as model, unnest($versions) as version, unnest($firsts) as first,
                unnest($lasts) as last, unnest($places) as place
        ), told as (
            select model, version, period_end as day, status, 'performance' as part from performance
            where grain = '{LIGHT_GRAIN}' and kind = 'realized' and (watch is not null or failing is not null)
                and list_contains($models, model)
            union all
            select model, version, period_end, status, 'quality' from quality
            where grain = '{LIGHT_GRAIN}' and list_contains($models, model)
        )
        select count(distinct day), count(distinct day) filter (status = 'failing'),
            arg_max(part, day) filter (status = 'failing')
        from asked a left join told t on t.model = a.model and t.version = a.version and t.status <> 'no data'
            and t.day between a.first and a.last
        group by a.place order by a.place""",
        {
            "models": [one.model for one in windows],
            "versions": [one.version for one in windows],
            "firsts": [one.first for one in windows],
            "lasts": [one.last for one in windows],
            "places": list(range(len(windows))),
        },
    )
    return [Judged(*row) for row in rows]
