"""Money as people write it: `€12,300`, `−$1,200`, `CHF 40`, `¥1,234`.

Symbols and the decimals of a currency are those of the Unicode CLDR, by Babel.
"""

from __future__ import annotations

import math
from functools import cache

UNKNOWN = "unknown"

SENTENCE_DIGITS = 3
"""Digits that count in a sentence: the fourth of an estimate says nothing, and is hard to remember."""

WHOLE_FROM = 10
"""From here on nobody says the cents in a sentence."""

TOO_LONG = 0.9995e15
"""What three digits round to 10^15, or more: nobody reads all its digits, and floating point hardly holds them."""

NOTHING = 0.5e-10
"""Below, an amount is noise of floating point, and no part of a cent: half of the last decimal of `_FULL_PLACES`."""

_MINUS, _SPACE = "−", "\u00a0"
_FULL_PLACES = 10
"""Decimals beyond which a figure that somebody wrote down is noise of floating point."""

_FULL_DIGITS = 13
"""Digits that floating point surely holds of an amount that somebody wrote down."""

_SHORT = ((1e9, "bn"), (1e6, "m"), (1e3, "k"))


def money(
    value: float | None, currency: str | None, *, signed: bool = False, exact: bool = False, full: bool = False
) -> str:
    """An amount in a currency (ISO 4217; without one the bare number): three digits that count, thousands apart.

    `exact` gives every unit, and below a hundred the currency's decimals; `full` all the digits that a file gives, as
    `−€0.005`, `€15.50`, `€20,000`; `signed` a plus where it is above nothing.
    What is None, NaN or infinite is `unknown`; from `TOO_LONG` on a power of ten is written, `€1.7 × 10^308`.
    """
    if value is None or not math.isfinite(value):
        return UNKNOWN
    size = abs(value)
    figure = (_power if size >= TOO_LONG else _full if full else _exact if exact else _rounded)(size, currency)
    nothing = not any(digit in "123456789" for digit in figure)
    sign = "" if nothing else _MINUS if value < 0 else "+" if signed else ""
    return f"{sign}{_symbol(currency)}{figure}"


def short_money(value: float | None, currency: str | None) -> str:
    """An amount for an axis or a narrow cell: `€12k`, `−€1.2m`."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    for size, letter in _SHORT if abs(value) < TOO_LONG else ():
        # What three digits would round up to the next letter belongs to it.
        if abs(value) >= size * 0.9995:
            sign = _MINUS if value < 0 else ""
            return f"{sign}{_symbol(currency)}{abs(value) / size:.3g}{letter}"
    return money(value, currency)


def money_between(low: float | None, high: float | None, currency: str | None) -> str:
    """`€600 to €3,100`; an end that is not known is said to be unknown."""
    return f"{money(low, currency)} to {money(high, currency)}"


def decimals(currency: str | None) -> int:
    """The decimals that a currency is written with: 2 for the euro, 0 for the yen; 2 without a currency."""
    return _decimals(currency) if currency else 2


def _rounded(size: float, currency: str | None) -> str:
    if size < NOTHING:
        return "0"
    step = 10.0 ** (math.floor(math.log10(size)) + 1 - SENTENCE_DIGITS)
    kept = round(size / step) * step
    if kept >= WHOLE_FROM:
        return f"{kept if kept >= 10 ** (SENTENCE_DIGITS - 1) else size:,.0f}"
    places = decimals(currency)
    if kept < 10.0**-places:  # the worth of one decision may be a part of a cent
        return f"{size:.{SENTENCE_DIGITS}g}" if places else f"{size:.2g}"
    return f"{size:,.{places}f}"


def _power(size: float, currency: str | None) -> str:
    digits, _, power = f"{size:.{SENTENCE_DIGITS - 1}e}".partition("e")
    return f"{digits.rstrip('0').rstrip('.')} × 10^{int(power)}"


def _exact(size: float, currency: str | None) -> str:
    return f"{size:,.0f}" if size >= 100 else f"{size:,.{decimals(currency)}f}"


def _full(size: float, currency: str | None) -> str:
    places = min(_FULL_PLACES, _FULL_DIGITS - len(f"{size:.0f}"))
    whole, _, given = f"{size:,.{max(places, 0)}f}".partition(".")
    given = given.rstrip("0")
    return f"{whole}.{given:0<{decimals(currency)}}" if given else whole


@cache
def _symbol(currency: str | None) -> str:
    from babel.numbers import get_currency_symbol

    if not currency:
        return ""
    found = str(get_currency_symbol(currency, locale="en"))
    return f"{found}{_SPACE}" if found[-1:].isalpha() else found


@cache
def _decimals(currency: str) -> int:
    from babel.numbers import get_currency_precision

    return int(get_currency_precision(currency))
