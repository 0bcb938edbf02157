"""Runs compared among all of the large store: the page with 50 and with 500 runs, and 50 curves of 5,000 points.

Each choice is one that nobody has made before, unless it says `again`. The floor of a page is a small Streamlit page,
served beside it; that of the curves is the same answer by hand-written SQL on the same snapshot.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

import numpy as np

from benchmarks import tracking_store, workspaces
from benchmarks.browse import plain
from benchmarks.measure import RUNS, Part, Size, in_turn, main, median, say, seconds
from benchmarks.servers import bare_app, watchroom
from benchmarks.sessions import Session, first_page
from watchroom.settings import Settings
from watchroom.store.manifest import StoreFolder
from watchroom.store.queries import compare, curves
from watchroom.store.snapshot import ReaderLimits, SnapshotStore

FEW, MANY = 50, 500
USUAL_POINTS = 5_000
CURVE = "loss"
ROUNDS = 15
OTHER = 45
"""Of the runs with curves, those of a choice that nobody has made before: shaped and drawn anew."""
WARM_UP = 2
SETTLED = 3

_POINTS_SQL = """
    select run_id, step, time, value from metric_history
    where key = ? and run_id in (select unnest(?)) order by run_id, step, time"""


def measure(size: Size) -> list[Part]:
    folder = _published(size)
    parts = _readers(size, folder)
    with watchroom(folder) as room, bare_app(size.folder) as bare:
        for server in (room, bare):
            asyncio.run(first_page(server.uri))
        say("pages")
        return [*asyncio.run(_pages(size, room.uri, bare.uri)), *parts]


def _published(size: Size) -> Path:
    """A workspace over the large store with some runs more, each with a long history of one metric."""
    folder = size.folder / "compare"
    store = size.folder / "compare-store" / "mlflow.db"
    if not store.exists():
        store = workspaces.copy_of(workspaces.store(size), "compare-store")
        say(f"adding {FEW} curves of {_points(size):,} points")
        _add_curves(store, _first_curve(size), _points(size))
    workspaces.write(folder, f"sqlite:///{store}")
    say("bringing the snapshot up to date")
    workspaces.refresh(folder)
    return folder


def _points(size: Size) -> int:
    return max(round(USUAL_POINTS * min(size.runs / RUNS, 1)), 20)


def _first_curve(size: Size) -> int:
    return size.runs + 10_000_000


def _add_curves(file: Path, first: int, points: int) -> None:
    rng = np.random.default_rng(1)
    numbers = range(first, first + FEW)
    with closing(sqlite3.connect(file)) as connection, connection:
        (start,) = connection.execute("select max(start_time) from runs").fetchone()
        experiments = [row[0] for row in connection.execute("select experiment_id from experiments")]
        tracking_store.insert_runs(connection, experiments, numbers, random.Random(first), [start] * FEW)
        for number in numbers:
            values = np.exp(-5 * np.arange(points) / points) + rng.normal(0, 0.02, points)
            run = tracking_store.run_id(number)
            rows = [(CURVE, float(value), start + step, run, step, 0) for step, value in enumerate(values)]
            connection.executemany(
                "insert into metrics (key, value, timestamp, run_uuid, step, is_nan) values (?, ?, ?, ?, ?, ?)", rows
            )
            connection.execute(
                "insert into latest_metrics (key, value, timestamp, run_uuid, step, is_nan) values (?, ?, ?, ?, ?, ?)",
                rows[-1],
            )


def _readers(size: Size, folder: Path) -> list[Part]:
    store = SnapshotStore(folder / "store", ReaderLimits.of(Settings.load({})))
    ids = tuple(tracking_store.run_id(number) for number in range(_first_curve(size), _first_curve(size) + FEW))
    with store.lease() as snapshot:
        bare = plain(StoreFolder(store.folder.root).part_path(snapshot.manifest.parts["mlflow"]))

        def read(_: int) -> float:
            return seconds(lambda: curves.history(snapshot, run_ids=ids, metric=CURVE))

        def floor(_: int) -> float:
            return seconds(lambda: bare.execute(_POINTS_SQL, (CURVE, list(ids))).fetchnumpy())

        found = curves.history(snapshot, run_ids=ids, metric=CURVE)
        if len(found.curves) != FEW or sum(len(curve.value) for curve in found.curves) != FEW * _points(size):
            raise RuntimeError("The reader gives other curves than were logged: nothing to compare.")
        say("readers")
        in_turn(WARM_UP, read, floor)
        history, least = in_turn(size.times(ROUNDS), read, floor)
        of_few, of_many = in_turn(
            size.times(ROUNDS),
            lambda n: seconds(lambda: compare.compare(snapshot, run_ids=_ids(size, FEW, n))),
            lambda n: seconds(lambda: compare.compare(snapshot, run_ids=_ids(size, MANY, n))),
        )
    return [
        Part(f"history of {FEW} runs of {_points(size):,} points", median(history) * 1e3, "ms", median(least) * 1e3,
             below=250),
        Part(f"differences of {FEW} runs, the reader alone", median(of_few) * 1e3, "ms"),
        Part(f"differences of {MANY} runs, the reader alone", median(of_many) * 1e3, "ms"),
    ]  # fmt: skip


async def _pages(size: Size, room: str, bare: str) -> list[Part]:
    curve_ids = [tracking_store.run_id(number) for number in range(_first_curve(size), _first_curve(size) + FEW)]
    async with Session(room) as few, Session(room) as many, Session(room) as lines, Session(bare) as small:
        for session in (few, many, lines, small):
            await session.visit()
        numbers = iter(range(1_000, 1_000_000))

        def fresh(session: Session, runs: int) -> Callable[[], Awaitable[float]]:
            return lambda: session.visit("compare", _query(_ids(size, runs, next(numbers))))

        def others(session: Session) -> Callable[[], Awaitable[float]]:
            def ask() -> Awaitable[float]:
                ids = random.Random(next(numbers)).sample(curve_ids, OTHER)
                return session.visit("compare", f"{_query(tuple(ids))}&view=Curves&metric={CURVE}")

            return ask

        def grouped(session: Session, runs: int) -> Callable[[], Awaitable[float]]:
            return lambda: session.visit("compare", f"{_query(_ids(size, runs, next(numbers)))}&view=Groups")

        actions: tuple[Callable[[], Awaitable[float]], ...] = (
            fresh(few, FEW),
            few.rerun,
            fresh(many, MANY),
            many.rerun,
            lambda: lines.visit("compare", f"{_query(tuple(curve_ids))}&view=Curves&metric={CURVE}"),
            others(lines),
            grouped(few, FEW),
            grouped(many, MANY),
            small.rerun,
        )
        samples: list[list[float]] = [[] for _ in actions]
        for number in range(SETTLED + size.times(ROUNDS)):
            for found, action in zip(samples, actions, strict=True):
                taken = await action() * 1e3
                if number >= SETTLED:
                    found.append(taken)
    few_new, few_again, many_new, many_again, drawn, drawn_new, groups_few, groups_many, floor = map(median, samples)
    note = f"{size.runs:,} runs in the store"
    return [
        Part(f"{FEW} runs, others each time", few_new, "ms", floor, below=250, note=note),
        Part(f"{FEW} runs, again", few_again, "ms", floor, below=250),
        Part(f"{MANY} runs, others each time", many_new, "ms", floor, below=1_000),
        Part(f"{MANY} runs, again", many_again, "ms", floor, below=1_000),
        Part(f"{FEW} curves of {_points(size):,} points, again", drawn, "ms", floor, below=250),
        Part(f"{OTHER} curves of {_points(size):,} points, others each time", drawn_new, "ms", floor, below=1_000),
        Part(f"groups of {FEW} runs, others each time", groups_few, "ms", floor, below=250),
        Part(f"groups of {MANY} runs, others each time", groups_many, "ms", floor, below=1_000),
    ]


def _ids(size: Size, runs: int, seed: int) -> tuple[str, ...]:
    """Runs from all over the store: other ones for another seed."""
    numbers = random.Random(seed).sample(range(size.runs), min(runs, size.runs))
    return tuple(tracking_store.run_id(number) for number in numbers)


def _query(ids: tuple[str, ...]) -> str:
    return "runs=" + ",".join(one[:10] for one in ids)


if __name__ == "__main__":
    main("compare", __doc__, measure)
