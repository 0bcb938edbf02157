"""The targets of one model: each KPI as a sentence, one of them closely, and who has agreed to it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from watchroom.charts import kpis as charts
from watchroom.charts.health import HALF
from watchroom.charts.style import Chart
from watchroom.charts.words import days
from watchroom.domain.periods import Whole
from watchroom.reports import kpi_sentences as words
from watchroom.store.queries import kpis as queries
from watchroom.store.queries import value as money
from watchroom.store.queries.kpis import Kpi
from watchroom.store.queries.models import Model
from watchroom.ui import value_agree
from watchroom.ui.model_about import person
from watchroom.ui.over_time import over_time
from watchroom.ui.room import ask, drawn, reading
from watchroom.ui.rows import quiet
from watchroom.ui.scope import Scope
from watchroom.ui.states import code, empty, sourced
from watchroom.ui.tables import download
from watchroom.ui.text import count_of, one_line, plain, sentence
from watchroom.ui.value_periods import choose_grain, shown
from watchroom.ui.value_status import icon
from watchroom.ui.workspace import facts

if TYPE_CHECKING:
    from watchroom.ledger.agreements import Agreements

KPI = "kpi"
LISTED = 12
"""KPIs told at once, the worst; the others open below."""

EXAMPLES = {
    "regression": """kpis:
  - name: Mean error
    sql: avg(abs(prediction - outcome))
    unit: EUR
    target: 700
    limit: 850
    better: lower
    owner: somebody@example.com""",
    "multiclass": """kpis:
  - name: Right at once
    sql: 100.0 * avg((prediction = outcome)::int)
    unit: "% of cases"
    target: 80
    limit: 70
    better: higher
    owner: somebody@example.com""",
    "binary": """kpis:
  - name: Good customers stopped
    sql: 100.0 * count(*) filter (where prediction = 1 and outcome = 0) / count(*)
    unit: "% of payments"
    target: 1
    limit: 2
    better: lower
    owner: somebody@example.com""",
}
"""What a file says of KPIs, by task: the formula is one SQL aggregate over the decisions and their outcomes."""


def show(model: Model, scope: Scope) -> None:
    """The view."""
    kpis = ask(queries.register, model=model.name)
    if not kpis:
        _none(model)
        return
    known = value_agree.agreements()
    ranked = words.worst_first(kpis)
    _register(model, ranked, known)
    _closer(model, ranked, scope, known)


def _none(model: Model) -> None:
    """Nobody has said what the model should achieve: the lines that do."""
    with st.container(border=True, gap="xsmall"):
        if model.broken:
            st.markdown("**Its targets are not known: its file in the workspace has a mistake.**")
            st.text("Status says which line, and what was expected there.")
            return
        st.markdown("**Nobody has said what it should achieve.**")
        st.text(
            "Agree with those who pay for it and those who run it on one or two figures, and write them into "
            f"{one_line(model.file or 'a file for it under models/ in the workspace', 100)}:"
        )
        head = "" if model.file else f"model: {one_line(model.name, 60)}\n"
        code(head + EXAMPLES.get(model.task or "binary", EXAMPLES["binary"]))
        st.markdown("Then run `watchroom refresh`.")


def _register(model: Model, kpis: tuple[Kpi, ...], known: Agreements | None) -> None:
    """Every KPI with the sentence that a business owner would say."""
    with st.container(border=True, gap="small"):
        for kpi in kpis[:LISTED]:
            _row(model, kpi, known)
        if rest := kpis[LISTED:]:
            with st.expander(f"{len(rest)} more", key="more_kpis", on_change="rerun") as more:
                if more.open:
                    for kpi in rest:
                        _row(model, kpi, known)


def _row(model: Model, kpi: Kpi, known: Agreements | None) -> None:
    lines = [f"{icon(kpi.status)} **{plain(kpi.name, 100)}:** {sentence(words.said(kpi, facts().currency), 500)}"]
    if kpi.error and kpi.next_step:
        lines.append(f":orange[What to do:] {sentence(kpi.next_step, 400)}")
    if lacks := words.missing(kpi):
        lines.append(f":orange[:material/edit_note:] {sentence(lacks, 300)} {plain(_where(model), 140)}")
    quietly = [words.rests_on(kpi.now) if kpi.now else "", value_agree.summary(kpi, known)]
    if told := " · ".join(part for part in quietly if part):
        lines.append(quiet(plain(told, 300)))
    st.markdown("  \n".join(lines))


def _where(model: Model) -> str:
    return f"Write it under kpis in {one_line(model.file or 'its file', 100)}."


def _closer(model: Model, kpis: tuple[Kpi, ...], scope: Scope, known: Agreements | None) -> None:
    """One KPI over time, what it is, and who has agreed."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        kpi = _choose(kpis)
        grain = choose_grain()
    _over_time(kpi, grain, scope)
    about, agreed = st.columns(2, gap="medium")
    with about, st.container(border=True, height="stretch", gap="small"):
        _about(model, kpi)
    with agreed, st.container(border=True, height="stretch", gap="small"):
        value_agree.show(model, kpi, known)


def _choose(kpis: tuple[Kpi, ...]) -> Kpi:
    """The KPI to look at closely, kept in the address; the one that most needs it first."""
    if len(kpis) == 1:
        st.markdown(f"**{plain(kpis[0].name, 100)}**", width="content")
        return kpis[0]
    named = {kpi.name: kpi for kpi in kpis}
    picked = st.selectbox(
        "KPI", list(named), key=KPI, bind="query-params", width=340, format_func=lambda name: one_line(name, 80)
    )
    return named.get(str(picked), kpis[0])


