"""Profiling a decision log: a million decisions with 25 features over thirty days, ten millions, and one new day.

The floor is the fastest single pass of DuckDB that counts the same bins: its own histograms on the same edges. Times
are CPU seconds of a process of its own, from the same run; drift of every feature for every day is part of ours.
"""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import decision_log
from benchmarks.measure import Part, Size, in_turn, main, median, say

DECISIONS_OF_A_RUN = 10
"""The usual hundred thousand runs stand for a million decisions."""

ROUNDS = 3
TIMES = 10


def measure(size: Size) -> list[Part]:
    rows = size.runs * DECISIONS_OF_A_RUN
    folder = decision_log.workspace(size.folder / "profile", rows)
    say(f"{rows:,} decisions")
    peaks: list[float] = []

    def ours(_: int) -> float:
        return _timed("whole", folder, peaks)

    whole, floor = in_turn(size.times(ROUNDS), ours, lambda _: _timed("floor", folder, []))
    say("one new day on top of 29")
    day = [_timed("day", folder, []) for _ in range(size.times(ROUNDS))]
    many = decision_log.workspace(size.folder / "profile-many", rows * TIMES)
    say(f"{rows * TIMES:,} decisions")
    large = _timed("whole", many, peaks)
    shutil.rmtree(many / "store", ignore_errors=True)
    note = f"{rows:,} decisions, {len(decision_log.FEATURES)} features, {decision_log.DAYS} days, and drift of each day"
    return [
        Part("profile and drift", median(whole), "CPU s", median(floor), times_floor=2.5, note=note),
        Part("peak memory", max(peaks), "GB", below=2, note=f"of both, {rows:,} and {rows * TIMES:,}"),
        Part(f"{TIMES} times the decisions", large, "CPU s", median(whole), times_floor=12),
        Part(
            "one new day",
            median(day),
            "CPU s",
            median(whole) / decision_log.DAYS,
            times_floor=2,
            note=f"the floor is a thirtieth of the {decision_log.DAYS} days",
        ),
    ]


def _timed(what: str, folder: Path, peaks: list[float]) -> float:
    """The CPU seconds of an action in a process of its own; its peak memory in GB is added to `peaks`."""
    call = f"from benchmarks import profile; profile.act({what!r}, {str(folder)!r})"
    ended = subprocess.run([sys.executable, "-c", call], capture_output=True, text=True, check=True)
    told = json.loads(ended.stdout)
    say(f"{what}: {told['cpu']:.2f} CPU s, {told['gb']:.2f} GB")
    peaks.append(told["gb"])
    return float(told["cpu"])


def act(what: str, folder: str) -> None:
    """Do one thing and print what it took. What any process has to import first is not counted."""
    import pandas  # noqa: F401, pyarrow loads it at its first array

    import watchroom.domain.drift
    import watchroom.jobs.profile.step  # noqa: F401

    actions: dict[str, Callable[[Path], Callable[[], object]]] = {"whole": _whole, "day": _day, "floor": _floor}
    action = actions[what](Path(folder))
    begin = time.process_time()
    action()
    cpu = time.process_time() - begin
    print(json.dumps({"cpu": cpu, "gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2}))


def _whole(folder: Path) -> Callable[[], object]:
    shutil.rmtree(folder / "store", ignore_errors=True)
    return lambda: _profile(folder)


def _day(folder: Path) -> Callable[[], object]:
    """Twenty-nine days are known; the thirtieth comes."""
    last = folder / "lake" / "decisions" / f"{decision_log.DAYS - 1:02d}.parquet"
    kept = last.with_suffix(".later")
    shutil.rmtree(folder / "store", ignore_errors=True)
    last.rename(kept)
    try:
        _profile(folder)
    finally:
        kept.rename(last)
    return lambda: _profile(folder)


def _profile(folder: Path) -> None:
    """The steps of a refresh from the log to drift, and publishing."""
    from watchroom.jobs.profile.step import profile_models
    from watchroom.sources.decisions.duckdb_engine import DuckDBEngine
    from watchroom.store.draft import Draft, refresh_lock
    from watchroom.store.manifest import StoreFolder
    from watchroom.workspace.load import load_workspace

    store, workspace = StoreFolder(folder / "store"), load_workspace(folder)
    with refresh_lock(store, 1.0), Draft(store) as draft:
        with DuckDBEngine(draft.spill) as engine:
            result = profile_models(draft, workspace, engine)
        days = sorted({day for touched in result.touched.values() for day in touched.days})
        _drift(draft.connection, days)
        draft.publish()


_COUNTS = """
    select feature, bin, lower, upper, decile, reference, value is not null or std is null as category, std,
        coalesce(profile_counts.n, 0) as n
    from profile.profile_bins join profile.profile_features using (model, version, feature)
        cross join (select unnest(?) as day) days
        left join profile.profile_counts using (model, version, feature, bin, day)
    order by feature, day, bin
"""


def _drift(connection: Any, days: list[Any]) -> None:
    """The drift of every feature for each of the days that were counted."""
    import numpy as np

    from watchroom.domain import drift
    from watchroom.domain.binned import Bins

    rows = connection.execute(_COUNTS, [days]).fetchnumpy()
    starts = np.flatnonzero(np.r_[True, rows["feature"][1:] != rows["feature"][:-1]])
    for first, last in zip(starts, [*starts[1:], len(rows["bin"])], strict=True):
        width = (last - first) // len(days)
        one = slice(first, first + width)
        shape = Bins(
            "category" if rows["category"][first] else "number",
            rows["bin"][one],
            *(np.ma.filled(rows[side][one].astype(float), np.nan) for side in ("lower", "upper")),
            np.ma.filled(rows["decile"][one].astype(int), -1),
            rows["reference"][one],
            float(np.ma.filled(rows["std"], np.nan)[first]),
        )
        drift.distances("psi", shape, rows["n"][first:last].reshape(len(days), width))


def _floor(folder: Path) -> Callable[[], object]:
    """One pass with DuckDB's histograms on the reference's own edges; finding these is not counted."""
    import duckdb
    import numpy as np
    import pyarrow.parquet as pq

    from watchroom.domain.bins import edges_of

    reference = pq.read_table(folder / "lake" / "reference.parquet")
    parts = []
    for name in (*decision_log.FEATURES, "score", "prediction"):
        if name in ("prediction", *decision_log.FEATURES[decision_log.NUMBERS :]):
            parts.append(f"histogram({name})")
        else:
            edges = edges_of(reference[name].to_numpy().astype(np.float64))
            parts.append(f"histogram({name}, {edges.tolist()}), count({name})")
    query = (
        f"select model_version, cast(timestamp as date) as day, {', '.join(parts)} "
        f"from read_parquet('{folder}/lake/decisions/*.parquet') group by all"
    )
    connection = duckdb.connect(config={"threads": 2})
    connection.execute("set enable_progress_bar = false")
    return lambda: connection.execute(query).fetchall()


if __name__ == "__main__":
    main("profile", __doc__, measure)
