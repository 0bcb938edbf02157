"""What is wrong with the values of a feature, and when that is an alarm."""

from __future__ import annotations

import numpy as np
import pytest

from tests.domain.samples import category_bins, count_numbers, number_bins
from watchroom.domain.quality import quality, quality_status

RARE, UNSEEN, INVALID, MISSING = range(4)


def test_of_a_number_it_counts_missing_invalid_and_out_of_range():
    bins = number_bins([1.0, 2.0, 3.0, np.nan])
    counts = count_numbers(bins, [0.5, 1, 3, 3.5, 99, np.nan, np.nan, 2], [])
    counts[0, INVALID] = 2
    found = quality(bins, counts, None)
    assert (found.n.tolist(), found.missing.tolist(), found.invalid.tolist()) == ([10, 0], [2, 0], [2, 0])
    assert found.out_of_range.tolist() == [3, 0]
    assert found.unseen is None
    assert found.share[0] == pytest.approx(0.4)
    assert np.isnan(found.share[1])
    assert found.reference_share == 0.25


def test_an_unseen_category_is_counted_where_it_can_be_told():
    bins = category_bins([50, 40], missing=10)
    counts = np.array([[5, 7, 0, 8, 40, 40]])
    closed, open_ended = quality(bins, counts, True), quality(bins, counts, False)
    assert closed.unseen.tolist() == [7]
    assert closed.share[0] == pytest.approx(0.15)
    assert open_ended.unseen is None
    assert open_ended.share[0] == pytest.approx(0.08)
    assert closed.out_of_range.tolist() == [0]


def test_nothing_is_out_of_the_range_of_a_reference_without_values():
    bins = number_bins([np.nan, np.nan])
    assert quality(bins, count_numbers(bins, [1.0, 2.0]), None).out_of_range.tolist() == [0]


@pytest.mark.parametrize(
    ("missing", "n", "light"),
    [
        (0, 1000, "stable"),
        (10, 1000, "stable"),
        (40, 1000, "watch"),
        (25, 1000, "stable"),  # 2.5 % is past 2 %, but not surely
        (200, 1000, "failing"),
        (1, 30, "no data"),  # one in a quiet week may be chance, and may be a tenth
        (0, 5, "no data"),
        (5, 5, "failing"),
        (0, 0, "no data"),
    ],
)
def test_a_light_needs_a_share_that_is_surely_beyond_the_limit(missing, n, light):
    bins = category_bins([1000])
    found = quality(bins, np.array([[0, 0, 0, missing, n - missing]]), True)
    assert quality_status(found, 0.02, 0.1).tolist() == [light]


@pytest.mark.parametrize("kept", [0, 500])
def test_only_what_exceeds_the_reference_counts(kept):
    bins = category_bins([kept], missing=500)
    current = np.array([[0, 0, 0, 5000, 10 * kept]])
    assert quality_status(quality(bins, current, True), 0.02, 0.1).tolist() == ["stable"]


def test_without_a_reference_every_wrong_value_is_too_many():
    bins = category_bins([0])
    found = quality(bins, np.array([[0, 0, 0, 300, 700]]), True)
    assert np.isnan(found.reference_share)
    assert quality_status(found, 0.02, 0.1).tolist() == ["failing"]
