"""What every part of a model's explanations knows: the version, how it was explained, and which rows are looked at."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from watchroom.charts.words import days
from watchroom.domain.attribution import Weight
from watchroom.domain.direction import Direction, of_numbers, of_texts
from watchroom.domain.periods import span_of
from watchroom.store.queries import explained
from watchroom.store.queries.explained import Choice, Column, Size
from watchroom.store.queries.explanations import Explanation
from watchroom.store.queries.models import Model
from watchroom.ui.room import ask, drawn, reading
from watchroom.ui.scope import Scope
from watchroom.workspace.model_file import ModelSpec

NO_NAMES = ("", "label", "outcome", "target", "value", "y")
"""What columns of outcomes are called when their name says nothing of what they hold."""

SAMPLE = 2_000
"""Rows that a direction is told from: enough for a rank correlation, and quickly read."""


@dataclass(frozen=True)
class Rows:
    """The rows that are looked at: their name to a person, the choice, and how many. `note` says why these, if any."""

    label: str
    choice: Choice
    size: Size
    note: str = ""

    @property
    def one(self) -> str:
        """What a row is: a decision, or a row of the reference."""
        return "explained decision" if self.choice.first else "row of the reference"

    @property
    def many(self) -> str:
        """The same for several."""
        return "explained decisions" if self.choice.first else "rows of the reference"


@dataclass(frozen=True)
class Subject:
    """A model version that was explained. `every` are all versions of the model that were, or could not be."""

    model: Model
    spec: ModelSpec | None
    found: Explanation
    every: tuple[Explanation, ...]
    scope: Scope
    serving: int | None
    rows: Rows

    @property
    def key(self) -> dict[str, str | int]:
        """Model and version, as readers take them."""
        return {"model": self.model.name, "version": self.found.version}

    @property
    def task(self) -> str | None:
        """Its task, by its file; None while unknown."""
        return self.model.task

    @property
    def unit(self) -> str:
        """What SHAP values and the output are in, for the end of a figure."""
        return unit_of(self.found.space, self.spec, logarithm=self.logarithm)

    @property
    def logarithm(self) -> bool:
        """Whether the values add up to the logarithm of the amount, as its note says of a logarithmic link."""
        return self.found.space == "units" and "logarithm of the amount" in self.found.note

    def called(self, column: str, value: str) -> str:
        """What a prediction or an outcome is called by the model's file; the value itself without a name."""
        answer = self.spec.answer if self.spec is not None else None
        if answer is None or column not in ("@prediction", "@outcome"):
            return value
        return (answer.prediction(value) if column == "@prediction" else answer.outcome(value)) or value

    @property
    def columns(self) -> tuple[Column, ...]:
        """Its inputs and groups."""
        return ask(explained.columns, model=self.model.name, version=self.found.version)

    def column(self, name: str) -> Column:
        """The column of that name."""
        return next(column for column in self.columns if column.name == name)

    @property
    def weights(self) -> tuple[Weight, ...]:
        """What drives the rows that are looked at."""
        return ask(explained.weights, choice=self.rows.choice)


def unit_of(space: str | None, spec: ModelSpec | None, *, logarithm: bool = False) -> str:
    """`log-odds`, `probability`, or the unit of the amount by the file, or its logarithm; else units of the target."""
    if space != "units":
        return space or "its output"
    if spec is not None and spec.answer.unit:
        return f"logarithm of {spec.answer.unit}" if logarithm else spec.answer.unit
    target = spec.outcomes.value if spec is not None and spec.outcomes is not None else ""
    name = "the target" if target.lower() in NO_NAMES else target
    return f"logarithm of {name}" if logarithm else f"units of {name}"


def rows_of(model: str, found: Explanation, scope: Scope) -> Rows:
    """The rows of the scope's period; where none is explained, of the newest explained month, else of the reference."""
    period = scope.period
    chosen = _rows(period.label, Choice(model, found.version, period.first_day, period.last_day))
    if chosen.size.n:
        return chosen
    missing = f"No decision of this period is explained ({period.label})"
    if found.last is not None:
        newest = _rows("", Choice(model, found.version, *span_of("month", found.last)))
        if newest.size.n:
            begun, ended = span_of("month", found.last)
            label = days(begun, newest.size.last or ended)  # a month that goes on has no end yet
            return replace(newest, label=label, note=f"{missing}; these are of {label}.")
    return _rows("the reference", Choice(model, found.version), f"{missing}; this is the reference.")


def _rows(label: str, choice: Choice, note: str = "") -> Rows:
    return Rows(label, choice, ask(explained.size, choice=choice), note)


def directions(choice: Choice, features: tuple[str, ...]) -> dict[str, Direction]:
    """Which way each of these inputs pushes in the rows of a choice; made once for everybody."""
    return drawn(_directions, choice=choice, features=features)


def _directions(*, choice: Choice, features: tuple[str, ...]) -> dict[str, Direction]:
    found = values_of(choice, features, SAMPLE)
    told = {}
    for name, some in found.groupby("feature"):
        shap = some["shap"].to_numpy(np.float64)
        if some["text"].notna().any():
            told[str(name)] = of_texts([text if isinstance(text, str) else None for text in some["text"]], shap)
        else:
            told[str(name)] = of_numbers(some["value"].to_numpy(np.float64), shap)
    return told


def values_of(choice: Choice, features: tuple[str, ...], limit: int) -> pd.DataFrame:
    """Values of at most so many rows, read each time: what is drawn from them is what is kept."""
    with reading() as snapshot:
        return explained.values(snapshot, choice=choice, features=features, limit=limit)


def matrix_of(choice: Choice, features: tuple[str, ...], limit: int) -> tuple[list[int], NDArray[np.float64]]:
    """The rows' numbers, and SHAP values of those inputs that the version has: (rows, features), 0 for the others."""
    found = values_of(choice, features, limit)
    wide = found.pivot(index="row", columns="feature", values="shap").reindex(columns=list(features))
    return [int(row) for row in wide.index], wide.fillna(0).to_numpy(np.float64)
