"""What is counted of one model in one refresh: the days that have changed, on the bins of its reference."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from watchroom.jobs.profile import problems as say
from watchroom.jobs.profile.files import REFERENCE, Listed, Log, Reader
from watchroom.jobs.profile.groups import most_frequent
from watchroom.jobs.profile.plan import Plan, reference_digest
from watchroom.jobs.profile.portions import portions
from watchroom.jobs.profile.reference import Reference, cells_for, read_reference, reference_rows
from watchroom.sources.decisions.contract import Binning, Engine, FeatureBins, FileProblem, Files, Kind
from watchroom.sources.decisions.written import to_json
from watchroom.sources.tracking.contract import Problem
from watchroom.store.profile import FileRow, Known, ProfileStore, Update
from watchroom.workspace.model_file import ReferenceFile, ReferencePeriod


@dataclass(frozen=True)
class Tools:
    """What all models share: who reads the logs, what is held of them, and where a reference may be spilled."""

    engine: Engine
    store: ProfileStore
    temp: Path


@dataclass
class Work:
    """What has to be counted for a model, and the counting."""

    tools: Tools
    plan: Plan
    known: Known
    reader: Reader
    decided: Log
    told: Log
    listed: Listed
    problems: list[Problem] = field(default_factory=list)
    files_read: int = 0

    def update(self, *, anew: bool) -> Update:
        """What is to be written: nothing at all when nothing has changed."""
        stand = reference_digest(self.plan, self._stand())
        moved = anew or self.known.notes.get("reference") != stand
        unread = sorted(self.decided.held | self.told.held)
        if moved and unread:
            # Counting all anew would lose the days of these files.
            self.problems.append(say.anew_without(self.plan.model, self.plan.file, unread))
            return self._as_compared_before()
        versions = frozenset((*self.known.versions, *self.decided.versions))
        reference = self._reference(versions) if moved or versions - self.known.referenced else None
        if reference is None and moved and self.plan.spec.reference is not None:
            # It cannot be read now: what it was is still compared with, and it is tried again.
            moved = anew or not (self.known.referenced or self.known.notes.get("reference") == "")
        update = Update(whole=moved)
        self._choose_days(update)
        self._note(update, stand, reference)
        if reference is not None:
            self._refer(update, reference, versions if moved else versions - self.known.referenced)
        self._count_all(update, reference)
        return update

    def _as_compared_before(self) -> Update:
        """What has changed, on the bins that were there; the new reference waits."""
        update = Update()
        self._choose_days(update)
        self.problems += say.from_json(self.known.notes.get("said", "[]"))
        self._count_all(update, None)
        return update

    def _count_all(self, update: Update, reference: Reference | None) -> None:
        binning, kinds = self._bins(reference)
        asked = self.plan.told_kinds(kinds)
        update.notes["asked"] = to_json(asked.log, asked.outcomes)
        self._count(update, self.plan.with_kinds(kinds), binning)

    def _choose_days(self, update: Update) -> None:
        there = self.decided.all_days()
        if update.whole:
            update.counted, update.joined = set(there), set(there)
        else:
            update.counted = set(self.decided.touched)
            held = self.decided.held_days() | self.told.held_days()
            there -= held
            update.joined = update.counted | (self.told.touched & there)
        for log in (self.decided, self.told):
            changed = log.rows if update.whole else log.read
            update.files += [log.rows[path] for path in sorted(changed)]
            for path, days in log.days.items():
                if update.whole or days != self.known.days.get((log.kind, path), {}):
                    update.days[log.kind, path] = days
            self.files_read += len(log.read)
        update.files += self._reference_files(update.whole)
        there_now = {(row.kind, row.path) for log in (self.decided, self.told) for row in log.rows.values()}
        there_now |= {(REFERENCE, file.shown) for file in self.listed.files[REFERENCE]}
        update.gone = set(self.known.files) - there_now

    def _reference_files(self, whole: bool) -> list[FileRow]:
        rows = [FileRow(REFERENCE, file.shown, file.size, file.modified_ns, 0) for file in self.listed.files[REFERENCE]]
        return [row for row in rows if whole or self.known.files.get((REFERENCE, row.path)) != row]

    def _stand(self) -> Any:
        """What the reference rests on: its files, or the rows of its days."""
        reference = self.plan.spec.reference
        if isinstance(reference, ReferencePeriod):
            days = self._period(reference)
            logs = (self.decided, self.told)
            return [
                (log.kind, path, day.isoformat(), held[day])
                for log in logs
                for path, held in sorted(log.days.items())
                for day in sorted(days & held.keys())
            ]
        return [(file.shown, file.size, file.modified_ns) for file in self.listed.files[REFERENCE]]

    def _period(self, reference: ReferencePeriod) -> frozenset[date]:
        return frozenset(day for day in self.decided.all_days() if reference.start <= day <= reference.end)

    def _reference(self, versions: frozenset[int]) -> Reference | None:
        """The reference, read; None when there is none or it cannot be read, and what is wrong with it is said."""
        try:
            reader = self._reference_reader()
            if reader is None:
                return None
            with reader:  # what is left of an answer that was not read to its end would block the next model's
                return read_reference(reader, self.plan, versions, self.tools.temp)
        except FileProblem as error:
            self.problems.append(say.file_problem(self.plan.model, error))
        except (duckdb.Error, OSError) as error:
            why = str(error).strip().splitlines()[0]
            self.problems.append(
                say.log_problem(
                    self.plan.model,
                    f"{self.plan.file} (reference)",
                    "The reference cannot be read.",
                    severity="error",
                    why=why,
                    next_step="It is read again at the next refresh.",
                )
            )
        return None

    def _reference_reader(self) -> Any:
        reference = self.plan.spec.reference
        engine = self.tools.engine
        if isinstance(reference, ReferencePeriod):
            days = self._period(reference)
            if not days:
                if self.known.referenced:
                    self.problems.append(say.period_gone(self.plan.model, self.plan.file, reference))
                return None
            files = self._files(days)
            return engine.rows(self.plan.log, self.plan.outcomes, files, days)
        if isinstance(reference, ReferenceFile) and self.listed.files[REFERENCE]:
            shapes = [self.reader.shape(file) for file in self.listed.files[REFERENCE]]
            filled = [shape for shape in shapes if shape.columns]
            return engine.table(filled) if filled else None
        return None

    def _files(self, days: Iterable[date]) -> Files:
        wanted = frozenset(days)
        return Files(
            self.reader.shapes(self.decided, self.decided.holding(wanted)),
            self.reader.shapes(self.told, self.told.holding(wanted)),
        )

    def _note(self, update: Update, stand: str, reference: Reference | None) -> None:
        """Keep what the counts were made with, and what is said of the reference until it is read again."""
        if reference is not None:
            update.notes["reference"] = stand
            update.notes["kinds"] = json.dumps(dict(reference.kinds))
            update.notes["said"] = say.as_json(self._said(reference))
        elif update.whole:
            has_none = self.plan.spec.reference is None
            update.notes["reference"] = stand if has_none else ""
            update.notes["kinds"] = "{}"
            update.notes["said"] = say.as_json(self._nothing_to_compare())
        self.problems += say.from_json(update.notes.get("said") or self.known.notes.get("said", "[]"))

    def _said(self, reference: Reference) -> list[Problem]:
        place = f"{self.plan.file} (reference)"
        found = [say.log_problem(self.plan.model, place, note) for note in reference.notes]
        if reference.mistake is not None:
            wrong = reference.mistake
            found.append(
                say.log_problem(
                    self.plan.model, wrong.place, wrong.what, severity="error", why=wrong.why, next_step=wrong.next_step
                )
            )
        return found

    def _nothing_to_compare(self) -> list[Problem]:
        without = self.plan.spec.reference is None
        return [
            say.log_problem(
                self.plan.model,
                f"{self.plan.file} (reference)",
                "There is no reference: drift and quality cannot be told.",
                severity="note" if without else "warning",
                why="`reference` is left out." if without else "Its rows are not there.",
                next_step="Name a file or a period of the decisions under `reference`.",
            )
        ]

    def _refer(self, update: Update, reference: Reference, versions: frozenset[int]) -> None:
        given = self.plan.spec.reference
        source = "period" if isinstance(given, ReferencePeriod) else "file"
        place = (
            f"{given.start} to {given.end}"
            if isinstance(given, ReferencePeriod)
            else ", ".join(given.path if given else ())
        )
        update.references = reference_rows(reference, versions, source, place)
        update.reference_cells = cells_for(reference, reference.cells, versions)
        update.reference_errors = cells_for(reference, reference.errors, versions)

    def _bins(self, reference: Reference | None) -> tuple[Binning, Mapping[str, Kind]]:
        """What to count on: the reference just read, else what was kept of it."""
        if reference is not None:
            return reference.binning(), reference.kinds
        if not self.known.referenced:
            return Binning(), {}
        kinds: dict[str, Kind] = json.loads(self.known.notes.get("kinds", "{}"))
        return Binning(own=_bins_of(self.tools.store.bins(self.plan.model))), kinds

    def _count(self, update: Update, plan: Plan, binning: Binning) -> None:
        engine, there = self.tools.engine, self.decided.all_days()
        repeated = set(self.known.repeated - update.counted)
        for days in portions(update.counted & there, self.decided.rows_of):
            counts = engine.count(plan.log, binning, self._files(days), days)
            update.features.append(counts.features)
            update.volume.append(counts.volume)
            repeated |= {
                one["day"] for one in counts.volume.select(["day", "duplicates"]).to_pylist() if one["duplicates"]
            }
        if plan.spec.task is None and (plan.outcomes is not None or plan.log.prediction is not None):
            self.problems.append(say.task_unknown(plan.model, plan.file))
        if plan.outcomes is None and plan.spec.task is None:
            return
        cut = set[str]() if update.whole else set(json.loads(self.known.notes.get("cut_groups", "[]")))
        for days in portions(update.joined & there, self.decided.rows_of):
            found = engine.results(
                plan.log, plan.outcomes, binning, self._files(days), days, frozenset(repeated) & days
            )
            cells, cut_cells = most_frequent(found.cells)
            errors, cut_errors = most_frequent(found.errors)
            cut |= cut_cells | cut_errors
            update.cells.append(cells)
            update.errors.append(errors)
            update.labelled.append(found.labelled)
            update.outcome_bins.append(found.outcome_bins)
        update.notes["cut_groups"] = json.dumps(sorted(cut))
        self.problems += [say.groups_cut(plan.model, plan.file, column) for column in sorted(cut)]


def _bins_of(rows: Sequence[tuple[Any, ...]]) -> dict[int, tuple[FeatureBins, ...]]:
    """The bins as they were kept, by version."""
    edges: dict[tuple[int, str], list[float]] = {}
    values: dict[tuple[int, str], list[str]] = {}
    heads: dict[tuple[int, str], tuple[Kind, bool]] = {}
    for version, feature, kind, closed, _, lower, value in rows:
        key = (version, feature)
        heads[key] = (kind, closed is not False)
        if value is not None:
            values.setdefault(key, []).append(value)
        elif lower is not None:
            edges.setdefault(key, []).append(lower)
    found: dict[int, list[FeatureBins]] = {}
    for (version, feature), (kind, closed) in heads.items():
        known = np.array(edges.get((version, feature), []), dtype=np.float64)
        found.setdefault(version, []).append(
            FeatureBins(feature, kind, known, tuple(values.get((version, feature), [])), closed)
        )
    return {version: tuple(bins) for version, bins in found.items()}
