"""The features of a window ranked by what their drift may cost: how far, how heavy in the model, how much money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from watchroom.domain.outcomes import Cells, Errors, floats, texts, whole
from watchroom.domain.root_cause import Suspect, rank
from watchroom.domain.vocabulary import OWN_SIGNALS
from watchroom.store.queries import explanations, windows
from watchroom.ui.health_subject import Subject, Window, spec_of
from watchroom.ui.health_window import compared
from watchroom.ui.room import ask, drawn
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
    table = found.table[~found.table["feature"].isin(OWN_SIGNALS)]
    worth, why = stake(model, version)
    weights = ask(explanations.shares, model=model, version=version)
    ranking = rank([_suspect(row, weights) for row in table.to_dict("records")], worth)
    columns = ["feature", "money", "weight", "score", "reading"]
    rows = [(row.feature, row.money, row.shap_share, row.score, row.reading) for row in ranking.rows]
    ordered = pd.DataFrame(rows, columns=columns).merge(table, on="feature", how="left")
    unknown = ordered.astype({"money": float, "weight": float})
    return Ranked(unknown, found.against, found.n, tuple(note for note in (*ranking.notes, why) if note))


def _suspect(row: dict[Any, Any], weights: Mapping[str, float]) -> Suspect:
    """A feature as the ranking takes it. While nothing has explained the version no weight is known.

    A watched column that is no input of an explained version weighs nothing: the model does not see it.
    """
    weight = weights.get(row["feature"], 0.0) if weights else None
    return Suspect(row["feature"], row["value"], row["watch"], row["noise"], row["moved"], row["n"], weight)


def stake(model: str, version: int) -> tuple[float | None, str]:
    """The mean stake of a decision, a positive amount; None with the reason when it is not known."""
    spec = spec_of(model)
    value = spec.value if spec else None
    if isinstance(value, OutcomeValue):
        found = stake_of_outcomes(value, ask(windows.cells, model=model, version=version))
    elif isinstance(value, ErrorValue):
        found = stake_of_errors(value, ask(windows.errors, model=model, version=version))
    else:
        return None, "Say in the model's file under `value` what its decisions are worth."
    if found is None:
        return None, "`value` leaves out an amount, or the reference has no outcomes to weigh the amounts by."
    return found, ""


def stake_of_outcomes(value: OutcomeValue, reference: Cells) -> float | None:
    """What lies between deciding rightly and wrongly, as a mean over the reference's outcomes; None where unknown."""
    amounts = (value.true_positive, value.false_negative, value.true_negative, value.false_positive)
    if any(amount is None for amount in amounts):
        return None
    hit, missed, left, alarm = (float(amount) for amount in amounts if amount is not None)
    n, outcome = whole(reference.n), texts(reference.outcome)
    positive, negative = int(n[outcome == "1"].sum()), int(n[outcome == "0"].sum())
    if not positive + negative:
        return None
    return (positive * abs(hit - missed) + negative * abs(left - alarm)) / (positive + negative)


def stake_of_errors(value: ErrorValue, reference: Errors) -> float | None:
    """What the errors of a decision cost on average in the reference; None where unknown."""
    over, under, n = value.per_unit_error.over, value.per_unit_error.under, int(whole(reference.n).sum())
    if over is None or under is None or not n:
        return None
    cost = abs(over) * floats(reference.over_sum).sum() + abs(under) * floats(reference.under_sum).sum()
    return float(cost) / n
