"""All that the printed page of the portfolio tells, read from one snapshot: the models together, and each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd

from watchroom.domain.actions_types import NOTHING
from watchroom.domain.delivery import Delivery, delivery, months
from watchroom.domain.funnel import Step, steps
from watchroom.domain.value import net_of, total
from watchroom.reports.model_facts import BEFORE
from watchroom.reports.period import Period, spanning
from watchroom.reports.portfolio_facts import Earned, earned
from watchroom.store.queries import actions, alerts, health, models, portfolio, proposals, reports, status
from watchroom.store.queries.actions import Action
from watchroom.store.queries.portfolio import Project, Release, Waiting
from watchroom.store.queries.proposals import Proposal
from watchroom.store.queries.reports import Happened, Met
from watchroom.store.snapshot import Snapshot


@dataclass(frozen=True)
class Row:
    """A model in the table of all: what it earned in the period and the one before, how it stands. None is unknown."""

    model: str
    title: str
    net: float | None
    net_before: float | None
    known: bool
    decisions: int
    labelled: int
    targets: Met | None
    light: str
    alerts: int
    first: Action | None

    @property
    def order(self) -> tuple[object, ...]:
        """Sorts the worst first: who loses most, then who earns least, then those of which it is not known."""
        return (not self.known, self.net if self.net is not None else 0.0, self.title.lower(), self.model)


@dataclass(frozen=True)
class Together:
    """The money of all models in a month or week; None is unknown."""

    first: date
    last: date
    benefit: float | None
    estimated: float | None
    run_cost: float | None
    running: float


@dataclass(frozen=True)
class Facts:
    """What the page tells. `year` is the delivery of the twelve months up to the period's end, or to today."""

    period: Period
    snapshot: str
    made_at: datetime
    day: date
    currency: str
    projects: tuple[Project, ...]
    funnel: tuple[Step, ...]
    delivery: Delivery
    year: Delivery
    seen_since: date | None
    waiting: tuple[Waiting, ...]
    earned: Earned | None
    together: tuple[Together, ...]
    rows: tuple[Row, ...]
    actions: tuple[Action, ...]
    proposals: tuple[Proposal, ...]
    happened: tuple[Happened, ...]

    @property
    def judged(self) -> tuple[Row, ...]:
        """The models with targets that could be judged."""
        return tuple(row for row in self.rows if row.targets is not None)


def facts(snapshot: Snapshot, *, period: Period) -> Facts:
    """What is to be told of all models."""
    projects, releases = portfolio.projects(snapshot), portfolio.releases(snapshot)
    seen = portfolio.seen(snapshot).since
    last = min(period.last, snapshot.day)
    money = reports.earned(snapshot, grain=period.grain, last=period.last)
    own = money[(pd.to_datetime(money["period_start"]) >= pd.Timestamp(period.first))]
    advised = actions.actions(snapshot)
    return Facts(
        period=period,
        snapshot=snapshot.id,
        made_at=snapshot.made_at,
        day=snapshot.day,
        currency=status.workspace(snapshot).get("currency", ""),
        projects=projects,
        funnel=steps([one.reached for one in projects]),
        delivery=_delivery(releases, period.first, last, seen),
        year=_delivery(releases, last - timedelta(364), last, seen),
        seen_since=seen,
        waiting=tuple(one for one in portfolio.reviews(snapshot) if one.wait.until is None and one.matters),
        earned=earned(own, snapshot.day, whole=True),
        together=_together(money),
        rows=_rows(snapshot, period, money, advised),
        actions=tuple(one for one in advised if one.urgency != NOTHING),
        proposals=proposals.proposals(snapshot),
        happened=reports.happened(snapshot, first=period.first, last=last),
    )


def _delivery(releases: Sequence[Release], first: date, last: date, seen: date | None) -> Delivery:
    """The four measures of the releases in the days, over the months of them in which any could be seen."""
    own = [one.change for one in releases if one.is_change and first <= one.at.date() <= last]
    return delivery(own, months(first, last, seen))


def _together(money: pd.DataFrame) -> tuple[Together, ...]:
    """All models by month or week, the oldest first."""
    found: list[Together] = []
    for _, rows in money.groupby("period_start"):
        benefit, estimated, cost, net = (
            total(rows[name]).amount for name in ("benefit", "estimated_benefit", "run_cost", "net")
        )
        running = (found[-1].running if found else 0.0) + (net or 0.0)
        first, last = (pd.Timestamp(rows[name].iloc[0]).date() for name in ("period_start", "period_end"))
        found.append(Together(first, last, benefit, estimated, cost, running))
    return tuple(found[-BEFORE:])


def _rows(snapshot: Snapshot, period: Period, money: pd.DataFrame, advised: Sequence[Action]) -> tuple[Row, ...]:
    lights = health.lights(snapshot)
    targets = reports.targets_met(snapshot, grain=period.grain, first=period.first, last=period.last)
    opened = pd.Series([one.model for one in alerts.open_alerts(snapshot)], dtype=object).value_counts()
    firsts = {one.model: one for one in sorted(advised, key=lambda one: -one.position)}
    before = _before(period)
    now, then = _by_model(money, period.first, period.last), _by_model(money, *before)
    rows = [
        _row(model.name, model.title, now.get(model.name), then.get(model.name), targets.get(model.name),
             lights[model.name].light if model.name in lights else "no data", int(opened.get(model.name, 0)),
             firsts.get(model.name))
        for model in models.overview(snapshot)
    ]  # fmt: skip
    return tuple(sorted(rows, key=lambda row: row.order))


def _before(period: Period) -> tuple[date, date]:
    """The days of the period of the same length before."""
    found = spanning(period.length, period.first - timedelta(1))
    return found.first, found.last


def _by_model(money: pd.DataFrame, first: date, last: date) -> dict[str, dict[str, Any]]:
    days = pd.to_datetime(money["period_start"])
    own = money[(days >= pd.Timestamp(first)) & (days <= pd.Timestamp(last))]
    of: Any = net_of(own)[["net", "decisions", "labelled"]].to_dict("index")
    return {str(model): {**row, "net": None if pd.isna(row["net"]) else float(row["net"])} for model, row in of.items()}


def _row(model: str, title: str, now: dict[str, Any] | None, then: dict[str, Any] | None, targets: Met | None,
         light: str, alerts: int, first: Action | None) -> Row:  # fmt: skip
    own = now or {"net": None, "decisions": 0, "labelled": 0}
    return Row(model, title, own["net"], then["net"] if then else None, own["net"] is not None, own["decisions"],
               own["labelled"], targets, light, alerts, first)  # fmt: skip
