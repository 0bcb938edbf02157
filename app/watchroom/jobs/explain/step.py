"""The explain step: for each version with decisions a sample of every month, and of the reference, is explained.

Only what is new is explained again. Versions come one by one; one that cannot be explained keeps what was known of it,
says why, and costs the others nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date
from typing import Any

from watchroom.errors import ExplainError, ModelRefused, WatchroomError
from watchroom.explain.contract import Limits
from watchroom.jobs.explain.logs import Logs, Source, inputs_of
from watchroom.jobs.explain.version import Samples, Tools, Version, named
from watchroom.jobs.explain.weights import fill_changes
from watchroom.jobs.profile.champions import champions_of
from watchroom.jobs.profile.step import Touched
from watchroom.sources.decisions.contract import SINGLES, Engine
from watchroom.sources.tracking.contract import Problem, TrackingSource
from watchroom.store.draft import Draft
from watchroom.store.explain import ExplainStore
from watchroom.workspace.load import Workspace
from watchroom.workspace.model_file import ModelSpec


@dataclass(frozen=True)
class ExplainResult:
    """How many rows of how many versions were explained, what went wrong, and whose files are needed."""

    rows: int
    versions: int
    problems: tuple[Problem, ...]
    files: frozenset[str]
    """The folders of model files that are in use: the others may go once this is published."""

    def __str__(self) -> str:
        return f"rows explained: {self.rows:,} of {self.versions:,} versions" if self.rows else "nothing new"


@dataclass
class _Found:
    rows: int = 0
    versions: int = 0
    problems: list[Problem] = field(default_factory=list)


def explain_models(
    draft: Draft,
    workspace: Workspace,
    sources: tuple[Engine, TrackingSource],
    touched: Mapping[str, Touched],
    limits: Limits,
    *,
    progress: Callable[[str], None] = lambda _: None,
) -> ExplainResult:
    """Bring what is explained in the part `explain` up to date with the logs, the registry and the models' files.

    `touched` says what of the profiles has changed in this refresh. The parts `mlflow`, `profile` and `room` must be
    there. Never raises for what concerns one model.
    """
    engine, tracking = sources
    store, found = ExplainStore(draft), _Found()
    tools = Tools(draft, store, tracking, limits)
    explained = _with_decisions(draft)
    for model, version in sorted(store.versions() - explained):
        if _is_gone(workspace, model):
            with store.transaction():
                store.forget(model, version)
    for model, spec in workspace.models.items():
        versions = sorted(version for name, version in explained if name == model)
        if spec.decisions is None or not versions:
            continue
        progress(model)
        try:
            logs = Logs(Source(draft, workspace, engine), model, spec)
            _Model(tools, spec, logs, versions, touched.get(model)).explain(found)
        except Exception as error:  # noqa: BLE001, whatever one model's log brings about must not stop the others
            found.problems.append(_problem(model, None, error))
    return ExplainResult(found.rows, found.versions, tuple(found.problems), frozenset(_files_in_use(draft)))


_DECIDED = """
    select distinct p.model, p.version from profile.volume p
    join mlflow.model_versions v on v.name = p.model and v.version = p.version
    where p.decisions > 0
"""


def _with_decisions(draft: Draft) -> set[tuple[str, int]]:
    """The versions of the registry that have made decisions."""
    return set(draft.connection.execute(_DECIDED).fetchall())


def _is_gone(workspace: Workspace, model: str) -> bool:
    """Whether the model's file is away, and not merely mistaken."""
    broken = {error.file for error in workspace.problems}
    return model in workspace.models or not broken


def _files_in_use(draft: Draft) -> set[str]:
    rows = draft.connection.execute("select distinct value from explain.explain_notes where key = 'files'").fetchall()
    return {row[0] for row in rows}


