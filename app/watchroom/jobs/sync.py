"""The sync step: one pass over a tracking source, written into the draft; and what MLflow's `MLmodel` files say.

Nothing here knows which kind of source it is, nor how the tables are derived from its rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from watchroom.errors import SourceError
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
from watchroom.sources.tracking.mlmodel import MLmodelFacts, parse_mlmodel
from watchroom.store.draft import Draft
from watchroom.store.tracking import SyncCounts, TrackingWriter


@dataclass(frozen=True)
class SyncResult:
    """What one pass found. `unchanged` says that the source was not read at all: what was said of it still holds."""

    counts: SyncCounts
    problems: tuple[Problem, ...]
    unchanged: bool


def sync(source: TrackingSource, draft: Draft) -> SyncResult:
    """Read what has changed into the draft. Raises what `TrackingSource.changes` raises."""
    writer = TrackingWriter(draft)
    problems: list[Problem] = []
    read = False
    for change in source.changes(writer):
        read = True
        match change:
            case Catalog(rows):
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
    return SyncResult(writer.counts, tuple(problems), unchanged=not read)


def _impossible_times(count: int) -> Problem:
    return Problem(
        "run",
        "warning",
        "times in MLflow",
        "Some times lie outside the years 1 to 9999 and are shown as unknown.",
        why="They were most likely logged in microseconds or nanoseconds; MLflow's times are milliseconds.",
        count=count,
    )


def read_mlmodels(source: TrackingSource, draft: Draft) -> int:
    """Read the `MLmodel` of each version that has not been read yet; returns how many were read.

    One that cannot be read keeps its reason in `mlmodel_problem`, and is tried again when its source changes.
    """
    unread = draft.connection.execute(
        """
        select v.name, v.version, coalesce(
            m.artifact_location,
            r.artifact_uri || '/' || regexp_extract(v.source, '^runs:/[^/]+/(.*)$', 1),
            v.source)
        from mlflow.model_versions v left join mlflow.logged_models m using (model_id)
            left join mlflow.runs r on r.run_id = regexp_extract(v.source, '^runs:/([^/]+)/', 1)
        where v.flavors is null and v.mlmodel_problem is null
        order by v.name, v.version
        """
    ).fetchall()
    if unread:
        draft.writable("mlflow")
    found: dict[str, MLmodelFacts | str] = {}
    for name, version, location in unread:
        if location not in found:
            found[location] = _facts(source, location)
        _store(draft, name, version, found[location])
    return len(unread)


def _facts(source: TrackingSource, location: str | None) -> MLmodelFacts | str:
    if not location:
        return "The registry does not say where its files are."
    try:
        return parse_mlmodel(source.read_text(location, "MLmodel"))
    except SourceError as error:
        return " ".join(part for part in (error.what, error.why) if part)


def _store(draft: Draft, name: str, version: int, facts: MLmodelFacts | str) -> None:
    values = (
        (None, None, None, None, facts)
        if isinstance(facts, str)
        else (list(facts.flavors), facts.signature_inputs, facts.signature_outputs, facts.has_input_example, None)
    )
    draft.connection.execute(
        "update mlflow.model_versions set flavors = ?, signature_inputs = ?, signature_outputs = ?, "
        "has_input_example = ?, mlmodel_problem = ? where name = ? and version = ?",
        (*values, name, version),
    )


def describe(counts: SyncCounts, versions_read: int) -> str:
    """The counts as a phrase: `changed 12 runs, removed 1, …`; `nothing new` when there is nothing."""
    parts: Mapping[str, int] = {
        "runs new or changed": counts.changed,
        "runs unchanged on asking again": counts.checked,
        "runs gone": counts.gone,
        "metric points": counts.points,
        "`MLmodel` files": versions_read,
    }
    return ", ".join(f"{number:,} {what}" for what, number in parts.items() if number) or "nothing new"
