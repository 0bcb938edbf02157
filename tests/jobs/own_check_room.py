"""A draft with two versions of a model, for checks of one's own to be asked of."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from watchroom.jobs.checks.found import Found, Question, Version
from watchroom.jobs.checks.own import OwnChecks
from watchroom.store.draft import Draft, refresh_lock
from watchroom.store.manifest import StoreFolder
from watchroom.store.schema import PARTS, TABLES

VERSIONS: list[Version] = [("churn", 1), ("churn", 2), ("stock", 1)]


def put(draft: Draft, table: str, *rows: dict[str, Any]) -> None:
    """Append rows by name; what is left out is NULL."""
    names = TABLES[table].column_names
    assert not {key for row in rows for key in row} - set(names)
    draft.insert(table, [[row.get(name) for name in names] for row in rows])


@contextmanager
def drafted(folder: Path) -> Iterator[Draft]:
    """A draft with the versions as subjects, and nothing else but their models."""
    store = StoreFolder(folder / "store")
    with refresh_lock(store, 5), Draft(store) as draft:
        for part in PARTS:
            draft.fresh(part)
        for model, version in VERSIONS:
            flags = {"is_champion": version == 1, "is_challenger": False, "is_newest": version == 2}
            put(
                draft,
                "check_subjects",
                {"model": model, "version": version, "policy": "own", "tier": "high", "authors": [], **flags},
            )
        put(draft, "models", {"model": "churn", "title": "Churn", "runbook": "https://x"}, {"model": "stock"})
        yield draft


def asked(draft: Draft, folder: Path, kind: str, **params: Any) -> dict[Version, Found]:
    """What one check of one's own finds."""
    with OwnChecks(draft, folder) as own:
        return dict(own.answer(Question("own/item", kind, params), VERSIONS, draft.made_at))
