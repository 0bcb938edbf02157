"""The items of a checklist as a list: what is missing by who is to see to it, what is waived, and what is met."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

import pandas as pd
import streamlit as st

from watchroom.domain.policy import STAGES
from watchroom.domain.standing import renewed
from watchroom.store.queries.checklist import Subject
from watchroom.store.queries.models import Model
from watchroom.ui import handover_act, handover_item, handover_words
from watchroom.ui.handover_lines import Holder, Line, holders
from watchroom.ui.model_about import person
from watchroom.ui.rows import badge, quiet
from watchroom.ui.states import sourced
from watchroom.ui.tables import download
from watchroom.ui.text import one_line, plain, some

SHOW, WHOSE, ITEM = "show", "whose", "item"
"""The parameters of the address: which items, whose, and the one that is unfolded."""

MISSING, MET, EVERY = "Missing", "Met", "All"
ANYBODY = "Anybody"

_TEXT = 160
"""Characters of an item's text in the list; unfolded it has all."""


def show(model: Model, subject: Subject, lines: Sequence[Line], stage: str | None) -> None:
    """The list with its controls."""
    now = datetime.now(UTC)
    shown = _controls(model, subject, lines)
    asked = st.query_params.get(ITEM, "")
    if shown == MISSING:
        _missing(model, subject, _whose(lines), stage, now, asked)
        _waived(model, subject, [line for line in lines if line.standing.status == "waived"], now, asked)
    else:
        _by_stage(model, subject, [line for line in _whose(lines) if shown == EVERY or not line.open], now, asked)
    st.caption(sourced(_period(stage), len(lines), "item"))
    download("Download as CSV", "checklist", lambda: table(lines))


def _period(stage: str | None) -> str:
    return f"{stage.capitalize() if stage else 'All stages'}, with what people did since the refresh"


def _controls(model: Model, subject: Subject, lines: Sequence[Line]) -> str:
    """Which items are shown, whose, and giving several to somebody at once."""
    people = [one.person or handover_words.NOBODY for one in holders(lines, datetime.now(UTC))]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        if SHOW not in st.session_state and SHOW not in st.query_params:
            st.session_state[SHOW] = _first(lines)
        picked = st.segmented_control(
            "Items", [MISSING, MET, EVERY], key=SHOW, bind="query-params", required=True, label_visibility="collapsed"
        )
        if len(people) > 1:
            st.selectbox(
                "Whose", [ANYBODY, *people], key=WHOSE, bind="query-params", width=260, label_visibility="collapsed"
            )
        handover_act.give_button(model, subject, [line for line in _whose(lines) if line.open])
    return str(picked)


def _first(lines: Sequence[Line]) -> str:
    """What is shown first: what is missing, or all where the address names an item that is met."""
    asked = st.query_params.get(ITEM, "")
    return EVERY if any(line.row.item == asked and line.standing.status == "pass" for line in lines) else MISSING


def _whose(lines: Sequence[Line]) -> list[Line]:
    """The items of the person that is chosen; all without one."""
    chosen = str(st.session_state.get(WHOSE, ANYBODY) or ANYBODY).casefold()
    if chosen == ANYBODY.casefold():
        return list(lines)
    found = [line for line in lines if (line.person or handover_words.NOBODY).casefold() == chosen]
    return found or list(lines)


def _missing(
    model: Model, subject: Subject, lines: Sequence[Line], stage: str | None, now: datetime, asked: str
) -> None:
    """What is open, under who is to see to it: who holds up most first."""
    found = holders(lines, now)
    if not found:
        with st.container(border=True):
            what = f"for {stage}" if stage else "at all"
            st.markdown(f":green[:material/check_circle:] **Nothing is missing {what}.**")
        return
    for one in found:
        st.markdown(f"{_who(model, one)} {quiet(plain(handover_words.holder(one, now, now.date()), 300))}")
        _rows(model, subject, one.lines, now, asked, stage=stage is None, whose=False)


