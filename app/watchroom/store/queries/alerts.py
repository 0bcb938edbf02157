"""Readers of the Alerts page: what is beyond its limit, what was, how the value went, and how right the rules are.

States are as of the refresh; what people did since is in the ledger, and the pages lay it over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd

from watchroom.domain.periods import CURRENT_DAYS
from watchroom.store.queries.models import TIERS
from watchroom.store.schema import TABLES
from watchroom.store.snapshot import Snapshot

OPEN_STATES = ("open", "acknowledged", "snoozed")
"""The states of an alert that still lasts and that nobody has resolved, the most urgent first."""

SEVERITIES = ("critical", "warning")

SIGNALS = ("drift", "quality", "performance", "volume")


@dataclass(frozen=True)
class Alert:
    """Something beyond its limit, as the table `alerts` has it; `title` and `tier` are the model's.

    Times are UTC without a zone. `feature` is the feature, the metric of performance, or empty.
    """

    alert_id: str
    model: str
    version: int | None
    signal: str
    feature: str
    severity: str
    since: date | None
    raised_at: datetime | None
    ended_at: datetime | None
    value: float | None
    limit: float | None
    method: str | None
    period_start: date | None
    period_end: date | None
    n: int | None
    state: str
    owner: str | None
    snoozed_until: datetime | None
    reason: str | None
    runbook: str | None
    title: str
    tier: str | None
    unit: str | None = None
    """Of a KPI, as its file writes it; None for none, and for other signals."""

    @property
    def urgency(self) -> tuple[object, ...]:
        """Sorts the most urgent first: critical, then what nobody has taken up, the riskier model, the older one."""
        tier = TIERS.index(self.tier) if self.tier in TIERS else len(TIERS)
        state = OPEN_STATES.index(self.state) if self.state in OPEN_STATES else len(OPEN_STATES)
        return (self.severity != "critical", state, tier, self.since or date.max, self.model, self.alert_id)


_COLUMNS = """a.alert_id, a.model, a.version, a.signal, coalesce(a.feature, ''), a.severity, a.since, a.raised_at,
    a.ended_at, a.value, a."limit", a.method, a.period_start, a.period_end, a.n, coalesce(a.state, 'open'), a.owner,
    a.snoozed_until, a.reason, a.runbook, coalesce(m.title, a.model), m.tier, k.unit"""

_ALERTS = f"""select {_COLUMNS} from alerts a left join models m on m.model = a.model
    left join kpis k on a.signal = 'kpi' and k.model = a.model and k.kpi = a.feature"""

_STILL_OPEN = f"coalesce(a.state, 'open') in {OPEN_STATES}"


def open_alerts(snapshot: Snapshot, *, model: str | None = None) -> tuple[Alert, ...]:
    """The alerts that were open at the refresh, of one model or of all, the most urgent first."""
    rows = snapshot.rows(f"{_ALERTS} where {_STILL_OPEN} and (? is null or a.model = ?)", [model, model])
    return tuple(sorted((Alert(*row) for row in rows), key=lambda alert: alert.urgency))


def past_alerts(
    snapshot: Snapshot, *, start: datetime, end: datetime, model: str | None = None, limit: int
) -> tuple[int, tuple[Alert, ...]]:
    """How many alerts were over or resolved at the refresh and lay in the period, and the newest `limit` of them.

    One lies in it when it was raised before its end and did not end before its start; times are UTC without a zone.
    """
    where = f"""where not {_STILL_OPEN} and (? is null or a.model = ?)
        and coalesce(a.raised_at < ?, true) and coalesce(a.ended_at >= ?, true)"""
    values = [model, model, end, start]
    ((total,),) = snapshot.rows(f"select count(*) from alerts a {where}", values)
    newest = "order by coalesce(a.ended_at, a.raised_at) desc nulls last, a.alert_id limit ?"
    rows = snapshot.rows(f"{_ALERTS} {where} {newest}", [*values, limit])
    return total, tuple(Alert(*row) for row in rows)


def alert(snapshot: Snapshot, *, alert_id: str) -> Alert | None:
    """The alert of that id; None when this snapshot has none."""
    rows = snapshot.rows(f"{_ALERTS} where a.alert_id = ?", [alert_id])
    return Alert(*rows[0]) if rows else None


def recorded(snapshot: Snapshot) -> tuple[Mapping[str, Any], ...]:
    """Every row of the table `alerts` by column, for `domain.alerts.of_row`; times are UTC without a zone."""
    columns = TABLES["alerts"].column_names
    named = ", ".join(f'"{name}"' for name in columns)
    rows = snapshot.rows(f"select {named} from alerts order by last_seq")
    return tuple(dict(zip(columns, row, strict=True)) for row in rows)


def judged(snapshot: Snapshot, *, model: str | None = None) -> int:
    """How many models the refresh could judge, by at least one of their signals; of one model, 0 or 1."""
    ((found,),) = snapshot.rows(
        "select count(*) from health where light <> 'no data' and (? is null or model = ?)", [model, model]
    )
    return int(found)


_SERIES = {
    "drift": """select period_end as day, 'value' as kind, value, watch, drifted as failing, noise, n, status
        from drift where model = ? and version is not distinct from ? and feature = ? and grain = 'last_7_days'
            and period_end <= ?
        order by period_end""",
    "quality": """select q.period_end as day, 'value' as kind, q.share as value,
            coalesce(q.reference_share, 0) + cast(m.spec ->> '$.monitor.quality.watch' as double) as watch,
            coalesce(q.reference_share, 0) + cast(m.spec ->> '$.monitor.quality.failing' as double) as failing,
            cast(null as double) as noise, q.n, q.status
        from quality q left join models m on m.model = q.model
        where q.model = ? and q.version is not distinct from ? and q.feature = ? and q.grain = 'last_7_days'
            and q.period_end <= ?
        order by q.period_end""",
    "performance": """select period_end as day, kind, value, watch, failing, cast(null as double) as noise,
            case when kind = 'realized' then n_labelled else n end as n, status
        from performance
        where model = ? and version is not distinct from ? and metric = ? and grain = 'last_7_days'
            and period_end <= ?
        order by kind desc, period_end""",
    "explanation": """select period_end as day, 'value' as kind, value, "limit" as watch,
            cast(null as double) as failing, cast(null as double) as noise, n, status
        from explanation_change
        where model = ? and version is not distinct from ? and against = 'reference' and ? = '' and period_start <= ?
        order by period_start""",
    "kpi": """select period_end as day, 'value' as kind, value, target as watch, "limit" as failing,
            cast(null as double) as noise, n,
            case status when 'on target' then 'stable' when 'off target' then 'watch' when 'beyond limit' then 'failing'
                else 'no data' end as status
        from kpi_values
        where version is null and grain = 'week' and model = ? and ? is not null and kpi = ? and period_start <= ?
        order by period_start""",
}
"""The value of a signal over the seven days that end with each day; of an explanation by month, of a KPI by week."""

_VOLUME = """
with days as (
    select day, cast(sum(decisions) as bigint) as decisions, min(day) over () as first_day
    from volume where model = $model and version is not distinct from $version and day <= $today group by day
), means as (
    select day, sum(decisions) over last_7 / least(date_diff('day', first_day, day) + 1, $days) as mean,
        cast(sum(decisions) over last_7 as bigint) as n
    from days window last_7 as (order by day range between to_days($days - 1) preceding and current row)
)
select day, 'value' as kind, mean as value, least_a_day as watch, least_a_day / 2 as failing,
    cast(null as double) as noise, n, cast(null as varchar) as status
