"""Who is looking, and in which roles.

Without sign-in anyone on this machine may choose a role, and the app says so. What a role may do is not decided here
but in the ledger; what somebody sees who may not come in is in `sign_in`.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any, ParamSpec, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from watchroom.domain import roles as of
from watchroom.domain.roles import AUTH_VARIABLE, SignIn
from watchroom.errors import NotAdmitted
from watchroom.ui import signed_out

ROLES: dict[str, str] = {
    of.BUSINESS: "Business",
    of.DATA_SCIENCE: "Data science",
    of.OPERATIONS: "Operations",
    of.REVIEWER: "Reviewer",
    of.ADMIN: "Admin",
}
"""The roles by their name in files and tables, with the name shown."""

P = ParamSpec("P")
T = TypeVar("T")

_NAME = "_own_name"

_BY_LABEL = {label: role for role, label in ROLES.items()}


@dataclass(frozen=True)
class User:
    """Who is looking; `roles` are those held, the one in use first.

    Without sign-in `email` is empty, and `name` is what somebody typed and nobody has checked: often empty.

    What somebody may do follows from `roles`. `viewing` is the role as which an admin looks at the room, else empty.
    """

    name: str
    roles: tuple[str, ...]
    signed_in: bool
    email: str = ""
    viewing: str = ""

    @property
    def role(self) -> str:
        """The role in use: it decides what is shown first, and never what may be done."""
        return self.viewing or self.roles[0]


class State(Enum):
    """Where somebody stands at the door."""

    ADMITTED = "admitted"
    UNKNOWN = "not signed in"
    ENDED = "the sign-in has ended"
    NO_ROLE = "signed in without a role"
    ELSEWHERE = "there is no sign-in, and this is another machine"
    BROKEN = "sign-in is asked for and not set up"


@dataclass(frozen=True)
class Visitor:
    """Somebody at the door. `user` holds no role unless they are admitted; `groups` as the provider names them."""

    state: State
    user: User
    groups: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()
    """The groups of the admins, who can help."""


_NOBODY = User(name="", roles=(), signed_in=False)


def visitor() -> Visitor:
    """Who is at the door, asked anew at each rerun: a sign-in runs out between two clicks."""
    chosen = _BY_LABEL.get(st.session_state.get("role", ""), "")
    if os.environ.get(AUTH_VARIABLE) is None:
        return _without_sign_in(chosen)
    return _judged(st.user.to_dict(), chosen)


def _judged(claims: Mapping[str, Any], chosen: str = "") -> Visitor:
    try:
        sign_in = SignIn.from_text(os.environ.get(AUTH_VARIABLE, ""))
    except ValueError:
        return Visitor(State.BROKEN, _NOBODY)
    return judge(claims, sign_in, datetime.now(UTC), chosen)


def judge(claims: Mapping[str, Any], sign_in: SignIn, now: datetime, chosen: str = "") -> Visitor:
    """Where somebody with these claims stands at `now`; a `chosen` role counts only when they may look as it."""
    if claims.get("is_logged_in") is not True:
        return Visitor(State.UNKNOWN, _NOBODY)
    name, email = of.name_of(claims), of.email_of(claims)
    if of.has_ended(claims, now) or signed_out.holds(claims):
        return Visitor(State.ENDED, User(name, (), signed_in=False, email=email))
    groups = of.groups_of(claims.get(sign_in.groups_claim))
    held = of.held(groups, sign_in.by_role)
    shown = tuple(sorted(groups))
    if not held:
        user = User(name, (), signed_in=True, email=email)
        return Visitor(State.NO_ROLE, user, shown, ask=tuple(sign_in.by_role.get(of.ADMIN, ())))
    viewing = chosen if chosen not in held and chosen in of.viewable(held) else ""
    in_use_first = tuple(sorted(held, key=lambda role: role != chosen))
    return Visitor(State.ADMITTED, User(name, in_use_first, signed_in=True, email=email, viewing=viewing), shown)


def current_user() -> User:
    """Who is looking: the person signed in; without sign-in, nobody in particular in the role chosen.

    For somebody who may not come in it does not return: the rerun starts over, at the door. So it does in a callback
    and in a fragment, which run without the frame. Outside of a rerun it raises NotAdmitted.
    """
    found = visitor()
    if found.state is not State.ADMITTED:
        st.rerun()
        raise _refused(found.state)
    return found.user


def check() -> None:
    """Let nobody but whoever may come in go on; outside of a rerun there is nobody to ask, and nothing happens."""
    if get_script_run_ctx(suppress_warning=True) is not None:
        current_user()


def while_admitted(function: Callable[P, T]) -> Callable[P, T]:
    """The function for as long as whoever looks now may come in: for what runs later outside of a rerun, as downloads.

    Raises NotAdmitted when it is called after the sign-in has ended.
    """
    if os.environ.get(AUTH_VARIABLE) is None:
        return function
    claims = st.user.to_dict()

    def guarded(*args: P.args, **kwargs: P.kwargs) -> T:
        state = _judged(claims).state
        if state is not State.ADMITTED:
            raise _refused(state)
        return function(*args, **kwargs)

    return guarded


def _refused(state: State) -> NotAdmitted:
    return NotAdmitted("You cannot do this now.", why=f"Reason: {state.value}.", next_step="Reload the page.")


def role_switch() -> None:
    """Who is looking, the choice of a role among those open to them, and the way out."""
    user = current_user()
    if user.signed_in:
        _account(user)
        return
    _role_box(list(ROLES.values()))
    st.text_input(
        "Your name",
        key=_NAME,
        max_chars=60,
        persist_state="session",
        placeholder="not given",
        help="Stands beside what you do here, marked as not checked. Without it, it says “not signed in”.",
    )
    st.caption("No sign-in: anyone on this machine may choose a role and a name.")


def _account(user: User) -> None:
    st.text(user.name)
    choice = of.viewable(user.roles)
    if len(choice) > 1:
        _role_box([ROLES[role] for role in choice])
    else:
        st.caption(ROLES[user.role])
    if user.viewing:
        st.caption(f"You look at the room as this role does. You act as {ROLES[user.roles[0]].lower()}.")
    sign_out_button()


def _role_box(labels: list[str]) -> None:
    st.selectbox(
        "Role",
        labels,
        key="role",
        bind="query-params",
        help="The role decides what is shown first, and what Home says waits for you.",
    )


def sign_out_button() -> None:
    """The way out, for everyone who has come in with an account."""
    st.button("Sign out", icon=":material/logout:", key="_sign_out", on_click=_sign_out)


def _sign_out() -> None:
    signed_out.add(st.user.to_dict())
    st.logout()


def _without_sign_in(chosen: str) -> Visitor:
    """Anyone on this machine, in the role chosen. `watchroom serve` lets nobody else reach it; other ways might."""
    if not _on_this_machine(_address()):
        return Visitor(State.ELSEWHERE, _NOBODY)
    name = str(st.session_state.get(_NAME, "") or "").strip()
    return Visitor(State.ADMITTED, User(name=name, roles=(chosen or of.BUSINESS,), signed_in=False))


def _address() -> object:
    return st.context.ip_address


def _on_this_machine(ip_address: object) -> bool:
    """Whether a visitor comes from here; Streamlit gives None for that."""
    if not isinstance(ip_address, str):
        return True
    try:
        address = ipaddress.ip_address(ip_address)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
