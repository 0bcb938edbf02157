"""What a tracking source gives the refresh: what has changed, in MLflow's words, and a reason for what it left out.

A source is read in one pass as a stream of the values below. It knows nothing of the store; the store knows nothing
of where the rows come from. Times are whole milliseconds since 1970 UTC, as MLflow keeps them; the store turns them
into timestamps, and derives from the raw rows whatever can be derived (parent, commit, best and last values).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

import pyarrow as pa

_TEXT = pa.string()
_INT = pa.int64()


def _schema(text: str = "", integer: str = "", number: str = "") -> pa.Schema:
    fields = [(name, _TEXT) for name in text.split()]
    fields += [(name, _INT) for name in integer.split()]
    fields += [(name, pa.float64()) for name in number.split()]
    return pa.schema(fields)


EVERY_RUN = 2**31
"""As `reconcile_runs`: each run is asked about again with all its histories, whatever was known. A full reconcile."""

RUN_TABLES: Mapping[str, pa.Schema] = {
    # `name` may be null: the store then takes the tag `mlflow.runName`. `lifecycle_stage` is the run's own.
    "runs": _schema(
        "run_id experiment_id name status lifecycle_stage user source_type source_name artifact_uri fingerprint",
        "start_ms end_ms",
    ),
    "params": _schema("run_id key value"),
    "tags": _schema("run_id key value"),
    # Infinities are IEEE infinities here, also where a SQL store keeps them as the largest float.
    "points": _schema("run_id key", "step time_ms", "value"),
    "run_inputs": _schema("run_id name digest context source_type source schema profile"),
}
"""The rows that belong to runs; `fingerprint` is the source's digest of everything about the run."""

CATALOG_TABLES: Mapping[str, pa.Schema] = {
    "experiments": _schema("experiment_id name lifecycle_stage artifact_location", "created_ms updated_ms"),
    "experiment_tags": _schema("experiment_id key value"),
    "logged_models": _schema(
        "model_id experiment_id name source_run_id status model_type lifecycle_stage artifact_location",
        "created_ms updated_ms",
    ),
    "registered_models": _schema("name description", "created_ms updated_ms"),
    "registered_model_tags": _schema("name key value"),
    "model_versions": _schema(
        "name run_id model_id source stage status user description", "version created_ms updated_ms"
    ),
    "model_version_tags": _schema("name key value", "version"),
    "aliases": _schema("name alias", "version"),
}
"""The small tables, which a source gives whole each time."""


@dataclass(frozen=True)
class Catalog:
    """Experiments, logged models and the registry, whole: what is not in it no longer exists.

    `rows` has every table of `CATALOG_TABLES`, in that schema. `partial` names the registered models of which something
    could not be read, so that what is missing of them may still exist; None when that may be any of them.
    """

    rows: Mapping[str, pa.Table]
    partial: frozenset[str] | None = frozenset()


@dataclass(frozen=True)
class ChangedRuns:
    """Some runs, new or changed; it replaces all that was known of them.

    `rows["runs"]` names the runs. Other tables of `RUN_TABLES` may come with it or follow as `MoreRows`; those that
    never come are empty.
    """

    rows: Mapping[str, pa.Table]


@dataclass(frozen=True)
class MoreRows:
    """Further rows of runs that a `ChangedRuns` has named before, for sources that read table by table."""

    rows: Mapping[str, pa.Table]


@dataclass(frozen=True)
class CheckedRuns:
    """Runs that the source was asked about and that have not changed: only the time of the check is noted."""

    run_ids: tuple[str, ...]


@dataclass(frozen=True)
class GoneRuns:
    """Runs that were known and no longer exist at all (`mlflow gc`); a deleted run still exists and is not gone."""

    run_ids: tuple[str, ...]


@dataclass(frozen=True)
class Problem:
    """Something that could not be read or was left out; shown on the Status page, never raised.

    `count` is how many things it stands for: a thousand run folders without `meta.yaml` are a handful of rows.
    """

    kind: Literal["source", "experiment", "run", "model_version", "workspace", "ledger", "notify", "log"]
    severity: Literal["error", "warning", "note"]
    place: str
    what: str
    why: str = ""
    next_step: str = ""
    model: str | None = None
    count: int = 1


@dataclass(frozen=True)
class State:
    """The source's own notes for the next refresh: anything JSON can hold. The last one given is kept."""

    notes: Mapping[str, Any] = field(default_factory=dict)


Change = Catalog | ChangedRuns | MoreRows | CheckedRuns | GoneRuns | Problem | State


class Seen(Protocol):
    """What the store already holds, for a source to compare with. Empty at the first refresh and at a full one."""

    @property
    def notes(self) -> Mapping[str, Any]:
        """The `State` that the last successful refresh ended with; empty when there is none."""
        ...

    def runs(self) -> pa.Table:
        """A row for each run held: `run_id`, `fingerprint`, `status`, `start_ms`, `checked_ms` (when last asked)."""
        ...


class TrackingSource(Protocol):
    """An MLflow tracking store and registry, opened for reading."""

    def changes(self, seen: Seen) -> Iterator[Change]:
        """What has changed since `seen`, in batches of a size that fits in memory; the catalog comes first.

        No catalog means that the source knows it to be as it was.

        Raises `SourceUnreachable` when it does not answer after bounded retries, `SourceError` when it cannot be read
        at all. What concerns only some runs or versions is a `Problem`, and the rest goes on.
        """
        ...

    def read_text(self, location: str, name: str) -> str:
        """The text of the artifact `name` under `location` (an artifact URI or path, as recorded by MLflow).

        Raises `SourceError` when it is not there or cannot be reached; never loads or runs anything.
        """
        ...

    def fetch_model(self, location: str, folder: Path) -> None:
        """Copy the files of a logged model under `location` (as for `read_text`) into the empty `folder`.

        Raises `SourceError` when they are not there, cannot be reached, or are too large; then the folder may hold some
        of them. Never loads or runs anything.
        """
        ...
