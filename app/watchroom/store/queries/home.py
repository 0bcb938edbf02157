"""Readers of Home: how much was run, and what hangs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd

from watchroom.store.queries.run_filter_sql import NOT_DELETED
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
    """Runs that say RUNNING for so long that their process has most likely died.

    `oldest` is when the longest of them started, UTC; `name` and `experiment` are its own, None where it has none.
    """

    runs: int
    oldest: datetime | None
    name: str | None
    experiment: str | None


def hanging(snapshot: Snapshot, *, started_before: datetime, model: str | None = None) -> Hanging:
    """How many runs still say RUNNING although they started before that time (UTC without a zone).

    Deleted runs are left out. With a model: of its versions' experiments only.
    """
    rows = snapshot.rows(
        f"""select count(*), min(r.start_time), arg_min(coalesce(r.name, r.run_id), r.start_time),
            arg_min(e.name, r.start_time)
        from runs r left join experiments e using (experiment_id)
        where r.status = 'RUNNING' and {NOT_DELETED} and r.start_time < ? and {_EXPERIMENTS_OF_MODEL}""",
        [started_before, model, model],
    )
    return Hanging(*rows[0])
