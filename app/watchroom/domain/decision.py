"""One decision and its explanation, as pages and reports hold them; and what its numbers come to as probabilities."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

Value = float | str | bool | None
"""What an input was: a number, a category, a boolean; None when it is missing."""


@dataclass(frozen=True)
class Case:
    """A decision by one version, as it was logged. `at` is UTC without a zone; what is None was not logged.

    `inputs` are the columns of the log by name: the model's inputs, and the columns of `groups`.
    """

    model: str
    version: int
    id: str
    at: datetime
    score: float | None
    prediction: str | None
    outcome: str | None
    inputs: Mapping[str, Value]


@dataclass(frozen=True)
class Part:
    """What one input was, and what it added to the output."""

    feature: str
    value: Value
    added: float


@dataclass(frozen=True)
class Explanation:
    """Why a version answers as it does: `base` and all that the inputs added come to `output`, in `space`.

    `parts` have the largest first, whichever way it pushed. `klass` is the class explained, None for a regression.
    """

    space: str
    method: str
    base: float
    output: float
    klass: str | None
    parts: tuple[Part, ...]

    @property
    def total(self) -> float:
        """All that the inputs moved, either way: what a part's share is of."""
        return sum(abs(part.added) for part in self.parts)

    def part(self, feature: str) -> Part | None:
        """What that input added; None for a column that is no input."""
        return next((part for part in self.parts if part.feature == feature), None)

    @property
    def missing(self) -> float:
        """By how much base and parts together differ from the output: 0 up to rounding."""
        return self.output - self.base - sum(part.added for part in self.parts)


def explanation(
    *, space: str, method: str, base: float, output: float, klass: str | None, parts: Sequence[Part]
) -> Explanation:
    """The explanation with its parts in order: the largest first, equal ones by name."""
    ranked = sorted(parts, key=lambda part: (-abs(part.added), part.feature))
    return Explanation(space, method, float(base), float(output), klass, tuple(ranked))


def probability(log_odds: float) -> float:
    """The probability that these log-odds are, without overflow."""
    if log_odds >= 0:
        return 1 / (1 + math.exp(-log_odds))
    small = math.exp(log_odds)
    return small / (1 + small)


def as_probability(found: Explanation) -> bool:
    """Whether its output can be said as a probability: log-odds of one class against all others."""
    return found.space == "log-odds" and found.klass in (None, "1")


def place_of(score: float | None, found: Explanation, *, probabilities: bool = False) -> float | None:
    """Where a score such as a cut-off lies among the outputs, which may be shown as probabilities; None for nowhere."""
    if score is None or not 0 < score < 1:
        return None
    if probabilities or found.space == "probability":
        return score
    return math.log(score / (1 - score)) if as_probability(found) else None


@dataclass(frozen=True)
class Step:
    """A bar of the waterfall: from where to where the input moved the output. `others` counts the inputs it sums."""

    label: str
    value: Value
    start: float
    end: float
    others: int = 0

    @property
    def added(self) -> float:
        """By how much."""
        return self.end - self.start


def steps(found: Explanation, most: int, *, probabilities: bool = False) -> tuple[Step, ...]:
    """From the base to the output, the largest first; what is beyond `most` bars is the last one together.

    As probabilities the bars depend on their order, since a log-odd is worth most near one half: it is said beside
    them.
    """
    shown = found.parts if len(found.parts) <= most else found.parts[: most - 1]
    rest = found.parts[len(shown) :]
    moved = [(part.feature, part.value, part.added, 0) for part in shown]
    if rest:
        moved.append(("other inputs", None, sum(part.added for part in rest), len(rest)))
    place, made = found.base, []
    for label, value, added, others in moved:
        made.append(Step(label, value, _shown(place, probabilities), _shown(place + added, probabilities), others))
        place += added
    return tuple(made)


def _shown(place: float, probabilities: bool) -> float:
    return probability(place) if probabilities else place
