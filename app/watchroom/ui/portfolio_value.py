"""What all models return: by model and by month, their running costs, and whether they have been paid back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from watchroom.charts import portfolio as charts
from watchroom.charts import value as value_charts
from watchroom.charts.portfolio import Bar
from watchroom.charts.style import Chart
from watchroom.domain.money_text import money
from watchroom.domain.value import net_of, total
from watchroom.reports import portfolio_words as words
from watchroom.reports.portfolio_facts import Choice, Earned, Facts
from watchroom.store.queries import value as queries
from watchroom.store.queries.value import Answer
from watchroom.ui.navigation import link
from watchroom.ui.portfolio_facts import facts_of, rows
from watchroom.ui.room import ask, drawn
from watchroom.ui.states import empty, section, sourced
from watchroom.ui.tables import download
from watchroom.ui.text import count_of, number, plain, some
from watchroom.ui.workspace import facts

QUIET = {"displayModeBar": False}

BARS = 20
"""Models drawn, half of them from either end when there are more: the table has all."""

NAMED = 3


@dataclass(frozen=True)
class Return:
    """What a model brought in the months looked at, and in all; None for unknown."""

    model: str
    title: str
    benefit: float | None
    run_cost: float | None
    net: float | None
    earned: Answer | None


def show(told: Facts) -> None:
    """The view."""
    found = drawn(returns, choice=told.choice)
    if told.earned is None or not found:
        empty(
            "What the models are worth is not known.",
            "Say under `value:` in a model's file what its decisions are worth; then refresh.",
            command="watchroom refresh",
        )
        return
    currency = facts().currency
    section("What each model returns", _span(told))
    st.markdown(plain(sentence(told.earned, len(told.models), currency), 400))
    chart = drawn(_by_model, choice=told.choice)
    st.plotly_chart(chart.figure, config=QUIET, alt=chart.alt, key="portfolio_by_model")
    if len(found) > BARS:
        st.caption(f"The {BARS // 2} that bring most and the {BARS // 2} that bring least of {number(len(found))}.")
    _losing(found, currency)
    section("Month by month, all together")
    months = drawn(_months, choice=told.choice)
    st.plotly_chart(months.figure, config=QUIET, alt=months.alt, key="portfolio_months")
    _paid_back(found, currency)
    st.caption(sourced(_span(told), len(found), "model"))
    st.caption(
        "Net is the benefit against what would be done without the model, from outcomes and estimated where they are "
        "not there yet, less the running cost of the days in service. Models of which it is not known are left out."
    )
    download("Download as CSV", "portfolio-value", lambda: table(found))


def _span(told: Facts) -> str:
    earned = told.earned
    return "" if earned is None else f"{words.span(earned.first, earned.last)}{'' if earned.over else ', so far'}"


def returns(*, choice: Choice) -> tuple[Return, ...]:
    """Each model of which the money is known in the months looked at, the one that brings most first."""
    told = facts_of(choice)
    if told.earned is None:
        return ()
    start = pd.to_datetime(told.money["period_start"])
    looked = told.money[(start >= pd.Timestamp(told.earned.first)) & (start <= pd.Timestamp(told.earned.last))]
    sums = net_of(looked)
    sums = sums[sums["benefit"].notna() | sums["estimated_benefit"].notna()]
    titles = {one.name: one.title for one in rows().projects if one.kind == "model"}
    answers = ask(queries.all_models)
    found = [_return(str(model), row, titles, answers) for model, row in sums.to_dict("index").items()]
    return tuple(sorted(found, key=lambda one: (-(one.net if one.net is not None else -float("inf")), one.title)))


def _return(model: str, row: Mapping[Any, Any], titles: Mapping[str, str], answers: Mapping[str, Answer]) -> Return:
    return Return(
        model,
        titles.get(model, model),
        total(row[name] for name in ("benefit", "estimated_benefit")).amount,
        None if pd.isna(row["run_cost"]) else float(row["run_cost"]),
        None if pd.isna(row["net"]) else float(row["net"]),
        answers.get(model),
    )


def sentence(earned: Earned, models: int, currency: str) -> str:
    """What they brought, less what they cost to run, and the net of the two; of how many of so many models."""
    if earned.net is None:
        return "Of no model it is known what it brought in all of this time."
    if earned.run_cost is None:
        costing = "; what they cost to run is not known"
    else:
        whom = "them" if earned.costed == earned.models else f"{number(earned.costed)} of them"
        costing = f" less {money(earned.run_cost, currency)} to run {whom}"
    guessed = f" ({money(earned.estimated, currency)} of it estimated)" if earned.estimated else ""
    untold = models - earned.models
    rest = f" Of {count_of(untold, 'other model')} it is not known." if untold else ""
    return (
        f"{count_of(earned.models, 'model')} brought {money(earned.benefit, currency)}{guessed}{costing}: "
        f"{money(earned.net, currency)} net.{rest}"
    )


def _by_model(*, choice: Choice) -> Chart:
    found, currency = [one for one in returns(choice=choice) if one.net is not None], facts().currency
    shown = found if len(found) <= BARS else [*found[: BARS // 2], *found[-BARS // 2 :]]
    bars = [Bar(one.title, one.net or 0.0, money(one.net, currency), _tip(one, currency)) for one in shown]
    return charts.by_model(bars, currency, "Net by model")


def _tip(one: Return, currency: str) -> str:
    return (
        f"{one.title}: net {money(one.net, currency, exact=True)}, benefit {money(one.benefit, currency, exact=True)}, "
        f"running cost {money(one.run_cost, currency, exact=True)}"
    )


def _losing(found: Sequence[Return], currency: str) -> None:
    losing = [one for one in reversed(found) if one.net is not None and one.net < 0]
    if not losing:
        return
    with st.container(border=True, gap="xsmall"):
        st.markdown(f":red[:material/trending_down:] **{count_of(len(losing), 'model')} lost money**")
        for one in losing[:NAMED]:
            label = f":blue[**{plain(one.title, 60)}**] {plain(money(one.net, currency))}"
            link("value", label, params={"model": one.model})
        if len(losing) > NAMED:
            st.caption(f"{number(len(losing) - NAMED)} more are in the download.")


def _months(*, choice: Choice) -> Chart:
    """All models' money by month; in a chosen quarter its months."""
    found = facts_of(choice).money
    columns = ["decisions", "labelled", "benefit", "estimated_benefit", "run_cost", "net"]
    summed = found.groupby(["period_start", "period_end"], as_index=False)[columns].sum(min_count=1)
    summed[["decisions", "labelled"]] = summed[["decisions", "labelled"]].fillna(0)
    return value_charts.earned(summed, facts().currency, rows().today)


