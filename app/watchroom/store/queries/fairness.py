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
class Served:
    """A model and its version in service, else the newest that was compared; None where none was.

    `asked` are the columns that its file names.
    """

    model: str
    title: str
    has_log: bool
    asked: tuple[str, ...]
    version: int | None


_SERVED = """
    select f.model, coalesce(max(f.version) filter (f.version = h.version),
        max(f.version) filter (f.version = a.version), max(f.version)) as version
    from fairness f left join health h on h.model = f.model
    left join aliases a on a.name = f.model and a.alias = 'champion'
    where f.grain = 'month' group by f.model
"""


def served(snapshot: Snapshot) -> tuple[Served, ...]:
    """Every model, by title."""
    rows = snapshot.rows(
        f"""select m.model, coalesce(m.title, m.model),
            m.spec is not null and json_type(m.spec -> '$.decisions') = 'OBJECT',
            m.spec ->> '$.decisions.groups', s.version
        from models m left join ({_SERVED}) s on s.model = m.model
        order by lower(coalesce(m.title, m.model)), m.model"""
    )
    return tuple(Served(model, title, bool(has_log), _names(asked), version)
                 for model, title, has_log, asked, version in rows)  # fmt: skip


def groups_of_all(snapshot: Snapshot, *, first: date, last: date) -> pd.DataFrame:
    """As `groups` of the months with a day in the window, of every model's version in service: `model` stands first."""
    return snapshot.query(
        f"""select f.model, period_start, period_end, group_column, group_value, metric, value, low, high, n, status
        from fairness f join ({_SERVED}) s using (model, version)
        where grain = 'month' and period_end >= ? and period_start <= ?
        order by f.model, group_column, metric, group_value, period_start""",
        [first, last],
    )


def _names(text: str | None) -> tuple[str, ...]:
    found = json.loads(text) if text else []
    return tuple(str(name) for name in found) if isinstance(found, list) else ()
