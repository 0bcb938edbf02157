"""All that the printed page of a model tells, read from one snapshot: what stood in its period, and what stands now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd

from watchroom.domain.value import foretold, total
from watchroom.errors import StoreError
from watchroom.reports.period import Period
from watchroom.store.queries import actions, alerts, health, kpis, models, proposals, reports, status, value
from watchroom.store.queries.actions import Action
from watchroom.store.queries.alerts import Alert
from watchroom.store.queries.health import Light
from watchroom.store.queries.kpis import Kpi, Reading
from watchroom.store.queries.proposals import Proposal
from watchroom.store.queries.reports import About, Happened
from watchroom.store.queries.value import Answer, Runway
from watchroom.store.snapshot import Snapshot
from watchroom.workspace.model_file import ModelSpec

BEFORE = 12
"""Months, or weeks, that the small lines and the bars show, counted back from the period's end."""


@dataclass(frozen=True)
class Target:
    """A KPI over the last periods, the oldest first; `kpi.now` is its newest reading within the report's period."""

    kpi: Kpi
    readings: tuple[Reading, ...]
    within: tuple[Reading, ...]
    """Those that lie in the report's period: one of a month, three of a quarter."""


@dataclass(frozen=True)
class Money:
    """The money of a month or week; None is unknown. `running` is the net of it and all before it."""

    first: date
    last: date
    decisions: int
    labelled: int
    benefit: float | None
    estimated: float | None
    run_cost: float | None
    net: float | None
    running: float
    worth: float | None


@dataclass(frozen=True)
class Stay:
    """A version in service, from a day until the day before the next one; what the registry knows of it."""

    version: int
    first: date
    last: date | None
    before: int | None
    created_at: datetime | None = None
    approval: str | None = None
    description: str = ""


@dataclass(frozen=True)
class Facts:
    """What the page tells. `answer` is the money of the period, None when none of its days has been worked out."""

    about: About
    spec: ModelSpec | None
    period: Period
    snapshot: str
    made_at: datetime
    day: date
    currency: str
    targets: tuple[Target, ...]
    money: tuple[Money, ...]
    answer: Answer | None
    pays_back_on: date | None
    runway: Runway | None
    light: Light | None
    alerts: tuple[Alert, ...]
    stays: tuple[Stay, ...]
    actions: tuple[Action, ...]
    proposals: tuple[Proposal, ...]
    happened: tuple[Happened, ...]


def facts(snapshot: Snapshot, *, model: str, period: Period) -> Facts:
    """What is to be told of a model. Raises StoreError for a model that the snapshot does not know."""
    about = reports.about(snapshot, model=model)
    if about is None:
        known = ", ".join(models.names(snapshot))
        raise StoreError(f"There is no model {model[:80]!r} in this snapshot.", next_step=f"It has {known or 'none'}.")
    now = value.answer(snapshot, model=model)
    money = _money(snapshot, model, period)
    runway = value.runway(snapshot, model=model)
    return Facts(
        about=about,
        spec=None if about.spec is None else ModelSpec.model_validate_json(about.spec),
        period=period,
        snapshot=snapshot.id,
        made_at=snapshot.made_at,
        day=snapshot.day,
        currency=status.workspace(snapshot).get("currency", ""),
        targets=tuple(_target(snapshot, kpi, period) for kpi in kpis.register(snapshot, model=model)),
        money=money,
        answer=None if now is None else _of_period(now, money, period, snapshot.day),
        pays_back_on=None
        if now is None or runway is None
        else foretold(now.so_far, runway.net_per_month, runway.net_slope),
        runway=runway,
        light=health.lights(snapshot).get(model),
        alerts=alerts.open_alerts(snapshot, model=model),
        stays=_stays(snapshot, model, period),
        actions=actions.actions(snapshot, model=model),
        proposals=proposals.proposals(snapshot, model=model),
        happened=reports.happened(snapshot, model=model, first=period.first, last=min(period.last, snapshot.day)),
    )


