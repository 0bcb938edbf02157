"""The parts of a model's file that speak of worth: the figures the business steers by, and money.

They say what a decision is worth; nothing is computed here.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Tag, model_validator

from watchroom.domain.vocabulary import NaiveBaseline
from watchroom.workspace.pieces import Cost, Figure, Piece, Text, left_out, needed, wrong


class Kpi(Piece):
    """A figure that the business has agreed to steer by."""

    name: Text = needed("its name, once per model")
    sql: Text | None = left_out("its formula: an SQL aggregate over the decisions joined with outcomes")
    unit: Text | None = left_out("the unit, as people write it")
    target: Figure | None = left_out("where it should be")
    limit: Figure | None = left_out("where it becomes a problem")
    better: Literal["lower", "higher"] | None = left_out("which way is better")
    owner: Text | None = left_out("who answers for it")


class Baseline(Piece):
    """What would be done without the model; one of the three."""

    naive: NaiveBaseline | None = left_out("a rule anyone could follow")
    constant: Figure | None = left_out("always the same number, for regression")
    column: Text | None = left_out("a column of the decisions that holds what would have been done")

    @model_validator(mode="after")
    def _just_one(self) -> Baseline:
        if len(self.model_dump(exclude_none=True)) != 1:
            raise wrong("A baseline is one thing.", why="Expected one of `naive`, `constant` and `column`.")
        return self


class Costs(Piece):
    """What the model costs and what it is compared with, whatever its decisions are worth."""

    run_cost_per_month: Cost | None = left_out("what running it costs in a month")
    build_cost: Cost | None = left_out("what building it cost, once")
    baseline: Baseline | None = left_out("what would be done without the model")


class OutcomeValue(Costs):
    """Money for each kind of outcome of a binary model; a cost is negative, what is left out is unknown."""

    true_positive: Figure | None = left_out("worth of one true alarm")
    false_positive: Figure | None = left_out("worth of one false alarm")
    false_negative: Figure | None = left_out("worth of one that was missed")
    true_negative: Figure | None = left_out("worth of one rightly left alone")


class PerUnitError(Piece):
    """Money for each unit by which a prediction is off; a cost is negative."""

    over: Figure | None = left_out("for each unit predicted too much")
    under: Figure | None = left_out("for each unit predicted too little")


class ErrorValue(Costs):
    """Money for each unit of error of a regression model."""

    per_unit_error: PerUnitError = needed("worth of a unit of error")


_OUTCOMES = frozenset({"true_positive", "false_positive", "false_negative", "true_negative"})


def _value_form(data: Any) -> str:
    if isinstance(data, ErrorValue) or (isinstance(data, dict) and "per_unit_error" in data):
        return "\0error"
    is_outcome = isinstance(data, OutcomeValue) or (isinstance(data, dict) and _OUTCOMES & data.keys())
    return "\0outcome" if is_outcome else "\0costs"


def _one_value(data: Any) -> Any:
    if isinstance(data, dict) and "per_unit_error" in data and _OUTCOMES & data.keys():
        raise wrong(
            "The value is given in both forms.",
            why="Expected either `per_unit_error` (regression) or money per kind of outcome, such as "
            "`true_positive` (binary).",
            next_step="Remove one of the two.",
        )
    return data


Value = Annotated[
    Annotated[OutcomeValue, Tag("\0outcome")]
    | Annotated[ErrorValue, Tag("\0error")]
    | Annotated[Costs, Tag("\0costs")],
    Discriminator(_value_form),
    BeforeValidator(_one_value),
]
