"""The evaluate step: from profiles and limits to drift, quality, performance and a light for every model.

A model is evaluated anew when its counts, its file, its version in service or the day have changed; the others keep
their rows. What each table holds is computed in the modules beside this one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from watchroom.domain.periods import periods_of, reach_of
from watchroom.jobs.evaluate.drift import drift_of, quality_of, rows_of
from watchroom.jobs.evaluate.light import fill_health
from watchroom.jobs.evaluate.performance import performance_of
from watchroom.jobs.evaluate.read import read_profiles
from watchroom.jobs.evaluate.trend import fill_alert_scores, fill_decay
from watchroom.jobs.profile.step import Touched
from watchroom.sources.tracking.contract import Problem
from watchroom.store.draft import Draft
from watchroom.workspace.load import Workspace
from watchroom.workspace.model_file import ModelSpec

_RULES = "2"
"""Raised when what is computed here changes its meaning, so that every model is evaluated anew."""

_BY_PERIOD = ("drift", "quality", "performance")
_OF_NOW = ("health", "decay", "alert_scores")
"""What this step fills, besides its notes: the alerts are made from it and from the ledger."""


@dataclass(frozen=True)
class Evaluation:
    """How many models were evaluated anew, those whose rows are up to date with their version in service, and problems.

    A model whose file has a mistake is not among them, nor one that could not be judged: of it nothing is known to be
    over. One whose file is gone is, without a version.
    """

    evaluated: int
    complete: Mapping[str, int | None]
    problems: tuple[Problem, ...] = ()


def evaluate(draft: Draft, workspace: Workspace, touched: Mapping[str, Touched], today: date) -> Evaluation:
    """Fill the part `health` for the models of the workspace. `touched` says what of their profiles has changed.

    Only periods with a day that has changed are judged again. `today` is the UTC day of the refresh. A model that
    cannot be judged keeps what was said of it, with a problem, and costs the others nothing.
    """
    serving, before = versions_in_service(draft), _notes(draft)
    _forget(draft, {model for model, _ in before} - workspace.models.keys() - _broken(workspace))
    problems, evaluated, complete = list[Problem](), 0, dict[str, int | None]()
    for name, spec in workspace.models.items():
        due = _due(spec, touched.get(name), serving.get(name), today, before)
        try:
            if due:
                with draft.transaction("health"):
                    _bring_up_to_date(draft, spec, due, serving.get(name), today)
                evaluated += 1
            complete[name] = serving.get(name)
        except Exception as error:  # noqa: BLE001, whatever a model's numbers do, the others are judged
            _keep_notes(draft, name, {})  # so that it is tried again, whole
            problems.append(_not_judged(name, workspace.files[name], error))
    problems += _dated_ahead(draft, workspace, today)
    gone = dict.fromkeys(_with_alerts(draft) - workspace.models.keys() - _broken(workspace))
    return Evaluation(evaluated, {**gone, **complete}, tuple(problems))


@dataclass(frozen=True)
class _Due:
    """What is to be judged of a model: every period, those of some days, or its light alone; and the notes after it."""

    whole: bool
    days: frozenset[date]
    notes: Mapping[str, str]


def _due(
    spec: ModelSpec, counts: Touched | None, serving: int | None, today: date, before: Mapping[tuple[str, str], str]
) -> _Due | None:
    rules = _digest(_RULES, spec.model_dump_json())
    now = _digest(rules, str(serving), today.isoformat())
    whole = before.get((spec.model, "rules")) != rules or (counts is not None and counts.whole)
    days = counts.outcome_days if counts else frozenset[date]()
    if not whole and not days and before.get((spec.model, "now")) == now:
        return None
    return _Due(whole, days, {"rules": rules, "now": now})


def _bring_up_to_date(draft: Draft, spec: ModelSpec, due: _Due, serving: int | None, today: date) -> None:
    if due.whole:
        _forget(draft, {spec.model})
        _judge(draft, spec, None)
    elif due.days:
        _judge(draft, spec, due.days)
    _say_now(draft, spec, serving, today)
    _keep_notes(draft, spec.model, due.notes)


def _not_judged(model: str, file: str, error: Exception) -> Problem:
    return Problem(
        "log",
        "error",
        f"{file} (decisions)",
        "The model could not be judged; what was said of it before stands.",
        why=str(error).strip().partition("\n")[0] or type(error).__name__,
        next_step="It is tried again at the next refresh. Please report it, with what its log holds.",
        model=model,
    )


def _dated_ahead(draft: Draft, workspace: Workspace, today: date) -> list[Problem]:
    rows = draft.connection.execute(
        "select model, sum(decisions)::bigint, max(day) from profile.volume where day > ? group by model order by 1",
        [today],
    ).fetchall()
    return [
        Problem(
            "log",
            "warning",
            workspace.files.get(model, model),
            f"{count:,} decisions are dated after this refresh, the last on {last:%Y-%m-%d}.",
            why="They are counted, and never taken for what is now.",
            next_step="Correct the clock or the time zone of what writes the log.",
            model=model,
            count=count,
        )
        for model, count, last in rows
    ]


def versions_in_service(draft: Draft) -> dict[str, int]:
    """The version of each model that its light speaks of: its champion, else the newest that made decisions."""
    rows = draft.connection.execute(
        """
        select name, arg_max(version, (is_champion, version)) from (
            select name, version, true as is_champion from mlflow.aliases where alias = 'champion'
            union all select model, version, false from profile.volume group by model, version
        ) group by name
        """
    ).fetchall()
    return {name: int(version) for name, version in rows}


def _digest(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()


def _notes(draft: Draft) -> dict[tuple[str, str], str]:
    rows = draft.connection.execute("select model, key, value from health.health_notes").fetchall()
    return {(model, key): value for model, key, value in rows}


def _keep_notes(draft: Draft, model: str, notes: Mapping[str, str]) -> None:
    draft.connection.execute("delete from health.health_notes where model = ?", [model])
    draft.insert("health_notes", [(model, key, value) for key, value in notes.items()])


def _broken(workspace: Workspace) -> set[str]:
    """Models whose file has a mistake: what was said of them stands."""
    return set(workspace.files) - set(workspace.models)


def _with_alerts(draft: Draft) -> set[str]:
    return {model for (model,) in draft.connection.execute("select distinct model from health.alerts").fetchall()}


def _forget(draft: Draft, models: Collection[str]) -> None:
    if not models:
        return
    draft.writable("health")
    for table in (*_BY_PERIOD, *_OF_NOW, "health_notes"):
        draft.connection.execute(f'delete from health."{table}" where model in (select unnest(?))', [list(models)])


def _judge(draft: Draft, spec: ModelSpec, days: Collection[date] | None) -> None:
    """Judge every period, or those that hold one of the days in place of what was said of them."""
    if days is not None:
        _forget_periods(draft, spec.model, days)
    for profile in read_profiles(draft, spec.model, *([] if days is None else [reach_of(days)])):
        periods = periods_of(profile.days)
        if days is not None:
            periods = periods.touched_by(days)
        if len(periods) == 0:
            continue
        for table, found in zip(_BY_PERIOD, (drift_of, quality_of, performance_of), strict=True):
            blocks = [rows_of(profile, spec.model, periods, columns) for columns in found(profile, spec, periods)]
            draft.insert_columns(table, blocks)


def _forget_periods(draft: Draft, model: str, days: Collection[date]) -> None:
    for table in _BY_PERIOD:
        draft.connection.execute(
            f"""delete from health."{table}" where model = ? and exists (
                select 1 from (select unnest(?::date[]) as day) where day between period_start and period_end)""",
            [model, sorted(days)],
        )


def _say_now(draft: Draft, spec: ModelSpec, serving: int | None, today: date) -> None:
    for table in _OF_NOW:
        draft.connection.execute(f'delete from health."{table}" where model = ?', [spec.model])
    fill_health(draft, spec, serving, today)
    fill_decay(draft, spec, today)
    fill_alert_scores(draft, spec)