from means
left join (
    select cast(spec ->> '$.monitor.volume.min_per_day' as double) as least_a_day from models where model = $model
) on true order by day
"""
"""Half of the minimum is failing: as the lights have it."""


def series(snapshot: Snapshot, *, model: str, version: int | None, signal: str, feature: str) -> pd.DataFrame:
    """How the value behind an alert went: day, kind, value, watch, failing, noise, n, status; the oldest day first.

    `kind` is `realized` or `estimated` for performance. A day stands for the seven that end with it, of an explanation
    for the month that does; volume is the mean of the seven. NULL is unknown; empty for a signal that has no values.
    """
    if signal == "volume":
        about = {"model": model, "version": version, "today": snapshot.day, "days": CURRENT_DAYS}
        return snapshot.query(_VOLUME, about)
    if signal not in _SERIES:
        return pd.DataFrame({name: [] for name in ("day", "kind", "value", "watch", "failing", "noise", "n", "status")})
    return snapshot.query(_SERIES[signal], [model, version, feature, snapshot.day])


@dataclass(frozen=True)
class Surroundings:
    """Who relies on a model and who holds it: to act on its alerts, and to tell those whom it affects."""

    model: str
    title: str
    purpose: str | None
    tier: str | None
    affects: tuple[str, ...]
    owners: tuple[tuple[str, str], ...]
    runbook: str | None
    file: str | None

    def owner(self, role: str) -> str | None:
        """Who holds that role; None for nobody."""
        return dict(self.owners).get(role)

    @property
    def people(self) -> tuple[str, ...]:
        """Everybody in the model's file, each once, in the order of the roles."""
        return tuple(dict.fromkeys(person for _, person in self.owners))


