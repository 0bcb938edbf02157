"""What a model is worth: money from counts of decisions, against what would be done without it, less what it costs.

Counts add up over days and money does not have to be kept: other assumptions are other figures for the same counts. All
is arrays over days or periods, NaN is unknown, never 0; every definition stands in docs/value.md.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from watchroom.domain.lines import HORIZON_DAYS, SLOPE_DAYS
from watchroom.domain.periods import Whole
from watchroom.domain.vocabulary import NaiveBaseline
from watchroom.domain.witness import BRIDGED_DAYS
from watchroom.domain.worth import OUTCOMES, ErrorWorth, OutcomeWorth, Terms, terms_of

Floats = NDArray[np.float64]
Days = NDArray[np.datetime64]

OF_OUTCOMES = tuple(one.count for one in OUTCOMES)
OF_ERRORS = ("over_sum", "under_sum")
"""The counts of the table `value_counts`: those of a binary model, those of a regression."""

LEAST_COVERED = 0.5
"""Of a period's decisions so many must have an answer without the model, or the period has none: the others are taken
to be like them, and of less than half nobody would believe that."""


MOST_MONEY = 1e15
"""More than all money there is: what comes to more, or to no number, rests on predictions that are none."""


@dataclass(frozen=True)
class Baseline:
    """What would be done without the model: one of the three is given."""

    naive: NaiveBaseline | None = None
    constant: float | None = None
    column: str | None = None


@dataclass(frozen=True)
class Assumptions:
    """The `value` of a model's file; what it does not say is None. Money in the workspace's currency."""

    terms: Terms | None = None
    run_cost_per_month: float | None = None
    build_cost: float | None = None
    baseline: Baseline | None = None


def assumptions_of(value: Mapping[str, Any] | None) -> Assumptions | None:
    """The assumptions in the `value` of a model's file, as a mapping of its fields; None where it says nothing."""
    if not value:
        return None
    given = value.get("baseline") or {}
    named = {one.name: given[one.name] for one in fields(Baseline) if given.get(one.name) is not None}
    return Assumptions(
        terms_of(value), value.get("run_cost_per_month"), value.get("build_cost"), Baseline(**named) if named else None
    )


@dataclass(frozen=True)
class Counts:
    """Decisions by day or period: `n` of them; `parts`, a row for each, has tp, fp, fn, tn or over_sum, under_sum."""

    n: Floats
    parts: Floats

    def summed(self, starts: NDArray[np.intp]) -> Counts:
        """The sums of the rows from each start to the next; there is at least one."""
        with np.errstate(over="ignore", invalid="ignore"):
            return Counts(np.add.reduceat(self.n, starts), np.add.reduceat(self.parts, starts))


@dataclass(frozen=True)
class Service:
    """What a model or a version did by day or period, the oldest first.

    `first` is the first day of each. `realized` are the decisions with an outcome, `estimated` those without, the two
    `without` what would have been done about the same decisions without the model. `months` is the share of a month's
    running costs that falls on it: 1 / 30 for a day of June in service.
    """

    first: Days
    decisions: Floats
    labelled: Floats
    realized: Counts
    realized_without: Counts
    estimated: Counts
    estimated_without: Counts
    months: Floats

    def by(self, grain: Whole) -> Service:
        """The same by week (from Monday) or month; periods without any row are left out."""
        if grain == "day" or not self.first.size:
            return self
        firsts = first_days(self.first, grain)
        starts = np.flatnonzero(np.concatenate([[True], firsts[1:] != firsts[:-1]]))
        return Service(
            first=firsts[starts],
            decisions=np.add.reduceat(self.decisions, starts),
            labelled=np.add.reduceat(self.labelled, starts),
            months=np.add.reduceat(self.months, starts),
            **{name: getattr(self, name).summed(starts) for name in _BLOCKS},
        )


_BLOCKS = ("realized", "realized_without", "estimated", "estimated_without")
_BLOCK_OF = dict(
    zip(
        (("model", "realized"), ("baseline", "realized"), ("model", "estimated"), ("baseline", "estimated")),
        _BLOCKS,
        strict=True,
    )
)


