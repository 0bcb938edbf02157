"""The part `ids` of a draft: which days have a decision with an id of some digest, so that it is found again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from typing import Any

import pyarrow as pa

from watchroom.store.draft import Draft
from watchroom.store.queries.logs import INDEXED_NOTE


class IdStore:
    """Reads and writes `decision_days`: what is written at once lies in the order of its digests, to skip by."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._connection = draft.connection

    def models(self) -> frozenset[str]:
        """The models that have an index."""
        return frozenset(row[0] for row in self._connection.execute(_MODELS).fetchall())

    def indexed(self, model: str) -> frozenset[date]:
        """The days whose ids are known. None when the rows are gone, as after the part was damaged."""
        note = self._draft.note(f"{INDEXED_NOTE}{model}")
        if not note or not self._connection.execute(_ANY, [model]).fetchall():
            return frozenset()
        with suppress(ValueError, TypeError):
            return frozenset(date.fromisoformat(day) for day in json.loads(note))
        return frozenset()

    def note(self, model: str, days: Iterable[date]) -> None:
        """Say which days of a model are indexed."""
        kept = json.dumps([day.isoformat() for day in sorted(days)])
        if kept != self._draft.note(f"{INDEXED_NOTE}{model}"):
            self._draft.keep_note(f"{INDEXED_NOTE}{model}", kept)

    def forget(self, model: str) -> None:
        """Remove the index of a model."""
        self._draft.writable("ids")
        self._connection.execute("delete from ids.decision_days where model = ?", [model])
        self.note(model, ())

    def replace(self, model: str, gone: Iterable[date], found: Iterable[pa.RecordBatchReader]) -> int:
        """Remove the rows of some days and put in others, in one transaction; returns how many came.

        What raises while `found` is read leaves the index as it was.
        """
        with self._draft.transaction("ids"):
            self._connection.execute(_DELETE, {"model": model, "days": sorted(gone)})
            inserted = sum(self._insert(model, reader) for reader in found)
        return inserted

    def _insert(self, model: str, reader: pa.RecordBatchReader) -> int:
        self._connection.register("ids_given", reader)
        try:
            answer: Any = self._connection.execute(_INSERT, {"model": model}).fetchone()
        finally:
            self._connection.unregister("ids_given")
        return int(answer[0])


_MODELS = "select distinct model from ids.decision_days"

_ANY = "select 1 from ids.decision_days where model = ? limit 1"

_DELETE = "delete from ids.decision_days where model = $model and day in (select unnest($days::date[]))"

_INSERT = "insert into ids.decision_days select $model, digest, day from ids_given order by digest, day"
