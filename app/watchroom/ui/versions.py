"""The Versions page: all models' champions at a glance, or one model in five views."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from watchroom.store.queries import versions as queries
from watchroom.store.queries.models import Model
from watchroom.ui import by_model, versions_all, versions_back, versions_then, versions_timeline, versions_two
from watchroom.ui.following import Reads, follow, remember
from watchroom.ui.navigation import link
from watchroom.ui.room import ask, reading
from watchroom.ui.scope import ALL_MODELS, Scope
from watchroom.ui.states import empty
from watchroom.ui.versions_subject import Subject, story_of

PAGE = "versions"
VIEW = "view"


def show() -> None:
    """The whole page."""
    by_model.page(PAGE, lambda *_: versions_all.show(), _of)


def _of(model: Model, chosen: Scope) -> None:
    link(PAGE, "All models", icon=":material/arrow_back:", params={"model": ALL_MODELS})
    if not model.versions:
        register = "Register one with mlflow.register_model, then refresh."
        empty("No version is registered yet.", register, command="watchroom refresh")
        return
    with reading() as snapshot:
        subject = Subject(
            model, ask(queries.versions, model=model.name), story_of(model.name), chosen, snapshot.made_at
        )
    follow(_FOLLOWED)
    if VIEW not in st.session_state and VIEW not in st.query_params:
        st.session_state[VIEW] = next(iter(_VIEWS))  # a default of its own may not stand beside a value that is set
    picked = st.segmented_control(
        "Look at", list(_VIEWS), key=VIEW, bind="query-params", required=True,
        label_visibility="collapsed",
    )  # fmt: skip
    _VIEWS.get(str(picked), versions_timeline.show)(subject)
    remember(_FOLLOWED)


def _view(asked: str) -> str:
    if asked not in _VIEWS:
        raise ValueError(asked)
    return asked


def _real(subject: Subject) -> None:
    from watchroom.ui import versions_real  # only who asks whether a difference is real pays for its charts

    versions_real.show(subject.model, subject.scope.version)


_VIEWS: dict[str, Callable[[Subject], None]] = {
    "Time line": versions_timeline.show,
    "Then and now": versions_then.show,
    "Two versions": versions_two.show,
    "Champion or challenger": _real,
    "Go back": versions_back.show,
}

_FOLLOWED: Reads = {VIEW: _view}
"""The parameters that a link of the page itself may set, besides those that a view keeps by hand."""
