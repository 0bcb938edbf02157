"""Which files a model's logs have, and which days changed since they were last read.

A file is read again when its size or time has changed, or when it could not be read; a day is touched when its rows in
some file are others than before. A file that could be read before and cannot be now still stands for the days it held:
they are left as they were counted until it can be read again, or is gone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from watchroom.errors import SourceError
from watchroom.jobs.profile import problems as say
from watchroom.jobs.profile.plan import Plan
from watchroom.sources.decisions.contract import (
    Engine,
    FileFacts,
    FileProblem,
    Files,
    FileShape,
    LogFile,
    Survey,
)
from watchroom.sources.tracking.contract import Problem
from watchroom.store.profile import DayRows, FileRow, Known
from watchroom.workspace.load import Workspace
from watchroom.workspace.model_file import ModelSpec, ReferenceFile

DECISIONS, OUTCOMES, REFERENCE = "decisions", "outcomes", "reference"

NEVER = -1
"""The time of a file that is to be read again, whatever its own."""


@dataclass(frozen=True)
class Listed:
    """The files of a model's logs by kind, and what is wrong with its globs."""

    files: Mapping[str, tuple[LogFile, ...]]
    problems: tuple[Problem, ...]
    complete: bool = True
    """Whether every place could be listed."""


def list_files(engine: Engine, workspace: Workspace, model: str, spec: ModelSpec) -> Listed:
    """The files that the globs of a model match, each once."""
    patterns = {DECISIONS: spec.decisions.path if spec.decisions else ()}
    patterns[OUTCOMES] = spec.outcomes.path if spec.outcomes else ()
    patterns[REFERENCE] = spec.reference.path if isinstance(spec.reference, ReferenceFile) else ()
    root, problems, found = str(workspace.folder), list[Problem](), dict[str, tuple[LogFile, ...]]()
    complete = True
    for kind, globs in patterns.items():
        files: dict[str, LogFile] = {}
        for pattern, resolved in zip(globs, workspace.globs(globs), strict=True):
            try:
                matched = engine.files(resolved, root)
            except SourceError as error:
                complete = False
                problems.append(say.not_listed(model, pattern, error))
                continue
            if not matched:
                problems.append(say.no_files(model, workspace.files[model], f"{kind}.path", pattern))
            files |= {file.shown: file for file in matched}
        found[kind] = tuple(files[path] for path in sorted(files))
    return Listed(found, tuple(problems), complete)


@dataclass
class Log:
    """The files of one kind as this refresh finds them: what is known of each, and of its days."""

    kind: str
    files: Mapping[str, LogFile]
    rows: dict[str, FileRow] = field(default_factory=dict)
    days: dict[str, DayRows] = field(default_factory=dict)
    read: set[str] = field(default_factory=set)
    """The files that were surveyed anew."""
    touched: set[date] = field(default_factory=set)
    versions: set[int] = field(default_factory=set)
    held: set[str] = field(default_factory=set)
    """The files that cannot be read now and hold the days that they held before."""
    freed: set[date] = field(default_factory=set)
    """The days of files that could not be read before, and can now or are gone."""

    @property
    def usable(self) -> list[str]:
        """The files that could be read."""
        return [path for path, row in self.rows.items() if row.rows is not None]

    def holding(self, days: Iterable[date]) -> list[str]:
        """The files that hold any of the days."""
        wanted = frozenset(days)
        return [path for path, held in self.days.items() if not wanted.isdisjoint(held)]

    def all_days(self) -> frozenset[date]:
        """Every day that any file holds."""
        return frozenset(day for held in self.days.values() for day in held)

    def held_days(self) -> frozenset[date]:
        """The days that cannot be counted, since a file that holds some of them cannot be read."""
        return frozenset(day for path in self.held for day in self.days[path])

    def failed(self) -> bool:
        """Whether some file cannot be read."""
        return any(row.rows is None for row in self.rows.values())

    def rows_of(self, day: date) -> int:
        """How many rows the files hold of a day."""
        return sum(held[day][0] for held in self.days.values() if day in held)

    def problems(self) -> list[Problem]:
        """What was said of the files when they were read."""
        return [one for row in self.rows.values() for one in say.from_json(_kept(row)["said"])]

    def zones(self) -> tuple[int, int]:
        """Rows whose time came without a zone, and with one."""
        kept = [_kept(row) for row in self.rows.values()]
        return sum(one["naive"] for one in kept), sum(one["zoned"] for one in kept)


