"""A loaded model that explains rows of a log. Lives in the child process only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pyarrow as pa

from watchroom.errors import ExplainError
from watchroom.explain import permutation
from watchroom.explain.boosters import Contributions
from watchroom.explain.contract import Explained, Floats, Loaded
from watchroom.explain.meaning import Meaning

if TYPE_CHECKING:
    import pandas as pd

SLOW_ROWS = 200
"""Rows of a month that a model is worth explaining by permutation: each costs thousands of predictions."""
PERMUTED = (
    f"Explained by permutation against the background: sampled, not exact, and at most {SLOW_ROWS} rows of a month."
)
_MOST_BACKGROUND = 1000  # rows; the time of a permutation grows with them


class Model(Protocol):
    """What the child serves."""

    @property
    def loaded(self) -> Loaded:
        """What is known of it."""

    def explain(self, rows: pa.Table) -> Explained:
        """Explain each row. Raises `ExplainError` for rows that the model cannot take."""


def needs_background() -> ExplainError:
    """The error of a method that compares with a background, and has none."""
    return ExplainError(
        "The model cannot be explained without rows to compare with.",
        why="Its method holds each decision against the rows of the reference.",
        next_step="Give the model's file a `reference` with the model's inputs.",
    )


@dataclass(frozen=True)
class MatrixModel:
    """A model over a matrix of numbers; `owners` says which input each of its columns is of."""

    loaded: Loaded
    prepare: Callable[[pa.Table], Floats]
    contribute: Callable[[Floats], Contributions]
    owners: np.ndarray[Any, np.dtype[np.int64]]
    meaning: Meaning

    def explain(self, rows: pa.Table) -> Explained:
        """Explain each row exactly."""
        return told(self.loaded, self.contribute(self.prepare(rows)), self.meaning, self.owners)


@dataclass(frozen=True)
class PermutedModel:
    """Any model: `frame` types the log's rows, `score` gives a probability for each class or an amount."""

    loaded: Loaded
    frame: Callable[[pa.Table], pd.DataFrame]
    score: Callable[[pd.DataFrame], Floats]
    background: pa.Table | None
    meaning: Meaning

    def explain(self, rows: pa.Table) -> Explained:
        """Explain each row against the background."""
        import pandas as pd

        if self.background is None or not self.background.num_rows:
            raise needs_background()
        given, other = self.frame(rows), self.frame(self.background.slice(0, _MOST_BACKGROUND))
        every = pd.concat([given, other], ignore_index=True)
        places = np.tile(np.arange(len(every))[:, None], len(every.columns))
        found = permutation.contributions(
            lambda codes: self._scored(every, codes), places[: len(given)], places[len(given) :]
        )
        return told(self.loaded, found, self.meaning, np.arange(len(every.columns)))

    def _scored(self, every: pd.DataFrame, codes: permutation.Codes) -> Floats:
        import pandas as pd

        columns = {
            name: every[name].take(codes[:, place]).reset_index(drop=True) for place, name in enumerate(every.columns)
        }
        return self.score(pd.DataFrame(columns))


def told(loaded: Loaded, found: Contributions, meaning: Meaning, owners: Any) -> Explained:
    """The contributions by input, with the score and the class of each row."""
    features = tuple(each.name for each in loaded.inputs)
    if not np.isfinite(found.values).all() or not np.isfinite(found.base).all():
        raise ExplainError(
            "The explanation holds values that are no numbers.",
            why="The model's output is not finite, or it does not take missing values.",
        )
    score, chosen = meaning.score(found.raw), found.chosen
    klass: tuple[str | None, ...]
    if not meaning.classes:
        klass = (None,) * len(chosen)
    elif score.shape[1] == 1:
        klass = (meaning.classes[1],) * len(chosen)
    else:
        klass = tuple(meaning.classes[place] for place in chosen.tolist())
    return Explained(
        features,
        by_input(found.values, owners, len(features)),
        found.base,
        found.output,
        score[np.arange(len(chosen)), chosen],
        klass,
    )


def by_input(values: Floats, owners: Any, inputs: int) -> Floats:
    """Values of columns added up to the inputs that they are made of."""
    if len(owners) == inputs and (owners == np.arange(inputs)).all():
        return values
    found = np.zeros((len(values), inputs))
    for column, owner in enumerate(owners):
        found[:, owner] += values[:, column]
    return found
