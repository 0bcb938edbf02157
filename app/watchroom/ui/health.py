"""The Health page: is it working, and if not, why? All models, or the one of the scope."""

from __future__ import annotations

from watchroom.store.queries import health as queries
from watchroom.store.queries.models import Model
from watchroom.ui import by_model, health_all, health_model
from watchroom.ui.health_empty import no_decisions, no_log, no_version
from watchroom.ui.health_subject import Subject, spec_of
from watchroom.ui.navigation import link
from watchroom.ui.room import ask, reading
from watchroom.ui.scope import ALL_MODELS, Scope


def show() -> None:
    """The whole page."""
    by_model.page("health", lambda every, _: health_all.show(every), _of)


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
