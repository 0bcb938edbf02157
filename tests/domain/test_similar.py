"""Gower's distance by hand."""

from __future__ import annotations

import numpy as np
import pytest

from watchroom.domain.similar import nearest

NUMBERS = np.array([[30.0, 1000.0], [40.0, 1500.0], [30.0, np.nan], [90.0, 1000.0]])
TEXTS = np.array([["car", "red"], ["car", None], ["van", "red"], ["van", "blue"]], object)
SCALES = np.array([40.0, 1000.0])


def look(one_numbers, one_texts, k=4, numbers=NUMBERS, texts=TEXTS, scales=SCALES):
    return nearest(numbers, texts, (np.array(one_numbers, float), np.array(one_texts, object)), scales, k)


def test_distances_are_gowers_by_hand():
    found = look([30, 1000], ["car", "red"])
    # the last is 60 away on a scale of 40, which counts as 1; a missing number against one that is there counts as 1
    by_hand = [0, (10 / 40 + 500 / 1000 + 0 + 1) / 4, (0 + 1 + 1 + 0) / 4, (1 + 0 + 1 + 1) / 4]
    assert list(found.places) == [0, 1, 2, 3]
    assert found.distances == pytest.approx(by_hand)


def test_missing_is_like_missing():
    found = look([30, np.nan], ["van", None], k=1)
    assert list(found.places) == [2]
    assert found.distances == pytest.approx([1 / 4])


@pytest.mark.parametrize("scale", [0.0, np.nan])
def test_a_number_that_never_varies_counts_as_the_same_or_not(scale):
    found = look([5.0], [], numbers=np.array([[5.0], [6.0]]), texts=np.empty((2, 0), object), scales=np.array([scale]))
    assert list(found.distances) == [0.0, 1.0]


def test_equal_ones_stay_in_their_order_and_no_more_come_than_there_are():
    same = np.ones((3, 2))
    found = look([1, 1], ["a"], k=9, numbers=same, texts=np.array([["a"], ["a"], ["b"]], object))
    assert list(found.places) == [0, 1, 2]
    assert found.distances == pytest.approx([0, 0, 1 / 3])


@pytest.mark.parametrize(
    ("numbers", "texts"), [(np.empty((0, 2)), np.empty((0, 2), object)), (np.empty((2, 0)), np.empty((2, 0), object))]
)
def test_nothing_to_compare_is_no_error(numbers, texts):
    one = np.zeros(numbers.shape[1]), np.array(["x"] * texts.shape[1], object)
    found = nearest(numbers, texts, one, np.ones(numbers.shape[1]), 5)
    assert list(found.distances) == [0.0] * len(numbers)
