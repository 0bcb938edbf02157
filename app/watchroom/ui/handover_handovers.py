"""The view Handovers: what is handed over, who has to act, and beginning, signing and accepting it."""

from __future__ import annotations

from watchroom.store.queries.models import Model


def show(every: tuple[Model, ...], model: Model | None, version: int | None = None, stage: str | None = None) -> None:
    """The view for one model, or for all with None. `version` and `stage` are those that the page is at."""
    raise NotImplementedError
