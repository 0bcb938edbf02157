"""Readers of Home: how much was run, what hangs, and what the refresh could not read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd

from watchroom.store.snapshot import Snapshot

_EXPERIMENTS_OF_MODEL = """(? is null or experiment_id in (
    select r.experiment_id from model_versions v join runs r on r.run_id = v.run_id where v.name = ?))"""


def run_days(snapshot: Snapshot, *, first: date, last: date, model: str | None = None) -> pd.DataFrame:
    """Runs started per day (UTC) and status, from `first` to `last`, both included: day, status, runs.

    With a model: of its versions' experiments only.
    """
    return snapshot.query(
        f"""select day, status, sum(runs)::bigint as runs from run_days
        where day between ? and ? and {_EXPERIMENTS_OF_MODEL}
        group by day, status order by day, status""",
        [first, last, model, model],
    )


@dataclass(frozen=True)
class Hanging:
    """Runs that say RUNNING for so long that their process has most likely died."""

    runs: int
    oldest: datetime | None


def hanging(snapshot: Snapshot, *, started_before: datetime) -> Hanging:
    """How many active runs still say RUNNING although they started before that time (UTC without a zone)."""
    rows = snapshot.rows(
        """select count(*), min(r.start_time) from runs r join experiments e using (experiment_id)
        where r.status = 'RUNNING' and r.lifecycle_stage = 'active' and e.lifecycle_stage = 'active'
        and r.start_time < ?""",
        [started_before],
    )
    return Hanging(*rows[0])


def problem_counts(snapshot: Snapshot) -> dict[str, int]:
    """How many things could not be read, by severity; a severity without any is left out."""
    rows = snapshot.rows('select severity, sum("count")::bigint from problems group by severity')
    return {str(severity): int(count) for severity, count in rows}
