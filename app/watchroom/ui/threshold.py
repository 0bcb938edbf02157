"""The Threshold page: what would another cut-off earn? All models, or the one of the scope."""

from __future__ import annotations

from datetime import date

from watchroom.store.queries import health as health_queries
from watchroom.store.queries import threshold as queries
from watchroom.store.queries.models import Model
from watchroom.store.queries.threshold import Advised
from watchroom.ui import by_model, scenario, threshold_all, threshold_model
from watchroom.ui.health_empty import no_decisions, no_log
from watchroom.ui.health_subject import spec_of
from watchroom.ui.room import ask
from watchroom.ui.scope import DEFAULT_PERIOD, Period, Scope
from watchroom.ui.threshold_empty import no_cutoff, no_outcome_file, no_score
from watchroom.ui.threshold_subject import Subject, advised_days, names_of, worth_of
from watchroom.ui.workspace import facts


def show() -> None:
    """The whole page."""
    by_model.page("threshold", lambda *_: threshold_all.show(), _of, back=True)


def _days(period: Period, advised: Advised | None) -> tuple[date, date, str]:
    """The first and the last day, and what they are called: where no period is chosen those that the refresh looked at.

    So the page says what the table of all models and the next actions say.
    """
    if advised is None or period.label != DEFAULT_PERIOD:
        return period.first_day, period.last_day, period.label
    return advised.first, advised.last, advised_days(advised)


def _of(model: Model, chosen: Scope) -> None:
    watching = ask(health_queries.watching, model=model.name)
    spec = spec_of(model.name)
    if spec is None or spec.decisions is None:
        no_log(model, spec)
    elif spec.task != "binary":
        no_cutoff(model, spec.task)
    elif spec.decisions.score is None:
        no_score(model)
    elif spec.outcomes is None:
        no_outcome_file(model)
    elif not watching.versions:
        no_decisions(model, spec, watching.log_problems)
    else:
        version = chosen.version or watching.serving or watching.versions[0][0]
        figures = scenario.figures(model, blank=True)
        assert figures is not None, "the model has a file"
        advised = ask(queries.advised, model=model.name, version=version)
        subject = Subject(
            model.name, model.title, model.file or "", version, *_days(chosen.period, advised), names_of(spec),
            worth_of(spec), facts().currency, figures.assumed.baseline, advised,
        )  # fmt: skip
        threshold_model.show(subject, figures, tuple(spec.decisions.groups))
