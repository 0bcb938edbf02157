"""The ML Test Score: points by section, and the least of them. Which items there are is the policy's.

Breck, Cai, Nielsen, Salib and Sculley, "The ML Test Score: A Rubric for ML Production Readiness", IEEE Big Data 2017.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from watchroom.domain.policy import SECTIONS

TOTAL = "total"
"""The section of the total."""

BY_A_PERSON, BY_ITSELF = 0.5, 1.0
"""Points of an item that is met: answered by a person, or shown by what one brought; checked by itself repeatedly."""


@dataclass(frozen=True)
class Counted:
    """An item of the rubric: its section, whether it is met (waived is not), and whether a person said so."""

    section: str
    met: bool
    by_person: bool


@dataclass(frozen=True)
class SectionScore:
    """Points of a section, and what they could be: a point for each of its items."""

    section: str
    score: float
    most: int


def ml_test_score(items: Iterable[Counted]) -> tuple[SectionScore, ...]:
    """Each section that has items, in the rubric's order, and the total: the least score of its sections.

    Empty without items. The total's `most` is the least that a section could reach.
    """
    counted = list(items)
    scores = tuple(
        SectionScore(section, sum(_points(item) for item in held), len(held))
        for section in SECTIONS
        if (held := [item for item in counted if item.section == section])
    )
    if not scores:
        return ()
    return (*scores, SectionScore(TOTAL, min(one.score for one in scores), min(one.most for one in scores)))


def _points(item: Counted) -> float:
    if not item.met:
        return 0.0
    return BY_A_PERSON if item.by_person else BY_ITSELF
