"""The tier that three risk axes give."""

from __future__ import annotations

from itertools import permutations, product

import pytest

from watchroom.domain.risk import LEVELS, TIERS, tier


@pytest.mark.parametrize(
    ("axes", "expected"),
    [
        (("low", "low", "low"), "low"),
        (("medium", "low", "low"), "medium"),
        (("medium", "medium", "medium"), "medium"),
        (("high", "low", "low"), "high"),
        (("high", "medium", "medium"), "high"),
        (("high", "high", "low"), "critical"),
        (("high", "high", "high"), "critical"),
        ((None, None, None), None),
        (("low", "low", None), None),
        (("high", "low", None), None),
        (("high", "high", None), "critical"),
    ],
)
def test_the_highest_axis_decides_whatever_the_order(axes, expected):
    assert {tier(*order) for order in permutations(axes)} == {expected}


@pytest.mark.parametrize("axis", range(3))
def test_more_risk_on_one_axis_never_gives_a_lower_tier(axis):
    for levels in product(LEVELS, repeat=3):
        for higher in LEVELS[LEVELS.index(levels[axis]) :]:
            raised = (*levels[:axis], higher, *levels[axis + 1 :])
            assert TIERS.index(tier(*raised)) >= TIERS.index(tier(*levels))
