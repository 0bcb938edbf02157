"""What a piece of advice on a model is: the kinds of action, how urgent, for whom, and what it would bring."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from watchroom.domain.actions_situation import Situation
from watchroom.domain.roles import BUSINESS, DATA_SCIENCE, OPERATIONS

ActionName = Literal[
    "mend what feeds it", "roll back", "promote the challenger", "retire", "retrain", "move the threshold",
    "ask for outcomes", "agree on targets", "say what it is worth", "keep",
]  # fmt: skip

Urgency = Literal["now", "soon", "when convenient", "nothing to do"]
NOTHING: Urgency = "nothing to do"
URGENCIES: tuple[Urgency, ...] = ("now", "soon", "when convenient", NOTHING)

CHANGES: tuple[ActionName, ...] = (
    "mend what feeds it", "roll back", "promote the challenger", "retire", "retrain", "move the threshold",
)  # fmt: skip
"""Actions that change what the model does: with none of them, it is kept."""

DOES: dict[ActionName, str] = {
    "mend what feeds it": OPERATIONS,
    "roll back": OPERATIONS,
    "promote the challenger": DATA_SCIENCE,
    "retire": OPERATIONS,
    "retrain": DATA_SCIENCE,
    "move the threshold": DATA_SCIENCE,
    "ask for outcomes": OPERATIONS,
    "agree on targets": BUSINESS,
    "say what it is worth": BUSINESS,
    "keep": BUSINESS,
}
"""Who does what was decided. Who decides is the same for all: see `DECIDES`."""

FIRST: ActionName = "mend what feeds it"
"""Comes before everything else of its urgency: the others wait for it."""

DECIDES = BUSINESS
"""Who decides: the business owns the model's purpose and pays for it. The ledger holds others to it."""


@dataclass(frozen=True)
class Money:
    """What something would bring in thirty days, in the currency; with its 95 % interval, where there is one."""

    more: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Action:
    """Something to do: how urgent it is, why in a sentence with its numbers, what it is worth, where to look.

    `worth` is None when it cannot be told; `page` is a page of the room with its parameters.
    """

    action: ActionName
    urgency: Urgency
    reason: str
    page: str
    worth: Money | None = None
    params: tuple[tuple[str, str], ...] = ()
    target_version: int | None = None
    cutoff: float | None = None

    @property
    def rank(self) -> tuple[int, bool, bool, float, int]:
        """Lower is more pressing: the order of `store.queries.actions` too, so that every page names the same first.

        Within an urgency broken inputs come first, then what surely brings money, then what brings most, then the order
        of `DOES`.
        """
        surely = self.worth is not None and self.worth.low is not None and self.worth.low > 0
        worth = -self.worth.more if self.worth is not None else math.inf
        place = list(DOES).index(self.action)
        return URGENCIES.index(self.urgency), self.action != FIRST, not surely, worth, place


@dataclass(frozen=True)
class Rule:
    """When an action is advised, in words as the documentation has them, and the function that finds it."""

    action: ActionName
    when: str
    urgency: str
    find: Callable[[Situation], Action | None]