def _over_time(kpi: Kpi, grain: Whole, scope: Scope) -> None:
    with reading() as snapshot:
        day = snapshot.day
    first, last = shown(grain, scope.period, day)
    found = ask(queries.over_time, model=kpi.model, kpi=kpi.name, grain=grain, first=first, last=last)
    if found["value"].isna().all():
        _nothing(kpi, found, grain)
        return
    chart = drawn(_drawn, model=kpi.model, name=kpi.name, grain=grain, first=first, last=last)
    over_time(chart, "kpi_chart", model=kpi.model)
    st.caption(_rests_on(kpi, found, grain))
    _not_settled(found)
    with st.container(horizontal=True, vertical_alignment="center"):
        by_version = st.toggle("By version", key="versions", bind="query-params")
        download("Download as CSV", "kpi", lambda: found)
    if by_version:
        _versions(kpi, grain, first, last)


def _rests_on(kpi: Kpi, found: pd.DataFrame, grain: Whole) -> str:
    """Unit, direction, how many periods and decisions, and how many of them could be counted; Markdown."""
    n, of = int(found["n"].sum()), int(found["decisions"].sum())
    with reading() as snapshot:
        end = min(found["period_end"].iloc[-1].date(), snapshot.day)
    direction = words.DIRECTIONS.get(kpi.way or "", "its file does not say which way is better")
    counted = f" · {n:,} of them have an outcome" if n < of else ""
    source = sourced(f"{count_of(len(found), grain)} up to {days(end, end)}", of, "decision")
    return f"{plain(kpi.unit or 'no unit', 60)} · {plain(direction)} · {source}{counted}"


def _nothing(kpi: Kpi, found: pd.DataFrame, grain: str) -> None:
    if kpi.error or kpi.sql is None:
        empty("There is nothing to draw: it has no value.", "What its formula lacks, and what to do, stands above.")
    elif found.empty:
        empty("No value by " + grain + " in these days.", "Choose a longer period in the sidebar.")
    else:
        reason = "None of these decisions has an outcome yet." if kpi.needs_outcome else "Its formula gave nothing."
        empty("No period here has a value.", reason)


def _not_settled(found: pd.DataFrame) -> None:
    """What may still change, said before anybody reads the last point."""
    last = found.iloc[-1]
    if bool(last["running"]):
        period = plain(days(last["period_start"], last["period_end"]))
        point = "there is no value for it so far" if pd.isna(last["value"]) else "its point is hollow, and will move"
        st.caption(f":material/hourglass_top: {period} is not over yet: {point}.")
    late = found[~found["running"] & (found["n"] < HALF * found["decisions"])]
    if len(late):
        st.caption(
            f":material/hourglass_top: {count_of(len(late), 'period rests', 'periods rest')} on the outcomes of fewer "
            "than half of the decisions, the others are still to come: hollow as well."
        )


def _drawn(*, model: str, name: str, grain: Whole, first: date, last: date) -> Chart:
    found = ask(queries.over_time, model=model, kpi=name, grain=grain, first=first, last=last)
    kpi = next(one for one in ask(queries.register, model=model) if one.name == name)
    changes = [(one.day, one.version) for one in ask(money.takings, model=model) if one.before is not None]
    return charts.target_over_time(found, name, one_line(kpi.unit or "", 60), (kpi.target, kpi.limit), changes)


def _versions(kpi: Kpi, grain: Whole, first: date, last: date) -> None:
    """The same KPI of each version's own decisions: also of one that only scored beside the one in service."""
    found = ask(queries.of_versions, model=kpi.model, kpi=kpi.name, grain=grain, first=first, last=last)
    if found["value"].isna().all():
        empty("No version has a value of its own here.", "Its decisions may bear no version, or have no outcome yet.")
        return
    chart = drawn(_versions_drawn, model=kpi.model, name=kpi.name, grain=grain, first=first, last=last)
    over_time(chart, "kpi_versions", model=kpi.model)
    n = int(found["n"].sum())
    st.caption(
        f"Each version's own decisions, also those made beside the one in service; the newest "
        f"{len(charts.VERSION_COLOURS)} are drawn · {sourced(f'by {grain}', n, 'decision')}"
    )
    download("Download as CSV", "kpi-by-version", lambda: found)


def _versions_drawn(*, model: str, name: str, grain: Whole, first: date, last: date) -> Chart:
    found = ask(queries.of_versions, model=model, kpi=name, grain=grain, first=first, last=last)
    kpi = next(one for one in ask(queries.register, model=model) if one.name == name)
    return charts.versions_over_time(found, name, one_line(kpi.unit or "", 60), kpi.target)


def _about(model: Model, kpi: Kpi) -> None:
    """What the KPI is: formula, aims and owner."""
    st.markdown("**What it is**")
    if kpi.sql is None:
        st.markdown(f":orange[No formula.] {plain(_where(model), 140)}")
    else:
        code(one_line(kpi.sql, 2000), wrap=True)
        over = "the decisions that have an outcome" if kpi.needs_outcome else "all decisions"
        if kpi.needs_outcome is not None:
            st.caption(f"One SQL aggregate, run over {over} of the versions in service in each period.")
    st.markdown("  \n".join(_facts(kpi)))


def _facts(kpi: Kpi) -> list[str]:
    currency = facts().currency
    unknown = quiet("unknown")
    rows = {
        "Target": plain(words.figure(kpi.target, kpi.unit, currency), 90) if kpi.target is not None else unknown,
        "Limit": plain(words.brief(kpi.limit, kpi.unit, currency), 90) if kpi.limit is not None else unknown,
        "Direction": words.DIRECTIONS.get(kpi.way or "", unknown),
        "Unit": plain(kpi.unit, 90) if kpi.unit else unknown,
        "Owner": person(kpi.owner) if kpi.owner else ":red[:material/person_off: nobody]",
    }
    return [f"{quiet(name)} {value}" for name, value in rows.items()]
