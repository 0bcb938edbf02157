"""Value and Portfolio over two hundred models with two years of money, a moved cut-off, and a model's printed page.

Pages: from the websocket request to the end of the script, with a small Streamlit page beside it as the floor. The
cut-off is that of a model with ten million scored decisions, moved to a place where nobody was before. A report is the
command, from the start of Python to the file; its floor is a Python that loads DuckDB and pandas, and one that loads
WeasyPrint.
"""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

from benchmarks import value_room
from benchmarks.measure import Part, Size, in_turn, main, median, say, seconds
from benchmarks.servers import bare_app, watchroom
from benchmarks.sessions import Session, first_page
from watchroom.ledger import Ledger

MODELS, MONTHS, DECISIONS = 200, 24, 10_000_000
USUAL_RUNS = 100_000
ROUNDS, REPORTS, WARM_UP = 25, 5, 3
BELOW, MOVED_BELOW, REPORT_BELOW = 150, 80, 3_000
_KEPT_DAYS = 1
"""A room older than this is made anew: its last month would run empty."""

VIEWS = ("Targets", "Money", "Runway", "Next actions", "Events")


def measure(size: Size) -> list[Part]:
    folder = _workspace(size)
    with watchroom(folder) as room, bare_app(size.folder) as bare:
        for server in (room, bare):
            asyncio.run(first_page(server.uri))
        say("pages")
        parts = asyncio.run(_pages(size, room.uri, bare.uri))
    say("reports")
    return [*parts, *_reports(size, folder)]


def _counts(size: Size) -> tuple[int, int, int]:
    """Models, months, decisions of the big model."""
    share = min(size.runs / USUAL_RUNS, 1)
    return max(round(MODELS * share), 3), max(round(MONTHS * share), 3), max(round(DECISIONS * share), 20_000)


def _workspace(size: Size) -> Path:
    folder = size.folder / "value"
    made = folder / "store" / "current.json"
    if made.exists() and time.time() - made.stat().st_mtime <= _KEPT_DAYS * 86_400:
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "watchroom.yaml").write_text("time_zone: UTC\ncurrency: EUR\n")
    models, months, decisions = _counts(size)
    say(f"making {models} models × {months} months, and one of {decisions:,} decisions")
    Ledger.open(f"sqlite:///{folder}/ledger.db", create=True).close()
    value_room.publish(folder / "store", models, months, decisions)
    return folder


async def _pages(size: Size, room: str, bare: str) -> list[Part]:
    models, months, decisions = _counts(size)
    one = [urlencode({"model": "model-001", "view": view}) for view in VIEWS]
    pages = {"Value, all models": ("value", ""), "Portfolio": ("portfolio", "")}
    pages |= {f"Value of one, {view}": ("value", query) for view, query in zip(VIEWS, one, strict=True)}
    sessions = [Session(room) for _ in pages]
    numbers = count()
    async with Session(bare) as small, Session(room) as other, Session(room) as threshold:
        for session, (page, query) in zip(sessions, pages.values(), strict=True):
            await session.__aenter__()
            await session.visit()
            await session.visit(page, query)
        for session in (small, other, threshold):
            await session.visit()
        await threshold.visit("threshold", urlencode({"model": value_room.BIG, "period": "Last 90 days"}))
        actions: list[Callable[[], Awaitable[float]]] = [
            *(session.rerun for session in sessions),
            lambda: threshold.slide("cutoff", 0.2 + (next(numbers) % 300) / 1000),
            lambda: other.visit("value", f"model=model-{next(numbers) % models:03}"),
            small.rerun,
        ]
        samples: list[list[float]] = [[] for _ in actions]
        for number in range(WARM_UP + size.times(ROUNDS)):
            for found, action in zip(samples, actions, strict=True):
                taken = await action() * 1e3
                if number >= WARM_UP:
                    found.append(taken)
        for session in sessions:
            await session.__aexit__(None, None, None)
    *again, moved, first, floor = (median(found) for found in samples)
    note = f"{models} models × {months} months"
    return [
        *(Part(f"{name}, again", each, "ms", floor, below=BELOW, note=note)
          for name, each in zip(pages, again, strict=True)),
        Part("A cut-off moved", moved, "ms", floor, below=MOVED_BELOW, note=f"{decisions:,} decisions"),
        Part("Value of a model that nobody opened before", first, "ms", floor, note=note),
    ]  # fmt: skip


def _reports(size: Size, folder: Path) -> list[Part]:
    output = size.folder / "value-report"

    def write(*what: str) -> Callable[[int], float]:
        command = [sys.executable, "-m", "watchroom", "report", *what, "--workspace", str(folder)]
        return lambda _: seconds(lambda: subprocess.run(command, check=True, capture_output=True))

    def least(_: int) -> float:
        loads = ("import duckdb, pandas", "import weasyprint")
        return seconds(lambda: [subprocess.run([sys.executable, "-c", one], check=True) for one in loads])

    model = ("model", "model-001", "--output")
    samples = in_turn(
        size.times(REPORTS), write(*model, f"{output}.pdf"), write(*model, f"{output}.html"),
        write("portfolio", "--output", f"{output}.pdf"), least,
    )  # fmt: skip
    pdf, html, portfolio, floor = (median(found) * 1e3 for found in samples)
    return [
        Part("Report of a model, PDF", pdf, "ms", floor, below=REPORT_BELOW),
        Part("Report of a model, HTML", html, "ms", below=REPORT_BELOW),
        Part("Report of the portfolio, PDF", portfolio, "ms", floor),
    ]


if __name__ == "__main__":
    main("value", __doc__, measure)
