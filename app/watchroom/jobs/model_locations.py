"""Where the files of models are, as MLflow recorded it: of each registered version, and of what each run has logged."""

from __future__ import annotations

from watchroom.store.draft import Draft

OF_VERSIONS = """
    select v.name, v.version, v.run_id, v.model_id, v.created_at, nullif(coalesce(
        m.artifact_location,
        r.artifact_uri || '/' || regexp_extract(v.source, '^runs:/[^/]+/(.*)$', 1),
        v.source), '') as location
    from mlflow.model_versions v left join mlflow.logged_models m on m.model_id = v.model_id
        left join mlflow.runs r on r.run_id = regexp_extract(v.source, '^runs:/([^/]+)/', 1)
"""
"""A row for each registered version; `location` is NULL where the registry does not say."""

_OF_RUNS = """
    select source_run_id as run_id, model_id, artifact_location as location from mlflow.logged_models
    where source_run_id is not null and artifact_location <> ''
    union all
    select run_id, null, artifact_uri || '/' || path from (
        select t.run_id, r.artifact_uri, unnest(
            case when json_valid(t.value) then json_extract_string(t.value, '$[*].artifact_path') end) as path
        from mlflow.tags t join mlflow.runs r using (run_id) where t.key = 'mlflow.log-model.history')
    where path <> '' and not regexp_matches(path, '(^|[/\\\\])[.][.]([/\\\\]|$)')
"""
"""A row for each model that a run has logged: MLflow 3 keeps a table of them, MLflow 2 a tag of the run.

A path of the tag never leads out of the run's own folder.
"""

OF_ALL = f"""
    select location, min(run_id) as run_id, min(model_id) as model_id
    from (select run_id, model_id, location from ({OF_VERSIONS}) where location is not null union all {_OF_RUNS})
    group by location
"""
"""Each location once, with the run and the logged model behind it. Versions and runs share most of them."""


def location_of(draft: Draft, model: str, version: int) -> str | None:
    """Where MLflow says that the version's files are; None when it does not say, or does not know the version."""
    query = f"select location from ({OF_VERSIONS}) where name = ? and version = ?"
    rows = draft.connection.execute(query, [model, version]).fetchall()
    return str(rows[0][0]) if rows and rows[0][0] else None
