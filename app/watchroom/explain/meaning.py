"""What a model's raw outputs mean: the space they are in, the classes, and the score that follows from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from watchroom.domain.vocabulary import Task
from watchroom.explain.contract import Floats, Space

LOG_NOTE = "The values add up to the logarithm of the amount: each multiplies it."


@dataclass(frozen=True)
class Meaning:
    """`score` turns raw outputs (n × k) into amounts or probabilities, n × k or n × 1 of the second class."""

    space: Space
    score: Callable[[Floats], Floats]
    classes: tuple[str, ...] = ()
    note: str = ""


def same(raw: Floats) -> Floats:
    """The raw output is the score."""
    return raw


def sigmoid(raw: Floats, slope: float = 1.0) -> Floats:
    """The probability that belongs to log-odds."""
    with np.errstate(over="ignore"):
        return np.asarray(1.0 / (1.0 + np.exp(-slope * raw)), dtype=np.float64)


def softmax(raw: Floats) -> Floats:
    """The probabilities of classes from their raw outputs, row by row."""
    grown = np.exp(raw - raw.max(axis=1, keepdims=True))
    return np.asarray(grown / grown.sum(axis=1, keepdims=True), dtype=np.float64)


AMOUNT = Meaning("units", same)
LOG_AMOUNT = Meaning("units", lambda raw: np.exp(raw), note=LOG_NOTE)
BINARY = Meaning("log-odds", sigmoid, ("0", "1"))
PROBABILITY = Meaning("probability", same, ("0", "1"))

_NAMED: dict[str, Meaning] = {
    "binary:logistic": BINARY,
    "binary:logitraw": BINARY,
    "reg:logistic": BINARY,
    "cross_entropy": BINARY,
    "xentropy": BINARY,
    **dict.fromkeys(("poisson", "gamma", "tweedie", "count:poisson", "reg:gamma", "reg:tweedie"), LOG_AMOUNT),
    **dict.fromkeys(("survival:cox", "survival:aft"), LOG_AMOUNT),
}
_MANY = {"multiclass": softmax, "multi:softprob": softmax, "multi:softmax": softmax, "multiclassova": sigmoid}


def of_objective(objective: str, outputs: int, task: Task | None) -> Meaning:
    """What a booster trained for `objective` (as its file writes it) gives, with `outputs` numbers for each row."""
    name, _, options = objective.partition(" ")
    if outputs > 1:
        return Meaning("log-odds", _MANY.get(name, softmax), tuple(str(number) for number in range(outputs)))
    if name == "binary":
        slope = _option(options, "sigmoid")
        return replace(BINARY, score=lambda raw: sigmoid(raw, slope))
    if name == "regression" and "sqrt" in options.split():
        return Meaning(
            "units", lambda raw: np.sign(raw) * raw**2, note="The values add up to the amount's square root."
        )
    return _NAMED.get(name, PROBABILITY if task == "binary" else AMOUNT)


def _option(options: str, name: str) -> float:
    found = [word.partition(":")[2] for word in options.split() if word.startswith(name + ":")]
    return float(found[0]) if found else 1.0


def class_names(classes: object) -> tuple[str, ...]:
    """The classes of a scikit-learn estimator as text: `1` for 1, 1.0 and True."""
    return tuple(_class_name(value) for value in np.asarray(classes).tolist())


def _class_name(value: object) -> str:
    if isinstance(value, bool | float) and float(value).is_integer():
        return str(int(value))
    return str(value)
