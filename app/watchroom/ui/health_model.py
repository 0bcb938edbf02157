"""Health of one model: the answer first, then the four parts as figures, then why, in tabs.

Only the open tab asks for its data.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from watchroom.charts.words import days, share
from watchroom.domain.glossary import meaning
from watchroom.domain.lights import BEYOND
from watchroom.domain.periods import CURRENT_DAYS
from watchroom.domain.vocabulary import METRICS, USUAL_METRIC, Task
from watchroom.store.queries import health as queries
from watchroom.store.queries.health import LIGHT_GRAIN, Light
from watchroom.ui import health_age, health_drift, health_performance, health_why
from watchroom.ui.alerts_words import feature_name
from watchroom.ui.alerts_words import figure as short
from watchroom.ui.health_subject import Subject
from watchroom.ui.health_words import (
    Measured,
    answer,
    capital,
    dated,
    limits_of,
    method_name,
    metric_name,
    worst_first,
)
from watchroom.ui.lights import NAMES, icon, since
from watchroom.ui.model_about import person
from watchroom.ui.navigation import link
from watchroom.ui.room import ask
from watchroom.ui.rows import badge, tier_badge
from watchroom.ui.states import sourced
from watchroom.ui.text import count_of, number, plain, sentence

FIGURE_WIDTH = 210
"""Pixels that a part needs at least; on a telephone they stand under one another."""

TABS = {
    "Why": health_why.show,
    "Performance": health_performance.show,
    "Drift": health_drift.show,
    "Volume and age": health_age.show,
}


def show(subject: Subject) -> None:
    """The page below its question."""
    light = subject.light
    assert light is not None, "a version that has made decisions has a light"
    found = measured(subject, light)
    _answer(subject, light, found)
    _parts(subject, light, found)
    tabs = st.tabs(list(TABS), key="part", bind="query-params", on_change="rerun")
    for tab, part in zip(tabs, TABS.values(), strict=True):
        if tab.open:
            with tab:
                part(subject)


def measured(subject: Subject, light: Light) -> Measured:
    """What the light was made from."""
    assert light.period_end is not None
    then: dict[str, Any] = {**subject.key, "grain": LIGHT_GRAIN, "first": light.period_end, "last": light.period_end}
    volume = ask(queries.volume, **subject.key, first=light.period_start, last=light.period_end)  # type: ignore[arg-type]
    limits = subject.spec.monitor.volume
    days_seen = max(min((light.period_end - subject.days[0]).days + 1, CURRENT_DAYS), 1)
    return Measured(
        drift=ask(queries.drift, **then),
        quality=ask(queries.quality, **then),
        performance=_judged(subject, light),
        per_day=float(volume["decisions"].sum()) / days_seen,
        minimum=limits.min_per_day if limits else None,
    )


def _judged(subject: Subject, light: Light) -> dict[str, Any] | None:
    """The row of the metric that the model is judged by: from outcomes where enough were there, else estimated."""
    day = light.performance_as_of or light.period_end
    rows = ask(queries.performance, **subject.key, grain=LIGHT_GRAIN, first=day, last=day)  # type: ignore[arg-type]
    given = subject.spec.monitor.performance
    metric = judged_by(rows, given.metric if given else None, subject.spec.task)
    own = rows[rows["metric"] == metric].sort_values("kind", ascending=light.performance_as_of is None)
    told = own[own["value"].notna()]
    return dict((told if len(told) else own).iloc[0]) if len(own) else None


def judged_by(rows: pd.DataFrame, wanted: str | None, task: Task | None) -> str | None:
    """The metric of the model's file; else the one that has limits; else the usual one of the task."""
    known = list(dict.fromkeys(rows["metric"]))
    if wanted in known:
        return wanted
    limited = rows[rows["watch"].notna() | rows["failing"].notna()]["metric"]
    usual = [USUAL_METRIC[task]] if task is not None else []
    return next((metric for metric in [*limited, *usual, *METRICS] if metric in known), None)


def _answer(subject: Subject, light: Light, found: Measured) -> None:
    told = since(light, subject.today)
    model = subject.model
    held = model.owner("on_call") or model.owner("operations")
    who = f"On call: {person(held)}" if held else ":red[:material/person_off: Nobody is on call.]"
    service = badge("in service") if light.in_service else badge("not in service", "orange")
    with st.container(border=True, gap="xsmall"):
        st.subheader(f"{icon(light.light)} {sentence(answer(light, found, told), 500)}", anchor=False)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(
                f"{badge(f'version {light.version}')} {service} {tier_badge(model.tier)} :small[{who}]", width="stretch"
            )
            link("alerts", "Alerts", icon=":material/notifications:", params={"model": model.name})
            link("model", "About the model", icon=":material/deployed_code:", params={"model": model.name})
        if silent := silence(subject):
            st.markdown(f":orange[:material/schedule:] {plain(silent)}")
        if not light.in_service:
            st.caption("Nobody is alerted of a version that is not in service.")


