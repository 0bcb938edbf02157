"""The proposals about a model on its page: who said what, what may be done, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import streamlit as st

from watchroom.domain.actions_words import title
from watchroom.domain.money_text import money
from watchroom.domain.roles import SPEAKING
from watchroom.store.queries.models import Model
from watchroom.ui import proposals_act, proposals_after
from watchroom.ui.acting import say_done
from watchroom.ui.identity import ROLES
from watchroom.ui.model_about import person
from watchroom.ui.navigation import link
from watchroom.ui.notebook import by_whom
from watchroom.ui.proposals_known import may, today
from watchroom.ui.rows import badge, quiet
from watchroom.ui.states import empty, section, truncated
from watchroom.ui.text import ago, count_of, one_line, plain, some, when
from watchroom.ui.workspace import facts

if TYPE_CHECKING:
    from watchroom.ledger.proposals import Proposal, Proposals

SHOWN = 20
"""Proposals that are over and drawn when they are unfolded, the newest."""

STATES = {"open": "blue", "accepted": "violet", "declined": "gray", "withdrawn": "gray", "done": "green"}

VOICES = {
    "for": ":green[:material/thumb_up:]",
    "against": ":red[:material/thumb_down:]",
    "abstains": ":gray[:material/remove:]",
}

_ACTS = {
    "speak": ("Speak", ":material/record_voice_over:", proposals_act.speak),
    "decide": ("Decide", ":material/gavel:", proposals_act.decide),
    "close": ("It is done", ":material/task_alt:", proposals_act.close),
    "withdraw": ("Withdraw", ":material/undo:", proposals_act.withdraw),
}


def show(model: Model, every: Proposals | None) -> None:
    """Those under way, those that are over, and opening one from scratch."""
    section(
        "Proposals", "What people put to each other about this model: a voice for each role, and the business decides."
    )
    say_done()
    if every is None:
        st.caption(":material/info: The ledger cannot be read now; Status may say why.")
        return
    found = every.of(model.name)
    live = [one for one in found if one.state in ("open", "accepted")]
    if not found:
        empty("Nothing has been proposed yet.", "Propose what is advised above, or something else.")
    for one in live:
        _whole(model, one)
    if st.button("Propose something else", key="_propose_any", icon=":material/campaign:"):
        proposals_act.propose(model.name, model.champion, "", "", None, "")
    over = [one for one in found if one not in live]
    done = [one for one in over if one.state == "done"]
    for one in done[:1]:  # the last that was done, with what happened after: what the next decision learns from
        _whole(model, one)
    _history([one for one in over if one not in done[:1]], model)


def _history(over: Sequence[Proposal], model: Model) -> None:
    if not over:
        return
    with st.expander(f"{count_of(len(over), 'earlier proposal')}", key="earlier_proposals", on_change="rerun") as past:
        if past.open:
            for one in over[:SHOWN]:
                _whole(model, one)
            truncated(SHOWN, len(over), "proposals")


def _whole(model: Model, one: Proposal) -> None:
    about = one.proposed
    with st.container(border=True, gap="xsmall"):
        state = badge(one.state.capitalize(), STATES[one.state])
        st.markdown(f"**{plain(heading(one), 120)}** {state} {_due(one)}  \n{quiet(_opened(one))}")
        worth = about.worth_per_month
        said = f"Said then to bring about {money(worth, facts().currency)} a month." if worth is not None else ""
        st.text(one_line(about.trigger, 2000))
        if said:
            st.caption(plain(said))
        st.markdown("  \n".join(_voices(model, one)))
        if told := [*_verdict(one), *_result(one)]:
            st.markdown("  \n".join(told))
        if one.result is not None:
            proposals_after.show(one)
        _buttons(one)


def heading(one: Proposal) -> str:
    """What is proposed, plain text."""
    return title(one.proposed.action, one.proposed.version)


def _opened(one: Proposal) -> str:
    role = f", {plain(one.role.replace('_', ' '), 40)}" if one.role else ""
    return f"proposed{by_whom(one.actor)}{role}, {_when(one.at)}"


def _due(one: Proposal) -> str:
    due = one.proposed.due
    if due is None or one.state != "open":
        return ""
    told = f"to be decided by {due.day} {due:%b %Y}"
    return f":red[:material/event_busy: was {plain(told)}]" if due < today() else quiet(plain(told))


def _voices(model: Model, one: Proposal) -> list[str]:
    over = one.state != "open"
    lines = []
    for role in SPEAKING:
        name = f"**{ROLES[role]}**"
        voice = one.voices.get(role)
        if voice is None:
            held = model.owner(role)
            who = f": {person(held)}" if held and not over else ""
            silent = "did not speak" if over else "has not spoken"
            lines.append(f":gray[:material/radio_button_unchecked:] {name} {quiet(f'{silent}{who}')}")
            continue
        why = f": {plain(voice.reason, 2000)}" if voice.reason else ""
        spoke = quiet(f"{by_whom(voice.actor).strip()} {_when(voice.at)}".strip())
        lines.append(f"{VOICES[voice.voice]} {name} {plain(_said(voice.voice))}{why} {spoke}")
    return lines


def _said(voice: str) -> str:
    return {"for": "is for it", "against": "is against it"}.get(voice, "abstains")


def _verdict(one: Proposal) -> list[str]:
    found = one.verdict
    if found is None:
        return []
    icon = ":green[:material/check_circle:]" if found.accepted else ":red[:material/cancel:]"
    word = "Accepted" if found.accepted else "Declined"
    unheard = some([ROLES.get(role, role).lower() for role in found.without], 4)
    without = f" Decided without {plain(unheard)}." if unheard else ""
    why = plain(found.reason, 2000)
    return [f"{icon} **{word}**{by_whom(found.actor)}: {why}{without} {quiet(_when(found.at))}"]


def _result(one: Proposal) -> list[str]:
    found = one.result
    if found is None:
        return []
    version = f" Version {found.version} came of it." if found.version is not None else ""
    text = plain(found.text, 2000)
    return [
        f":green[:material/task_alt:] **Done**: {text}{version} {quiet(f'{by_whom(found.actor)} {_when(found.at)}')}"
    ]


def _when(moment: datetime) -> str:
    return f"{plain(when(moment, facts().zone, now=datetime.now(UTC)))} ({plain(ago(moment, datetime.now(UTC)))})"


def _buttons(one: Proposal) -> None:
    acts = may(one)
    if not acts:
        return
    with st.container(horizontal=True, gap="small"):
        for act in acts:
            label, icon, opened = _ACTS[act]
            if st.button(label, key=f"_{act}_{one.seq}", icon=icon):
                opened(one)


def pointer(one: Proposal) -> None:
    """Where an action is proposed already: since when, with the way to it."""
    at = one.verdict.at if one.verdict is not None else one.at
    label = "To be done: accepted" if one.state == "accepted" else "Proposed"
    params = {"model": one.proposed.model, "view": "Next actions"}
    told = f"{label} {ago(at, datetime.now(UTC))}"
    link("value", plain(told), icon=":material/how_to_vote:", params=params)
