"""The dialog in which somebody signs: what is signed stands in it, and its digest goes with the button."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from watchroom.domain.approval import Decision, lifts_with_note
from watchroom.ui import book, sign_off_seen
from watchroom.ui.acting import act
from watchroom.ui.fragments import dialog
from watchroom.ui.identity import ROLES, current_user
from watchroom.ui.room import room
from watchroom.ui.rows import quiet
from watchroom.ui.sign_off_known import Known, at_the_click
from watchroom.ui.text import one_line, plain, some

if TYPE_CHECKING:
    from watchroom.ledger.people import Person

_DECISIONS: dict[Decision, str] = {"approved": "Approve it", "rejected": "Reject it"}


@dialog("Sign off", width="medium", icon=":material/draw:")
def give(found: Known, roles: tuple[str, ...], *, since_drawn: bool) -> None:
    """Approve or reject what stands here. `since_drawn`: it is not what the page showed before."""
    from watchroom.ledger.acts import actor_of

    now, key = found.signable, "sign_off"
    st.markdown(f"**Version {now.version} of {plain(now.model, 80)}, for {plain(now.stage)}**")
    if since_drawn:
        st.markdown(
            ":orange[:material/warning:] Something has changed since the page was drawn. This is what stands now:"
        )
    sign_off_seen.show(found.basis, now)
    st.markdown(quiet(f"Digest {now.digest[:16]}…"))
    role = roles[0]
    if len(roles) > 1:
        role = st.selectbox("As", roles, format_func=lambda name: ROLES.get(name, name), key=f"{key}_role") or role
    decisions: list[Decision] = ["rejected"] if now.blockers else list(_DECISIONS)
    decision = st.segmented_control(
        "You", decisions, default=decisions[0], required=True, format_func=_DECISIONS.__getitem__, key=f"{key}_is"
    )
    label = "A note, if you like"
    if decision == "rejected":
        label = "Why? Who rejects says why"
    elif lifted := lifts_with_note(actor_of(book.person(current_user())), role, found.held, now, found.basis.rule):
        label = f"A note: with it you lift the rejection of {one_line(', '.join(lifted), 80)}"
    note = st.text_area(label, key=f"{key}_note", max_chars=2000, height=100)
    st.caption(
        "It is recorded in the ledger with who you are, when, and what stands above. It turns void when any of that "
        "changes."
    )
    if st.button("Reject" if now.blockers else "Sign", key=f"{key}_do", icon=":material/check:", type="primary"):
        _sign(found, role, decision, note or "")


def _sign(found: Known, role: str, decision: Decision, note: str) -> None:
    from watchroom.ledger.approvals import ToSign, sign

    now = found.signable
    given = ToSign(now.model, now.version, now.stage, role, decision, note)
    by = book.person(current_user())

    def do() -> None:
        current = at_the_click(*found.basis.key)
        if decision == "approved" and current(book.ledger()).signable.digest == now.digest:  # else it is refused below
            _must_be_kept(found, by)
        # The digest of what this dialog shows, against what is there under the ledger's lock.
        sign(book.ledger(), given, by, current, now.digest)

    act(
        do,
        "Signed." if decision == "approved" else "Rejected.",
    )


def _must_be_kept(found: Known, by: Person) -> None:
    """Raises `Refused`, and records it, where a file of evidence was replaced or removed since the refresh saw it."""
    from watchroom.desk import evidence
    from watchroom.errors import Refused
    from watchroom.ledger.acts import refuse

    basis, ledger = found.basis, book.ledger()
    now = evidence.lost(ledger, room().settings.workspace, basis.model, basis.version)
    lost = [told for seq, told in now.items() if seq not in basis.evidence or basis.evidence[seq].status == "held"]
    if lost:
        tried = f"approve version {basis.version} for {basis.stage}"
        step = "Put it back from a backup, or withdraw it."
        refuse(
            ledger,
            tried,
            by,
            Refused("Evidence is not what was kept.", why=f"{some(lost, 3)}.", next_step=step),
            basis.model,
        )
