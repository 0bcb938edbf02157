"""The profile step: every model's logs, reduced to counts; only the days that have changed are counted again.

How files are compared is in `profile_files`, the reference in `profile_reference`. Models come one by one, and one
that fails leaves the others, and what was known of it, as they were.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from watchroom.errors import WatchroomError
from watchroom.jobs import profile_problems as say
from watchroom.jobs.profile_champions import as_note, champions_of, days_changed, from_note
from watchroom.jobs.profile_files import DECISIONS, OUTCOMES, REFERENCE, Listed, Log, Reader, list_files
from watchroom.jobs.profile_plan import Plan, log_digest, other_columns, plan_of, reference_digest, signature_features
from watchroom.jobs.profile_reference import Reference, cells_for, read_reference, reference_rows
from watchroom.sources.decisions.contract import Binning, Engine, FeatureBins, FileProblem, Files, Kind
from watchroom.sources.tracking.contract import Problem
from watchroom.store.draft import Draft
from watchroom.store.profile import FileRow, Known, ProfileStore, Update
from watchroom.store.schema import TABLES
from watchroom.workspace.load import Workspace
from watchroom.workspace.model_file import ModelSpec, ReferenceFile, ReferencePeriod

ROWS_AT_ONCE = 20_000_000
"""Rows of the days that are counted in one question: what is kept to find ids that stand twice is 16 bytes of each."""


@dataclass
class ProfileCounts:
    """What a profile step did, for the Status page."""

    files: int = 0
    """Files that were read."""
    days: int = 0
    """Days of a model whose decisions were counted."""
    decisions: int = 0
    outcome_days: int = 0
    """Days of a model whose outcomes were counted, those of `days` included."""

    def __str__(self) -> str:
        parts = {
            "files read": self.files,
            "days counted": self.days,
            "decisions": self.decisions,
            "days joined with outcomes": self.outcome_days,
        }
        return ", ".join(f"{what}: {number:,}" for what, number in parts.items() if number) or "nothing new"


@dataclass(frozen=True)
class Touched:
    """What of a model changed. `whole`: everything, as after a change of the reference or of the model's file."""

    whole: bool
    days: frozenset[date]
    """Days whose decisions were counted again, or have gone."""
    outcome_days: frozenset[date]
    """Days whose outcomes were counted again, those of `days` included."""


@dataclass(frozen=True)
class ProfileResult:
    """What the step found. `touched` has the models whose profile is not what it was."""

    problems: tuple[Problem, ...]
    touched: Mapping[str, Touched]
    counts: ProfileCounts


@dataclass
class _Room:
    draft: Draft
    workspace: Workspace
    engine: Engine
    store: ProfileStore
    temp: Path
    problems: list[Problem] = field(default_factory=list)
    touched: dict[str, Touched] = field(default_factory=dict)
    counts: ProfileCounts = field(default_factory=ProfileCounts)


def profile_models(
    draft: Draft, workspace: Workspace, engine: Engine, *, progress: Callable[[str], None] = lambda _: None
) -> ProfileResult:
    """Bring the part `profile` of the draft up to date with the logs of all models of the workspace.

    Uses the draft's `mlflow` and `room` tables: versions, aliases, signatures and registry events must be there.
    Never raises for what concerns one model.
    """
    room = _Room(draft, workspace, engine, ProfileStore(draft), draft.spill)
    for model in sorted(room.store.models() - _kept(draft, workspace)):
        room.store.forget(model)
        room.touched[model] = Touched(whole=True, days=frozenset(), outcome_days=frozenset())
    for model, spec in workspace.models.items():
        if spec.decisions is None:
            continue
        progress(model)
        try:
            _Model(room, model, spec).profile()
        except (duckdb.Error, OSError, WatchroomError) as error:
            room.problems.append(say.failed(model, workspace.files[model], error))
    return ProfileResult(tuple(room.problems), room.touched, room.counts)


def _kept(draft: Draft, workspace: Workspace) -> set[str]:
    """The models that name decisions, and those whose file cannot be read now: what it said before still holds."""
    with_logs = {model for model, spec in workspace.models.items() if spec.decisions is not None}
    broken = {error.file for error in workspace.problems}
    model, file = (TABLES["models"].column_names.index(name) for name in ("model", "file"))
    before = {row[model] for row in draft.rows_before("models") if row[file] in broken}
    unread = {name for name, place in workspace.files.items() if place in broken}
    return with_logs | ((before | unread) - workspace.models.keys())


