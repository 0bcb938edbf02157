"""Until when a model pays: where it breaks even, how far that is, and when the trend of its weeks gets there."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import streamlit as st

from watchroom.charts import runway as charts
from watchroom.charts.runway import Trend
from watchroom.charts.style import Chart
from watchroom.charts.words import short
from watchroom.domain.money_text import money
from watchroom.domain.runway import MONTHS_IN_SLOPE_DAYS
from watchroom.reports import runway_words as words
from watchroom.store.queries import value as queries
from watchroom.store.queries.models import Model
from watchroom.store.queries.value import Runway
from watchroom.ui import value_empty
from watchroom.ui.health_subject import spec_of
from watchroom.ui.health_words import capital
from watchroom.ui.navigation import link
from watchroom.ui.over_time import over_time
from watchroom.ui.room import ask, drawn, reading
from watchroom.ui.scenario import PARAMETER
from watchroom.ui.states import empty, figure, sourced
from watchroom.ui.tables import download
from watchroom.ui.text import count_of, plain, sentence
from watchroom.ui.workspace import facts

_AHEAD, _BEYOND = timedelta(days=90), timedelta(days=30)
_MOST_AHEAD = timedelta(days=730)


def show(model: Model) -> None:
    """The view."""
    spec = spec_of(model.name)
    if spec is None:
        value_empty.no_file(model)
        return
    if spec.value is None:
        value_empty.no_value(model, spec)
        return
    found = ask(queries.runway, model=model.name)
    if found is None:
        empty(
            "Until when it pays is not known.",
            "It takes weeks with outcomes, and money worked out for them; the view Money says what is missing.",
        )
        return
    currency = facts().currency
    with reading() as snapshot:
        today = snapshot.day
    _answer(found, today, currency)
    if PARAMETER in st.query_params:
        st.caption(":material/experiment: By the assumptions of its file; a scenario has no runway of its own.")
    _figures(found, today, currency)
    _net(model, currency)
    _metric(model, found)


def _answer(found: Runway, today: date, currency: str) -> None:
    pays = (found.net_per_month or 0) > 0 and not (found.ends_on is not None and found.ends_on <= today)
    icon = ":gray[:material/help:]" if found.net_per_month is None else (
        ":green[:material/check_circle:]" if pays else ":red[:material/error:]"
    )  # fmt: skip
    st.subheader(f"{icon} {sentence(words.answer(found, today, currency), 500)}", anchor=False)
    if told := words.unsaid(found):
        st.markdown(f":gray[:material/info:] {sentence(told, 400)}")


def _figures(found: Runway, today: date, currency: str) -> None:
    name = words.metric_name(found.metric)
    with st.grid(4, min_column_width=170):
        by = f"by the line through {count_of(found.weeks, 'week')}"
        figure("Net a month now", money(found.net_per_month, currency), by, wraps=True)
        figure(
            "Change in thirty days",
            "–" if found.net_slope is None else money(found.net_slope, currency, signed=True),
            words.slope_text(found, currency),
            wraps=True,
        )
        figure("Stops paying", *_ends(found, today), wraps=True)
        if found.metric:
            now = short(found.metric_now)
            told = f"break-even at {short(found.break_even)}" if found.break_even is not None else "break-even unknown"
            figure(f"{capital(name)} now", now, told, wraps=True)


def _ends(found: Runway, today: date) -> tuple[str, str]:
    if found.net_per_month is None or found.net_slope is None:
        return "–", "cannot be told yet"
    if found.ends_on is None:
        early = f"at the earliest {_day(found.ends_early)}" if found.ends_early else "as far as the line tells"
        return "Not within 2 years", early
    if found.ends_on <= today:
        return "It does not pay", "by the line through its weeks"
    late = _day(found.ends_late) if found.ends_late else "never"
    return _day(found.ends_on), f"between {_day(found.ends_early) if found.ends_early else 'now'} and {late}"


def _day(day: date | None) -> str:
    return f"{day.day} {day:%b %Y}" if day else "–"


def weeks(*, model: str) -> pd.DataFrame:
    """The weeks that the line is drawn through, with the `net` of each: what thirty days bring if all go as it did."""
    found, spec = ask(queries.runway, model=model), spec_of(model)
    if found is None or found.version is None or spec is None or spec.value is None:
        return pd.DataFrame()
    rows = ask(queries.runway_weeks, model=model, version=found.version)
    cost = (spec.value.run_cost_per_month or 0.0) * MONTHS_IN_SLOPE_DAYS
    return rows.assign(net=rows["benefit"] / rows["n"] * rows["decisions_per_month"] - cost)


def _net(model: Model, currency: str) -> None:
    rows = drawn(weeks, model=model.name)
    if rows.empty:
        return
    st.markdown("**What its weeks earned, and where that goes**")
    chart = drawn(_net_drawn, model=model.name, currency=currency)
    over_time(chart, "runway", model=model.name)
    st.caption(
        "Each point is a week of the version in service with enough outcomes: what thirty days of as many decisions as "
        "now would bring if all went as in that week, less running costs. The line is what was seen; nothing says that "
        f"it goes on. {sourced(count_of(len(rows), 'week'), int(rows['n'].sum()), 'outcome')}"
    )
    download("Download as CSV", "net-by-week", lambda: rows)


def _net_drawn(*, model: str, currency: str) -> Chart:
    rows, found = drawn(weeks, model=model), ask(queries.runway, model=model)
    return charts.net(rows, None if found is None else trend(found, rows), currency)


def trend(found: Runway, rows: pd.DataFrame) -> Trend | None:
    """The line of the runway, from the last week on to where it ends, or three months."""
    if found.net_per_month is None or rows.empty:
        return None
    last = pd.Timestamp(rows["period_end"].iloc[-1]).date()
    until = min(max((found.ends_on or last) + _BEYOND, last + _AHEAD), last + _MOST_AHEAD)
    return Trend(
        last, found.net_per_month, found.net_slope, found.net_slope_low, found.net_slope_high, until, found.ends_on,
        found.ends_early, found.ends_late,
    )  # fmt: skip


def _metric(model: Model, found: Runway) -> None:
    if found.metric is None:
        return
    name = capital(words.metric_name(found.metric))
    st.markdown(f"**{plain(name)}: how far it is from where it only just pays**")
    told = words.break_even(found)
    if told:
        icon = ":red[:material/error:]" if words.past(found) else ":gray[:material/straighten:]"
        st.markdown(f"{icon} {sentence(told, 300)}")
    else:
        st.caption("Where it breaks even cannot be told from its weeks.")
    rows = ask(queries.metric_by_week, model=model.name, metric=found.metric)
    if rows.empty:
        return
    chart = drawn(_metric_drawn, model=model.name)
    over_time(chart, "break_even", model=model.name)
    st.caption(sourced(count_of(len(rows), "week"), int(rows["n_labelled"].sum()), "outcome"))
    link("health", "Its performance in full", icon=":material/ecg_heart:",
         params={"model": model.name, "part": "Performance"})  # fmt: skip


def _metric_drawn(*, model: str) -> Chart:
    found = ask(queries.runway, model=model)
    assert found is not None, "what is drawn was worked out"
    assert found.metric is not None, "what is drawn has a metric"
    low, high = found.break_even_low, found.break_even_high
    interval = None if low is None or high is None else (low, high)
    rows = ask(queries.metric_by_week, model=model, metric=found.metric)
    return charts.metric(rows, capital(words.metric_name(found.metric)), found.break_even, interval)
