"""Notes of the part `value` of a draft: what figures were made with. They are made anew when it changes."""

from __future__ import annotations

from collections.abc import Mapping

from watchroom.store.draft import Draft


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
