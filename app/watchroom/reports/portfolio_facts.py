"""The portfolio for a choice of teams, trades, tiers and a quarter: what page and report alike say of it.

Made from the readers' rows alone, with nothing read here. Money in the workspace's currency; days are UTC days.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd

from watchroom.domain.delivery import Delivery, Quarter, Spread, delivery, months, quarters, spread
from watchroom.domain.funnel import Step, steps
from watchroom.domain.value import Total, net_of, total
from watchroom.store.queries.portfolio import Project, Release, Seen, Waiting

TREND_QUARTERS = 8
"""Two years: as much as anybody compares with."""

UNKNOWN = "unknown"
"""The choice of those whose team, trade or tier is not known."""


@dataclass(frozen=True)
class Choice:
    """What is looked at. Empty for all; `quarter` is None for all time; `model` narrows it to one."""

    teams: tuple[str, ...] = ()
    trades: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()
    quarter: Quarter | None = None
    model: str | None = None

    def takes(self, one: Project) -> bool:
        """Whether a project is among those chosen, whenever it was begun."""
        asked = ((self.teams, one.team), (self.trades, one.trade), (self.tiers, one.tier))
        mine = self.model is None or (one.kind == "model" and one.name == self.model)
        return mine and all(not wanted or (value or UNKNOWN) in wanted for wanted, value in asked)


@dataclass(frozen=True)
class Rows:
    """What the readers of the portfolio gave, all of it. `today` is the snapshot's day, `now` its time (UTC)."""

    projects: tuple[Project, ...]
    releases: tuple[Release, ...]
    reviews: tuple[Waiting, ...]
    money: pd.DataFrame
    work: pd.DataFrame
    seen: Seen
    today: date
    now: datetime


@dataclass(frozen=True)
class Earned:
    """What models earned together from one day to another; None for unknown.

    All is of the `models` whose net is known of the whole time; of `unknown` others it is not. `net` is `benefit`, of
    which `estimated` is, less `run_cost`, which is known of `costed` of them. `over` is False when it goes up to today.
    `losing` are those whose net is below zero, the worst first.
    """

    first: date
    last: date
    over: bool
    net: float | None
    benefit: float | None
    estimated: float
    run_cost: float | None
    costed: int
    models: int
    unknown: int
    losing: tuple[str, ...]


@dataclass(frozen=True)
class Facts:
    """What is chosen of the portfolio. `projects` were begun in the quarter; all else happened in it."""

    choice: Choice
    projects: tuple[Project, ...]
    funnel: tuple[Step, ...]
    releases: tuple[Release, ...]
    delivery: Delivery
    waited: Spread
    waiting: tuple[Waiting, ...]
    money: pd.DataFrame
    earned: Earned | None
    work: pd.DataFrame
    models: frozenset[str]

    def reached(self, stage: str) -> int:
        """How many of the projects came at least as far."""
        return next(step.reached for step in self.funnel if step.stage == stage)

    @property
    def undated(self) -> int:
        """Releases of which it is not known when they were."""
        return sum(not one.dated for one in self.releases)

    @property
    def rollbacks(self) -> int:
        """Releases that went back to an older version."""
        return sum(one.is_rollback for one in self.releases)


def facts(rows: Rows, choice: Choice) -> Facts:
    """The portfolio for a choice."""
    taken = [one for one in rows.projects if choice.takes(one)]
    models = frozenset(one.name for one in taken if one.kind == "model")
    quarter = choice.quarter
    within = _within(quarter)
    cohort = tuple(one for one in taken if within(one.started_at))
    released = tuple(one for one in rows.releases if one.model in models and within(one.at))
    reviews = [one for one in rows.reviews if one.wait.model in models]
    money = _of(rows.money, "model", models, "period_start", quarter)
    experiments = frozenset(one.experiment_id for one in taken if one.kind == "experiment")
    work = rows.work[rows.work["model"].isin(models) | rows.work["experiment_id"].isin(experiments)]
    over = [one.wait.hours(rows.now) for one in reviews if one.wait.until is not None and within(one.wait.until)]
    return Facts(
        choice=choice,
        projects=cohort,
        funnel=steps([one.reached for one in cohort]),
        releases=released,
        delivery=_delivery(released, rows, quarter),
        waited=spread(over),
        waiting=tuple(one for one in reviews if one.wait.until is None and one.matters),
        money=money,
        earned=earned(money, rows.today, whole=quarter is not None),
        work=_of(work, None, None, "month", quarter),
        models=models,
    )


def _within(quarter: Quarter | None) -> Callable[[datetime | None], bool]:
    return (lambda moment: True) if quarter is None else quarter.holds