def first_days(days: Days, grain: Whole) -> Days:
    """The first day of the period that holds each day."""
    if grain == "week":  # the first day of all, 1 January 1970, was a Thursday
        return np.asarray(days - ((days.astype("datetime64[D]").astype(np.int64) + 3) % 7).astype("timedelta64[D]"))
    return days.astype("datetime64[M]").astype("datetime64[D]") if grain == "month" else days


def last_days(firsts: Days, grain: Whole) -> Days:
    """The last day of the period that begins on each day."""
    if grain == "month":
        return np.asarray((firsts.astype("datetime64[M]") + 1).astype("datetime64[D]") - np.timedelta64(1, "D"))
    return np.asarray(firsts + np.timedelta64(6, "D")) if grain == "week" else firsts


def service(counts: pd.DataFrame, days: pd.DataFrame) -> Service:
    """What a model or a version did by day, from rows of `value_counts` and its days.

    `counts` has day, who, kind, n and the counts (summed where several rows have the same day, who and kind); `days`
    has day, decisions, labelled and, if days are in service, `share`: of the day's running cost, 1 for a model.
    Silences of at most `BRIDGED_DAYS` days between days in service are in service too, without decisions.
    """
    given = days.groupby("day", sort=True)[[name for name in ("decisions", "labelled", "share") if name in days]].sum()
    own = _days(given.index)
    shares = given["share"].to_numpy(np.float64) if "share" in given else np.zeros(own.size)
    every, months = _bridged(own, shares)
    place = np.searchsorted(every, own)
    columns = [name for name in (*OF_OUTCOMES, *OF_ERRORS) if name in counts and counts[name].notna().any()]
    blocks = {name: Counts(np.zeros(every.size), np.zeros((every.size, len(columns)))) for name in _BLOCKS}
    for key, rows in counts.groupby(["who", "kind"]):
        block, at = blocks[_BLOCK_OF[key]], np.searchsorted(every, _days(rows["day"]))  # type: ignore[index]
        np.add.at(block.n, at, rows["n"].to_numpy(np.float64))
        np.add.at(block.parts, at, rows[columns].fillna(0).to_numpy(np.float64))
    return Service(
        first=every,
        decisions=_at(place, given["decisions"], every.size),
        labelled=_at(place, given["labelled"], every.size),
        months=months,
        **blocks,
    )


def _days(values: Any) -> Days:
    return np.asarray(values, dtype="datetime64[D]")


def _at(place: NDArray[np.intp], values: pd.Series[Any], size: int) -> Floats:
    found = np.zeros(size)
    found[place] = values.to_numpy(np.float64)
    return found


def _bridged(days: Days, shares: Floats) -> tuple[Days, Floats]:
    """The days with the short silences between those in service filled, and the months of running cost on each."""
    served = days[shares > 0]
    gaps = np.diff(served).astype(np.int64)
    short = np.flatnonzero((gaps > 1) & (gaps <= BRIDGED_DAYS + 1))
    silent = [served[i] + np.arange(1, gaps[i]).astype("timedelta64[D]") for i in short]
    every = np.unique(np.concatenate([days, *silent])) if silent else days
    held = np.zeros(every.size)
    held[np.searchsorted(every, days)] = shares
    for i, bridge in zip(short, silent, strict=True):
        held[np.searchsorted(every, bridge)] = held[np.searchsorted(every, served[i])]
    month = every.astype("datetime64[M]")
    length = ((month + 1).astype("datetime64[D]") - month.astype("datetime64[D]")).astype(np.float64)
    return every, held / length


@dataclass(frozen=True)
class Money:
    """Money by day or period, as in the table `value`; NaN is unknown.

    `beyond` says of which it is unknown because it came to no number, or to more than `MOST_MONEY`.
    """

    worth: Floats
    baseline_worth: Floats
    benefit: Floats
    estimated_benefit: Floats
    run_cost: Floats
    net: Floats
    beyond: NDArray[np.bool_]

    @property
    def running_net(self) -> Floats:
        """The net of each and all before it; what is unknown counts nothing."""
        return np.cumsum(np.nan_to_num(self.net))


