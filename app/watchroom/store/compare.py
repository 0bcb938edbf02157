"""The part `compare` of a draft: which pairs of versions are held against each other, and what comes anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from watchroom.store.draft import Draft
from watchroom.store.schema import tables_of

Versions = tuple[int, int]
"""The older version and the newer."""

LEFT = ""
"""The note of a pair that there was no time for: no digest is empty."""


def pair_name(versions: Versions) -> str:
    """What the note of a pair is called."""
    return f"{versions[0]} {versions[1]}"


class CompareStore:
    """Reads and writes what versions are compared by. Write inside `Draft.transaction("compare")`."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._connection = draft.connection

    def models(self) -> frozenset[str]:
        """The models of which anything is held, be it a note."""
        rows = self._connection.execute("select distinct model from compare.compare_notes").fetchall()
        return frozenset(row[0] for row in rows)

    def notes(self, model: str) -> Mapping[str, str]:
        """What the model's pairs were compared with, by the pair's name."""
        rows = self._connection.execute("select key, value from compare.compare_notes where model = ?", [model])
        return dict(rows.fetchall())

    def looked_at(self) -> tuple[tuple[str, Versions], ...]:
        """The pairs of all models that were looked at, whether they share decisions or not; in a fixed order."""
        rows = self._connection.execute(
            "select model, key from compare.compare_notes where value <> ? order by all", [LEFT]
        ).fetchall()
        return tuple(
            (model, (int(first), int(second))) for model, (first, second) in ((m, k.split(" ")) for m, k in rows)
        )

    def keep_notes(self, model: str, notes: Mapping[str, str]) -> None:
        """Keep these notes of the model, in place of all it had."""
        self._connection.execute("delete from compare.compare_notes where model = ?", [model])
        self._draft.insert("compare_notes", [(model, key, value) for key, value in notes.items()])

    def forget(self, model: str) -> None:
        """Remove all that is held of a model."""
        for table in tables_of("compare"):
            self._connection.execute(f'delete from compare."{table.name}" where model = ?', [model])

    def forget_pair(self, model: str, versions: Versions) -> None:
        """Remove a pair; the notes stay."""
        for table in tables_of("compare"):
            if "version_a" in table.column_names:
                self._connection.execute(
                    f'delete from compare."{table.name}" where model = ? and version_a = ? and version_b = ?',
                    [model, *versions],
                )

    def pairs(self, model: str) -> tuple[Versions, ...]:
        """The pairs that are held."""
        rows = self._connection.execute(
            "select version_a, version_b from compare.version_pairs where model = ? order by all", [model]
        ).fetchall()
        return tuple((int(first), int(second)) for first, second in rows)

    def put(self, table: str, model: str, versions: Versions, rows: pa.Table) -> None:
        """Append rows that name neither model nor versions, with the other columns of the table by their names."""
        self._connection.register("pairs_given", rows)
        try:
            self._connection.execute(
                f'insert into compare."{table}" by name select ? as model, ? as version_a, ? as version_b, * '
                "from pairs_given",
                [model, *versions],
            )
        finally:
            self._connection.unregister("pairs_given")

    def put_rows(self, table: str, rows: Sequence[Sequence[Any]]) -> None:
        """Append whole rows, in the order of the schema's columns."""
        self._draft.insert(table, rows)
