"""The dialog in which somebody signs: what is signed stands in it, and its digest goes with the button."""

from __future__ import annotations

import streamlit as st

from watchroom.domain.approval import Decision
from watchroom.ui import book, sign_off_words
from watchroom.ui.acting import act
from watchroom.ui.fragments import dialog
from watchroom.ui.identity import ROLES, current_user
from watchroom.ui.rows import quiet
from watchroom.ui.sign_off_known import Known, at_the_click
from watchroom.ui.text import plain

_DECISIONS: dict[Decision, str] = {"approved": "Approve it", "rejected": "Reject it"}


@dialog("Sign off", width="medium", icon=":material/draw:")
def give(found: Known, roles: tuple[str, ...], *, since_drawn: bool) -> None:
    """Approve or reject what stands here. `since_drawn`: it is not what the page showed before."""
    now, key = found.signable, "sign_off"
    st.markdown(f"**Version {now.version} of {plain(now.model, 80)}, for {plain(now.stage)}**")
    if since_drawn:
        st.markdown(
            ":orange[:material/warning:] Something has changed since the page was drawn. This is what stands now:"
        )
    st.markdown("  \n".join(f"{plain(name)}: {plain(told, 200)}" for name, told, _ in sign_off_words.bound(now)))
    st.markdown(quiet(f"Digest {now.digest[:16]}…"))
    role = roles[0]
    if len(roles) > 1:
        role = st.selectbox("As", roles, format_func=lambda name: ROLES.get(name, name), key=f"{key}_role") or role
    decision = st.segmented_control(
        "You", list(_DECISIONS), default="approved", required=True, format_func=_DECISIONS.__getitem__, key=f"{key}_is"
    )
    label = "Why? Who rejects says why" if decision == "rejected" else "A note, if you like"
    note = st.text_area(label, key=f"{key}_note", max_chars=2000, height=100)
    st.caption(
        "It is recorded in the ledger with who you are, when, and what stands above. It turns void when any of that "
        "changes."
    )
    if st.button("Sign", key=f"{key}_do", icon=":material/check:", type="primary"):
        _sign(found, role, decision, note or "")


def _sign(found: Known, role: str, decision: Decision, note: str) -> None:
    from watchroom.ledger.approvals import ToSign, sign

    now = found.signable
    given = ToSign(now.model, now.version, now.stage, role, decision, note)
    by = book.person(current_user())
    # The digest of what this dialog shows, against what is there under the ledger's lock.
    act(
        lambda: sign(book.ledger(), given, by, at_the_click(*found.basis.key), now.digest),
        "Signed." if decision == "approved" else "Rejected.",
    )
