"""Readers of the Status page and of the frame: how fresh the snapshot is, what it holds, what failed."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from watchroom.store.schema import TABLES
from watchroom.store.snapshot import Snapshot

COUNTED = {
    "experiments": "Experiments",
    "runs": "Runs",
    "params": "Params",
    "tags": "Tags",
    "metrics": "Metrics",
    "metric_history": "Points of metric curves",
    "run_inputs": "Dataset inputs",
    "logged_models": "Logged models",
    "registered_models": "Registered models",
    "model_versions": "Model versions",
    "aliases": "Aliases",
    "registry_events": "Registry events",
    "approvals": "Approvals",
    "models": "Models, with and without a file",
}
"""The tables whose rows are counted on the Status page, with the name shown."""

_SEVERITIES = "case severity when 'error' then 1 when 'warning' then 2 else 3 end"


def workspace(snapshot: Snapshot) -> dict[str, str]:
    """The workspace's facts by their key; empty when the snapshot holds none."""
    rows = snapshot.rows("select key, value from workspace where value is not null")
    return {str(key): str(value) for key, value in rows}


def steps(snapshot: Snapshot) -> pd.DataFrame:
    """The steps of the refresh that made this snapshot, in order: step, status, started_at, seconds, detail."""
    return snapshot.query("select step, status, started_at, seconds, detail from refresh_steps order by position")


def counts(snapshot: Snapshot) -> pd.DataFrame:
    """How many rows each table holds: what (its name for people), rows, table_name."""
    parts = [f"select '{name}' as table_name, count(*) as rows from \"{name}\"" for name in COUNTED if name in TABLES]
    frame = snapshot.query(" union all ".join(parts))
    frame.insert(0, "what", frame["table_name"].map(COUNTED))
    return frame


@dataclass(frozen=True)
class ProblemCount:
    """Problems of one severity: `rows` of the table, and how many `things` they are about."""

    rows: int
    things: int


def problem_counts(snapshot: Snapshot, *, model: str | None = None) -> dict[str, ProblemCount]:
    """How much could not be read, by severity: of one model, or of everything. A severity without any is left out."""
    rows = snapshot.rows(
        """select severity, count(*), sum("count")::bigint from problems
        where ? is null or model = ? group by severity""",
        [model, model],
    )
    return {str(severity): ProblemCount(count, things) for severity, count, things in rows}


def problems(snapshot: Snapshot, *, limit: int) -> tuple[int, pd.DataFrame]:
    """How many rows of problems there are, and the first `limit`, the worst first."""
    ((total,),) = snapshot.rows("select count(*) from problems")
    frame = snapshot.query(
        f"""select severity, kind, place, what, why, next_step, model, "count" from problems
        order by {_SEVERITIES}, kind, what, place limit ?""",
        [limit],
    )
    return total, frame