def money(assumed: Assumptions, of: Service) -> Money:
    """The money of each day or period under these assumptions."""
    worth, without = _both(assumed, of.realized, of.realized_without)
    estimated, estimated_without = _both(assumed, of.estimated, of.estimated_without)
    cost = np.full(of.months.size, np.nan)
    if assumed.run_cost_per_month is not None:
        cost = np.where(of.months > 0, assumed.run_cost_per_month * of.months, np.nan)
    every = (worth, without, estimated, estimated_without, cost)
    beyond = np.any([np.abs(one) > MOST_MONEY for one in every], axis=0)
    worth, without, estimated, estimated_without, cost = (bounded(one) for one in every)
    benefit, guessed = _less(assumed, worth, without), _less(assumed, estimated, estimated_without)
    net = np.where(np.abs(every[-1]) > MOST_MONEY, np.nan, _net(of, benefit, guessed, cost))
    return Money(worth, without, benefit, guessed, cost, net, beyond)


def _both(assumed: Assumptions, own: Counts, without: Counts) -> tuple[Floats, Floats]:
    return worth_of(assumed.terms, own), _without(assumed, own, without)


def bounded(amounts: ArrayLike) -> Floats:
    """The amounts, NaN for those that are no number or more than `MOST_MONEY` either way."""
    given = np.asarray(amounts, np.float64)
    return np.where(np.abs(given) <= MOST_MONEY, given, np.nan)


def _less(assumed: Assumptions, worth: Floats, without: Floats) -> Floats:
    return worth if assumed.baseline is None else worth - without


def _net(of: Service, benefit: Floats, guessed: Floats, cost: Floats) -> Floats:
    """Unknown when nothing is known at all, or when there are outcomes and nobody knows what they are worth."""
    known = ~(np.isnan(benefit) & np.isnan(guessed) & np.isnan(cost)) & ~((of.realized.n > 0) & np.isnan(benefit))
    return np.where(known, np.nan_to_num(benefit) + np.nan_to_num(guessed) - np.nan_to_num(cost), np.nan)


def worth_of(terms: Terms | None, counts: Counts) -> Floats:
    """What the counted decisions are worth: each count times its figure.

    NaN where there are no decisions, and where a kind that has decisions has no figure; infinite where a count is.
    """
    figures = _figures(terms)
    if figures is None or figures.size != counts.parts.shape[1]:
        return np.full(counts.n.size, np.nan)
    given = ~np.isnan(figures)
    lacking = (counts.parts[:, ~given] > 0).any(axis=1)
    with np.errstate(over="ignore", invalid="ignore"):
        found = counts.parts[:, given] @ figures[given]
    found = np.where(np.isfinite(counts.parts).all(axis=1) & np.isfinite(found), found, np.inf)
    return np.where((counts.n > 0) & ~lacking, found, np.nan)


def _figures(terms: Terms | None) -> Floats | None:
    named: tuple[float | None, ...]
    match terms:
        case OutcomeWorth():
            named = (terms.true_positive, terms.false_positive, terms.false_negative, terms.true_negative)
        case ErrorWorth():
            named = (terms.over, terms.under)
        case _:
            return None
    return np.array([math.nan if one is None else one for one in named])


def _without(assumed: Assumptions, own: Counts, without: Counts) -> Floats:
    """What the decisions `own` would have been worth without the model, by those of them of which that is told."""
    if assumed.baseline is None:
        return np.full(own.n.size, np.nan)
    told = worth_of(assumed.terms, without)
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        return np.where(without.n >= LEAST_COVERED * own.n, told * (own.n / without.n), np.nan)


@dataclass(frozen=True)
class Total:
    """The sum of those of some amounts that are known, None when none is; `known` of `of` amounts are in it."""

    amount: float | None
    known: int
    of: int

    @property
    def unknown(self) -> int:
        """How many of them are not in the sum."""
        return self.of - self.known

    @property
    def whole(self) -> float | None:
        """The sum where every one of them is known; None otherwise."""
        return None if self.unknown else self.amount