def _who(model: Model, one: Holder) -> str:
    if one.person is not None:
        return f":material/person: **{person(one.person)}**"
    unheld = [name for name in one.roles if not model.owner(name)]
    why = f": nobody holds {some([handover_words.role(name) for name in unheld])}" if unheld else ""
    return f":red[:material/person_off: **Nobody**]{plain(why)}"


def _waived(model: Model, subject: Subject, lines: Sequence[Line], now: datetime, asked: str) -> None:
    if not lines:
        return
    st.markdown(f":material/event_busy: **Waived** {quiet('not asked for until the day that stands with each')}")
    _rows(model, subject, lines, now, asked, stage=True, whose=False)


def _by_stage(model: Model, subject: Subject, lines: Sequence[Line], now: datetime, asked: str) -> None:
    if not lines:
        st.markdown("No item fits this choice.")
    for stage in STAGES:
        found = [line for line in lines if line.row.stage == stage]
        if found:
            st.markdown(f"**{stage.capitalize()}** {quiet(str(len(found)))}")
            _rows(model, subject, found, now, asked, stage=False, whose=True)


def _rows(
    model: Model, subject: Subject, lines: Sequence[Line], now: datetime, asked: str, *, stage: bool, whose: bool
) -> None:
    """A line for each item, which unfolds to all that is known of it."""
    with st.container(gap="xxsmall"):
        for line in lines:
            label = _label(line, now, stage=stage, whose=whose)
            opened = line.row.item == asked
            with st.expander(label, key=f"item_{line.row.item}", on_change="rerun", expanded=opened) as more:
                if more.open:
                    handover_item.show(model, subject, line, now)


def _label(line: Line, now: datetime, *, stage: bool, whose: bool) -> str:
    """The item in one line of Markdown: how it stands, what it asks, and what to know before it is unfolded."""
    status = line.standing.status
    marks = [badge("holds up the sign-off", "red")] if line.blocks else []
    marks += [badge(line.row.stage)] if stage else []
    around = " · ".join(plain(part, 200) for part in _around(line, now, whose=whose))
    return f"{handover_words.ICONS[status]} {plain(line.row.text, _TEXT)} {' '.join(marks)} {quiet(around)}"


def _around(line: Line, now: datetime, *, whose: bool) -> list[str]:
    if (waiver := _waiver(line)) is not None:
        return [waiver]
    said = [handover_words.status(line)]
    if whose:
        said.append(line.person or handover_words.NOBODY)
    if line.open and (days := line.days(now)):
        said.append(f"{days} d")
    if line.open and line.due is not None:
        late = "was due" if line.overdue(now.date()) else "due"
        said.append(f"{late} {handover_words.day(line.due)}")
    return said


def _waiver(line: Line) -> str | None:
    if line.standing.status != "waived":
        return None
    held = line.told.waiver if line.told is not None else None
    if held is None or line.told is None:
        return "waived"
    since, times = renewed(line.told.waivers)
    again = f", since {handover_words.day(since.date())}, for the {_nth(times)} time" if since and times > 1 else ""
    return f"until {handover_words.day(held.until)}{again}: {one_line(held.reason, 180)}"


def _nth(number: int) -> str:
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def table(lines: Sequence[Line]) -> pd.DataFrame:
    """The items as a plain table, times in UTC."""
    return pd.DataFrame([_plain_row(line) for line in lines])


def _plain_row(line: Line) -> dict[str, object]:
    row, told = line.row, line.told
    waiver = told.waiver if told is not None and line.standing.status == "waived" else None
    until: date | None = waiver.until if waiver is not None else None
    return {
        "model": row.model,
        "version": row.version,
        "stage": row.stage,
        "item": row.item,
        "text": row.text,
        "status": line.standing.status,
        "because": line.standing.because or row.evidence,
        "blocks": row.blocks,
        "role": row.role,
        "person": line.person,
        "due": line.due,
        "since": line.since,
        "value": row.value,
        "kind": row.kind,
        "measured": row.measured,
        "digest": row.digest,
        "waived_until": until,
        "waived_because": waiver.reason if waiver is not None else None,
    }
