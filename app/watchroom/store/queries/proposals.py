"""Readers of what happened round a change: the days before a version went into service, and those from then on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from watchroom.store.queries.value import takings
from watchroom.store.snapshot import Snapshot

DAYS = 28
"""Four weeks on either side: as many Mondays as Sundays."""

MONTH_DAYS = 30


@dataclass(frozen=True)
class Side:
    """The days from `first` to `last` (UTC, included), and the version that was in service before or after."""

    version: int
    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days these are."""
        return (self.last - self.first).days + 1


def around(snapshot: Snapshot, *, model: str, version: int, since: date) -> tuple[Side, Side] | None:
    """The `DAYS` days before the version took over, and as many from then on as are over.

    Of several times that it did the first from `since` (UTC) on counts; without one the last before. None when it never
    took over from another version, or when no day of it is over.
    """
    starts = [one for one in takings(snapshot, model=model) if one.version == version and one.before is not None]
    yesterday = snapshot.day - timedelta(1)
    found = next((one for one in starts if one.day >= since), starts[-1] if starts else None)
    if found is None or found.before is None or found.day > yesterday:
        return None
    first, end = found.day - timedelta(DAYS), found.day - timedelta(1)
    last = min(found.day + timedelta(DAYS - 1), yesterday)
    return Side(found.before, first, end), Side(version, found.day, last)


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
