"""The Explanations page: what drives this model, and how has that changed? All models, or the one of the scope."""

from __future__ import annotations

from watchroom.store.queries import explanations as queries
from watchroom.store.queries.explanations import Explanation
from watchroom.store.queries.models import Model
from watchroom.ui import by_model, explanations_all, explanations_model
from watchroom.ui.explanations_empty import not_explained, nothing_to_show, unknown_version
from watchroom.ui.explanations_subject import Subject, rows_of
from watchroom.ui.health_subject import spec_of
from watchroom.ui.navigation import link
from watchroom.ui.room import ask
from watchroom.ui.scope import ALL_MODELS, Scope

PAGE = "explanations"


def show() -> None:
    """The whole page."""
    by_model.page(PAGE, lambda *_: explanations_all.show(), _of)


def _of(model: Model, chosen: Scope) -> None:
    link(PAGE, "All models", icon=":material/arrow_back:", params={"model": ALL_MODELS})
    versions = ask(queries.versions, model=model.name)
    serving = ask(queries.serving, model=model.name)
    if not versions:
        not_explained(model, spec_of(model.name))
        return
    found = _chosen(versions, chosen.version, serving)
    if found is None:
        assert chosen.version is not None
        unknown_version(chosen.version, versions)
    elif not found.shown:
        nothing_to_show(model, found, versions)
    else:
        rows = rows_of(model.name, found, chosen)
        explanations_model.show(Subject(model, spec_of(model.name), found, versions, chosen, serving, rows))


def _chosen(versions: tuple[Explanation, ...], wanted: int | None, serving: int | None) -> Explanation | None:
    """The version of the scope; else the one in service, else the newest with something to show."""
    by_number = {found.version: found for found in versions}
    if wanted is not None:
        return by_number.get(wanted)
    if serving in by_number:
        return by_number[serving]
    return next((found for found in versions if found.shown), versions[0])
