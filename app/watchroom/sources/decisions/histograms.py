"""Counting decisions by bin with DuckDB's own histograms: every signal in one pass over the log.

The same counts come out of `questions.feature_counts`, which any engine runs; this takes a quarter of its time. DuckDB
closes bins on the right, ours are closed on the left: a bound is the last double below the edge.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from watchroom.domain.bins import INVALID, MISSING, RARE, UNSEEN
from watchroom.sources.decisions.contract import FEATURE_COUNTS, FeatureBins
from watchroom.sources.decisions.duckdb_dialect import DuckDialect
from watchroom.sources.decisions.questions import Signal


@dataclass(frozen=True)
class _Column:
    """A signal's counts: the columns `h…`, `k…` and `x…` of the answer, by its place among the signals."""

    place: int
    bins: FeatureBins
    checked: bool
    """Whether some values may be invalid."""

    def question(self, dialect: DuckDialect) -> str:
        """Its histogram, how many values it has, and how many are invalid."""
        bins, value = self.bins, f"s{self.place}"
        if bins.kind == "number":
            value = f"(case when not isnan({value}) then {value} end)"
            counted = f"histogram({value}, {dialect.bound(_bounds(bins).tolist())}::double[])"
        else:
            place = f"list_position({dialect.bound(list(bins.values))}::varchar[], {value})"
            counted = f"histogram_exact({place}, {dialect.bound(list(range(1, len(bins.values) + 1)))}::integer[])"
        invalid = f", count(*) filter (where x{self.place}) as x{self.place}" if self.checked else ""
        return f"map_values({counted}) as h{self.place}, count({value}) as k{self.place}{invalid}"

    def counts(self, answer: pa.Table) -> Iterator[pa.Table]:
        """Its rows of `FEATURE_COUNTS`."""
        name, every = self.bins.feature, np.arange(answer.num_rows)
        n, known = answer["n"].to_numpy(), answer[f"k{self.place}"].to_numpy()
        row, code, values = _unfolded(answer[f"h{self.place}"].combine_chunks())
        if self.bins.kind != "number":
            of_known = code < len(self.bins.values)  # what follows is none of them
            row, code, values = row[of_known], code[of_known], values[of_known]
            others = known - np.bincount(row, weights=values, minlength=len(every)).astype(np.int64)
            yield _table(answer, name, every, UNSEEN if self.bins.closed else RARE, others)
        yield _table(answer, name, row, code, values)
        invalid = answer[f"x{self.place}"].to_numpy() if self.checked else np.zeros_like(n)
        yield _table(answer, name, every, MISSING, n - known - invalid)
        yield _table(answer, name, every, INVALID, invalid)


@dataclass(frozen=True)
class Histograms:
    """One question about some signals on the bins of some versions, and how its answer is read."""

    columns: tuple[_Column, ...]

    @staticmethod
    def of(bins: Sequence[FeatureBins], signals: Sequence[Signal], checked: Sequence[bool]) -> Histograms:
        """The histograms of the signals that have bins; `checked` says of each whether values may be invalid."""
        known = {one.feature: one for one in bins}
        return Histograms(
            tuple(
                _Column(place, known[signal.name], checked[place])
                for place, signal in enumerate(signals)
                if signal.name in known
            )
        )

    def question(self, dialect: DuckDialect, relation: str) -> str:
        """The SQL: a row for each version and day with `n`, `last_at` and the histograms."""
        columns = "".join(f", {column.question(dialect)}" for column in self.columns)
        return (
            f"select version, day, count(*) as n, max(decided_at) as last_at{columns} from ({relation}) as decided "
            "group by version, day"
        )

    def counts(self, answer: pa.Table) -> pa.Table:
        """`FEATURE_COUNTS` of the question's answer."""
        parts = [part for column in self.columns for part in column.counts(answer)]
        return pa.concat_tables(parts) if parts else FEATURE_COUNTS.empty_table()


def _unfolded(lists: pa.ListArray) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.int64]]:
    """Of each value in the lists: its list, its place in it, itself."""
    lengths = np.diff(lists.offsets.to_numpy())
    values = lists.flatten().to_numpy().astype(np.int64)
    row = np.repeat(np.arange(len(lists)), lengths)
    return row, np.arange(len(values)) - np.repeat(np.cumsum(lengths) - lengths, lengths), values


def _bounds(bins: FeatureBins) -> NDArray[np.float64]:
    with np.errstate(over="ignore", under="ignore"):  # below the smallest double lies -infinity
        return np.nextafter(bins.edges, -np.inf)


def _table(
    answer: pa.Table, feature: str, row: NDArray[np.intp], code: NDArray[np.intp] | int, n: NDArray[np.int64]
) -> pa.Table:
    """The bins that have any."""
    some = np.flatnonzero(n)
    codes = np.full(len(some), code) if isinstance(code, int) else code[some]
    rows = answer.select(["version", "day"]).take(pa.array(row[some]))
    columns = [
        rows["version"].cast(pa.int32()),
        rows["day"].cast(pa.date32()),
        pa.repeat(pa.scalar(feature), len(some)),
        pa.array(codes.astype(np.int16)),
        pa.array(n[some].astype(np.int64)),
    ]
    return pa.Table.from_arrays(columns, schema=FEATURE_COUNTS)
