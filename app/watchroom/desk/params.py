"""Which parameters of some runs matter for a metric: a small model, fitted in a process of its own."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import threading
from typing import Any

import numpy as np

from watchroom.domain.param_importance import LEAST_RUNS, Importance, Weight
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
_COMMAND = ("-I", "-m", "watchroom.explain.param_importance")

_turn = threading.Lock()


def importance(snapshot: Snapshot, *, run_ids: tuple[str, ...], metric: str, statistic: str) -> Importance:
    """How much each parameter that varies matters, from the runs that have a finite value of the metric.

    With fewer than LEAST_RUNS of them, a metric that is the same everywhere, or no parameter that varies among them,
    there are no weights, and `r2` is NaN. Raises ExplainError when the model fails or takes too long.
    """
    found = run_params.metric_values(snapshot, run_ids=run_ids, metric=metric, statistic=statistic)
    some = tuple(run_id for run_id, value in zip(run_ids, found, strict=True) if value is not None)
    values = np.array([value for value in found if value is not None], dtype=np.float64)
    if len(some) < LEAST_RUNS or not _varies(values):
        return Importance(len(some), math.nan, ())
    keys = tuple(one.key for one in run_params.params(snapshot, run_ids=some).varying)[:MOST_PARAMS]
    if not keys:
        return Importance(len(some), math.nan, ())
    held = run_params.values(snapshot, run_ids=some, keys=keys)
    scaled = (values - values.mean()) / values.std()
    answer = _asked({"metric": scaled.tolist(), "columns": [_column(one) for one in held.values()]}, SECONDS)
    return Importance(len(some), answer["r2"], tuple(_weight(one) for one in answer["weights"]))


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
    rank = one["rank_correlation"]
    return Weight(
        one["key"], one["share"], one["low"], one["high"], math.nan if rank is None else rank, tuple(one["alike"])
    )


def _asked(question: dict[str, Any], seconds: float) -> dict[str, Any]:
    if not _turn.acquire(timeout=WAIT_SECONDS):
        raise ExplainError("Another model of parameters is being fitted.", next_step="Try again in a few seconds.")
    try:
        done = subprocess.run(
            [sys.executable, *_COMMAND], input=json.dumps(question).encode(), capture_output=True, timeout=seconds,
            env={**{name: os.environ[name] for name in _KEPT if name in os.environ}, **_ONE_THREAD}, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise _failed(f"It took longer than {seconds:g} seconds.") from error
    finally:
        _turn.release()
    if done.returncode != 0:
        raise _failed(" ".join(done.stderr.decode(errors="replace").split())[-300:])
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _failed(why: str) -> ExplainError:
    return ExplainError("Which parameters matter could not be found.", why=why, next_step="Compare fewer runs.")