class _Model:
    """One model's logs in one refresh: compared, counted, written."""

    def __init__(self, room: _Room, model: str, spec: ModelSpec) -> None:
        self._room, self._model, self._spec = room, model, spec
        self._file = room.workspace.files[model]
        self._known = room.store.known(model)
        self._problems: list[Problem] = []

    def profile(self) -> None:
        """Count what has changed, write it, and say what is wrong. Raises what keeps the model from being counted."""
        listed = list_files(self._room.engine, self._room.workspace, self._model, self._spec)
        self._problems += listed.problems
        plan = self._plan(listed)
        digest = log_digest(plan, self._room.engine.name)
        anew = self._known.notes.get("log") != digest
        known = Known() if anew else self._known
        reader = Reader(self._room.engine, plan, known)
        decided = reader.decisions(listed.files[DECISIONS])
        self._touch_champions(plan, decided)
        told = reader.outcomes(listed.files[OUTCOMES], decided)
        work = _Work(self, plan, known, reader, decided, told, listed)
        update = work.update(anew=anew)
        update.notes["log"] = digest
        update.notes["champions"] = json.dumps(as_note(plan.log.champions))
        self._write(update, work)
        self._say(plan, decided, told, work)

    def _plan(self, listed: Listed) -> Plan:
        decisions = self._spec.decisions
        assert decisions is not None
        features = decisions.features or signature_features(self._room.draft, self._model)
        reign = champions_of(self._room.draft, self._model)
        if decisions.version is None:
            self._problems.append(say.champion_assumed(self._model, self._file, reign.seen_from))
        if not features:
            features = other_columns(self._spec, self._readable(listed))
        return plan_of(self._model, self._file, self._spec, features, reign.champions)

    def _readable(self, listed: Listed) -> Iterator[Any]:
        for file in listed.files[DECISIONS]:
            try:
                yield self._room.engine.shape(file)
            except FileProblem:
                continue  # told when it is surveyed

    def _touch_champions(self, plan: Plan, decided: Log) -> None:
        """Days on which others were champions than was thought are counted again."""
        before = from_note(json.loads(self._known.notes.get("champions", "[]")))
        changed = days_changed(before, plan.log.champions, decided.all_days())
        decided.touched |= changed
        if changed:
            decided.versions |= {champion.version for champion in plan.log.champions}

    def _write(self, update: Update, work: _Work) -> None:
        changed = {key: value for key, value in update.notes.items() if self._known.notes.get(key) != value}
        update.notes = update.notes if update.whole else changed
        if not (
            update.whole or update.counted or update.joined or update.files or update.gone or update.days or changed
        ):
            return
        self._room.store.write(self._model, update)
        counts = self._room.counts
        counts.files += work.files_read
        counts.days += len(update.counted)
        counts.outcome_days += len(update.joined)
        counts.decisions += sum(int(np.sum(table["decisions"].to_numpy())) for table in update.volume)
        if update.whole or update.counted or update.joined:
            self._room.touched[self._model] = Touched(update.whole, frozenset(update.counted), frozenset(update.joined))

    def _say(self, plan: Plan, decided: Log, told: Log, work: _Work) -> None:
        """Everything that is wrong, also what was found by an earlier refresh and still holds."""
        self._problems += [*decided.problems(), *told.problems(), *work.problems]
        for log, field_name in ((decided, "decisions"), (told, "outcomes")):
            naive, zoned = log.zones()
            if naive and zoned:
                self._problems.append(say.mixed_zones(self._model, f"{self._file} ({field_name})", naive, zoned))
        twice = self._room.store.duplicates(self._model)
        if twice:
            self._problems.append(say.duplicates(self._model, self._file, twice))
        for version, decisions in self._room.store.unknown_versions(self._model):
            self._problems.append(say.unknown_version(self._model, version, decisions))
        self._room.problems += self._problems

    @property
    def room(self) -> _Room:
        """What all models share."""
        return self._room


@dataclass
class _Work:
    """What has to be counted for a model, and the counting."""

    model: _Model
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
        binning, kinds = self._bins(reference)
        self._count(update, self.plan.with_kinds(kinds), binning)
        return update

    def _choose_days(self, update: Update) -> None:
        there = self.decided.all_days()
        if update.whole:
            update.counted, update.joined = set(there), set(there)
        else:
            update.counted = set(self.decided.touched)
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
            return None if reader is None else read_reference(reader, self.plan, versions, self.model.room.temp)
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
        engine = self.model.room.engine
        if isinstance(reference, ReferencePeriod):
            days = self._period(reference)
            if not days:
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
        return Binning(own=_bins_of(self.model.room.store.bins(self.plan.model))), kinds

    def _count(self, update: Update, plan: Plan, binning: Binning) -> None:
        engine, there = self.model.room.engine, self.decided.all_days()
        repeated = set(self.known.repeated - update.counted)
        for days in self._portions(update.counted & there):
            counts = engine.count(plan.log, binning, self._files(days), days)
            update.features.append(counts.features)
            update.volume.append(counts.volume)
            repeated |= {
                one["day"] for one in counts.volume.select(["day", "duplicates"]).to_pylist() if one["duplicates"]
            }
        if plan.outcomes is None and plan.spec.task is None:
            return
        for days in self._portions(update.joined & there):
            found = engine.results(
                plan.log, plan.outcomes, binning, self._files(days), days, frozenset(repeated) & days
            )
            update.cells.append(found.cells)
            update.errors.append(found.errors)
            update.labelled.append(found.labelled)
            update.outcome_bins.append(found.outcome_bins)

    def _portions(self, days: Iterable[date]) -> Iterator[frozenset[date]]:
        """The days in portions of at most `ROWS_AT_ONCE` rows, if a single day has not more."""
        portion, rows = set[date](), 0
        for day in sorted(days):
            n = self.decided.rows_of(day)
            if portion and rows + n > ROWS_AT_ONCE:
                yield frozenset(portion)
                portion, rows = set(), 0
            portion.add(day)
            rows += n
        if portion:
            yield frozenset(portion)


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