def total(amounts: Iterable[float | None]) -> Total:
    """What some amounts come to together; None and NaN are unknown, and no 0."""
    given = list(amounts)
    known = [float(one) for one in given if one is not None and not pd.isna(one)]
    return Total(math.fsum(known) if known else None, len(known), len(given))


def net_of(months: pd.DataFrame) -> pd.DataFrame:
    """Each model's money over all the months (or weeks) given, by its name; rows are as in the table `value`.

    The columns are decisions, labelled, benefit, estimated_benefit, run_cost, net. NaN is unknown: a part that is of no
    month, the net where it is unknown of any month or where nothing is known of what the decisions brought in any.
    """
    parts = ["benefit", "estimated_benefit", "run_cost", "net"]
    given = months.astype(dict.fromkeys(parts, np.float64)).groupby("model")
    found = given[parts].sum(min_count=1)
    whole = given["net"].count() == given.size()
    found["net"] = found["net"].where(whole & found[["benefit", "estimated_benefit"]].notna().any(axis=1))
    counts = ["decisions", "labelled"]
    return found.join(given[counts].sum().astype(np.int64))


def paid_back_on(days: Days, running_net: ArrayLike, build_cost: float | None) -> date | None:
    """The day from which on the running net of the days has been at least the build cost; None when it is not now.

    `days` in order, each with the running net at its end. Without a build cost there is nothing to be paid back.
    """
    running = np.asarray(running_net, np.float64)
    if build_cost is None or not running.size or running[-1] < build_cost:
        return None
    below = np.flatnonzero(running < build_cost)
    found: date = days[below[-1] + 1 if below.size else 0].astype("datetime64[D]").item()
    return found


def will_pay_back_on(
    last: date, running_net: float, build_cost: float, net_per_month: float, net_slope: float = 0.0
) -> date | None:
    """The day on which the running net reaches the build cost if it goes on by the line of the runway.

    `net_per_month` is the net of thirty days on the day `last`, `net_slope` its change in thirty days. None when it
    does not within `HORIZON_DAYS`.
    """
    ahead = np.arange(1, HORIZON_DAYS + 1)
    reached = running_net + ahead * net_per_month / SLOPE_DAYS + net_slope * ahead**2 / (2 * SLOPE_DAYS**2)
    there = np.flatnonzero(reached >= build_cost)
    return date.fromordinal(last.toordinal() + int(ahead[there[0]])) if there.size else None


@dataclass(frozen=True)
class PaidSoFar:
    """How much of what building a model cost it has brought up to its last day, and since when all; None is unknown."""

    last_day: date
    running_net: float | None
    build_cost: float | None
    paid_back_on: date | None


def foretold(so_far: PaidSoFar, net_per_month: float | None, net_slope: float | None) -> date | None:
    """The day on which a model will have paid back by the line of its runway, as `will_pay_back_on` finds it.

    None when it has already, when there is nothing to be paid back, or when a part of it is unknown; an unknown slope
    is none.
    """
    if so_far.paid_back_on is not None or not so_far.build_cost:
        return None
    if so_far.running_net is None or net_per_month is None:
        return None
    return will_pay_back_on(so_far.last_day, so_far.running_net, so_far.build_cost, net_per_month, net_slope or 0.0)


def constantly(parts: Floats, positive: ArrayLike) -> Floats:
    """Counts tp, fp, fn, tn in rows as they would be had each decision of a row been positive, or negative.

    Who is positive does not depend on who decides. `positive` is of each row, or of all.
    """
    tp, fp, fn, tn = parts.T
    yes, no = np.asarray(positive, dtype=bool), np.zeros(len(parts))
    are, are_not = tp + fn, fp + tn
    return np.column_stack(
        [np.where(yes, are, no), np.where(yes, are_not, no), np.where(yes, no, are), np.where(yes, no, are_not)]
    )
