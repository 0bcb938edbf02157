"""The Model card page: what is this model, for whom, with what limits? All models, or the one of the scope."""

from __future__ import annotations

import streamlit as st

from watchroom.store.queries import models as model_queries
from watchroom.store.queries.models import Model
from watchroom.ui import model_card_all, model_card_one
from watchroom.ui.navigation import link, page_info
from watchroom.ui.room import ask
from watchroom.ui.scope import ALL_MODELS, Scope, scope
from watchroom.ui.states import header, no_models, page_header, unknown_model
from watchroom.ui.text import one_line

PAGE = "model_card"


def show() -> None:
    """The whole page."""
    every = ask(model_queries.overview)
    chosen = scope()
    if chosen.model is None:
        page_header(PAGE)
        if every:
            model_card_all.show()
        else:
            no_models()
        return
    found = next((model for model in every if model.name == chosen.model), None)
    if found is None:
        page_header(PAGE)
        unknown_model(chosen.model, tuple(model.name for model in every))
        return
    st.set_page_config(page_title=f"Card of {one_line(found.title, 60)} · Watchroom")
    header(f"Model card of {found.title}", page_info(PAGE).question, trusted=False)
    _of(found, chosen)


def _of(model: Model, chosen: Scope) -> None:
    link(PAGE, "All models", icon=":material/arrow_back:", params={"model": ALL_MODELS})
    model_card_one.show(model, chosen)
