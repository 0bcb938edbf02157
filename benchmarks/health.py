"""The Health page over fifty models with half a year of profiles each, as the server gives it to one person.

From the websocket request to the end of the script. The floor is a small Streamlit page, served beside it.
"""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Awaitable, Callable
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

from benchmarks import health_room
from benchmarks.health_rows import Plan
from benchmarks.measure import Part, Size, main, median, say
from benchmarks.servers import bare_app, watchroom
from benchmarks.sessions import Session, first_page

MODELS = 50
DAYS = 180
USUAL_RUNS = 100_000
LEAST_DAYS = 20
ROUNDS = 25
WARM_UP = 3
BELOW = 150
_KEPT_DAYS = 3
"""Profiles older than this are made anew: the last thirty days would run empty."""

_TASKS = ("binary", "regression", "multiclass")


def measure(size: Size) -> list[Part]:
    folder = _workspace(size)
    with watchroom(folder) as room, bare_app(size.folder) as bare:
        for server in (room, bare):
            asyncio.run(first_page(server.uri))
        return asyncio.run(_alone(size, room.uri, bare.uri))


def _counts(size: Size) -> tuple[int, int]:
    """Models and days: fifty and half a year at the usual size."""
    share = min(size.runs / USUAL_RUNS, 1)
    return max(round(MODELS * share), 3), max(round(DAYS * share), LEAST_DAYS)


def plans(size: Size) -> list[Plan]:
    """The models: one in five drifts, by turns of each task."""
    models, days = _counts(size)
    return [
        Plan(f"model-{n:02}", task=_TASKS[n % 3], days=days, drifting=3 if n % 5 == 0 else 0, seasonal=2)
        for n in range(models)
    ]


def _workspace(size: Size) -> Path:
    folder = size.folder / "health"
    made = folder / "store" / "current.json"
    if made.exists() and time.time() - made.stat().st_mtime > _KEPT_DAYS * 86_400:
        shutil.rmtree(folder)
    if not made.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / "watchroom.yaml").write_text("time_zone: Europe/Vienna\ncurrency: EUR\n")
        wanted = plans(size)
        say(f"making {len(wanted)} models × {wanted[0].days} days")
        health_room.publish(folder / "store", health_room.files(wanted), health_room.profiles(wanted))
    return folder


async def _alone(size: Size, room: str, bare: str) -> list[Part]:
    numbers, models = count(), _counts(size)[0]
    pages = {
        "All models, again": "",
        "One model, again": "model=model-00",
        "Its performance, again": urlencode({"model": "model-00", "part": "Performance", "period": "Last 90 days"}),
        "Its drift, again": urlencode({"model": "model-00", "part": "Drift", "period": "Last 90 days"}),
    }
    async with Session(bare) as small, Session(room) as other:
        sessions = [Session(room) for _ in pages]
        for session, query in zip(sessions, pages.values(), strict=True):
            await session.__aenter__()
            await session.visit()
            await session.visit("health", query)
        await small.visit()
        await other.visit()
        actions: list[Callable[[], Awaitable[float]]] = [session.rerun for session in sessions]
        actions.append(lambda: other.visit("health", f"model=model-{next(numbers) % models:02}"))
        actions.append(small.rerun)
        samples: list[list[float]] = [[] for _ in actions]
        say("measuring")
        for number in range(WARM_UP + size.times(ROUNDS)):
            for found, action in zip(samples, actions, strict=True):
                taken = await action() * 1e3
                if number >= WARM_UP:
                    found.append(taken)
        for session in sessions:
            await session.__aexit__(None, None, None)
    *ours, first, floor = (median(found) for found in samples)
    note = f"{models} models × {_counts(size)[1]} days"
    again = [Part(name, each, "ms", floor, below=BELOW, note=note) for name, each in zip(pages, ours, strict=True)]
    return [*again, Part("A model that nobody opened before", first, "ms", floor, note=note)]


if __name__ == "__main__":
    main("health", __doc__, measure)
