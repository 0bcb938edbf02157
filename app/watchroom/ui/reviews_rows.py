"""A finding as a row of a list, with the way to it and what whoever looks may do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import streamlit as st

from watchroom.domain.roles import REVIEWER
from watchroom.ui import book, reviews_act
from watchroom.ui.identity import current_user
from watchroom.ui.navigation import link
from watchroom.ui.reviews_known import FINDING, Act, may, title_of, today
from watchroom.ui.reviews_words import STATE_COLOURS, about, did, due, is_late, rounds, severity
from watchroom.ui.rows import LINK_PADDING, badge, quiet
from watchroom.ui.text import ago, plain

if TYPE_CHECKING:
    from watchroom.ledger.findings_read import Finding

ACTS: dict[Act, tuple[str, str, Callable[[Finding], None]]] = {
    "accept": ("Accept", ":material/check_circle:", reviews_act.accept),
    "send_back": ("Send back", ":material/undo:", reviews_act.send_back),
    "answer": ("Answer", ":material/reply:", reviews_act.answer),
    "reassign": ("Give to", ":material/person_add:", reviews_act.reassign),
    "change": ("Change", ":material/edit:", reviews_act.change),
    "comment": ("Remark", ":material/chat_bubble:", reviews_act.comment),
    "withdraw": ("Withdraw", ":material/block:", reviews_act.withdraw),
}

_FIRST: tuple[Act, ...] = ("accept", "send_back", "answer")
"""What stands on a row; all else is a click away, on the finding's own page."""


def row(one: Finding, *, acts: bool = True) -> None:
    """A finding in two lines and the acts that move it on."""
    with st.container(border=True, gap="xxsmall"):
        state = badge(one.state.capitalize(), STATE_COLOURS[one.state])
        label = f"{severity(one)} :blue[**{plain(one.found.title, 120)}**] {state}"
        link("reviews", label, params={FINDING: str(one.seq)})
        with st.container(horizontal=True, gap=None):
            st.space(LINK_PADDING)
            with st.container(width="stretch", gap="xsmall"):
                st.markdown(f"{plain(title_of(one.found.model), 60)} · {plain(about(one), 80)}  \n{_facts(one)}")
                if acts:
                    buttons(one, [act for act in may(one) if act in _FIRST])


def _facts(one: Finding) -> str:
    day = today()
    owner = f"with {plain(one.found.owner, 60)}" if one.found.owner else ":red[with nobody]"
    date = due(one, day)
    told = f":red[:material/event_busy: {plain(date)}]" if is_late(one, day) else plain(date)
    last = f"{plain(one.last.actor, 60)} {plain(did(one.last), 60)} {plain(ago(one.last.at, datetime.now(UTC)))}"
    return quiet(" · ".join(part for part in (owner, told, rounds(one), last) if part))


def buttons(one: Finding, acts: Sequence[Act]) -> None:
    """A button for each of the acts, the first of them the main one."""
    if not acts:
        return
    with st.container(horizontal=True, gap="small"):
        for act in acts:
            label, icon, opened = ACTS[act]
            if st.button(label, key=f"_{act}_{one.seq}", icon=icon):
                opened(one)


def open_button(model: str | None, key: str) -> None:
    """The reviewers' button that opens a finding; others, and who has no name, are told what it takes."""
    user = current_user()
    if REVIEWER not in user.roles:
        st.caption("Findings are opened, accepted and sent back by somebody with the role reviewer; anybody answers.")
        return
    if st.button("Open a finding", key=key, icon=":material/flag:"):
        reviews_act.open_finding(model)
    needs_name()


def needs_name() -> None:
    """Tells a reviewer without a name what it takes to accept; nothing to all others."""
    user = current_user()
    if REVIEWER in user.roles and not book.person(user).name:
        st.caption(":material/info: To accept an answer or send it back, give your name in the sidebar.")
