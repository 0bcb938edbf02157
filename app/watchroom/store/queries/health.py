"""Readers of the Health page: lights, and what was worked out ahead for each period. Days are UTC days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd

from watchroom.domain.lights import worst
from watchroom.domain.periods import CURRENT_DAYS, Grain
from watchroom.store.snapshot import Snapshot

PARTS = ("drift", "quality", "performance", "volume")
"""The parts of a light, in the order in which they are shown."""

LIGHT_GRAIN: Grain = "last_7_days"
"""The periods from which the lights are made."""


@dataclass(frozen=True)
class Light:
    """How a model version is: its light, the parts of it, and why.

    `version` is None for a model of which nothing is known; `reason` then says so. `since` is the first day of what
    made the light, None when it is stable or since when is not known. The period is None without decisions.
    """

    model: str
    version: int | None
    light: str
    drift: str
    quality: str
    performance: str
    volume: str
    reason: str
    period_start: date | None
    period_end: date | None
    n: int
    performance_as_of: date | None
    since: date | None
    in_service: bool = True

    def part(self, name: str) -> str:
        """The light of one of `PARTS`."""
        return str(getattr(self, name))


_LIGHTS = """
with since as (
    select model, version, min(since) filter (severity = 'critical') as critical, min(since) as any_since
    from alerts where ended_at is null and signal <> 'approval' group by model, version
)
select h.model, h.version, h.light, h.drift, h.quality, h.performance, h.volume, coalesce(h.reason, ''),
    h.period_start, h.period_end, coalesce(h.n, 0), h.performance_as_of,
    case when h.light = 'watch' then s.any_since when h.light in ('drifted', 'failing') then s.critical end
