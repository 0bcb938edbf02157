"""How figures of a table are written: digits that suit a whole column, lengths of time. Pure text, no widgets."""

from __future__ import annotations

import math
from collections.abc import Iterable

DIGITS = 4
"""Significant digits of a typical value; what differs further down seldom matters, and the download has all of them."""


def decimals_of(values: Iterable[float]) -> int | None:
    """How many decimals give a column's typical value DIGITS digits, from 0 to 6; None where no one number suits all.

    None means: write each by itself, with `figure_text`. Values that are not finite, and zeros, do not count.
    """
    sizes = sorted(abs(value) for value in values if math.isfinite(value) and value != 0)
    if not sizes:
        return 0
    typical = math.floor(math.log10(sizes[len(sizes) // 2]))
    if sizes[-1] >= 1e12:
        return None
    if all(value == int(value) for value in sizes):
        return 0
    decimals = min(max(DIGITS - 1 - typical, 0), 6)
    return None if sizes[0] < 0.5 * 10.0**-decimals else decimals


def figure_text(value: float, decimals: int | None = None) -> str:
    """One figure with so many decimals, or with DIGITS digits; what is not finite as `NaN`, `∞`, `-∞`."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    return f"{value:.{DIGITS}g}" if decimals is None else f"{value:.{decimals}f}"


def duration_text(seconds: float) -> str:
    """`0.4 s`, `42 s`, `3 min 05 s`, `2 h 07 min`, `3 d 04 h`; a negative one (clocks differ) keeps its sign."""
    if not math.isfinite(seconds):
        return ""
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    if seconds < 10:
        return f"{sign}{seconds:.1f} s"
    whole = round(seconds)
    for size, small, big_name, small_name in ((86400, 3600, "d", "h"), (3600, 60, "h", "min"), (60, 1, "min", "s")):
        if whole >= size:
            return f"{sign}{whole // size} {big_name} {whole % size // small:02d} {small_name}"
    return f"{sign}{whole} s"


def is_number(text: str) -> bool:
    """Whether a text is a number, as parameters are logged; `nan` is none."""
    try:
        return not math.isnan(float(text))
    except ValueError:
        return False
