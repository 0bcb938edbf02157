"""What differs between runs, up to MAX_RUNS of them: what was logged, and what is known of their data and models."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from watchroom.domain.comparison import (
    DURATION,
    EXPERIMENT,
    KINDS,
    STARTED,
    STATUS,
    Comparison,
    Kind,
    Run,
    Same,
    Thing,
    Value,
)
from watchroom.domain.version_difference import columns, requirements
from watchroom.store.queries.compare_runs import MAX_RUNS
from watchroom.store.queries.run_filter_sql import ATTRIBUTE_SQL
from watchroom.store.snapshot import Snapshot

MAX_THINGS = 2_000
"""Differences read: runs of thousands of metrics exist."""

MAX_VALUES = 200_000
"""Values read, over all runs and differences: with them an answer is some megabytes."""

STATISTICS = ("last", "best", "min", "max")

_ATTRIBUTES = {
    EXPERIMENT: "experiment",
    STATUS: "status",
    "Lifecycle": "lifecycle_stage",
    "User": "user",
    "Source": "source_name",
    "Source type": "source_type",
    "Commit": "commit",
    "Uncommitted changes": "dirty",
    "Parent run": "parent_run_id",
    STARTED: "start_time",
    DURATION: "duration",
}

_LOGGED = """
    with asked as (select unnest($ids) as run_id),
    logged as materialized (
        select 'param' as kind, run_id, key, value as text, null::double as number
        from params where run_id in (select run_id from asked)
        union all
        select 'metric', run_id, key, null, {statistic} from metrics where run_id in (select run_id from asked)
        union all
        select 'tag', run_id, key, value, null from tags
        where run_id in (select run_id from asked) and (not starts_with(key, 'mlflow.') or key = 'mlflow.note.content')
        union all
        select 'data', run_id, context, string_agg(what, ', ' order by what), null from (
            select run_id, coalesce(nullif(context, ''), 'dataset') as context,
                coalesce(name, '') || coalesce(' #' || digest, '') as what
            from run_inputs where run_id in (select run_id from asked)
        ) group by run_id, context
    ),
    things as (
        select kind, key, count(coalesce(text, number::varchar)) as n,
            count(distinct text) + count(distinct number) as unlike,
            any_value(text) as text, any_value(number) as number
        from logged group by kind, key having n > 0
    ),
    different as (
        select kind, key from things where n < $runs or unlike > 1
        order by kind <> 'metric', kind <> 'param', kind <> 'data', lower(key), key limit $most
    )
    select l.kind, l.key, l.run_id, l.text, l.number from logged l join different d on d.kind = l.kind and d.key = l.key
    union all
    select kind, key, null, text, number from things where n = $runs and unlike = 1
    union all
    select 'left', '', null, null, count(*)::double from things where n < $runs or unlike > 1"""
"""A row for each value that differs; without a run, one for each thing that is alike; and how many differ in all."""


def compare(snapshot: Snapshot, *, run_ids: tuple[str, ...], statistic: str = "last") -> Comparison:
    """The runs side by side, in the order given; ids that the snapshot does not know are left out.

    `statistic` is what counts of a metric's history. NaN equals NaN. Of more than MAX_THINGS differences, or more than
    MAX_VALUES values, the first are there: metrics before parameters, each by its name.
    """
    if statistic not in STATISTICS:
        raise ValueError(statistic)
    ids = list(dict.fromkeys(run_ids))[:MAX_RUNS]
    runs, attributes = _attributes(snapshot, ids)
    places = {run.run_id: place for place, run in enumerate(runs)}
    most = max(min(MAX_THINGS, MAX_VALUES // max(len(runs), 1)), 1)
    named = {"ids": list(places), "runs": len(runs), "most": most}
    values: dict[tuple[Kind, str], list[Value]] = {}
    same: list[Same] = []
    differing = 0
    for kind, key, run_id, text, number in snapshot.rows(_LOGGED.format(statistic=statistic), named):
        if kind == "left":
            differing = int(number)
        elif run_id is None:
            same.append(Same(kind, key, number if kind == "metric" else text))
        else:
            row = values.setdefault((kind, key), [None] * len(runs))
            row[places[run_id]] = number if kind == "metric" else text
    left_out = max(differing - len(values), 0)
    for kind, key, row in (*attributes, *_of_models(snapshot, places)):
        if any(value is not None for value in row):
            if len({(type(value), value) for value in row}) > 1:
                values[kind, key] = row
            else:
                same.append(Same(kind, key, row[0]))
    things = [Thing(kind, key, tuple(row)) for (kind, key), row in values.items()]
    return Comparison(tuple(runs), tuple(sorted(things, key=_place_of)), tuple(sorted(same, key=_place_of)), left_out)


def _place_of(thing: Thing | Same) -> tuple[int, int, str, str]:
    """By kind; attributes in their own order, of all else what most runs have first."""
    if thing.kind == "run":
        place = list(_ATTRIBUTES).index(thing.key)
    else:
        place = thing.values.count(None) if isinstance(thing, Thing) else 0
    return KINDS.index(thing.kind), place, thing.key.lower(), thing.key


def _attributes(snapshot: Snapshot, ids: list[str]) -> tuple[list[Run], Iterator[tuple[Kind, str, list[Value]]]]:
    """The runs that there are, in the order asked for, and what is known of each without its logs."""
    wanted = ", ".join(ATTRIBUTE_SQL[name] for name in _ATTRIBUTES.values())
    sql = f"""
        select r.run_id, coalesce(r.name, ''), {wanted} from runs r
        left join experiments e on e.experiment_id = r.experiment_id where r.run_id in (select unnest(?))"""
    found = {row[0]: row for row in snapshot.rows(sql, (ids,))}
    rows = [found[run_id] for run_id in ids if run_id in found]
    lifecycle = 2 + list(_ATTRIBUTES).index("Lifecycle")
    runs = [Run(row[0], row[1], row[2] or "", row[lifecycle] == "deleted") for row in rows]
    columns: Iterator[tuple[Kind, str, list[Value]]] = (
        ("run", label, [row[place] for row in rows]) for place, label in enumerate(_ATTRIBUTES, start=2)
    )
    return runs, columns


def _of_models(snapshot: Snapshot, places: dict[str, int]) -> Iterator[tuple[Kind, str, list[Value]]]:
    """What the runs' logged models say: signature, flavours, Python, and the version of each package."""
    sql = """
        select run_id, signature_inputs, signature_outputs, flavors, python_version, requirements
        from model_files where run_id in (select unnest(?)) order by run_id, location"""
    found: dict[tuple[Kind, str], list[list[str]]] = {}
    for run_id, inputs, outputs, flavors, python, packages in snapshot.rows(sql, (list(places),)):
        said: list[tuple[Kind, str, str | None]] = [
            ("model", "Inputs", _columns(inputs)),
            ("model", "Output", _columns(outputs)),
            ("model", "Flavours", ", ".join(sorted(flavors or ()))),
            ("model", "Python", python),
            *(("package", name, wanted) for name, wanted in _packages(packages)),
        ]
        for kind, key, text in said:
            if text:
                texts = found.setdefault((kind, key), [[] for _ in places])[places[run_id]]
                texts.extend([text] if text not in texts else [])
    for (kind, key), rows in found.items():
        yield kind, key, [" | ".join(sorted(texts)) if texts else None for texts in rows]


@lru_cache(maxsize=1_000)
def _columns(signature: str | None) -> str | None:
    """One side of a signature as text, `age: long, amount: double (optional)`; what is not understood as it stands."""
    found = columns(signature)
    if found is None:
        return signature
    texts = (f"{one.name}: {one.type}" if one.name else one.type for one in found)
    return ", ".join(text if one.required else f"{text} (optional)" for one, text in zip(found, texts, strict=True))


@lru_cache(maxsize=1_000)
def _packages(text: str | None) -> tuple[tuple[str, str], ...]:
    """The packages with what is asked of their versions, without the signs of a fixed one."""
    found = requirements(text) or {}
    return tuple((name, wanted.removeprefix("==") or "any") for name, wanted in found.items())
