"""Beginning a handover and acting on one: dialogs, with the ledger's answer shown as it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import streamlit as st

from watchroom.domain.handover import OWNING, Handover, Terms
from watchroom.domain.policy import STAGE_QUESTIONS, STAGES
from watchroom.store.queries import handovers as queries
from watchroom.store.queries import models as model_queries
from watchroom.store.queries.models import Model
from watchroom.ui import book, handover_handed, sign_off_words
from watchroom.ui.acting import act
from watchroom.ui.fragments import dialog
from watchroom.ui.handover_known import today
from watchroom.ui.identity import current_user
from watchroom.ui.model_about import person
from watchroom.ui.room import ask
from watchroom.ui.rows import quiet
from watchroom.ui.text import plain
from watchroom.ui.wording import ROLE_NAMES

if TYPE_CHECKING:
    from watchroom.ledger import Ledger
    from watchroom.ledger.people import Person

DUE_DAYS = 14
"""Days that a handover is given, unless another date is chosen: two weeks, with a meeting in each."""

MOVING = ("operations", "on_call")
"""The roles that mostly move: who runs a model is what most handovers are about."""

_RECORDED = "It is recorded in the ledger, with who you are and when."
_BUTTONS = {
    "give": ("Sign and give", ":material/draw:"),
    "accept": ("Accept", ":material/handshake:"),
    "decline": ("Decline", ":material/block:"),
    "take_back": ("Take the signature back", ":material/undo:"),
    "change": ("Change", ":material/edit:"),
    "comment": ("Comment", ":material/chat:"),
    "withdraw": ("Withdraw", ":material/delete:"),
}


def begin_button(model: Model, version: int | None) -> None:
    """The button that begins a handover, for whoever may."""
    if not book.person(current_user()).roles or not model.versions:
        return
    if st.button("Begin a handover", key="_begin_handover", icon=":material/swap_horiz:", type="primary"):
        begin(model, version)


def buttons(model: Model, one: Handover) -> None:
    """What whoever looks may do with it, as far as roles and names tell. The ledger asks again when it is done."""
    from watchroom.ledger.handovers import may

    allowed = may(one, book.person(current_user()))
    shown = [name for name in _BUTTONS if name in allowed]
    if not shown:
        return
    with st.container(horizontal=True, gap="small"):
        for name in shown:
            label, icon = _BUTTONS[name]
            first = name in ("give", "accept")
            if st.button(label, key=f"_{name}_{one.seq}", icon=icon, type="primary" if first else "secondary"):
                _open(name, model, one)


def _open(name: str, model: Model, one: Handover) -> None:
    if name in ("give", "accept"):
        sign(model, one)
    elif name == "change":
        change(model, one)
    else:
        {"decline": decline, "take_back": take_back, "comment": comment, "withdraw": withdraw}[name](one)


@dialog("Begin a handover", width="large", icon=":material/swap_horiz:")
def begin(model: Model, version: int | None) -> None:
    """What is handed over, between whom, and which roles move."""
    from watchroom.ledger.handovers import begin as begun

    st.markdown(f"**{plain(model.title, 80)}**")
    numbers = list(ask(model_queries.version_numbers, model=model.name))
    first, second = st.columns(2)
    at = numbers.index(version) if version in numbers else 0
    number = first.selectbox("Version", numbers, index=at, format_func=lambda one: f"version {one}", key="hand_version")
    stage = second.selectbox("For the stage", STAGES, index=STAGES.index("deploy"), key="hand_stage")
    st.caption(STAGE_QUESTIONS[stage])
    found = ask(queries.around, model=model.name)
    mine = _mine()
    terms = _terms(model, Terms(model.name, number or 0, stage, found.team or "", "", mine, "", None), new=True)
    st.caption(f"The giver signs what is there, then the receiver accepts it. {_RECORDED}")
    ready = bool(terms.giver and terms.receiver and number)
    if st.button("Begin it", key="hand_do", icon=":material/check:", type="primary", disabled=not ready):
        by = book.person(current_user())
        act(lambda: begun(book.ledger(), terms, by), f"Begun. It waits for {person(terms.giver)}.")


@dialog("Change a handover", width="large", icon=":material/edit:")
def change(model: Model, one: Handover) -> None:
    """Other people, teams, roles or another date; a giver who had signed signs again."""
    from watchroom.ledger.handovers import change as changed

    _about(one)
    terms = _terms(model, one.terms, new=False)
    again = " The giver has to sign again." if one.given else ""
    st.caption(f"{_RECORDED}{again}")
    if st.button("Change it", key="hand_do", icon=":material/check:", type="primary", disabled=terms == one.terms):
        by = book.person(current_user())
        act(lambda: changed(book.ledger(), one.seq, terms, by, seen=one.last_seq), "Changed.")


def _terms(model: Model, before: Terms, *, new: bool) -> Terms:
    """The terms as they are typed."""
    from watchroom.ledger.handovers import MAX_TEXT

    found = ask(queries.around, model=model.name)
    left, right = st.columns(2)
    with left:
        from_team = _pick("The team that gives", found.teams, before.from_team, "hand_from")
        giver = _pick("Who gives", found.people, before.giver, "hand_giver")
    with right:
        to_team = _pick("The team that receives", found.teams, before.to_team, "hand_to")
        receiver = _pick("Who receives", found.people, before.receiver, "hand_receiver")
    owners = _owners(model, receiver, before.owners if not new else dict.fromkeys(MOVING, ""), found.people)
    start = today()
    chosen = st.date_input(
        "To be accepted by",
        before.due or (start + timedelta(DUE_DAYS) if new else None),
        min_value=min(start, before.due) if before.due else start,
        key="hand_due",
        format="YYYY-MM-DD",
    )
    note = st.text_area("What to know about it, if you like", before.note, key="hand_note", max_chars=MAX_TEXT)
    return replace(
        before,
        from_team=from_team,
        to_team=to_team,
        giver=giver,
        receiver=receiver,
        due=chosen if isinstance(chosen, date) else None,
        note=(note or "").strip(),
        owners=owners,
    )


def _pick(label: str, known: tuple[str, ...], now: str, key: str) -> str:
    """A name out of those known, or a new one."""
    options = list(dict.fromkeys([*([now] if now else []), *known]))
    picked = st.selectbox(
        label,
        options,
        index=0 if now else None,
        accept_new_options=True,
        placeholder="Choose, or type a new one",
        key=key,
    )
    return (picked or "").strip()


def _owners(model: Model, receiver: str, before: Mapping[str, str], people: tuple[str, ...]) -> dict[str, str]:
    """Which roles move, and to whom: to the receiver unless somebody else is named."""
    chosen = st.pills(
        "Roles that move with it",
        OWNING,
        selection_mode="multi",
        default=list(before),
        format_func=_role,
        key="hand_roles",
    )
    owners = {}
    for role in OWNING:
        if role not in chosen:
            continue
        held = model.owner(role)
        label = f"{_role(role)}, now {plain(held, 80) if held else 'nobody'}, goes to"
        own = before.get(role, "")
        to = _pick(label, tuple(dict.fromkeys([*([receiver] if receiver else []), *people])), own or receiver,
                   f"hand_{role}_{receiver}")  # fmt: skip
        if to or receiver:
            owners[role] = to or receiver
    return owners


def _role(role: str) -> str:
    return ROLE_NAMES.get(role, role).capitalize()


@dialog("Sign the handover", width="medium", icon=":material/draw:")
def sign(model: Model, one: Handover) -> None:
    """The giver's signature or the receiver's acceptance of what stands here; its digest goes with the button."""
    from watchroom.ledger.handovers import accept, give
    from watchroom.ui.handover_one import signable
    from watchroom.ui.sign_off_known import at_the_click

    _about(one)
    now = signable(one)
    if now is None:
        st.markdown(":orange[:material/info:] This version is not checked yet: run `watchroom refresh`, then sign.")
        return
    st.markdown("  \n".join(f"{plain(name)}: {plain(told, 200)}" for name, told, _ in sign_off_words.bound(now)))
    st.markdown(quiet(f"Digest {now.digest[:16]}…"))
    accepts = one.given is not None
    moves = handover_handed.roles(one.terms.owners, one.terms.receiver)
    told = f"{'From then on' if accepts else 'Once it is accepted'}: {moves}. " if moves else ""
    st.markdown(f"{plain(told, 600)}{plain('Open alerts and findings of the giver go with it.')}")
    note = st.text_area("A note, if you like", key="sign_note", max_chars=2000, height=100)
    st.caption(_RECORDED)
    label = "Accept it" if accepts else "Sign and give it"
    if st.button(label, key="sign_do", icon=":material/check:", type="primary"):
        terms, by, was = one.terms, book.person(current_user()), dict(model.owners)

        def do() -> None:
            found = at_the_click(terms.model, terms.version, terms.stage)
            do_it = accept if accepts else give
            do_it(
                book.ledger(), one.seq, by, lambda reader: found(reader).signable, now.digest, was, note or "",
                seen=one.last_seq,
            )  # fmt: skip

        act(do, "Accepted: it is yours." if accepts else f"Signed. It waits for {person(terms.receiver)}.")


@dialog("Decline the handover", width="medium", icon=":material/block:")
def decline(one: Handover) -> None:
    """The receiver does not take it, and says what is missing."""
    from watchroom.ledger.handovers import decline as declined

    _with_reason(one, "What is missing", "Decline it", declined, "Declined.")


@dialog("Take the signature back", width="medium", icon=":material/undo:")
def take_back(one: Handover) -> None:
    """The giver's signature taken back before it is accepted."""
    from watchroom.ledger.handovers import take_back as taken_back

    _with_reason(one, "Why", "Take it back", taken_back, "Taken back.")


