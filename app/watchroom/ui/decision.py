"""The Decision page: one decision by its id, or the log to find it in."""

from __future__ import annotations

import streamlit as st

from watchroom.store.queries import models as model_queries
from watchroom.store.queries.models import Model
from watchroom.ui import decision_find, decision_one
from watchroom.ui.health_subject import spec_of
from watchroom.ui.navigation import page_info
from watchroom.ui.room import ask
from watchroom.ui.scope import scope
from watchroom.ui.states import empty, header, no_models, page_header, unknown_model
from watchroom.ui.text import one_line


def show() -> None:
    """The whole page."""
    every = ask(model_queries.overview)
    chosen = scope()
    if chosen.model is None:
        page_header("decision")
        if every:
            decision_find.choose_model(every)
        else:
            no_models()
        return
    found = next((model for model in every if model.name == chosen.model), None)
    if found is None:
        page_header("decision")
        unknown_model(chosen.model, tuple(model.name for model in every))
        return
    st.set_page_config(page_title=f"Decision of {one_line(found.title, 60)} · Watchroom")
    header(f"Decision of {found.title}", page_info("decision").question, trusted=False)
    _of(found, chosen.version)


def _of(model: Model, version: int | None) -> None:
    spec = spec_of(model.name)
    if spec is None or spec.decisions is None:
        empty("This model has no decision log.", "Say under `decisions` in its file where its decisions are logged.")
        return
    prediction_id = (st.query_params.get(decision_find.ID) or "").strip()
    if prediction_id:
        decision_one.show(model, prediction_id, version)
    else:
        decision_find.show(model, spec.task, version)
