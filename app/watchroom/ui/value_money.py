"""Money of one model: what it earned, against what, by which assumptions; and what it would earn by others."""

from __future__ import annotations

from watchroom.store.queries.models import Model
from watchroom.ui import value_empty
from watchroom.ui.health_subject import spec_of


def show(model: Model) -> None:
    """The view."""
    spec = spec_of(model.name)
    if spec is None:
        value_empty.no_file(model)
    elif spec.value is None:
        value_empty.no_value(model, spec)
    else:
        value_empty.no_counts(model, spec)
