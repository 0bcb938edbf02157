"""The step that keeps the index of decisions up to date: on which days an id was decided.

Only the days whose decisions were counted again are asked for, of the files that hold them. What an earlier refresh
could not do, or a store from before does not have, is made up for.
"""

from __future__ import annotations

import glob
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa

from watchroom.jobs.profile import problems as say
from watchroom.jobs.profile.portions import portions
from watchroom.jobs.profile.step import Touched
from watchroom.sources.decisions.contract import DecisionLog, Engine, FileProblem, Files, FileShape, LogFile
from watchroom.sources.decisions.files import is_address
from watchroom.sources.decisions.written import from_json
from watchroom.sources.tracking.contract import Problem
from watchroom.store.draft import Draft
from watchroom.store.ids import IdStore
from watchroom.workspace.load import Workspace


@dataclass
class Indexed:
    """What the step did; `problems` has a model that could not be indexed."""

    problems: list[Problem] = field(default_factory=list)
    models: int = 0
    days: int = 0
    ids: int = 0

    def __str__(self) -> str:
        if not self.models:
            return "nothing new"
        return f"ids indexed: {self.ids:,} of {self.days:,} days"


def index_ids(draft: Draft, workspace: Workspace, engine: Engine, touched: Mapping[str, Touched]) -> Indexed:
    """Bring the part `ids` up to date with what the profile step found; its tables must be in the draft.

    Never raises for what concerns one model: its index stays as it was, and the next refresh tries again.
    """
    store, result = IdStore(draft), Indexed()
    logs = _logs(draft)
    for model in sorted(store.models() - logs.keys()):
        store.forget(model)
    for model, log in logs.items():
        one = _Model(draft, workspace, engine, store, model, log)
        try:
            one.index(touched.get(model), result)
        except FileProblem as problem:
            result.problems.append(say.file_problem(model, problem))
        except Exception as error:  # noqa: BLE001, one model's files must not stop the others
            result.problems.append(_failed(model, workspace, error))
    return result


def _logs(draft: Draft) -> dict[str, DecisionLog]:
    """What is asked of the logs of each model that has any decisions."""
    rows = draft.connection.execute(_ASKED).fetchall()
    return {model: from_json(text)[0] for model, text in rows}


_ASKED = """
    select model, value from profile.profile_notes
    where key = 'asked' and model in (select model from profile.log_days where kind = 'decisions') order by model
"""


def _failed(model: str, workspace: Workspace, error: Exception) -> Problem:
    why = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return say.log_problem(
        model,
        workspace.files.get(model, model),
        "The ids of this model's new decisions could not be indexed; they cannot be looked up.",
        severity="error",
        why=why,
        next_step="It is tried again at the next refresh.",
    )


@dataclass
class _Model:
    """One model's index in one refresh."""

    draft: Draft
    workspace: Workspace
    engine: Engine
    store: IdStore
    model: str
    log: DecisionLog

    def index(self, touched: Touched | None, result: Indexed) -> None:
        """Put in the days that are new or changed, and take out those that are gone."""
        held, every = self._held()
        known = self.store.indexed(self.model)
        there = frozenset(day for days in held.values() for day in days)
        stale = known if touched and touched.whole else known & (touched.days if touched else frozenset())
        todo, gone = there - (known - stale), known - every
        if not todo and not gone:
            return
        try:
            result.ids += self.store.replace(self.model, gone | todo, self._found(held, todo))
        except BaseException:
            self.store.note(self.model, known - stale - gone)  # a refresh that nothing touches makes up for the others
            raise
        self.store.note(self.model, (known - gone) | todo)
        result.models += 1
        result.days += len(todo)

    def _held(self) -> tuple[dict[str, dict[date, int]], frozenset[date]]:
        """The days of every file that can be read, with its rows; and all days, also of files that cannot be now."""
        rows = self.draft.connection.execute(_HELD, [self.model]).fetchall()
        found: dict[str, dict[date, int]] = {}
        for path, day, n, readable in rows:
            if readable:
                found.setdefault(path, {})[day] = n
        return found, frozenset(row[1] for row in rows)

    def _found(self, held: Mapping[str, Mapping[date, int]], todo: frozenset[date]) -> Iterator[pa.RecordBatchReader]:
        opened = self._opened([path for path, days in held.items() if not todo.isdisjoint(days)])
        for days in portions(todo, lambda day: sum(have.get(day, 0) for have in held.values())):
            shapes = tuple(opened[path] for path, have in held.items() if not days.isdisjoint(have))
            yield self.engine.ids(self.log, Files(shapes), days)

    def _opened(self, paths: Sequence[str]) -> dict[str, FileShape]:
        """The headers of these files. A file is asked for by its own name; only addresses have to be listed."""
        listed = {path: file for path in paths if not is_address(path) for file in self._local(path)}
        if any(is_address(path) for path in paths):
            listed |= self._addresses()
        return {path: self.engine.shape(self._there(path, listed)) for path in paths}

    def _local(self, path: str) -> Iterable[LogFile]:
        folder = str(self.workspace.folder)
        absolute = path if path.startswith("/") else f"{folder.rstrip('/')}/{path}"
        return self.engine.files(glob.escape(absolute), folder)

    def _addresses(self) -> dict[str, LogFile]:
        spec = self.workspace.models.get(self.model)
        globs = self.workspace.globs(spec.decisions.path) if spec and spec.decisions else ()
        found = [file for pattern in globs for file in self.engine.files(pattern, str(self.workspace.folder))]
        return {file.shown: file for file in found}

    def _there(self, path: str, listed: Mapping[str, LogFile]) -> LogFile:
        if path in listed:
            return listed[path]
        raise FileProblem(
            "The file has gone while the log was read; its ids cannot be looked up.",
            path=path,
            next_step="The next refresh reads the log as it is then.",
        )


_HELD = """
    select path, day, d.rows, f.rows is not null
    from profile.log_days d join profile.log_files f using (model, kind, path)
    where model = ? and kind = 'decisions' and d.rows > 0 order by path, day
"""
