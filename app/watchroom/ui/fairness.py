"""The Fairness page: are groups of people treated alike, and where not? All models, or the one of the scope."""

from __future__ import annotations

from watchroom.store.queries import fairness as queries
from watchroom.store.queries import health as health_queries
from watchroom.store.queries.models import Model
from watchroom.ui import by_model, fairness_all, fairness_model
from watchroom.ui.fairness_empty import no_groups, no_task, no_version, not_compared
from watchroom.ui.fairness_terms import terms_of
from watchroom.ui.health_empty import no_decisions, no_log
from watchroom.ui.health_subject import spec_of
from watchroom.ui.room import ask
from watchroom.ui.scope import Scope


def show() -> None:
    """The whole page."""
    by_model.page("fairness", lambda _, chosen: fairness_all.show(chosen.period), _of, back=True)


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
