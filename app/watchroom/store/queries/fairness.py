"""Readers of the Fairness page: how groups of decisions fare by month (UTC), and where each model stands."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

import pandas as pd

from watchroom.store.snapshot import Snapshot


def versions(snapshot: Snapshot, *, model: str) -> tuple[int, ...]:
    """The versions whose groups have been compared in some month, the newest first."""
    rows = snapshot.rows(
        "select distinct version from fairness where model = ? and grain = 'month' order by version desc", [model]
    )
    return tuple(int(version) for (version,) in rows)


def span(snapshot: Snapshot, *, model: str, version: int) -> tuple[date, date] | None:
    """The first and the last day with decisions of groups, of a version; None for none."""
    rows = snapshot.rows(
        "select min(period_start), max(period_end) from fairness where model = ? and version = ? and grain = 'all'",
        [model, version],
    )
    return None if rows[0][0] is None else rows[0]


def groups(
    snapshot: Snapshot, *, model: str, version: int, first: date | None = None, last: date | None = None
) -> pd.DataFrame:
    """Every group's metrics in the months with a day in the window, the oldest first; of the reference without days.

    The columns are period_start, period_end, group_column, group_value, metric, value, low, high, n, ratio, ratio_low,
    ratio_high, best, status, as in the table.
    """
    when = "grain = 'reference'" if first is None else "grain = 'month' and period_end >= ? and period_start <= ?"
    return snapshot.query(
        f"""select period_start, period_end, group_column, group_value, metric, value, low, high, n,
            ratio, ratio_low, ratio_high, best, status
        from fairness where model = ? and version = ? and {when}
        order by group_column, metric, group_value, period_start""",
        [model, version, *([] if first is None else [first, last])],
    )


@dataclass(frozen=True)
class Standing:
    """Where a model's groups stand, over all decisions of its version in service (or the newest that was compared).

    `asked` are the columns that its file names. `columns` are those that were compared, `below` and `unclear` those
    with a group surely below the four-fifths line, and else with one that may be. The worst is the group whose
    ratio's interval ends lowest, of those surely below the line if there are any; None when nothing could be compared.
    """

    model: str
    title: str
    has_log: bool
    asked: tuple[str, ...]
    version: int | None
    columns: int
    below: int
    unclear: int
    n: int
    column: str | None
    group: str | None
    metric: str | None
    ratio: float | None
    ratio_low: float | None
    ratio_high: float | None
    best: str | None


_STANDINGS = """
with served as (
    select f.model, coalesce(max(f.version) filter (f.version = h.version),
        max(f.version) filter (f.version = a.version), max(f.version)) as version
    from fairness f left join health h on h.model = f.model
    left join aliases a on a.name = f.model and a.alias = 'champion'
    where f.grain = 'all' group by f.model
),
shown as (select f.* from fairness f join served s using (model, version) where f.grain = 'all'),
columns as (
    select model, group_column, bool_or(status = 'below') as below, bool_or(status = 'unclear') as unclear,
        bool_or(ratio is not null and status <> 'small') as compared, max(n) as n
    from shown group by all
),
counted as (
    select model, count(*) filter (compared) as columns, count(*) filter (below) as below,
        count(*) filter (unclear and not below) as unclear from columns group by model
),
sized as (select model, max(total) as n from (
    select model, group_column, metric, sum(n)::bigint as total from shown group by all) group by model),
worst as (
    select * from shown where ratio is not null and status <> 'small' and group_value <> best
    qualify row_number() over (
        partition by model order by status <> 'below', ratio_high, ratio, group_column, metric, group_value) = 1
)
select m.model, coalesce(m.title, m.model), m.spec is not null and json_type(m.spec -> '$.decisions') = 'OBJECT',
    m.spec ->> '$.decisions.groups', s.version, coalesce(c.columns, 0), coalesce(c.below, 0), coalesce(c.unclear, 0),
    coalesce(z.n, 0), w.group_column, w.group_value, w.metric, w.ratio, w.ratio_low, w.ratio_high, w.best
from models m
left join served s on s.model = m.model
left join counted c on c.model = m.model
left join sized z on z.model = m.model
left join worst w on w.model = m.model
order by coalesce(c.below, 0) = 0, coalesce(c.unclear, 0) = 0, w.ratio_high nulls last, w.ratio,
    lower(coalesce(m.title, m.model)), m.model
"""


def standings(snapshot: Snapshot) -> tuple[Standing, ...]:
    """Every model: those with a group below the line first, then those where it is not clear, then the others."""
    return tuple(
        Standing(model, title, bool(has_log), _names(asked), *rest)
        for model, title, has_log, asked, *rest in snapshot.rows(_STANDINGS)
    )


def _names(text: str | None) -> tuple[str, ...]:
    found = json.loads(text) if text else []
    return tuple(str(name) for name in found) if isinstance(found, list) else ()
