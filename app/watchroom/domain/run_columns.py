"""What can be a column of a table of runs: anything a filter can ask about, and the curve of a metric.

A column is named in the filter language itself (`metrics.rmse`, `best(metrics.rmse)`, `params.depth`, `status`), so
that addresses, downloads and filters share one spelling; `curve(metrics.rmse)` is the one addition.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from watchroom.domain import filters as f
from watchroom.domain.filter_parser import parse
from watchroom.errors import QueryError

_CURVE = "curve("
_LABELS = {
    "experiment": "Experiment",
    "name": "Name",
    "status": "Status",
    "user": "User",
    "start_time": "Started",
    "end_time": "Ended",
    "duration": "Duration",
    "run_id": "Run ID",
    "experiment_id": "Experiment ID",
    "parent_run_id": "Parent run",
    "commit": "Commit",
    "dirty": "Uncommitted",
    "source_name": "Source",
    "source_type": "Source type",
    "lifecycle_stage": "Lifecycle",
    "artifact_uri": "Artifacts",
}

ColumnSubject = f.Attribute | f.Metric | f.Param | f.Tag


@dataclass(frozen=True)
class RunColumn:
    """A column: what it shows, and whether as a curve (of a metric)."""

    subject: ColumnSubject
    curve: bool = False

    @property
    def id(self) -> str:
        """The column's name in addresses and downloads."""
        text = f.subject_text(self.subject)
        return f"{_CURVE}{text})" if self.curve else text

    @property
    def label(self) -> str:
        """The column's heading: the key as logged, preceded by the statistic unless it is the last value."""
        match self.subject:
            case f.Attribute(name):
                return _LABELS[name]
            case f.Metric(key, statistic):
                before = "curve of " if self.curve else "" if statistic == "last" else f"{statistic} "
                return f"{before}{key}"
            case f.Param(key) | f.Tag(key):
                return key


@lru_cache(maxsize=10_000)
def column(name: str) -> RunColumn:
    """The column of that name. Raises QueryError when it is not one."""
    curve = name.startswith(_CURVE) and name.endswith(")")
    inner = name[len(_CURVE) : -1] if curve else name
    read = parse(f"{inner} is null")
    if not isinstance(read, f.IsNull) or read.negated or not isinstance(read.subject, ColumnSubject):
        raise QueryError(f"“{name}” is not a column of runs.", next_step="Choose a column from the list.")
    if curve and not (isinstance(read.subject, f.Metric) and read.subject.statistic == "last"):
        raise QueryError(f"“{name}” is not a column of runs.", why="Only a metric has a curve.")
    return RunColumn(read.subject, curve)


def is_column(name: str) -> bool:
    """Whether `column` accepts the name."""
    try:
        column(name)
    except QueryError:
        return False
    return True
