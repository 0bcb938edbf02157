"""Who is looking, and in which roles.

Without sign-in anyone on this machine may choose a role, and the app says so. What a role may do is not decided here
but in the ledger.
"""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

ROLES: dict[str, str] = {
    "business": "Business",
    "data_science": "Data science",
    "operations": "Operations",
    "reviewer": "Reviewer",
    "admin": "Admin",
}
"""The roles by their name in files and tables, with the name shown."""

_BY_LABEL = {label: role for role, label in ROLES.items()}
_DEFAULT = ROLES["business"]


@dataclass(frozen=True)
class User:
    """Who is looking. `name` is empty without sign-in; `roles` are names from `ROLES`, the one in use first."""

    name: str
    roles: tuple[str, ...]
    signed_in: bool

    @property
    def role(self) -> str:
        """The role in use."""
        return self.roles[0]


def current_user() -> User:
    """Who is looking, as far as it is known: without sign-in, nobody in particular in the role chosen."""
    label = st.session_state.get("role", _DEFAULT)
    return User(name="", roles=(_BY_LABEL.get(label, "business"),), signed_in=False)


def role_switch() -> None:
    """The choice of a role, for as long as there is no sign-in."""
    st.selectbox(
        "Role",
        list(ROLES.values()),
        key="role",
        bind="query-params",
        help="The role decides what is shown first, and what Home says waits for you.",
    )
    st.caption("No sign-in: anyone on this machine may choose a role.")
