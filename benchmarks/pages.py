"""Pages over the large store as the server gives them: the time from a request to the end of the script.

First one person alone, on Runs and on Home; then forty at once, with a pause before each click. The floor is a small
Streamlit page, served beside it.
"""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import count

from benchmarks import tracking_store, workspaces
from benchmarks.measure import Part, Size, main, median, percentile, say
from benchmarks.servers import bare_app, watchroom
from benchmarks.sessions import PageError, Session, first_page

ROUNDS = 25
WARM_UP = 3
SESSIONS = 40
THINK_SECONDS = 3.0
LOAD_SECONDS = 30.0
TURNS = 2
"""The load goes to Watchroom and to the floor in turn, this often."""

_numbers = count(1)


@dataclass
class Load:
    """What forty people met: the seconds of each click, by page, and the errors."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)

    @property
    def all(self) -> list[float]:
        """The seconds of all clicks."""
        return [each for samples in self.seconds.values() for each in samples]


def measure(size: Size) -> list[Part]:
    folder = workspaces.published(size)
    with watchroom(folder) as room, bare_app(size.folder) as bare:
        for server in (room, bare):
            asyncio.run(first_page(server.uri))
        say("one person")
        alone = asyncio.run(_alone(size, room.uri, bare.uri))
        say(f"{SESSIONS} people")
        return [*alone, *asyncio.run(_together(size, room.uri, bare.uri))]


async def _alone(size: Size, room: str, bare: str) -> list[Part]:
    async with Session(room) as runs, Session(room) as home, Session(bare) as small:
        for session in (runs, home, small):
            await session.visit()
        await runs.visit("runs")
        actions: tuple[Callable[[], Awaitable[float]], ...] = (
            lambda: runs.set("filter", _filter()),
            runs.rerun,
            home.rerun,
            small.rerun,
        )
        samples: list[list[float]] = [[] for _ in actions]
        for number in range(WARM_UP + size.times(ROUNDS)):
            for found, action in zip(samples, actions, strict=True):
                taken = await action() * 1e3
                if number >= WARM_UP:
                    found.append(taken)
    filtered, again, start, floor = (median(found) for found in samples)
    return [
        Part("Runs, another filter each time", filtered, "ms", floor, below=150, note=f"{size.runs:,} runs"),
        Part("Runs, again", again, "ms", floor, below=150),
        Part("Home, again", start, "ms", floor, below=80),
    ]


async def _together(size: Size, room: str, bare: str) -> list[Part]:
    ours, floor = Load(), Load()
    lasting = size.lasting(LOAD_SECONDS) / TURNS
    for _ in range(TURNS):
        await _load(room, lasting, ours)
        await _load(bare, lasting / 2, floor)
    for error in sorted(set(ours.errors)):
        say(f"error: {error}")
    slowest = {page: f"{percentile(found, 0.95) * 1e3:.0f}" for page, found in sorted(ours.seconds.items())}
    note = f"{len(ours.all)} clicks; by page: " + ", ".join(f"{page or 'home'} {ms}" for page, ms in slowest.items())
    p95, least = (percentile(load.all, 0.95) * 1e3 for load in (ours, floor))
    errors, some = len(ours.errors), "; ".join(ours.errors[:3])
    return [
        Part(f"{SESSIONS} sessions, p95", p95, "ms", least, below=150, note=note),
        Part(f"{SESSIONS} sessions, median", median(ours.all) * 1e3, "ms", median(floor.all) * 1e3),
        Part(f"{SESSIONS} sessions, errors", errors, "errors", len(floor.errors), below=1, note=some),
    ]


async def _load(uri: str, lasting: float, load: Load) -> None:
    """All the people at once, for some seconds; opening the app comes first and does not count."""
    ready = asyncio.Barrier(SESSIONS)
    await asyncio.gather(*(_person(uri, number, lasting, load, ready) for number in range(SESSIONS)))


async def _person(uri: str, number: int, lasting: float, load: Load, ready: asyncio.Barrier) -> None:
    rng = random.Random(number)
    await asyncio.sleep(number / SESSIONS)
    async with Session(uri) as session:
        await session.visit()
        await ready.wait()
        end = asyncio.get_running_loop().time() + lasting
        await asyncio.sleep(rng.expovariate(1 / THINK_SECONDS))
        while asyncio.get_running_loop().time() < end:
            page = rng.choice(list(session.pages) or [""])
            try:
                load.seconds[page].append(await _click(session, page, rng))
            except PageError as error:
                load.errors.append(f"{page or 'home'}: {error}")
            await asyncio.sleep(rng.expovariate(1 / THINK_SECONDS))


async def _click(session: Session, page: str, rng: random.Random) -> float:
    """Open a page; the one of a model with some model in the address, Runs with a filter that nobody used before."""
    if page == "model":
        return await session.visit(page, f"model={tracking_store.model_name(rng.randrange(tracking_store.MODELS))}")
    if page == "runs":
        return await session.visit(page, f"filter=metrics.metric_3+%3E+{_limit()}")
    return await session.visit(page)


def _filter() -> str:
    return f"params.model = 'lightgbm' and metrics.metric_3 > {_limit()}"


def _limit() -> float:
    """Another number each time, so that no answer is remembered."""
    return 0.3 + next(_numbers) % 5000 / 10_000


if __name__ == "__main__":
    main("pages", __doc__, measure)
