"""The rows that are to be explained: a sample of a model's decisions by month, and of its reference.

What the logs hold is taken from the profile step, which has just read them: no file is listed or surveyed again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from watchroom.domain.signature import named_inputs
from watchroom.errors import ExplainError
from watchroom.sources.decisions.contract import DecisionLog, Engine, Files, FileShape, LogFile, OutcomeLog
from watchroom.sources.decisions.written import from_json
from watchroom.store.draft import Draft
from watchroom.workspace.load import Workspace
from watchroom.workspace.model_file import ModelSpec, ReferencePeriod


@dataclass(frozen=True)
class Source:
    """Where rows come from: the draft that knows the files, the workspace that they lie in, and who reads them."""

    draft: Draft
    workspace: Workspace
    engine: Engine


class Logs:
    """One model's logs, as the profile step has left them in the draft."""

    def __init__(self, source: Source, model: str, spec: ModelSpec) -> None:
        self._source, self._model, self._spec = source, model, spec
        self._shapes: dict[str, FileShape] = {}

    @cached_property
    def notes(self) -> Mapping[str, str]:
        """What the profile step noted of the model."""
        return dict(self._rows("select key, value from profile.profile_notes where model = ?"))

    @cached_property
    def asked(self) -> tuple[DecisionLog, OutcomeLog | None]:
        """What the columns are called. Raises ExplainError when the log has not been counted."""
        if "asked" not in self.notes:
            raise ExplainError("The model's log has not been counted yet.", next_step="Run `watchroom refresh`.")
        return from_json(self.notes["asked"])

    @cached_property
    def days(self) -> Mapping[int, frozenset[date]]:
        """The days with decisions, by version."""
        found: dict[int, set[date]] = {}
        for version, day in self._rows(
            "select version, day from profile.volume where model = ? and decisions > 0 order by version"
        ):
            found.setdefault(version, set()).add(day)
        return {version: frozenset(days) for version, days in found.items()}

    @cached_property
    def stands(self) -> Mapping[date, str]:
        """A digest of the decisions of each month, which changes with any used value of them."""
        found: dict[date, list[str]] = {}
        query = "select day, digest from profile.log_days where model = ? and kind = 'decisions' order by day, digest"
        for day, digest in self._rows(query):
            found.setdefault(month_of(day), []).append(digest)
        return {month: hashlib.sha256(" ".join(digests).encode()).hexdigest()[:16] for month, digests in found.items()}

    def lacking(self, names: Iterable[str], days: frozenset[date]) -> list[str]:
        """Those of the columns that no file of these days has."""
        there = {column for shape in self.files(days).decisions for column, _ in shape.columns}
        return [name for name in names if name not in there]

    def columns(self) -> tuple[str, ...]:
        """Every column of the decision files, each once."""
        shapes = self.files(frozenset(day for held in self.days.values() for day in held)).decisions
        return tuple(dict.fromkeys(column for shape in shapes for column, _ in shape.columns))

    def sample(self, inputs: Sequence[str], month: date, days: frozenset[date]) -> pa.Table:
        """At most `rows_per_month` decisions of each version on these days of a month; see `Engine.sample`."""
        log, told = self._asked_for(inputs)
        return self._source.engine.sample(log, told, self.files(days), days, self._spec.explain.rows_per_month)

    def reference(self, inputs: Sequence[str], version: int) -> pa.Table | None:
        """At most `rows_per_month` rows of what the version is compared with; None without a reference."""
        whose = self._whose(version)
        if whose is None:
            return None
        log, told = self._asked_for(inputs)
        rows = self._spec.explain.rows_per_month
        given = self._spec.reference
        if isinstance(given, ReferencePeriod):
            days = frozenset(day for held in self.days.values() for day in held if given.start <= day <= given.end)
            found = self._source.engine.sample(log, told, self.files(days), days, rows, by_month=False)
        else:
            shapes = [self._shape(file) for file in self._log_files("reference")]
            found = self._source.engine.sample_table([one for one in shapes if one.columns], rows, log.version)
        own = found if whose == 0 else found.filter(pc.equal(found["@version"], whose))
        return own.slice(0, rows)

    def refers(self, version: int) -> bool:
        """Whether the version has a reference to be compared with."""
        return self._whose(version) is not None

    def _whose(self, version: int) -> int | None:
        """Whose rows the version is compared with; 0 for all together, None for none."""
        found = self._source.draft.connection.execute(
            "select from_version from profile.profile_references where model = ? and version = ?",
            [self._model, version],
        ).fetchall()
        return (found[0][0] or 0) if found else None

    def _asked_for(self, inputs: Sequence[str]) -> tuple[DecisionLog, OutcomeLog | None]:
        """The log with the model's inputs among its features, also those that nobody watches."""
        log, told = self.asked
        known = {name for name, _ in log.features}
        more = tuple((name, "category") for name in inputs if name not in known)
        return replace(log, features=(*log.features, *more)), told  # type: ignore[arg-type]

    def files(self, days: frozenset[date]) -> Files:
        """The files that hold decisions of these days, and outcomes of them."""
        query = "select path, day from profile.log_days where model = ? and kind = '{}' order by path"
        paths: dict[str, set[str]] = {}
        for kind in ("decisions", "outcomes"):
            paths[kind] = {path for path, day in self._rows(query.format(kind)) if day in days}
        decisions, outcomes = (
            tuple(self._shape(file) for file in self._log_files(kind) if file.shown in paths[kind])
            for kind in ("decisions", "outcomes")
        )
        return Files(decisions, outcomes)

    def _log_files(self, kind: str) -> list[LogFile]:
        query = (
            f"select path, size, modified_ns from profile.log_files where model = ? and kind = '{kind}' order by path"
        )
        root = self._source.workspace.folder
        return [LogFile(_address(root, path), path, size, modified) for path, size, modified in self._rows(query)]

    def _shape(self, file: LogFile) -> FileShape:
        if file.shown not in self._shapes:
            self._shapes[file.shown] = self._source.engine.shape(file)
        return self._shapes[file.shown]

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        return self._source.draft.connection.execute(query, [self._model]).fetchall()


def _address(root: Path, shown: str) -> str:
    """Where a file lies that is shown relative to the workspace, or by its address."""
    return shown if "://" in shown else str(root.absolute() / shown)


def month_of(day: date) -> date:
    """The first day of its month."""
    return day.replace(day=1)


def last_day_of(month: date) -> date:
    """The last day of the month that begins so."""
    return (month + timedelta(31)).replace(day=1) - timedelta(1)


def inputs_of(draft: Draft, model: str, version: int) -> tuple[str, ...]:
    """The inputs that the version's signature names; empty when it names none."""
    rows = draft.connection.execute(
        "select signature_inputs from mlflow.model_versions where name = ? and version = ?", [model, version]
    ).fetchall()
    return named_inputs(rows[0][0]) if rows else ()
