"""What differs between some runs: their attributes, parameters, metrics and tags side by side."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from watchroom.domain import filters as f
from watchroom.domain.run_columns import RunColumn
from watchroom.store.queries.run_values import frame_of
from watchroom.store.snapshot import Snapshot

MAX_RUNS = 20
"""Runs side by side: more columns than that nobody compares by eye."""
MAX_ROWS = 2_000
"""Differences shown: runs of two thousand metrics exist."""

_ATTRIBUTES = (
    "experiment",
    "status",
    "start_time",
    "duration",
    "user",
    "source_name",
    "commit",
    "dirty",
    "parent_run_id",
)


@dataclass(frozen=True)
class Comparison:
    """Runs side by side.

    `frame` has a row for each thing that differs: `kind` (`run`, `param`, `metric`, `tag`), `key`, and a column for
    each run by its id, with the values as Python's (None where the run lacks it). `same` counts what all of them have
    alike, `left_out` the differences past MAX_ROWS. `names` are the runs' names by id, `missing` the ids that the
    snapshot does not know.
    """

    frame: pd.DataFrame
    names: dict[str, str]
    same: int
    left_out: int
    missing: tuple[str, ...]


def compare(snapshot: Snapshot, *, run_ids: tuple[str, ...]) -> Comparison:
    """The differences of the first MAX_RUNS runs. NaN equals NaN; a metric counts with its last value."""
    asked = list(dict.fromkeys(run_ids))[:MAX_RUNS]
    names = dict(
        snapshot.rows("select run_id, coalesce(name, '') from runs where run_id in (select unnest(?))", (asked,))
    )
    ids = [run_id for run_id in asked if run_id in names]
    table = [*_attributes(snapshot, ids), *_keyed(snapshot, ids)]
    different = [row for row in table if not _alike(row[2:])]
    frame = pd.DataFrame(different[:MAX_ROWS], columns=["kind", "key", *ids], dtype="object")
    return Comparison(
        frame=frame,
        names={run_id: names[run_id] for run_id in ids},
        same=len(table) - len(different),
        left_out=max(0, len(different) - MAX_ROWS),
        missing=tuple(run_id for run_id in asked if run_id not in names),
    )


def _attributes(snapshot: Snapshot, ids: list[str]) -> list[tuple[object, ...]]:
    columns = [RunColumn(f.Attribute(name)) for name in _ATTRIBUTES]
    frame = frame_of(snapshot, ids, columns)
    rows = []
    for column in columns:
        values = [None if value is pd.NA else value for value in frame[column.id]]
        rows.append(("run", column.label, *values))
    return [row for row in rows if any(value is not None for value in row[2:])]


def _keyed(snapshot: Snapshot, ids: list[str]) -> list[tuple[object, ...]]:
    sql = """
        select * from (
            select 'param' as kind, run_id, key, value, null::double as number
            from params where run_id in (select unnest($1))
            union all
            select 'metric', run_id, key, null, last from metrics where run_id in (select unnest($1))
            union all
            select 'tag', run_id, key, value, null from tags
            where run_id in (select unnest($1)) and (not starts_with(key, 'mlflow.') or key = 'mlflow.note.content')
        ) order by kind <> 'param', kind <> 'metric', lower(key), key"""
    table: dict[tuple[str, str], dict[str, object]] = {}
    for kind, run_id, key, text, number in snapshot.rows(sql, (ids,)):
        table.setdefault((kind, key), {})[run_id] = number if kind == "metric" else text
    return [(kind, key, *(values.get(run_id) for run_id in ids)) for (kind, key), values in table.items()]


def _alike(values: tuple[object, ...]) -> bool:
    return len({"NaN" if value != value else (type(value), value) for value in values}) <= 1
