"""The Handover page: what is missing before the next team takes a model over, who is holding it up, and whose it is.

All models, or the one of the scope, in three views. Only the open view asks for its data.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from watchroom.store.queries import models as model_queries
from watchroom.store.queries.models import Model
from watchroom.ui.following import pick_view
from watchroom.ui.navigation import link, page_info
from watchroom.ui.room import ask
from watchroom.ui.scope import ALL_MODELS, Scope, scope
from watchroom.ui.states import header, no_models, page_header, unknown_model
from watchroom.ui.text import one_line

PAGE = "handover"
VIEW = "view"
"""The parameter of the address that names the open view, and its control's key."""


def show() -> None:
    """The whole page."""
    every = ask(model_queries.overview)
    chosen = scope()
    if chosen.model is None:
        page_header(PAGE)
        if every:
            _views(None, chosen)
        else:
            no_models()
        return
    found = next((model for model in every if model.name == chosen.model), None)
    if found is None:
        page_header(PAGE)
        unknown_model(chosen.model, tuple(model.name for model in every))
        return
    st.set_page_config(page_title=f"Handover of {one_line(found.title, 60)} · Watchroom")
    header(f"Handover of {found.title}", page_info(PAGE).question, trusted=False)
    link(PAGE, "All models", icon=":material/arrow_back:", params={"model": ALL_MODELS})
    _views(found, chosen)


def _views(model: Model | None, chosen: Scope) -> None:
    _VIEWS[pick_view(list(_VIEWS), VIEW)](model, chosen)


def _checklist(model: Model | None, chosen: Scope) -> None:
    if model is None:
        from watchroom.ui import handover_all

        handover_all.show()
        return
    from watchroom.ui import handover_model

    handover_model.show(model, chosen)


def _handovers(model: Model | None, chosen: Scope) -> None:
    from watchroom.ui import handover_handovers  # only who looks at a view pays for it

    handover_handovers.show(model, chosen)


def _ownership(model: Model | None, _chosen: Scope) -> None:
    from watchroom.ui import ownership

    ownership.show(model)


_VIEWS: dict[str, Callable[[Model | None, Scope], None]] = {
    "Checklist": _checklist,
    "Handovers": _handovers,
    "Ownership": _ownership,
}
