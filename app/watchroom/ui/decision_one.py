"""The page of one decision: the answer in words first, then why, what if, similar ones, the cut-off, what was live."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import streamlit as st

from watchroom.desk.cases import Looked
from watchroom.domain.decision import Explanation
from watchroom.errors import ExplainError, WatchroomError
from watchroom.reports.decision import html
from watchroom.reports.decision_facts import Facts
from watchroom.reports.one_page import Asked
from watchroom.reports.pdf import pdf
from watchroom.store.queries.models import Model
from watchroom.ui import (
    book,
    decision_case,
    decision_cutoff,
    decision_live,
    decision_similar,
    decision_what_if,
    decision_why,
)
from watchroom.ui.decision_case import Subject, explained, found, in_log, told
from watchroom.ui.decision_find import as_version, choose, chosen_day
from watchroom.ui.decision_words import answer_markdown, outcome_markdown
from watchroom.ui.desk import desk
from watchroom.ui.identity import current_user, while_admitted
from watchroom.ui.navigation import link
from watchroom.ui.room import reading
from watchroom.ui.rows import badge
from watchroom.ui.states import empty, error
from watchroom.ui.text import one_line, plain, sentence, when
from watchroom.ui.workspace import facts as workspace

WHY, WHAT_IF, SIMILAR, CUTOFF, LIVE = "Why", "What if", "Similar decisions", "Another cut-off", "What was live"

_DAYS_SHOWN = 12
"""Other days of an id that can be opened from here: an id used on more stands for something else than a decision."""


def show(model: Model, prediction_id: str, version: int | None) -> None:
    """The page below its question."""
    st.button("Another decision", type="tertiary", icon=":material/arrow_back:", key="another_decision",
              on_click=choose, args=("",))  # fmt: skip
    subject, looked = _found(model, prediction_id, version)
    if subject is None:
        _nothing(prediction_id, version, looked)
        return
    with reading() as snapshot:
        desk().warm(snapshot, subject.case.model, subject.case.version)
    explanation, problem = _explanation(subject)
    facts = told(subject, explanation, str(problem or ""))
    _answer(model, subject, facts, looked)
    _other_days(subject, looked)
    if problem is not None:
        error(problem)
    _tabs(subject, facts, looked)


def _found(model: Model, prediction_id: str, version: int | None) -> tuple[Subject | None, Looked]:
    with st.spinner("Looking for the decision …"):
        return found(model.name, prediction_id, version, chosen_day())


def _other_days(subject: Subject, looked: Looked) -> None:
    """What is to be known of the log, and the other decisions of an id that was used again."""
    if looked.note:
        st.caption(f":orange[:material/warning: {sentence(looked.note)}]")
    shown = subject.case.at.date()
    others = [day for day in looked.days if day != shown]
    if not others:
        return
    st.markdown(f"This id was used on {len(looked.days)} days (UTC). Shown is the decision of {shown.isoformat()}.")
    with st.container(horizontal=True, gap="small"):
        for day in sorted(others, reverse=True)[:_DAYS_SHOWN]:
            st.button(f"Of {day.isoformat()}", type="tertiary", icon=":material/event:", key=f"of_{day}",
                      on_click=choose, args=(subject.case.id, None, day))  # fmt: skip


def _nothing(prediction_id: str, version: int | None, looked: Looked) -> None:
    """There is no such decision, or none by that version: which it is, and why."""
    shown = one_line(prediction_id, 80)
    if looked.cases:
        others = ", ".join(map(str, looked.versions))
        empty(f"Version {version} did not make the decision “{shown}”.", f"It was made by version {others}.")
        for other in looked.versions:
            as_version(prediction_id, other)
        return
    empty(f"There is no decision “{shown}”.", " ".join(part for part in (looked.why, looked.next_step) if part))
    for name in looked.other_models:
        link("decision", f"Open it in {plain(name, 60)}", icon=":material/arrow_forward:",
             params={"model": name, "id": prediction_id})  # fmt: skip


def _explanation(subject: Subject) -> tuple[Explanation | None, WatchroomError | None]:
    """Why it was decided so; or what is in the way of telling."""
    if subject.explanation is not None:
        return subject.explanation, None
    try:
        with st.spinner("Explaining this decision …", show_time=True):
            return explained(subject), None
    except ExplainError as problem:
        return None, problem


def _answer(model: Model, subject: Subject, facts: Facts, looked: Looked) -> None:
    zone = workspace().zone
    case = subject.case
    role = "champion" if facts.around.reign.champion == case.version else "not champion"
    fresh = "explained by the refresh" if subject.sampled else "explained now"
    with st.container(border=True, gap="xsmall"):
        st.subheader(answer_markdown(facts), anchor=False)
        st.markdown(outcome_markdown(facts))
        how = f" · {fresh}" if facts.explanation is not None else ""
        st.markdown(
            f"{badge(f'version {case.version}')} {badge(role, 'green' if role == 'champion' else 'orange')} "
            f":small[:gray[decided {plain(when(case.at, zone))}, {plain(zone.key)}{how} · id] `{_code(case.id)}`]"
        )
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            _downloads(subject, facts, looked)
            link("model", "About the model", icon=":material/deployed_code:", params={"model": model.name})


def _code(text: str) -> str:
    """An id between back-ticks, to be copied as it is."""
    return one_line(text, 80).replace("`", "ˋ")


def _downloads(subject: Subject, facts: Facts, looked: Looked) -> None:
    zone = workspace().zone
    by = book.called(current_user())
    make = partial(_report, subject, facts, looked, by, zone.key)
    name = f"decision-{facts.case.model}-{facts.case.id}"[:120]
    for label, kind, mime in (("One page, PDF", "pdf", "application/pdf"), ("One page, HTML", "html", "text/html")):
        st.download_button(
            label,
            data=while_admitted(partial(make, kind)),
            file_name=f"{_file_name(name)}.{kind}",
            mime=mime,
            on_click="ignore",
            icon=":material/picture_as_pdf:" if kind == "pdf" else ":material/print:",
            type="tertiary",
            key=f"download_decision_{kind}",
        )


def _file_name(text: str) -> str:
    return "".join(sign if sign.isalnum() or sign in "-_." else "-" for sign in text)


def _report(subject: Subject, facts: Facts, looked: Looked, by: str, zone: str, kind: str) -> bytes:
    from zoneinfo import ZoneInfo

    more = decision_case.besides(subject, facts, looked)
    page = html(facts, Asked(by, datetime.now(UTC)), ZoneInfo(zone), more)
    return pdf(page) if kind == "pdf" else page.encode()


def _tabs(subject: Subject, facts: Facts, looked: Looked) -> None:
    names = [WHY, *([WHAT_IF] if facts.explanation else []), SIMILAR, CUTOFF, LIVE]
    if facts.around.task != "binary":
        names.remove(CUTOFF)
    tabs = dict(zip(names, st.tabs(names, key="part", bind="query-params", on_change="rerun"), strict=True))
    for name, tab in tabs.items():
        if tab.open:
            with tab:
                _part(name, subject, facts, looked)


def _part(name: str, subject: Subject, facts: Facts, looked: Looked) -> None:
    if name == WHY:
        decision_why.show(facts)
    elif name == WHAT_IF:
        decision_what_if.show(subject, facts)
    elif name == SIMILAR:
        decision_similar.show(subject, facts)
    elif name == CUTOFF:
        decision_cutoff.show(facts)
    else:
        decision_live.show(facts, workspace().zone)
        decision_live.versions(facts, _everybody(subject, looked), workspace().zone)


def _everybody(subject: Subject, looked: Looked) -> Looked:
    """The decision by every version: from the log where that can be read, else as far as the sample has it."""
    try:
        logged = in_log(subject.case.model, subject.case.id)
    except WatchroomError as problem:
        error(problem)
        return looked
    return logged if logged.cases else looked
