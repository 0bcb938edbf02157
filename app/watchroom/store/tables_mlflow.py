"""The tables that hold MLflow: experiments, runs, what was logged, the registry; and the refresh's notes on them."""

from __future__ import annotations

from watchroom.domain.seeds import SEED
from watchroom.store.table import Table, columns

_REPRODUCIBILITY = f"""
    with of_run as (
        select run_id, count(*) as models, bool_or(has_input_example is not null) as readable,
            bool_or(requirements is not null) as environment, bool_or(signature_inputs is not null) as signature,
            bool_or(has_input_example) as example, min(python_version) as python,
            bool_or(has_input_example is not null and requirements is null and problem is not null) as no_list,
            min(location) filter (load_status = 'loaded') as loaded,
            bool_and(load_status = 'failed') and count(*) = count(load_status) as failed,
            min(load_why) as load_why, min(problem) as problem
        from model_files where run_id is not null group by run_id
    ),
    seeds as (
        select run_id, min(key || ' = ' || value) as seed from (from params select run_id, key, value union all from tags select run_id, key, value)
        where regexp_matches(key, '{SEED}', 'i')
            and lower(trim(value)) not in ('', 'none', 'null', 'nan') and not starts_with(key, 'mlflow.')
        group by run_id
    ),
    inputs as (
        select run_id, count(*) as datasets, count(nullif(digest, '')) as digests,
            string_agg(distinct name, ', ' order by name) as names,
            string_agg(distinct name, ', ' order by name) filter (coalesce(digest, '') = '') as without
        from run_inputs group by run_id
    ),
    known as (
        select r.run_id, nullif(r."commit", '') as revision, r.dirty, i.datasets, i.digests, i.names, i.without, s.seed,
            m.* exclude (run_id)
        from runs r left join of_run m on m.run_id = r.run_id left join seeds s on s.run_id = r.run_id
            left join inputs i on i.run_id = r.run_id
    )
    select k.run_id, t.item,
        case t.item
            when 'commit' then case when k.revision is not null then 'found' else 'missing' end
            when 'clean_tree' then case when k.dirty then 'missing' when k.revision is not null and not k.dirty then 'found' else 'unknown' end
            when 'data' then case when k.digests > 0 and k.digests = k.datasets then 'found' else 'missing' end
            when 'seed' then case when k.seed is not null then 'found' else 'missing' end
            when 'model' then case when k.models is null or k.failed then 'missing' when k.loaded is not null then 'found' else 'unknown' end
            else case when k.models is null then 'missing'
                when (t.item = 'environment' and k.environment) or (t.item = 'signature' and k.signature)
                    or (t.item = 'input_example' and k.example) then 'found'
                when not k.readable or (t.item = 'environment' and k.no_list) then 'unknown' else 'missing' end
        end,
        case
            when t.item = 'commit' then k.revision
            when t.item = 'clean_tree' then case when k.dirty then 'there were uncommitted changes' when k.dirty is null then 'not recorded' when k.revision is null then 'no commit was recorded' end
            when t.item = 'data' then case when k.datasets > k.digests then 'no digest: ' || k.without else k.names end
            when t.item = 'seed' then k.seed
            when k.models is null then 'no model was logged'
            when t.item = 'model' and k.loaded is not null then k.loaded
            when t.item = 'model' then coalesce(k.load_why, k.problem, 'not tried: a refresh loads registered versions, a few at a time')
            when not k.readable then coalesce(k.problem, 'its files are not read yet')
            when t.item = 'environment' then case when k.environment then 'Python ' || k.python when k.no_list then k.problem end
        end
    from known k, (select unnest(['commit', 'clean_tree', 'environment', 'data', 'seed', 'signature', 'input_example', 'model']) as item) t"""
"""A thing is found in a run when any of its logged models has it. A seed that is `None` is none."""

TABLES = (
    Table(
        "experiments",
        "mlflow",
        "An experiment, as in MLflow; deleted ones included.",
        ("experiment_id",),
        columns(
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
        columns(
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
        columns(
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
        columns(
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
        columns(
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
        columns(
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
        columns(
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
        columns(
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
        columns(
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
        columns(
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
        columns(
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
        columns(
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
        columns(
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
        columns(
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
                "from its `MLmodel`, or where that cannot be read from what MLflow 2 noted in a tag of the run, as `problem` then says: `sklearn`, `lightgbm`, `python_function`, …; NULL when neither can be read",
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
        columns(
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
        columns(
            ("name", "VARCHAR", "the registered model"),
            ("alias", "VARCHAR", "`champion`, `challenger`, or any other"),
            ("version", "INTEGER", "the version it points to"),
        ),
    ),
    Table(
        "model_files",
        "mlflow",
        "What the files of a logged model say, where they can be read: of every registered version and of the runs' logged models.",
        ("location",),
        columns(
            ("location", "VARCHAR", "where the files are, as recorded by MLflow"),
            ("run_id", "VARCHAR", "the run that made it; NULL for none"),
            ("model_id", "VARCHAR", "MLflow's id of the logged model (MLflow 3); NULL for none"),
            (
                "flavors",
                "VARCHAR[]",
                "from its `MLmodel`: `sklearn`, `lightgbm`, `python_function`, …; NULL when it cannot be read",
            ),
            (
                "signature_inputs",
                "VARCHAR",
                "likewise: MLflow's JSON of the input columns; NULL for none or unreadable",
            ),
            ("signature_outputs", "VARCHAR", "likewise: of the output"),
            ("has_input_example", "BOOLEAN", "from its `MLmodel` alone; NULL when that cannot be read"),
            ("mlflow_version", "VARCHAR", "as the flavors: of the MLflow that wrote it; NULL when it does not say"),
            ("python_version", "VARCHAR", "likewise: of the Python that made it; NULL when it does not say"),
            (
                "requirements",
                "VARCHAR",
                "the text of its `requirements.txt`; NULL when there is none or it cannot be read",
            ),
            (
                "problem",
                "VARCHAR",
                "why its `MLmodel`, or else its list of requirements, could not be read; NULL when it was",
            ),
            ("read_at", "TIMESTAMP", "UTC, when the files were last read; NULL when they have not been yet"),
            (
                "load_status",
                "VARCHAR",
                "`loaded`; `failed`; `refused` when loading it would run code that is not trusted; NULL when nobody has tried",
            ),
            ("load_why", "VARCHAR", "why it could not be loaded; NULL when it was, or nobody has tried"),
            ("loaded_at", "TIMESTAMP", "UTC, when that was tried last; NULL for never"),
        ),
    ),
    Table(
        "reproducibility",
        "mlflow",
        "Whether a run holds what it takes to make it again: a row for each thing that would be needed.",
        ("run_id", "item"),
        columns(
            ("run_id", "VARCHAR", "the run"),
            (
                "item",
                "VARCHAR",
                "`commit`, `clean_tree`, `environment`, `data`, `seed`, `signature`, `input_example`, `model`",
            ),
            ("status", "VARCHAR", "`found`, `missing`, or `unknown` when it cannot be told"),
            (
                "detail",
                "VARCHAR",
                "what was found, why it cannot be told, or what is wrong; NULL where there is no more to say",
            ),
        ),
        view=_REPRODUCIBILITY,
    ),
    Table(
        "sync_runs",
        "sync",
        "The refresh's note of each run as last read, by which it knows what has changed.",
        ("run_id",),
        columns(
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
        columns(
            ("key", "VARCHAR", "the note's name"),
            ("value", "VARCHAR", "the note, as JSON"),
        ),
        private=True,
    ),
)
