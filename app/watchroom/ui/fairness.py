"""The Fairness page: are groups of people treated alike, and where not? All models, or the one of the scope."""

from __future__ import annotations

import streamlit as st

from watchroom.store.queries import fairness as queries
from watchroom.store.queries import health as health_queries
from watchroom.store.queries import models as model_queries
from watchroom.store.queries.models import Model
from watchroom.ui import fairness_all, fairness_model
from watchroom.ui.fairness_empty import no_groups, no_task, no_version, not_compared
from watchroom.ui.fairness_terms import terms_of
from watchroom.ui.health_empty import no_decisions, no_log
from watchroom.ui.health_subject import spec_of
from watchroom.ui.navigation import link, page_info
from watchroom.ui.room import ask
from watchroom.ui.scope import ALL_MODELS, Scope, scope
from watchroom.ui.states import header, no_models, page_header, unknown_model
from watchroom.ui.text import one_line


def show() -> None:
    """The whole page."""
    every = ask(model_queries.overview)
    chosen = scope()
    if chosen.model is None:
        page_header("fairness")
        if every:
            fairness_all.show(chosen.period)
        else:
            no_models()
        return
    found = next((model for model in every if model.name == chosen.model), None)
    if found is None:
        page_header("fairness")
        unknown_model(chosen.model, tuple(model.name for model in every))
        return
    st.set_page_config(page_title=f"Fairness of {one_line(found.title, 60)} · Watchroom")
    header(f"Fairness of {found.title}", page_info("fairness").question, trusted=False)
    link("fairness", "All models", icon=":material/arrow_back:", params={"model": ALL_MODELS})
    _of(found, chosen)


def _of(model: Model, chosen: Scope) -> None:
    watching = ask(health_queries.watching, model=model.name)
    spec = spec_of(model.name)
    known = ask(queries.versions, model=model.name)
    if spec is None or spec.decisions is None:
        no_log(model, spec)
    elif not spec.decisions.groups:
        no_groups(model)
    elif not watching.versions:
        no_decisions(model, spec, watching.log_problems)
    elif spec.task is None:
        no_task(model)
    elif not known:
        not_compared(spec.decisions.groups)
    else:
        version = chosen.version or (watching.serving if watching.serving in known else known[0])
        if version not in known:
            no_version(version, known)
            return
        fairness_model.show(fairness_model.Subject(model.name, version, spec.task, chosen.period, terms_of(spec)))
