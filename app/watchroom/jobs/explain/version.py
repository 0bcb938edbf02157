"""One model version in one refresh: which rows are new in the sample, what explains them, what is written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from watchroom.errors import ExplainError
from watchroom.explain.contract import Explained, Limits, Loaded
from watchroom.explain.process import Explainer
from watchroom.jobs.explain.files import background_path, fetch, folder_name, keep_background
from watchroom.jobs.explain.logs import Logs, inputs_of, month_of
from watchroom.jobs.explain.rows import decision_rows, value_rows
from watchroom.jobs.explain.weights import fill_weights
from watchroom.jobs.model_locations import location_of
from watchroom.sources.decisions.contract import id_digest, lacking_of
from watchroom.sources.tracking.contract import TrackingSource
from watchroom.store.draft import Draft
from watchroom.store.explain import ExplainStore, Held, Month, MonthUpdate
from watchroom.workspace.model_file import ModelSpec

RULES = "1"
"""Raised when the same rows would be explained otherwise: everything is then explained anew."""

ROWS_AT_ONCE = 50_000
"""Rows of one request: the faster method gains from many, and the answer is some megabytes."""


@dataclass(frozen=True)
class Tools:
    """What all versions share."""

    draft: Draft
    store: ExplainStore
    tracking: TrackingSource
    limits: Limits


@dataclass
class Samples:
    """The sampled rows of a model's months, each month read once for all its versions."""

    logs: Logs
    inputs: tuple[str, ...]
    _months: dict[date, pa.Table] = field(default_factory=dict)

    def of(self, version: int, month: date) -> pa.Table:
        """The version's rows of the month, in the order of the digest of their ids."""
        if month not in self._months:
            days = frozenset(day for held in self.logs.days.values() for day in held if month_of(day) == month)
            self._months[month] = self.logs.sample(self.inputs, month, days)
        found = self._months[month]
        return _by_digest(found.filter(pc.equal(found["@version"], version)))


@dataclass
class _New:
    """Rows that have no explanation yet, of a month or of the reference, with the row numbers that they will have."""

    month: Month
    sample: pa.Table
    rows: list[int]
    update: MonthUpdate


