"""From starting `watchroom serve` to its first whole page, beside a Streamlit app of one chart; and what it then holds.

The memory is taken after every page has been visited, over the large store.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

from benchmarks import tracking_store, workspaces
from benchmarks.measure import Part, Size, in_turn, main, median, say
from benchmarks.servers import Server, bare_app, watchroom
from benchmarks.sessions import Session, first_page

ROUNDS = 5
_VISITS = 3
"""Each page is visited this often, Runs with another filter each time."""


def measure(size: Size) -> list[Part]:
    folder = workspaces.published(size)
    say("starting each once, so that both are in the file cache")
    starts = (lambda _: _start(lambda: watchroom(folder)), lambda _: _start(lambda: bare_app(size.folder)))
    in_turn(1, *starts)
    say("measuring")
    ours, floor = in_turn(size.times(ROUNDS), *starts)
    memory, least = _memory(lambda: watchroom(folder)), _memory(lambda: bare_app(size.folder))
    note = f"{size.runs:,} runs; every page visited"
    return [
        Part("to the first whole page", median(ours), "s", median(floor), times_floor=2),
        Part("memory of the server", memory, "MB", least, below=400, note=note),
    ]


def _start(serve: Callable[[], AbstractContextManager[Server]]) -> float:
    begin = time.perf_counter()
    with serve() as server:
        asyncio.run(first_page(server.uri))
        taken = time.perf_counter() - begin
    say(f"{taken:.2f} s")
    return taken


def _memory(serve: Callable[[], AbstractContextManager[Server]]) -> float:
    with serve() as server:
        asyncio.run(first_page(server.uri))
        asyncio.run(_everywhere(server.uri))
        return server.memory_mb()


async def _everywhere(uri: str) -> None:
    async with Session(uri) as session:
        await session.visit()
        for number in range(_VISITS):
            for page in list(session.pages):
                model = f"model={tracking_store.model_name(number)}"
                filter_ = f"filter=params.model+%3D+%27lightgbm%27+and+metrics.metric_3+%3E+0.{number + 1}"
                await session.visit(page, {"model": model, "runs": filter_}.get(page, ""))


if __name__ == "__main__":
    main("start", __doc__, measure)
