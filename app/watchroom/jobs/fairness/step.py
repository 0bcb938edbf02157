"""The fairness step: how the groups of each model's decisions fare, from what was counted of them.

A model is judged anew when its counts have changed, or what is computed here; the others keep their rows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from watchroom.domain.fairness import MetricName, compare, interval, selected
from watchroom.jobs.fairness.measure import Values, measure
from watchroom.jobs.fairness.read import UNIT, Counted, read_counts
from watchroom.sources.tracking.contract import Problem
from watchroom.store.draft import Draft
from watchroom.workspace.load import Workspace
from watchroom.workspace.model_file import ModelSpec

_RULES = "3"
"""Raised when what is computed here changes its meaning, so that every model is judged anew."""

_NOTE = "fairness"
_OF_ALL_VERSIONS = 0
"""The version under which the note of a model is kept."""


@dataclass(frozen=True)
class FairnessResult:
    """How many models were judged anew, and what went wrong."""

    judged: int
    problems: tuple[Problem, ...] = ()


def judge_fairness(draft: Draft, workspace: Workspace, models: Iterable[str] | None) -> FairnessResult:
    """Fill the table `fairness` of the part `explain` from the part `profile`.

    `models` are those whose counts have changed; None for all. A model whose last judgement failed, or was made by
    other rules, is judged too. A model that cannot be judged keeps what was said of it, with a problem, and costs the
    others nothing. Rows of models and versions that are gone are removed.
    """
    before = _notes(draft)
    _forget(draft, _with_rows(draft) - workspace.models.keys() - set(workspace.files))
    touched = set(workspace.models) if models is None else set(models)
    due = [spec for name, spec in workspace.models.items() if name in touched or before.get(name) != _rules(spec)]
    problems, judged = list[Problem](), 0
    for spec in due:
        try:
            with draft.transaction("explain"):
                _judge(draft, spec)
            judged += 1
        except Exception as error:  # noqa: BLE001, whatever a model's numbers do, the others are judged
            _keep_note(draft, spec.model, None)
            problems.append(_not_judged(spec.model, workspace.files[spec.model], error))
    return FairnessResult(judged, tuple(problems))


def _rules(spec: ModelSpec) -> str:
    return f"{_RULES} {spec.task} {selected(spec.answer.favourable)}"


def _notes(draft: Draft) -> dict[str, str]:
    rows = draft.connection.execute(
        "select model, value from explain.explain_notes where version = ? and key = ?", [_OF_ALL_VERSIONS, _NOTE]
    ).fetchall()
    return dict(rows)


def _with_rows(draft: Draft) -> set[str]:
    return {model for (model,) in draft.connection.execute("select distinct model from explain.fairness").fetchall()}


def _forget(draft: Draft, models: Collection[str]) -> None:
    for model in models:
        with draft.transaction("explain"):
            draft.connection.execute("delete from explain.fairness where model = ?", [model])
            _keep_note(draft, model, None)


def _keep_note(draft: Draft, model: str, value: str | None) -> None:
    draft.connection.execute(
        "delete from explain.explain_notes where model = ? and version = ? and key = ?",
        [model, _OF_ALL_VERSIONS, _NOTE],
    )
    if value is not None:
        draft.insert("explain_notes", [(model, _OF_ALL_VERSIONS, _NOTE, value)])


def _judge(draft: Draft, spec: ModelSpec) -> None:
    draft.connection.execute("delete from explain.fairness where model = ?", [spec.model])
    if spec.task is not None:
        counted = read_counts(draft, spec.model, spec.task)
        if len(counted.units):
            found = measure(counted, spec.task, spec.answer.favourable)
            draft.insert_columns("fairness", [_rows(spec.model, counted, *one) for one in found.items()])
    _keep_note(draft, spec.model, _rules(spec))


def _rows(model: str, counted: Counted, metric: MetricName, values: Values) -> dict[str, object]:
    """The columns of `fairness` for one metric: a row for each group."""
    low, high = interval(metric, values.value, values.n, values.variance)
    against = compare(metric, _blocks(counted.units), values.value, values.n, values.variance)
    return {
        "model": model,
        **{name: _column(counted.units[name]) for name in UNIT},
        "metric": metric,
        "value": values.value,
        "low": low,
        "high": high,
        "n": np.rint(values.n).astype(np.int64),
        "ratio": against.ratio,
        "ratio_low": against.low,
        "ratio_high": against.high,
        "best": _names(counted.units["group_value"], against.best),
        "status": against.status,
    }


def _blocks(units: pd.DataFrame) -> NDArray[np.int64]:
    """What is compared with each other: the groups of one column in one period of one version."""
    key = [name for name in UNIT if name not in ("group_value", "period_end")]
    return units.groupby(key, dropna=False, sort=False).ngroup().to_numpy().astype(np.int64)


def _column(column: pd.Series[Any]) -> NDArray[Any]:
    if column.name in ("period_start", "period_end"):
        return column.to_numpy("datetime64[D]")
    return column.to_numpy()


def _names(groups: pd.Series[Any], best: NDArray[np.int64]) -> NDArray[np.object_]:
    names = np.array(groups, dtype=object)[np.maximum(best, 0)]
    names[best < 0] = None
    return names


def _not_judged(model: str, file: str, error: Exception) -> Problem:
    return Problem(
        "log",
        "error",
        f"{file} (decisions.groups)",
        "The groups of the model could not be compared; what was said of them before stands.",
        why=str(error).strip().partition("\n")[0] or type(error).__name__,
        next_step="It is tried again at the next refresh. Please report it, with what its log holds.",
        model=model,
    )
