"""The compare step: for each two versions that have scored the same decisions, whether the difference is real.

A pair is compared anew when the decisions or outcomes of its days have changed, or what is computed here; the others
keep their rows. One model that cannot be compared keeps what was said of it, and costs the others nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field

import pyarrow as pa

from watchroom.domain.paired import Compared
from watchroom.domain.worth import terms_of
from watchroom.jobs.compare.candidates import MOST_PAIRS, Candidate, candidates
from watchroom.jobs.compare.measure import comparison_rows, measure
from watchroom.jobs.compare.rows import by_time, decision_rows, value_rows
from watchroom.jobs.explain.logs import Logs, Source
from watchroom.jobs.profile import problems as say
from watchroom.sources.decisions.contract import Engine, FileProblem, Overlap
from watchroom.sources.tracking.contract import Problem
from watchroom.store.compare import LEFT, CompareStore, Versions
from watchroom.store.draft import Draft
from watchroom.workspace.load import Workspace
from watchroom.workspace.model_file import ModelSpec

MIN_SHARED = 30
"""Decisions that both must have scored, or there is no pair.

On the day that one version takes over from another both decide, each its own cases; a retry or two comes to both. Fewer
than thirty say nothing of a share or a mean either (`MIN_LABELLED`).
"""

ROWS = 20_000
"""Labelled decisions of a pair that it is compared by: all, in most shadow periods.

An AUC of 0.9 with 5 % positives is then known to 0.8 points, a share to 0.7; the bootstrap takes two to four seconds.
More would take longer without telling more of a difference that matters.
"""


SECONDS = 120.0
"""For all that is compared in one refresh: some twenty pairs of a usual size. The others are at the next ones."""


@dataclass(frozen=True)
class CompareResult:
    """How many pairs of versions were compared anew, how many are left for the next refresh, and what went wrong."""

    compared: int
    problems: tuple[Problem, ...] = ()
    left: int = 0

    def __str__(self) -> str:
        if not self.compared and not self.left:
            return "nothing new"
        left = f", left for the next refresh: {self.left:,}" if self.left else ""
        return f"pairs of versions compared anew: {self.compared:,}{left}"


@dataclass(frozen=True)
class _Pair:
    """What was found of two versions; nothing but `counted` when they share too little."""

    candidate: Candidate
    counted: Overlap
    decisions: pa.Table | None = None
    values: pa.Table | None = None
    metrics: list[Compared] = field(default_factory=list)


@dataclass
class _Walk:
    """What came of a model's pairs: those asked, the notes of all, how many hold, and how many were not looked at."""

    asked: list[_Pair] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)
    held: set[Versions] = field(default_factory=set)
    over: int = 0

    @property
    def compared(self) -> int:
        """How many had something to be compared."""
        return sum(one.decisions is not None for one in self.asked)

    @property
    def left(self) -> int:
        """How many are due at the next refresh."""
        return sum(stand == LEFT for stand in self.notes.values())


def compare_versions(draft: Draft, workspace: Workspace, engine: Engine, *, seconds: float = SECONDS) -> CompareResult:
    """Bring the part `compare` up to date with the logs. The parts `mlflow` and `profile` must be in the draft.

    After `seconds` no other pair is begun: what was said of those that are left stands until the next refresh, which
    takes their models first. Never raises for what concerns one model: what was said of it stands, and the next refresh
    tries again.
    """
    store, problems, compared, left = CompareStore(draft), list[Problem](), 0, 0
    until = time.monotonic() + seconds
    for model in sorted(store.models() - workspace.models.keys() - set(workspace.files)):
        with draft.transaction("compare"):
            store.forget(model)
    for model in sorted(workspace.models, key=lambda one: LEFT not in store.notes(one).values()):
        spec = workspace.models[model]
        try:
            logs = Logs(Source(draft, workspace, engine), model, spec)
            walk = _bring_up_to_date(draft, store, engine, spec, logs, until)
            compared, left = compared + walk.compared, left + walk.left
            problems += _too_many(workspace, model, walk.over)
        except FileProblem as problem:
            problems.append(say.file_problem(model, problem))
        except Exception as error:  # noqa: BLE001, whatever one model's log brings about must not stop the others
            problems.append(_failed(workspace, model, error))
    return CompareResult(compared, tuple(problems), left)


