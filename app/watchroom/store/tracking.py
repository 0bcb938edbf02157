"""What a tracking source gave, written into a draft: raw rows in, the public tables out.

Whatever can be derived from the raw rows is derived here, in one way for all sources: a run's parent and commit from
its tags, a metric's last, best and curve from its points.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from watchroom.domain.metrics import better
from watchroom.store.draft import Draft
from watchroom.store.schema import TABLES

CURVE_POINTS = 40
"""Points of a sparkline: what a table's cell can show."""

_RUN_TABLES = ("runs", "params", "tags", "metrics", "metric_history", "run_inputs")

_ORDERED = ("params", "tags")
"""Kept aside until the last row is there, then appended in the order of their keys: a question about one key skips the
rest of the table, which for a store of a hundred thousand runs is nine tenths of the work."""

_IN_RANGE = "ms between -62135596800000 and 253402300799999"
"""The years 1 to 9999. People do log nanoseconds as milliseconds; such a time is NULL, and counted."""

_CATALOG_SQL: Mapping[str, str] = {
    "experiments": "experiment_id, name, lifecycle_stage, artifact_location, utc(created_ms), utc(updated_ms)",
    "experiment_tags": "experiment_id, key, value",
    "logged_models": "model_id, experiment_id, name, source_run_id, status, model_type, lifecycle_stage, "
    "artifact_location, utc(created_ms), utc(updated_ms)",
    "registered_models": "name, description, utc(created_ms), utc(updated_ms)",
    "registered_model_tags": "name, key, value",
    "model_versions": 'name, version, run_id, model_id, source, stage, status, "user", description, '
    "utc(created_ms), utc(updated_ms), null, null, null, null, null",
    "model_version_tags": "name, version, key, value",
    "aliases": "name, alias, version",
}
"""From a source's catalog to the public table, column by column. The `MLmodel` columns are filled by their own step."""


@dataclass
class SyncCounts:
    """What one sync wrote, for the Status page."""

    changed: int = 0
    gone: int = 0
    checked: int = 0
    points: int = 0
    impossible_times: int = 0


