"""A page that is about all models, or about the one that the sidebar names."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from watchroom.store.queries import models as queries
from watchroom.store.queries.models import Model
from watchroom.ui import moved
from watchroom.ui.navigation import link, page_info
from watchroom.ui.room import ask
from watchroom.ui.scope import ALL_MODELS, Scope, scope
from watchroom.ui.states import header, no_models, page_header, unknown_model
from watchroom.ui.text import one_line


def page(
    file: str,
    every: Callable[[tuple[Model, ...], Scope], None],
    one: Callable[[Model, Scope], None],
    *,
    back: bool = False,
) -> None:
    """The whole page of that file: its header, and below it all models, one, or that nobody knows the one asked for.

    `back` adds a link from one model to all.
    """
    models, chosen, info = ask(queries.overview), scope(), page_info(file)
    found = next((model for model in models if model.name == chosen.model), None)
    if found is None:
        page_header(file)
        if chosen.model is not None:
            unknown_model(chosen.model, tuple(model.name for model in models))
        elif models:
            every(models, chosen)
        else:
            no_models()
        return
    st.set_page_config(page_title=f"{info.title} of {one_line(found.title, 60)} · Watchroom")
    header(f"{info.title} of {found.title}", info.question, trusted=False)
    if back:
        link(file, "All models", icon=":material/arrow_back:", params={"model": ALL_MODELS})
    moved.say(found.name)
    one(found, chosen)
