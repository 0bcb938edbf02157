"""The reference of a model: its bins, what it holds of each feature, and the performance to compare with.

Its rows are put into a DuckDB of their own, in memory and cut off from files and network: the condition
`performance_where` comes from the model's file and runs there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from watchroom.domain import bins as binning
from watchroom.domain.bins import INVALID, MISSING, RARE, UNSEEN
from watchroom.errors import WorkspaceError
from watchroom.jobs.profile.condition import limit_disk
from watchroom.jobs.profile.plan import Plan
from watchroom.jobs.profile.reference_outcomes import ALL_ROWS, Rows, Told
from watchroom.sources.decisions import questions as ask
from watchroom.sources.decisions.contract import Binning, FeatureBins, Kind
from watchroom.sources.decisions.duckdb_dialect import DuckDialect, family_of
from watchroom.workspace.model_file import ReferenceFile

MEMORY_MB = 768
"""Of the DuckDB that holds a reference: more is spilled."""


LEAST_ROWS = 30
"""Rows of a reference that can be compared with: of fewer, the percentiles are single rows and shares mean nothing."""


@dataclass(frozen=True)
class Reference:
    """What is compared with, by version; `ALL_ROWS` for the versions without rows of their own."""

    kinds: Mapping[str, Kind]
    own: frozenset[int]
    """The versions that have rows of their own, enough to compare with."""
    bins: Mapping[int, tuple[FeatureBins, ...]]
    facts: Mapping[int, tuple[_Facts, ...]]
    rows: Mapping[int, int]
    labelled: Mapping[int, int]
    cells: pa.Table
    errors: pa.Table
    notes: tuple[str, ...] = ()
    """What is said of it: features that it lacks, or that cannot be watched."""
    mistake: WorkspaceError | None = None
    """What is wrong with `performance_where`."""

    def binning(self) -> Binning:
        """The bins to count on."""
        return Binning(self.bins.get(ALL_ROWS, ()), {version: self.bins[version] for version in self.own})

    def source_of(self, version: int) -> int:
        """Whose rows a version is compared with."""
        return version if version in self.own else ALL_ROWS


@dataclass(frozen=True)
class _Facts:
    """What the reference holds of a feature, and its rows by bin."""

    bins: FeatureBins
    n: int
    counts: Mapping[int, int]
    distinct: int
    deciles: tuple[int, ...] = ()
    """Of a number: which bin of PSI each of its bins lies in."""
    mean: float | None = None
    std: float | None = None
    least: float | None = None
    greatest: float | None = None
    months: Mapping[tuple[int, int], int] = field(default_factory=dict)
    """Its rows by calendar month (1 to 12) and bin; empty when they have no times."""


def read_reference(reader: pa.RecordBatchReader, plan: Plan, versions: Iterable[int], temp: Path) -> Reference:
    """The reference from its rows. `versions` are those that have decisions; all others have no use for it yet."""
    with _table(reader, temp) as connection:
        n = connection.execute("select count(*) from reference").fetchall()[0][0]
        if n < LEAST_ROWS:
            return _too_small(n)
        described = connection.execute("describe reference").fetchall()
        families = {row[0]: family_of(row[1]) for row in described}
        reference = plan.spec.reference
        of_file = isinstance(reference, ReferenceFile)
        version = plan.log.version if of_file else "@version"
        outcome = reference.outcome if isinstance(reference, ReferenceFile) else "@outcome"
        rows = Rows(
            connection,
            families,
            plan,
            version if version in families else None,
            outcome if outcome in families else None,
        )
        if outcome is not None and rows.outcome is None:
            rows.notes.append(f"The reference has no column `{outcome}`: there is no performance to compare with.")
        return _reference(rows, sorted(set(versions)))


def _too_small(n: int) -> Reference:
    """A reference that nothing is compared with."""
    has = "1 row" if n == 1 else f"{n} rows" if n else "no rows"
    note = f"The reference has {has}: drift and quality cannot be told from fewer than {LEAST_ROWS}."
    return Reference({}, frozenset(), {}, {}, {}, {}, pa.table({}), pa.table({}), (note,))


@contextmanager
def _table(reader: pa.RecordBatchReader, temp: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    config: dict[str, str | bool | int | float | list[str]] = {
        "threads": 2,
        "memory_limit": f"{MEMORY_MB}MB",
        "temp_directory": str(temp),
    }
    connection = duckdb.connect(":memory:", config=config)
    try:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("set enable_progress_bar = false")
        connection.register("given", reader)
        connection.execute("create table reference as select * from given")
        connection.unregister("given")
        limit_disk(connection)
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        yield connection
    finally:
        connection.close()


def _reference(rows: Rows, versions: Sequence[int]) -> Reference:
    of_row = _versions_of_rows(rows)
    own = _own_versions(rows, of_row, versions)
    wanted = [*sorted(own), *([ALL_ROWS] if own != frozenset(versions) or not versions else [])]
    months = _months_of_rows(rows)
    kinds = _kinds(rows)
    plan = rows.plan.with_kinds(kinds)
    facts: dict[int, list[_Facts]] = {version: [] for version in wanted}
    for signal in _signals(rows, plan):
        values, invalid = _values(rows, signal)
        for version in wanted:
            kept = slice(None) if version == ALL_ROWS or of_row is None else of_row == version
            facts[version].append(_facts(signal, values[kept], invalid[kept], months[kept]))
    n = rows.connection.execute("select count(*) from reference").fetchall()[0][0]
    told = Told(rows, plan, own)
    counted = {
        version: int(n) if version == ALL_ROWS or of_row is None else int((of_row == version).sum())
        for version in wanted
    }
    cells, errors, labelled, mistake = told.performance(wanted)
    return Reference(
        kinds,
        own,
        {version: tuple(one.bins for one in found) for version, found in facts.items()},
        {version: tuple(found) for version, found in facts.items()},
        counted,
        labelled,
        cells,
        errors,
        tuple(rows.notes),
        mistake,
    )


def _own_versions(rows: Rows, of_row: NDArray[np.int64] | None, versions: Sequence[int]) -> frozenset[int]:
    """The versions with rows enough of their own; those with a few are compared with all rows, which is said."""
    if of_row is None:
        return frozenset()
    found = {version: int((of_row == version).sum()) for version in versions}
    few = [version for version, n in found.items() if 0 < n < LEAST_ROWS]
    if few:
        listed = ", ".join(str(version) for version in few)
        rows.notes.append(
            f"The reference has fewer than {LEAST_ROWS} rows of version {listed}: all its rows are taken."
        )
    return frozenset(version for version, n in found.items() if n >= LEAST_ROWS)


def _versions_of_rows(rows: Rows) -> NDArray[np.int64] | None:
    """The version of each row, 0 for none; None when the reference tells no versions apart."""
    if rows.version is None:
        return None
    value, _ = ask.value_of(DuckDialect(), "number", rows.family(rows.version), DuckDialect().name(rows.version))
    found = rows.connection.execute(
        f"select coalesce(try_cast({value} as bigint), 0) as v from reference"
    ).fetchnumpy()["v"]
    return np.asarray(found, dtype=np.int64)


def _months_of_rows(rows: Rows) -> NDArray[np.int64]:
    """The calendar month of each row in UTC, 1 to 12; 0 where it has no time."""
    dialect, column = DuckDialect(), rows.plan.log.timestamp
    time = ask.time_of(dialect, rows.family(column), dialect.name(column))
    found = rows.connection.execute(f"select coalesce(month({time}), 0) as m from reference").fetchnumpy()["m"]
    return np.asarray(found, dtype=np.int64)


def _kinds(rows: Rows) -> dict[str, Kind]:
    """How each feature that the reference has is read."""
    kinds: dict[str, Kind] = {}
    lacking = [name for name, _ in rows.plan.log.features if name not in rows.families]
    if lacking:
        rows.notes.append(f"The reference has no column {_listed(lacking)}: they are not watched.")
    for name, _ in rows.plan.log.features:
        family = rows.family(name)
        if family in ("integer", "float"):
            kinds[name] = "number"
        elif family == "boolean":
            kinds[name] = "boolean"
        elif family == "text":
            kinds[name] = "number" if _all_numbers(rows, name) else "category"
        elif family is not None:
            rows.notes.append(f"`{name}` is neither a number nor a category in the reference: it is not watched.")
    return kinds


def _all_numbers(rows: Rows, column: str) -> bool:
    name = DuckDialect().name(column)
    filled = f"select 1 from reference where trim({name}) <> ''"
    other = f"{filled} and try_cast({name} as double) is null limit 1"
    return not rows.connection.execute(other).fetchall() and bool(
        rows.connection.execute(f"{filled} limit 1").fetchall()
    )


def _signals(rows: Rows, plan: Plan) -> list[ask.Signal]:
    """The features, and the score, the prediction and the outcome where the reference has them."""
    found = [signal for signal in ask.signals_of(plan.log) if signal.column in rows.families]
    if rows.outcome is not None and plan.log.task is not None:
        found.append(ask.Signal("@outcome", rows.outcome, ask.outcome_form(plan.log.task)))
    return found


def _values(rows: Rows, signal: ask.Signal) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """A signal's values, NaN or None where missing, and which are invalid."""
    dialect = DuckDialect()
    value, invalid = ask.value_of(dialect, signal.form, rows.family(signal.column), dialect.name(signal.column))
    found = rows.connection.sql(f"select {value} as s, coalesce({invalid}, false) as x from reference").to_arrow_table()
    return found["s"].to_numpy(), np.asarray(found["x"].to_numpy(), dtype=bool)