@dialog("Withdraw the handover", width="medium", icon=":material/delete:")
def withdraw(one: Handover) -> None:
    """The handover taken back while it is under way; it stays readable."""
    from watchroom.ledger.handovers import withdraw as withdrawn

    _with_reason(one, "Why", "Withdraw it", withdrawn, "Withdrawn.")


@dialog("Write about a handover", width="medium", icon=":material/chat:")
def comment(one: Handover) -> None:
    """A remark for everybody."""
    from watchroom.ledger.handovers import comment as commented

    _with_reason(one, "The remark", "Write it", commented, "Written.")


def _with_reason(
    one: Handover, asked: str, label: str, do: Callable[[Ledger, int, str, Person], Handover], said: str
) -> None:
    from watchroom.ledger.handovers import MAX_TEXT

    _about(one)
    text = st.text_area(asked, key="hand_text", max_chars=MAX_TEXT, height=110)
    st.caption(_RECORDED)
    if st.button(label, key="hand_do", icon=":material/check:", type="primary"):
        by = book.person(current_user())
        act(lambda: do(book.ledger(), one.seq, text or "", by), said)


def _about(one: Handover) -> None:
    terms = one.terms
    st.markdown(
        f"**{plain(terms.model, 80)}, version {terms.version}, {terms.stage}** {plain(handover_handed.teams(one))}"
    )


def _mine() -> str:
    user = current_user()
    return user.email or user.name