class TrackingWriter:
    """Writes one pass of a source into a draft; call `finish` after the last change."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._sql = draft.connection
        self._now_ms = int(draft.made_at.timestamp() * 1000)
        self.counts = SyncCounts()
        self._sql.execute("create or replace temp table touched (run_id varchar)")
        for name in _ORDERED:
            self._sql.execute(f"create or replace temp table given_{name} as from mlflow.{name} limit 0")
        self._sql.execute(
            f"create or replace temp macro utc(ms) as case when {_IN_RANGE} then make_timestamp_ms(ms) end"
        )

    # -- what is already held --------------------------------------------------------------------------------------

    @property
    def notes(self) -> Mapping[str, Any]:
        """See `Seen.notes`."""
        note = self._draft.note("source")
        return dict(json.loads(note)) if note else {}

    def runs(self) -> pa.Table:
        """See `Seen.runs`."""
        query = "select run_id, fingerprint, status, start_ms, checked_ms from sync.sync_runs"
        return self._sql.sql(query).to_arrow_table()

    # -- the changes -----------------------------------------------------------------------------------------------

    def catalog(self, rows: Mapping[str, pa.Table]) -> None:
        """Replace experiments, logged models and the registry, where they differ from what is held."""
        for name, columns in _CATALOG_SQL.items():
            self._sql.register("given", rows[name])
            table = TABLES[name]
            names = ", ".join(f'"{column}"' for column in _compared(name))
            self._sql.execute(
                table.create_sql.replace(f'create table "{name}"', "create or replace temp table fresh", 1)
            )
            self._sql.execute(f"insert into fresh select {columns} from given")
            if self._differs("fresh", f'mlflow."{name}"', names):
                self._replace(name)
            self._sql.unregister("given")
        self._drop_runs_outside_experiments()

    def changed(self, rows: Mapping[str, pa.Table]) -> None:
        """Begin some runs anew: all that was held of them goes."""
        runs = rows["runs"]
        ids = runs["run_id"]
        self._delete(ids)
        self._insert_touched(ids)
        self._insert(
            'insert into mlflow.runs select run_id, experiment_id, name, status, lifecycle_stage, "user", '
            "utc(start_ms), utc(end_ms), null, source_type, source_name, null, null, artifact_uri from given",
            runs,
        )
        self._insert(
            f"insert into sync.sync_runs select run_id, fingerprint, status, start_ms, {self._now_ms} from given",
            runs,
            "sync",
        )
        self.counts.changed += len(ids)
        self._count_impossible(runs, "start_ms", "end_ms")
        self.more({name: table for name, table in rows.items() if name != "runs"})

    def more(self, rows: Mapping[str, pa.Table]) -> None:
        """Append rows of runs begun before."""
        for name, table in rows.items():
            if len(table):
                self._insert(_ROW_SQL[name], table)
                if name == "points":
                    self.counts.points += len(table)
                    self._count_impossible(table, "time_ms")

    def checked(self, run_ids: Sequence[str]) -> None:
        """Note that these runs were asked about and have not changed."""
        self._draft.writable("sync")
        self._sql.register("given", pa.table({"run_id": pa.array(run_ids, pa.string())}))
        self._sql.execute(
            f"update sync.sync_runs set checked_ms = {self._now_ms} where run_id in (select run_id from given)"
        )
        self._sql.unregister("given")
        self.counts.checked += len(run_ids)

    def gone(self, run_ids: Sequence[str]) -> None:
        """Forget runs that exist no more. Those that are not held are passed over."""
        self.counts.gone += self._delete(pa.array(run_ids, pa.string()))

    def state(self, notes: Mapping[str, Any]) -> None:
        """Keep the source's notes for the next refresh."""
        self._draft.keep_note("source", json.dumps(dict(notes)))

    def finish(self) -> None:
        """Derive what follows from the raw rows of the runs that were touched."""
        if self.counts.changed:
            self._append_in_order()
            self._sql.execute(_FROM_TAGS)
            self._derive_metrics()
        if self.counts.changed or self.counts.gone or self._draft.is_own("mlflow"):
            self._summarise()

    # -- inside ----------------------------------------------------------------------------------------------------

    def _differs(self, fresh: str, held: str, columns: str) -> bool:
        query = f"""
            select exists (
                (select {columns} from {fresh} except all select {columns} from {held})
                union all
                (select {columns} from {held} except all select {columns} from {fresh}))
        """
        return bool(self._sql.execute(query).fetchall()[0][0])

    def _replace(self, name: str) -> None:
        self._draft.writable("mlflow")
        if name == "model_versions":  # what was read from an `MLmodel` stays with the version while its source does
            self._sql.execute(
                """
                update fresh set flavors = held.flavors, signature_inputs = held.signature_inputs,
                    signature_outputs = held.signature_outputs, has_input_example = held.has_input_example,
                    mlmodel_problem = held.mlmodel_problem
                from mlflow.model_versions held
                where held.name = fresh.name and held.version = fresh.version
                    and held.source is not distinct from fresh.source
                """
            )
        self._sql.execute(f'delete from mlflow."{name}"')
        self._sql.execute(f'insert into mlflow."{name}" select * from fresh')

    def _drop_runs_outside_experiments(self) -> None:
        query = "select run_id from mlflow.runs anti join mlflow.experiments using (experiment_id)"
        outside = [row[0] for row in self._sql.execute(query).fetchall()]
        if outside:
            self.gone(outside)

    def _insert(self, statement: str, rows: pa.Table, part: str = "mlflow") -> None:
        self._draft.writable(part)
        self._sql.register("given", rows)
        self._sql.execute(statement)
        self._sql.unregister("given")

    def _count_impossible(self, rows: pa.Table, *columns: str) -> None:
        self._sql.register("given", rows)
        for column in columns:
            query = f'select count("{column}") - count(utc("{column}")) from given'
            self.counts.impossible_times += self._sql.execute(query).fetchall()[0][0]
        self._sql.unregister("given")

    def _insert_touched(self, ids: pa.Array) -> None:
        self._sql.register("given", pa.table({"run_id": ids}))
        self._sql.execute("insert into touched select run_id from given")
        self._sql.unregister("given")

    def _delete(self, ids: pa.Array) -> int:
        """Remove all rows of some runs; returns how many of the runs were held."""
        self._draft.writable("mlflow")
        self._draft.writable("sync")
        self._sql.register("given", pa.table({"run_id": ids}))
        [(known,)] = self._sql.execute("select count(*) from sync.sync_runs semi join given using (run_id)").fetchall()
        if known:
            held = (f"mlflow.{name}" for name in _RUN_TABLES)
            for table in (*held, *(f"given_{name}" for name in _ORDERED), "sync.sync_runs"):
                self._sql.execute(f"delete from {table} where run_id in (select run_id from given)")
        self._sql.unregister("given")
        return int(known)

    def _append_in_order(self) -> None:
        for name in _ORDERED:
            self._sql.execute(f"insert into mlflow.{name} from given_{name} order by key")
            self._sql.execute(f"drop table given_{name}")

    def _derive_metrics(self) -> None:
        keys = self._sql.execute(
            "select distinct key from mlflow.metric_history semi join touched using (run_id)"
        ).fetchall()
        directions = pa.table(
            {"key": pa.array([key for (key,) in keys], pa.string()), "better": [better(key) for (key,) in keys]},
            schema=pa.schema([("key", pa.string()), ("better", pa.string())]),
        )
        self._sql.register("directions", directions)
        self._sql.execute(_METRICS)
        self._sql.unregister("directions")

    def _summarise(self) -> None:
        self._draft.writable("mlflow")
        for name, select in _SUMMARIES.items():
            self._sql.execute(f"delete from mlflow.{name}")
            self._sql.execute(f"insert into mlflow.{name} {select}")