def _target(snapshot: Snapshot, kpi: Kpi, period: Period) -> Target:
    frame = kpis.over_time(
        snapshot, model=kpi.model, kpi=kpi.name, grain=period.grain, first=_begin(period), last=period.last
    )
    readings = tuple(_reading(row) for row in frame.to_dict("records"))
    within = tuple(one for one in readings if period.holds(one.period_start, one.period_end))
    known = next((one for one in reversed(readings) if one.value is not None), None)
    return Target(replace(kpi, now=within[-1] if within else None, known=known), readings, within)


def _begin(period: Period) -> date:
    """The first day of what the small lines show."""
    if period.grain == "week":
        return period.last - timedelta(7 * BEFORE - 1)
    months = period.last.year * 12 + period.last.month - BEFORE
    return date(months // 12, months % 12 + 1, 1)


def _reading(row: dict[Any, Any]) -> Reading:
    given = {
        key: None if key in ("value", "target", "limit", "better") and pd.isna(of) else of for key, of in row.items()
    }
    start, end = (pd.Timestamp(row[name]).date() for name in ("period_start", "period_end"))
    return Reading(
        str(row["grain"]), start, end, given["value"], given["target"], given["limit"], given["better"],
        str(row["status"]), int(row["n"]), int(row["decisions"]),
    )  # fmt: skip


def _money(snapshot: Snapshot, model: str, period: Period) -> tuple[Money, ...]:
    """Every month (or week) up to the end of the period, the oldest first."""
    found: list[Money] = []
    running = 0.0
    for row in value.periods(snapshot, model=model, grain=period.grain).to_dict("records"):
        first, last = (pd.Timestamp(row[name]).date() for name in ("period_start", "period_end"))
        if last > period.last:
            break
        benefit, estimated, cost, net = (
            _known(row[name]) for name in ("benefit", "estimated_benefit", "run_cost", "net")
        )
        running += net or 0.0
        found.append(
            Money(
                first,
                last,
                _count(row["decisions"]),
                _count(row["labelled"]),
                benefit,
                estimated,
                cost,
                net,
                running,
                _known(row["worth"]),
            )
        )
    return tuple(found)


def _known(amount: Any) -> float | None:
    return None if pd.isna(amount) else float(amount)


def _count(number: Any) -> int:
    return 0 if pd.isna(number) else int(number)


def _of_period(now: Answer, money: Sequence[Money], period: Period, day: date) -> Answer | None:
    """The money of the report's period, and of the one of that length before it; None when there is no day of it."""
    own = [one for one in money if period.holds(one.first, one.last)]
    if not own:
        return None
    before = [one for one in money if one.last < period.first][-len(own) :]
    whole = len(before) == len(own) and before[-1].last == period.first - timedelta(1)
    return replace(
        now,
        period_start=own[0].first,
        period_end=own[-1].last,
        over=period.is_over(day),
        decisions=sum(one.decisions for one in own),
        labelled=sum(one.labelled for one in own),
        benefit=total(one.benefit for one in own).amount,
        estimated_benefit=total(one.estimated for one in own).amount,
        run_cost=total(one.run_cost for one in own).amount,
        net=total(one.net for one in own).whole,
        net_before=total(one.net for one in before).whole if whole else None,
        worth=total(one.worth for one in own).whole,
        covered=now.covered if (own[0].first, own[-1].last) == (now.period_start, now.period_end) else None,
    )


def _stays(snapshot: Snapshot, model: str, period: Period) -> tuple[Stay, ...]:
    """The versions that were in service in the period or came after it, the newest first."""
    taken = value.takings(snapshot, model=model)
    if not taken:
        return ()
    facts = {row["version"]: row for row in models.versions(snapshot, model=model).to_dict("records")}
    ends = [*(one.day - timedelta(1) for one in taken[1:]), None]
    stays = [
        _stay(one.version, one.day, end, one.before, facts.get(one.version))
        for one, end in zip(taken, ends, strict=True)
        if end is None or end >= period.first
    ]
    return tuple(reversed(stays))


def _stay(version: int, first: date, last: date | None, before: int | None, of: dict[Any, Any] | None) -> Stay:
    if of is None:
        return Stay(version, first, last, before)
    created = None if pd.isna(of["created_at"]) else pd.Timestamp(of["created_at"]).to_pydatetime()
    description = "" if pd.isna(of["description"]) else str(of["description"])
    return Stay(version, first, last, before, created, str(of["approval"]), description)