def _bring_up_to_date(
    draft: Draft, store: CompareStore, engine: Engine, spec: ModelSpec, logs: Logs, until: float
) -> _Walk:
    """Compare the pairs that are due, as far as there is time, and write them all at once."""
    before, there = store.notes(spec.model), set(store.pairs(spec.model))
    walk = _Walk()
    for one in candidates(draft, spec, logs, before):
        if len(walk.held) == MOST_PAIRS:
            walk.over += 1
            continue
        due = before.get(one.name) != one.stand
        late = due and time.monotonic() >= until
        walk.notes[one.name] = LEFT if late else one.stand
        holds = one.versions in there
        if due and not late:
            walk.asked.append(_compared(engine, spec, logs, one))
            holds = walk.asked[-1].decisions is not None
        if holds:
            walk.held.add(one.versions)
    if walk.notes != before:
        _write(draft, store, spec.model, walk, there)
    return walk


def _write(draft: Draft, store: CompareStore, model: str, walk: _Walk, there: set[Versions]) -> None:
    """What was found in place of what was there; pairs that do not hold any more are gone."""
    with draft.transaction("compare"):
        for versions in (there - walk.held) | {one.candidate.versions for one in walk.asked}:
            store.forget_pair(model, versions)
        for one in walk.asked:
            _put(store, model, one)
        store.keep_notes(model, walk.notes)


def _compared(engine: Engine, spec: ModelSpec, logs: Logs, one: Candidate) -> _Pair:
    log, outcomes = logs.asked
    files = logs.files(one.days)
    counted = engine.overlap(log, outcomes, files, one.days, one.versions)
    if counted.shared < MIN_SHARED:
        return _Pair(one, counted)
    first, second = by_time(engine.pairs(log, outcomes, files, one.days, one.versions, counted, ROWS))
    decided = decision_rows(first, second)
    metrics = list[Compared]()
    if log.task is not None:
        terms = terms_of(spec.value.model_dump() if spec.value else None)
        metrics = measure(log.task, terms, decided, scored=log.score is not None, predicted=log.prediction is not None)
    return _Pair(one, counted, decided, value_rows(log, first, second), metrics)


def _put(store: CompareStore, model: str, pair: _Pair) -> None:
    if pair.decisions is None:
        return
    versions, counted, rows = pair.candidate.versions, pair.counted, pair.decisions.num_rows
    labelled = rows - pair.decisions["outcome"].null_count
    row = (model, *versions, counted.first, counted.last, counted.shared, counted.labelled, rows, labelled)
    store.put_rows("version_pairs", [row])
    store.put("paired_decisions", model, versions, pair.decisions)
    if pair.values is not None:
        store.put("paired_values", model, versions, pair.values)
    store.put_rows("version_comparisons", comparison_rows(model, versions, pair.metrics))


def _too_many(workspace: Workspace, model: str, over: int) -> Iterable[Problem]:
    if over:
        yield say.log_problem(
            model,
            workspace.files.get(model, model),
            f"{MOST_PAIRS} pairs of versions are compared, champion and challenger first, then the newest; "
            f"{over:,} more decided on the same days.",
            severity="note",
            count=over,
        )


def _failed(workspace: Workspace, model: str, error: Exception) -> Problem:
    return say.log_problem(
        model,
        f"{workspace.files.get(model, model)} (decisions)",
        "The versions of the model could not be compared; what was said of them before stands.",
        severity="error",
        why=str(error).strip().partition("\n")[0] or type(error).__name__,
        next_step="It is tried again at the next refresh. Please report it, with what its log holds.",
    )
