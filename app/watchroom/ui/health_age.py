"""How much a model decides in a day, how old it is, and how its performance changes with its age."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import streamlit as st

from watchroom.charts import health as charts
from watchroom.charts.style import Chart
from watchroom.domain.vocabulary import METRICS
from watchroom.store.queries import health as queries
from watchroom.store.queries.health import Decay
from watchroom.ui.alerts_words import figure as short
from watchroom.ui.health_empty import VOLUME, no_period
from watchroom.ui.health_subject import Subject
from watchroom.ui.health_words import capital, dated, metric_name
from watchroom.ui.over_time import over_time
from watchroom.ui.room import ask, drawn
from watchroom.ui.states import code, empty, sourced
from watchroom.ui.tables import download
from watchroom.ui.text import UNKNOWN, count_of, number, plain, sentence

QUIET = {"displayModeBar": False}
ADVICE = {
    "keep": (":green[:material/check_circle:]", "Keep it"),
    "plan retraining": (":orange[:material/event:]", "Plan its retraining"),
    "retrain now": (":red[:material/model_training:]", "Retrain it now"),
    "ask for outcomes": (":gray[:material/help:]", "Ask for outcomes"),
}
_LOOK_AHEAD = timedelta(days=90)
_SILENCE_DRAWN = timedelta(days=60)
"""Days without decisions are drawn up to today, unless they are so many that the rest would shrink to nothing."""


def show(subject: Subject) -> None:
    """The tab."""
    _volume(subject)
    _age(subject)


def _volume(subject: Subject) -> None:
    window = subject.period
    st.markdown("**Decisions per day**")
    if window.last < window.first:
        no_period(window.label, dated(subject.days[1], subject.today))
        return
    given = subject.spec.monitor.volume
    silent = subject.today - subject.days[1] > _SILENCE_DRAWN
    last = window.last if silent else min(subject.scope.period.last_day, subject.today)
    asked: dict[str, Any] = {**subject.key, "first": window.first, "last": max(last, window.last)}
    chart = drawn(_volume_drawn, **asked, minimum=given.min_per_day if given else None)
    over_time(chart, "volume", model=subject.model.name)
    rows = ask(queries.volume, **asked)
    twice = int(rows["duplicates"].fillna(0).sum())
    source = sourced(window.label, int(rows["decisions"].sum()), "decision")
    st.caption(
        f"Dark: with an outcome by now; pale: without one yet. {source}"
        + (f" · {plain(number(twice))} rows left out: their id stood there the day before" if twice else "")
    )
    if given is None or not given.min_per_day:
        with st.expander("No minimum is set: how to be told when decisions stop coming"):
            code(VOLUME)
    download("Download as CSV", "volume", lambda: rows)


def _volume_drawn(*, minimum: int | None, first: date, last: date, **key: Any) -> Chart:
    return charts.volume(ask(queries.volume, **key, first=first, last=last), minimum, first, last)


def _age(subject: Subject) -> None:
    st.markdown("**Age and decay**")
    found = ask(queries.decay, **subject.key)  # type: ignore[arg-type]
    if found is None:
        empty("Nothing is known of how it ages.", "It takes four weeks with enough outcomes, and a refresh.")
        return
    left, right = st.columns([2, 5], gap="medium")
    with left, st.container(border=True, height="stretch", gap="xsmall"):
        sign, advice = ADVICE.get(found.advice or "", ADVICE["ask for outcomes"])
        st.subheader(f"{sign} {advice}", anchor=False)
        st.markdown("\n".join(f"- {sentence(reason)}" for reason in found.reasons) or "No reason is given.")
    with right:
        _figures(found, subject.days[1])
    if found.metric:
        _line(subject, found)


def _figures(found: Decay, last: date) -> None:
    better = METRICS[found.metric].better if found.metric and found.metric in METRICS else "higher"
    age = f"{number(found.age_days)} days" if found.age_days is not None else UNKNOWN.capitalize()
    made = f"made {found.trained_at:%-d %b %Y}" if found.trained_at else "when it was made is unknown"
    with st.grid(3, min_column_width=170):
        _one("Age", age, made)
        if found.slope is None:
            _one("Change in 30 days", "–", f"{count_of(found.weeks, 'week')} with enough outcomes; it takes four")
        else:
            interval = f"95 %: {_signed(found.slope_low)} to {_signed(found.slope_high)}; {better} is better"
            _one(f"{capital(metric_name(found.metric or ''))}, change in 30 days", _signed(found.slope), interval)
        _one("Crosses its limit", *_crossing(found, last))


def _one(label: str, value: str, note: str) -> None:
    with st.container(border=True, height="stretch", gap="xxsmall"):
        st.metric(label, value)
        st.caption(plain(note, 200))


def _signed(value: float | None) -> str:
    return "–" if value is None else f"{'+' if value >= 0 else '−'}{short(abs(value))}"


def _crossing(found: Decay, last: date) -> tuple[str, str]:
    if found.limit_value is None:
        return "–", "no failing limit is set"
    limit = f"limit {short(found.limit_value)}"
    if found.crosses_on is None:
        return "Not within 2 years", f"{limit}, as far as the line tells"
    if found.crosses_on <= last:
        return "Beyond it", f"{limit}: the line was past it in the last week"
    early, late = _day(found.crosses_early, "now"), _day(found.crosses_late, "never")
    return _day(found.crosses_on, "–"), f"{limit}; between {early} and {late}"


def _day(day: date | None, otherwise: str) -> str:
    return f"{day.day} {day:%b %Y}" if day else otherwise


def _line(subject: Subject, found: Decay) -> None:
    first, last = subject.days
    rows = ask(queries.performance, **subject.key, grain="week", first=first, last=last, metric=found.metric)  # type: ignore[arg-type]
    rows = rows[(rows["kind"] == "realized") & (rows["status"] != "no data")]
    if rows.empty:
        return
    known = (found.slope, found.slope_low, found.slope_high)
    slope = None if None in known else known
    end = min(found.crosses_on or last + _LOOK_AHEAD, last + 4 * _LOOK_AHEAD)
    name = capital(metric_name(found.metric or ""))
    chart = charts.decay(rows, name, slope, end, found.limit_value)  # type: ignore[arg-type]
    over_time(chart, "decay", model=subject.model.name)
    st.caption(
        f"{plain(name)} by week, with the straight line through it and its 95 % interval. "
        f"{sourced('all time', int(rows['n_labelled'].sum()), 'outcome')}"
    )
    download("Download as CSV", "performance-by-week", lambda: rows)
