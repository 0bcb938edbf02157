"""The ledger with a hundred thousand entries: verified, looked through, appended to; and the History page over it.

On a SQLite file, and on the PostgreSQL database that `WATCHROOM_BENCHMARK_LEDGER` names (an empty one), if it does.
The floor of a page is a small Streamlit page beside it; of an entry, a row written into a SQLite file by itself.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable
from itertools import count
from pathlib import Path

from benchmarks import value_room
from benchmarks.measure import Part, Size, in_turn, main, median, say, seconds
from benchmarks.servers import bare_app, watchroom
from benchmarks.sessions import Session, first_page
from watchroom.ledger import Ledger, NewEntry
from watchroom.ledger.search import Wanted, find

ENTRIES, USUAL_RUNS = 100_000, 100_000
VERIFY_BELOW, PAGE_BELOW, APPEND_BELOW = 5_000, 150, 20
ROUNDS, WARM_UP, AT_ONCE = 25, 3, 5_000
KINDS = ("registry_event", "alert_event", "alert_act", "sign_off", "checklist", "finding", "visit", "notification")
VARIABLE = "WATCHROOM_BENCHMARK_LEDGER"


def measure(size: Size) -> list[Part]:
    entries = max(round(ENTRIES * min(size.runs / USUAL_RUNS, 1)), 200)
    folder = _workspace(size, entries)
    parts = _asked(size, f"sqlite:///{folder}/ledger.db", "SQLite", entries)
    if url := os.environ.get(VARIABLE):
        parts += _asked(size, url, "PostgreSQL", entries)
    with watchroom(folder) as room, bare_app(size.folder) as bare:
        for server in (room, bare):
            asyncio.run(first_page(server.uri))
        say("the History page")
        return [*parts, *asyncio.run(_pages(size, room.uri, bare.uri, entries))]


def _workspace(size: Size, entries: int) -> Path:
    folder = size.folder / "ledger"
    if not (folder / "store" / "current.json").exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "watchroom.yaml").write_text("time_zone: UTC\n")
        value_room.publish(folder / "store", 3, 3, 2_000)
    fill(f"sqlite:///{folder}/ledger.db", entries)
    return folder


def fill(url: str, entries: int) -> None:
    """Entries of all usual kinds, by forty people about two hundred models."""
    with Ledger.open(url, create=True) as ledger:
        for start in range(ledger.head().seq, entries, AT_ONCE):
            ledger.append_all(_entry(number) for number in range(start, min(start + AT_ONCE, entries)))


def _entry(number: int) -> NewEntry:
    said = "It was looked at and found in order. " * (number % 8 + 1)
    payload = {"act": "answered", "text": said, "item": f"item-{number % 60}", "met": True, "valid_until": None}
    kind, model = KINDS[number * 7 % len(KINDS)], f"model-{number % 200:03}"
    return NewEntry(kind, f"person-{number % 41}@example.com", payload, "reviewer", model, number % 9 + 1)


def _asked(size: Size, url: str, name: str, entries: int) -> list[Part]:
    say(f"{name}: filling and asking")
    fill(url, entries)
    numbers = count()
    with Ledger.open(url, create=False) as ledger:
        questions: list[Callable[[int], float]] = [
            lambda _: seconds(lambda: find(ledger, Wanted(without=("visit",)))),
            lambda _: seconds(lambda: find(ledger, Wanted(text=f"person-7 item-{next(numbers) % 60} order"))),
            lambda _: seconds(lambda: ledger.append(_entry(next(numbers)))),
            _row_by_itself(size.folder / "floor.db"),
        ]
        newest, words, append, floor = (median(found) * 1e3 for found in in_turn(size.times(ROUNDS), *questions))
        verify = seconds(ledger.verify) * 1e3
    return [
        Part(f"Verified, {name}", verify, "ms", below=VERIFY_BELOW, note=f"{entries:,} entries"),
        Part(f"Appended, {name}", append, "ms", floor, below=APPEND_BELOW),
        Part(f"The newest entries, {name}", newest, "ms", below=PAGE_BELOW),
        Part(f"Entries with some words, {name}", words, "ms", below=PAGE_BELOW),
    ]


def _row_by_itself(file: Path) -> Callable[[int], float]:
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("pragma synchronous = extra")
    connection.execute("create table if not exists said (text)")
    return lambda _: seconds(lambda: connection.execute("insert into said values ('a row')"))


async def _pages(size: Size, room: str, bare: str, entries: int) -> list[Part]:
    samples: list[list[float]] = [[], [], []]
    async with Session(room) as history, Session(room) as words, Session(bare) as small:
        for session in (history, words, small):
            await session.visit()
        await history.visit("history")
        await words.visit("history", "text=order&person=person-7%40example.com")
        for number in range(WARM_UP + size.times(ROUNDS)):
            for found, session in zip(samples, (history, words, small), strict=True):
                taken = await session.rerun() * 1e3
                if number >= WARM_UP:
                    found.append(taken)
    again, narrowed, floor = map(median, samples)
    return [
        Part("History, again", again, "ms", floor, below=PAGE_BELOW, note=f"{entries:,} entries"),
        Part("History, words and a person", narrowed, "ms", floor, below=PAGE_BELOW),
    ]


if __name__ == "__main__":
    main("ledger", __doc__, measure)
