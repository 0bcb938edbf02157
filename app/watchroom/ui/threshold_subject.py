"""What every part of the Threshold page knows: a model's decisions, its worths, the best cut-off, the words for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from watchroom.domain.outcomes import Floats
from watchroom.domain.profit import Curve, InUse, Stakes, curve, cutoffs, earned, stakes
from watchroom.domain.profit_best import Best, best
from watchroom.domain.value import Baseline
from watchroom.domain.worth import OutcomeWorth, terms_of
from watchroom.store.queries import threshold as queries
from watchroom.store.queries.threshold import Advised
from watchroom.ui.room import ask, drawn
from watchroom.ui.text import count_of, one_line
from watchroom.workspace.model_file import ModelSpec

UNKNOWN_WORTH = OutcomeWorth()
"""What a file without `value` says."""


@dataclass(frozen=True)
class Names:
    """What answers are called: `yes` and `no` are predictions 1 and 0, `real` and `unreal` outcomes 1 and 0."""

    yes: str = "1"
    no: str = "0"
    real: str = "1"
    unreal: str = "0"


@dataclass(frozen=True)
class Found:
    """What the decisions of a version in a period come to at every cut-off, by some worths.

    `month` is the benefit a month at each of `cutoffs()` before running costs, NaN where a worth is missing: their
    worth less `without`, what the file's `baseline` would have been worth. Without a baseline that is 0, and so is it
    where `compared` is False, because the outcomes do not tell what would have been done; then `month` is worth.
    `half` is half the width of the 95 % interval of it against the cut-off in use. `best` is None when the worths or
    the outcomes do not tell.
    `to_month` turns a sum over the decisions with an outcome into that of all in thirty days. `days` are those of
    service, `decisions` those with a score, `labelled` those of them with an outcome, `unscored` those without score.
    """

    curve: Curve
    month: Floats
    half: Floats
    best: Best | None
    at_stake: Stakes | None
    in_use: InUse | None
    to_month: float
    days: int
    decisions: int
    labelled: int
    positives: int
    unscored: int
    first: date
    last: date
    known_yes: float
    known_no: float
    served: bool
    top: float
    without: float
    compared: bool

    @property
    def now(self) -> float | None:
        """The cut-off in use; None when nothing tells."""
        return None if self.in_use is None else self.in_use.cutoff


@dataclass(frozen=True)
class Subject:
    """A binary model and version, its file's words and worths, and the days that are looked at."""

    model: str
    title: str
    file: str
    version: int
    first: date
    last: date
    period: str
    names: Names
    worth: OutcomeWorth
    currency: str
    baseline: Baseline | None = None
    advised: Advised | None = None

    def found(self, worth: OutcomeWorth) -> Found | None:
        """What its decisions come to by these worths; None without decisions in the period."""
        return drawn(
            _found, model=self.model, version=self.version, first=self.first, last=self.last, worth=worth,
            baseline=self.baseline,
        )  # fmt: skip


def names_of(spec: ModelSpec) -> Names:
    """The names in a model's file; the answers themselves where it gives none."""
    answer = spec.answer
    yes, no = (one_line(answer.prediction(value), 30) for value in ("1", "0"))
    real, unreal = (one_line(answer.outcome(value), 30) for value in ("1", "0"))
    return Names(yes, no, real, unreal)


def worth_of(spec: ModelSpec) -> OutcomeWorth:
    """The four worths of a model's file; what it leaves out is None."""
    terms = terms_of(spec.value.model_dump()) if spec.value else None
    return terms if isinstance(terms, OutcomeWorth) else UNKNOWN_WORTH


def advised_days(advised: Advised) -> str:
    """`the 90 days to 19 Nov that have outcomes`."""
    n = (advised.last - advised.first).days + 1
    return f"the {count_of(n, 'day')} to {advised.last.day} {advised.last:%b} that have outcomes"


def _found(
    *, model: str, version: int, first: date, last: date, worth: OutcomeWorth, baseline: Baseline | None
) -> Found | None:
    decided = ask(queries.decided, model=model, version=version, first=first, last=last)
    if decided is None:
        return None
    scored, at_stake = decided.scored, stakes(worth)
    now = None if decided.in_use is None else decided.in_use.cutoff
    told = best(scored, at_stake, now) if at_stake else None
    every = curve(scored)
    unknown = cutoffs() * float("nan")
    money = earned(every, worth) * scored.to_month
    without = _without(money, every, baseline)
    return Found(
        every, money - (without or 0.0), told.half * scored.to_month if told else unknown, told, at_stake,
        decided.in_use, scored.to_month, scored.days, scored.decisions, scored.labelled, int(every.tp[0]),
        decided.unscored, decided.first, decided.last, decided.known_yes, decided.known_no, decided.served,
        _top(every, now, told), without or 0.0, without is not None,
    )  # fmt: skip


def _without(money: Floats, every: Curve, baseline: Baseline | None) -> float | None:
    """What the answers of the baseline are worth: no to all, or yes to all. None where outcomes do not tell them.

    The majority is that of the decisions at hand.
    """
    if baseline is None:
        return 0.0
    yes = {"all_positive": True, "all_negative": False, "majority": bool(every.tp[0] > every.fp[0])}.get(
        baseline.naive or ""
    )
    return None if yes is None else float(money[0] if yes else money[-1])


_TOPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5)
"""Ends of the scale of cut-offs; 1 when scores go further."""

_OUTLIERS = 0.001
"""Share of decisions whose scores may lie beyond the end of the scale."""


def _top(every: Curve, now: float | None, told: Best | None) -> float:
    """Where the scale of cut-offs ends: rare events have all their scores in a corner of it."""
    marked = [now or 0.0, *([told.high, told.cutoff] if told else [])]
    needed = max([one for one in marked if one <= 1], default=0.0)
    at = cutoffs()
    for top in _TOPS:
        beyond = every.alerts[int(at.searchsorted(top - 1e-9))]
        if needed < top and beyond <= _OUTLIERS * every.alerts[0]:
            return top
    return 1.0
