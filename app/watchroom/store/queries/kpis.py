"""Readers of the KPI register: what the files say, how the formulas ran, and what came of them in each period.

Days are UTC days. A period is over when its last day is before the snapshot's. Values are those of the model, of the
decisions that its versions in service made, unless a version is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import pandas as pd

from watchroom.domain.kpi import NO_DATA, better_of
from watchroom.store.snapshot import Snapshot


@dataclass(frozen=True)
class Reading:
    """A KPI's value in one period: None when the formula gave none. It was judged by this `target` and `limit`.

    The formula was run over `n` of the period's `decisions`.
    """

    grain: str
    period_start: date
    period_end: date
    value: float | None
    target: float | None
    limit: float | None
    better: str | None
    status: str
    n: int
    decisions: int


@dataclass(frozen=True)
class Kpi:
    """A KPI of the register with how it stands. None is what the file does not say; texts are from outside.

    `now` is the newest period that is over, `known` the newest such with a value: months, for a model younger than one
    weeks, then days. `error` is why the formula did not run, `next_step` what to do then; `agreed` are the roles that
    had agreed at the time of the refresh.
    """

    model: str
    name: str
    position: int
    sql: str | None
    unit: str | None
    target: float | None
    limit: float | None
    better: str | None
    owner: str | None
    digest: str | None
    agreed: tuple[str, ...] = ()
    error: str | None = None
    next_step: str | None = None
    needs_outcome: bool | None = None
    ran_at: datetime | None = None
    now: Reading | None = None
    known: Reading | None = None

    @property
    def way(self) -> str | None:
        """Which way is better: as the file says, else from the target to its limit; None when neither tells."""
        return self.better or better_of(self.target, self.limit, None)

    @property
    def status(self) -> str:
        """Its status in the newest period that is over; `no data` without one, and for a formula that does not run."""
        return NO_DATA if self.now is None or self.error else self.now.status

    @property
    def lacks(self) -> tuple[str, ...]:
        """What its file has to say before it can be steered by, by the names of the file's fields."""
        fields = {"sql": self.sql, "unit": self.unit, "target": self.target, "better": self.way, "owner": self.owner}
        return tuple(field for field, value in fields.items() if value is None)


_REGISTER = """
select k.model, k.kpi, k.position, k.sql, k.unit, k.target, k."limit", k.better, k.owner, k.digest, k.agreed,
    r.error, r.next_step, r.needs_outcome, r.ran_at
from kpis k left join kpi_runs r on r.model = k.model and r.kpi = k.kpi
where $model is null or k.model = $model
order by k.model, k.position, k.kpi
"""

_STANDING = """
with over as (
    select *, min(case grain when 'month' then 1 when 'week' then 2 else 3 end)
            over (partition by model, kpi) as coarsest,
        case grain when 'month' then 1 when 'week' then 2 else 3 end as place
    from kpi_values
    where version is null and period_end < $today and grain in ('day', 'week', 'month')
        and ($model is null or model = $model)
),
ranked as (
    select *, row_number() over (partition by model, kpi order by period_start desc) as nth,
        row_number() over (partition by model, kpi, value is null order by period_start desc) as nth_alike
    from over where place = coarsest
)
select model, kpi, nth, grain, period_start, period_end, value, target, "limit", better, status, coalesce(n, 0),
    coalesce(decisions, 0)
from ranked where nth = 1 or (nth_alike = 1 and value is not null)
order by model, kpi, nth
"""


def register(snapshot: Snapshot, *, model: str | None = None) -> tuple[Kpi, ...]:
    """The KPIs of a model, or of all, in the order of their files, each with how it stands."""
    standing = _standing(snapshot, model)
    found = []
    for *facts, agreed, error, next_step, needs, ran_at in snapshot.rows(_REGISTER, {"model": model}):
        kpi = Kpi(*(*facts, tuple(agreed or ()), error, next_step, needs, ran_at))
        readings = standing.get((kpi.model, kpi.name), ())
        known = next((reading for reading in readings if reading.value is not None), None)
        found.append(replace(kpi, now=readings[0] if readings else None, known=known))
    return tuple(found)


def _standing(snapshot: Snapshot, model: str | None) -> Mapping[tuple[str, str], tuple[Reading, ...]]:
    found: dict[tuple[str, str], tuple[Reading, ...]] = {}
    for name, kpi, _, *facts in snapshot.rows(_STANDING, {"model": model, "today": snapshot.day}):
        found[name, kpi] = (*found.get((name, kpi), ()), Reading(*facts))
    return found


def by_model(kpis: Sequence[Kpi]) -> dict[str, tuple[Kpi, ...]]:
    """The KPIs of each model that has any."""
    found: dict[str, list[Kpi]] = {}
    for kpi in kpis:
        found.setdefault(kpi.model, []).append(kpi)
    return {model: tuple(own) for model, own in found.items()}


_COLUMNS = """grain, period_start, period_end, value, target, "limit", better, status, coalesce(n, 0) as n,
    coalesce(decisions, 0) as decisions, period_end >= $today as running"""


def over_time(snapshot: Snapshot, *, model: str, kpi: str, grain: str, first: date, last: date) -> pd.DataFrame:
    """The values of the periods of a grain that touch the days, the oldest first; `running` marks one not over yet."""
    return snapshot.query(
        f"""select {_COLUMNS} from kpi_values
        where model = $model and kpi = $kpi and version is null and grain = $grain
            and period_end >= $first and period_start <= $last
        order by period_start""",
        {"model": model, "kpi": kpi, "grain": grain, "first": first, "last": last, "today": snapshot.day},
    )


def of_versions(snapshot: Snapshot, *, model: str, kpi: str, grain: str, first: date, last: date) -> pd.DataFrame:
    """As `over_time`, of each version's own decisions, with a column `version`; those of a shadow too."""
    return snapshot.query(
        f"""select version, {_COLUMNS} from kpi_values
        where model = $model and kpi = $kpi and version is not null and grain = $grain
            and period_end >= $first and period_start <= $last
        order by version, period_start""",
        {"model": model, "kpi": kpi, "grain": grain, "first": first, "last": last, "today": snapshot.day},
    )


def span(snapshot: Snapshot, *, model: str) -> tuple[date, date] | None:
    """The first and the last day of the periods that have values; None without any."""
    rows: list[tuple[Any, ...]] = snapshot.rows(
        "select min(period_start), max(period_end) from kpi_values where model = ? and version is null", [model]
    )
    first, last = rows[0]
    return None if first is None else (first, last)
