"""What somebody sees who may not come in: the sign-in page, and its neighbours. Nothing of the room is on them."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.errors import StreamlitAPIException

from watchroom.ui.identity import State, Visitor, sign_out_button
from watchroom.ui.text import one_line, some

_WIDTH = 440  # pixels: a column of text, with room for a long address
_LOGO_WIDTH = 200


def page(visitor: Visitor, logo: Path) -> None:
    """The page for somebody in that state."""
    with st.container(horizontal_alignment="center", gap="medium"):
        st.space("large")
        st.image(str(logo), width=_LOGO_WIDTH)
        with st.container(width=_WIDTH, border=True, gap="small"):
            _PARTS[visitor.state](visitor)


def _unknown(_visitor: Visitor) -> None:
    st.title("Sign in", anchor=False)
    st.markdown("Watchroom is where your organisation watches its models, understands them and hands them over.")
    _button("Sign in")
    st.caption("You sign in where your organisation keeps its accounts. Watchroom never sees your password.")


def _ended(visitor: Visitor) -> None:
    st.title("Your sign-in has ended", anchor=False)
    st.markdown("Sign-ins last only so long, to keep out whoever comes to your screen after you.")
    if visitor.user.name:
        st.text(f"You were signed in as {_person(visitor)}.")
    _button("Sign in again")


def _no_role(visitor: Visitor) -> None:
    st.title("You have no role here yet", anchor=False)
    st.text(f"You are signed in as {_person(visitor)}, and none of your groups has a role in Watchroom.")
    admins = some([one_line(group) for group in visitor.ask], limit=5)
    st.text(f"Ask one of {admins} to be put into a group that has." if admins else _ASK_THE_ADMINISTRATOR)
    groups = some([one_line(group) for group in visitor.groups], limit=10)
    st.caption("What to tell them")
    st.text(f"Your groups are: {groups}." if groups else "Your sign-in names no groups.")
    st.text("Once that is done, sign out and in again.")
    sign_out_button()


def _elsewhere(_visitor: Visitor) -> None:
    st.title("This room is not open to you", anchor=False)
    st.markdown("Nobody is asked to sign in here, so it can be seen from the machine it runs on alone.")
    st.text("Whoever runs it can set up sign-in: see `auth` in watchroom.yaml.")


def _broken(_visitor: Visitor) -> None:
    st.title("Nobody can sign in now", anchor=False)
    st.markdown("Sign-in is asked for here, but what it needs is missing, so the room stays closed.")
    st.text("Whoever runs it: start it with `watchroom serve`, and look at `auth` in watchroom.yaml.")


_ASK_THE_ADMINISTRATOR = "Ask whoever looks after Watchroom in your organisation to put you into a group that has."

_PARTS = {
    State.UNKNOWN: _unknown,
    State.ENDED: _ended,
    State.NO_ROLE: _no_role,
    State.ELSEWHERE: _elsewhere,
    State.BROKEN: _broken,
}


def _button(label: str) -> None:
    # Not in a callback: what it raises when sign-in is not set up is to be said here.
    if not st.button(label, type="primary", key="_sign_in", width="stretch"):
        return
    try:
        st.login()
    except StreamlitAPIException:
        st.text("Sign-in is not set up as it should be. Tell whoever runs Watchroom.")


def _person(visitor: Visitor) -> str:
    name, email = one_line(visitor.user.name), one_line(visitor.user.email)
    return f"{name} ({email})" if name and email and name != email else name or email