def silence(subject: Subject) -> str:
    """That it has made no decision for longer than the light looks back; empty while it has."""
    length = (subject.today - subject.days[1]).days
    if length < CURRENT_DAYS:
        return ""
    last = dated(subject.days[1], subject.today)
    return f"It has made no decision since {last}, for {count_of(length, 'day')}: this is how it was then."


@dataclass(frozen=True)
class _Part:
    name: str
    value: str
    light: str
    lines: tuple[str, ...]
    help: str


def _parts(subject: Subject, light: Light, found: Measured) -> None:
    parts = (_performance(light, found), _drift(light, found), _quality(light, found), _volume(subject, light, found))
    with st.grid(4, min_column_width=FIGURE_WIDTH):
        for part in parts:
            with st.container(border=True, height="stretch", gap="xxsmall"):
                st.metric(part.name, part.value, help=part.help)
                lines = "  \n".join(plain(line, 200) for line in part.lines)
                st.markdown(f"{icon(part.light)} **{NAMES[part.light]}**  \n:small[:gray[{lines}]]")
    st.caption(sourced(f"the seven days {days(light.period_start, light.period_end)}", light.n, "decision"))


def _performance(light: Light, found: Measured) -> _Part:
    row = found.performance
    about = meaning("realized") if row is None or row["kind"] == "realized" else meaning("estimated")
    if row is None:
        return _Part("Performance", "–", light.performance, ("no outcomes, and nothing to estimate from",), about)
    period = days(row["period_start"], row["period_end"])
    kind = "" if row["kind"] == "realized" else ", estimated"
    of = f"{number(row['n_labelled'])} outcomes of {count_of(int(row['n']), 'decision')}, {period}"
    why = (row["reason"],) if isinstance(row["reason"], str) else ()
    lines = (limits_of(row), *why, of)
    return _Part(f"{capital(metric_name(row['metric']))}{kind}", short(row["value"]), light.performance, lines, about)


def _drift(light: Light, found: Measured) -> _Part:
    rows = found.drift
    if rows.empty:
        return _Part("Drift", "–", light.drift, ("no reference to compare with",), meaning("drift"))
    beyond = rows[rows["status"].isin(BEYOND)]
    top = worst_first(rows).iloc[0]
    value = f"{number(len(beyond))} of {number(len(rows))}"
    about = feature_name(str(top["feature"])).replace("`", "")
    worst = f"most: {about}, {method_name(top['method'])} {short(top['value'])}"
    limits = f"watch {short(top['watch'])}, drifted {short(top['drifted'])}"
    untold = int((rows["status"] == "no data").sum())
    few = (f"{untold} cannot be judged: too few decisions",) if untold else ()
    return _Part("Beyond drift limits", value, light.drift, (worst, limits, *few), meaning("drift"))


def _quality(light: Light, found: Measured) -> _Part:
    rows = found.quality
    about = "Missing, unseen and not convertible values, as a share of decisions, against the reference's share."
    if rows.empty:
        return _Part("Data quality", "–", light.quality, ("nothing was counted",), about)
    gaps = (rows["share"] - rows["reference_share"].fillna(0)).fillna(-1)
    top = rows.assign(gap=gaps).sort_values("gap").iloc[-1]
    beyond = int(rows["status"].isin(BEYOND).sum())
    most = (
        f"most: {feature_name(str(top['feature'])).replace('`', '')}, {share(top['share'])} missing, unseen or invalid"
    )
    value = f"{number(beyond)} of {number(len(rows))}"
    return _Part(
        "Beyond quality limits", value, light.quality, (most, f"reference {share(top['reference_share'])}"), about
    )


def _volume(subject: Subject, light: Light, found: Measured) -> _Part:
    expected = f"at least {number(found.minimum)} expected" if found.minimum is not None else "no minimum is set"
    age = (subject.today - subject.days[1]).days
    last = "last decision today" if age <= 0 else f"last decision {count_of(age, 'day')} ago"
    return _Part("Decisions a day", number(found.per_day), light.volume, (expected, last), "Mean of the seven days.")
