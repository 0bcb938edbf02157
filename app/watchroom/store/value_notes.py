"""Notes of the part `value` of a draft: what figures were made with. They are made anew when it changes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Literal

from watchroom.store.draft import Draft


def stand_of(*parts: object) -> str:
    """A digest that changes with any of the parts: what something was made with, for its note.

    Parts are plain values whose `repr` says all there is to them, in an order of their own: numbers, texts, days, and
    lists, tuples and frozen dataclasses of such.
    """
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def notes(draft: Draft, key: str) -> Mapping[str, str]:
    """The note of that name of each model that has one."""
    rows = draft.connection.execute("select model, value from value.value_notes where key = ?", [key]).fetchall()
    return dict(rows)


def keep_notes(draft: Draft, key: str, found: Mapping[str, str | None]) -> None:
    """Keep the note of that name of each of these models, in place of what it had; None removes it.

    Call inside `Draft.transaction("value")`.
    """
    draft.connection.execute(
        "delete from value.value_notes where key = $key and model in (select unnest($models))",
        {"key": key, "models": list(found)},
    )
    draft.insert("value_notes", [(model, key, value) for model, value in found.items() if value is not None])


Work = Literal["kpis", "money"]
"""What a refresh may have no time for."""


def left(draft: Draft, work: Work) -> Mapping[str, int]:
    """The models of which the last refresh left something of that work, with how many did so in a row.

    The next one takes first those that wait longest, so that every model has its turn (`in_turn`).
    """
    return {model: int(times) for model, times in notes(draft, left_key(work)).items()}


def keep_left(draft: Draft, work: Work, found: Mapping[str, bool]) -> None:
    """Keep of each of these models whether something was left. Call inside `Draft.transaction("value")`."""
    before = left(draft, work)
    times = {model: str(before.get(model, 0) + 1) if is_left else None for model, is_left in found.items()}
    keep_notes(draft, left_key(work), times)


def in_turn(models: Iterable[str], before: Mapping[str, int]) -> list[str]:
    """The models in the order in which a refresh takes them, by what `left` gives."""
    return sorted(models, key=lambda one: (-before.get(one, 0), one))


def left_key(work: Work) -> str:
    """The name of the note of what was left."""
    return f"{work} left"
