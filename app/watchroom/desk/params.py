"""Which parameters of some runs matter for a metric: a small model, fitted in a process of its own."""

from __future__ import annotations

import hashlib
import json
import logging
import math
import os
import subprocess
import sys
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import numpy as np

from watchroom.domain.configurations import count, seed_like
from watchroom.domain.param_importance import LEAST_CONFIGURATIONS, Importance, Weight
from watchroom.domain.run_groups import Values
from watchroom.errors import ExplainError
from watchroom.store.queries import run_params
from watchroom.store.snapshot import Snapshot

SECONDS = 30.0
"""How long it may take: five seconds are usual for 500 runs of 60 parameters."""

MOST_PARAMS = 300
"""Parameters that are looked at, those of most runs first: a model of thousands takes minutes."""

WAIT_SECONDS = 30.0
"""How long somebody waits for another's model: two at a time would slow all pages of a small server."""

_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "SYSTEMROOT")
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
_LOG = logging.getLogger(__name__)

_COMMAND = ("-I", "-m", "watchroom.explain.param_importance")

_turn = threading.Lock()

ANSWERS_KEPT = 300
"""Answers that outlive a refresh: each has some kilobytes, and a team has not looked at more in a day."""

_answers: OrderedDict[str, Importance] = OrderedDict()
_keeping = threading.Lock()


def importance(snapshot: Snapshot, *, run_ids: tuple[str, ...], metric: str, statistic: str) -> Importance:
    """How much each parameter that varies matters, from the runs that have a finite value of the metric.

    With fewer than LEAST_CONFIGURATIONS of them, a metric that is the same everywhere, or no parameter that varies
    among them but seeds, there are no weights, and `r2` is NaN. What was found is kept by all that goes into it: after
    a refresh that changed nothing of these runs it is there at once. Raises ExplainError when the model fails or takes
    too long.
    """
    table = _table(snapshot, run_ids, metric, statistic)
    return known(table.digest) or _fitted(table)


def digest(snapshot: Snapshot, *, run_ids: tuple[str, ...], metric: str, statistic: str) -> str:
    """What names the question of `importance` by all that goes into it, for `known`."""
    table = _table(snapshot, run_ids, metric, statistic)
    if not table.question:
        _fitted(table)
    return table.digest


def known(name: str) -> Importance | None:
    """The answer of a question by its digest, where it has been found and is still kept."""
    with _keeping:
        found = _answers.get(name)
        if found is not None:
            _answers.move_to_end(name)
        return found


@dataclass(frozen=True)
class _Table:
    """What goes to the model; `question` is empty when there is nothing that it could find."""

    runs: int
    configurations: int
    seeds: tuple[str, ...]
    question: str

    @property
    def digest(self) -> str:
        told = json.dumps([self.runs, self.configurations, self.seeds, self.question])
        return hashlib.sha256(told.encode()).hexdigest()


def _table(snapshot: Snapshot, run_ids: tuple[str, ...], metric: str, statistic: str) -> _Table:
    found = run_params.metric_values(snapshot, run_ids=run_ids, metric=metric, statistic=statistic)
    some = tuple(run_id for run_id, value in zip(run_ids, found, strict=True) if value is not None)
    values = np.array([value for value in found if value is not None], dtype=np.float64)
    places = run_params.configurations(snapshot, run_ids=some)
    varying = [one.key for one in run_params.params(snapshot, run_ids=some).varying]
    seeds = tuple(key for key in varying if seed_like(key))
    keys = tuple(key for key in varying if key not in seeds)[:MOST_PARAMS]
    configurations = count(places)
    if configurations < LEAST_CONFIGURATIONS or not keys or not _varies(values):
        return _Table(len(some), configurations, seeds, "")
    held = run_params.values(snapshot, run_ids=some, keys=keys)
    scaled = (values - values.mean()) / values.std()
    columns = [_column(one) for one in held.values()]
    question = json.dumps({"metric": scaled.tolist(), "columns": columns, "configurations": places})
    return _Table(len(some), configurations, seeds, question)


def _fitted(table: _Table) -> Importance:
    if not table.question:
        return _keep(table, math.nan, ())
    if not _turn.acquire(timeout=WAIT_SECONDS):
        raise ExplainError("Another model of parameters is being fitted.", next_step="Try again in a few seconds.")
    try:
        there = known(table.digest)  # another may have asked the same meanwhile
        if there is not None:
            return there
        answer = _asked(table.question, SECONDS)
        return _keep(table, answer["r2"], tuple(_weight(one) for one in answer["weights"]))
    finally:
        _turn.release()


def _keep(table: _Table, r2: float, weights: tuple[Weight, ...]) -> Importance:
    found = Importance(table.runs, table.configurations, r2, weights, table.seeds)
    with _keeping:
        _answers[table.digest] = found
        while len(_answers) > ANSWERS_KEPT:
            _answers.popitem(last=False)
    return found


def _column(values: Values) -> dict[str, Any]:
    """A parameter as it is sent: numbers or texts, None where there is none."""
    numbers = [None if number != number else float(number) for number in values.numbers]
    return {"key": values.key, "number": values.is_number, "values": numbers if values.is_number else values.texts}


def _varies(values: Any) -> bool:
    """Whether the values spread at all, and not so far that their squares are beyond all numbers."""
    with np.errstate(over="ignore", invalid="ignore"):
        spread = float(values.std())
    return math.isfinite(spread) and spread > 0


def _weight(one: dict[str, Any]) -> Weight:
    rank = math.nan if one["rank_correlation"] is None else one["rank_correlation"]
    ends = one["low"], one["high"], one["floor"]
    return Weight(one["key"], one["share"], *ends, rank, tuple(one["alike"]))


def _asked(question: str, seconds: float) -> dict[str, Any]:
    try:
        done = subprocess.run(
            [sys.executable, *_COMMAND], input=question.encode(), capture_output=True, timeout=seconds,
            env={**{name: os.environ[name] for name in _KEPT if name in os.environ}, **_ONE_THREAD}, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise _failed(f"It took longer than {seconds:g} seconds.") from error
    if done.returncode != 0:
        _LOG.warning(
            "Ranking parameters ended with %s: %s", done.returncode, done.stderr.decode(errors="replace")[-2000:]
        )
        raise _failed("The process that ranks them ended early.")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _failed(why: str) -> ExplainError:
    return ExplainError(
        "Which parameters matter could not be found.",
        why=why,
        next_step="Compare fewer runs, or runs with fewer parameters.",
    )