def _facts(signal: ask.Signal, values: NDArray[Any], invalid: NDArray[np.bool_], months: NDArray[np.int64]) -> _Facts:
    if signal.form in ("number", "score"):
        return _number_facts(signal.name, values.astype(np.float64, copy=False), invalid, months)
    return _category_facts(signal.name, values, invalid, months)


def _number_facts(
    name: str, values: NDArray[np.float64], invalid: NDArray[np.bool_], months: NDArray[np.int64]
) -> _Facts:
    # Sorted once for all that follows: percentiles of sorted values cost a fifth. NaN comes last.
    ordered = np.sort(values)[: len(values) - int(np.isnan(values).sum())]
    bins = FeatureBins(name, "number", binning.edges_of(ordered))
    codes = binning.bins_of_numbers(values, bins.edges)
    codes[invalid] = INVALID
    finite = ordered[np.isfinite(ordered)]
    some = finite.size > 0
    return _Facts(
        bins,
        len(values),
        _counted(codes),
        int((ordered[1:] != ordered[:-1]).sum()) + int(ordered.size > 0),
        tuple(int(one) for one in binning.decile_of_bins(bins.edges, binning.deciles_of(ordered))),
        float(finite.mean()) if some else None,
        float(finite.std()) if some else None,
        float(finite.min()) if some else None,
        float(finite.max()) if some else None,
        _by_month(months, codes),
    )


