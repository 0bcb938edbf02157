"""The sync step: one pass over a tracking source, written into the draft.

Nothing here knows which kind of source it is, nor how the tables are derived from its rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

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
from watchroom.store.draft import Draft
from watchroom.store.tracking import SyncCounts, TrackingWriter


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


def describe(counts: SyncCounts, models_read: int) -> str:
    """The counts as a phrase: `new or changed runs: 12, metric points: 340`; `nothing new` when there is nothing."""
    parts: Mapping[str, int] = {
        "new or changed runs": counts.changed,
        "runs unchanged on asking again": counts.checked,
        "runs gone": counts.gone,
        "metric points": counts.points,
        "models' files": models_read,
    }
    return ", ".join(f"{what}: {number:,}" for what, number in parts.items() if number) or "nothing new"
