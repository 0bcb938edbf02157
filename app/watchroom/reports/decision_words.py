"""One decision in words, for the page and the report. Plain text; `name` says how a column's name is written."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from watchroom.charts.words import cutoff_text
from watchroom.domain.decision import Explanation, Part, Value
from watchroom.domain.usual import Standing, Usual, spelled
from watchroom.reports.decision_facts import Facts, Input
from watchroom.workspace.answer import Answer

Name = Callable[[str], str]

SPACES = {"log-odds": "log-odds", "probability": "probability", "units": "units of the target"}
"""What the numbers of an explanation are, by its space."""

METHODS = {
    "tree": "exact TreeSHAP",
    "linear": "exact SHAP of a linear model",
    "permutation": "SHAP sampled by permutation",
}

_MOST_REASONS = 3
"""Inputs named in the answer: with more of them nobody remembers the first."""

_ENOUGH = 0.6
"""Inputs are named until they carry this part of what moved the answer its way."""

_WORTH_SAYING = 0.15
"""An input that pushed the other way is named when it is at least this part of the largest."""

_MOST = 0.5
"""A number that so many of the reference have is told like a category: 0 of a flag is not lower than anything."""

_SAME_AMOUNT = 1e-3
"""How far a logged amount may be from the model's own, relatively: logs are often rounded."""

_VALUE_LENGTH = 40
_OTHER_LENGTH = 20


def value_text(value: Value) -> str:
    """A value as a person writes it: `412`, `12,345.68`, `true`; `missing` for none."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "missing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        text = " ".join(value.split())
        return "empty text" if not text else text if len(text) <= _VALUE_LENGTH else f"{text[: _VALUE_LENGTH - 1]}…"
    return number_text(float(value))


def number_text(value: float) -> str:
    """A number without digits that say nothing: `412`, `0.04213`, `12,345.68`."""
    if not math.isfinite(value):
        return "–" if math.isnan(value) else "∞" if value > 0 else "−∞"
    if value == int(value) and abs(value) < 1e15:
        return f"{value:,.0f}".replace("-", "−")
    text = f"{value:,.2f}" if abs(value) >= 1000 else f"{value:.4g}"
    return text.replace("-", "−")


def amount_text(value: float | str, answer: Answer) -> str:
    """An amount as the model gives it, with its unit where the model's file names one: `1,240 EUR`."""
    try:
        text = number_text(float(value))
    except ValueError:
        text = value_text(value)
    return f"{text} {answer.unit}" if answer.unit else text


def percent(share: float) -> str:
    """`12 %`, with a digit more where that matters: `0.4 %`, `99.6 %`."""
    if math.isnan(share):
        return "–"
    digits = 0 if 0.0995 <= share <= 0.9905 or share in (0.0, 1.0) else 1
    return f"{share * 100:.{digits}f} %"


def usual_text(found: Usual | None, value: Value = None, most: int = 3) -> str:
    """What is usual: `12 to 480`, or the `most` frequent values with their shares; empty when nothing is known.

    `value` is the decision's own: where it is a category, it is told first.
    """
    if found is None:
        return ""
    if found.kind == "number" and not found.shares:
        return "" if math.isnan(found.low) else f"{number_text(found.low)} to {number_text(found.high)}"
    own = None if value is None or found.kind == "number" else spelled(value, dict(found.shares))
    ranked = sorted(found.shares, key=lambda one: one[0] != own)[:most]
    sign = ":" if found.kind == "number" else ""  # two numbers beside each other would be read as one
    return ", ".join(f"{_usual_value(text, found, text == own)}{sign} {percent(share)}" for text, share in ranked)


def _usual_value(text: str, found: Usual, own: bool) -> str:
    """A frequent value; of categories only the decision's own is written in full."""
    if found.kind == "number":
        return number_text(float(text))
    shown = value_text(text)
    return shown if own or len(shown) <= _OTHER_LENGTH else f"{shown[: _OTHER_LENGTH - 1]}…"


