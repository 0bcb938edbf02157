"""Readers of what the refresh worked out of explanations: how versions were explained, what drives them, what changed.

Figures of any other choice of rows come from `explained`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd

from watchroom.domain.attribution import Weight
from watchroom.store.snapshot import Snapshot

_SERVING = """
    select m.model, coalesce(h.version, a.version) as version
    from models m left join health h on h.model = m.model
    left join aliases a on a.name = m.model and a.alias = 'champion'
"""

_NEWEST = """
    select * from shap_global where grain = 'reference' or (grain = 'month' and period_start <= $today)
    qualify dense_rank() over (partition by model, version order by period_start desc nulls last) = 1
"""
"""What drives a version by its newest month with explained decisions, else by its reference."""


@dataclass(frozen=True)
class Explanation:
    """How a version was explained. Texts are empty, and the rest None, where there is nothing to say.

    `first` and `last` are the first days of its first and its last month with explained decisions; None for none.
    """

    version: int
    status: str
    flavor: str | None
    method: str | None
    space: str | None
    rows: int
    reference_rows: int
    what: str
    why: str
    next_step: str
    note: str
    explained_at: datetime | None
    first: date | None
    last: date | None

    @property
    def shown(self) -> bool:
        """Whether there is anything of it to show."""
        return self.rows + self.reference_rows > 0


def versions(snapshot: Snapshot, *, model: str) -> tuple[Explanation, ...]:
    """How each version of a model was explained, the newest first; empty for a model that was not."""
    rows = snapshot.rows(
        """with months as (
            select version, min(period_start) as first, max(period_start) as last
            from shap_global where model = $model and grain = 'month' and n > 0 and period_start <= $today
            group by version
        )
        select e.version, e.status, e.flavor, e.method, e.space, coalesce(e.rows, 0), coalesce(e.reference_rows, 0),
            coalesce(e.what, ''), coalesce(e.why, ''), coalesce(e.next_step, ''), coalesce(e.note, ''),
            e.explained_at, m.first, m.last
        from explanations e left join months m on m.version = e.version
        where e.model = $model order by e.version desc""",
        {"model": model, "today": snapshot.day},
    )
    return tuple(Explanation(*row) for row in rows)


def serving(snapshot: Snapshot, *, model: str) -> int | None:
    """The version in service; None for none."""
    rows = snapshot.rows(f"select version from ({_SERVING}) where model = ?", [model])
    return rows[0][0] if rows else None


def every(snapshot: Snapshot) -> pd.DataFrame:
    """Every model with the explanation of its version in service, or of the newest explained, by title.

    model, title, version, status, what, method, space, drivers (the first three of the newest month, else of the
    reference), shares, change (status of the newest month against the reference; else against the version before),
    ndcg, month, explained_at. All but the first two are NULL for a model of which nothing is explained.
    """
    return snapshot.query(
        f"""with serving as ({_SERVING}),
        chosen as (
            select e.* from explanations e left join serving s on s.model = e.model
            qualify row_number() over (
                partition by e.model order by coalesce(e.version = s.version, false) desc, e.version desc) = 1
        ),
        newest as ({_NEWEST}),
        drivers as (
            select model, version, list(feature order by rank) as drivers, list(share order by rank) as shares,
                any_value(period_start) as month
            from newest where rank <= 3 group by model, version
        ),
        change as (
            select * from explanation_change where period_start <= $today and status <> 'no data'
            qualify row_number() over (partition by model, version order by period_start desc, against) = 1
        )
        select m.model, coalesce(m.title, m.model) as title, c.version, c.status, c.what, c.method, c.space,
            d.drivers, d.shares, x.status as change, x.value as ndcg, d.month, c.explained_at
        from models m left join chosen c on c.model = m.model
        left join drivers d on d.model = c.model and d.version = c.version
        left join change x on x.model = c.model and x.version = c.version
        order by lower(coalesce(m.title, m.model)), m.model""",
        {"today": snapshot.day},
    )


@dataclass(frozen=True, order=True)
class Span:
    """Rows that were explained together: a month, every decision (`all`), or the reference, whose days are None."""

    version: int
    grain: str
    start: date | None
    end: date | None
    n: int


def spans(snapshot: Snapshot, *, model: str) -> tuple[Span, ...]:
    """What of a model can be compared: the newest version first; its reference, all of it, its months from the last."""
    rows = snapshot.rows(
        """select version, grain, period_start, period_end, max(n) from shap_global where model = ? and n > 0
        group by version, grain, period_start, period_end
        order by version desc, grain = 'reference' desc, grain = 'all' desc, period_start desc""",
        [model],
    )
    return tuple(Span(*row) for row in rows)


def weights(snapshot: Snapshot, *, model: str, version: int, grain: str, start: date | None) -> tuple[Weight, ...]:
    """What drives a version in a span, by rank; empty for a span without rows."""
    rows = snapshot.rows(
        """select feature, mean_abs, mean, share, rank, n from shap_global
        where model = ? and version = ? and grain = ? and period_start is not distinct from ? order by rank""",
        [model, version, grain, start],
    )
    return tuple(
        Weight(feature, _number(size), _number(mean), _number(share), rank, n)
        for feature, size, mean, share, rank, n in rows
    )


def _number(value: float | None) -> float:
    return float("nan") if value is None else float(value)


def shares(snapshot: Snapshot, *, model: str, version: int) -> dict[str, float]:
    """Each input's share of what moves a version's answers: of its newest month, else of its reference.

    Empty for a version that is not explained, or whose values are all 0.
    """
    rows = snapshot.rows(
        f"select feature, share from ({_NEWEST}) where model = $model and version = $version and share is not null",
        {"model": model, "version": version, "today": snapshot.day},
    )
    return {feature: share for feature, share in rows}


def changes(snapshot: Snapshot, *, model: str, version: int) -> pd.DataFrame:
    """How far what drives a version has changed, by month, the oldest first: the columns of `explanation_change`.

    `period_end` is no later than the last explained decision: a month that goes on ends with what is known of it.
    """
    return snapshot.query(
        """with told as (
            select cast(max(decided_at) as date) as day from explained_decisions
            where model = $model and version = $version and cast(decided_at as date) <= $today
        )
        select c.* exclude (model, version) replace (greatest(least(period_end, told.day), period_start) as period_end)
        from explanation_change c, told
        where model = $model and version = $version and period_start <= $today order by against, period_start""",
        {"model": model, "version": version, "today": snapshot.day},
    )