class Version:
    """What is to be done for one version, and the doing."""

    def __init__(self, tools: Tools, spec: ModelSpec, version: int, samples: Samples) -> None:
        self._tools, self._spec, self._version, self._samples = tools, spec, version, samples
        self._store, self._model = tools.store, spec.model
        self.notes = tools.store.notes(spec.model, version)
        self._location = location_of(tools.draft, spec.model, version)
        self._inputs = inputs_of(tools.draft, spec.model, version)
        self.stand = self._stand()
        self.anew = self.notes.get("stand") != self.stand
        self.loaded: Loaded | None = None
        self.left_out: dict[str, list[Any]] = json.loads(self.notes.get("left_out", "{}"))
        """By month, how many sampled rows cannot be explained, and the inputs that their files have no column of."""
        self.changed = set[date]()
        """After `explain`: the months whose values are not what they were."""

    def _stand(self) -> str:
        logs = self._samples.logs
        explain = self._spec.explain.model_dump(mode="json")
        return _digest([RULES, self._location, explain, self._spec.task, self._inputs, logs.notes.get("log")])

    def due(self, touched: frozenset[date] | None) -> bool:
        """Whether there is anything to do. `touched` are the days that changed; None for all of them."""
        if touched is None:
            return True
        if self.notes.get("failed") == self._failed():
            return bool(self._touched_months(touched))
        if self.anew or "failed" in self.notes or not self._has_files() or self._background_lost():
            return True
        gone = self._store.months(self._model, self._version) - {None} - self._months
        return bool(self._touched_months(touched) or gone or self._months - self._seen() or self._reference_due())

    @property
    def _days(self) -> frozenset[date]:
        return self._samples.logs.days.get(self._version, frozenset())

    @property
    def _months(self) -> set[date]:
        """The months in which the version has decided."""
        return {month_of(day) for day in self._days}

    def _touched_months(self, touched: Iterable[date]) -> set[date]:
        """Its months, those it had and those it has, with a day that changed: also one whose decisions are gone."""
        held = self._store.months(self._model, self._version) | self._months
        return {month_of(day) for day in touched} & held

    def _failed(self) -> str:
        """What a failure that lasts rests on: another limit may be enough."""
        return _digest([self.stand, self._tools.limits.seconds, self._tools.limits.memory_mb])

    def _has_files(self) -> bool:
        return self._location is None or (self._store_folder.models / self._folder_name()).is_dir()

    def _folder_name(self) -> str:
        return folder_name(self._model, self._version, self.stand)

    def _seen(self) -> set[Month]:
        """The months that were looked at, also those of which no row could be explained."""
        looked_at = {date.fromisoformat(month) for month in json.loads(self.notes.get("months", "{}"))}
        return self._store.months(self._model, self._version) | looked_at

    def _is_other(self, month: date) -> bool:
        """Whether the month's decisions are others than when it was last explained."""
        before = json.loads(self.notes.get("months", "{}"))
        return bool(before.get(month.isoformat()) != self._samples.logs.stands.get(month))

    def _reference_due(self) -> bool:
        return self.notes.get("reference") != self._samples.logs.notes.get("reference", "")

    def explain(
        self, touched: frozenset[date] | None, recounted: frozenset[date], status: Callable[[], dict[str, Any]]
    ) -> int:
        """Explain what is new, and write it; how many rows that were.

        `status` gives the version's row of `explanations` once its rows are written, in one go with them. `recounted`
        are the days whose decisions may be others than before; `touched` those and the days with new
        outcomes, None for all. Raises ExplainError, and what keeps the log from being read; then nothing is written.
        """
        name, folder = self._files()
        whole = self.anew
        if touched is None or "failed" in self.notes:
            # All was counted anew, as after a change of the reference, or the days that an earlier refresh could not
            # explain are not known any more: most rows are what they were.
            touched = self._days
            recounted = frozenset(day for day in self._days if self._is_other(month_of(day)))
        lost = self._background_lost()
        reference = self._reference() if whole or lost or self._reference_due() else None
        months = self._months if whole else self._due_months(touched)
        background = self._background(reference, months)
        if background is not None and self._is_compared() and _digest_of(background) != self.notes.get("background"):
            whole, months = True, self._months  # what is compared with is another: so are the values of all rows
            reference = self._reference() if reference is None else reference
        self.left_out = {} if whole else self.left_out
        work = self._new(months, recounted, whole=whole, reference=reference)
        new = [one for one in work if len(one.rows)]
        if self.left_out and not any(one.rows for one in work if one.month) and not self._has_rows():
            raise _lacks_inputs(sorted({name for _, names in self.left_out.values() for name in names}))
        if new:
            used = background if background is not None else self._kept_background(name)
            limits = self._tools.limits
            with Explainer.start(
                folder, task=self._spec.task, trust=self._spec.explain.trust, background=used, limits=limits
            ) as explainer:
                self.loaded = explainer.loaded
                self._check_inputs(months)
                if not self._inputs:  # no signature named them, so that nobody could tell which rows lack one
                    self._inputs = tuple(one.name for one in explainer.loaded.inputs)
                    work = self._new(months, recounted, whole=whole, reference=reference)
                    new = [one for one in work if len(one.rows)]
                self._fill(explainer, new)
        if background is not None:
            keep_background(self._store_folder, name, background)
        with self._store.transaction():
            self._write(work, whole=whole, redone=reference is not None)
            self._note(name, background)
            self._store.set_status(status())
        return sum(len(one.rows) for one in new)

    @property
    def _store_folder(self) -> Any:
        return self._tools.draft.folder

    def _files(self) -> tuple[str, Any]:
        if self._location is None:
            raise ExplainError(
                "The registry does not say where the model's files are.",
                next_step="Register the version from a logged model.",
            )
        name = self._folder_name()
        again = self.anew or "failed" in self.notes
        return name, fetch(self._store_folder, self._tools.tracking, name, self._location, again=again)

    def _reference(self) -> pa.Table | None:
        return self._samples.logs.reference(self._samples.inputs, self._version)

    def _is_compared(self) -> bool:
        """Whether the values rest on rows that they are compared with, as far as that is known."""
        return not self.anew and self.notes.get("method") != "tree"

    def _background(self, reference: pa.Table | None, months: set[date]) -> pa.Table | None:
        """The rows to compare with: the first of the reference; without one, of the first month. None: as before."""
        rows = self._spec.explain.background
        if reference is not None:
            return self._only_inputs(reference.slice(0, rows))
        first = min(self._months, default=None)
        known = self.notes.get("background_of") == str(first) and first not in months and not self._background_lost()
        if first is None or (self.notes.get("background") and not self.anew and (known or self._refers())):
            return None
        return self._only_inputs(self._samples.of(self._version, first).slice(0, rows))

    def _background_lost(self) -> bool:
        """Whether the rows that the method compares with are not in the store any more."""
        is_compared = self.notes.get("method", "tree") not in ("tree", "")
        return is_compared and not background_path(self._store_folder, self._folder_name()).exists()

    def _refers(self) -> bool:
        """Whether the kept background is of a reference."""
        return self.notes.get("background_of") == "reference"

    def _only_inputs(self, rows: pa.Table) -> pa.Table:
        wanted = self._inputs or tuple(name for name, _ in self._samples.logs.asked[0].features)
        return rows.select([name for name in wanted if name in rows.column_names])

    def _kept_background(self, name: str) -> pa.Table | None:
        path = background_path(self._store_folder, name)
        if not path.exists():
            return None
        with pa.memory_map(str(path)) as file:
            return pa.ipc.open_file(file).read_all()

    def _due_months(self, touched: frozenset[date]) -> set[date]:
        return (self._touched_months(touched) & self._months) | (self._months - self._seen())

    def _check_inputs(self, months: set[date]) -> None:
        assert self.loaded is not None
        days = frozenset(day for day in self._days if month_of(day) in months)
        names = [one.name for one in self.loaded.inputs]
        lacking = self._samples.logs.lacking(names, days) if days else []
        if lacking:
            raise _lacks_inputs(lacking)

    def _has_rows(self) -> bool:
        return bool(self._store.months(self._model, self._version) - {None})

    def _new(
        self, months: set[date], recounted: frozenset[date], *, whole: bool, reference: pa.Table | None
    ) -> list[_New]:
        """What is to be written: rows that come, rows that go, outcomes that have become known."""
        numbers = _Numbers(-1 if whole else self._store.last_row(self._model, self._version))
        work = []
        if reference is not None:
            # The reference is explained whole when it has changed; its rows have no ids to know them by.
            rows = self._cut(reference)
            work.append(_New(None, rows, numbers.take(rows.num_rows), MonthUpdate(None)))
        for month in sorted(months):
            held = {} if whole else self._store.held(self._model, self._version, month)
            work.append(self._new_of(month, held, recounted, numbers))
        return work

    def _new_of(self, month: date, held: Mapping[str, Held], recounted: frozenset[date], numbers: _Numbers) -> _New:
        sample = self._cut(self._whole_rows(month))
        ids, outcomes = sample["@id"].to_pylist(), sample["@outcome"].to_pylist()
        times = sample["@decided_at"].to_pylist()
        fresh = np.array(
            [one not in held or held[one].is_other(at, recounted) for one, at in zip(ids, times, strict=True)],
            dtype=np.bool_,
        )
        stays = {one for one, is_new in zip(ids, fresh, strict=True) if not is_new}
        told = {
            held[one].row: outcome
            for one, outcome in zip(ids, outcomes, strict=True)
            if one in stays and held[one].outcome != outcome
        }
        gone = tuple(one.row for key, one in held.items() if key not in stays)
        new = sample.filter(pa.array(fresh))
        rows = [held[one].row if one in held else numbers.next() for one in new["@id"].to_pylist()]
        return _New(month, new, rows, MonthUpdate(month, gone, outcomes=told))

    def _whole_rows(self, month: date) -> pa.Table:
        """The month's sample without the rows whose file has no column of an input: that is not a missing value."""
        sample = self._samples.of(self._version, month)
        lacking = [set(lacking_of(text)) & set(self._inputs) for text in sample["@lacking"].to_pylist()]
        self.left_out.pop(month.isoformat(), None)
        if any(lacking):
            names = sorted(set().union(*lacking))
            self.left_out[month.isoformat()] = [sum(map(bool, lacking)), names]
        return sample.filter(pa.array([not one for one in lacking], pa.bool_()))

    def _cut(self, sample: pa.Table) -> pa.Table:
        """As many rows as the method is to be given, as far as that is known from an earlier refresh."""
        most = self.notes.get("most_rows") if not self.anew else None
        return sample.slice(0, int(most)) if most else sample

    def _fill(self, explainer: Explainer, work: list[_New]) -> None:
        assert self.loaded is not None
        most = self.loaded.most_rows
        for one in work:
            if most is not None and len(one.rows) > most:
                one.sample, one.rows = one.sample.slice(0, most), one.rows[:most]
        answers = _explained(explainer, [one.sample for one in work])
        groups = self._samples.logs.asked[0].groups
        for one, answer in zip(work, answers, strict=True):
            about = (self._model, self._version, one.month, one.sample, answer, one.rows)
            one.update.decisions = decision_rows(*about)
            one.update.values = value_rows(*about, self.loaded.inputs, groups)

    def _write(self, work: Sequence[_New], *, whole: bool, redone: bool) -> None:
        store, key = self._store, (self._model, self._version)
        if whole:
            store.forget(*key)
        elif redone:
            store.forget_rows(*key, None)
        gone = {month for month in store.months(*key) if month is not None} - self._months
        for month in gone:
            store.forget_rows(*key, month)
        for one in work:
            if one.update.changes:
                store.write(*key, one.update)
        changed = {one.month for one in work if one.update.gone or one.rows}
        if changed or gone:
            fill_weights(self._tools.draft, store, *key, sorted(changed | gone, key=str))
        every = store.months(*key) if redone or whole else changed
        self.changed = {month for month in every | gone if month is not None}

    def _note(self, name: str, background: pa.Table | None) -> None:
        digest = _digest_of(background) if background is not None else self.notes.get("background", "")
        loaded = self.loaded
        method = loaded.method if loaded else self.notes.get("method", "")
        most = (str(loaded.most_rows) if loaded.most_rows else "") if loaded else self.notes.get("most_rows", "")
        self.notes = {
            "stand": self.stand,
            "reference": self._samples.logs.notes.get("reference", ""),
            "background": digest,
            "background_of": self._background_of(background),
            "files": name,
            "trust": "true" if self._spec.explain.trust else "false",
            "task": self._spec.task or "",
            "method": method,
            "most_rows": most,
            "left_out": json.dumps(self.left_out),
            "months": json.dumps({month.isoformat(): stand for month, stand in self._samples.logs.stands.items()}),
        }
        self._store.set_notes(self._model, self._version, self.notes)

    def _background_of(self, background: pa.Table | None) -> str:
        if background is None:
            return self.notes.get("background_of", "")
        has_one = self._samples.logs.refers(self._version)
        return "reference" if has_one else str(min(self._months, default=None))

    def note_failure(self, *, lasting: bool) -> None:
        """Keep that it failed: it is tried again at the next refresh, or, when that would help nobody, when it changes.

        What a `lasting` failure rests on is the model itself and the days that were to be explained.
        """
        kept = {**self.notes, "failed": self._failed() if lasting else ""}
        self._store.set_notes(self._model, self._version, kept)


