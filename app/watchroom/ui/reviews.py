"""The Reviews page: what the second line must look at, over all models or of the one of the scope, in four views.

One finding of the address (`?finding=`) takes the page to itself. Only the open view asks for its data.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from watchroom.store.queries.models import Model
from watchroom.ui import by_model
from watchroom.ui.acting import say_done
from watchroom.ui.following import pick_view
from watchroom.ui.reviews_known import FINDING

PAGE = "reviews"
VIEW = "view"
"""The parameter of the address that names the open view, and its control's key."""


def show() -> None:
    """The whole page."""
    by_model.page(PAGE, lambda _, chosen: _shown(None), lambda model, chosen: _shown(model), back=True)


def _shown(model: Model | None) -> None:
    say_done()
    if asked := st.query_params.get(FINDING, ""):
        from watchroom.ui import reviews_one

        reviews_one.show(asked)
        return
    _VIEWS[pick_view(list(_VIEWS), VIEW)](model)


def _queue(model: Model | None) -> None:
    from watchroom.ui import reviews_queue  # only who looks at a view pays for it

    reviews_queue.show(model)


def _findings(model: Model | None) -> None:
    from watchroom.ui import reviews_findings

    reviews_findings.show(model)


def _compliance(model: Model | None) -> None:
    from watchroom.ui import reviews_compliance

    reviews_compliance.show(model)


def _regulation(model: Model | None) -> None:
    from watchroom.ui import reviews_regulation

    reviews_regulation.show(model)


_VIEWS: dict[str, Callable[[Model | None], None]] = {
    "Queue": _queue,
    "Findings": _findings,
    "Compliance": _compliance,
    "Regulation": _regulation,
}
