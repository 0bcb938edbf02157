"""The work that went into experiments: runs and hours by month, those that failed, those that brought no version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from watchroom.store.draft import Draft

LONGEST_RUN_HOURS = 24 * 90
"""A run that ended later than this after its start was closed by somebody, not at work all the while."""

_WORK = f"""
    with used as (
        select r.*, v.run_id is not null as registered,
            epoch(r.end_time - r.start_time) / 3600 as took
        from mlflow.runs r join mlflow.experiments e using (experiment_id)
        left join (select distinct run_id from mlflow.model_versions) v on v.run_id = r.run_id
        where r.lifecycle_stage is distinct from 'deleted' and e.lifecycle_stage is distinct from 'deleted'
            and r.start_time is not null
    ), counted as (
        select *, case when took between 0 and {LONGEST_RUN_HOURS} then took end as hours,
            status in ('FAILED', 'KILLED') as broke,
            -- A run that has others nested in it waited for them: their time is its time, counted once.
            run_id in (select parent_run_id from used where parent_run_id is not null) as outer
        from used
    )
    select experiment_id, any_value(e.name), date_trunc('month', start_time)::date as month, count(*),
        count(*) filter (broke), count(*) filter (c.registered), coalesce(sum(hours) filter (not c.outer), 0),
        coalesce(sum(hours) filter (broke and not c.outer), 0)
    from counted c join mlflow.experiments e using (experiment_id) group by experiment_id, month order by all
"""


def work_rows(draft: Draft, owned: Mapping[str, str]) -> list[tuple[Any, ...]]:
    """The rows of `experiment_work`; neither deleted runs nor runs of deleted experiments count."""
    return [
        (experiment, name, owned.get(experiment), *counts, hours, failed, 0.0 if experiment in owned else hours)
        for experiment, name, *counts, hours, failed in draft.connection.execute(_WORK).fetchall()
    ]
