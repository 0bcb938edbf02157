"""What waits for whoever looks: handovers, findings, sign-offs, proposals that lack a voice, what to do next."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import streamlit as st

from watchroom.domain.actions_types import NOTHING
from watchroom.domain.roles import REVIEWER
from watchroom.store.queries import actions as queries
from watchroom.store.queries import models as model_queries
from watchroom.store.queries.actions import Action
from watchroom.ui.actions import ICONS, doer, heading, worth
from watchroom.ui.home_waits import Waiting, waits
from watchroom.ui.identity import ROLES, current_user
from watchroom.ui.navigation import link
from watchroom.ui.proposals_known import known, today, under_way, waiting
from watchroom.ui.proposals_list import heading as proposed
from watchroom.ui.room import ask
from watchroom.ui.rows import quiet
from watchroom.ui.scope import ALL_MODELS
from watchroom.ui.states import section
from watchroom.ui.text import ago, number, plain

if TYPE_CHECKING:
    from watchroom.ledger.proposals import Proposal

SHOWN = 3
"""Of actions and of proposals: a look at Home takes in no more; the page Value has all."""

GOVERNED = 6
"""Of handovers, findings, items and sign-offs together."""

VIEW = {"view": "Next actions"}


def show(model: str | None, role: str) -> None:
    """The section; nothing when nothing waits. What is proposed already stands there as the proposal, or not at all."""
    every = known()
    todo = [
        one
        for one in ask(queries.actions, model=model)
        if waits_for(one, role) and (every is None or under_way(every, one.model, one.action) is None)
    ]
    voices = [one for one in (waiting(every, role) if every else ()) if model in (None, one.proposed.model)]
    governed, named = waits(model, role), bool(current_user().name)
    if not todo and not voices and not governed:
        return
    section(
        "Waits for you" if named else f"Waits for {ROLES[role].lower()}",
        "" if named else "Give your name in the sidebar to see what is yours.",
    )
    with st.container(border=True, gap="xsmall"):
        for one in governed[:GOVERNED]:
            _governed(one)
        if len(governed) > GOVERNED:
            link("handover", plain(f"{number(len(governed) - GOVERNED)} more"), icon=":material/arrow_forward:")
        for proposal in voices[:SHOWN]:
            _proposal(proposal, role)
        for action in todo[:SHOWN]:
            _action(action)
        rest = max(len(todo) - SHOWN, 0) + max(len(voices) - SHOWN, 0)
        if rest:
            link("value", plain(f"{number(rest)} more"), icon=":material/arrow_forward:", params={"model": ALL_MODELS})


def waits_for(one: Action, role: str) -> bool:
    """Whether the role decides it, does it, has to sign it off, or is asked to agree."""
    if one.urgency == NOTHING:
        return False
    if one.action == "agree on targets" and one.asked:
        return role in one.asked
    if one.action == "promote the challenger" and role == REVIEWER:
        return True
    return role in (one.decides_role, doer(one))


def _governed(one: Waiting) -> None:
    due = f" {quiet(plain(f'due {one.due.day} {one.due:%b %Y}'))}" if one.due else ""
    late = one.due is not None and one.due < today()
    colour = "red" if late else "violet"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f":{colour}[{one.icon}] {plain(one.text, 300)}{due}", width="stretch")
        link(one.page, one.label, params=one.params)


def _action(one: Action) -> None:
    told = worth(one) if one.worth_per_month is not None else ""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        money = f" {quiet(plain(told, 160))}" if told else ""
        st.markdown(
            f"{ICONS.get(one.urgency, '')} **{plain(heading(one), 100)}** · {plain(one.title, 60)}{money}",
            width="stretch",
        )
        link("value", "Why, and propose it", params={"model": one.model, **VIEW})


def _proposal(one: Proposal, role: str) -> None:
    name = next((it.title for it in ask(model_queries.overview) if it.name == one.proposed.model), one.proposed.model)
    lacks = "your voice is missing" if role in one.silent else "it is yours to decide"
    told = f"proposed {ago(one.at, datetime.now(UTC))}; {lacks}"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(
            f":violet[:material/how_to_vote:] **{plain(proposed(one), 100)}** · {plain(name, 60)} {quiet(plain(told))}",
            width="stretch",
        )
        link("value", "See the proposal", params={"model": one.proposed.model, **VIEW})
