"""The step that finds until when each model pays: the table `runway`, of the version that was in service last."""

from __future__ import annotations

from dataclasses import astuple
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from watchroom.domain.lines import SLOPE_DAYS
from watchroom.domain.performance_status import MIN_LABELLED
from watchroom.domain.runway import Runway, Weeks, runway
from watchroom.domain.value import Assumptions, assumptions_of, last_days, money, service
from watchroom.domain.worth import left_out
from watchroom.jobs.evaluate.trend import judged_metric
from watchroom.jobs.value.money import MONEY_NOTE
from watchroom.store.draft import Draft
from watchroom.store.money import MoneyStore
from watchroom.store.preview import Preview
from watchroom.store.queries.serving import Newest, leading
from watchroom.store.value_notes import keep_notes, notes, stand_of
from watchroom.workspace.load import Workspace
from watchroom.workspace.model_file import ModelSpec

_NOTE = "runway"

_RULES = "1"
"""Raised when what is computed here changes its meaning, so that every model is looked at anew."""

_JUDGED = """
    select model, bit_xor(hash(version, metric, period_start, value, status))::varchar from health.performance
    where kind = 'realized' and grain = 'week' group by model
"""


def find_runway(draft: Draft, workspace: Workspace) -> int:
    """Bring the table `runway` up to date; of how many models it was found anew, or removed.

    The part `health`, `value_serving` and the money must be in the draft: a model is looked at when one of them has
    changed. Models without money have no row; one whose file has a mistake keeps its own.
    """
    before, stands = notes(draft, _NOTE), _stands(draft, workspace)
    broken = set(workspace.files) - workspace.models.keys()
    due = sorted(
        model for model in {*before, *stands} if before.get(model) != stands.get(model) and model not in broken
    )
    if due:
        serving = leading(Preview(draft))
        rows = [_row(draft, workspace.models[model], serving[model]) for model in due if model in stands]
        with draft.transaction("value"):
            draft.connection.execute(
                "delete from value.runway where model in (select unnest($models))", {"models": due}
            )
            draft.insert("runway", rows)
            keep_notes(draft, _NOTE, {model: stands.get(model) for model in due})
    return len(due)


def _stands(draft: Draft, workspace: Workspace) -> dict[str, str]:
    """Of each model with money what its runway rests on."""
    counted, judged = notes(draft, MONEY_NOTE), dict(draft.connection.execute(_JUDGED).fetchall())
    found = {}
    for (model,) in draft.connection.execute("select distinct model from value.value where version is null").fetchall():
        if (spec := workspace.models.get(model)) is not None:
            found[model] = stand_of(_RULES, counted.get(model), judged.get(model), judged_metric(spec))
    return found


def _row(draft: Draft, spec: ModelSpec, serving: Newest) -> tuple[Any, ...]:
    version, last = serving.version, serving.day
    assumed = assumptions_of(spec.value.model_dump() if spec.value else None) or Assumptions()
    metric = judged_metric(spec)
    weeks = _weeks(draft, spec.model, (version, last), metric, assumed)
    if weeks is None:
        found = Runway(0, metric=metric, reason=_unknown(assumed))
    else:
        found = runway(weeks, _lately(draft, spec.model, last), assumed.run_cost_per_month, metric)
    return (spec.model, version, *astuple(found))


def _unknown(assumed: Assumptions) -> str:
    if assumed.terms is None:
        return "`value` in the model's file does not say what its decisions are worth."
    return f"`value` in the model's file leaves out {' and '.join(f'`{name}`' for name in left_out(assumed.terms))}."


def _lately(draft: Draft, model: str, last: date) -> int:
    """The model's decisions of the thirty days up to its last one."""
    ((decisions,),) = draft.connection.execute(
        "select sum(decisions)::bigint from value.value_serving where model = ? and day > ?",
        [model, last - timedelta(SLOPE_DAYS)],
    ).fetchall()
    return int(decisions)


def _weeks(
    draft: Draft, model: str, served: tuple[int, date], metric: str | None, assumed: Assumptions
) -> Weeks | None:
    """The weeks of a version with enough outcomes, up to its last day; None when some outcome has no known worth."""
    version, last = served
    counts = draft.connection.execute(
        "select * from value.value_counts where model = ? and version = ?", [model, version]
    ).df()
    days = MoneyStore(draft).days(model)
    by_week = service(counts, days[days["version"] == version]).by("week")
    found = money(assumed, by_week)
    enough = by_week.realized.n >= MIN_LABELLED
    if np.isnan(found.worth[by_week.realized.n > 0]).any():
        return None
    told = enough & np.isfinite(found.benefit)
    values = _metric(draft, model, version, metric)
    starts = by_week.first[told]
    return Weeks(
        tuple(min(day.item(), last) for day in last_days(starts, "week")),
        np.asarray(found.benefit[told] / by_week.realized.n[told], np.float64),
        by_week.realized.n[told],
        np.asarray(values.reindex(pd.DatetimeIndex(starts)), np.float64),
    )


def _metric(draft: Draft, model: str, version: int, metric: str | None) -> pd.Series[float]:
    """The realized values of the metric, by the first day of the week."""
    found = draft.connection.execute(
        """select period_start, value from health.performance where model = ? and version = ? and metric = ?
            and kind = 'realized' and grain = 'week' and status <> 'no data' and value is not null
        order by period_start""",
        [model, version, metric],
    ).df()
    return pd.Series(found["value"].to_numpy(np.float64), pd.DatetimeIndex(found["period_start"]))
