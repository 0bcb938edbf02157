"""How logs write yes and no. The counts of SQL, what models are given, and what pages show read the same words."""

from __future__ import annotations

YES = ("1", "true", "yes", "1.0")
NO = ("0", "false", "no", "0.0")


def yes_or_no(text: str) -> bool | None:
    """What a text says, however it is capitalised and spaced; None for anything else."""
    word = text.strip().lower()
    return True if word in YES else False if word in NO else None
