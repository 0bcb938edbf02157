"""Readers of what happened round a change: the days before a version went into service, and those from then on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from watchroom.store.snapshot import Snapshot

DAYS = 28
"""Four weeks on either side: as many Mondays as Sundays."""

MONTH_DAYS = 30


@dataclass(frozen=True)
class Side:
    """The days from `first` to `last` (UTC, included), and the version that decided most of them."""

    version: int
    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days these are."""
        return (self.last - self.first).days + 1


def around(snapshot: Snapshot, *, model: str, version: int, since: date) -> tuple[Side, Side] | None:
    """The `DAYS` days before the version went into service, and as many from then on as are over.

    The first day of its service from `since` (UTC) on counts. None when there is none, when no day of it is over, or
    when nothing was in service before.
    """
    ((start,),) = snapshot.rows(
        """select min(day) from value_serving where model = ? and version = ? and day >= ? and "by" <> 'beside'""",
        [model, version, since],
    )
    yesterday = snapshot.day - timedelta(1)
    if start is None or start > yesterday:
        return None
    first, end = start - timedelta(DAYS), start - timedelta(1)
    rows = snapshot.rows(
        """select version from value_serving where model = ? and day between ? and ? and version <> ?
        group by version order by sum(decisions) desc, version limit 1""",
        [model, first, end, version],
    )
    if not rows:
        return None
    last = min(start + timedelta(DAYS - 1), yesterday)
    return Side(int(rows[0][0]), first, end), Side(version, start, last)


@dataclass(frozen=True)
class Net:
    """What a model earned in some days, as for thirty; None when no day has a net. `n` of its decisions."""

    net_per_month: float | None
    decisions: int
    labelled: int


def net(snapshot: Snapshot, *, model: str, first: date, last: date) -> Net:
    """The net of those days that have one, as for `MONTH_DAYS` of them."""
    ((total, days, decisions, labelled),) = snapshot.rows(
        """select sum(net), count(net), coalesce(sum(decisions), 0)::bigint, coalesce(sum(labelled), 0)::bigint
        from value where model = ? and version is null and grain = 'day' and period_start between ? and ?""",
        [model, first, last],
    )
    return Net(total / days * MONTH_DAYS if days else None, decisions, labelled)


@dataclass(frozen=True)
class KpiThen:
    """A KPI over some days: the mean of its days, each weighted by its decisions; None without any."""

    value: float | None
    unit: str | None
    n: int


def kpis(snapshot: Snapshot, *, model: str, first: date, last: date) -> dict[str, KpiThen]:
    """Every KPI of the model's file in those days, by name, in the order of the file."""
    rows = snapshot.rows(
        """select k.kpi, k.unit, sum(v.value * v.n) / nullif(sum(v.n) filter (v.value is not null), 0),
            coalesce(sum(v.n) filter (v.value is not null), 0)::bigint
        from kpis k left join kpi_values v on v.model = k.model and v.kpi = k.kpi and v.version is null
            and v.grain = 'day' and v.period_start between ? and ?
        where k.model = ? group by k.kpi, k.unit, k.position order by k.position""",
        [first, last, model],
    )
    return {str(name): KpiThen(value, unit, n) for name, unit, value, n in rows}
