"""The Threshold page: what would another cut-off earn? All models, or the one of the scope."""

from __future__ import annotations

from watchroom.store.queries import models as model_queries
from watchroom.ui.room import ask
from watchroom.ui.scope import scope
from watchroom.ui.states import no_models, page_header


def show() -> None:
    """The whole page."""
    page_header("threshold")
    if not ask(model_queries.overview):
        no_models()
    scope()
