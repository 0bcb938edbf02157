"""What to select from MLflow's SQLite schema, from its revisions of 2019 to today's: names only, no reading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from watchroom.sources.tracking.contract import CATALOG_TABLES, RUN_TABLES


@dataclass(frozen=True)
class Query:
    """A select over one table `t`: for each field of `schema` an expression and the columns that it needs."""

    table: str
    schema: pa.Schema
    expressions: tuple[tuple[str, tuple[str, ...]], ...]
    joins: str = ""

    def sql(self, existing: set[str], where: str = "", extra: str = "") -> str:
        """The statement; an expression whose columns this revision of the store does not have is NULL."""
        parts = [text if set(needs) <= existing else "null" for text, needs in self.expressions]
        if extra:
            parts.append(extra)
        return f'select {", ".join(parts)} from "{self.table}" t {self.joins} {where}'


def _query(table: str, schema: pa.Schema, columns: str, *, joins: str = "") -> Query:
    """Columns in the order of the schema, separated by `;`: a plain name, or `expression | columns that it needs`."""
    expressions = []
    for column in columns.split(";"):
        text, _, needs = (part.strip() for part in column.partition("|"))
        expressions.append((text if needs else f't."{text}"', tuple((needs or text).split())))
    assert len(expressions) >= len(schema), table
    return Query(table, schema, tuple(expressions), joins)


REQUIRED: Mapping[str, set[str]] = {
    "experiments": {"experiment_id", "name", "lifecycle_stage"},
    "runs": {"run_uuid", "experiment_id", "status", "lifecycle_stage", "start_time", "end_time"},
    "metrics": {"run_uuid", "key", "value", "timestamp", "step", "is_nan"},
    "params": {"run_uuid", "key", "value"},
    "tags": {"run_uuid", "key", "value"},
}
"""What a store must have; whatever else is missing is NULL."""

_RUNS_WITHOUT_FINGERPRINT = RUN_TABLES["runs"].remove(RUN_TABLES["runs"].get_field_index("fingerprint"))

RUNS = _query(
    "runs",
    _RUNS_WITHOUT_FINGERPRINT,
    "run_uuid; cast(t.experiment_id as text) | experiment_id; nullif(t.name, '') | name; status; lifecycle_stage;"
    "nullif(t.user_id, '') | user_id; nullif(t.source_type, 'UNKNOWN') | source_type;"
    "nullif(t.source_name, '') | source_name; artifact_uri; start_time; end_time",
)

TAGS = _query("tags", RUN_TABLES["tags"], "run_uuid; key; value")

RUN_ROWS: Mapping[str, Query] = {
    "params": _query("params", RUN_TABLES["params"], "run_uuid; key; value"),
    "points": _query(
        "metrics",
        RUN_TABLES["points"],
        "run_uuid; key; coalesce(t.step, 0) | step; timestamp;"
        "case when t.is_nan then null else t.value end | is_nan value",
    ),
}
"""The tables of runs to which rows are only ever added. NaN comes as NULL here and is given back below."""

RUN_INPUTS = _query(
    "inputs",
    RUN_TABLES["run_inputs"],
    "t.destination_id | destination_id; d.name | source_id; d.digest | source_id; g.value | source_id;"
    "d.dataset_source_type | source_id; d.dataset_source | source_id; d.dataset_schema | source_id;"
    "d.dataset_profile | source_id",
    joins="join datasets d "
    "on t.source_type = 'DATASET' and t.destination_type = 'RUN' and d.dataset_uuid = t.source_id "
    "left join input_tags g on g.input_uuid = t.input_uuid and g.name = 'mlflow.data.context'",
)

ADDED_ONLY: Mapping[str, str] = {"metrics": "run_uuid", "params": "run_uuid", "inputs": "destination_id"}
"""Tables whose rows are never changed in place, with the column that names the run."""

CATALOG: Mapping[str, Query] = {
    "experiments": _query(
        "experiments",
        CATALOG_TABLES["experiments"],
        "cast(t.experiment_id as text) | experiment_id; name; lifecycle_stage; artifact_location;"
        "creation_time; last_update_time",
    ),
    "experiment_tags": _query(
        "experiment_tags",
        CATALOG_TABLES["experiment_tags"],
        "cast(t.experiment_id as text) | experiment_id; key; value",
    ),
    "logged_models": _query(
        "logged_models",
        CATALOG_TABLES["logged_models"],
        "model_id; cast(t.experiment_id as text) | experiment_id; name; source_run_id;"
        "case t.status when 1 then 'PENDING' when 2 then 'READY' when 3 then 'FAILED' end | status; model_type;"
        "lifecycle_stage; artifact_location; creation_timestamp_ms; last_updated_timestamp_ms",
    ),
    "registered_models": _query(
        "registered_models",
        CATALOG_TABLES["registered_models"],
        "name; nullif(t.description, '') | description; creation_time; last_updated_time",
    ),
    "registered_model_tags": _query(
        "registered_model_tags", CATALOG_TABLES["registered_model_tags"], "name; key; value"
    ),
    "model_versions": _query(
        "model_versions",
        CATALOG_TABLES["model_versions"],
        "name; nullif(t.run_id, '') | run_id;"
        "case when t.source like 'models:/m-%' then substr(t.source, 9) end | source; source;"
        "nullif(t.current_stage, 'None') | current_stage; status; nullif(t.user_id, '') | user_id;"
        "nullif(t.description, '') | description; version; creation_time; last_updated_time",
    ),
    "model_version_tags": _query(
        "model_version_tags", CATALOG_TABLES["model_version_tags"], "name; key; value; version"
    ),
    "aliases": _query("registered_model_aliases", CATALOG_TABLES["aliases"], "name; alias; version"),
}

WORKSPACE_TABLES = ("registered_models", "registered_model_tags", "model_versions", "model_version_tags", "aliases")
"""Newer stores keep several MLflow workspaces in one file, in which names repeat."""

IN_DEFAULT_WORKSPACE = "t.workspace = 'default'"

_DELETED_STAGE = "Deleted_Internal"

NOT_DELETED: Mapping[str, str] = {
    "model_versions": f"t.current_stage is not '{_DELETED_STAGE}'",
    "model_version_tags": "not exists (select 1 from model_versions v where v.name = t.name and v.version = t.version "
    f"and v.current_stage = '{_DELETED_STAGE}')",
}
"""MLflow keeps the row of a version that was deleted, and shows it nowhere."""
