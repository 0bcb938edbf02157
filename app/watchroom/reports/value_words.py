"""Money in sentences that a business owner understands: what a model earned, more than what, and whether it paid back.

Text from outside stands in them (names of outcomes, of a column): what shows them makes it harmless.
"""

from __future__ import annotations

from datetime import date

from watchroom.charts.words import share
from watchroom.domain.money_text import money
from watchroom.domain.worth import Outcome
from watchroom.store.queries.value import Answer
from watchroom.workspace.answer import Answer as Names
from watchroom.workspace.model_file import ModelSpec
from watchroom.workspace.money import Baseline


def kind_name(kind: Outcome, names: Names) -> str:
    """A kind of outcome in the words of the file, `fraud, stopped`; in plain ones where the file has none."""
    predicted, real = names.predictions.get(kind.predicted), names.outcomes.get(kind.outcome)
    return f"{real}, {predicted}" if predicted and real else kind.name


def baseline_name(baseline: Baseline | None, names: Names) -> str:
    """What would be done without the model: `every case let through`, `always the mean`; empty without a baseline."""
    if baseline is None:
        return ""
    if baseline.constant is not None:
        return f"always {_number(baseline.constant)}{f' {names.unit}' if names.unit else ''}"
    if baseline.column is not None:
        return f"what the column {baseline.column} says"
    return _naive(baseline.naive or "", names)


def _naive(naive: str, names: Names) -> str:
    if naive in ("all_positive", "all_negative"):
        named = names.predictions.get("1" if naive == "all_positive" else "0")
        if named:
            return f"every case {named}"
        return "every case flagged" if naive == "all_positive" else "no case flagged"
    return {
        "mean": "always the mean",
        "median": "always the median",
        "last": "the last known value repeated",
        "majority": "always the more frequent answer",
    }[naive]


def _number(value: float) -> str:
    return f"{value:,.10g}"


def more_than(baseline: Baseline | None, names: Names) -> str:
    """The second half of a comparison, `than with every case let through`; empty without a baseline."""
    said = baseline_name(baseline, names)
    return f"than with {said}" if said else ""


def month_name(answer: Answer) -> str:
    """`October 2026`, with `so far` while the month is not over."""
    return f"{answer.period_start:%B %Y}{'' if answer.over else ' so far'}"


def day_name(day: date) -> str:
    """`3 August 2026`."""
    return f"{day.day} {day:%B %Y}"


def earned(answer: Answer, spec: ModelSpec, currency: str, period: str = "") -> str:
    """What it earned in its last whole month against what its file says would be done without it, and at what cost.

    `period` names what the figures are of where that is no month.
    """
    baseline = spec.value.baseline if spec.value else None
    return earned_against(answer, baseline, spec.answer, currency, period)


def earned_against(answer: Answer, baseline: Baseline | None, names: Names, currency: str, period: str = "") -> str:
    """As `earned`, against another baseline than the file's, or against none."""
    name = period or month_name(answer)
    if not answer.known:
        return _unknown(answer, baseline, currency, name)
    net, amount = answer.net, money(abs(answer.net or 0), currency)
    against = more_than(baseline, names)
    verb = "earned" if (net or 0) >= 0 else "lost"
    if against:
        lost = (net or 0) < 0
        core = (
            f"it lost {amount} against {baseline_name(baseline, names)}"
            if lost
            else f"it earned {amount} more {against}"
        )
    else:
        core = f"its decisions {verb} {amount}"
    cost = f", after running costs of {money(answer.run_cost, currency)}" if answer.run_cost else ""
    return f"In {name} {core}{cost}{_estimated(answer, currency)}."


def _unknown(answer: Answer, baseline: Baseline | None, currency: str, name: str) -> str:
    cost = "" if answer.run_cost is None else f" It cost {money(answer.run_cost, currency)} to run."
    if answer.decisions and not answer.labelled:
        return (
            f"What it brought in {name} is not known: none of its "
            f"{answer.decisions:,} decisions has an outcome yet.{cost}"
        )
    why = f": {_why_unknown(answer, baseline)}" if answer.labelled else ""
    return f"What it brought in {name} is not known{why}.{cost}"


