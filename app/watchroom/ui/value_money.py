"""Money of one model: what it earned, against what, by which assumptions; and what it would earn by others."""

from __future__ import annotations

from datetime import date

import pandas as pd
import streamlit as st

from watchroom.charts import value as charts
from watchroom.charts.style import Chart
from watchroom.charts.value import Mark, Payback
from watchroom.charts.words import days, share
from watchroom.domain.money_text import money
from watchroom.reports import value_words as words
from watchroom.store.queries import value as queries
from watchroom.store.queries.models import Model
from watchroom.store.queries.value import Answer
from watchroom.ui import scenario, value_assumed, value_empty, value_saved, value_scenario, value_steps
from watchroom.ui.health_subject import spec_of
from watchroom.ui.over_time import over_time
from watchroom.ui.room import ask, drawn
from watchroom.ui.scope import scope
from watchroom.ui.states import empty, figure, sourced
from watchroom.ui.tables import download
from watchroom.ui.text import count_of, number, plain, sentence, some
from watchroom.ui.value_figures import Changes, Figures, figures_of, terms_fields
from watchroom.ui.value_periods import choose_grain, shown


def show(model: Model) -> None:
    """The view."""
    spec = spec_of(model.name)
    if spec is None:
        value_empty.no_file(model)
        return
    if spec.value is None:
        value_empty.no_value(model, spec)
        return
    found = scenario.figures(model)
    assert found is not None, "a file that speaks of money has assumptions"
    answer = found.answer
    if not terms_fields(found.given) or (answer is not None and found.given == found.assumed and _costs_alone(found)):
        value_empty.no_money(model, spec)
    if answer is None:
        value_empty.no_counts(model, spec)
        value_assumed.show(found)
        return
    if found.scenario:
        value_scenario.banner(found)
    _answer(found, answer)
    _over_time(found)
    value_scenario.section(found)
    value_saved.section(found)
    value_steps.show(found, answer)
    _paid_back(found, answer)


def _costs_alone(found: Figures) -> bool:
    """Whether the file says nothing of what a decision is worth."""
    fields = terms_fields(found.given)
    return bool(fields) and all(getattr(found.given.terms, name) is None for name in fields)


def _answer(found: Figures, answer: Answer) -> None:
    """The sentence, and its figures one by one."""
    currency = found.currency
    paid = words.paid_back(answer, currency, found.foretold, trend=found.trend)
    if found.scenario:
        compared = value_assumed.file_baseline(found.assumed)
        told = words.earned_against(answer, compared, found.spec.answer, currency)
        st.subheader(f":orange[In this scenario:] {sentence(f'{told} {paid}', 700)}", anchor=False)
    elif paid:
        icon = ":green[:material/check_circle:]" if answer.paid_back_on else ":material/hourglass_top:"
        st.subheader(f"{icon} {sentence(paid, 400)}", anchor=False)
    without = answer.decisions - answer.labelled
    told = words.difference(answer, currency)
    decisions = f"of {count_of(answer.decisions, 'decision')}"
    since = f"since {answer.first_day.day} {answer.first_day:%b %Y}"
    with st.grid(5, min_column_width=150):
        figure(
            f"Net, {words.month_name(answer)}",
            money(answer.net, currency),
            f"{told} the month before" if told else "after its costs",
            wraps=True,
        )
        figure("From outcomes", money(answer.benefit, currency), f"{number(answer.labelled)} {decisions}", wraps=True)
        guessed = money(answer.estimated_benefit, currency) if without else "–"
        told = f"{number(without)} {decisions} have no outcome yet" if without else "all decisions have an outcome"
        figure("Estimated", guessed, told, wraps=True)
        figure("Running cost", money(answer.run_cost, currency), "for the days in service", wraps=True)
        figure("Net in all", money(answer.running_net, currency), since, wraps=True)


