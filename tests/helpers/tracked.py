"""What a tracking source has given so far, as the store would hold it, so that two sources can be compared."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from watchroom.sources.tracking.contract import (
    CATALOG_TABLES,
    RUN_TABLES,
    Catalog,
    ChangedRuns,
    CheckedRuns,
    GoneRuns,
    Problem,
    State,
    TrackingSource,
)

Row = dict[str, Any]


@dataclass
class Pull:
    """What one refresh brought."""

    changed: set[str] = field(default_factory=set)
    checked: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)


@dataclass
class Tracked:
    """Everything given by a source until now; it is also what the source is told that the store has."""

    runs_held: dict[str, Row] = field(default_factory=dict)
    catalog: Mapping[str, list[Row]] = field(default_factory=dict)
    notes: Mapping[str, Any] = field(default_factory=dict)
    checked_ms: dict[str, int] = field(default_factory=dict)

    def pull(self, source: TrackingSource) -> Pull:
        """Take over what has changed; checks that every table has exactly the schema of the contract."""
        pull = Pull()
        for number, change in enumerate(source.changes(self)):
            assert isinstance(change, Catalog) == (number == 0), "the catalog comes first, and once"
            match change:
                case Catalog(rows):
                    assert {name: table.schema for name, table in rows.items()} == dict(CATALOG_TABLES)
                    self.catalog = {name: table.to_pylist() for name, table in rows.items()}
                case ChangedRuns(rows):
                    assert {name: table.schema for name, table in rows.items()} == dict(RUN_TABLES)
                    self._replace(rows, pull)
                case CheckedRuns(run_ids):
                    pull.checked |= set(run_ids)
                case GoneRuns(run_ids):
                    pull.gone |= set(run_ids)
                case Problem():
                    pull.problems.append(change)
                case State(notes):
                    self.notes = notes
        assert not pull.changed & pull.checked
        for run_id in pull.gone:
            del self.runs_held[run_id]
        for run_id in pull.changed | pull.checked:
            self.checked_ms[run_id] = int(time.time() * 1000)
        return pull

    def runs(self) -> pa.Table:
        """What the contract's `Seen` says of the runs."""
        rows = [
            {
                "checked_ms": self.checked_ms[run_id],
                **{name: run["runs"][name] for name in ("run_id", "fingerprint", "status", "start_ms")},
            }
            for run_id, run in self.runs_held.items()
        ]
        return pa.Table.from_pylist(rows, schema=_SEEN)

    def run(self, run_id: str) -> Row:
        """A run as plain values: attributes, `params`, `tags`, `points` by key, `inputs`."""
        held = self.runs_held[run_id]
        points: dict[str, list[tuple[int, str]]] = {}
        for point in sorted(held["points"], key=lambda each: (each["step"], each["time_ms"], str(each["value"]))):
            points.setdefault(point["key"], []).append((point["step"], repr(point["value"])))
        return {
            **{key: held["runs"][key] for key in ("name", "status", "lifecycle_stage", "experiment_id")},
            "params": {row["key"]: row["value"] for row in held["params"]},
            "tags": {row["key"]: row["value"] for row in held["tags"] if not row["key"].startswith("mlflow.")},
            "points": points,
            "inputs": [{key: row[key] for key in row if key != "run_id"} for row in held["run_inputs"]],
        }

    def rows(self, table: str, *columns: str) -> list[tuple[Any, ...]]:
        """Some columns of a catalog table, sorted."""
        return sorted((tuple(row[column] for column in columns) for row in self.catalog[table]), key=repr)

    def _replace(self, rows: Mapping[str, pa.Table], pull: Pull) -> None:
        new = {
            row["run_id"]: {"runs": row, **{name: [] for name in rows if name != "runs"}}
            for row in rows["runs"].to_pylist()
        }
        assert not pull.changed & new.keys(), "a run comes once in a refresh"
        for name, table in rows.items():
            if name != "runs":
                for row in table.to_pylist():
                    new[row["run_id"]][name].append(row)
        pull.changed |= new.keys()
        self.runs_held |= new


_SEEN = pa.schema(
    [
        ("run_id", pa.string()),
        ("fingerprint", pa.string()),
        ("status", pa.string()),
        ("start_ms", pa.int64()),
        ("checked_ms", pa.int64()),
    ]
)
