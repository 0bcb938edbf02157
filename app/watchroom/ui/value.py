"""The Value page: does it meet its targets, and what is it worth? All models, or the one of the scope."""

from __future__ import annotations

import streamlit as st

from watchroom.store.queries import models as model_queries
from watchroom.store.queries.models import Model
from watchroom.ui import actions, value_all, value_model
from watchroom.ui.navigation import link, page_info
from watchroom.ui.room import ask
from watchroom.ui.scope import ALL_MODELS, Scope, scope
from watchroom.ui.states import header, no_models, page_header, unknown_model
from watchroom.ui.text import one_line

PAGE = "value"


def show() -> None:
    """The whole page."""
    every = ask(model_queries.overview)
    chosen = scope()
    if chosen.model is None:
        page_header(PAGE)
        if every:
            value_all.show()
            actions.show(None)
        else:
            no_models()
        return
    found = next((model for model in every if model.name == chosen.model), None)
    if found is None:
        page_header(PAGE)
        unknown_model(chosen.model, tuple(model.name for model in every))
        return
    st.set_page_config(page_title=f"Value of {one_line(found.title, 60)} · Watchroom")
    header(f"Value of {found.title}", page_info(PAGE).question, trusted=False)
    _of(found, chosen)


def _of(model: Model, chosen: Scope) -> None:
    link(PAGE, "All models", icon=":material/arrow_back:", params={"model": ALL_MODELS})
    value_model.show(model, chosen)
