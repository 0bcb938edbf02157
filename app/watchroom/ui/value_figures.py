"""A model's money by one set of assumptions: those of its file, as the refresh worked them out, or those of a scenario.

A scenario is worked out here and now, from the counts of days that the snapshot keeps, by the same definitions.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from watchroom.domain.periods import Whole
from watchroom.domain.value import (
    Assumptions,
    Baseline,
    Counts,
    Service,
    assumptions_of,
    constantly,
    foretold,
    last_days,
    money,
    paid_back_on,
    service,
)
from watchroom.domain.worth import OUTCOMES, ErrorWorth, OutcomeWorth
from watchroom.store.queries import value as queries
from watchroom.store.queries.models import Model
from watchroom.store.queries.value import Answer, Runway
from watchroom.ui.health_subject import spec_of
from watchroom.ui.room import ask, drawn, reading
from watchroom.ui.workspace import facts
from watchroom.workspace.model_file import ModelSpec

Change = float | str | None
Changes = tuple[tuple[str, Change], ...]
"""What a scenario assumes otherwise than the file, by field: a number, None for unknown, or the name of a baseline."""

OUTCOME_FIELDS = tuple(one.field for one in OUTCOMES)
ERROR_FIELDS = ("over", "under")
COST_FIELDS = ("run_cost_per_month", "build_cost")
BASELINE = "baseline"


@dataclass(frozen=True)
class Figures:
    """A model with its file, the assumptions that hold, and those of the file; the same without `changes`."""

    model: Model
    spec: ModelSpec
    assumed: Assumptions
    given: Assumptions
    changes: Changes
    today: date
    currency: str

    @property
    def scenario(self) -> bool:
        """Whether these are not the figures of the file."""
        return bool(self.changes)

    @property
    def key(self) -> dict[str, Hashable]:
        """What the figures depend on, for what is drawn of them."""
        return {"model": self.model.name, "changes": self.changes}

    def by(self, grain: Whole) -> pd.DataFrame:
        """The days, weeks or months, the oldest first, as `queries.periods`."""
        if not self.scenario:
            return ask(queries.periods, model=self.model.name, grain=grain)
        return drawn(_periods, model=self.model.name, changes=self.changes, grain=grain)

    @property
    def answer(self) -> Answer | None:
        """What it earned; None when no day of it has been worked out."""
        if not self.scenario:
            return ask(queries.answer, model=self.model.name)
        return drawn(_answer, model=self.model.name, changes=self.changes)

    @property
    def foretold(self) -> date | None:
        """When the trend of its weeks has paid back what building cost; None for not within two years, or unknown."""
        found, line = self.answer, self._line
        if found is None or line is None:
            return None
        return foretold(found.so_far, line.net_per_month, line.net_slope)

    @property
    def trend(self) -> bool:
        """Whether the trend of its weeks is known, so that something can be foretold."""
        line = self._line
        return line is not None and line.net_per_month is not None

    @property
    def _line(self) -> Runway | None:
        """The runway by the file; of a scenario none is worked out."""
        return None if self.scenario else ask(queries.runway, model=self.model.name)


def figures_of(model: Model, changes: Changes = (), *, blank: bool = False) -> Figures | None:
    """The figures of a model under some changes; None without a file that says anything of money.

    With `blank` a file that says nothing of it has unknown ones.
    """
    spec = spec_of(model.name)
    given = _given(spec, blank=blank)
    if spec is None or given is None:
        return None
    with reading() as snapshot:
        today = snapshot.day
    return Figures(model, spec, changed(given, changes), given, changes, today, facts().currency)


def _given(spec: ModelSpec | None, *, blank: bool = False) -> Assumptions | None:
    """The assumptions of the file; where it gives costs alone the worth of a decision is unknown, and may be tried."""
    given = assumptions_of(spec.value.model_dump()) if spec is not None and spec.value is not None else None
    given = Assumptions() if given is None and blank else given
    if spec is None or given is None or given.terms is not None:
        return given
    unknown = OutcomeWorth() if spec.task == "binary" else ErrorWorth() if spec.task == "regression" else None
    return replace(given, terms=unknown)


def changed(given: Assumptions, changes: Changes) -> Assumptions:
    """The assumptions with some of them otherwise; a field that does not fit them is left out."""
    found = given
    for name, value in changes:
        if name == BASELINE:
            found = replace(found, baseline=_baseline(given, str(value)))
        elif name in COST_FIELDS:
            found = replace(found, **{name: value})  # type: ignore[arg-type]
        elif name in terms_fields(given):
            found = replace(found, terms=replace(found.terms, **{name: value}))  # type: ignore[type-var]
    return found


def _baseline(given: Assumptions, choice: str) -> Baseline | None:
    if choice == "none":
        return None
    return Baseline(naive=choice) if choice in ("all_negative", "all_positive") else given.baseline  # type: ignore[arg-type]


def terms_fields(assumed: Assumptions) -> tuple[str, ...]:
    """The fields that say what a decision is worth; none for costs alone."""
    match assumed.terms:
        case OutcomeWorth():
            return OUTCOME_FIELDS
        case ErrorWorth():
            return ERROR_FIELDS
        case _:
            return ()


def figure_of(assumed: Assumptions, name: str) -> float | None:
    """One of the assumptions, by its field; None is unknown."""
    value = getattr(assumed if name in COST_FIELDS else assumed.terms, name)
    return None if value is None else float(value)


def served(*, model: str) -> Service:
    """What the model did by day, from the counts in the snapshot."""
    days = ask(queries.periods, model=model, grain="day")[["period_start", "decisions", "labelled"]]
    given = days.rename(columns={"period_start": "day"}).assign(share=1.0)
    return service(ask(queries.counts, model=model), given)


def against(found: Service, baseline: Baseline | None, given: Baseline | None) -> Service:
    """The same decisions against a baseline: the file's as it was counted, or one that follows from the outcomes."""
    if baseline is None or baseline == given or baseline.naive not in ("all_negative", "all_positive"):
        return found
    return replace(
        found,
        realized_without=_always(found.realized, baseline.naive == "all_positive"),
        estimated_without=_always(found.estimated, baseline.naive == "all_positive"),
    )


