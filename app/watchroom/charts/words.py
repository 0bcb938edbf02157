"""Numbers and days as charts write them: short, and with no more digits than they deserve."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import pandas as pd


def short(value: float | None) -> str:
    """Three digits, thousands apart: `0.842`, `−12.3`, `1,235`; `–` for none, `∞` for what is beyond all numbers."""
    if value is None or pd.isna(value):
        return "–"
    if value < 0:
        return f"−{short(-value)}"
    if not math.isfinite(value):
        return "∞"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) >= 1e-4 or value == 0 else f"{value:.1e}"


def signed(value: float) -> str:
    """As `short`, always with its sign: `+0.41`, `−1,235`; `0` has none."""
    return short(value) if value == 0 or value != value else f"{'+' if value > 0 else '−'}{short(abs(value))}"


def cutoff_text(value: float) -> str:
    """A cut-off with at least two digits: `0.50`, `0.125`."""
    text = f"{value:.5f}".rstrip("0")
    return text if len(text.partition(".")[2]) >= 2 else f"{value:.2f}"


def share(value: float | None) -> str:
    """`12 %`, and below a tenth `2.1 %`; `–` for none."""
    if value is None or pd.isna(value):
        return "–"
    return f"{value:.0%}".replace("%", " %") if value >= 0.1 or value == 0 else f"{value:.1%}".replace("%", " %")


def days(first: Any, last: Any) -> str:
    """`2 to 8 Nov 2026`, `28 Oct to 3 Nov 2026`, `8 Nov 2026` for one day."""
    start, end = _day(first), _day(last)
    whole = f"{end.day} {end:%b %Y}"
    if start == end:
        return whole
    if start.year != end.year:
        return f"{start.day} {start:%b %Y} to {whole}"
    return f"{start.day}{'' if start.month == end.month else f' {start:%b}'} to {whole}"


def records(frame: pd.DataFrame) -> list[Any]:
    """The rows, each with its columns as attributes."""
    return list(frame.itertuples())


def _day(moment: Any) -> date:
    found: date = pd.Timestamp(moment).date()
    return found
