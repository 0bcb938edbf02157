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


OF_A_SECTION = 7
"""Tests that the rubric has in each section."""


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
    """Each section in the rubric's order, and the total: the least score of them.

    A section without items has none of its seven points: what is not asked is not shown. Empty without any items.
    """
    counted = list(items)
    if not counted:
        return ()
    by_section = {section: [item for item in counted if item.section == section] for section in SECTIONS}
    scores = tuple(
        SectionScore(section, sum(_points(item) for item in held), len(held) or OF_A_SECTION)
        for section, held in by_section.items()
    )
    return (*scores, SectionScore(TOTAL, min(one.score for one in scores), min(one.most for one in scores)))


def _points(item: Counted) -> float:
    if not item.met:
        return 0.0
    return BY_A_PERSON if item.by_person else BY_ITSELF
