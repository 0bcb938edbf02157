"""Axes of money: few round amounts, written as people write them."""

from __future__ import annotations

import math
from collections.abc import Iterable

import plotly.graph_objects as go

from watchroom.charts.style import MOST_DRAWN
from watchroom.domain.money_text import short_money

_TICKS = 5
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_AIR = 0.08


def extent(values: Iterable[float], *, top_air: float = _AIR) -> tuple[float, float]:
    """What an axis must show for these values and zero, with some air; what no axis can hold is left out."""
    known = [0.0, *(float(value) for value in values if abs(value) <= MOST_DRAWN)]
    low, high = min(known), max(known)
    length = (high - low) or 1.0
    return (low - length * _AIR if low < 0 else low), high + length * top_air


def ticks(low: float, high: float, most: int = _TICKS) -> list[float]:
    """Round amounts between the two, zero among them when it lies there, at most `most` and one more."""
    rough = max(high - low, 1e-12) / most
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * one for one in _STEPS if size * one >= rough * (1 - 1e-9))
    return [place * step for place in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]


def money_axis(chart: go.Figure, low: float, high: float, currency: str, *, axis: str = "y") -> None:
    """Show these amounts on an axis, written short: `€12k`, `−€1.2m`."""
    found = ticks(low, high)
    chart.update_layout(
        {
            f"{axis}axis": {
                "range": [low, high],
                "tickmode": "array",
                "tickvals": found,
                "ticktext": [short_money(value, currency) for value in found],
            }
        }
    )
