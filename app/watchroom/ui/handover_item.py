"""One item of a checklist, unfolded: what was found and how, why it is asked, who did what, and what may be done."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import streamlit as st

from watchroom.domain.policy import QUESTION
from watchroom.domain.standing import Answer, Assignment, Waiver
from watchroom.store.queries import checklist as queries
from watchroom.store.queries.checklist import About, Subject
from watchroom.store.queries.models import Model
from watchroom.ui import handover_act, handover_files, handover_words
from watchroom.ui.handover_lines import Line
from watchroom.ui.model_about import person
from watchroom.ui.room import ask
from watchroom.ui.rows import quiet
from watchroom.ui.states import code
from watchroom.ui.text import ago, one_line, plain, sentence, when
from watchroom.ui.workspace import facts

if TYPE_CHECKING:
    from watchroom.ledger.checklist_read import Comment

DIGEST_SHOWN = 12
"""Characters of a digest that are shown: enough to tell two apart; the download has all."""

ACTS_SHOWN = 12
"""Acts that are shown of an item, the newest; History has all."""

_TEXT = 2000


def show(model: Model, subject: Subject, line: Line, now: datetime) -> None:
    """The whole of it."""
    about = ask(queries.about, policy=subject.policy).get(line.row.item)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _found(line, now)
        _asked(line, about)
    with right:
        _whose(model, line, now)
        _acts(line, now)
        handover_files.show(subject, line.row.item)
    handover_act.buttons(model, subject, line)


def _found(line: Line, now: datetime) -> None:
    row, told = line.row, line.standing
    words = handover_words.status(line).capitalize()
    st.markdown(f"{handover_words.ICONS[told.status]} **{words}.** {sentence(_because(line), _TEXT)}")
    if told.because and row.evidence and row.kind != QUESTION:
        st.markdown(f"The check itself: {sentence(row.evidence, _TEXT)}")
    facts_ = [f"measured {plain(one_line(row.value, 80))}"] if row.value else []
    facts_ += [_since(line, now)] if line.since is not None else []
    facts_ += [f"digest {plain(row.digest[:DIGEST_SHOWN])}"] if row.digest else []
    st.markdown(quiet(" · ".join(facts_)))
    if row.query is not None:
        _query(row.query, row.item)


def _since(line: Line, now: datetime) -> str:
    """Since when it stands so: what the first refresh found may have been so since the version was made."""
    if not line.row.from_first or line.standing.by_person:
        return f"so since {_when(line.since, now)}"
    made = f"; the version was made {_when(line.row.made, now)}" if line.row.made is not None else ""
    return f"so since the first refresh at least, {_when(line.since, now)}{made}"


def _because(line: Line) -> str:
    return line.standing.because or line.row.evidence or "The refresh has found nothing to tell it from."


def _query(name: str, item: str) -> None:
    with st.popover("How it was checked", icon=":material/terminal:", key=f"query_{item}", on_change="rerun") as more:
        if not more.open:
            return
        found = ask(queries.query, name=name)
        if found is None:
            st.markdown("The query is not in this snapshot any more.")
            return
        st.markdown(sentence(found.about, 400))
        code(found.sql, wrap=True)
        st.caption("One statement for all versions that are checked; `watchroom sql` asks it again.")


def _asked(line: Line, about: About | None) -> None:
    row = line.row
    said = [f"**Why** {sentence(about.why, _TEXT)}"] if about is not None and about.why else []
    said += [f"**How** {sentence(about.how, _TEXT)}"] if about is not None and about.how else []
    if said:
        st.markdown("  \n".join(said))
    asked = f"asked from tier {about.tier} on" if about is not None and about.tier else ""
    holds = f"an answer holds for {row.valid_days} days" if row.valid_days else ""
    source = about.source if about is not None else ""
    kind = "a question for a person" if row.kind == QUESTION else f"checks itself ({row.kind})"
    parts = (f"for {handover_words.role(row.role)}", kind, asked, holds, source, f"item {row.item}")
    st.markdown(quiet(" · ".join(plain(part, 160) for part in parts if part)))


def _whose(model: Model, line: Line, now: datetime) -> None:
    given = line.told.assignment if line.told is not None else None
    role = handover_words.role(line.row.role)
    if line.person is None:
        st.markdown(f":red[:material/person_off: Nobody sees to it]: nobody holds {plain(role)}.")
        return
    due = ""
    if given is not None and given.due is not None:
        due = f", due {plain(handover_words.day(given.due))}"
        due = f":red[{due}]" if line.overdue(now.date()) else due
    why = quiet(f"given to them by {plain(given.actor, 80)}") if given is not None else quiet(f"as {plain(role)}")
    st.markdown(f":material/person: {person(line.person)}{due} {why}")


def _acts(line: Line, now: datetime) -> None:
    """What people did about it, the newest first."""
    told = line.told
    if told is None:
        return
    said = [(one.seq, one.at, _answered(one)) for one in told.answers]
    said += [(one.seq, one.at, _waived(one)) for one in told.waivers]
    said += [(one.seq, one.at, _given(one)) for one in told.assignments]
    said += [(one.seq, one.at, _wrote(one)) for one in told.comments]
    newest = sorted(said, reverse=True)[:ACTS_SHOWN]
    if newest:
        st.markdown("\n\n".join(f"{text} {quiet(_when(at, now))}" for _, at, text in newest))


def _wrote(one: Comment) -> str:
    return f":material/chat: {person(one.actor)}: “{plain(one.text, _TEXT)}”"


def _answered(one: Answer) -> str:
    icon = ":green[:material/check:]" if one.met else ":red[:material/close:]"
    met = "met" if one.met else "not met"
    text = f": “{plain(one.text, _TEXT)}”" if one.text else ""
    file = f" with entry {one.evidence} as evidence" if one.evidence is not None else ""
    return f"{icon} {person(one.actor)} answered that it is {met}{file}{text}"


def _waived(one: Waiver) -> str:
    lifted = f"; {person(one.lifted_by)} took it back" if one.lifted_by else ""
    until = plain(handover_words.day(one.until))
    why = f"“{plain(one.reason, _TEXT)}”"
    return f":violet[:material/event_busy:] {person(one.actor)} waived it until {until}: {why}{lifted}"


def _given(one: Assignment) -> str:
    if one.person is None:
        return f":material/person_remove: {person(one.actor)} took the assignment back"
    due = f", due {plain(handover_words.day(one.due))}" if one.due is not None else ""
    return f":material/person_add: {person(one.actor)} gave it to {person(one.person)}{due}"


def _when(moment: datetime | None, now: datetime) -> str:
    return f"{plain(when(moment, facts().zone, now=datetime.now(UTC)))} ({plain(ago(moment, now))})"
