"""Opening a proposal and acting on one: dialogs, with the ledger's answer shown as it is."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import streamlit as st

from watchroom.domain.actions_types import DOES
from watchroom.domain.actions_words import title
from watchroom.domain.money_text import money
from watchroom.domain.roles import SPEAKING
from watchroom.store.queries import models as model_queries
from watchroom.ui import book
from watchroom.ui.acting import act
from watchroom.ui.fragments import dialog
from watchroom.ui.identity import ROLES, current_user
from watchroom.ui.proposals_known import today
from watchroom.ui.room import ask
from watchroom.ui.text import plain, some
from watchroom.ui.workspace import facts

if TYPE_CHECKING:
    from watchroom.ledger.proposals import Proposal, Said

DUE_DAYS = 14
"""Days until a proposal is to be decided, unless somebody says otherwise: everybody has been at work once."""

_VOICES: dict[Said, str] = {"for": "For it", "against": "Against it", "abstains": "Abstain"}
_RECORDED = "It is recorded in the ledger, with who you are and when."


@dialog("Propose something", width="medium", icon=":material/campaign:")
def propose(model: str, version: int | None, action: str, trigger: str, worth: float | None, what: str) -> None:
    """The dialog that opens a proposal: the action's, or with an empty `action` one of any kind."""
    key = f"propose_{model}_{action}"
    chosen = action or _any_action(key)
    told = what or (title(chosen, version) if chosen else "")
    if told:
        st.markdown(f"**{plain(told, 120)}** · {plain(_title_of(model), 80)}")
    text = st.text_area(
        "Why: what brought it about, with its numbers",
        value=trigger,
        key=f"{key}_why",
        max_chars=_max_text(),
        height=160,
        help="Taken from the advice as the snapshot has it; write it as you would say it.",
    )
    if worth is not None:
        st.caption(f"Said to bring about {plain(money(worth, facts().currency))} a month, as the advice has it.")
    first = today()
    due = st.date_input(
        "To be decided by", first + timedelta(DUE_DAYS), min_value=first, key=f"{key}_due", format="YYYY-MM-DD"
    )
    st.caption(f"Each role then has a voice, and the business decides. {_RECORDED}")
    if st.button("Open the proposal", key=f"{key}_do", icon=":material/check:", type="primary", disabled=not chosen):
        from watchroom.ledger.proposals import Proposed, open_proposal

        proposed = Proposed(model, version, chosen, text or "", worth, due)
        act(
            lambda: open_proposal(book.ledger(), proposed, book.person(current_user())),
            "Proposed. It waits for voices.",
        )


def _any_action(key: str) -> str:
    names = [name for name in DOES if name != "keep"]
    picked = st.selectbox(
        "What do you propose?",
        names,
        index=None,
        format_func=lambda name: name[:1].upper() + name[1:],
        accept_new_options=True,
        placeholder="One of these, or in a few words of your own",
        key=f"{key}_action",
    )
    return (picked or "").strip()


@dialog("Say what you think of it", width="medium", icon=":material/record_voice_over:")
def speak(found: Proposal) -> None:
    """A role's voice, with its reason."""
    from watchroom.ledger.proposals import speak as spoken

    _about(found)
    roles = [role for role in current_user().roles if role in SPEAKING]
    role = roles[0]
    if len(roles) > 1:
        picked = st.selectbox("For which role do you speak?", roles, format_func=ROLES.__getitem__, key="speak_role")
        role = picked or role
    voice = st.segmented_control(
        f"As {ROLES[role].lower()} you are",
        list(_VOICES),
        default="for",
        required=True,
        format_func=_VOICES.__getitem__,
        key="speak_voice",
    )
    label = "Why? Who is against it says why" if voice == "against" else "Why, if you like"
    reason = st.text_area(label, key="speak_reason", max_chars=_max_text(), height=100)
    st.caption(f"The last word of each role counts. {_RECORDED}")
    if st.button("Say it", key="speak_do", icon=":material/check:", type="primary"):
        by = book.person(current_user())
        act(lambda: spoken(book.ledger(), found.seq, voice, reason or "", by, role), "Said.")


@dialog("Decide it", width="medium", icon=":material/gavel:")
def decide(found: Proposal) -> None:
    """Accepted or declined, with the reason; whose voice is missing is said before."""
    from watchroom.ledger.proposals import decide as decided
    from watchroom.ledger.proposals import deciding_role

    _about(found)
    if found.voices:
        told = (f"{ROLES.get(one.role, one.role)}: {one.voice}" for one in found.voices.values())
        st.markdown(plain("; ".join(told), 300))
    if silent := [role for role in found.silent if role != deciding_role(book.person(current_user()))]:
        missing = some([ROLES[role].lower() for role in silent], 4)
        st.markdown(f":orange[:material/warning:] Not heard yet: {plain(missing)}. That is recorded too.")
    answer = st.segmented_control(
        "You", ["Accept it", "Decline it"], default="Accept it", required=True, key="decide_is"
    )
    reason = st.text_area("Why", key="decide_reason", max_chars=_max_text(), height=100)
    st.caption(_RECORDED)
    if st.button("Decide", key="decide_do", icon=":material/check:", type="primary"):
        accepted = answer == "Accept it"
        by = book.person(current_user())
        said = "Accepted." if accepted else "Declined."
        act(lambda: decided(book.ledger(), found.seq, accepted, reason or "", by), said)


@dialog("Say that it is done", width="medium", icon=":material/task_alt:")
def close(found: Proposal) -> None:
    """What came of it, and the version, so that what happened after can be worked out."""
    from watchroom.ledger.proposals import close as closed

    _about(found)
    numbers = list(ask(model_queries.version_numbers, model=found.proposed.model))
    picked = st.selectbox(
        "The version that came of it",
        numbers,
        index=None,
        format_func=lambda number: f"version {number}",
        placeholder="None, or not registered yet",
        key="close_version",
        help="With it the page says how the model did in the 28 days before it went into service, and after.",
    )
    result = st.text_area("What came of it", key="close_result", max_chars=_max_text(), height=100)
    st.caption(_RECORDED)
    if st.button("It is done", key="close_do", icon=":material/check:", type="primary"):
        by = book.person(current_user())
        act(lambda: closed(book.ledger(), found.seq, result or "", picked, by), "Done.")


@dialog("Withdraw it", width="small", icon=":material/undo:")
def withdraw(found: Proposal) -> None:
    """The proposal taken back, after a second thought."""
    from watchroom.ledger.proposals import withdraw as withdrawn

    _about(found)
    st.markdown("It is closed to voices then, and stays readable.")
    if st.button("Withdraw it", key="withdraw_do", icon=":material/undo:", type="primary"):
        by = book.person(current_user())
        act(lambda: withdrawn(book.ledger(), found.seq, by), "Withdrawn.")


def _about(found: Proposal) -> None:
    about = found.proposed
    st.markdown(f"**{plain(title(about.action, about.version), 120)}** · {plain(_title_of(about.model), 80)}")


def _title_of(model: str) -> str:
    return next((one.title for one in ask(model_queries.overview) if one.name == model), model)


def _max_text() -> int:
    from watchroom.ledger.proposals import MAX_TEXT

    return MAX_TEXT
