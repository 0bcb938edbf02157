"""The Handover page: what is missing before the next team takes a model over, who is holding it up, and whose it is.

All models, or the one of the scope, in three views. Only the open view asks for its data.
"""

from __future__ import annotations

from collections.abc import Callable

from watchroom.store.queries.models import Model
from watchroom.ui import by_model
from watchroom.ui.following import pick_view
from watchroom.ui.scope import Scope

PAGE = "handover"
VIEW = "view"
"""The parameter of the address that names the open view, and its control's key."""


def show() -> None:
    """The whole page."""
    by_model.page(PAGE, lambda _, chosen: _views(None, chosen), _views, back=True)


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
