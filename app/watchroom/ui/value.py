"""The Value page: does it meet its targets, and what is it worth? All models, or the one of the scope."""

from __future__ import annotations

from watchroom.store.queries.models import Model
from watchroom.ui import actions, by_model, value_all, value_model
from watchroom.ui.navigation import link
from watchroom.ui.scope import ALL_MODELS, Scope

PAGE = "value"


def show() -> None:
    """The whole page."""
    by_model.page(PAGE, _every, _of)


def _every(*_: object) -> None:
    value_all.show()
    actions.show(None)


def _of(model: Model, chosen: Scope) -> None:
    link(PAGE, "All models", icon=":material/arrow_back:", params={"model": ALL_MODELS})
    value_model.show(model, chosen)