def _category_facts(name: str, values: NDArray[Any], invalid: NDArray[np.bool_], months: NDArray[np.int64]) -> _Facts:
    texts = pa.array(values, type=pa.string(), from_pandas=True).dictionary_encode()
    known, place = texts.dictionary.to_pylist(), texts.indices.fill_null(-1).to_numpy().astype(np.intp)
    counts = np.bincount(place[place >= 0], minlength=len(known))
    chosen, closed = binning.categories_of([(value, int(n)) for value, n in zip(known, counts, strict=True)])
    code_of = {value: number for number, value in enumerate(chosen)}
    # The last entry is that of index -1: no value.
    codes = np.array([*(code_of.get(value, RARE) for value in known), MISSING], dtype=np.intp)[place]
    codes[invalid] = INVALID
    bins = FeatureBins(name, "category", np.empty(0), tuple(chosen), closed)
    return _Facts(bins, len(values), _counted(codes), len(known), months=_by_month(months, codes))


def _counted(codes: NDArray[np.intp]) -> dict[int, int]:
    counts = np.bincount(codes - RARE)
    return {int(place) + RARE: int(counts[place]) for place in np.flatnonzero(counts)}


def _by_month(months: NDArray[np.int64], codes: NDArray[np.intp]) -> dict[tuple[int, int], int]:
    if not months.any():
        return {}
    width = int(codes.max()) - RARE + 1
    counts = np.bincount(months * width + codes - RARE, minlength=13 * width).reshape(13, width)
    return {(int(m), int(c) + RARE): int(counts[m, c]) for m, c in np.argwhere(counts) if m > 0}


def reference_rows(
    reference: Reference, versions: Iterable[int], source: str, place: str
) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of the tables of the reference for some versions, without the model."""
    found: dict[str, list[tuple[Any, ...]]] = {
        "profile_references": [],
        "profile_features": [],
        "profile_bins": [],
        "profile_reference_months": [],
    }
    for version in sorted(versions) if reference.bins else ():
        of = reference.source_of(version)
        from_version = None if of == ALL_ROWS else of
        found["profile_references"].append(
            (version, source, place, from_version, reference.rows[of], reference.labelled[of])
        )
        for facts in reference.facts[of]:
            found["profile_features"].append((version, *_feature_row(facts)))
            found["profile_bins"] += [(version, facts.bins.feature, *row) for row in _bin_rows(facts)]
            found["profile_reference_months"] += [
                (version, month, facts.bins.feature, code, n) for (month, code), n in facts.months.items()
            ]
    return found


def _feature_row(facts: _Facts) -> tuple[Any, ...]:
    bins = facts.bins
    missing = facts.counts.get(MISSING, 0) + facts.counts.get(INVALID, 0)
    closed = bins.closed if bins.kind == "category" else None
    figures = (facts.mean, facts.std, facts.least, facts.greatest)
    return (bins.feature, bins.kind, facts.n, missing, facts.distinct, *figures, closed)


def _bin_rows(facts: _Facts) -> Iterator[tuple[Any, ...]]:
    """Bin, lower, upper, value, decile, reference."""
    bins = facts.bins
    special = (MISSING, INVALID) if bins.kind == "number" else (MISSING, INVALID, UNSEEN if bins.closed else RARE)
    for code in special:
        yield (code, None, None, None, None, facts.counts.get(code, 0))
    if bins.kind == "category":
        for code, value in enumerate(bins.values):
            yield (code, None, None, value, code, facts.counts.get(code, 0))
        return
    edges = [None, *(float(edge) for edge in bins.edges), None]
    for code, decile in enumerate(facts.deciles):
        yield (code, edges[code], edges[code + 1], None, decile, facts.counts.get(code, 0))


def cells_for(reference: Reference, table: pa.Table, versions: Iterable[int]) -> pa.Table | None:
    """The rows of a table of the reference once for each version that they are compared with."""
    if table.num_rows == 0:
        return None
    of_row, parts = table["version"].to_numpy(), []
    for version in sorted(versions):
        rows = table.filter(pa.array(of_row == reference.source_of(version)))
        column = pa.array(np.full(rows.num_rows, version, dtype=np.int32))
        parts.append(rows.set_column(rows.schema.get_field_index("version"), "version", column))
    return pa.concat_tables(parts) if parts else None


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
