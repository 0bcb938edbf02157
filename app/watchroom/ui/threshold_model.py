"""The cut-off of one model: the answer, what each cut-off earns, a slider, the figures, and how to move it."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date
from typing import TypeVar

import numpy as np
import pandas as pd
import streamlit as st

from watchroom.charts import threshold as charts
from watchroom.charts.style import Chart
from watchroom.charts.threshold import Marks
from watchroom.charts.words import share, short, signed
from watchroom.domain.money_text import money
from watchroom.domain.profit import At, at, cutoffs, implied_ratio, place_of
from watchroom.domain.worth import OutcomeWorth
from watchroom.store.queries import threshold as queries
from watchroom.ui import threshold_groups, threshold_worth
from watchroom.ui import threshold_words as words
from watchroom.ui.fragments import fragment
from watchroom.ui.navigation import link
from watchroom.ui.proposals import propose_button
from watchroom.ui.room import ask, drawn
from watchroom.ui.scope import DEFAULT_PERIOD
from watchroom.ui.states import code, figure, section, sourced
from watchroom.ui.tables import download
from watchroom.ui.text import number, plain, sentence
from watchroom.ui.threshold_empty import no_outcomes, no_period, no_worth
from watchroom.ui.threshold_subject import Found, Subject
from watchroom.ui.value_figures import Figures

VIEW, WHOLE, BY_GROUP = "view", "All decisions", "By group"
T = TypeVar("T")

_QUIET = {"displayModeBar": False}


def show(subject: Subject, figures: Figures, groups: tuple[str, ...]) -> None:
    """The page below its header; `figures` are those of the model's file, or of the address's scenario."""
    threshold_worth.forget_others(subject)
    worth = threshold_worth.worth_in(figures)
    found = subject.found(worth)
    if found is None or not found.decisions:
        no_period(subject, found)
        return
    if not found.labelled:
        no_outcomes(subject, found)
        return
    changed = worth != subject.worth
    st.markdown(f"**{sentence(words.answer(subject, found, changed), 600)}**")
    st.caption(sentence(f"{subject.period[:1].upper()}{subject.period[1:]}: {words.basis(subject, found)}", 400))
    _advice(subject)
    for doubt in words.doubts(found, subject.names):
        st.caption(f":orange[:material/warning:] {sentence(doubt, 400)}")
    if found.at_stake is None:
        no_worth(subject, worth)
    threshold_worth.show(figures)
    view = WHOLE
    if groups:
        view = st.segmented_control(
            "Look at", (WHOLE, BY_GROUP), key=VIEW, bind="query-params", default=WHOLE, required=True,
            label_visibility="collapsed",
        )  # fmt: skip
    if view == BY_GROUP:
        threshold_groups.show(subject, found, worth)
        return
    _slider_part(subject, worth)
    _propose(subject, found, changed)
    _told_more(subject, found, worth, changed)


def _advice(subject: Subject) -> None:
    """What the refresh advises, where other days are looked at, with the way to those."""
    advised = subject.advised
    if advised is None or advised.best is None or (subject.first, subject.last) == (advised.first, advised.last):
        return
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.caption(sentence(words.advice(advised, subject.currency), 300), width="content")
        link(
            "threshold", "Look at those days", icon=":material/date_range:",
            params={"model": subject.model, "version": str(subject.version), "period": DEFAULT_PERIOD},
        )  # fmt: skip


@fragment()
def _slider_part(subject: Subject, worth: OutcomeWorth) -> None:
    """The slider and all that moves with it: run by itself when it is moved."""
    found = subject.found(worth)
    assert found is not None, "without decisions there is no slider"
    chosen = _slider(found)
    st.markdown(sentence(words.chosen(found, chosen, subject), 500))
    marks = _marks(found, chosen)
    if found.at_stake is not None:
        chart = charts.earned(cutoffs(), found.month, found.half, marks, found.top, subject.currency, words.kind(found))
        st.plotly_chart(chart.figure, config=_QUIET, alt=chart.alt, key="threshold_money")
        st.caption(sentence(_legend(subject, found), 500))
    _figures(subject, found, chosen)
    _matrix(subject, found, chosen, worth)
    _how_to_move(subject, found, chosen)


def _slider(found: Found) -> float:
    """The chosen cut-off, kept in the address; at first the best one, else the one in use."""
    start = found.best.cutoff if found.best else found.now if found.now is not None else found.top / 2
    fine = found.top <= 0.1
    step = 0.0001 if fine else 0.001
    usual = min(max(start, 0.0), found.top)
    threshold_worth.follow_usual(usual)
    top = 1.0 if _asked() > found.top else found.top
    return float(
        st.slider("Cut-off", 0.0, top, usual, step, key=threshold_worth.CUTOFF, bind="query-params",
                  format="%.4f" if fine else "%.3f")
    )  # fmt: skip


def _asked() -> float:
    """The cut-off that the address or the page holds, which may lie beyond where the scores end."""
    held = st.session_state.get(threshold_worth.CUTOFF, st.query_params.get(threshold_worth.CUTOFF, 0))
    try:
        return float(held)
    except (TypeError, ValueError):
        return 0.0


def _marks(found: Found, chosen: float) -> Marks:
    told = found.best
    return Marks(chosen, found.now) if told is None else Marks(chosen, found.now, told.cutoff, told.low, told.high)


def _legend(subject: Subject, found: Found) -> str:
    """How sure the best one is, how much room there is round it, what the pale band is, and what money is meant."""
    band = "The pale band is the 95 % interval against the one in use." if found.best and found.now is not None else ""
    return " ".join(
        part
        for part in (words.room_around(found, subject.currency), words.sure(found), band, words.against(found, subject))
        if part
    )


def _figures(subject: Subject, found: Found, chosen: float) -> None:
    names, days = subject.names, max(found.days, 1)
    place = at(found.curve, chosen)
    now = None if found.now is None else at(found.curve, found.now)
    scale = found.to_month / 30
    with st.grid(6, min_column_width=130):
        month = words.month_at(found, chosen)
        if not math.isnan(month):
            before = None if found.now is None else words.month_at(found, found.now)
            kind, _, without = words.kind(found).partition(", ")
            figure(
                kind, money(month, subject.currency),
                _now(before, lambda one: money(one, subject.currency), f"{without} · "), wraps=True,
            )  # fmt: skip
        figure(
            plain(f"“{names.yes}”", 40), short(place.alerts / days),
            _now(now, lambda one: short(one.alerts / days), "a day · "),
            help="All decisions with a score, with an outcome or not",
        )  # fmt: skip
        figure("Precision", share(_none(place.precision)), _now(now, lambda one: share(_none(one.precision))),
               help=plain(f"Of those “{names.yes}”, how many turned out “{names.real}”", 120))  # fmt: skip
        figure("Recall", share(_none(place.recall)), _now(now, lambda one: share(_none(one.recall))),
               help=plain(f"Of all that turned out “{names.real}”, how many were “{names.yes}”", 120))  # fmt: skip
        figure("False alarms", short(place.fp * scale), _now(now, lambda one: short(one.fp * scale), "a day · "),
               help=plain(f"“{names.yes}”, and turned out “{names.unreal}”", 120))  # fmt: skip
        figure("Missed", short(place.fn * scale), _now(now, lambda one: short(one.fn * scale), "a day · "),
               help=plain(f"“{names.no}”, and turned out “{names.real}”", 120))  # fmt: skip


def _none(value: float) -> float | None:
    return None if math.isnan(value) else value


def _now(before: T | None, say: Callable[[T], str], unit: str = "") -> str:
    """What it is at the cut-off in use."""
    return f"{unit}now {'unknown' if before is None else say(before)}"


def _matrix(subject: Subject, found: Found, chosen: float, worth: OutcomeWorth) -> None:
    """The four kinds of decisions in people's words, as a table."""
    names, place = subject.names, at(found.curve, chosen)
    now = None if found.now is None else at(found.curve, found.now)
    head = f"| decisions with an outcome | turned out {plain(names.real, 40)} | turned out {plain(names.unreal, 40)} |"
    rows = [
        f"| **{plain(said, 40)}** | {_cell(subject, place, now, *left)} | {_cell(subject, place, now, *right)} |"
        for said, left, right in (
            (names.yes, ("tp", "rightly caught", worth.true_positive), ("fp", "false alarms", worth.false_positive)),
            (names.no, ("fn", "missed", worth.false_negative), ("tn", "rightly left alone", worth.true_negative)),
        )
    ]
    st.markdown("\n".join([head, "|:--|:--|:--|", *rows]))
    total = _in_all(found, chosen)
    earned = "" if math.isnan(total) else f": {money(total, subject.currency)} worth in these days"
    about = f"Cut-off {words.cut(chosen)}{earned}, {subject.period}"
    st.caption(sourced(about, found.labelled, "decision with an outcome", "decisions with an outcome"))


