"""What the metrics of fairness mean in the terms of a model's file: which answer is the good one, names, the unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from watchroom.domain.fairness import selected
from watchroom.ui.text import one_line
from watchroom.workspace.model_file import ModelSpec

METRIC_NAMES: Mapping[str, str] = {
    "selection_rate": "Selection rate",
    "true_positive_rate": "True positive rate",
    "false_positive_rate": "False positive rate",
    "error_rate": "Error rate",
    "calibration_gap": "Calibration gap",
    "mae": "Mean absolute error",
    "mean_error": "Mean error",
}

MEANINGS: Mapping[str, str] = {
    "selection_rate": "How often the answer is {good}, of all decisions with a prediction{direction}. Alike "
    "everywhere: demographic parity. It asks nothing of what came true.",
    "true_positive_rate": "Of the cases that turned out to be {came}, how many the model said {one} to. Alike "
    "everywhere: equal opportunity.",
    "false_positive_rate": "Of the cases that turned out to be {not_came}, how many the model said {one} to. Together "
    "with the true positive rate alike everywhere: equalized odds.",
    "error_rate": "How many decisions with an outcome were wrong, one way or the other.",
    "calibration_gap": "Mean score less the observed rate: above 0 the scores promise too much for this group, below 0 "
    "too little. 0 everywhere: calibration within groups.",
    "mae": "How far predictions are off on average. Where amounts are larger, errors are too: look whether that "
    "explains it.",
    "mean_error": "Prediction less outcome on average: above 0 this group is put too high, below 0 too low.",
}
"""What each metric is, and the definition of fairness that asks for it to be alike everywhere."""

ASSUMED = (
    "It is assumed that 1{name} is the answer that is good for whom it concerns, as the four-fifths rule asks. Where 0 "
    "is, add “answer: {{favourable: 0}}” to the model's file; “favourable: 1” confirms it."
)


@dataclass(frozen=True)
class Terms:
    """What a model's answers are called, by its file; without names the values themselves.

    `good` is the answer whose rate is the selection rate, `good_name` its name or None; `assumed` when the file does
    not say which is good. `one` is prediction 1; `came` and `not_came` are the outcomes 1 and 0. `unit` is that of an
    amount, empty when unknown.
    """

    good: str = "1"
    good_name: str | None = None
    assumed: bool = True
    one: str | None = None
    came: str = "1"
    not_came: str = "0"
    unit: str = ""


PLAIN = Terms()
"""Of a model whose file says nothing of its answers."""


def terms_of(spec: ModelSpec) -> Terms:
    """The terms of a model's file."""
    answer = spec.answer
    good = selected(answer.favourable)
    came, not_came = (_named(answer.outcomes.get(value), value) for value in ("1", "0"))
    good_name, one = (_name(answer.predictions.get(value)) for value in (good, "1"))
    return Terms(
        good, good_name, answer.favourable not in ("0", "1"), one,
        came, not_came, one_line(answer.unit or "", 20).strip(),
    )  # fmt: skip


def _name(given: str | None) -> str | None:
    return one_line(given, 40) if given else None


def _named(given: str | None, value: str) -> str:
    return f"“{one_line(given, 40)}”" if given else value


def means(metric: str, terms: Terms) -> str:
    """What a metric is, in the model's terms."""
    direction = "" if terms.assumed else ": the answer that is good for whom it concerns, by the model's file"
    return MEANINGS[metric].format(
        good=_named(terms.good_name, terms.good), one=_named(terms.one, "1"), direction=direction,
        came=terms.came, not_came=terms.not_came,
    )  # fmt: skip


def assumption(terms: Terms) -> str:
    """That the direction of the selection rate is assumed, and how to set it; empty when the file says it."""
    return ASSUMED.format(name=f" ({_named(terms.one, '')})" if terms.one else "") if terms.assumed else ""


def metric_name(metric: str, terms: Terms) -> str:
    """`Selection rate: let through`; other metrics have their plain name."""
    name = METRIC_NAMES.get(metric, metric)
    return f"{name}: {terms.good_name}" if metric == "selection_rate" and terms.good_name else name