def _compared(name: str) -> list[str]:
    """The columns by which a fresh catalog table is compared with the held one: those that the source gives."""
    from_mlmodel = {"flavors", "signature_inputs", "signature_outputs", "has_input_example", "mlmodel_problem"}
    return [column for column in TABLES[name].column_names if column not in from_mlmodel]


_ROW_SQL: Mapping[str, str] = {
    "params": "insert into given_params select run_id, key, value, try_cast(trim(value) as double) from given",
    "tags": "insert into given_tags select run_id, key, value from given",
    "points": "insert into mlflow.metric_history select run_id, key, step, utc(time_ms), value from given",
    "run_inputs": "insert into mlflow.run_inputs "
    "select run_id, name, digest, context, source_type, source, schema, profile from given",
}

_FROM_TAGS = """
    update mlflow.runs set
        name = coalesce(runs.name, t.name),
        parent_run_id = t.parent,
        source_type = coalesce(t.source_type, runs.source_type),
        source_name = coalesce(t.source_name, runs.source_name),
        "user" = coalesce(t.person, runs."user"),
        "commit" = t.revision,
        dirty = t.dirty
    from (
        select
            run_id,
            any_value(value) filter (key = 'mlflow.runName') as name,
            any_value(value) filter (key = 'mlflow.parentRunId') as parent,
            any_value(value) filter (key = 'mlflow.source.type') as source_type,
            any_value(value) filter (key = 'mlflow.source.name') as source_name,
            any_value(value) filter (key = 'mlflow.user') as person,
            any_value(value) filter (key = 'mlflow.source.git.commit') as revision,
            bool_or(try_cast(value as boolean)) filter (key = 'mlflow.source.git.dirty') as dirty
        from mlflow.tags semi join touched using (run_id)
        where starts_with(key, 'mlflow.')
        group by run_id
    ) t
    where runs.run_id = t.run_id
"""

_METRICS = f"""
    insert into mlflow.metrics
    with points as (select * from mlflow.metric_history semi join touched using (run_id)),
    summary as (
        select
            run_id, key,
            arg_max(value, (step, time, value)) as last,
            arg_min(value, abs(value)) filter (isfinite(value)) as nearest_zero,
            min(value) filter (isfinite(value)) as low,
            max(value) filter (isfinite(value)) as high,
            count(*) as n,
            count(*) filter (not isfinite(value)) as not_finite,
            min(step) as first_step, max(step) as last_step, min(time) as first_time, max(time) as last_time
        from points group by run_id, key
    ),
    ranked as (
        select run_id, key, value,
            row_number() over curve as position, count(*) over (partition by run_id, key) as n
        from points semi join (select run_id, key from summary where n - not_finite > 1) using (run_id, key)
        where isfinite(value)
        window curve as (partition by run_id, key order by step, time, value)
    ),
    curves as (
        select run_id, key, list(value order by position) as curve
        from ranked
        where n <= {CURVE_POINTS}
            or floor((position - 1) * {CURVE_POINTS - 1} / (n - 1))
                <> floor((position - 2) * {CURVE_POINTS - 1} / (n - 1))
        group by run_id, key
    )
    select run_id, key, last, case better when 'lower' then low when 'zero' then nearest_zero else high end, better,
        low, high, n, not_finite, first_step, last_step, first_time, last_time, curve
    from summary left join curves using (run_id, key) join directions using (key)
    order by key
"""
"""A sparkline takes the points at which an even grid over the curve moves on, the first and the last among them."""

_SUMMARIES: Mapping[str, str] = {
    "run_keys": """
        select 'param', key, count(*) from mlflow.params group by key
        union all select 'metric', key, count(*) from mlflow.metrics group by key
        union all select 'tag', key, count(*) from mlflow.tags group by key
    """,
    "run_days": """
        select start_time::date, experiment_id, status, count(*)
        from mlflow.runs join mlflow.experiments using (experiment_id)
        where runs.lifecycle_stage = 'active' and experiments.lifecycle_stage = 'active'
        group by all
    """,
}
