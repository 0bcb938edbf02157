"""Rows on their way from a source to the store: collected one by one, handed over as Arrow tables.

Shared by the sources that meet runs one at a time; it knows the contract's schemas and nothing of MLflow's formats.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from watchroom.sources.tracking.contract import CATALOG_TABLES, RUN_TABLES, Catalog, ChangedRuns

BATCH_RUNS = 2_000
"""Runs handed over together: large enough for DuckDB's appends, small enough for a batch to fit in memory."""

BATCH_POINTS = 500_000
"""A batch with more metric points than this is handed over at once, however few its runs are."""

_INT64 = range(-(2**63), 2**63)


def whole(value: object) -> int | None:
    """A whole number that fits a column, from MLflow's JSON, YAML or text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | str | float):
        return None
    try:
        number = int(value)
    except (ValueError, OverflowError):
        return None
    return number if number in _INT64 else None


@dataclass
class Series:
    """The points of one metric of one run: parallel columns of steps, times (ms) and values."""

    steps: array[int] = field(default_factory=lambda: array("q"))
    times: array[int] = field(default_factory=lambda: array("q"))
    values: array[float] = field(default_factory=lambda: array("d"))

    def add(self, step: int, time_ms: int, value: float) -> None:
        """Append a point. Raises OverflowError, and adds nothing, when a number does not fit into 64 bits."""
        if step not in _INT64 or time_ms not in _INT64:
            raise OverflowError("a whole number of a metric point does not fit into 64 bits")
        self.steps.append(step)
        self.times.append(time_ms)
        self.values.append(value)

    def __len__(self) -> int:
        return len(self.values)


class RunRows:
    """A batch of runs under construction. A row is a mapping of the table's columns; a missing one is null."""

    def __init__(self) -> None:
        self._rows: dict[str, list[Mapping[str, Any]]] = {name: [] for name in RUN_TABLES if name != "points"}
        self._series: list[tuple[str, str, Series]] = []
        self._points = 0

    def add(self, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Append rows to any table but `points`."""
        self._rows[table].extend(rows)

    def add_texts(self, table: str, run_id: str, texts: Mapping[str, str]) -> None:
        """Append the `params` or `tags` of a run."""
        self._rows[table].extend({"run_id": run_id, "key": key, "value": value} for key, value in texts.items())

    def add_series(self, run_id: str, key: str, series: Series) -> None:
        """Append the points of a metric."""
        self._series.append((run_id, key, series))
        self._points += len(series)

    def extend(self, other: RunRows, *, fingerprint: str) -> None:
        """Append the runs of another batch, under this fingerprint."""
        for name, rows in other._rows.items():
            self._rows[name].extend(rows if name != "runs" else ({**row, "fingerprint": fingerprint} for row in rows))
        self._series.extend(other._series)
        self._points += other._points

    @property
    def is_full(self) -> bool:
        """Whether it is time to hand the batch over."""
        return len(self._rows["runs"]) >= BATCH_RUNS or self._points >= BATCH_POINTS

    def __len__(self) -> int:
        return len(self._rows["runs"])

    def changed(self) -> ChangedRuns:
        """The batch as the contract has it."""
        tables = {name: table_of(RUN_TABLES[name], rows) for name, rows in self._rows.items()}
        tables["points"] = _points_table(self._series)
        return ChangedRuns({name: tables[name] for name in RUN_TABLES})


def catalog_of(
    rows: Mapping[str, Sequence[Mapping[str, Any]]], partial: frozenset[str] | None = frozenset()
) -> Catalog:
    """A catalog from rows by table; a table without rows is empty. `partial` is the catalog's."""
    return Catalog({name: table_of(schema, rows.get(name, ())) for name, schema in CATALOG_TABLES.items()}, partial)


def table_of(schema: pa.Schema, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Rows as an Arrow table of exactly this schema."""
    return pa.Table.from_arrays([_column([row.get(f.name) for row in rows], f.type) for f in schema], schema=schema)


def _column(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    try:
        return pa.array(values, kind)
    except UnicodeEncodeError:  # half of a surrogate pair: JSON and file names can hold one, UTF-8 cannot
        return pa.array([value if value is None else clean(value) for value in values], kind)


def clean(text: str) -> str:
    """The text with whatever UTF-8 cannot hold replaced by `�`."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _points_table(series: Sequence[tuple[str, str, Series]]) -> pa.Table:
    index = pa.array(np.repeat(np.arange(len(series)), [len(points) for _, _, points in series]), pa.int64())
    run_ids = _column([run_id for run_id, _, _ in series], pa.string()).take(index)
    keys = _column([key for _, key, _ in series], pa.string()).take(index)
    steps = pa.array(_joined([points.steps for _, _, points in series], np.int64))
    times = pa.array(_joined([points.times for _, _, points in series], np.int64))
    values = pa.array(_joined([points.values for _, _, points in series], np.float64))
    return pa.Table.from_arrays([run_ids, keys, steps, times, values], schema=RUN_TABLES["points"])


def _joined(parts: Sequence[Any], kind: type[Any]) -> np.ndarray[Any, Any]:
    return np.concatenate([np.frombuffer(part, kind) for part in parts if len(part)] or [np.empty(0, kind)])
