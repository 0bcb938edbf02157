"""How much was tried for a model: the runs behind its versions, and the experiments in which they were made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from watchroom.store.queries.models import RUNS_WITH_DELETION
from watchroom.store.snapshot import Snapshot


@dataclass(frozen=True)
class Training:
    """The runs behind a model's versions, each counted once; and the experiments in which they were made.

    Of `runs`, `deleted` are among MLflow's deleted ones and `unknown` are not in the snapshot. `last_start` is UTC
    without a zone; None when no run is known. An experiment comes with the number of its runs that are not deleted.
    """

    runs: int
    deleted: int
    unknown: int
    last_start: datetime | None
    experiments: tuple[tuple[str, int], ...]


def training(snapshot: Snapshot, *, model: str) -> Training:
    """How much was tried for a model; zero runs when its versions name none."""
    behind = "behind as (select distinct run_id from model_versions where name = ? and run_id is not null)"
    ((runs, deleted, unknown, last),) = snapshot.rows(
        f"""with {behind}
        select count(*), count(*) filter (r.deleted), count(*) filter (r.run_id is null), max(r.start_time)
        from behind b left join {RUNS_WITH_DELETION} r using (run_id)""",
        [model],
    )
    experiments = snapshot.rows(
        f"""with {behind}
        select e.name, count(*) filter (r.lifecycle_stage is distinct from 'deleted')
        from experiments e join runs r using (experiment_id)
        where e.lifecycle_stage is distinct from 'deleted'
            and experiment_id in (select experiment_id from runs join behind using (run_id))
        group by e.name order by e.name""",
        [model],
    )
    named = tuple((str(name), int(count)) for name, count in experiments if name)
    return Training(runs, deleted, unknown, last, named)
