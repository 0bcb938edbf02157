"""The Model card page: what is this model, for whom, with what limits? All models, or the one of the scope."""

from __future__ import annotations

from watchroom.store.queries.models import Model
from watchroom.ui import by_model, model_card_all, model_card_one
from watchroom.ui.navigation import link
from watchroom.ui.scope import ALL_MODELS, Scope

PAGE = "model_card"


def show() -> None:
    """The whole page."""
    by_model.page(PAGE, lambda *_: model_card_all.show(), _of)


def _of(model: Model, chosen: Scope) -> None:
    link(PAGE, "All models", icon=":material/arrow_back:", params={"model": ALL_MODELS})
    model_card_one.show(model, chosen)
