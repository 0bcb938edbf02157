"""How figures of a table are written."""

from __future__ import annotations

import math

import pytest

from watchroom.domain.figures import decimals_of, duration_text, figure_text


@pytest.mark.parametrize(
    ("values", "decimals"),
    [
        ([0.1234, 0.5, 0.77], 4),
        ([35.12345, 36.0], 2),
        ([1234.5678, 1500.1], 0),
        ([1.0, 20.0, 300.0], 0),
        ([0.00123, 0.002], 6),
        ([0.0000001], None),
        ([1e-9, 0.5, 12345678.9], None),
        ([0.001, 0.5, 0.7], 4),
        ([1e15, 2.5], None),
        ([math.nan, math.inf, 0.0], 0),
        ([], 0),
    ],
)
def test_a_column_gets_the_decimals_of_its_typical_value(values, decimals):
    assert decimals_of(values) == decimals


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.42, "0.4 s"),
        (42, "42 s"),
        (59.7, "1 min 00 s"),
        (185, "3 min 05 s"),
        (7620, "2 h 07 min"),
        (273600, "3 d 04 h"),
        (-5, "-5.0 s"),
        (math.nan, ""),
    ],
)
def test_a_length_of_time_is_written_in_its_two_largest_units(seconds, text):
    assert duration_text(seconds) == text


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (math.nan, 2, "NaN"),
        (-math.inf, None, "-∞"),
        (0.5, 3, "0.500"),
        (1e-9, None, "1e-09"),
        (12345678.9, None, "1.235e+07"),
    ],
)
def test_a_figure_is_written_with_its_decimals_or_with_four_digits(value, decimals, text):
    assert figure_text(value, decimals) == text
