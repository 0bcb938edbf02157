"""The Health page: is it working, and if not, why? All models, or the one of the scope."""

from __future__ import annotations

import streamlit as st

from watchroom.store.queries import health as queries
from watchroom.store.queries import models as model_queries
from watchroom.store.queries.models import Model
from watchroom.ui import health_all, health_model
from watchroom.ui.health_empty import no_decisions, no_log, no_version
from watchroom.ui.health_subject import Subject, spec_of
from watchroom.ui.navigation import link, page_info
from watchroom.ui.room import ask, reading
from watchroom.ui.scope import ALL_MODELS, Scope, scope
from watchroom.ui.states import header, no_models, page_header, unknown_model
from watchroom.ui.text import one_line


def show() -> None:
    """The whole page."""
    every = ask(model_queries.overview)
    chosen = scope()
    if chosen.model is None:
        page_header("health")
        if every:
            health_all.show(every)
        else:
            no_models()
        return
    found = next((model for model in every if model.name == chosen.model), None)
    if found is None:
        page_header("health")
        unknown_model(chosen.model, tuple(model.name for model in every))
        return
    st.set_page_config(page_title=f"Health of {one_line(found.title, 60)} · Watchroom")
    header(f"Health of {found.title}", page_info("health").question, trusted=False)
    _of(found, chosen)


def _of(model: Model, chosen: Scope) -> None:
    link("health", "All models", icon=":material/arrow_back:", params={"model": ALL_MODELS})
    watching = ask(queries.watching, model=model.name)
    spec = spec_of(model.name)
    if spec is None or spec.decisions is None:
        no_log(model, spec)
    elif not watching.versions:
        no_decisions(model, spec, watching.log_problems)
    else:
        known = [version for version, _, _ in watching.versions]
        version = chosen.version or (watching.serving if watching.serving in known else known[0])
        if watching.days_of(version) is None:
            no_version(model, version, known)
            return
        with reading() as snapshot:
            made_at = snapshot.made_at
        health_model.show(Subject(model, spec, watching, version, chosen, made_at))
