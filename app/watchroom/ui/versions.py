"""The Versions page: all models' champions at a glance, or one model in five views."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from watchroom.store.queries import models as model_queries
from watchroom.store.queries.models import Model
from watchroom.ui.navigation import link, page_info
from watchroom.ui.room import ask
from watchroom.ui.scope import ALL_MODELS, Scope, scope
from watchroom.ui.states import empty, header, no_models, page_header, unknown_model
from watchroom.ui.text import one_line

PAGE = "versions"
VIEW = "view"


def show() -> None:
    """The whole page."""
    every = ask(model_queries.overview)
    chosen = scope()
    if chosen.model is None:
        page_header(PAGE)
        if not every:
            no_models()
        return
    found = next((model for model in every if model.name == chosen.model), None)
    if found is None:
        page_header(PAGE)
        unknown_model(chosen.model, tuple(model.name for model in every))
        return
    st.set_page_config(page_title=f"Versions of {one_line(found.title, 60)} · Watchroom")
    header(f"Versions of {found.title}", page_info(PAGE).question, trusted=False)
    _of(found, chosen)


def _of(model: Model, chosen: Scope) -> None:
    link(PAGE, "All models", icon=":material/arrow_back:", params={"model": ALL_MODELS})
    if not model.versions:
        register = "Register one with mlflow.register_model, then refresh."
        empty("No version is registered yet.", register, command="watchroom refresh")
        return
    picked = st.segmented_control(
        "Look at", list(_VIEWS), key=VIEW, bind="query-params", default=next(iter(_VIEWS)), required=True,
        label_visibility="collapsed",
    )  # fmt: skip
    _VIEWS[str(picked)](model, chosen)


def _real(model: Model, chosen: Scope) -> None:
    from watchroom.ui import versions_real  # only who asks whether a difference is real pays for its charts

    versions_real.show(model, chosen.version)


_VIEWS: dict[str, Callable[[Model, Scope], None]] = {
    "Champion or challenger": _real,
}