class _Numbers:
    """Row numbers that nobody has yet."""

    def __init__(self, last: int) -> None:
        self._last = last

    def next(self) -> int:
        self._last += 1
        return self._last

    def take(self, n: int) -> list[int]:
        return [self.next() for _ in range(n)]


def _explained(explainer: Explainer, samples: Sequence[pa.Table]) -> list[Explained]:
    """What explains each of some tables, asked for together where they have the same columns."""
    found: list[Explained] = []
    for batch in _batches(samples):
        together = pa.concat_tables(batch) if len(batch) > 1 else batch[0]
        answer, at = explainer.explain(together), 0
        for one in batch:
            found.append(_part(answer, at, at + one.num_rows))
            at += one.num_rows
    return found


def _batches(samples: Sequence[pa.Table]) -> Iterator[list[pa.Table]]:
    batch: list[pa.Table] = []
    for one in samples:
        rows = sum(table.num_rows for table in batch)
        if batch and (rows + one.num_rows > ROWS_AT_ONCE or one.schema != batch[0].schema):
            yield batch
            batch = []
        batch.append(one)
    if batch:
        yield batch


def _part(whole: Explained, start: int, stop: int) -> Explained:
    at = slice(start, stop)
    return Explained(
        whole.features, whole.values[at], whole.base[at], whole.output[at], whole.score[at], whole.klass[at]
    )


def _by_digest(rows: pa.Table) -> pa.Table:
    """In the order of the digest of their ids: the first n are then the sample of n."""
    keys = [(id_digest(one), one) for one in rows["@id"].to_pylist()]
    return rows.take(pa.array(sorted(range(len(keys)), key=keys.__getitem__), pa.int64()))


def _lacks_inputs(names: Sequence[str]) -> ExplainError:
    return ExplainError(
        f"The decision log lacks inputs of the model: {named(names)}.",
        why="The model cannot be asked again without them.",
        next_step="Log every input under the name that the model's signature gives it.",
    )


def named(names: Sequence[str]) -> str:
    """Some names in a sentence."""
    return ", ".join(f"`{name}`" for name in names[:5]) + (" and others" if len(names) > 5 else "")


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()


def _digest_of(rows: pa.Table) -> str:
    """A digest of the rows themselves, not of how they are laid out."""
    with suppress(pa.ArrowInvalid):
        rows = rows.combine_chunks()
    return _digest([rows.column_names, rows.to_pylist()])