def _over_time(found: Figures) -> None:
    """The chart by period, with the assumptions beside it."""
    left, right = st.columns([13, 6], gap="medium")
    with left:
        grain = choose_grain()
        first, last = shown(grain, scope().period, found.today)
        asked = {"model": found.model.name, "changes": found.changes, "grain": grain, "first": first, "last": last}
        rows = drawn(_rows, **asked)  # type: ignore[arg-type]
        if rows.empty:
            empty("No day of it lies in this period.", "Choose a longer period in the sidebar.")
        elif rows[["benefit", "estimated_benefit", "run_cost"]].isna().all(axis=None):
            names = [name for name, _ in value_assumed.missing(found) if name in terms_fields(found.assumed)]
            gaps = [value_assumed.label(name, found.spec.answer).lower() for name in names]
            empty(
                "What its decisions brought cannot be worked out.",
                f"Its file does not say what these are worth: {some(gaps, 6)}. Try figures below.",
            )
        else:
            chart = drawn(_earned_drawn, **asked)  # type: ignore[arg-type]
            over_time(chart, "money", model=found.model.name)
            _under_chart(found, rows)
            name = f"{'scenario-' if found.scenario else ''}money-by-{grain}"
            download("Download as CSV", name, lambda: _taken_home(found, rows))
    with right:
        value_assumed.show(found)


def _taken_home(found: Figures, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with the assumptions that they were made by: a file is read far from this page."""
    told = "; ".join(f"{name}={'' if value is None else value}" for name, value in found.changes)
    return rows.assign(currency=found.currency or None, assumptions=f"scenario: {told}" if told else "file")


def _under_chart(found: Figures, rows: pd.DataFrame) -> None:
    decisions, labelled = int(rows["decisions"].sum()), int(rows["labelled"].sum())
    baseline = value_assumed.baseline_text(found.assumed, found.spec.answer)
    against = f"Without the model: {plain(baseline, 90)}. " if found.assumed.baseline is not None else ""
    has = f"{plain(share(labelled / decisions if decisions else 0.0))} of them with an outcome"
    period = days(rows["period_start"].iloc[0], min(rows["period_end"].iloc[-1], pd.Timestamp(found.today)))
    scenario = "**By a scenario.** " if found.scenario else ""
    st.caption(f"{scenario}{against}{sourced(period, decisions, 'decision')}, {has}")


def _rows(*, model: str, changes: Changes, grain: str, first: date, last: date) -> pd.DataFrame:
    rows = _figures(model, changes).by(grain)  # type: ignore[arg-type]
    start, end = pd.to_datetime(rows["period_start"]), pd.to_datetime(rows["period_end"])
    kept = rows[(end >= pd.Timestamp(first)) & (start <= pd.Timestamp(last))]
    return kept.assign(period_start=start, period_end=end).reset_index(drop=True)


def _figures(model: str, changes: Changes) -> Figures:
    from watchroom.store.queries import models as model_queries

    known = next(one for one in ask(model_queries.overview) if one.name == model)
    found = figures_of(known, changes)
    assert found is not None, "what is drawn has a file that speaks of money"
    return found


def _earned_drawn(*, model: str, changes: Changes, grain: str, first: date, last: date) -> Chart:
    rows = drawn(_rows, model=model, changes=changes, grain=grain, first=first, last=last)
    found = _figures(model, changes)
    marks = [Mark(one.day, f"v{one.version}") for one in ask(queries.takings, model=model) if one.before is not None]
    return charts.earned(rows, found.currency, found.today, marks, scenario=found.scenario)


def _paid_back(found: Figures, answer: Answer) -> None:
    if answer.running_net is None:
        return
    st.markdown("**All of it, day by day, against what building it cost**")
    chart = drawn(_running_drawn, model=found.model.name, changes=found.changes, currency=found.currency)
    over_time(chart, "running", model=found.model.name)
    if answer.build_cost is None:
        st.caption("`build_cost` is not given in its file, so whether it has paid back is not known.")
    else:
        scenario = "**By a scenario.** " if found.scenario else ""
        st.caption(f"{scenario}Net: from outcomes and estimated, less running costs.")


def _running_drawn(*, model: str, changes: Changes, currency: str) -> Chart:
    found = _figures(model, changes)
    answer = found.answer
    assert answer is not None, "what is drawn has days"
    day = answer.paid_back_on or found.foretold
    payback = Payback(answer.build_cost, day, foretold=answer.paid_back_on is None)
    return charts.running(found.by("day"), currency, payback, scenario=found.scenario)