def surroundings(snapshot: Snapshot, *, model: str) -> Surroundings | None:
    """What the workspace says of the people round a model; None for a model that is not known."""
    rows = snapshot.rows(
        """select model, coalesce(title, model), purpose, tier, affects, runbook, file from models where model = ?""",
        [model],
    )
    if not rows:
        return None
    owners = snapshot.rows("select role, person from owners where model = ? and person <> ''", [model])
    name, title, purpose, tier, affects, runbook, file = rows[0]
    ordered = tuple(sorted(owners, key=_role_order))
    return Surroundings(name, title, purpose, tier, tuple(affects or ()), ordered, runbook, file)


_ROLE_ORDER = ("on_call", "operations", "deputy", "data_science", "business", "reviewer")


def _role_order(held: tuple[Any, ...]) -> tuple[int, str]:
    role = held[0]
    return (_ROLE_ORDER.index(role) if role in _ROLE_ORDER else len(_ROLE_ORDER), role)


@dataclass(frozen=True)
class RuleScore:
    """How right a drift rule of a model has been; `title` and `file` are the model's. None where it cannot be told.

    `drifted` is the second limit in force beside `watch`.
    """

    model: str
    title: str
    file: str | None
    version: int
    feature: str
    method: str
    watch: float | None
    periods: int
    fell: int
    alarms: int
    right: int
    precision: float | None
    recall: float | None
    best_limit: float | None
    best_precision: float | None
    best_recall: float | None
    drifted: float | None


def scores(snapshot: Snapshot, *, model: str | None = None) -> tuple[RuleScore, ...]:
    """Every rule's score, those with the most alarms first."""
    rows = snapshot.rows(
        """select s.model, coalesce(m.title, s.model), m.file, s.version, s.feature, s.method, s.watch,
            coalesce(s.periods, 0), coalesce(s.fell, 0), coalesce(s.alarms, 0), coalesce(s."right", 0),
            s."precision", s.recall, s.best_limit, s.best_precision, s.best_recall, d.drifted
        from alert_scores s left join models m on m.model = s.model
        left join (
            select model, version, feature, arg_max(drifted, period_end) as drifted
            from drift group by model, version, feature
        ) d on d.model = s.model and d.version = s.version and d.feature = s.feature
        where (? is null or s.model = ?)
        order by s.alarms desc nulls last, lower(coalesce(m.title, s.model)), s.model, s.version desc, s.feature""",
        [model, model],
    )
    return tuple(RuleScore(*row) for row in rows)
