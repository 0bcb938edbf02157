"""The view Ownership: models in nobody's hands, people who hold too much alone, owners who have gone quiet."""

from __future__ import annotations

from watchroom.store.queries.models import Model


def show(every: tuple[Model, ...], model: Model | None) -> None:
    """The view for one model, or for all with None."""
    raise NotImplementedError
