"""The profile step: every model's logs, reduced to counts; only the days that have changed are counted again.

How files are compared is in `files`, what is counted of one model in `work`, the reference in `reference`. Models come
one by one, and one that fails leaves the others, and what was known of it, as they were.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from watchroom.jobs.profile import problems as say
from watchroom.jobs.profile.champions import as_note, champions_of, days_changed, from_note
from watchroom.jobs.profile.files import DECISIONS, OUTCOMES, Listed, Log, Reader, leave_held_days, list_files
from watchroom.jobs.profile.plan import Plan, log_digest, other_columns, plan_of, signature_features, usable_features
from watchroom.jobs.profile.work import Tools, Work
from watchroom.sources.decisions.contract import Engine, FileProblem
from watchroom.sources.tracking.contract import Problem
from watchroom.store.draft import Draft
from watchroom.store.profile import Known, ProfileStore, Update
from watchroom.store.schema import TABLES
from watchroom.workspace.load import Workspace
from watchroom.workspace.model_file import ModelSpec


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
    incomplete: frozenset[str] = frozenset()
    """The models of which something that was there, or should be, could not be read: no all-clear for them."""


@dataclass
class _Room:
    draft: Draft
    workspace: Workspace
    tools: Tools
    problems: list[Problem] = field(default_factory=list)
    touched: dict[str, Touched] = field(default_factory=dict)
    counts: ProfileCounts = field(default_factory=ProfileCounts)
    incomplete: set[str] = field(default_factory=set)


def profile_models(
    draft: Draft, workspace: Workspace, engine: Engine, *, progress: Callable[[str], None] = lambda _: None
) -> ProfileResult:
    """Bring the part `profile` of the draft up to date with the logs of all models of the workspace.

    Uses the draft's `mlflow` and `room` tables: versions, aliases, signatures and registry events must be there.
    Never raises for what concerns one model.
    """
    room = _Room(draft, workspace, Tools(engine, ProfileStore(draft), draft.spill))
    for model in sorted(room.tools.store.models() - _kept(draft, workspace)):
        room.tools.store.forget(model)
        room.touched[model] = Touched(whole=True, days=frozenset(), outcome_days=frozenset())
    for model, spec in workspace.models.items():
        if spec.decisions is None:
            continue
        progress(model)
        try:
            _Model(room, model, spec).profile()
        except Exception as error:  # noqa: BLE001, whatever one model's files bring about must not stop the others
            room.problems.append(say.failed(model, workspace.files[model], error))
            room.incomplete.add(model)
    return ProfileResult(tuple(room.problems), room.touched, room.counts, frozenset(room.incomplete))


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
        self._known = room.tools.store.known(model)
        self._problems: list[Problem] = []
        self._reign = champions_of(room.draft, model)

    def profile(self) -> None:
        """Count what has changed, write it, and say what is wrong. Raises what keeps the model from being counted."""
        listed = list_files(self._room.tools.engine, self._room.workspace, self._model, self._spec)
        self._problems += listed.problems
        if not listed.complete or self._all_gone(listed):
            self._leave()
            return
        plan = self._plan(listed)
        digest = log_digest(plan, self._room.tools.engine.name)
        anew = self._known.notes.get("log") != digest
        known = Known() if anew else self._known
        reader = Reader(self._room.tools.engine, plan, known)
        decided = reader.decisions(listed.files[DECISIONS])
        self._touch_champions(plan, decided)
        told = reader.outcomes(listed.files[OUTCOMES], decided)
        if anew and self._lacking(decided, told):
            self._leave()
            return
        leave_held_days(decided, told)
        if decided.failed() or told.failed():
            self._room.incomplete.add(self._model)
        work = Work(self._room.tools, plan, known, reader, decided, told, listed)
        update = work.update(anew=anew)
        update.notes["log"] = digest
        update.notes["champions"] = json.dumps(as_note(self._reign.champions))
        self._write(update, work)
        self._say(plan, decided, told, work)

    def _leave(self) -> None:
        """Say what is wrong, with what was known of the files, and leave the model's profile as it is."""
        said = [one for row in self._known.files.values() for one in say.said_of(row.problems)]
        self._room.problems += [*self._problems, *(one for one in said if one not in self._problems)]
        self._room.incomplete.add(self._model)

    def _all_gone(self, listed: Listed) -> bool:
        """Whether there were decisions and no file is there any more."""
        known = {path for kind, path in self._known.days if kind == DECISIONS}
        if listed.files[DECISIONS] or not known:
            return False
        self._problems.append(say.all_gone(self._model, self._file, len(known)))
        return True

    def _lacking(self, decided: Log, told: Log) -> bool:
        """Whether files whose days were counted cannot be read now that all has to be counted anew."""
        unread = [
            path
            for log in (decided, told)
            for path, row in log.rows.items()
            if row.rows is None and self._known.days.get((log.kind, path))
        ]
        if unread:
            self._problems += [*decided.problems(), *told.problems()]
            self._problems.append(say.anew_without(self._model, self._file, unread))
        return bool(unread)

    def _plan(self, listed: Listed) -> Plan:
        decisions = self._spec.decisions
        assert decisions is not None
        features = decisions.features or signature_features(self._room.draft, self._model)
        if decisions.version is None:
            self._problems.append(say.champion_assumed(self._model, self._file, self._reign.seen_from))
        if not features:
            features = other_columns(self._spec, self._readable(listed))
        features, reserved = usable_features(features)
        if reserved:
            self._problems.append(say.reserved_features(self._model, self._file, reserved))
        return plan_of(self._model, self._file, self._spec, features, self._reign.champions)

    def _readable(self, listed: Listed) -> Iterator[Any]:
        for file in listed.files[DECISIONS]:
            try:
                yield self._room.tools.engine.shape(file)
            except FileProblem:
                continue  # told when it is surveyed

    def _touch_champions(self, plan: Plan, decided: Log) -> None:
        """Days on which others were champions than was thought are counted again, where the log does not say."""
        if plan.log.version is not None:
            return
        before = from_note(json.loads(self._known.notes.get("champions", "[]")))
        changed = days_changed(before, plan.log.champions, decided.all_days())
        decided.touched |= changed
        if changed:
            decided.versions |= {champion.version for champion in plan.log.champions}

    def _write(self, update: Update, work: Work) -> None:
        changed = {key: value for key, value in update.notes.items() if self._known.notes.get(key) != value}
        update.notes = update.notes if update.whole else changed
        if not (
            update.whole or update.counted or update.joined or update.files or update.gone or update.days or changed
        ):
            return
        self._room.tools.store.write(self._model, update)
        counts = self._room.counts
        counts.files += work.files_read
        counts.days += len(update.counted)
        counts.outcome_days += len(update.joined)
        counts.decisions += sum(int(np.sum(table["decisions"].to_numpy())) for table in update.volume)
        if update.whole or update.counted or update.joined:
            self._room.touched[self._model] = Touched(update.whole, frozenset(update.counted), frozenset(update.joined))

    def _say(self, plan: Plan, decided: Log, told: Log, work: Work) -> None:
        """Everything that is wrong, also what was found by an earlier refresh and still holds."""
        self._problems += [*decided.problems(), *told.problems(), *work.problems]
        for log, field_name in ((decided, "decisions"), (told, "outcomes")):
            naive, zoned = log.zones()
            if naive and zoned:
                self._problems.append(say.mixed_zones(self._model, f"{self._file} ({field_name})", naive, zoned))
        twice = self._room.tools.store.duplicates(self._model)
        if twice:
            self._problems.append(say.duplicates(self._model, self._file, twice))
        for version, decisions in self._room.tools.store.unknown_versions(self._model):
            self._problems.append(say.unknown_version(self._model, version, decisions))
        self._room.problems += self._problems
