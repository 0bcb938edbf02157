"""The files of a log as they lie on this machine now, beside what the refresh saw of them."""

from __future__ import annotations

import stat
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from watchroom.sources.decisions.contract import Files, FileShape, LogFile
from watchroom.sources.decisions.duckdb_engine import DuckDBEngine
from watchroom.sources.decisions.files import is_address
from watchroom.store.queries.logs import HeldFile

_HEADERS_KEPT = 10_000
"""Headers of files that are kept: years of days. A file that has changed is another one."""


@dataclass(frozen=True)
class Held:
    """The files that are there for some days, and what is said of those that are not."""

    decisions: tuple[LogFile, ...]
    outcomes: tuple[LogFile, ...]
    gone: tuple[str, ...]
    changed: tuple[str, ...]
    elsewhere: tuple[str, ...]
    lacks_outcomes: bool
    """Whether outcomes are among what is gone or elsewhere."""
    newer: tuple[str, ...] = ()
    """What was changed since the refresh, decisions and outcomes."""


class LogFiles:
    """Finds the files of a workspace's logs, and keeps what their headers say. Any number of threads may ask."""

    def __init__(self, workspace_folder: Path) -> None:
        self._folder = workspace_folder.absolute()
        self._shapes: dict[LogFile, FileShape] = {}
        self._mutex = threading.Lock()

    def held(self, files: Sequence[HeldFile]) -> Held:
        """What is on this machine of the files, as it is now."""
        there: dict[str, list[LogFile]] = {"decisions": [], "outcomes": []}
        changed: dict[str, list[str]] = {"decisions": [], "outcomes": []}
        gone, elsewhere, lacking = list[str](), list[str](), set[str]()
        for one in files:
            if is_address(one.path):
                elsewhere.append(one.path)
                lacking.add(one.kind)
                continue
            file = self._file(one)
            if file is None:
                gone.append(one.path)
                lacking.add(one.kind)
                continue
            there[one.kind].append(file)
            if (file.size, file.modified_ns) != (one.size, one.modified_ns):
                changed[one.kind].append(one.path)
        return Held(
            tuple(there["decisions"]),
            tuple(there["outcomes"]),
            tuple(gone),
            tuple(changed["decisions"]),
            tuple(elsewhere),
            "outcomes" in lacking,
            (*changed["decisions"], *changed["outcomes"]),
        )

    def _file(self, one: HeldFile) -> LogFile | None:
        path = self._folder / one.path
        try:
            said = path.stat()
        except OSError:
            return None
        if not stat.S_ISREG(said.st_mode):
            return None  # a pipe in its place would be waited for without end
        return LogFile(str(path), one.path, said.st_size, said.st_mtime_ns)

    def opened(self, engine: DuckDBEngine, held: Held) -> Files:
        """The files with their headers. Raises FileProblem."""
        return Files(
            tuple(self._shape(engine, file) for file in held.decisions),
            tuple(self._shape(engine, file) for file in held.outcomes),
        )

    def _shape(self, engine: DuckDBEngine, file: LogFile) -> FileShape:
        with self._mutex:
            known = self._shapes.get(file)
        if known is not None:
            return known
        shape = engine.shape(file)
        with self._mutex:
            if len(self._shapes) >= _HEADERS_KEPT:
                self._shapes.clear()
            self._shapes[file] = shape
        return shape


def unread(held: Held) -> tuple[str, str]:
    """Why files that were there at the refresh do not tell, and what to do."""
    if held.elsewhere:
        why = f"This part of the log lies at an address, {_listed(held.elsewhere)}, which this server does not read."
        return why, "Serve Watchroom where the files can be reached by a path, or ask the cluster itself."
    if held.gone:
        why = f"{_listed(held.gone)} was there at the last refresh and is gone, or cannot be reached from this server."
        return why, "Bring the file back, or run `watchroom refresh` where it can be read."
    if held.changed:
        why = f"{_listed(held.changed)} has changed since the last refresh and does not hold this decision any more."
        return why, "Run `watchroom refresh`, which reads it anew."
    return "", ""


def newer(held: Held) -> str:
    """That what was read is not what the refresh has read; of files that have changed."""
    return f"{_listed(held.newer)} has changed since the last refresh: what is shown of the log is newer than the rest."


def _listed(paths: Sequence[str]) -> str:
    return paths[0] if len(paths) == 1 else f"{paths[0]} and {len(paths) - 1:,} more"