def _in_all(found: Found, cutoff: float) -> float:
    """The worth of the decisions with an outcome themselves, NaN where a worth is missing."""
    return (words.month_at(found, cutoff) + found.without) / found.to_month


def _cell(subject: Subject, place: At, now: At | None, kind: str, role: str, each: float | None) -> str:
    n = int(getattr(place, kind))
    more = 0 if now is None else n - int(getattr(now, kind))
    amount = "" if each is None else f", {plain(money(n * each, subject.currency))}"
    against = f" :small[:gray[({plain(signed(more))} against now)]]" if more else ""
    return f"**{number(n)}** {role}{amount}{against}"


def _how_to_move(subject: Subject, found: Found, chosen: float) -> None:
    st.markdown(
        "**Moving it** is done in the service that uses the model, not here: Watchroom only reads. "
        "A line to copy for whoever runs it:"
    )
    code(words.to_copy(subject, found, chosen), wrap=True)


def _propose(subject: Subject, found: Found, changed: bool) -> None:
    """The way to propose the chosen cut-off to those who decide. Outside the slider's part: it opens a dialog."""
    chosen = float(st.session_state[threshold_worth.CUTOFF])
    if found.now is None or place_of(chosen) == place_of(found.now):
        return
    more = words.month_at(found, chosen) - words.month_at(found, found.now)
    propose_button(
        subject.model, subject.version, "move the threshold", words.trigger(subject, found, chosen, changed),
        None if math.isnan(more) else more, what=f"Move the cut-off to {words.cut(chosen)}",
    )  # fmt: skip


