"""Drift and performance of any chosen window from the profiles: 25 features, 30 days of decisions, a million and ten.

Another window each time, so that nothing is remembered. The floor is plain SQL that adds up the same counts.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import duckdb

from benchmarks import health_room
from benchmarks.health_rows import Plan
from benchmarks.measure import Part, Size, in_turn, main, median, say, seconds
from watchroom.domain.drift import distances, drift_status, method_for, moved_share
from watchroom.domain.performance import binary
from watchroom.domain.quality import quality, quality_status
from watchroom.domain.vocabulary import DRIFT_LIMITS
from watchroom.settings import Settings
from watchroom.store.manifest import StoreFolder
from watchroom.store.queries import windows
from watchroom.store.snapshot import ReaderLimits, Snapshot, SnapshotStore

DECISIONS_PER_RUN = 10
"""A million decisions at the usual size of the benchmarks."""

DAYS = 30
ROUNDS = 40
WARM_UP = 5
NO_SLOWER = 1.2
"""Ten times the decisions fill more of the bins and of the score grid; beyond that nothing may grow."""

MODEL = {"model": "card-fraud", "version": 1}

_DRIFT_SQL = """select feature, bin, sum(n) from profile_counts
    where model = 'card-fraud' and version = 1 and day between ? and ? group by feature, bin"""
_PERFORMANCE_SQL = """select score_bin, predicted, outcome, sum(n), sum(score_sum), sum(score_sq_sum), sum(log_loss_sum)
    from profile_outcomes where model = 'card-fraud' and version = 1 and group_column = '' and day between ? and ?
    group by score_bin, predicted, outcome"""

Window = tuple[date, date]


def drift(snapshot: Snapshot, window: Window) -> int:
    """Drift, moved share and quality of every feature in a window, as the page needs them; how many there are."""
    first, last = window
    counted = windows.counts(snapshot, **MODEL, first=first, last=last)  # type: ignore[arg-type]
    features = windows.watched(snapshot, **MODEL)  # type: ignore[arg-type]
    for feature in features:
        table = feature.table(counted)
        found = distances(method_for("psi", feature.bins.kind), feature.bins, table)
        drift_status(found.value, found.noise, *DRIFT_LIMITS["psi"])
        moved_share(feature.bins, table)
        quality_status(quality(feature.bins, table, feature.closed), 0.02, 0.1)
    return len(features)


def performance(snapshot: Snapshot, window: Window) -> int:
    """Every metric of a binary model in a window and in its reference; how many there are."""
    first, last = window
    before = binary(windows.cells(snapshot, **MODEL))  # type: ignore[arg-type]
    return len(binary(windows.cells(snapshot, **MODEL, first=first, last=last)) | before)  # type: ignore[arg-type]


def measure(size: Size) -> list[Part]:
    decisions = size.runs * DECISIONS_PER_RUN
    ours: dict[tuple[str, int], float] = {}
    floors: dict[tuple[str, int], float] = {}
    for many in (decisions, 10 * decisions):
        store = SnapshotStore(_store(size.folder, many), ReaderLimits.of(Settings.load({})))
        with store.lease() as snapshot:
            plain = _plain(StoreFolder(store.folder.root).part_path(snapshot.manifest.parts["profile"]))
            for name, ask, sql in (("drift", drift, _DRIFT_SQL), ("performance", performance, _PERFORMANCE_SQL)):
                ours[name, many], floors[name, many] = _timed(size, snapshot, plain, ask, sql)
            plain.close()
        store.close()
    parts = []
    for name, about in (("drift", "28 signals"), ("performance", "10 metrics, and those of the reference")):
        for many in (decisions, 10 * decisions):
            note = f"{about}; windows of 1 to {DAYS} days"
            figure, floor = ours[name, many] * 1e3, floors[name, many] * 1e3
            parts.append(Part(f"{name}, {many:,} decisions", figure, "ms", floor, below=50, note=note))
        slower = Part(f"{name}, ten times the decisions", ours[name, 10 * decisions] * 1e3, "ms",
                      ours[name, decisions] * 1e3, times_floor=NO_SLOWER)  # fmt: skip
        parts.append(slower)
    return parts


def _timed(
    size: Size, snapshot: Snapshot, plain: duckdb.DuckDBPyConnection, ask: Callable[[Snapshot, Window], int], sql: str
) -> tuple[float, float]:
    actions = (
        lambda n: seconds(lambda: ask(snapshot, _window(n))),
        lambda n: seconds(lambda: plain.execute(sql, _window(n)).fetchall()),
    )
    in_turn(WARM_UP, *actions)
    own, least = in_turn(size.times(ROUNDS), *actions)
    return median(own), median(least)


def _window(number: int) -> Window:
    """Another window each time, some a day and some all of them."""
    rng = random.Random(number)
    first, last = sorted(rng.randrange(DAYS) for _ in range(2))
    return _last_day() - timedelta(DAYS - 1 - first), _last_day() - timedelta(DAYS - 1 - last)


def _last_day() -> date:
    return date(2026, 10, 31)


def _store(folder: Path, decisions: int) -> Path:
    """The store with so many decisions, made when it is not there."""
    made = folder / f"window-{decisions}"
    if not (made / "current.json").exists():
        say(f"making profiles of {decisions:,} decisions")
        shutil.rmtree(made, ignore_errors=True)
        plan = Plan("card-fraud", days=DAYS, per_day=max(decisions // DAYS, 1), drifting=3, last=_last_day())
        health_room.publish(made, health_room.tables([plan]))
    return made


def _plain(part: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(":memory:", config={"threads": Settings.load({}).threads})
    connection.execute(f"attach '{part}' as room (read_only)")
    connection.execute("use room")
    return connection


if __name__ == "__main__":
    main("window", __doc__, measure)
