"""What each rule of the advice looks for: a finding with its reason and worth, or None. The table is in `actions`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from watchroom.domain import actions_words as words
from watchroom.domain.actions_situation import Month, Situation
from watchroom.domain.actions_types import NOTHING, Action, ActionName, Money, Urgency
from watchroom.domain.duel import GOOD
from watchroom.domain.releases import FAILS_WITHIN

MIN_OUTCOMES = 100
"""Decisions with an outcome that two versions must share, or a cut-off rest on, before a change is advised: with fewer
an interval that is clear of zero by chance is more likely than one that is by merit."""

LOSING_MONTHS = 3
"""Finished months in a row with a loss before a model is said to be retired: one bad month is weather."""

SOON_DAYS = 90
"""A runway that ends within so many days leaves time for one retraining, with its approval."""

NEW_DAYS = FAILS_WITHIN.days
"""Trouble that began within so many days of a version's taking over is taken for the change's, as of a release."""

FEW_SHARE = 0.1
"""With outcomes for fewer of its older decisions than this, how a model does is a guess."""

PRESSING_TIERS = ("critical", "high")
"""Tiers of which a gap in what is known is not left until it is convenient."""

MUCH = 0.1
"""A better cut-off that brings at least this share of what the model earns is not left until it is convenient."""


def mend(at: Situation) -> Action | None:
    """Broken inputs, or decisions that fail to come in; of a silent log only the latter."""
    if at.is_silent and at.volume != "failing":
        return None
    if at.quality != "failing" and at.volume != "failing":
        return None
    page = {"model": at.model, "part": "Why"}
    return _action("mend what feeds it", "now", words.feeds(at), "health", page)


def roll_back(at: Situation) -> Action | None:
    """A known good version that is better, or trouble that a change brought."""
    back = at.back
    if back is None:
        return None
    better = back.surely_better and back.n >= MIN_OUTCOMES
    if not better and not _new_trouble(at):
        return None
    urgency: Urgency = "now" if at.performance == "failing" else "soon"
    page = {"model": at.model, "view": "Go back"}
    return replace(
        _action("roll back", urgency, words.back(at, back), "versions", page, _money(back.worth)),
        target_version=back.version,
    )


def _new_trouble(at: Situation) -> bool:
    """Whether performance fails and began to soon after the version took over."""
    if at.performance != "failing" or at.quality == "failing" or at.back is None:
        return False
    if at.since is None or at.failing_since is None:
        return False
    return not at.back.looks_worse and 0 <= (at.failing_since - at.since).days <= NEW_DAYS


def promote(at: Situation) -> Action | None:
    """A challenger that does better."""
    rival = at.challenger
    if rival is None or rival.n < MIN_OUTCOMES or rival.word not in GOOD:
        return None
    sure = at.challenger_is_sure or (rival.worth is not None and rival.worth[1] > 0)
    urgency: Urgency = "now" if at.performance == "failing" else "soon" if sure else "when convenient"
    page = {"model": at.model, "view": "Champion or challenger"}
    return replace(
        _action("promote the challenger", urgency, words.rival(at, rival), "versions", page, _money(rival.worth)),
        target_version=rival.version,
    )


def retire(at: Situation) -> Action | None:
    """Months of loss without a way out, or a log that nobody adds to any more."""
    if at.is_silent:
        found = _action("retire", "when convenient", words.silent(at), "health", {"model": at.model})
        return None if at.volume == "failing" else found
    months = at.losing
    if len(months) < LOSING_MONTHS or _way_out(at):
        return None
    page = {"model": at.model, "view": "Money"}
    return _action("retire", "soon", words.losing(at, months), "value", page, Money(_loss(months)))


def _loss(months: Sequence[Month]) -> float:
    """What the last of the months lost in the mean, each weighted by its days with decisions."""
    last = months[-LOSING_MONTHS:]
    return -sum(month.net * month.days for month in last) / sum(month.days for month in last)


def _way_out(at: Situation) -> bool:
    """Whether another version may be better, or a cut-off that is surely better would make up for the loss."""
    if at.challenger is not None and at.challenger.word in GOOD:
        return True
    if at.back is not None and at.back.surely_better:
        return True
    return _cutoff_covers(at, _loss(at.losing))


def _cutoff_covers(at: Situation, loss: float) -> bool:
    """Whether another cut-off surely brings more in thirty days than the loss, which is above nothing."""
    best = at.cutoff
    return best is not None and best.low is not None and best.n >= MIN_OUTCOMES and best.moves and best.low > loss


def retrain(at: Situation) -> Action | None:
    """A model that has aged, or is about to stop paying."""
    page = {"model": at.model, "part": "Age"}
    if at.decay in ("retrain now", "plan retraining"):
        heals = at.improves and at.performance == "stable"
        urgency: Urgency = "now" if at.decay == "retrain now" and not heals else "soon"
        return _action("retrain", urgency, words.decay(at), "health", page)
    if _running_out(at):
        money = {"model": at.model, "view": "Runway"}
        return _action("retrain", "soon", words.runway(at, at.runway), "value", money) if at.runway else None
    return None


def _running_out(at: Situation) -> bool:
    """Whether it surely stops paying soon, or does not pay now, and no cut-off is known to make up for it.

    Where performance is stable and another cut-off surely brings money, the loss is the cut-off's.
    """
    run = at.runway
    if at.performance == "stable" and _cutoff_covers(at, 0.0):
        return False
    if run is None or run.ends_on is None or run.ends_late is None or (run.ends_on - at.today).days > SOON_DAYS:
        return False
    net = run.net_per_month or 0.0
    return net >= 0 or not _cutoff_covers(at, -net)


def move(at: Situation) -> Action | None:
    """A cut-off that surely earns more."""
    best = at.cutoff
    if best is None or best.n < MIN_OUTCOMES or best.low is None or best.low <= 0 or not best.moves:
        return None
    earned = abs(at.months[-1].net) if at.months else 0.0
    much = best.gain >= MUCH * earned if earned else False
    urgency: Urgency = "soon" if much else "when convenient"
    found = _action("move the threshold", urgency, words.cutoff(at, best), "threshold", {"model": at.model})
    return replace(found, worth=Money(best.gain, best.low, best.high), cutoff=best.best)


def outcomes(at: Situation) -> Action | None:
    """Too little to judge it by."""
    if at.version is None:
        return None
    few = at.old_decisions > 0 and at.old_labelled < FEW_SHARE * at.old_decisions
    if at.decay != "ask for outcomes" and not few and at.decisions:
        return None
    blind = at.drift == "drifted" and at.performance == "no data"
    urgency: Urgency = "soon" if at.tier in PRESSING_TIERS or blind else "when convenient"
    return _action("ask for outcomes", urgency, words.outcomes(at), "health", {"model": at.model})


def agree(at: Situation) -> Action | None:
    """Targets that are missing, or not agreed to."""
    if at.kpis and not any(kpi.missing or kpi.target is None for kpi in at.kpis):
        return None
    urgency: Urgency = "soon" if at.tier in PRESSING_TIERS and at.kpis else "when convenient"
    return _action("agree on targets", urgency, words.targets(at), "value", {"model": at.model, "view": "Targets"})


def say_worth(at: Situation) -> Action | None:
    """Money that nobody has put on its decisions."""
    if at.priced or at.task == "multiclass":
        return None
    page = {"model": at.model, "view": "Money"}
    return _action("say what it is worth", "when convenient", words.unpriced(at), "value", page)


def keep(at: Situation) -> Action:
    """Nothing to change: why it is kept."""
    return _action("keep", NOTHING, words.keep(at), "value", {"model": at.model})


def _action(
    action: ActionName, urgency: Urgency, reason: str, page: str, params: dict[str, str], worth: Money | None = None
) -> Action:
    return Action(action, urgency, reason, page, worth, tuple(params.items()))


def _money(found: tuple[float, float, float] | None) -> Money | None:
    return None if found is None or not all(map(math.isfinite, found)) else Money(*found)