def _told_more(subject: Subject, found: Found, worth: OutcomeWorth, changed: bool) -> None:
    implied = drawn(_implied, model=subject.model, version=subject.version, first=subject.first, last=subject.last)
    if ratio := words.ratios(found, implied, changed):
        section("What a missed case costs for each false alarm")
        st.markdown(sentence(ratio, 400))
        st.caption(
            "Read off how often what lies just at the cut-off turns out to be so: where it does one time in four, "
            "missing it would have to cost three false alarms for the cut-off to be right."
        )
    section("How often it is right, and how much it finds")
    chart = drawn(_rates, subject=subject, worth=worth)
    st.plotly_chart(chart.figure, config=_QUIET, alt=chart.alt, key="threshold_rates")
    st.caption(
        sentence(
            f"Blue: of those “{subject.names.yes}”, how many turned out “{subject.names.real}” (precision). Orange: of "
            f"all “{subject.names.real}”, how many were “{subject.names.yes}” (recall).", 400,
        )
    )  # fmt: skip
    download("Every cut-off as CSV", "cut-offs", lambda: _table(found))


def _implied(*, model: str, version: int, first: date, last: date) -> float | None:
    decided = ask(queries.decided, model=model, version=version, first=first, last=last)
    if decided is None or decided.in_use is None or decided.in_use.alike is not None:
        return None
    return implied_ratio(decided.scored, decided.in_use.cutoff)


def _rates(*, subject: Subject, worth: OutcomeWorth) -> Chart:
    found = subject.found(worth)
    assert found is not None, "what is drawn has been looked at"
    tp, fp, fn = (part.astype(float) for part in (found.curve.tp, found.curve.fp, found.curve.fn))
    said, real = tp + fp, tp + fn
    precision = np.divide(tp, said, out=np.full_like(tp, np.nan), where=said > 0)
    recall = np.divide(tp, real, out=np.full_like(tp, np.nan), where=real > 0)
    start = found.best.cutoff if found.best else found.now if found.now is not None else 0.5
    return charts.rates(cutoffs(), precision, recall, _marks(found, start), found.top, ("precision", "recall"))


def _table(found: Found) -> pd.DataFrame:
    every = found.curve
    return pd.DataFrame(
        {"cutoff": cutoffs(), "tp": every.tp, "fp": every.fp, "fn": every.fn, "tn": every.tn, "alerts": every.alerts,
         "alerts_per_day": every.alerts / max(found.days, 1), "worth_per_month": found.month + found.without,
         "benefit_per_month_before_running_costs": found.month if found.compared else np.nan,
         "half_of_95_interval_against_in_use": found.half}
    )  # fmt: skip
