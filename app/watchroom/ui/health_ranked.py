"""The features of a window ranked by what their drift may cost: how far, how heavy in the model, how much money."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from watchroom.domain.outcomes import Cells, Errors, floats, texts, whole
from watchroom.domain.vocabulary import OWN_SIGNALS
from watchroom.store.queries import windows
from watchroom.ui.health_subject import Subject, Window, spec_of
from watchroom.ui.health_window import compared
from watchroom.ui.room import ask, drawn
from watchroom.workspace.model_file import ModelSpec
from watchroom.workspace.money import ErrorValue, OutcomeValue


@dataclass(frozen=True)
class Ranked:
    """The ranking: `table` is that of the window with money, weight and reading; `notes` say what is not known of it.

    Money and weight are NaN where unknown.
    """

    table: pd.DataFrame
    against: str
    n: int
    notes: tuple[str, ...]


def ranked(subject: Subject, window: Window, against: str) -> Ranked:
    """The ranking of a window; made once for everybody."""
    return drawn(
        _ranked, model=subject.model.name, version=subject.version, first=window.first, last=window.last,
        against=against,
    )  # fmt: skip


def _ranked(*, model: str, version: int, first: date, last: date, against: str) -> Ranked:
    found = compared(model=model, version=version, first=first, last=last, against=against)
    table = found.table[~found.table["feature"].isin(OWN_SIGNALS)].reset_index(drop=True)
    stake, unknown = _stake(model, version)
    table = table.assign(money=table["moved"] * table["n"] * stake, weight=np.nan, reading="")
    return Ranked(table, found.against, found.n, (unknown, *NOTES))


NOTES = ()


def _stake(model: str, version: int) -> tuple[float, str]:
    """The mean stake of a decision, and why it is not known; it is NaN then."""
    spec = spec_of(model)
    if isinstance(spec, ModelSpec) and isinstance(spec.value, OutcomeValue):
        found = stake_of_outcomes(spec.value, ask(windows.cells, model=model, version=version))
    elif isinstance(spec, ModelSpec) and isinstance(spec.value, ErrorValue):
        found = stake_of_errors(spec.value, ask(windows.errors, model=model, version=version))
    else:
        return float("nan"), "Money is unknown: the model's file has no `value`."
    if np.isnan(found):
        return found, "Money is unknown: `value` leaves out an amount, or the reference has no outcomes."
    return found, ""


def stake_of_outcomes(value: OutcomeValue, reference: Cells) -> float:
    """What lies between deciding rightly and wrongly, as a mean over the reference's outcomes; NaN where unknown."""
    amounts = (value.true_positive, value.false_negative, value.true_negative, value.false_positive)
    if any(amount is None for amount in amounts):
        return float("nan")
    hit, missed, left, alarm = (float(amount) for amount in amounts if amount is not None)
    n, outcome = whole(reference.n), texts(reference.outcome)
    positive, negative = int(n[outcome == "1"].sum()), int(n[outcome == "0"].sum())
    if not positive + negative:
        return float("nan")
    return (positive * abs(hit - missed) + negative * abs(left - alarm)) / (positive + negative)


def stake_of_errors(value: ErrorValue, reference: Errors) -> float:
    """What the errors of a decision cost on average in the reference; NaN where unknown."""
    over, under, n = value.per_unit_error.over, value.per_unit_error.under, int(whole(reference.n).sum())
    if over is None or under is None or not n:
        return float("nan")
    cost = abs(over) * floats(reference.over_sum).sum() + abs(under) * floats(reference.under_sum).sum()
    return float(cost) / n