def _always(own: Counts, positive: bool) -> Counts:
    """The counts if every decision had been the same; those of errors stay as they are."""
    return Counts(own.n, constantly(own.parts, positive)) if own.parts.shape[1] == len(OUTCOME_FIELDS) else own


def _periods(*, model: str, changes: Changes, grain: Whole) -> pd.DataFrame:
    spec = spec_of(model)
    given = _given(spec)
    assert given is not None, "a scenario changes assumptions, so there are some"
    assumed = changed(given, changes)
    return table(against(drawn(served, model=model), assumed.baseline, given.baseline), assumed, grain)


def _answer(*, model: str, changes: Changes) -> Answer | None:
    given = _given(spec_of(model))
    assert given is not None, "a scenario changes assumptions, so there are some"
    months, days = (drawn(_periods, model=model, changes=changes, grain=grain) for grain in ("month", "day"))
    with reading() as snapshot:
        return answer_of(model, months, days, changed(given, changes), snapshot.day)


def table(of: Service, assumed: Assumptions, grain: Whole) -> pd.DataFrame:
    """The money of each period, with the columns of `queries.periods`."""
    by = of.by(grain)
    found = money(assumed, by)
    columns = {
        "period_start": _dates(by.first),
        "period_end": _dates(last_days(by.first, grain)),
        "decisions": by.decisions.astype(np.int64),
        "labelled": by.labelled.astype(np.int64),
    }
    names = ("worth", "baseline_worth", "benefit", "estimated_benefit", "run_cost", "net")
    return pd.DataFrame({**columns, **{name: getattr(found, name) for name in names}})


def _dates(days: Any) -> list[date]:
    found: list[date] = days.astype("datetime64[D]").tolist()
    return found


def answer_of(model: str, months: pd.DataFrame, days: pd.DataFrame, assumed: Assumptions, today: date) -> Answer | None:
    """The answer from the money of months and days, as `queries.answer` reads it."""
    if months.empty:
        return None
    ends = pd.to_datetime(months["period_end"]).dt.date
    over = ends < today
    place = int(np.flatnonzero(over)[-1]) if over.any() else len(months) - 1
    row, before = months.iloc[place], months.iloc[place - 1] if place else None
    follows = before is not None and (_day(row["period_start"]) - _day(before["period_end"])).days == 1
    net = days["net"].to_numpy(np.float64)
    running = np.cumsum(np.nan_to_num(net))
    at = np.array(pd.to_datetime(days["period_start"]).to_numpy(), dtype="datetime64[D]")
    known = bool(np.isfinite(net).any())
    return Answer(
        model=model,
        period_start=_day(row["period_start"]),
        period_end=_day(row["period_end"]),
        over=bool(over.iloc[place]),
        decisions=int(row["decisions"]),
        labelled=int(row["labelled"]),
        benefit=_known(row["benefit"]),
        estimated_benefit=_known(row["estimated_benefit"]),
        run_cost=_known(row["run_cost"]),
        net=_known(row["net"]),
        net_before=_known(before["net"]) if before is not None and follows else None,
        first_day=_day(days["period_start"].iloc[0]),
        last_day=_day(days["period_start"].iloc[-1]),
        running_net=float(running[-1]) if known else None,
        build_cost=assumed.build_cost,
        paid_back_on=paid_back_on(at, running, assumed.build_cost) if known else None,
        ever_known=bool(days[["benefit", "estimated_benefit"]].notna().any(axis=None)),
        worth=_known(row["worth"]),
    )


def _day(moment: Any) -> date:
    found: date = pd.Timestamp(moment).date()
    return found


def _known(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)
