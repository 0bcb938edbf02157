"""Who acts on the ledger."""

from __future__ import annotations

from dataclasses import dataclass

from watchroom.domain import authors
from watchroom.domain.authors import is_visible

NOT_SIGNED_IN = authors.NOT_SIGNED_IN
"""Who is said to have acted where there is no sign-in: the ledger knows no more."""

UNCHECKED = " (not checked)"
"""What stands behind a name that somebody gave where there is no sign-in. Nobody can sign in with it."""


@dataclass(frozen=True)
class Person:
    """Who acts, and in which roles: those held, never one that is only looked as. `name` may be empty."""

    name: str
    roles: tuple[str, ...]


def unchecked(name: str) -> str:
    """How the ledger is to know somebody who says their name where there is no sign-in; empty for no name.

    The mark stands once, however often it was typed; signs that nobody sees are no name.
    """
    said = " ".join(name.split())
    while said.endswith(UNCHECKED.strip()):
        said = said.removesuffix(UNCHECKED.strip()).strip()
    return f"{said}{UNCHECKED}" if is_visible(said) else ""