def _of(
    found: pd.DataFrame, column: str | None, kept: frozenset[str] | None, day: str, quarter: Quarter | None
) -> pd.DataFrame:
    if column is not None and kept is not None:
        found = found[found[column].isin(kept)]
    if quarter is not None and len(found):
        days = pd.to_datetime(found[day])
        found = found[(days >= pd.Timestamp(quarter.first)) & (days < pd.Timestamp(quarter.after))]
    return found


def _delivery(released: Sequence[Release], rows: Rows, quarter: Quarter | None) -> Delivery:
    first = date.min if quarter is None else quarter.first
    last = rows.today if quarter is None else min(quarter.last, rows.today)
    return delivery([one.change for one in released if one.is_change], months(first, last, rows.seen.since))


def earned(money: pd.DataFrame, today: date, *, whole: bool) -> Earned | None:
    """What was earned in the last month that is over; with `whole` in all months given. None without any.

    Nothing is told before anything is known of what decisions brought: costs alone are no answer.
    """
    told = money[money["benefit"].notna() | money["estimated_benefit"].notna()]
    if told.empty:
        return None
    if not whole:
        ended = told[pd.to_datetime(told["period_end"]) < pd.Timestamp(today)]
        month = (ended if len(ended) else told)["period_start"].max()
        money = money[money["period_start"] == month]
    last = _day(money["period_end"].max())
    of = net_of(money)
    net, known = total(of["net"]), of[of["net"].notna()]
    costs = total(known["run_cost"])
    return Earned(
        first=_day(money["period_start"].min()),
        last=min(last, today),
        over=last < today,
        net=net.amount,
        benefit=total(known[["benefit", "estimated_benefit"]].to_numpy().ravel()).amount,
        estimated=total(known["estimated_benefit"]).amount or 0.0,
        run_cost=costs.amount,
        costed=costs.known,
        models=net.known,
        unknown=net.unknown,
        losing=tuple(str(name) for name in known["net"].sort_values().index[: int((known["net"] < 0).sum())]),
    )


def _day(moment: object) -> date:
    found: date = pd.Timestamp(moment).date()  # type: ignore[arg-type]
    return found


@dataclass(frozen=True)
class QuarterFacts:
    """The main figures of a quarter; None for unknown, as before anything was seen. `net` is of the models."""

    quarter: Quarter
    over: bool
    begun: int
    in_service: int
    perhaps: int
    delivery: Delivery | None
    waited: Spread
    net: Total


def trend(rows: Rows, choice: Choice) -> tuple[QuarterFacts, ...]:
    """The main figures by quarter, the oldest first, up to the running one; the chosen quarter plays no part.

    `in_service` counts the projects that came into service for the first time, `perhaps` those that were seen there
    first in the quarter, and may have been for any time.
    """
    taken = [one for one in rows.projects if choice.takes(one)]
    models = frozenset(one.name for one in taken if one.kind == "model")
    released = [one for one in rows.releases if one.model in models]
    reviews = [one.wait for one in rows.reviews if one.wait.model in models]
    money = rows.money[rows.money["model"].isin(models)]
    begun = [one.started_at.date() for one in taken if one.started_at is not None]
    first = min([*begun, rows.seen.since or rows.today])
    first_releases = {one.model: one for one in released}  # the newest stand first: the oldest is kept
    return tuple(
        QuarterFacts(
            quarter=one,
            over=one.after <= rows.today,
            begun=sum(map(one.holds, begun)),
            in_service=sum(release.dated and one.holds(release.at) for release in first_releases.values()),
            perhaps=sum(not release.dated and one.holds(release.at) for release in first_releases.values()),
            delivery=_quarter_delivery(released, rows, one),
            waited=spread(wait.hours(rows.now) for wait in reviews if one.holds(wait.until)),
            net=_net(money, one),
        )
        for one in quarters(first, rows.today, TREND_QUARTERS)
    )


def _quarter_delivery(released: Sequence[Release], rows: Rows, quarter: Quarter) -> Delivery | None:
    if rows.seen.since is None or quarter.after <= rows.seen.since:
        return None
    return _delivery([one for one in released if quarter.holds(one.at)], rows, quarter)


def _net(money: pd.DataFrame, quarter: Quarter) -> Total:
    return total(net_of(_of(money, None, None, "period_start", quarter))["net"])


def quarters_of(rows: Rows) -> tuple[Quarter, ...]:
    """The quarters that can be chosen: every one in which anything happened or was begun, the newest first."""
    days = [one.started_at.date() for one in rows.projects if one.started_at is not None]
    days += [one.at.date() for one in rows.releases]
    found = quarters(min(days, default=rows.today), rows.today, most=80)
    return tuple(reversed(found))