def standing_text(value: Value, found: Standing, usual: Usual | None) -> str:
    """Where the value stands among the reference's: `higher than 97 % of the reference`; empty when not known."""
    if usual is None or usual.n == 0:
        return ""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "never missing in the reference" if found.new else f"missing in {percent(found.share)} of the reference"
    if usual.kind == "category":
        return "not in the reference" if found.new else f"as in {percent(found.share)} of the reference"
    if math.isnan(found.below):
        return ""
    if usual.shares:
        return "not in the reference" if found.new else f"as in {percent(found.share)} of the reference"
    if found.new:
        return "above all of the reference" if found.below >= found.above else "below all of the reference"
    if found.share >= _MOST:
        return f"as in {percent(found.share)} of the reference"
    if found.below >= found.above:
        return f"higher than {percent(found.below)} of the reference"
    return f"lower than {percent(found.above)} of the reference"


def reason(one: Input, name: Name) -> str:
    """An input with what it was: `amount` (412, higher than 97 % of the reference)."""
    told = standing_text(one.value, one.standing, one.usual)
    return f"{name(one.feature)} ({value_text(one.value)}{f', {told}' if told else ''})"


def answer(facts: Facts, name: Name) -> str:
    """What was decided and mainly why, in one or two sentences."""
    why = because(facts, name)
    return f"{decided(facts)}{f', {why}' if why else ''}."


def decided(facts: Facts) -> str:
    """What was decided, and by which score: `Predicted 1: scored 0.83, above the cut-off of 0.50 that …`."""
    case, answer = facts.case, facts.around.answer
    if facts.around.task == "regression":
        what = "an amount that was not logged" if case.prediction is None else amount_text(case.prediction, answer)
        return f"Predicted {what}{_usual_amount(facts)}"
    head = (
        "What was predicted is not logged" if case.prediction is None else capital(predicted(case.prediction, answer))
    )
    score = score_text(facts)
    return f"{head}: {score}" if score else head


def predicted(prediction: str, answer: Answer) -> str:
    """What a prediction is called: `stopped`; `predicted 1` without a name."""
    return (
        value_text(answer.predictions[prediction])
        if prediction in answer.predictions
        else (f"predicted {value_text(prediction)}")
    )


def prediction_name(prediction: str | None, answer: Answer) -> str:
    """The name of a prediction alone: `stopped`, `1` without a name, `not logged` for none."""
    return "not logged" if prediction is None else value_text(answer.prediction(prediction))


def outcome_name(outcome: str | None, answer: Answer) -> str:
    """The name of an outcome: `fraud`, `1` without a name, `not known yet` for none."""
    return "not known yet" if outcome is None else value_text(answer.outcome(outcome))


def capital(text: str) -> str:
    """With its first letter large."""
    return text[:1].upper() + text[1:]


def _usual_amount(facts: Facts) -> str:
    found = facts.explanation
    if found is None or found.space != "units":
        return ""
    if is_logarithm(facts):
        times, usual = math.exp(found.output - found.base), math.exp(found.base)
        mean = amount_text(float(f"{usual:.4g}"), facts.around.answer)
        return f", {number_text(float(f'{times:.3g}'))} times what it usually answers ({mean})"
    side = "more" if found.output >= found.base else "less"
    gap = number_text(float(f"{abs(found.output - found.base):.4g}"))
    mean = amount_text(float(f"{found.base:.4g}"), facts.around.answer)
    return f", {gap} {side} than it answers on average ({mean})"


def score_text(facts: Facts) -> str:
    """The score against the cut-off that the decisions imply; empty without a score."""
    score, cutoff = facts.case.score, facts.around.cutoff
    if score is None:
        return ""
    if cutoff is None:
        return f"scored {score_number(score)}"
    side = "above" if score >= cutoff.value else "below"
    if side == "above" and math.isclose(score, cutoff.value, abs_tol=1e-9):
        side = "just at"
    return f"scored {score_number(score)}, {side} the cut-off of {cutoff_text(cutoff.value)} that its decisions imply"


def score_number(score: float) -> str:
    """A score with the digits that tell scores apart: three as everywhere, more in the tails."""
    if score in (0.0, 1.0):
        return f"{score:.0f}"
    tail = min(abs(score), abs(1 - score))
    digits = 3 if tail >= 0.005 else 4 if tail >= 0.0005 else 6
    return f"{score:.{digits}f}"