from health h left join since s on s.model = h.model and s.version = h.version
"""


def lights(snapshot: Snapshot) -> dict[str, Light]:
    """The light of every model that has one, for the version in service."""
    return {row[0]: Light(*row) for row in snapshot.rows(_LIGHTS)}


@dataclass(frozen=True)
class Watching:
    """What a model's page of health needs to know before it looks at counts.

    `spec` is its file as JSON, None without one. `versions` are those that have made decisions, the newest first, with
    the first and the last day of them; `serving` is the version in service.
    """

    spec: str | None
    task: str | None
    runbook: str | None
    versions: tuple[tuple[int, date, date], ...]
    serving: int | None
    log_problems: tuple[str, ...]

    def days_of(self, version: int) -> tuple[date, date] | None:
        """The first and the last day on which that version made decisions; None for none."""
        return next(((first, last) for own, first, last in self.versions if own == version), None)


def watching(snapshot: Snapshot, *, model: str) -> Watching:
    """What is known of how a model is watched; without anything for a model that nobody knows."""
    rows = snapshot.rows("select spec, task, runbook from models where model = ?", [model])
    spec, task, runbook = rows[0] if rows else (None, None, None)
    versions = snapshot.rows(
        """select version, min(day), max(day) from volume where model = ? and day <= ?
        group by version order by version desc""",
        [model, snapshot.day],
    )
    serving = snapshot.rows(
        """select coalesce((select version from health where model = ?),
            (select version from aliases where name = ? and alias = 'champion'))""",
        [model, model],
    )
    problems = snapshot.rows("select distinct what from problems where model = ? and severity <> 'note'", [model])
    return Watching(
        spec, task, runbook, tuple(versions), serving[0][0], tuple(str(what) for (what,) in problems if what)
    )


@dataclass(frozen=True)
class Reference:
    """What a version is compared with; `place` is text from outside."""

    source: str
    place: str
    from_version: int | None
    n: int
    n_performance: int


def reference(snapshot: Snapshot, *, model: str, version: int) -> Reference | None:
    """The reference of a version; None for none."""
    rows = snapshot.rows(
        """select source, coalesce(place, ''), from_version, coalesce(n, 0), coalesce(n_performance, 0)
        from profile_references where model = ? and version = ?""",
        [model, version],
    )
    return Reference(*rows[0]) if rows else None


def light_of(snapshot: Snapshot, *, model: str, version: int) -> Light | None:
    """The light of a version, also of one that is not in service; None for a version without decisions."""
    found = lights(snapshot).get(model)
    if found is not None and found.version == version:
        return found
    ((start, end, n),) = snapshot.rows(
        """with known as (
            select day, decisions from volume where model = $model and version = $version and day <= $today
        ), last as (select max(day) as day from known)
        select (select day - ($days - 1) from last), (select day from last), coalesce(sum(decisions), 0)::bigint
        from known where day > (select day - $days from last)""",
        {"model": model, "version": version, "today": snapshot.day, "days": CURRENT_DAYS},
    )
    if end is None:
        return None
    drifted, wrong = (_worst_of(snapshot, table, model, version, end) for table in ("drift", "quality"))
    judged, as_of = _judged(snapshot, model, version)
    return Light(
        model, version, worst((drifted, wrong, judged)), drifted, wrong, judged, "no data", "", start, end, n, as_of,
        since=None, in_service=False,
    )  # fmt: skip


def _worst_of(snapshot: Snapshot, table: str, model: str, version: int, end: date) -> str:
    assert table in ("drift", "quality")
    rows = snapshot.rows(
        f'select distinct status from "{table}" where model = ? and version = ? and grain = ? and period_end = ?',
        [model, version, LIGHT_GRAIN, end],
    )
    return worst(status for (status,) in rows if status)


def _judged(snapshot: Snapshot, model: str, version: int) -> tuple[str, date | None]:
    rows = snapshot.rows(
        """select status, period_end from performance where model = ? and version = ? and grain = ?
        and kind = 'realized' and (watch is not null or failing is not null) and status <> 'no data'
        and period_end <= ? order by period_end desc limit 1""",
        [model, version, LIGHT_GRAIN, snapshot.day],
    )
    return (str(rows[0][0]), rows[0][1]) if rows else ("no data", None)


def drift(
    snapshot: Snapshot, *, model: str, version: int, grain: str, first: date, last: date, feature: str | None = None
) -> pd.DataFrame:
    """Drift in the periods that have a day in the window, of every feature or of one; the oldest first.

    Of the seven days up to each day: those that end in the window.
    """
    return _periods(snapshot, "drift", "feature", model, version, grain, first, last, feature)


def quality(
    snapshot: Snapshot, *, model: str, version: int, grain: str, first: date, last: date, feature: str | None = None
) -> pd.DataFrame:
    """Missing, unseen, out of range and invalid values in the periods, as `drift`."""
    return _periods(snapshot, "quality", "feature", model, version, grain, first, last, feature)


def performance(
    snapshot: Snapshot, *, model: str, version: int, grain: str, first: date, last: date, metric: str | None = None
) -> pd.DataFrame:
    """Metrics in the periods, realized and estimated, as `drift`: all of them, or one."""
    return _periods(snapshot, "performance", "metric", model, version, grain, first, last, metric)


_COLUMNS = {
    "drift": "feature, method, value, watch, drifted, noise, status, n, reference_n",
    "quality": "feature, n, missing, unseen, out_of_range, invalid, share, reference_share, status",
    "performance": "metric, kind, value, low, high, reference_value, watch, failing, status, reason, n, n_labelled",
}


def _periods(
    snapshot: Snapshot, table: str, of: str, model: str, version: int, grain: str, first: date, last: date,
    one: str | None,
) -> pd.DataFrame:  # fmt: skip
    begins = "period_end" if grain == LIGHT_GRAIN else "period_start"
    return snapshot.query(
        f"""select period_start, period_end, {_COLUMNS[table]} from "{table}"
        where model = ? and version = ? and grain = ? and period_end >= ? and {begins} <= ? and (? is null or {of} = ?)
        order by {of}, period_start""",
        [model, version, grain, first, last, one, one],
    )


def metrics(snapshot: Snapshot, *, model: str, version: int) -> tuple[tuple[str, bool], ...]:
    """The metrics that are known of a version, with whether each has a limit."""
    rows = snapshot.rows(
        """select metric, bool_or(watch is not null or failing is not null) from performance
        where model = ? and version = ? group by metric""",
        [model, version],
    )
    return tuple((str(metric), bool(limited)) for metric, limited in rows)


def volume(snapshot: Snapshot, *, model: str, version: int, first: date, last: date) -> pd.DataFrame:
    """Decisions and labelled decisions by day, the oldest first: day, decisions, labelled, duplicates, last_at."""
    return snapshot.query(
        """select day, decisions, labelled, duplicates, last_at from volume
        where model = ? and version = ? and day between ? and ? order by day""",
        [model, version, first, last],
    )


@dataclass(frozen=True)
class Decay:
    """How the metric of a version changes with its age; None is unknown, as in the table of that name."""

    metric: str | None
    trained_at: datetime | None
    age_days: float | None
    weeks: int
    slope: float | None
    slope_low: float | None
    slope_high: float | None
    limit_value: float | None
    crosses_on: date | None
    crosses_early: date | None
    crosses_late: date | None
    advice: str | None
    reasons: tuple[str, ...]


def decay(snapshot: Snapshot, *, model: str, version: int) -> Decay | None:
    """Age and decay of a version; None when nothing was worked out."""
    rows = snapshot.rows(
        """select metric, trained_at, age_days, coalesce(weeks, 0), slope, slope_low, slope_high, limit_value,
            crosses_on, crosses_early, crosses_late, advice, reasons
        from decay where model = ? and version = ?""",
        [model, version],
    )
    if not rows:
        return None
    *facts, reasons = rows[0]
    return Decay(*(*facts, tuple(str(reason) for reason in reasons or ())))
