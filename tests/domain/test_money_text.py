"""Amounts as people write them."""

from __future__ import annotations

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from watchroom.domain.money_text import decimals, money, money_between, short_money


@pytest.mark.parametrize(
    ("value", "currency", "shown"),
    [
        (12_345.6, "EUR", "€12,300"),
        (-1_204.9, "EUR", "−€1,200"),
        (0, "EUR", "€0"),
        (-0.0, "EUR", "€0"),
        (99.996, "EUR", "€100"),
        (34.6, "GBP", "£35"),
        (4.5, "GBP", "£4.50"),
        (9.999, "EUR", "€10"),
        (0.004, "EUR", "€0.004"),
        (34.5, "JPY", "¥34"),
        (5e-324, "EUR", "€0"),
        (-1e-12, "EUR", "€0"),
        (1.7e308, "EUR", "€1.7 × 10^308"),
        (-2e15, "CHF", "−CHF\u00a02 × 10^15"),
        (1_234_567, "USD", "$1,230,000"),
        (40, "CHF", "CHF\u00a040"),
        (12_345, None, "12,300"),
        (12_345, "", "12,300"),
        (None, "EUR", "unknown"),
        (math.nan, "EUR", "unknown"),
        (math.inf, "EUR", "unknown"),
    ],
)
def test_an_amount_in_a_sentence_has_three_digits_that_count(value, currency, shown):
    assert money(value, currency) == shown


@pytest.mark.parametrize(
    ("value", "currency", "shown"),
    [(12_345.6, "EUR", "€12,346"), (12.3, "EUR", "€12.30"), (-900, "EUR", "−€900"), (12.3, "JPY", "¥12")],
)
def test_an_amount_in_a_table_is_exact_to_the_unit(value, currency, shown):
    assert money(value, currency, exact=True) == shown


@pytest.mark.parametrize(
    ("value", "currency", "shown"),
    [
        (-0.005, "EUR", "−€0.005"),
        (15.5, "EUR", "€15.50"),
        (20_000, "EUR", "€20,000"),
        (1234.5678, "CHF", "CHF\u00a01,234.5678"),
        (2.5, "JPY", "¥2.5"),
        (0, "EUR", "€0"),
        (0.1 + 0.2, "", "0.30"),
        (None, "EUR", "unknown"),
    ],
)
def test_an_assumption_keeps_all_its_digits(value, currency, shown):
    assert money(value, currency, full=True) == shown


def test_a_difference_has_its_sign_and_nothing_has_none():
    assert money(1200, "EUR", signed=True) == "+€1,200"
    assert money(-1200, "EUR", signed=True) == "−€1,200"
    assert money(0, "EUR", signed=True) == "€0"
    assert money(-0.3, "JPY", signed=True, exact=True) == "¥0"


@pytest.mark.parametrize(
    ("value", "shown"),
    [(12_345, "€12.3k"), (-1_200_000, "−€1.2m"), (999_700, "€1m"), (950, "€950"), (2.5e9, "€2.5bn"), (None, "unknown")],
)
def test_an_axis_has_short_amounts(value, shown):
    assert short_money(value, "EUR") == shown


def test_an_interval_says_the_currency_at_both_ends():
    assert money_between(600, -3100, "EUR") == "€600 to −€3,100"
    assert money_between(None, 5, "EUR") == "unknown to €5.00"


def test_the_decimals_are_those_of_the_currency():
    assert [decimals(code) for code in ("EUR", "JPY", "TND", None)] == [2, 0, 3, 2]


@given(st.floats(), st.sampled_from(["EUR", "JPY", "CHF", None]), st.sampled_from(["", "signed", "exact", "full"]))
@example(5e-324, "EUR", "")
@example(1e308, "CHF", "full")
@example(-9.99e14, "CHF", "exact")
@example(-9.999e14, "CHF", "")
@example(-99_999_999.123456789, "CHF", "full")
@example(-999_999_999_999_999.9, "CHF", "full")
@example(-1_293_826_140_513.517, "CHF", "full")
@example(-0.00000000123456, "CHF", "")
def test_whatever_the_number_an_amount_is_one_that_can_be_read(value, currency, how):
    shown = [short_money(value, currency), money(value, currency, **({how: True} if how else {}))]
    assert max(map(len, shown)) <= 24
    assert all(shown)


@given(st.floats(-1e15, 1e15), st.sampled_from(["EUR", "JPY", None]))
def test_what_is_shown_is_within_half_of_the_third_digit(value, currency):
    shown = money(value, currency).replace(" × 10^", "e").replace("−", "-").replace(",", "").lstrip("-")
    size = float(shown.lstrip("€¥"))
    assert abs(size - abs(value)) <= max(abs(value) * 0.00501, 0.51 if currency == "JPY" or size >= 10 else 0.0051)
