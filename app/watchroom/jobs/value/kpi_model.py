"""The KPIs of one model: what of them is due, and what comes of it. Several KPIs share one reading of the log.

A KPI is due where the decisions or outcomes of a day have changed, or who was in service on it, or the formula itself.
Another target or limit judges the values that are there anew, and reads nothing.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial

from watchroom.domain.kpi import Due, due, together
from watchroom.domain.periods import WHOLE, span_of
from watchroom.errors import ExplainError
from watchroom.jobs.explain.logs import Logs
from watchroom.jobs.value.formula import BadFormula, read_formula
from watchroom.jobs.value.kpi_columns import Columns
from watchroom.jobs.value.kpi_task import Note, Task, judged, terms_judged_by, value_row
from watchroom.jobs.value.sandbox import Key, Sandbox, Worked
from watchroom.sources.decisions.contract import Engine, ReadAs
from watchroom.store.kpis import DayStand, KpiRun, KpiStore
from watchroom.store.value_notes import stand_of
from watchroom.workspace.model_file import ModelSpec
from watchroom.workspace.money import Kpi

_RULES = "1"
"""Raised when what is worked out here changes its meaning, so that every KPI is worked out anew."""


ROWS_AT_ONCE = 1_000_000
"""Decisions that are read at once, if a single month has not more: some 100 MB of them, with ten columns."""


@dataclass(frozen=True)
class Tools:
    """What the KPIs of every model are worked out with."""

    store: KpiStore
    engine: Engine
    sandbox: Sandbox


class ModelKpis:
    """Works out the KPIs of one model; nothing is written before `write`."""

    def __init__(self, tools: Tools, spec: ModelSpec, logs: Logs) -> None:
        self._tools, self._spec, self._logs = tools, spec, logs
        self.tasks: list[Task] = []
        self._stands: dict[date, DayStand] = {}
        self._serving = frozenset[tuple[int, date]]()
        self._columns: Columns | None = None

    def plan(self) -> None:
        """Find what is due of each KPI with a formula."""
        store, model = self._tools.store, self._spec.model
        notes = store.notes(model)
        self.tasks = [
            Task(kpi, before=before, note=before)
            for kpi in self._spec.kpis
            if kpi.sql is not None
            for before in [Note.read(notes.get(kpi.name))]
        ]
        if not self.tasks or not self._has_log():
            return
        self._stands, self._serving = store.stands(model), store.serving(model)
        for task in self.tasks:
            try:
                self._plan(task)
            except BadFormula as error:
                task.error = error
                task.note = Note(reading=self._reading(task, {}))

    def _has_log(self) -> bool:
        """Whether there is something to run a formula over; else that is the KPIs' error."""
        if self._spec.decisions is None:
            self._no_log("The model has no decisions.", "Name the log under `decisions` in the model's file.")
            for task in self.tasks:
                task.note = Note(reading="no decisions")
            return False
        try:
            kinds = json.loads(self._logs.notes.get("kinds") or "{}")
            self._columns = Columns(self._logs, kinds)
            return bool(self._columns.log)
        except ExplainError as error:
            self._columns = None
            self._no_log(error.what, "The page Status says what is wrong with the log, if anything.")
            return False

    def _no_log(self, why: str, next_step: str) -> None:
        for task in self.tasks:
            try:
                task.formula = read_formula(self._tools.sandbox.connection, task.kpi.sql or "")
                task.error = BadFormula("There is nothing to run the formula over.", why=why, next_step=next_step)
            except BadFormula as error:
                task.error = error

    def _plan(self, task: Task) -> None:
        assert self._columns is not None
        task.formula = read_formula(self._tools.sandbox.connection, task.kpi.sql or "")
        columns = self._columns.of(task.formula, {k: v for k, v in task.before.columns.items() if v is not None})
        reading = self._reading(task, columns)
        known = task.before if task.before.reading == reading else Note()
        task.note = replace(known, reading=reading, columns=columns)
        now = self._stands_of(task)
        task.stuck = bool(known.failed) and known.failed == stand_of(sorted(now.items()))
        if task.stuck:
            return
        dated = {date.fromisoformat(day): stand for day, stand in known.days.items()}
        task.changed = frozenset(day for day in now.keys() | dated.keys() if now.get(day) != dated.get(day))
        task.due = {one.month: one for one in due(task.changed, self._stands)}

    def _reading(self, task: Task, columns: Mapping[str, ReadAs | None]) -> str:
        """What the values mean: the formula, and how what it names is read."""
        if self._columns is None:
            return ""
        log = self._columns.log
        named = (log.id, log.timestamp, log.version, log.task, log.score, log.prediction, repr(self._columns.told))
        return stand_of(_RULES, self._tools.engine.name, task.kpi.sql, sorted(columns.items()), named)

    def _stands_of(self, task: Task) -> dict[date, str]:
        """What each day rests on, as far as it matters to the formula."""
        assert task.formula is not None
        assert self._columns is not None
        outside = self._columns.outside(task.note.columns)
        found = {}
        for day, stand in self._stands.items():
            text = stand.told if task.formula.needs_outcome else stand.decided
            found[day] = f"{text} {stand.files}" if outside else text
        return found

    def work_out(self, until: float) -> None:
        """Work out what is due, the newest months first; no others are begun at the time `until` (monotonic)."""
        for months in self._portions():
            tasks = [task for task in self.tasks if task.error is None and months & task.due.keys()]
            if tasks and time.monotonic() >= until:
                for task in tasks:
                    task.left += len(months & task.due.keys())
            elif tasks:
                self._months(months, tasks, until)
        for task in self.tasks:
            if task.formula is not None and self._columns is not None:
                self._conclude(task)

    def _portions(self) -> Iterator[frozenset[date]]:
        """The months that are due, the newest first, as many together as there is room for."""
        every: dict[date, list[Due]] = {}
        for task in self.tasks:
            for month, one in task.due.items():
                every.setdefault(month, []).append(one)
        portion, rows = set[date](), 0
        for month in sorted(every, reverse=True):
            n = sum(self._stands[day].decisions for day in together(every[month]).days)
            if portion and rows + n > ROWS_AT_ONCE:
                yield frozenset(portion)
                portion, rows = set(), 0
            portion.add(month)
            rows += n
        if portion:
            yield frozenset(portion)

    def _months(self, months: frozenset[date], tasks: list[Task], until: float) -> None:
        """Read the days once, and run every formula that is due over them; after `until` the rest are left."""
        assert self._columns is not None
        wanted = together(one for task in tasks for month, one in task.due.items() if month in months)
        columns = {name: kind for task in tasks for name, kind in task.note.columns.items()}
        log, told = self._logs.asked
        repeated = self._tools.store.repeated(self._spec.model) & wanted.days
        asked = self._columns.asked(columns)
        files = self._logs.files(wanted.days)
        with self._tools.engine.joined(log, told, files, wanted.days, asked, repeated=repeated) as reader:
            serving = [one for one in self._serving if one[1] in wanted.days]
            with self._tools.sandbox.holding(reader, self._columns.table(columns), serving):
                counts = self._tools.sandbox.counts(wanted)
                for place, task in enumerate(tasks):
                    if place and time.monotonic() >= until:
                        task.left += len(months & task.due.keys())
                    else:
                        self._run(task, months, counts)

    def _run(self, task: Task, months: frozenset[date], counts: Mapping[Key, int]) -> None:
        assert task.formula is not None
        wanted = together(one for month, one in task.due.items() if month in months)
        try:
            found = self._tools.sandbox.values(task.formula, wanted)
        except BadFormula as error:
            task.error = error
            return
        task.ran = True
        task.gone |= {(grain, start) for grain, starts in wanted.starts.items() for start in starts}
        task.rows += [
            value_row(task.kpi, key, found.get(key, Worked(None, 0)), n)
            for key, n in counts.items()
            if key[2] in wanted.starts.get(key[1], ())
        ]
        whole = {f"{month:%Y-%m}" for month in wanted.starts.get("month", ())}
        odd = {f"{start:%Y-%m}" for (_, _, start), one in found.items() if one.odd}
        task.note = replace(task.note, odd=tuple(sorted((set(task.note.odd) - whole) | odd)))

    def _conclude(self, task: Task) -> None:
        """Note what the values rest on now; the days of months that are left stay as they were noted."""
        if task.stuck or (task.error is not None and not task.due):
            return
        now = self._stands_of(task)
        if task.error is not None:
            task.note = replace(task.note, failed=stand_of(sorted(now.items())))
            task.gone, task.rows, task.ran = set(), [], False
            return
        done = {day for day in task.changed if not _months_of(day) & self._undone(task)}
        kept = {day: stand for day, stand in task.note.days.items() if date.fromisoformat(day) not in done}
        fresh = {day.isoformat(): now[day] for day in done if day in now}
        task.note = replace(task.note, days=kept | fresh, failed="")

    def _undone(self, task: Task) -> set[date]:
        """The months that there was no time for: the oldest of those due."""
        return set(sorted(task.due)[: task.left])

    def writes(self, at: datetime) -> list[Callable[[], None]]:
        """What is to be written of what has changed, inside one transaction of the part `value`; none for nothing."""
        store, model = self._tools.store, self._spec.model
        runs, terms = store.runs(model), store.terms(model)
        found = [partial(store.forget_kpi, model, name) for name in sorted(self._gone(runs))]
        for task in self.tasks:
            found += self._writes(task, runs.get(task.kpi.name), terms.get(task.kpi.name, set()), at)
        left = sum(task.left for task in self.tasks)
        if left or model in store.left():
            found.append(partial(store.keep_left, model, left=left > 0))
        return list(found)

    def _gone(self, runs: Mapping[str, KpiRun]) -> Collection[str]:
        """KPIs that the file has no more."""
        store, model = self._tools.store, self._spec.model
        return {*store.names(model), *runs, *store.notes(model)} - {task.kpi.name for task in self.tasks}

    def _writes(self, task: Task, run: KpiRun | None, terms: Collection[object], at: datetime) -> list[partial[None]]:
        store, model, name = self._tools.store, self._spec.model, task.kpi.name
        found = list[partial[None]]()
        if task.renewed:
            found.append(partial(store.forget_values, model, name))
        elif terms and set(terms) != {terms_judged_by(task.kpi)}:
            found.append(partial(self._judge_anew, task.kpi))
        if task.gone:
            found.append(partial(store.put, model, name, task.gone, task.rows))
        ran = task.told(run, at)
        if ran != run:
            found.append(partial(store.put_run, model, ran))
        if task.note != task.before:
            found.append(partial(store.keep_notes, model, {name: task.note.text()}))
        return found

    def _judge_anew(self, kpi: Kpi) -> None:
        """Judge the values that are there by another target, limit or direction."""
        store, model = self._tools.store, self._spec.model
        rows = [(*row[:5], *judged(kpi, row[4]), *row[9:]) for row in store.values(model, kpi.name)]
        store.forget_values(model, kpi.name)
        store.put(model, kpi.name, (), rows)


def _months_of(day: date) -> set[date]:
    """The months in which the periods begin that hold the day."""
    return {span_of(grain, day)[0].replace(day=1) for grain in WHOLE}
