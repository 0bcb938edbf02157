"""Explaining 10,000 decisions of 20 inputs with a LightGBM model of 200 trees of 31 leaves, as the explain job does.

The figure is the explaining step in the child process that the job uses. The floor is the fastest exact method among
shap.TreeExplainer, LightGBM's own contributions and woodelf, in this process; XGBoost's own are told for a model of
the same size. All is CPU time of the same rounds, in turn, so that what else the machine does counts for nobody.
"""

from __future__ import annotations

import contextlib
import io
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from benchmarks import explain_room
from benchmarks.measure import Part, Size, in_turn, main, median, say
from watchroom.explain.contract import Limits
from watchroom.explain.process import Explainer

ROWS = 10_000
INPUTS = 20
TREES = 200
LEAVES = 31
USUAL_RUNS = 100_000
ROUNDS = 5
LIMIT = 1.15
_LEAST_TRAINED = 2_000
STEP_LIMIT = 1.5
_FIRST_SECONDS = 3.0
_WARM_MS = 300.0
_LIMITS = Limits(seconds=600.0, memory_mb=8192)
_AGREES = 1e-4


def measure(size: Size) -> list[Part]:
    rows = max(int(ROWS * min(size.runs / USUAL_RUNS, 1)), 100)
    given, wanted = _data(2 * max(rows, _LEAST_TRAINED))
    say(f"training {TREES} trees of {LEAVES} leaves")
    booster, other = _lightgbm(given, wanted), _xgboost(given, wanted)
    folder = _logged(booster, size.folder / "explain")
    frame = given.head(rows)
    ways = _ways(booster, frame) | {"XGBoost's own": lambda: other(frame)}
    table = pa.Table.from_pandas(frame, preserve_index=False)
    begin = time.perf_counter()
    with _started(folder) as explainer:
        explainer.explain(table.slice(0, 1))
        first = time.perf_counter() - begin
        warm = _warm(explainer, table)
        say("checking that the ways agree")
        _check(ways, explainer.explain(table).values)
        say("measuring")
        actions = [_cpu(way) for way in ways.values()]
        room = explain_room.write(size.folder / "explain-room", frame)
        *found, ours, whole = in_turn(
            size.times(ROUNDS),
            *actions,
            lambda _: explainer.explain(table).cpu_seconds,
            lambda _: explain_room.explain(room, folder, _LIMITS)[0],
        )
    seconds = dict(zip(ways, map(median, found), strict=True))
    exact = {name: taken for name, taken in seconds.items() if name != "XGBoost's own"}
    fastest = min(exact, key=lambda name: exact[name])
    note = f"CPU time; the floor is {fastest}; {rows:,} rows × {INPUTS} inputs, {TREES} trees of {LEAVES} leaves"
    parts = [Part("The explaining step", median(ours), "s", exact[fastest], times_floor=LIMIT, note=note)]
    note = "CPU time of the job's step and its child: sampling the log, starting, loading, explaining, storing"
    parts.append(Part("From log to store", median(whole), "s", exact[fastest], times_floor=STEP_LIMIT, note=note))
    parts += [Part(name, taken, "s", note="CPU time") for name, taken in seconds.items()]
    parts.append(Part("One decision, first", first, "s", below=_FIRST_SECONDS, note="starting and loading included"))
    parts.append(Part("One decision, again", warm * 1e3, "ms", below=_WARM_MS))
    return parts


def _data(rows: int) -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(5)
    given = rng.normal(size=(rows, INPUTS))
    wanted = 2 * given[:, 0] + given[:, 1] * given[:, 2] + np.sin(given[:, 3]) + rng.normal(size=rows)
    return pd.DataFrame(given, columns=[f"input_{number:02}" for number in range(INPUTS)]), wanted


def _lightgbm(given: pd.DataFrame, wanted: np.ndarray) -> Any:
    import lightgbm

    options = {"objective": "regression", "num_leaves": LEAVES, "verbose": -1}
    return lightgbm.train(options, lightgbm.Dataset(given, wanted), TREES)


def _xgboost(given: pd.DataFrame, wanted: np.ndarray) -> Callable[[pd.DataFrame], np.ndarray]:
    """XGBoost's contributions by a model of as many trees and leaves."""
    import xgboost

    options = {"max_leaves": LEAVES, "max_depth": 0, "grow_policy": "lossguide", "tree_method": "hist"}
    model = xgboost.train(options, xgboost.DMatrix(given, wanted), TREES)
    return lambda rows: model.predict(xgboost.DMatrix(rows), pred_contribs=True)[:, :-1]


def _logged(booster: Any, folder: Path) -> Path:
    import mlflow.lightgbm

    if not (folder / "MLmodel").exists():
        mlflow.lightgbm.save_model(booster, str(folder), pip_requirements=[])
    booster.save_model(str(folder / "model.lgb"))
    return folder


def _ways(booster: Any, frame: pd.DataFrame) -> dict[str, Callable[[], np.ndarray]]:
    """Each exact way to the values of all rows, from the booster as it lies in memory."""
    import shap
    from woodelf import WoodelfExplainer

    def woodelf() -> np.ndarray:
        with contextlib.redirect_stdout(io.StringIO()):
            return np.asarray(WoodelfExplainer(booster).shap_values(frame, verbose=False))

    def by_shap() -> np.ndarray:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return np.asarray(shap.TreeExplainer(booster).shap_values(frame))

    own = lambda: np.asarray(booster.predict(frame, pred_contrib=True))[:, :-1]  # noqa: E731
    return {"shap.TreeExplainer": by_shap, "LightGBM's own": own, "woodelf": woodelf}


def _started(folder: Path) -> Explainer:
    return Explainer.start(folder, task="regression", trust=False, background=None, limits=_LIMITS)


def _warm(explainer: Explainer, table: pa.Table) -> float:
    taken = []
    for number in range(min(20, table.num_rows)):
        begin = time.perf_counter()
        explainer.explain(table.slice(number, 1))
        taken.append(time.perf_counter() - begin)
    return median(taken)


def _check(ways: dict[str, Callable[[], np.ndarray]], ours: np.ndarray) -> None:
    """A way that gives other values is no floor."""
    for name, way in ways.items():
        if name != "XGBoost's own":
            np.testing.assert_allclose(way(), ours, atol=_AGREES, err_msg=name)


def _cpu(way: Callable[[], object]) -> Callable[[int], float]:
    def timed(_: int) -> float:
        begin = time.process_time()
        way()
        return time.process_time() - begin

    return timed


if __name__ == "__main__":
    main("explain", __doc__, measure)
