"""Who acts on the ledger."""

from __future__ import annotations

from dataclasses import dataclass

NOT_SIGNED_IN = "not signed in"
"""Who is said to have acted where there is no sign-in: the ledger knows no more."""

UNCHECKED = " (not checked)"
"""What stands behind a name that somebody gave where there is no sign-in. Nobody can sign in with it."""


@dataclass(frozen=True)
class Person:
    """Who acts, and in which roles: those held, never one that is only looked as. `name` may be empty."""

    name: str
    roles: tuple[str, ...]


def unchecked(name: str) -> str:
    """How the ledger is to know somebody who says their name where there is no sign-in; empty for no name."""
    said = " ".join(name.split()).removesuffix(UNCHECKED.strip()).strip()
    return f"{said}{UNCHECKED}" if said else ""