def _kept(row: FileRow) -> dict[str, Any]:
    kept: dict[str, Any] = json.loads(row.problems)
    return kept


class Reader:
    """Reads a model's files with the engine; each header once."""

    def __init__(self, engine: Engine, plan: Plan, known: Known) -> None:
        self._engine, self._plan, self._known = engine, plan, known
        self._shapes: dict[str, FileShape] = {}
        self._lacking: dict[str, Problem] = {}

    def shape(self, file: LogFile) -> FileShape:
        """What the file's header says. Raises FileProblem."""
        if file.path not in self._shapes:
            self._shapes[file.path] = self._engine.shape(file)
        return self._shapes[file.path]

    def shapes(self, log: Log, paths: Iterable[str]) -> tuple[FileShape, ...]:
        """The shapes of files that could be read before. Raises FileProblem."""
        return tuple(self.shape(log.files[path]) for path in paths)

    def decisions(self, files: Sequence[LogFile]) -> Log:
        """The log of decisions, with the days that have changed."""
        log, changed = self._begun(DECISIONS, files)
        decisions = self._plan.log
        needed = [(decisions.id, "decisions.id"), (decisions.timestamp, "decisions.timestamp")]
        if decisions.version is not None:
            needed.append((decisions.version, "decisions.version"))
        optional = [decisions.score, decisions.prediction, *(name for name, _ in decisions.features), *decisions.groups]
        good = self._headed(log, changed, needed, [column for column in optional if column is not None])
        self._surveyed(log, self._engine.survey(decisions, good), good)
        self._compare(log)
        log.touched -= log.held_days()
        return log

    def outcomes(self, files: Sequence[LogFile], decided: Log) -> Log:
        """The log of outcomes, with the days of decisions whose outcomes have changed.

        Files that were read before are asked again for the days whose decisions have changed, and as a whole when
        some of their ids had no decision yet, or decisions have gone.
        """
        log, changed = self._begun(OUTCOMES, files)
        outcomes = self._plan.outcomes
        if outcomes is None:
            self._compare(log)
            return log
        if decided.touched:
            gone = _days_gone(decided, self._known)
            waiting = [path for path, row in log.rows.items() if row.unmatched or gone]
            changed += [log.files[path] for path in waiting]
        needed = [(outcomes.id, "outcomes.id"), (outcomes.value, "outcomes.value")]
        good = self._headed(log, changed, needed, [outcomes.timestamp] if outcomes.timestamp else [])
        if good:
            decisions = self.shapes(decided, decided.usable)
            survey = self._engine.survey_outcomes(self._plan.log, outcomes, Files(decisions, tuple(good)), None)
            self._surveyed(log, survey, good)
        self._asked_again(log, decided, frozenset(decided.touched))
        self._compare(log)
        return log

    def _asked_again(self, log: Log, decided: Log, days: frozenset[date]) -> None:
        """Days whose decisions have changed may have outcomes in files that did not hold any of them before."""
        outcomes, rest = self._plan.outcomes, [path for path in log.usable if path not in log.read]
        there = frozenset(days & decided.all_days())
        if outcomes is None or not rest or not days:
            return
        files = Files(self.shapes(decided, decided.holding(there)), self.shapes(log, rest))
        survey = self._engine.survey_outcomes(self._plan.log, outcomes, files, there)
        for problem in survey.broken:
            raise problem
        found = _by_file(survey)
        for path in rest:
            kept = {day: held for day, held in log.days.get(path, {}).items() if day not in days}
            log.days[path] = {**kept, **found.get(path, {})}

    def _begun(self, kind: str, files: Sequence[LogFile]) -> tuple[Log, list[LogFile]]:
        """What is known of the files that have not changed, and those that have to be read."""
        log, changed = Log(kind, {file.shown: file for file in files}), list[LogFile]()
        for file in files:
            row = self._known.files.get((kind, file.shown))
            if row is None or row.rows is None or (row.size, row.modified_ns) != (file.size, file.modified_ns):
                changed.append(file)
            else:
                log.rows[file.shown] = row
                log.days[file.shown] = self._known.days.get((kind, file.shown), {})
        return log, changed

    def _headed(
        self, log: Log, files: Sequence[LogFile], needed: Sequence[tuple[str, str]], optional: Sequence[str]
    ) -> list[FileShape]:
        """The files that have the columns they cannot do without; the others get their problem."""
        good: list[FileShape] = []
        for file in files:
            try:
                shape = self.shape(file)
            except FileProblem as error:
                self._refused(log, file, say.file_problem(self._plan.model, error))
                continue
            missing = [(column, place) for column, place in needed if shape.family(column) is None]
            if not shape.columns and self._known.days.get((log.kind, file.shown)):
                self._refused(log, file, say.emptied(self._plan.model, shape))
            elif not shape.columns:
                self._noted(log, FileFacts(file.shown, 0), [say.empty_file(self._plan.model, shape)])
            elif missing:
                columns = [column for column, _ in missing]
                self._refused(log, file, say.missing_columns(self._plan.model, shape, columns, missing[0][1]))
            else:
                good.append(shape)
                lacking = list(dict.fromkeys(column for column in optional if shape.family(column) is None))
                if lacking:
                    self._lacking[file.shown] = say.missing_values(self._plan.model, shape, lacking)
        return good

    def _surveyed(self, log: Log, survey: Survey, shapes: Sequence[FileShape]) -> None:
        by_path = {shape.file.shown: shape for shape in shapes}
        for problem in survey.broken:
            self._refused(log, log.files[problem.path], say.file_problem(self._plan.model, problem))
        days = _by_file(survey)
        for facts in survey.facts:
            said = say.told_by(self._plan.model, facts, outcomes=log.kind == OUTCOMES)
            if facts.path in self._lacking:
                said.insert(0, self._lacking[facts.path])
            if facts.rows == 0:
                said.append(say.empty_file(self._plan.model, by_path[facts.path]))
            self._noted(log, facts, said)
            log.days[facts.path] = days.get(facts.path, {})
        log.versions |= set(survey.versions)

    def _noted(self, log: Log, facts: FileFacts, said: Sequence[Problem]) -> None:
        file = log.files[facts.path]
        kept = json.dumps({"said": say.as_json(said), "naive": facts.naive, "zoned": facts.zoned})
        log.rows[facts.path] = FileRow(
            log.kind, facts.path, file.size, file.modified_ns, facts.rows, facts.unusable, facts.unmatched, kept
        )
        log.days.setdefault(facts.path, {})
        log.read.add(facts.path)

    def _refused(self, log: Log, file: LogFile, problem: Problem) -> None:
        kept = json.dumps({"said": say.as_json([problem]), "naive": 0, "zoned": 0})
        log.rows[file.shown] = FileRow(log.kind, file.shown, file.size, file.modified_ns, None, problems=kept)
        log.days[file.shown] = self._known.days.get((log.kind, file.shown), {})
        if log.days[file.shown]:
            log.held.add(file.shown)
        log.read.add(file.shown)

    def _compare(self, log: Log) -> None:
        """The days of which a file holds other rows than before, files that are gone included."""
        before = {path: days for (kind, path), days in self._known.days.items() if kind == log.kind}
        for path in {*before, *log.days}:
            was, now = before.get(path, {}), log.days.get(path, {})
            log.touched |= {day for day in {*was, *now} if was.get(day) != now.get(day)}
            row = self._known.files.get((log.kind, path))
            if row is not None and row.rows is None and path not in log.held:
                log.freed |= {*was, *now}
        log.touched |= log.freed


def leave_held_days(decided: Log, told: Log) -> None:
    """Days of which some file cannot be read stay as they were, with their outcomes; those of before come back.

    What else changed of a held day is counted when it is freed: then decisions and outcomes are counted again. Files
    that brought such a change are read again until then, since the versions they hold are not kept.
    """
    held = decided.held_days() | told.held_days()
    for path in decided.read - decided.held:
        if not held.isdisjoint(decided.days[path]):
            decided.rows[path] = replace(decided.rows[path], modified_ns=NEVER)
    decided.touched = (decided.touched | told.freed) - held
    told.touched -= held


def _by_file(survey: Survey) -> dict[str, dict[date, tuple[int, str]]]:
    found: dict[str, dict[date, tuple[int, str]]] = {}
    for one in survey.days:
        found.setdefault(one.path, {})[one.day] = (one.rows, one.digest)
    return found


def _days_gone(decided: Log, known: Known) -> bool:
    """Whether some decisions of before are there no more."""
    before = [
        (path, day, held[0])
        for (kind, path), days in known.days.items()
        if kind == DECISIONS
        for day, held in days.items()
    ]
    return any(decided.days.get(path, {}).get(day, (0, ""))[0] < rows for path, day, rows in before)
