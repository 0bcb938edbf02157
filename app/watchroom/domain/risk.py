"""The tier of a model from its three risk axes: business, legal, ethical.

The rule is here and nowhere else; what each tier asks for is in the policies. Pure: values in, a value out.
"""

from __future__ import annotations

from itertools import product
from typing import Literal

Level = Literal["low", "medium", "high"]
Tier = Literal["low", "medium", "high", "critical"]

LEVELS: tuple[Level, ...] = ("low", "medium", "high")
TIERS: tuple[Tier, ...] = ("low", "medium", "high", "critical")
"""From the least demanding to the most."""

RULE = (
    "The highest of the three axes gives the tier; two or three axes at high give critical. "
    "An axis that has not been assessed may be anything, so the tier is known only where it cannot change it."
)


def tier(business: Level | None, legal: Level | None, ethical: Level | None) -> Tier | None:
    """The tier by `RULE`; `None` means not assessed, for an axis and for the answer.

    The axes do not offset one another: a model that is harmless to the law and ethically high is high, not medium.
    """
    axes = [LEVELS if level is None else (level,) for level in (business, legal, ethical)]
    possible = {_tier_of(levels) for levels in product(*axes)}
    return possible.pop() if len(possible) == 1 else None


def _tier_of(levels: tuple[Level, ...]) -> Tier:
    if levels.count("high") >= 2:
        return "critical"
    return max(levels, key=LEVELS.index)
