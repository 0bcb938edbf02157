"""What happened after a proposal was done: the days before its version went into service against those from then on."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from watchroom.charts.words import days
from watchroom.domain.figures import figure_text
from watchroom.domain.money_text import money
from watchroom.domain.performance import Measured, binary, multiclass, regression
from watchroom.domain.vocabulary import METRIC_NAMES, USUAL_METRIC
from watchroom.store.queries import proposals as queries
from watchroom.store.queries import windows
from watchroom.store.queries.proposals import KpiThen, Side
from watchroom.ui.health_subject import spec_of
from watchroom.ui.room import ask, drawn
from watchroom.ui.text import number, one_line, plain
from watchroom.ui.workspace import facts

if TYPE_CHECKING:
    from watchroom.ledger.proposals import Proposal


def show(one: Proposal) -> None:
    """The comparison, or in a sentence why there is none."""
    assert one.result is not None, "asked only of what is done"
    if one.result.version is None or one.verdict is None:
        st.caption("No version came of it, so before and after are not compared.")
        return
    decided = one.verdict.at.date()
    found = ask(queries.around, model=one.proposed.model, version=one.result.version, since=decided)
    if found is None:
        st.caption(
            f"Version {one.result.version} has not taken over yet, as far as the snapshot knows: what happened "
            "after is not known."
        )
        return
    before, after = found
    table = drawn(compared, model=one.proposed.model, before=before, after=after)
    st.markdown("**What happened after**")
    st.dataframe(
        table,
        hide_index=True,
        row_height=34,
        placeholder="–",
        alt=f"{len(table)} figures of the {before.days} days before and the {after.days} days after",
    )
    running = "" if after.days == queries.DAYS else f" So far {after.days} of {queries.DAYS} days after are over."
    early = " It took over before this was decided here." if after.first < decided else ""
    st.caption(
        f"Before: {plain(days(before.first, before.last))}, version {before.version}. After: "
        f"{plain(days(after.first, after.last))}, version {after.version}.{running}{early} Other "
        "things changed in this time too: the difference is not all its doing."
    )


Row = tuple[str, str, str, str, str]
"""A figure's name, its value before and after, and what each rests on."""


def compared(*, model: str, before: Side, after: Side) -> pd.DataFrame:
    """The metric, each KPI and the net per month of both times, as text, with what each rests on."""
    rows = [*_metric(model, before, after), *_kpis(model, before, after), *_net(model, before, after)]
    return pd.DataFrame(rows, columns=["Figure", "Before", "After", "From, before", "From, after"])


def _metric(model: str, before: Side, after: Side) -> Iterator[Row]:
    spec = spec_of(model)
    if spec is None or spec.task is None:
        return
    limits = spec.monitor.performance
    name = (limits.metric if limits else None) or USUAL_METRIC[spec.task]
    told = [_measured(spec.task, model, side).get(name) for side in (before, after)]
    n = [one.n if one is not None else 0 for one in told]
    yield METRIC_NAMES.get(name, name), _interval(told[0]), _interval(told[1]), *_outcomes(n)


def _measured(task: str, model: str, side: Side) -> dict[str, Measured]:
    asked = {"model": model, "version": side.version, "first": side.first, "last": side.last}
    if task == "regression":
        return dict(regression(ask(windows.errors, **asked)))  # type: ignore[arg-type]
    cells = ask(windows.cells, **asked)  # type: ignore[arg-type]
    return dict(binary(cells) if task == "binary" else multiclass(cells))


def _interval(found: Measured | None) -> str:
    if found is None or math.isnan(found.value):
        return "unknown"
    if math.isnan(found.low) or math.isnan(found.high):
        return figure_text(found.value)
    return f"{figure_text(found.value)} ({figure_text(found.low)} to {figure_text(found.high)})"


def _kpis(model: str, before: Side, after: Side) -> Iterator[Row]:
    sides = [ask(queries.kpis, model=model, first=side.first, last=side.last) for side in (before, after)]
    for name in dict.fromkeys([*sides[0], *sides[1]]):
        one, other = (side.get(name) for side in sides)
        both = [found for found in (one, other) if found is not None]
        unit = next((found.unit for found in both if found.unit), "")
        label = f"{one_line(name, 60)}{f', {one_line(unit, 40)}' if unit else ''}"
        n = [_count(found.n if found else 0) for found in (one, other)]
        yield label, _value(one), _value(other), f"{n[0]} decisions", f"{n[1]} decisions"


def _value(found: KpiThen | None) -> str:
    return "unknown" if found is None or found.value is None else figure_text(found.value)


def _net(model: str, before: Side, after: Side) -> Iterator[Row]:
    one, other = (ask(queries.net, model=model, first=side.first, last=side.last) for side in (before, after))
    if one.net_per_month is None and other.net_per_month is None:
        return
    currency = facts().currency
    yield (
        "Net in thirty days",
        money(one.net_per_month, currency),
        money(other.net_per_month, currency),
        f"{_count(one.labelled)} outcomes, {_count(one.decisions)} decisions",
        f"{_count(other.labelled)} outcomes, {_count(other.decisions)} decisions",
    )


def _outcomes(n: Sequence[int]) -> tuple[str, str]:
    return f"{_count(n[0])} outcomes", f"{_count(n[1])} outcomes"


def _count(n: int) -> str:
    return number(n)
