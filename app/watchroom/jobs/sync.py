"""The sync step: one pass over a tracking source, written into the draft; and what MLflow's `MLmodel` files say.

Nothing here knows which kind of source it is, nor how the tables are derived from its rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from watchroom.errors import SourceError, SourceUnreachable
from watchroom.sources.tracking.contract import (
    Catalog,
    ChangedRuns,
    CheckedRuns,
    GoneRuns,
    MoreRows,
    Problem,
    State,
    TrackingSource,
)
from watchroom.sources.tracking.mlmodel import FILE_NAME, MLmodelFacts, parse_mlmodel
from watchroom.sources.tracking.rows import table_of
from watchroom.store.draft import Draft
from watchroom.store.tracking import SyncCounts, TrackingWriter

_MLMODEL_COLUMNS = pa.schema(
    [
        ("name", pa.string()),
        ("version", pa.int64()),
        ("flavors", pa.list_(pa.string())),
        ("signature_inputs", pa.string()),
        ("signature_outputs", pa.string()),
        ("has_input_example", pa.bool_()),
        ("mlmodel_problem", pa.string()),
    ]
)


@dataclass(frozen=True)
class SyncResult:
    """What one pass found. `unchanged` says that the source was not read at all: what was said of it still holds.

    `partial` are the registered models that were not read whole, as in `Catalog`.
    """

    counts: SyncCounts
    problems: tuple[Problem, ...]
    unchanged: bool
    partial: frozenset[str] | None


def sync(source: TrackingSource, draft: Draft) -> SyncResult:
    """Read what has changed into the draft. Raises what `TrackingSource.changes` raises."""
    writer = TrackingWriter(draft)
    problems: list[Problem] = []
    read = False
    partial: frozenset[str] | None = frozenset()
    for change in source.changes(writer):
        read = True
        match change:
            case Catalog(rows, partial):
                writer.catalog(rows)
            case ChangedRuns(rows):
                writer.changed(rows)
            case MoreRows(rows):
                writer.more(rows)
            case CheckedRuns(run_ids):
                writer.checked(run_ids)
            case GoneRuns(run_ids):
                writer.gone(run_ids)
            case State(notes):
                writer.state(notes)
            case Problem():
                problems.append(change)
    writer.finish()
    if writer.counts.impossible_times:
        problems.append(_impossible_times(writer.counts.impossible_times))
    return SyncResult(writer.counts, tuple(problems), unchanged=not read, partial=partial)


def _impossible_times(count: int) -> Problem:
    return Problem(
        "run",
        "warning",
        "times in MLflow",
        "Some times lie outside the years 1 to 9999 and are shown as unknown.",
        why="They were most likely logged in microseconds or nanoseconds; MLflow's times are milliseconds.",
        count=count,
    )


@dataclass(frozen=True)
class MLmodelsRead:
    """How many `MLmodel` files were read or tried again, and what kept the others from being asked for."""

    count: int
    problems: tuple[Problem, ...] = ()


def read_mlmodels(source: TrackingSource, draft: Draft) -> MLmodelsRead:
    """Read the `MLmodel` of each version that has not been read yet.

    One that cannot be read keeps its reason in `mlmodel_problem`, and is asked for again by each refresh, the newest
    `_TRIED_AGAIN` of them. When the artifacts cannot be reached at all the step ends, and the versions stay unread.
    """
    unread = draft.connection.execute(_UNREAD, [_TRIED_AGAIN]).fetchall()
    found: dict[str, MLmodelFacts | str] = {}
    rows, problems = list[dict[str, Any]](), tuple[Problem, ...]()
    for name, version, location, problem in unread:
        try:
            if location not in found:
                found[location] = _facts(source, location)
        except SourceUnreachable as error:
            problems = (_artifacts_away(error),)
            break
        if found[location] != problem:
            rows.append(_row(name, version, found[location]))
    if rows:
        _store(draft, rows)
    return MLmodelsRead(len(rows), problems)


_TRIED_AGAIN = 100
"""Versions whose `MLmodel` could not be read before: over HTTP each is a request."""

_UNREAD = """
    select v.name, v.version, coalesce(
        m.artifact_location,
        r.artifact_uri || '/' || regexp_extract(v.source, '^runs:/[^/]+/(.*)$', 1),
        v.source), v.mlmodel_problem
    from mlflow.model_versions v left join mlflow.logged_models m using (model_id)
        left join mlflow.runs r on r.run_id = regexp_extract(v.source, '^runs:/([^/]+)/', 1)
    where v.flavors is null
    qualify v.mlmodel_problem is null
        or row_number() over (partition by v.mlmodel_problem is null order by v.created_at desc, v.name) <= ?
    order by v.mlmodel_problem is not null, v.name, v.version
"""


def _artifacts_away(error: SourceUnreachable) -> Problem:
    return Problem(
        "source",
        "warning",
        "artifacts of model versions",
        "The `MLmodel` files of some versions could not be asked for.",
        why=" ".join(part for part in (error.what, error.why) if part),
        next_step="They are asked for again at the next refresh.",
    )


def _facts(source: TrackingSource, location: str | None) -> MLmodelFacts | str:
    if not location:
        return "The registry does not say where its files are."
    try:
        return parse_mlmodel(source.read_text(location, FILE_NAME))
    except SourceUnreachable:
        raise
    except SourceError as error:
        return " ".join(part for part in (error.what, error.why) if part)


def _row(name: str, version: int, facts: MLmodelFacts | str) -> dict[str, Any]:
    key = {"name": name, "version": version}
    if isinstance(facts, str):
        return {**key, "mlmodel_problem": facts}
    return {
        **key,
        "flavors": list(facts.flavors),
        "signature_inputs": facts.signature_inputs,
        "signature_outputs": facts.signature_outputs,
        "has_input_example": facts.has_input_example,
    }


def _store(draft: Draft, rows: Sequence[Mapping[str, Any]]) -> None:
    draft.writable("mlflow")
    draft.connection.register("read_mlmodels", table_of(_MLMODEL_COLUMNS, rows))
    draft.connection.execute(
        """
        update mlflow.model_versions set flavors = found.flavors, signature_inputs = found.signature_inputs,
            signature_outputs = found.signature_outputs, has_input_example = found.has_input_example,
            mlmodel_problem = found.mlmodel_problem
        from read_mlmodels found
        where found.name = model_versions.name and found.version = model_versions.version
        """
    )
    draft.connection.unregister("read_mlmodels")


def describe(counts: SyncCounts, versions_read: int) -> str:
    """The counts as a phrase: `new or changed runs: 12, metric points: 340`; `nothing new` when there is nothing."""
    parts: Mapping[str, int] = {
        "new or changed runs": counts.changed,
        "runs unchanged on asking again": counts.checked,
        "runs gone": counts.gone,
        "metric points": counts.points,
        "`MLmodel` files": versions_read,
    }
    return ", ".join(f"{what}: {number:,}" for what, number in parts.items() if number) or "nothing new"
