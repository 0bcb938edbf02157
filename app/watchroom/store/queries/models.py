"""Readers of the Models page and of the page of one model."""

from __future__ import annotations

from watchroom.store.snapshot import Snapshot


def names(snapshot: Snapshot) -> tuple[str, ...]:
    """Every model that the workspace or the registry knows, by name."""
    return tuple(name for (name,) in snapshot.rows("select model from models order by lower(model), model"))


def version_numbers(snapshot: Snapshot, *, model: str) -> tuple[int, ...]:
    """A model's versions, the newest first; empty for a model without any."""
    rows = snapshot.rows("select version from model_versions where name = ? order by version desc", [model])
    return tuple(version for (version,) in rows)
