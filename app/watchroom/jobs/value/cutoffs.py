"""The cut-off step: the best cut-off of every binary model in service, from what was counted of its decisions.

It is made anew each time: it reads counts, some ten milliseconds a model, never a log.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from watchroom.domain.profit import at, curve, implied_ratio, stakes
from watchroom.domain.profit_best import Best, best
from watchroom.domain.worth import OutcomeWorth, terms_of
from watchroom.jobs.value.failed import model_failed
from watchroom.sources.tracking.contract import Problem
from watchroom.store.draft import Draft
from watchroom.store.preview import Preview
from watchroom.store.queries.serving import newest
from watchroom.store.queries.threshold import Decided, decided
from watchroom.store.schema import TABLES
from watchroom.store.whole import put_whole
from watchroom.workspace.load import Workspace
from watchroom.workspace.model_file import ModelSpec

DAYS = 90
"""The days, back from the last with an outcome, from which a best cut-off is worked out."""

_FAILED = "Its best cut-off could not be worked out; what was found before stands."


def find_cutoffs(draft: Draft, workspace: Workspace) -> tuple[str, tuple[Problem, ...]]:
    """Fill the table `cutoffs` from the part `profile` and the table `value_serving`.

    Gives what was done, in words, and the models that failed: each by itself, and it keeps the row that it had.

    A version is in service when it is on the model's newest day there. One without scores or without outcomes has no
    row; a model whose file has a mistake keeps its own too.
    """
    names = TABLES["cutoffs"].column_names
    found, failures = [], {}
    for one in newest(Preview(draft)):
        if (spec := workspace.models.get(one.model)) is None:
            continue
        try:
            row = _row(draft, spec, one.version)
        except Exception as error:  # noqa: BLE001, one model's counts must never cost the others their cut-offs
            failures[one.model] = model_failed(workspace, one.model, "value", _FAILED, error)
        else:
            found += [row] if row is not None else []
    keeping = [*(set(workspace.files) - workspace.models.keys()), *failures]
    kept = draft.connection.execute("from value.cutoffs where model in (select unnest(?))", [keeping]).fetchall()
    changed = put_whole(draft, "cutoffs", [*(tuple(row.get(name) for name in names) for row in found), *kept])
    told = sum("best" in row for row in found)
    said = f"models with scores and outcomes: {len(found):,}, with a best cut-off: {told:,}"
    return said if changed else "nothing new", tuple(failures.values())


def _row(draft: Draft, spec: ModelSpec, version: int) -> dict[str, Any] | None:
    if spec.task != "binary" or (last := _last_outcome(draft, spec.model, version)) is None:
        return None
    found = decided(Preview(draft), model=spec.model, version=version, first=last - timedelta(DAYS - 1), last=last)
    if found is None or not found.scored.labelled:
        return None
    worth = terms_of(spec.value.model_dump()) if spec.value else None
    return {"model": spec.model, "version": version, **_counted(found), **_told(found, worth)}


def _last_outcome(draft: Draft, model: str, version: int) -> date | None:
    found: date | None = draft.connection.execute(
        """select max(day) from profile.profile_outcomes
        where model = ? and version = ? and group_column = '' and score_bin is not null and outcome in ('0', '1')""",
        [model, version],
    ).fetchall()[0][0]
    return found


def _counted(found: Decided) -> dict[str, Any]:
    """The columns that need no money."""
    columns: dict[str, Any] = {"period_start": found.first, "period_end": found.last, "n": found.scored.labelled}
    now = found.in_use
    if now is not None and now.alike is None:
        columns["in_use"] = now.cutoff
        columns["implied_ratio"] = implied_ratio(found.scored, now.cutoff)
    if now is not None:
        columns["alerts_per_day"] = _alerts(found, now.cutoff)
    return columns


def _told(found: Decided, worth: object) -> dict[str, Any]:
    """The columns that money tells; without any where the file leaves a figure out, or outcomes are too few."""
    at_stake = stakes(worth if isinstance(worth, OutcomeWorth) else None)
    if at_stake is None:
        return {}
    told = best(found.scored, at_stake, found.in_use.cutoff if found.in_use else None)
    columns: dict[str, Any] = {"cost_ratio": at_stake.ratio}
    return columns if told is None else columns | _best(found, told)


def _best(found: Decided, told: Best) -> dict[str, Any]:
    month = found.scored.to_month
    columns: dict[str, Any] = {
        "best": told.cutoff,
        "best_low": told.low,
        "best_high": told.high,
        "best_alerts_per_day": _alerts(found, told.cutoff),
    }
    if found.in_use is not None:
        columns |= {
            "gain_per_month": told.gain * month,
            "gain_low": told.gain_low * month,
            "gain_high": told.gain_high * month,
        }
    return columns


def _alerts(found: Decided, cutoff: float) -> float:
    return at(curve(found.scored), cutoff).alerts / found.scored.days
