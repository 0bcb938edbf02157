"""Single decisions out of the logs, while somebody waits: by their id, or by what is true of them.

The snapshot says on which days an id was decided and which files hold these days; only those are opened. Files that lie
on this machine are read, whichever engine counts them; an address is a cluster's own.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from watchroom.desk.log_files import Held, LogFiles, newer, unread
from watchroom.errors import QueryError, QueryTimeout, SourceError
from watchroom.settings import Settings
from watchroom.sources.decisions.contract import (
    SINGLES,
    Condition,
    DecisionLog,
    Files,
    OutcomeLog,
    Search,
    id_digest,
)
from watchroom.sources.decisions.duckdb_engine import DuckDBEngine
from watchroom.sources.decisions.written import from_json
from watchroom.store.queries import logs
from watchroom.store.snapshot import Snapshot

__all__ = ["Condition", "Decisions", "Found", "Page", "Search"]

LAST_DAYS = 7
"""Days with decisions that are searched when none are named: a week shows what is usual, and is read in a second."""

AT_ONCE = 2
"""Lookups at once, and searches at once: each has a DuckDB of its own, and a lookup takes some 50 ms."""

_UNREADABLE = (SourceError, QueryError, QueryTimeout)
"""What a look into a log may raise, where the answer only helps along."""

_OTHERS_READ = 3
"""Other models that an id is looked for in: their digests say which, and one in four billion of these is chance."""


@dataclass(frozen=True)
class Found:
    """What a look for an id gave. `rows` has the decision as each version made it: `SINGLES`, then all columns.

    Of an id that was decided on several days every one is there, the earliest first. Without any, `why` says why, and
    `next_step` what to do; `id` is what was looked for, without what a paste brings along.
    """

    model: str
    id: str
    rows: pa.Table
    days: tuple[date, ...] = ()
    """The UTC days of the log that were read."""
    why: str = ""
    next_step: str = ""
    note: str = ""
    """What cannot be told of a decision that is there, such as its outcome; empty when all can."""
    other_models: tuple[str, ...] = ()
    """Models that have a decision with this id, when this one has none."""
    own: frozenset[str] = frozenset()
    """Columns of `rows` that are there only because some version does not say what its inputs are: id, time, answer."""

    @property
    def versions(self) -> tuple[int, ...]:
        """The versions that made the decision, in order."""
        return tuple(sorted(set(self.rows["@version"].to_pylist())))

    def of(self, version: int) -> pa.Table:
        """The rows of a version."""
        return self.rows.filter(pc.equal(self.rows["@version"], version))


@dataclass(frozen=True)
class Page:
    """The first decisions of a search: `SINGLES`, then all columns. `more` says whether there are others.

    `days` are those that were searched; `note` says what could not be, and is empty when all was.
    """

    rows: pa.Table
    more: bool
    days: tuple[date, ...]
    note: str = ""


class Decisions:
    """The single decisions in the logs of a workspace. Any number of threads may ask at once.

    Nothing is kept open between two questions, and nothing is written. A lookup may take a quarter of `memory_mb`; a
    search three quarters: ids of ten million decisions, to see where two versions disagree, are some 700 MB.
    """

    def __init__(
        self,
        workspace_folder: Path,
        *,
        seconds: float = Settings.query_seconds,
        memory_mb: int = Settings.memory_limit_mb,
        threads: int = 2,
    ) -> None:
        self._seconds, self._memory_mb, self._threads = seconds, memory_mb, threads
        self._lookups, self._searches = threading.BoundedSemaphore(AT_ONCE), threading.BoundedSemaphore(AT_ONCE)
        self._log_files = LogFiles(workspace_folder)

    def find(self, snapshot: Snapshot, model: str, id: str) -> Found:
        """The decision with this id, of every version. Raises SourceError for a file that is damaged.

        Blanks and quotes around the id are taken away when it is not found with them.
        """
        text = logs.asked(snapshot, model=model)
        if text is None:
            return Found(
                model,
                _text(id),
                SINGLES.empty_table(),
                why="No decisions of this model have been read.",
                next_step="Name its log under `decisions` in the model's file and run `watchroom refresh`.",
            )
        tried = _ways_to_write(_text(id))
        days = logs.days_of_digests(snapshot, digests=[id_digest(one) for one in tried])
        indexed = logs.indexed_days(snapshot, model=model)
        unindexed = frozenset(logs.days_held(snapshot, model=model)) - indexed
        found = self._looked_up(snapshot, model, text, tried, days.get(model, frozenset()) | unindexed)
        if found.rows.num_rows or found.why:
            return found
        n = logs.decided(snapshot, model=model, days=indexed.union(found.days))
        return self._not_there(snapshot, found, tried, days, n)

    def _looked_up(
        self, snapshot: Snapshot, model: str, text: str, tried: Sequence[str], days: frozenset[date]
    ) -> Found:
        """The rows of the first way to write the id that has any."""
        log, outcomes = from_json(text)
        held = self._log_files.held(logs.files_of_days(snapshot, model=model, days=sorted(days))) if days else None
        rows, own = SINGLES.empty_table(), frozenset[str]()
        if held is not None and held.decisions:
            signatures = logs.signature_inputs(snapshot, model=model)
            with self._engine(self._lookups, self._memory_mb // 4) as engine:
                files = self._log_files.opened(engine, held)
                whole = _with_inputs(log, signatures, files)
                rows = engine.find(whole, outcomes, files, days, tried)
            own = _unnamed(log, signatures)
        ids = rows["@id"].to_pylist()
        one = next((one for one in tried if one in ids), tried[0])
        rows = rows.filter(pc.equal(rows["@id"], one))
        why, step = ("", "") if rows.num_rows or held is None else unread(held)
        note = _note(held) if held is not None and rows.num_rows else ""
        return Found(model, one, rows, tuple(sorted(days)), why, step, note, own=own)

    def _not_there(
        self, snapshot: Snapshot, found: Found, tried: Sequence[str], days: Mapping[str, frozenset[date]], n: int
    ) -> Found:
        """Why none of the `n` that were looked at is it: another model's, another way to write it, or none at all."""
        others = tuple(other for other in days if other != found.model)[:_OTHERS_READ]
        there = tuple(other for other in others if self._has(snapshot, other, tried, days[other]))
        why = (
            f"No decision of {found.model} has this id: {n:,} were read, the last refresh was at "
            f"{snapshot.made_at:%Y-%m-%d %H:%M} UTC."
        )
        if there:
            why += f" It is a decision of {' and of '.join(there)}."
            step = "Look there."
        else:
            other_case = self._in_another_case(snapshot, found.model, tried)
            step = (
                f"There is {other_case!r}, which differs in upper and lower case: look for that one."
                if other_case
                else "Check the id. A decision that was made since then can be found after the next refresh."
            )
        return Found(found.model, found.id, found.rows, found.days, why, step, other_models=there)

    def _has(self, snapshot: Snapshot, model: str, tried: Sequence[str], days: frozenset[date]) -> bool:
        text = logs.asked(snapshot, model=model)
        if text is None:
            return False
        try:
            return bool(self._looked_up(snapshot, model, text, tried, days).rows.num_rows)
        except _UNREADABLE:
            return False  # another model's file: nobody asked for it

    def _in_another_case(self, snapshot: Snapshot, model: str, tried: Sequence[str]) -> str | None:
        text, ways = logs.asked(snapshot, model=model), [tried[-1].lower(), tried[-1].upper()]
        days = logs.days_of_digests(snapshot, digests=[id_digest(one) for one in ways]).get(model)
        if text is None or days is None:
            return None
        try:
            found = self._looked_up(snapshot, model, text, ways, days)
        except _UNREADABLE:
            return None  # a hint never turns what is known into an error
        return found.id if found.rows.num_rows else None

    def search(
        self,
        snapshot: Snapshot,
        model: str,
        wanted: Search,
        first_day: date | None = None,
        last_day: date | None = None,
        limit: int = 200,
    ) -> Page:
        """The first `limit` decisions from one UTC day to another, both included, that are looked for.

        Two rows of versions that disagree count as one. Without any day the last days with decisions are searched.
        Raises QueryError for what cannot be asked, QueryTimeout, and SourceError when no file of these days is there.
        """
        text = logs.asked(snapshot, model=model)
        days = logs.days_held(snapshot, model=model, first=first_day, last=last_day)
        if first_day is None and last_day is None:
            days = days[-LAST_DAYS:]
        if text is None or not days:
            return Page(SINGLES.empty_table(), False, ())
        held = self._log_files.held(logs.files_of_days(snapshot, model=model, days=days))
        if not held.decisions:
            why, step = unread(held)
            raise SourceError("These decisions cannot be read.", why=why, next_step=step)
        rows = self._searched(*from_json(text), held, frozenset(days), wanted, limit + 1)
        shown = limit * (2 if wanted.disagree else 1)
        return Page(rows[:shown], rows.num_rows > shown, days, unread(held)[0] if held.gone or held.elsewhere else "")

    def _searched(
        self,
        log: DecisionLog,
        outcomes: OutcomeLog | None,
        held: Held,
        days: frozenset[date],
        wanted: Search,
        limit: int,
    ) -> pa.Table:
        with self._engine(self._searches, self._memory_mb * 3 // 4) as engine:
            return engine.search(log, outcomes, self._log_files.opened(engine, held), days, wanted, limit)

    @contextmanager
    def _engine(self, places: threading.BoundedSemaphore, memory_mb: int) -> Iterator[DuckDBEngine]:
        """An engine for one question, within the time that a page has."""
        if not places.acquire(timeout=self._seconds):
            raise QueryTimeout(
                "Others are reading the logs just now.",
                why=f"At most {AT_ONCE} questions are put to them at once; none ended in {self._seconds:g} seconds.",
                next_step="Try again in a moment.",
            )
        try:
            with (
                DuckDBEngine(None, memory_mb=max(memory_mb, 64), threads=self._threads) as engine,
                engine.limited(self._seconds),
            ):
                yield engine
        finally:
            places.release()


def _with_inputs(log: DecisionLog, signatures: Mapping[int, Sequence[str]], files: Files) -> DecisionLog:
    """The log with the inputs of its versions among its features, also those that nobody watches.

    With every column of the files, where a version does not say what its inputs are: as the refresh asks for them.
    """
    names = [name for inputs in signatures.values() for name in inputs]
    if not signatures or not all(signatures.values()):
        names += [name for shape in files.decisions for name, _ in shape.columns]
    known = {*SINGLES.names, *(name for name, _ in log.features)}
    more = tuple((name, "category") for name in dict.fromkeys(names) if name not in known)
    return replace(log, features=(*log.features, *more))  # type: ignore[arg-type]


def _unnamed(log: DecisionLog, signatures: Mapping[int, Sequence[str]]) -> frozenset[str]:
    """The log's own columns, but those that are watched or that a signature names."""
    named = {*log.groups, *(name for name, _ in log.features), *(name for one in signatures.values() for name in one)}
    own = {log.id, log.timestamp, log.version, log.score, log.prediction}
    return frozenset(name for name in own if name is not None and name not in named)


def _note(held: Held) -> str:
    """What cannot be told of decisions that were found in these files."""
    said = []
    if held.lacks_outcomes:
        said.append(f"Whether its outcome is known cannot be told. {unread(held)[0]}")
    elif held.gone or held.elsewhere:
        said.append(f"There may be others with this id. {unread(held)[0]}")
    if held.newer:
        said.append(newer(held))
    return " ".join(said)


def _text(id: str) -> str:
    """The id without halves of signs, which no log can hold and no digest can be made of."""
    return id.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _ways_to_write(id: str) -> tuple[str, ...]:
    """The id as it was given, then without what a paste brings along."""
    plain = id.strip()
    quoted = plain[1:-1].strip() if len(plain) > 1 and plain[0] == plain[-1] and plain[0] in "\"'`" else plain
    return tuple(dict.fromkeys(one for one in (id, plain, quoted) if one)) or ("",)
