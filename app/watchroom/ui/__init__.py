"""Streamlit helpers, the only caches, identity and roles.

Pages use what is named here; what a page shows is the page's own.
"""

from __future__ import annotations

from watchroom.ui.identity import ROLES, User, current_user
from watchroom.ui.navigation import go, link
from watchroom.ui.room import ask, drawn, leased, reading, room
from watchroom.ui.scope import Period, Scope, scope
from watchroom.ui.states import (
    empty,
    error,
    first_run,
    header,
    provenance,
    section,
    sourced,
    truncated,
    unknown_model,
)
from watchroom.ui.text import UNKNOWN, ago, as_utc, count_of, number, one_line, plain, some, span, when
from watchroom.ui.workspace import Facts, facts

__all__ = [
    "ROLES",
    "UNKNOWN",
    "Facts",
    "Period",
    "Scope",
    "User",
    "ago",
    "as_utc",
    "ask",
    "count_of",
    "current_user",
    "drawn",
    "empty",
    "error",
    "facts",
    "first_run",
    "go",
    "header",
    "leased",
    "link",
    "number",
    "one_line",
    "plain",
    "provenance",
    "reading",
    "room",
    "scope",
    "section",
    "some",
    "sourced",
    "span",
    "truncated",
    "unknown_model",
    "when",
]
