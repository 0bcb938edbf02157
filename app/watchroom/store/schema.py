"""The snapshot's tables, in one place: what they hold, how they are made, what the docs say of them.

A snapshot consists of parts, one DuckDB file each; a part is built anew only when something in it has changed. Every
table belongs to one part. `docs/tables.md` is made from this module, and the tables are public: people script
against them.
"""

from __future__ import annotations

from dataclasses import dataclass

SCHEMA_VERSION = 1
"""Raised when a table changes its shape; a part of another version is rebuilt from its source."""


@dataclass(frozen=True)
class Column:
    """A column: its DuckDB type, and what a reader of the docs needs to know (units, what NULL means)."""

    name: str
    type: str
    doc: str


@dataclass(frozen=True)
class Table:
    """A table of the snapshot. `key` identifies a row; `private` tables are the refresh's own notes."""

    name: str
    part: str
    doc: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    private: bool = False
    uncompressed: tuple[str, ...] = ()
    """Columns whose text is kept as it is: random ids compress badly, and unpacking them is most of a query's time."""

    @property
    def create_sql(self) -> str:
        """The statement that makes the empty table."""
        columns = ", ".join(self._column_sql(column) for column in self.columns)
        return f'create table "{self.name}" ({columns})'

    def _column_sql(self, column: Column) -> str:
        form = " using compression uncompressed" if column.name in self.uncompressed else ""
        return f'"{column.name}" {column.type}{form}'

    @property
    def column_names(self) -> tuple[str, ...]:
        """The columns' names, in their order."""
        return tuple(column.name for column in self.columns)


def _columns(*rows: tuple[str, str, str]) -> tuple[Column, ...]:
    return tuple(Column(*row) for row in rows)