def _why_unknown(answer: Answer, baseline: Baseline | None) -> str:
    """Why the worth of decisions with an outcome is unknown: that of what would be done without it, or their own."""
    if answer.worth is None or baseline is None:
        return "its file leaves out what some of its decisions are worth, or they come to no amount of money"
    if baseline.column is None:
        return "what would have been done without the model is not known for enough of these decisions"
    part = "too few" if answer.covered is None else f"only {share(answer.covered)}"
    return f"without the model: {baseline.column} has a number in {part} of these decisions"


def _estimated(answer: Answer, currency: str) -> str:
    without = answer.decisions - answer.labelled
    if not without:
        return ""
    part = share(without / answer.decisions) if answer.decisions else "some"
    if answer.estimated_benefit is None:
        return f"; {part} of its decisions have no outcome yet and count nothing"
    guessed, alike = answer.estimated_benefit, answer.estimated_benefit * (answer.net or 0) >= 0
    some = (
        f"{money(abs(guessed), currency)} of it is" if alike else f"{money(guessed, currency, signed=True)} in it are"
    )
    return f"; {some} estimated, because {part} of its decisions have no outcome yet"


LIKE = 0.01
"""A month that differs from the one before by a smaller part of it is about the same: nobody steers by less."""


def change(answer: Answer, currency: str) -> str:
    """How the month compares: `That is €1,200 less than the month before.`; empty where that is unknown."""
    told = difference(answer, currency) if answer.known else ""
    return f"That is {told} the month before." if told else ""


def difference(answer: Answer, currency: str) -> str:
    """`€1,200 less than`, `about as much as`; empty without a month before, and for a month that is not over.

    Of two months that both lost it is the loss: `a loss €391 smaller than`.
    """
    if answer.net is None or answer.net_before is None or not answer.over:
        return ""
    gap = answer.net - answer.net_before
    if abs(gap) <= LIKE * max(abs(answer.net), abs(answer.net_before)):
        return "about as much as"
    if answer.net < 0 and answer.net_before < 0:
        return f"a loss {money(abs(gap), currency)} {'smaller' if gap > 0 else 'greater'} than"
    return f"{money(abs(gap), currency)} {'more' if gap > 0 else 'less'} than"


def paid_back(
    answer: Answer, currency: str, foretold: date | None = None, *, trend: bool = False, dated: bool = False
) -> str:
    """Whether it has paid back what building it cost, and when.

    `foretold` is the day on which the trend of its weeks gets there; None when it does not within two years, or when
    no trend is known, as `trend` says. With `dated` it says up to which day, for what speaks of another period.
    """
    if not answer.ever_known:
        return "What it has brought is not known, so neither is whether it has paid back what building it cost."
    if answer.build_cost is None:
        return "What building it cost is not known, so neither is whether it has paid that back."
    if answer.build_cost == 0 or answer.running_net is None:
        return ""
    cost, total = money(answer.build_cost, currency), answer.running_net
    if answer.paid_back_on is not None:
        return f"It has paid back its building cost of {cost} on {day_name(answer.paid_back_on)}."
    if total <= 0:
        lost = f"has cost {money(-total, currency)} more than it brought" if total else "has brought nothing"
        until = f" to {day_name(answer.last_day)}" if dated else ""
        span = f"{'From' if dated else 'Since'} {day_name(answer.first_day)}{until}"
        so_far = f"{span} it {lost}, and its building cost of {cost} besides"
        return f"{so_far}{_ahead(foretold, trend)}."
    when = f"by {day_name(answer.last_day)}" if dated else "so far"
    return f"{money(total, currency)} of its building cost of {cost} is paid back {when}{_ahead(foretold, trend)}."


def _ahead(foretold: date | None, trend: bool) -> str:
    if foretold is not None:
        return f"; by the trend of its weeks all of it is about {day_name(foretold)}"
    return "; by the trend of its weeks it will not be paid back within two years" if trend else ""