def _paid_back(found: Sequence[Return], currency: str) -> None:
    """What building them cost, and how much of it they have earned so far."""
    built = [one for one in found if one.earned is not None and one.earned.build_cost is not None]
    if not built:
        st.markdown("What building them cost stands in no model's file (`value.build_cost`): nobody can say whether "
                    "they have paid it back.")  # fmt: skip
        return
    cost = sum(one.earned.build_cost or 0.0 for one in built if one.earned)
    back = sum(one.earned.running_net or 0.0 for one in built if one.earned)
    owing = [one for one in built if one.earned and one.earned.paid_back_on is None]
    who = f" Not paid back yet: {some([one.title for one in owing], NAMED)}." if owing else " All are paid back."
    of, net = f"{number(len(built))} of {count_of(len(found), 'model')}", money(back, currency)
    times = f", {back / cost:.1f} times as much" if cost > 0 and back > 0 else ""
    text = f"Building {of} cost {money(cost, currency)}; since they are in service they have earned {net} net{times}."
    st.markdown(plain(f"{text}{who}", 500))


def table(found: Sequence[Return]) -> pd.DataFrame:
    """Each model with what it brought, as a plain table."""
    return pd.DataFrame(
        [
            {
                "model": one.model,
                "title": one.title,
                "benefit": one.benefit,
                "run_cost": one.run_cost,
                "net": one.net,
                "net_since_in_service": one.earned.running_net if one.earned else None,
                "build_cost": one.earned.build_cost if one.earned else None,
                "paid_back_on": one.earned.paid_back_on if one.earned else None,
            }
            for one in found
        ]
    )
