"""What should be done about a model next: the rules, in one table, and how their findings are settled and ranked.

Pure: a `Situation` in, the actions out. Nothing is advised on too little data: then what is missing is asked for. The
worth of an action is what a table says of it, and unknown where none does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from watchroom.domain import actions_rules as rules
from watchroom.domain import actions_words as words
from watchroom.domain.actions_situation import UNUSED_DAYS, Situation
from watchroom.domain.actions_types import CHANGES, Action, ActionName, Rule

RULES: tuple[Rule, ...] = (
    Rule(
        "mend what feeds it",
        "An input has far more missing, unseen or impossible values than its reference, or far fewer decisions come in "
        "than usual.",
        "now",
        rules.mend,
    ),
    Rule(
        "roll back",
        f"An earlier version is known to be good, and is surely better on at least {rules.MIN_OUTCOMES} decisions with "
        f"an outcome that both scored; or performance fails, began to within {rules.NEW_DAYS} days of the change, the "
        "inputs are sound, and nothing shows the earlier one to be worse.",
        "now when performance fails, else soon",
        rules.roll_back,
    ),
    Rule(
        "promote the challenger",
        f"On at least {rules.MIN_OUTCOMES} decisions with an outcome that both scored the challenger is better by the "
        "metric, by money or by both, and by neither worse; surely when every 95 % interval is clear of zero.",
        "now when performance fails, soon when surely better or surely worth more, else when convenient",
        rules.promote,
    ),
    Rule(
        "retire",
        f"It lost money in each of the last {rules.LOSING_MONTHS} finished months, no version is known to be better, "
        f"and no cut-off makes up for it; or it has decided nothing for more than {UNUSED_DAYS} days, and its file "
        "gives no least number of decisions a day.",
        "soon, for one that decides nothing when convenient",
        rules.retire,
    ),
    Rule(
        "retrain",
        "Its performance is beyond a limit or surely on the way there, as Health has it under Age; or by the trend of "
        f"its weeks it stops paying within {rules.SOON_DAYS} days, every line within the interval stops too, and "
        "no cut-off makes up for it; nor, while performance is stable, surely brings money.",
        "now when at its failing limit or nearly, unless performance is stable and the metric surely gets better, else "
        "soon",
        rules.retrain,
    ),
    Rule(
        "move the threshold",
        f"On at least {rules.MIN_OUTCOMES} decisions with an outcome another cut-off earns more, and all of the 95 % "
        "interval says so.",
        f"soon when it brings {100 * rules.MUCH:.0f} % of what the last finished month earned, else when convenient",
        rules.move,
    ),
    Rule(
        "ask for outcomes",
        "There are too few outcomes, or too old ones, to judge it by: of those made 30 to 120 days before "
        f"the last decision fewer than {100 * rules.FEW_SHARE:.0f} % have one; or no decision of it is known.",
        "soon for a critical or high tier, or when its inputs have drifted, else when convenient",
        rules.outcomes,
    ),
    Rule(
        "agree on targets",
        "It has no KPI, a KPI has no target, or a role has not agreed to one as it stands.",
        "soon for a critical or high tier with KPIs, else when convenient",
        rules.agree,
    ),
    Rule(
        "say what it is worth",
        "Its file does not say what its decisions are worth.",
        "when convenient",
        rules.say_worth,
    ),
)
"""Every rule but the last: a model that decides, of which nothing is to be changed or asked for, is kept."""


def advise(situation: Situation) -> tuple[Action, ...]:
    """What to do about a model, the most pressing first; never empty for a model that has decided anything."""
    every = [rule for rule in RULES if not situation.is_silent or rule.action in OF_SILENCE]
    found = [action for rule in every if (action := rule.find(situation)) is not None]
    settled = _settled(found, situation)
    if not any(one.action in CHANGES or one.action == "ask for outcomes" for one in settled):
        settled += [rules.keep(situation)] if situation.version is not None else []
    return tuple(sorted(settled, key=lambda one: one.rank))


OF_SILENCE: tuple[ActionName, ...] = ("mend what feeds it", "retire")
"""All that is said of a model that decides nothing any more: what else is known of it is of another time."""

BEFORE: dict[ActionName, tuple[ActionName, ...]] = {
    "mend what feeds it": ("retrain", "retire", "move the threshold"),
    "roll back": ("promote the challenger", "retrain", "retire", "move the threshold"),
    "promote the challenger": ("retrain", "retire", "move the threshold"),
    "retire": ("retrain", "move the threshold"),
}
"""What an action stands in for: a version that is to be replaced is not tuned, and broken values are not learnt."""

_INSTEAD: dict[ActionName, str] = {
    "mend what feeds it": "Retraining waits for it: a new version would learn the broken values.",
    "promote the challenger": "It comes before retraining: a better version is there already.",
    "retire": "Retraining is no answer while nothing shows that a new version would earn its cost.",
}
"""What is added to the reason of an action that stands in for retraining."""


def _settled(found: Sequence[Action], situation: Situation) -> list[Action]:
    """Without what another action stands in for. `found` is in the order of `RULES`: the first has its way."""
    kept: list[Action] = []
    out: set[ActionName] = set()
    named = {one.action for one in found}
    for one in found:
        if one.action in out:
            continue
        instead = BEFORE.get(one.action, ()) if _stands_in(one, situation) else ()
        if one.action == "promote the challenger" and situation.challenger_pays:
            instead = (*instead, "move the threshold")
        because = _INSTEAD.get(one.action, "") if "retrain" in named.intersection(instead) - out else ""
        kept.append(replace(one, reason=f"{one.reason} {because}".rstrip()))
        out.update(instead)
    return _alternatives(kept, situation, moves="move the threshold" in named)


def _alternatives(kept: Sequence[Action], situation: Situation, *, moves: bool) -> list[Action]:
    """With a word on a challenger and another cut-off, which is this version's: both together may lose money."""
    names = {one.action for one in kept}
    if not moves or "promote the challenger" not in names:
        return list(kept)
    either = words.either(situation, waits="move the threshold" not in names)
    of = ("promote the challenger", "move the threshold")
    return [replace(one, reason=f"{one.reason} {either}") if one.action in of else one for one in kept]


def _stands_in(one: Action, situation: Situation) -> bool:
    """A challenger that is only probably better stands in for nothing, nor do decisions that fail to come in."""
    match one.action:
        case "promote the challenger":
            return situation.challenger_is_sure
        case "mend what feeds it":
            return situation.quality == "failing"
    return True