_MLFLOW = (
    Table(
        "experiments",
        "mlflow",
        "An experiment, as in MLflow; deleted ones included.",
        ("experiment_id",),
        _columns(
            ("experiment_id", "VARCHAR", "MLflow's id, unique in one tracking store"),
            ("name", "VARCHAR", "as the user wrote it: any text"),
            ("lifecycle_stage", "VARCHAR", "`active` or `deleted`"),
            ("artifact_location", "VARCHAR", "where its artifacts were to be kept; may not exist on this machine"),
            ("created_at", "TIMESTAMP", "UTC; NULL in stores that did not record it"),
            ("updated_at", "TIMESTAMP", "UTC, by MLflow; a new run does not move it"),
        ),
    ),
    Table(
        "experiment_tags",
        "mlflow",
        "A tag of an experiment.",
        ("experiment_id", "key"),
        _columns(
            ("experiment_id", "VARCHAR", "the experiment"),
            ("key", "VARCHAR", "the tag's name"),
            ("value", "VARCHAR", "the tag's text"),
        ),
    ),
    Table(
        "runs",
        "mlflow",
        "A run, as in MLflow; deleted runs and runs of deleted experiments included.",
        ("run_id",),
        _columns(
            ("run_id", "VARCHAR", "MLflow's id"),
            ("experiment_id", "VARCHAR", "its experiment"),
            (
                "name",
                "VARCHAR",
                "the run's name (the tag `mlflow.runName` where the store has no other); NULL if it has none",
            ),
            ("status", "VARCHAR", "`RUNNING`, `SCHEDULED`, `FINISHED`, `FAILED`, `KILLED`"),
            (
                "lifecycle_stage",
                "VARCHAR",
                "`active` or `deleted`: the run's own; a run of a deleted experiment may still say `active`",
            ),
            ("user", "VARCHAR", "who started it, as recorded by MLflow"),
            ("start_time", "TIMESTAMP", "UTC"),
            ("end_time", "TIMESTAMP", "UTC; NULL while it runs, or when it never ended"),
            ("parent_run_id", "VARCHAR", "the run it is nested in (the tag `mlflow.parentRunId`); NULL for none"),
            ("source_type", "VARCHAR", "`LOCAL`, `NOTEBOOK`, `JOB`, `PROJECT`, …"),
            ("source_name", "VARCHAR", "the script, notebook or entry point"),
            ("commit", "VARCHAR", "the git commit (the tag `mlflow.source.git.commit`); NULL when it was not recorded"),
            ("dirty", "BOOLEAN", "whether the work tree had uncommitted changes; NULL when it was not recorded"),
            ("artifact_uri", "VARCHAR", "where its artifacts were to be kept; may not exist on this machine"),
        ),
        uncompressed=("run_id",),
    ),
    Table(
        "params",
        "mlflow",
        "A parameter of a run.",
        ("run_id", "key"),
        _columns(
            ("run_id", "VARCHAR", "the run"),
            ("key", "VARCHAR", "the parameter's name"),
            ("value", "VARCHAR", "its text, as logged"),
            ("number", "DOUBLE", "the same as a number, for ranges and sorting; NULL when the text is not one"),
        ),
        uncompressed=("run_id",),
    ),
    Table(
        "tags",
        "mlflow",
        "A tag of a run; MLflow's own (`mlflow.…`) included.",
        ("run_id", "key"),
        _columns(
            ("run_id", "VARCHAR", "the run"),
            ("key", "VARCHAR", "the tag's name"),
            ("value", "VARCHAR", "the tag's text"),
        ),
        uncompressed=("run_id",),
    ),
    Table(
        "metrics",
        "mlflow",
        "A metric of a run, over its whole history. NaN and infinities are kept in `metric_history` and in `last`; they "
        "never count for `best`, `min` and `max`.",
        ("run_id", "key"),
        _columns(
            ("run_id", "VARCHAR", "the run"),
            ("key", "VARCHAR", "the metric's name"),
            ("last", "DOUBLE", "the value at the highest step, the latest time, the largest value: MLflow's own rule"),
            (
                "best",
                "DOUBLE",
                "`min`, `max` or the value nearest to zero, as `better` says; NULL when no value is finite",
            ),
            (
                "better",
                "VARCHAR",
                "`lower`, `higher` or `zero` (nearest to it), from the metric's name (see the glossary)",
            ),
            ("min", "DOUBLE", "the least finite value; NULL when no value is finite"),
            ("max", "DOUBLE", "the greatest finite value; NULL when no value is finite"),
            ("count", "BIGINT", "points logged, those that are not finite included"),
            ("not_finite", "BIGINT", "points that are NaN or infinite"),
            ("first_step", "BIGINT", "the lowest step"),
            ("last_step", "BIGINT", "the highest step"),
            ("first_time", "TIMESTAMP", "UTC, the earliest point"),
            ("last_time", "TIMESTAMP", "UTC, the latest point"),
            (
                "curve",
                "DOUBLE[]",
                "at most 40 finite values in the order of steps, for a sparkline; NULL for fewer than two",
            ),
        ),
        uncompressed=("run_id",),
    ),
    Table(
        "metric_history",
        "mlflow",
        "A point of a metric's curve.",
        ("run_id", "key", "step", "time", "value"),
        _columns(
            ("run_id", "VARCHAR", "the run"),
            ("key", "VARCHAR", "the metric's name"),
            ("step", "BIGINT", "as logged; steps may repeat"),
            ("time", "TIMESTAMP", "UTC"),
            ("value", "DOUBLE", "as logged; NaN and infinities are kept"),
        ),
    ),
    Table(
        "run_inputs",
        "mlflow",
        "A dataset that a run used.",
        ("run_id", "name", "digest", "context"),
        _columns(
            ("run_id", "VARCHAR", "the run"),
            ("name", "VARCHAR", "the dataset's name"),
            ("digest", "VARCHAR", "MLflow's digest of its content"),
            ("context", "VARCHAR", "`training`, `validation`, …; NULL when it was not given"),
            ("source_type", "VARCHAR", "`local`, `code`, `http`, …"),
            ("source", "VARCHAR", "where it came from, as MLflow's JSON"),
            ("schema", "VARCHAR", "its columns, as MLflow's JSON; NULL when unknown"),
            ("profile", "VARCHAR", "its size, as MLflow's JSON; NULL when unknown"),
        ),
    ),
    Table(
        "run_keys",
        "mlflow",
        "Every name of a parameter, metric or tag, with how many runs have it. Deleted runs count.",
        ("kind", "key"),
        _columns(
            ("kind", "VARCHAR", "`param`, `metric`, `tag`"),
            ("key", "VARCHAR", "its name"),
            ("runs", "BIGINT", "how many runs have it"),
        ),
    ),
    Table(
        "run_days",
        "mlflow",
        "Runs started per day; neither deleted runs nor runs of deleted experiments count.",
        ("day", "experiment_id", "status"),
        _columns(
            ("day", "DATE", "of the start, UTC; NULL for runs without a start"),
            ("experiment_id", "VARCHAR", "the experiment"),
            ("status", "VARCHAR", "the runs' status"),
            ("runs", "BIGINT", "how many"),
        ),
    ),
    Table(
        "logged_models",
        "mlflow",
        "A logged model (MLflow 3): what a run produced, whether registered or not.",
        ("model_id",),
        _columns(
            ("model_id", "VARCHAR", "MLflow's id, `m-…`"),
            ("experiment_id", "VARCHAR", "its experiment"),
            ("name", "VARCHAR", "as logged"),
            ("source_run_id", "VARCHAR", "the run that made it; NULL for none"),
            ("status", "VARCHAR", "`READY`, `PENDING`, `FAILED`"),
            ("model_type", "VARCHAR", "as logged; NULL for none"),
            ("lifecycle_stage", "VARCHAR", "`active` or `deleted`"),
            ("artifact_location", "VARCHAR", "where its files are; may not exist on this machine"),
            ("created_at", "TIMESTAMP", "UTC"),
            ("updated_at", "TIMESTAMP", "UTC"),
        ),
    ),
    Table(
        "registered_models",
        "mlflow",
        "A registered model.",
        ("name",),
        _columns(
            ("name", "VARCHAR", "its name in the registry"),
            ("description", "VARCHAR", "the user's text; NULL for none"),
            ("created_at", "TIMESTAMP", "UTC"),
            ("updated_at", "TIMESTAMP", "UTC, by MLflow; a moved alias or tag does not move it"),
        ),
    ),
    Table(
        "registered_model_tags",
        "mlflow",
        "A tag of a registered model.",
        ("name", "key"),
        _columns(
            ("name", "VARCHAR", "the registered model"),
            ("key", "VARCHAR", "the tag's name"),
            ("value", "VARCHAR", "the tag's text"),
        ),
    ),
    Table(
        "model_versions",
        "mlflow",
        "A version of a registered model, with what its `MLmodel` file says where that can be read.",
        ("name", "version"),
        _columns(
            ("name", "VARCHAR", "the registered model"),
            ("version", "INTEGER", "1, 2, 3, …"),
            ("run_id", "VARCHAR", "the run that made it; NULL, or of a run that is gone"),
            ("model_id", "VARCHAR", "the logged model behind it (MLflow 3); NULL for none"),
            ("source", "VARCHAR", "where its files are"),
            ("stage", "VARCHAR", "MLflow's old stage (`Staging`, `Production`, …); NULL or `None` for none"),
            ("status", "VARCHAR", "`READY`, `PENDING_REGISTRATION`, `FAILED_REGISTRATION`"),
            ("user", "VARCHAR", "who registered it, as recorded by MLflow; NULL when it was not"),
            ("description", "VARCHAR", "the user's text; NULL for none"),
            ("created_at", "TIMESTAMP", "UTC"),
            ("updated_at", "TIMESTAMP", "UTC, by MLflow; a moved alias or tag does not move it"),
            (
                "flavors",
                "VARCHAR[]",
                "from its `MLmodel`: `sklearn`, `lightgbm`, `python_function`, …; NULL when it cannot be read",
            ),
            (
                "signature_inputs",
                "VARCHAR",
                "from its `MLmodel`: MLflow's JSON of the input columns; NULL for none or unreadable",
            ),
            (
                "signature_outputs",
                "VARCHAR",
                "from its `MLmodel`: MLflow's JSON of the output; NULL for none or unreadable",
            ),
            ("has_input_example", "BOOLEAN", "from its `MLmodel`; NULL when it cannot be read"),
            ("mlmodel_problem", "VARCHAR", "why its `MLmodel` could not be read; NULL when it was"),
        ),
    ),
    Table(
        "model_version_tags",
        "mlflow",
        "A tag of a model version.",
        ("name", "version", "key"),
        _columns(
            ("name", "VARCHAR", "the registered model"),
            ("version", "INTEGER", "the version"),
            ("key", "VARCHAR", "the tag's name"),
            ("value", "VARCHAR", "the tag's text"),
        ),
    ),
    Table(
        "aliases",
        "mlflow",
        "An alias of a registered model, as it stood at the refresh.",
        ("name", "alias"),
        _columns(
            ("name", "VARCHAR", "the registered model"),
            ("alias", "VARCHAR", "`champion`, `challenger`, or any other"),
            ("version", "INTEGER", "the version it points to"),
        ),
    ),
    Table(
        "sync_runs",
        "sync",
        "The refresh's note of each run as last read, by which it knows what has changed.",
        ("run_id",),
        _columns(
            ("run_id", "VARCHAR", "the run"),
            ("fingerprint", "VARCHAR", "the source's digest of everything about the run"),
            ("status", "VARCHAR", "the run's status"),
            ("start_ms", "BIGINT", "the run's start, milliseconds since 1970 UTC"),
            ("checked_ms", "BIGINT", "when the source was last asked about it, milliseconds since 1970 UTC"),
        ),
        private=True,
    ),
    Table(
        "sync_state",
        "sync",
        "The refresh's note of how far each source has been read.",
        ("key",),
        _columns(
            ("key", "VARCHAR", "the note's name"),
            ("value", "VARCHAR", "the note, as JSON"),
        ),
        private=True,
    ),
)

