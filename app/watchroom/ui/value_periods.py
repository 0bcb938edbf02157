"""By day, week or month: the periods that the Value page shows, chosen once for all of its views."""

from __future__ import annotations

from datetime import date, timedelta

import streamlit as st

from watchroom.domain.periods import Whole
from watchroom.ui.scope import Period

GRAINS: dict[str, Whole] = {"Day": "day", "Week": "week", "Month": "month"}

SHOWN_DAYS: dict[Whole, int] = {"day": 61, "week": 26 * 7, "month": 730}
"""How far back each is shown at least: money and targets are looked at over more than the usual thirty days."""


def choose_grain() -> Whole:
    """Day, week or month, kept in the address as `by`; the month first, as businesses count."""
    picked = st.segmented_control(
        "By", list(GRAINS), key="by", bind="query-params", default="Month", required=True, width="content"
    )
    return GRAINS[str(picked)]


def shown(grain: Whole, period: Period, day: date) -> tuple[date, date]:
    """The first and the last day to show: the scope's period, and as much before it as makes a line."""
    last = min(period.last_day, day)
    reach = last - timedelta(SHOWN_DAYS[grain] - 1)
    return min(period.first_day, reach), last
