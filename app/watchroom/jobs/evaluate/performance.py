"""Every metric of a version in every period, realized from outcomes and estimated without, as rows of `performance`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from watchroom.domain.estimated import estimated_binary
from watchroom.domain.performance import (
    Limits,
    Measured,
    binary,
    limits_of,
    multiclass,
    performance_status,
    regression,
)
from watchroom.domain.periods import Periods
from watchroom.domain.vocabulary import Task
from watchroom.jobs.evaluate.drift import Columns
from watchroom.jobs.evaluate.read import VersionProfile
from watchroom.workspace.model_file import ModelSpec

Metrics = Mapping[str, Measured]

_MEASURED_FROM = {"realized": "outcome", "estimated": "decision"}


def performance_of(profile: VersionProfile, spec: ModelSpec, periods: Periods) -> Iterator[Columns]:
    """The columns of `performance` for each metric of the task over the periods; nothing while the task is unknown."""
    if spec.task is None:
        return
    decisions, labelled = periods.sums(profile.decisions), periods.sums(profile.labelled)
    reference = _reference(profile, spec.task)
    realized = _measured(profile, spec.task, periods)
    yield from _columns("realized", realized, reference, spec, decisions, labelled)
    if spec.task == "binary" and profile.reference_cells.labelled:
        estimate = _each(
            lambda start, end: estimated_binary(profile.cells(start, end), profile.reference_cells), periods
        )
        yield from _columns("estimated", estimate, reference, spec, decisions, decisions)


def _measured(profile: VersionProfile, task: Task, periods: Periods) -> Sequence[Metrics]:
    if task == "regression":
        return _each(lambda start, end: regression(profile.error_sums(start, end)), periods)
    of = binary if task == "binary" else multiclass
    return _each(lambda start, end: of(profile.cells(start, end)), periods)


def _each(measure: Callable[[int, int], Metrics], periods: Periods) -> Sequence[Metrics]:
    """The metrics of each period; those that hold the same days share an answer."""
    spans = [(int(start), int(end)) for start, end in zip(periods.starts, periods.ends, strict=True)]
    found = {span: measure(*span) for span in dict.fromkeys(spans)}
    return [found[span] for span in spans]


def _reference(profile: VersionProfile, task: Task) -> Metrics:
    if task == "regression":
        return regression(profile.reference_errors)
    return (binary if task == "binary" else multiclass)(profile.reference_cells)


def _columns(
    kind: str,
    measured: Sequence[Metrics],
    reference: Metrics,
    spec: ModelSpec,
    decisions: np.ndarray,
    labelled: np.ndarray,
) -> Iterator[Columns]:
    for metric in measured[0] if measured else ():
        values = [found[metric] for found in measured]
        reference_value = reference[metric].value
        limits = _limits(spec, metric, reference_value)
        statuses = [
            performance_status(metric, value, limits, decisions=int(n), labelled=int(known), of=_MEASURED_FROM[kind])
            for value, n, known in zip(values, decisions, labelled, strict=True)
        ]
        yield {
            "metric": metric,
            "kind": kind,
            "value": np.array([value.value for value in values]),
            "low": np.array([value.low for value in values]),
            "high": np.array([value.high for value in values]),
            "reference_value": None if np.isnan(reference_value) else reference_value,
            "watch": limits.watch,
            "failing": limits.failing,
            "status": np.array([status for status, _ in statuses], dtype=object),
            "reason": np.array([reason for _, reason in statuses], dtype=object),
            "n": decisions,
            "n_labelled": labelled if kind == "realized" else np.zeros_like(labelled),
        }


def _limits(spec: ModelSpec, metric: str, reference_value: float) -> Limits:
    """The limits of the metric that the model's file names; the others have none."""
    asked = spec.monitor.performance
    if asked is None or asked.metric != metric:
        return Limits(None, None)
    given = asked.absolute or asked
    known = None if np.isnan(reference_value) else reference_value
    return limits_of(metric, known, given.watch, given.failing, absolute=asked.absolute is not None)