_ROOM = (
    Table(
        "workspace",
        "room",
        "A fact of the workspace's settings that pages show.",
        ("key",),
        _columns(
            ("key", "VARCHAR", "`title`, `folder`, `tracking_uri` (without credentials), `time_zone`, `currency`"),
            ("value", "VARCHAR", "its text; NULL when it is not set"),
        ),
    ),
    Table(
        "models",
        "room",
        "A model of the workspace: its file under `models/`, joined with the registry. A registered model without a file "
        "has a row too, and so has a file whose model is not in the registry.",
        ("model",),
        _columns(
            ("model", "VARCHAR", "the registered model's name"),
            ("file", "VARCHAR", "its file, relative to the workspace; NULL when it has none"),
            ("registered", "BOOLEAN", "whether MLflow's registry has it"),
            ("title", "VARCHAR", "the name people use; the model's own where none is given"),
            ("purpose", "VARCHAR", "what it is for; NULL when unknown"),
            ("task", "VARCHAR", "`binary`, `multiclass`, `regression`; NULL when unknown"),
            ("affects", "VARCHAR[]", "processes and people that rely on it"),
            ("tier", "VARCHAR", "`critical`, `high`, `medium`, `low`; NULL when its risk has not been assessed"),
            ("risk_business", "VARCHAR", "the business axis; NULL when not assessed"),
            ("risk_legal", "VARCHAR", "the legal axis; NULL when not assessed"),
            ("risk_ethical", "VARCHAR", "the ethical axis; NULL when not assessed"),
            ("risk_reason", "VARCHAR", "the reason given; NULL for none"),
            ("runbook", "VARCHAR", "a link; NULL for none"),
            ("spec", "VARCHAR", "the whole file as JSON, defaults filled in; NULL when it has none"),
            (
                "read_at",
                "TIMESTAMP",
                "UTC, when the file was last read without a mistake: what stands here is as of then; NULL for never",
            ),
        ),
    ),
    Table(
        "owners",
        "room",
        "A person who holds a role for a model. A role without a row has nobody.",
        ("model", "role"),
        _columns(
            ("model", "VARCHAR", "the registered model"),
            ("role", "VARCHAR", "`business`, `data_science`, `operations`, `reviewer`, `on_call`, `deputy`"),
            ("person", "VARCHAR", "as written in the model's file"),
        ),
    ),
    Table(
        "registry_events",
        "room",
        "A change of the registry as the refreshes saw it, from the ledger. MLflow does not keep these.",
        ("seq",),
        _columns(
            ("seq", "BIGINT", "the ledger's entry"),
            (
                "seen_at",
                "TIMESTAMP",
                "UTC, when a refresh saw it: the change itself is at or before this, after the refresh before",
            ),
            ("not_before", "TIMESTAMP", "UTC, the refresh before, which did not see it yet; NULL for the first"),
            (
                "event",
                "VARCHAR",
                "`model_added`, `model_gone`, `version_added`, `version_gone`, `alias_set`, `alias_moved`, `alias_removed`, `tag_set`, `tag_changed`, `tag_removed`, `stage_changed`",
            ),
            ("model", "VARCHAR", "the registered model"),
            ("version", "INTEGER", "the version now meant; NULL where none is"),
            ("previous_version", "INTEGER", "the version an alias pointed to before; NULL where none"),
            ("name", "VARCHAR", "the alias or the tag; NULL for other events"),
            ("value", "VARCHAR", "a tag's or stage's new text; NULL for other events"),
            ("previous_value", "VARCHAR", "a tag's or stage's text before; NULL for other events"),
        ),
    ),
    Table(
        "approvals",
        "room",
        "A sign-off for a model version, from the ledger, with whether its evidence is still what was signed.",
        ("seq",),
        _columns(
            ("seq", "BIGINT", "the ledger's entry"),
            ("at", "TIMESTAMP", "UTC, when it was given"),
            ("model", "VARCHAR", "the registered model"),
            ("version", "INTEGER", "the version"),
            ("stage", "VARCHAR", "discovery, pilot, deploy, monitor, support"),
            ("actor", "VARCHAR", "who signed"),
            ("role", "VARCHAR", "in which role"),
            ("decision", "VARCHAR", "`approved` or `rejected`"),
            ("note", "VARCHAR", "what the signer wrote; NULL for nothing"),
            (
                "imported_from",
                "VARCHAR",
                "where it was given, for one carried over into the ledger later; NULL for one given here",
            ),
            ("status", "VARCHAR", "`valid`, or `void`: its evidence was changed or is gone"),
            ("reason", "VARCHAR", "what changed, in words; NULL while valid"),
        ),
    ),
    Table(
        "problems",
        "room",
        "Something the refresh could not read or had to leave out, with its reason. Nothing disappears without a row here.",
        ("kind", "place", "what"),
        _columns(
            ("kind", "VARCHAR", "`source`, `experiment`, `run`, `model_version`, `workspace`, `ledger`"),
            (
                "severity",
                "VARCHAR",
                "`error`: something is missing from the snapshot; `warning`: it is there, with a gap; `note`: worth knowing",
            ),
            ("place", "VARCHAR", "the file and line, the run, the version"),
            ("what", "VARCHAR", "what went wrong"),
            ("why", "VARCHAR", "the reason, where known; else empty"),
            ("next_step", "VARCHAR", "what to do; else empty"),
            ("model", "VARCHAR", "the model concerned; NULL for none"),
            ("count", "BIGINT", "how many things this row stands for"),
        ),
    ),
    Table(
        "refresh_steps",
        "room",
        "A step of the refresh that made this snapshot.",
        ("position",),
        _columns(
            ("position", "INTEGER", "1, 2, 3, …"),
            ("step", "VARCHAR", "its name"),
            ("status", "VARCHAR", "`done`, `unchanged`, `partial`"),
            ("started_at", "TIMESTAMP", "UTC"),
            ("seconds", "DOUBLE", "how long it took"),
            ("detail", "VARCHAR", "what it did, in words"),
        ),
    ),
)

TABLES: dict[str, Table] = {table.name: table for table in (*_MLFLOW, *_ROOM)}
"""Every table by name, in the order of the docs."""

PARTS: tuple[str, ...] = tuple(dict.fromkeys(table.part for table in TABLES.values()))
"""The parts of a snapshot, in the order in which they are built."""


def tables_of(part: str) -> tuple[Table, ...]:
    """The tables that one part holds, in order."""
    return tuple(table for table in TABLES.values() if table.part == part)
