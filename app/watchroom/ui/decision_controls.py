"""A control for each input of a what-if: of the right kind, with the reference's range, and missing to choose."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from watchroom.domain.decision import Value
from watchroom.domain.usual import Usual
from watchroom.reports.decision_facts import Facts, Input
from watchroom.reports.decision_words import number_text, usual_text, value_text
from watchroom.store.queries.decision import Spread
from watchroom.ui.text import one_line, plain

STEPS = 100
"""Steps of a slider over the usual range: as fine as a hand can set it."""

FEW = 25
"""A number with no more different values than this is chosen among them."""

HEAVY_TAIL = 5
"""Past so many times the usual range a slider would be all tail: then the number is typed."""


_NO_MARKDOWN = re.compile(r"[^\W_]+(?:[_ ][^\W_]+)*")


@dataclass(frozen=True)
class Range:
    """What a number's control offers: from `low` to `high` by `step`; `typed` when a slider would not do."""

    low: float
    high: float
    step: float
    whole: bool
    typed: bool


def range_of(value: Value, usual: Usual | None, spread: Spread | None) -> Range:
    """The range of a number: that of the reference, wide enough for the value itself."""
    given = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
    ends = [end for end in (usual.least, usual.greatest, given) if math.isfinite(end)] if usual else [given]
    ends = [end for end in ends if math.isfinite(end)] or [0.0, 1.0]
    low, high = min(ends), max(ends)
    whole = bool(spread and spread.whole) and (math.isnan(given) or given == int(given))
    width = usual.high - usual.low if usual and math.isfinite(usual.low) else high - low
    if high == low:
        return Range(low, high, 1.0 if whole else _nice((abs(low) or 1.0) / STEPS), whole, typed=True)
    step = max(1.0, _nice(width / STEPS)) if whole else _nice((width or high - low) / STEPS)
    typed = high - low > HEAVY_TAIL * max(width, 1e-300)
    return Range(low, high, 1.0 if whole and step < 2 else step, whole, typed)


def _nice(step: float) -> float:
    """The largest of 1, 2, 5 × a power of ten that is not above."""
    if not math.isfinite(step) or step <= 0:
        return 0.01
    power = 10.0 ** math.floor(math.log10(step))
    return float(next(nice for nice in (5, 2, 1) if nice * power <= step * (1 + 1e-9)) * power)


def controls(
    facts: Facts,
    kinds: Mapping[str, str],
    categories: Mapping[str, Sequence[str]],
    spreads: Mapping[str, Spread],
    key: str,
    starts: Mapping[str, Value],
) -> dict[str, Value]:
    """A control for each input in the order in which they mattered; the values chosen.

    `starts` are the values at which controls begin, where that is not the decision's own.
    """
    chosen: dict[str, Value] = {}
    inputs = [one for one in facts.inputs if one.feature in kinds]
    with st.grid(3, min_column_width=230):
        for place, one in enumerate(inputs):
            with st.container(border=True, height="stretch", gap="xxsmall"):
                own = f"{key}_{place}"
                start = starts.get(one.feature, one.value)
                chosen[one.feature] = _control(one, kinds[one.feature], categories.get(one.feature, ()),
                                               spreads.get(one.feature), own, start)  # fmt: skip
    return chosen


def _control(one: Input, kind: str, categories: Sequence[str], spread: Spread | None, key: str, start: Value) -> Value:
    label = label_of(one.feature)
    missing = st.session_state.get(f"{key}_missing", start is None)
    if kind == "category":
        return _category(one, categories, label, key, start)
    found = (
        _boolean(start, label, key, missing) if kind == "boolean" else _number(one, spread, label, key, missing, start)
    )
    left, right = st.columns([2, 1], vertical_alignment="center")
    left.caption(plain(_about(one), 120))
    right.checkbox("missing", value=start is None, key=f"{key}_missing")
    return None if missing else found


def label_of(feature: str) -> str:
    """A column's name as a widget's label: one that is no Markdown stays as it is, for those who hear it read."""
    line = one_line(feature, 60)
    return line if _NO_MARKDOWN.fullmatch(line) else plain(line, 60)


def _about(one: Input) -> str:
    told = usual_text(one.usual, one.value)
    was = f"was {value_text(one.value)}"
    return f"{was}; usual {told}" if told else was


def _boolean(start: Value, label: str, key: str, missing: bool) -> bool:
    return st.toggle(label, value=bool(start), key=key, disabled=missing)


def _category(one: Input, categories: Sequence[str], label: str, key: str, start: Value) -> Value:
    known = list(categories) or [text for text, _ in (one.usual.shares if one.usual else ())]
    given = [value for value in (one.value, start) if value is not None]
    options: list[Value] = [*dict.fromkeys([*known, *given]), None]
    found = st.selectbox(
        label,
        options,
        index=options.index(start),
        format_func=lambda value: "missing" if value is None else one_line(value_text(value), 60),
        key=key,
    )
    st.caption(plain(_about(one), 120))
    return found


def _number(one: Input, spread: Spread | None, label: str, key: str, missing: bool, begin: Value) -> float:
    found = range_of(one.value, one.usual, spread)
    start = float(begin) if isinstance(begin, int | float) else _middle(one, found)
    if not found.typed:  # an address may ask for what a slider does not reach
        start = min(max(start, found.low), found.high)
    if found.typed:
        return float(
            st.number_input(label, value=start, step=found.step, key=key, disabled=missing,
                            format=_format(found, start),
                            help=f"In the reference {number_text(found.low)} to {number_text(found.high)}.")
        )  # fmt: skip
    if found.whole:
        return float(
            st.slider(label, int(found.low), int(found.high), int(start), int(found.step), key=key, disabled=missing)
        )
    return float(
        st.slider(
            label, found.low, found.high, start, found.step, key=key, disabled=missing, format=_format(found, start)
        )
    )


def _middle(one: Input, found: Range) -> float:
    """Where the control of a missing number stands: in the middle of what is usual."""
    middle = (one.usual.low + one.usual.high) / 2 if one.usual and math.isfinite(one.usual.low) else found.low
    middle = min(max(middle, found.low), found.high)
    return float(round(middle)) if found.whole else middle


def _format(found: Range, start: float) -> str:
    """As many decimals as the step has, and no fewer than tell the value."""
    if found.whole:
        return "%.0f"
    least = min(max(-math.floor(math.log10(found.step)), 0), 8)
    decimals = next((digits for digits in range(least, least + 4) if round(start, digits) == start), least + 3)
    return f"%.{decimals}f"
