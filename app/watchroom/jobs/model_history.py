"""What MLflow 2 notes of the models of a run in a tag, for models whose files are on a machine that is not reached."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from watchroom.errors import SourceError
from watchroom.sources.tracking.mlmodel import SIZE_LIMIT, MLmodelFacts, facts_of
from watchroom.store.draft import Draft

NOTED = " What is known of it is what its run noted when it was logged."
"""After the reason why the files could not be read."""

_TAGS = """
    select r.artifact_uri, t.value from mlflow.tags t join mlflow.runs r using (run_id)
    where t.key = 'mlflow.log-model.history' and exists(
        select 1 from unread u where starts_with(u.location, r.artifact_uri || '/'))
"""


def noted(draft: Draft, locations: list[str]) -> Mapping[str, MLmodelFacts]:
    """Of these locations, what the tags of their runs say: as the `MLmodel` file, for MLflow writes the same there."""
    sql = draft.connection
    sql.execute("create or replace temp table unread as select unnest(?::varchar[]) as location", [locations])
    rows = sql.execute(_TAGS).fetchall()
    sql.execute("drop table unread")
    found = {f"{root}/{path}": facts for root, text in rows for path, facts in _models(str(text))}
    return {location: found[location] for location in locations if location in found}


def _models(text: str) -> Iterator[tuple[str, MLmodelFacts]]:
    """Each model of the tag; the last one that was logged at a path counts. Nothing of what MLflow does not write."""
    try:
        told = json.loads(text) if len(text) <= SIZE_LIMIT else []
    except (ValueError, RecursionError):
        return
    for one in told if isinstance(told, list) else []:
        if isinstance(one, dict) and isinstance(one.get("artifact_path"), str) and (facts := _facts(one)):
            yield one["artifact_path"], facts


def _facts(one: Mapping[str, Any]) -> MLmodelFacts | None:
    try:
        return facts_of(one)
    except SourceError:
        return None