class _Model:
    """One model's versions in one refresh."""

    def __init__(
        self, tools: Tools, spec: ModelSpec, logs: Logs, versions: Sequence[int], touched: Touched | None
    ) -> None:
        self._tools, self._spec, self._logs, self._versions = tools, spec, logs, versions
        self._days: frozenset[date] | None = frozenset()
        self._recounted = frozenset[date]()
        if touched is not None:
            self._days = None if touched.whole else touched.days | touched.outcome_days
            self._recounted = touched.days

    def explain(self, found: _Found) -> None:
        """Explain what is new of each version."""
        samples = Samples(self._logs, self._inputs())
        champions = champions_of(self._tools.draft, self._spec.model).champions
        changed: dict[int, set[date]] = {}
        for number in self._versions:
            version = Version(self._tools, self._spec, number, samples)
            if version.due(self._days):
                self._one(version, number, found)
                changed[number] = version.changed
            else:
                found.problems += self._said_before(number)
        fill_changes(self._tools.store, self._spec.model, changed, champions)

    def _inputs(self) -> tuple[str, ...]:
        """What the versions' signatures name; every column of the log where some version has no signature."""
        signatures = [inputs_of(self._tools.draft, self._spec.model, version) for version in self._versions]
        named = [name for signature in signatures for name in signature]
        more = self._logs.columns() if not all(signatures) else ()
        reserved = set(SINGLES.names)
        return tuple(name for name in dict.fromkeys((*named, *more)) if name not in reserved)

    def _one(self, version: Version, number: int, found: _Found) -> None:
        model, store = self._spec.model, self._tools.store
        try:
            rows = version.explain(self._days, self._recounted, lambda: self._status(number, version))
        except Exception as error:  # noqa: BLE001, whatever one version brings about must not stop the others
            found.problems.append(_problem(model, number, error))
            with store.transaction():
                version.note_failure(lasting=isinstance(error, ExplainError))
                store.set_status(self._status_of_failure(number, error))
            return
        found.rows += rows
        found.versions += 1 if rows else 0
        found.problems += _left_out(model, number, version.left_out)

    def _status(self, number: int, version: Version) -> dict[str, Any]:
        model, store, loaded = self._spec.model, self._tools.store, version.loaded
        rows, reference_rows, _ = store.counts(model, number)
        before = store.status(model, number) or {"flavor": None, "method": None, "space": None, "note": ""}
        said = {**before} if loaded is None else {
            "flavor": loaded.flavor, "method": loaded.method, "space": loaded.space, "note": loaded.note
        }  # fmt: skip
        now = self._tools.draft.made_at.astimezone(UTC).replace(tzinfo=None)
        return {
            **said, "model": model, "version": number, "status": "explained", "rows": rows,
            "reference_rows": reference_rows, "what": "", "why": "", "next_step": "",
            "explained_at": before.get("explained_at") if loaded is None else now,
        }  # fmt: skip

    def _status_of_failure(self, number: int, error: Exception) -> dict[str, Any]:
        model, store = self._spec.model, self._tools.store
        rows, reference_rows, _ = store.counts(model, number)
        what, why, next_step = _words(error)
        status = "partial" if rows else "refused" if isinstance(error, ModelRefused) else "failed"
        return {
            **store.status(model, number), "model": model, "version": number, "status": status, "rows": rows,
            "reference_rows": reference_rows, "what": what, "why": why, "next_step": next_step,
        }  # fmt: skip

    def _said_before(self, number: int) -> list[Problem]:
        """What went wrong at an earlier refresh and still holds."""
        left_out = json.loads(self._tools.store.notes(self._spec.model, number).get("left_out", "{}"))
        row = self._tools.store.status(self._spec.model, number)
        if not row or not row["what"]:
            return _left_out(self._spec.model, number, left_out)
        error = ExplainError(row["what"], why=row["why"] or "", next_step=row["next_step"] or "")
        return [_problem(self._spec.model, number, error), *_left_out(self._spec.model, number, left_out)]


def _left_out(model: str, version: int, months: Mapping[str, Sequence[Any]]) -> list[Problem]:
    """What is said of the rows that lack an input, by month and in all."""
    if not months:
        return []
    n = sum(count for count, _ in months.values())
    names = sorted({name for _, some in months.values() for name in some})
    error = ExplainError(
        f"{n:,} decisions of the samples are not explained: their files have no column {named(names)}.",
        why=f"Of the months {', '.join(month[:7] for month in sorted(months)[:12])}.",
        next_step="Log every input under the name that the model's signature gives it.",
    )
    return [_problem(model, version, error)]


def _words(error: Exception) -> tuple[str, str, str]:
    if isinstance(error, WatchroomError):
        return error.what, error.why, error.next_step
    why = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return "The decisions could not be explained.", f"{type(error).__name__}: {why}", ""


def _problem(model: str, version: int | None, error: Exception) -> Problem:
    what, why, next_step = _words(error)
    place = f"{model} (explanations)" if version is None else f"{model}, version {version} (explanations)"
    return Problem(
        "log",
        "warning",
        place,
        what,
        why=why,
        next_step=next_step or "It is tried again when there is something new.",
        model=model,
    )
