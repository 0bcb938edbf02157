"""A decision's explanation adds up, however it is shown."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as some
from scipy.special import expit

from watchroom.domain.decision import Explanation, Part, as_probability, explanation, probability, steps

ADDED = some.lists(some.floats(-5, 5), min_size=1, max_size=25)


def made(added: list[float], *, base: float = -1.0, space: str = "log-odds", klass: str | None = "1") -> Explanation:
    parts = [Part(f"f{place}", float(place), one) for place, one in enumerate(added)]
    return explanation(space=space, method="tree", base=base, output=base + sum(added), klass=klass, parts=parts)


@given(ADDED, some.integers(1, 30))
def test_the_steps_lead_from_the_base_to_the_output(added: list[float], most: int):
    found = made(added)
    bars = steps(found, most)
    assert len(bars) == min(most, len(added))
    assert bars[0].start == found.base
    assert all(one.end == pytest.approx(other.start) for one, other in pairwise(bars))
    assert bars[-1].end == pytest.approx(found.output, abs=1e-9)
    assert sum(bar.others or 1 for bar in bars) == len(added)


@given(ADDED)
def test_as_probabilities_they_lead_from_one_probability_to_the_other(added: list[float]):
    found = made(added)
    bars = steps(found, 100, probabilities=True)
    assert bars[0].start == pytest.approx(float(expit(found.base)))
    assert bars[-1].end == pytest.approx(float(expit(found.output)), abs=1e-9)


@given(some.floats(-800, 800))
def test_a_probability_is_the_logistic_of_the_log_odds(value: float):
    assert probability(value) == pytest.approx(float(expit(value)), abs=1e-12)


@given(ADDED)
def test_the_largest_comes_first_and_equal_ones_by_name(added: list[float]):
    parts = made(added).parts
    assert list(parts) == sorted(parts, key=lambda part: (-abs(part.added), part.feature))


@pytest.mark.parametrize(
    ("space", "klass", "told"), [("log-odds", "1", True), ("log-odds", "cat", False), ("units", None, False)]
)
def test_only_log_odds_of_one_class_are_a_probability(space: str, klass: str | None, told: bool):
    assert as_probability(made([1.0], space=space, klass=klass)) is told
