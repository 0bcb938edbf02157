"""The Explanations page over a model with twenty versions of a year each, as the server gives it to one person.

Two thousand rows a month and thirty inputs are 14.4 million SHAP values. From the websocket request to the end of the
script. The floor is a small Streamlit page, served beside it.
"""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from benchmarks.measure import Part, Size, main, median, say
from benchmarks.servers import bare_app, watchroom
from benchmarks.sessions import Session, first_page
from tests.helpers.explained import Months, blocks, months_before, served, summaries
from watchroom.store.draft import Draft, refresh_lock
from watchroom.store.manifest import StoreFolder
from watchroom.store.schema import PARTS, TABLES
from watchroom.workspace.model_file import ModelSpec

VERSIONS = 20
MONTHS = 12
ROWS = 2_000
INPUTS = 30
USUAL_RUNS = 100_000
ROUNDS = 25
WARM_UP = 3
BELOW = 150
MODEL = "claims"
_KEPT_DAYS = 3
"""Rows older than this are made anew: the last thirty days would run empty."""


@dataclass(frozen=True)
class Amount:
    """How much there is to explain."""

    versions: int
    months: int
    rows: int
    inputs: int

    @staticmethod
    def of(size: Size) -> Amount:
        """Twenty versions of a year at the usual size."""
        share = min(size.runs / USUAL_RUNS, 1)
        return Amount(
            max(round(VERSIONS * share), 2), max(round(MONTHS * share), 2), max(round(ROWS * share), 200),
            max(round(INPUTS * share), 6),
        )  # fmt: skip

    @property
    def note(self) -> str:
        """The size in words."""
        values = self.versions * self.months * self.rows * self.inputs
        return (
            f"{self.versions} versions × {self.months} months × {self.rows:,} rows × {self.inputs} inputs: "
            f"{values:,} SHAP values"
        )


def measure(size: Size) -> list[Part]:
    folder = _workspace(size)
    with watchroom(folder) as room, bare_app(size.folder) as bare:
        for server in (room, bare):
            asyncio.run(first_page(server.uri))
        return asyncio.run(_alone(size, room.uri, bare.uri))


def _workspace(size: Size) -> Path:
    folder = size.folder / "explanations"
    made = folder / "store" / "current.json"
    if made.exists() and time.time() - made.stat().st_mtime > _KEPT_DAYS * 86_400:
        shutil.rmtree(folder)
    if not made.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / "watchroom.yaml").write_text("time_zone: Europe/Vienna\n")
        say(f"making {Amount.of(size).note}")
        publish(folder / "store", Amount.of(size))
    return folder


def publish(folder: Path, amount: Amount) -> None:
    """A snapshot of one explained model in the store `folder`, in the order in which a refresh leaves it."""
    store = StoreFolder(folder)
    with refresh_lock(store, wait_seconds=5), Draft(store) as draft:
        for part in PARTS:
            draft.fresh(part)
        _insert(draft, "models", [_model()])
        _insert(draft, "aliases", [{"name": MODEL, "alias": "champion", "version": amount.versions}])
        numbers = range(1, amount.versions + 1)
        _insert(draft, "model_versions", [{"name": MODEL, "version": number} for number in numbers])
        before: Months | None = None
        for number, months in _versions(amount):
            found = list(blocks(MODEL, number, months))
            for name in ("explained_decisions", "explained_values"):
                draft.insert_columns(name, [block for table, block in found if table == name])
            for name, rows in summaries(MODEL, number, months, before).items():
                _insert(draft, name, rows)
            before = months
        draft.publish()


def _versions(amount: Amount) -> Iterator[tuple[int, Months]]:
    known: list[date | None] = [None, *months_before(datetime.now(UTC).date(), amount.months)]
    for number in range(1, amount.versions + 1):
        yield (
            number,
            {
                month: served(100 * number + place, amount.rows, month, inputs=amount.inputs)
                for place, month in enumerate(known)
            },
        )


def _model() -> dict[str, Any]:
    file = ModelSpec.model_validate({"model": MODEL, "task": "binary", "decisions": {"path": "lake/*.parquet"}})
    return {"model": MODEL, "title": "Claims", "registered": True, "task": "binary", "spec": file.model_dump_json()}


def _insert(draft: Draft, name: str, rows: list[dict[str, Any]]) -> None:
    draft.insert(name, [[row.get(column) for column in TABLES[name].column_names] for row in rows])


PAGES: dict[str, dict[str, str]] = {
    "Drivers, again": {},
    "Drivers of a year, again": {"period": "Last 12 months"},
    "One input, again": {"view": "One input", "input": "amount", "colour": "region", "period": "Last 12 months"},
    "Cohorts, again": {"view": "Cohorts", "period": "Last 12 months"},
    "Rows, again": {"view": "Rows"},
    "Changes, again": {"view": "Changes"},
}


async def _alone(size: Size, room: str, bare: str) -> list[Part]:
    amount, numbers = Amount.of(size), count()
    async with Session(bare) as small, Session(room) as other:
        sessions = [Session(room) for _ in PAGES]
        for session, query in zip(sessions, PAGES.values(), strict=True):
            await session.__aenter__()
            await session.visit()
            await session.visit("explanations", urlencode({"model": MODEL, **query}))
        await small.visit()
        await other.visit()
        actions: list[Callable[[], Awaitable[float]]] = [session.rerun for session in sessions]
        actions.append(lambda: other.visit("explanations", urlencode(_unseen(next(numbers), amount))))
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
    again = [Part(name, each, "ms", floor, below=BELOW, note=amount.note) for name, each in
             zip(PAGES, ours, strict=True)]  # fmt: skip
    return [*again, Part("A version that nobody opened before", first, "ms", floor, note=amount.note)]


def _unseen(number: int, amount: Amount) -> dict[str, str]:
    """A version and period that nobody has asked for yet, as long as there are enough of them."""
    version = number % amount.versions + 1
    period = ("Last 90 days", "All time", "Last 7 days")[number // amount.versions % 3]
    return {"model": MODEL, "version": str(version), "period": period}


if __name__ == "__main__":
    main("explanations", __doc__, measure)
