"""Who acts on the ledger."""

from __future__ import annotations

from dataclasses import dataclass

NOT_SIGNED_IN = "not signed in"
"""Who is said to have acted where there is no sign-in: the ledger knows no more."""


@dataclass(frozen=True)
class Person:
    """Who acts, and in which roles: those held, never one that is only looked as. `name` may be empty."""

    name: str
    roles: tuple[str, ...]