def upwards(facts: Facts) -> bool:
    """Whether the answer is one that a higher output stands for."""
    found, cutoff = facts.explanation, facts.around.cutoff
    assert found is not None, "without an explanation nothing pushes either way"
    if facts.around.task == "multiclass":
        return True
    if cutoff is not None and facts.case.score is not None:
        return facts.case.score >= cutoff.value
    if facts.case.prediction in ("0", "1") and facts.around.task == "binary":
        return facts.case.prediction == "1"
    return found.output >= found.base


def because(facts: Facts, name: Name) -> str:
    """`mainly because of … and …, held back by …`; empty when it is not known, or no input moved it."""
    found = facts.explanation
    if found is None or not found.total:
        return "which no input moved from the average" if found is not None else ""
    up = upwards(facts)
    for_it = [part for part in found.parts if part.added and (part.added > 0) == up]
    against = [part for part in found.parts if part.added and (part.added > 0) != up]
    told = f"mainly because of {_listed(facts, main(for_it), name)}" if for_it else ""
    strongest = max((abs(part.added) for part in for_it), default=0.0)
    if against and abs(against[0].added) >= _WORTH_SAYING * strongest:
        held = ("held back by" if up else "held up by") if for_it else "though every input spoke against it, most"
        told = f"{told}{', ' if told else ''}{held} {_listed(facts, against[:1], name)}"
    return told


def main(parts: Sequence[Part]) -> list[Part]:
    """The first inputs that carry most of what moved one way."""
    total, carried, found = sum(abs(part.added) for part in parts), 0.0, []
    for part in parts[:_MOST_REASONS]:
        found.append(part)
        carried += abs(part.added)
        if carried >= _ENOUGH * total:
            break
    return found


def _listed(facts: Facts, parts: Sequence[Part], name: Name) -> str:
    told = [reason(one, name) for part in parts if (one := facts.input(part.feature)) is not None]
    return told[0] if len(told) == 1 else ", ".join(told[:-1]) + " and " + told[-1]


def outcome(facts: Facts) -> str:
    """What it turned out to be, and whether that was right."""
    found = facts.case.outcome
    if found is None:
        return "What turned out to be true is not known yet."
    answer = facts.around.answer
    if facts.around.task == "regression":
        error = "" if facts.case.prediction is None else _error(facts)
        return f"It turned out to be {amount_text(found, answer)}{error}."
    judged = {True: "the prediction was wrong", False: "the prediction was right", None: ""}[facts.wrong]
    if found in answer.outcomes:
        return f"Outcome: {outcome_name(found, answer)}{f'; {judged}' if judged else ''}."
    return f"It turned out to be {value_text(found)}{f': {judged}' if judged else ''}."


def _error(facts: Facts) -> str:
    try:
        error = float(facts.case.prediction or "") - float(facts.case.outcome or "")
    except ValueError:
        return ""
    return (
        f", so it was {number_text(float(f'{abs(error):.4g}'))} too {'high' if error > 0 else 'low'}" if error else ""
    )


def space_text(found: Explanation, facts: Facts) -> str:
    """What the numbers of an explanation are: log-odds, probability, the unit of the amount, or its logarithm."""
    unit = facts.around.answer.unit
    if found.space != "units":
        return SPACES.get(found.space, found.space)
    if is_logarithm(facts):
        return f"logarithm of {unit}" if unit else "logarithm of the amount"
    return unit or SPACES["units"]


def is_logarithm(facts: Facts) -> bool:
    """Whether the explained output is the logarithm of the amount that was predicted, as of a Poisson model."""
    found = facts.explanation
    try:
        amount = float(facts.case.prediction or "")
        raised = math.exp(found.output) if found is not None and found.space == "units" else math.nan
    except (ValueError, OverflowError):
        return False
    same = math.isclose(found.output, amount, rel_tol=_SAME_AMOUNT) if found is not None else True
    return not same and math.isclose(raised, amount, rel_tol=_SAME_AMOUNT)


def method_text(found: Explanation) -> str:
    """How the numbers were made."""
    return METHODS.get(found.method, found.method or "SHAP")
