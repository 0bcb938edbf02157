"""What experiments cost: hours of runs that failed, or that brought no version; as money where an hour has a price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd
import streamlit as st

from watchroom.charts import portfolio as charts
from watchroom.charts.portfolio import Part
from watchroom.charts.style import Chart
from watchroom.charts.words import share
from watchroom.domain.money_text import money
from watchroom.reports.portfolio_facts import Choice, Facts
from watchroom.store.queries import status
from watchroom.ui.navigation import link
from watchroom.ui.portfolio_facts import facts_of
from watchroom.ui.room import ask, drawn
from watchroom.ui.scope import ALL_MODELS
from watchroom.ui.states import code, empty, section, sourced
from watchroom.ui.tables import download
from watchroom.ui.text import count_of, number, one_line, plain
from watchroom.ui.workspace import facts

QUIET = {"displayModeBar": False}
PRICE = "compute_cost_per_hour"
NAMED = 5
"""Experiments told, those that took most for nothing; the download has all."""


@dataclass(frozen=True)
class Spent:
    """What an experiment took. `lost` are the hours of it that came to nothing."""

    name: str
    experiment_id: str
    runs: int
    failed: int
    hours: float
    lost: float


def show(told: Facts) -> None:
    """The view."""
    found = drawn(spent, choice=told.choice)
    section("What experiments cost that came to nothing")
    if not found:
        empty("No run was started.", "Runs appear when they are logged in MLflow. The choice above may leave them out.")
        return
    price = price_of_hour()
    st.markdown(f"**{plain(answer(found, price, facts().currency), 400)}**")
    chart = drawn(_chart, choice=told.choice)
    st.plotly_chart(chart.figure, config=QUIET, alt=chart.alt, key="portfolio_work")
    _most([one for one in found if one.lost > 0][:NAMED], price)
    st.caption(
        "An hour came to nothing when its run failed or was killed, or when its experiment belongs to no model: no "
        "version came from it, its tag `model` names none, and it is not called after one. Hours are from start to "
        "end; a run that waited for those nested in it is not counted twice. Deleted runs and experiments do not count."
    )
    if price is None:
        with st.expander("Say it in money"):
            st.markdown("Set what an hour of a run costs in `watchroom.yaml`, then refresh.")
            code("compute_cost_per_hour: 1.20\n\nwatchroom refresh")
    st.caption(sourced(told.choice.quarter.title if told.choice.quarter else "all time",
                       sum(one.runs for one in found), "run"))  # fmt: skip
    download("Download as CSV", "experiments-cost", lambda: pd.DataFrame([one.__dict__ for one in found]))


def price_of_hour() -> float | None:
    """What an hour of a run costs, in the workspace's currency; None when `watchroom.yaml` does not say."""
    text = ask(status.workspace).get(PRICE)
    try:
        return float(text) if text else None
    except ValueError:
        return None


def answer(found: Sequence[Spent], price: float | None, currency: str) -> str:
    """How much came to nothing, in hours, and in money where an hour has a price."""
    hours, lost = sum(one.hours for one in found), sum(one.lost for one in found)
    runs, failed = sum(one.runs for one in found), sum(one.failed for one in found)
    of = f"{share(lost / hours)} of the {_hours(hours)}" if hours else "None of the time"
    worth = f", {money(lost * price, currency, exact=True)}" if price is not None and lost else ""
    return (
        f"{of} that runs took came to nothing{f' ({_hours(lost)}{worth})' if lost else ''}; "
        f"{number(failed)} of {count_of(runs, 'run')} failed."
    )


def _hours(value: float) -> str:
    """`1,204 hours`, `2.4 hours`, `12 minutes`."""
    if value < 1:
        return count_of(round(value * 60), "minute") if value * 60 >= 0.5 else "less than a minute"
    return f"{value:,.0f} hours" if value >= 10 else f"{value:.1f} hours"


def spent(*, choice: Choice) -> tuple[Spent, ...]:
    """Each experiment with what it took, the one that took most for nothing first."""
    work = facts_of(choice).work
    of = work.assign(lost=_lost(work)).groupby(["experiment_id", "experiment"])
    sums = of[["runs", "failed", "hours", "lost"]].sum()
    found = [
        Spent(str(name), str(experiment), int(runs), int(failed), float(hours), float(lost))
        for (experiment, name), (runs, failed, hours, lost) in zip(sums.index, sums.to_numpy(), strict=True)
    ]
    return tuple(sorted(found, key=lambda one: (-one.lost, -one.hours, one.name)))


def _lost(work: pd.DataFrame) -> pd.Series[float]:
    """Hours that came to nothing: of an experiment that belongs to no model all, else those of failed runs."""
    return work["failed_hours"].where(work["model"].notna(), work["fruitless_hours"])


def _chart(*, choice: Choice) -> Chart:
    work = facts_of(choice).work
    failed = work["failed_hours"].where(work["model"].notna(), 0.0)
    parts = work.assign(useful=work["hours"] - _lost(work), fruitless=work["fruitless_hours"], broke=failed)
    by_month = parts.groupby("month")[["useful", "fruitless", "broke"]].sum()
    months: list[date] = [pd.Timestamp(one).date() for one in by_month.index]
    names = {"useful": "for a model", "fruitless": "for no model", "broke": "of runs that failed"}
    return charts.work(months, [Part(label, list(by_month[column])) for column, label in names.items()])


def _most(found: Sequence[Spent], price: float | None) -> None:
    if not found:
        return
    with st.container(border=True, gap="xsmall"):
        st.markdown("**Most for nothing**")
        for one in found:
            worth = "" if price is None else f" · {money(one.lost * price, facts().currency, exact=True)}"
            text = f"{_hours(one.lost)}{worth} · {number(one.failed)} of {count_of(one.runs, 'run')} failed"
            label = f":blue[**{plain(one.name, 60)}**] {plain(one_line(text))}"
            link("runs", label, params={"experiment": one.name, "model": ALL_MODELS})
