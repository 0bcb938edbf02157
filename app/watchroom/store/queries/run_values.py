"""The values of given runs in given columns, as one frame: only those columns are read, and only for those runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

import pandas as pd
import pyarrow as pa

from watchroom.domain import filters as f
from watchroom.domain.run_columns import RunColumn
from watchroom.store.queries.run_filter_sql import ATTRIBUTE_SQL, STATISTIC_SQL
from watchroom.store.snapshot import Snapshot

_TYPES: dict[f.Kind, pa.DataType] = {
    "text": pa.string(),
    "text or number": pa.string(),
    "number": pa.float64(),
    "duration": pa.float64(),
    "time": pa.timestamp("us", tz="UTC"),
    "truth": pa.bool_(),
}

Values = dict[str, tuple[Any, ...]]
"""By run id: a value for each of some columns."""

Reader = Callable[[Snapshot, list[str], list[RunColumn]], Values]


def frame_of(
    snapshot: Snapshot, run_ids: Sequence[str], columns: Sequence[RunColumn], stale_before: datetime | None = None
) -> pd.DataFrame:
    """A row for each run, in that order, indexed by run id; a column for each column, by its id.

    Arrow types throughout, so that what is missing (NA) and what was logged as NaN stay apart. RUNNING since before
    `stale_before` (UTC without a zone) becomes `RUNNING, stale`.
    """
    ids = list(run_ids)
    found: dict[str, list[Any]] = {}
    for read, wanted in _by_reader(columns):
        rows = read(snapshot, ids, wanted) if ids else {}
        for position, column in enumerate(wanted):
            found[column.id] = [row[position] if (row := rows.get(run_id)) else None for run_id in ids]
    if stale_before is not None:
        _mark_stale(snapshot, ids, found, stale_before)
    series = {column.id: _series(column, found.get(column.id, [None] * len(ids))) for column in columns}
    return pd.DataFrame(
        {name: values.array for name, values in series.items()}, index=pd.Index(ids, name="run_id", dtype="str")
    )


def _by_reader(columns: Sequence[RunColumn]) -> Iterator[tuple[Reader, list[RunColumn]]]:
    """The columns by the function that reads them; one pass for each that is needed."""
    kinds = {f.Attribute: _attributes, f.Metric: _metrics, f.Param: _params, f.Tag: _tags}
    readers: dict[Reader, list[RunColumn]] = {}
    for column in columns:
        readers.setdefault(_curves if column.curve else kinds[type(column.subject)], []).append(column)
    yield from readers.items()


def _attributes(snapshot: Snapshot, ids: list[str], columns: list[RunColumn]) -> Values:
    wanted = ", ".join(
        ATTRIBUTE_SQL[column.subject.name] for column in columns if isinstance(column.subject, f.Attribute)
    )
    sql = f"""
        select r.run_id, {wanted} from runs r left join experiments e on e.experiment_id = r.experiment_id
        where r.run_id in (select unnest(?))"""
    return _by_run(snapshot, sql, (ids,))


def _metrics(snapshot: Snapshot, ids: list[str], columns: list[RunColumn]) -> Values:
    subjects = [column.subject for column in columns if isinstance(column.subject, f.Metric)]
    values = [STATISTIC_SQL[subject.statistic] for subject in subjects]
    return _keyed(snapshot, "metrics", ids, [subject.key for subject in subjects], values)


def _curves(snapshot: Snapshot, ids: list[str], columns: list[RunColumn]) -> Values:
    """By themselves: curves are most of the table's size, and are then read for their own keys alone."""
    keys = [column.subject.key for column in columns if isinstance(column.subject, f.Metric)]
    return _keyed(snapshot, "metrics", ids, keys, ["curve"] * len(keys))


def _params(snapshot: Snapshot, ids: list[str], columns: list[RunColumn]) -> Values:
    keys = [column.subject.key for column in columns if isinstance(column.subject, f.Param)]
    return _keyed(snapshot, "params", ids, keys, ["value"] * len(keys))


def _tags(snapshot: Snapshot, ids: list[str], columns: list[RunColumn]) -> Values:
    keys = [column.subject.key for column in columns if isinstance(column.subject, f.Tag)]
    return _keyed(snapshot, "tags", ids, keys, ["value"] * len(keys))


def _keyed(snapshot: Snapshot, table: str, ids: list[str], keys: list[str], values: list[str]) -> Values:
    """One pass over the table: a row for each run, a column for each key."""
    distinct = list(dict.fromkeys(keys))
    picks = ", ".join(f"any_value({value}) filter (where key = ?)" for value in values)
    sql = f"""
        select run_id, {picks} from {table}
        where key in ({", ".join("?" * len(distinct))}) and run_id in (select unnest(?)) group by run_id"""
    return _by_run(snapshot, sql, (*keys, *distinct, ids))


def _by_run(snapshot: Snapshot, sql: str, params: Sequence[Any]) -> Values:
    return {row[0]: row[1:] for row in snapshot.rows(sql, params)}


def _mark_stale(snapshot: Snapshot, ids: list[str], found: dict[str, list[Any]], before: datetime) -> None:
    statuses = found.get("status")
    if not statuses or "RUNNING" not in statuses:
        return
    sql = "select run_id from runs where status = 'RUNNING' and start_time < ? and run_id in (select unnest(?))"
    stale = {row[0] for row in snapshot.rows(sql, (before, ids))}
    found["status"] = [
        "RUNNING, stale" if run_id in stale else status for run_id, status in zip(ids, statuses, strict=True)
    ]


def _series(column: RunColumn, values: list[Any]) -> pd.Series[Any]:
    type_ = pa.list_(pa.float64()) if column.curve else _TYPES[f.kind_of(column.subject)]
    return pd.Series(pd.arrays.ArrowExtensionArray(pa.array(values, type=type_)))
