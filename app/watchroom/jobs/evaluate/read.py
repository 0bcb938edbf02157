"""The profile of a model as arrays over its days: what the evaluation computes with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from watchroom.domain.binned import Bins
from watchroom.domain.bins import EXACT_VALUES
from watchroom.domain.performance import Cells, Errors
from watchroom.store.draft import Draft

Array = NDArray[Any]


@dataclass(frozen=True)
class FeatureProfile:
    """A feature (or `@score`, `@prediction`, `@outcome`): its bins, and its counts by day and bin, (days, bins).

    `months` are the reference's rows by calendar month, (12, bins); zeros when its rows have no times.
    """

    name: str
    bins: Bins
    counts: NDArray[np.int64]
    months: NDArray[np.int64]
    closed: bool | None


@dataclass(frozen=True)
class ByDay:
    """Rows in the order of their days: `first[i]` to `first[i + 1]` are those of day i. `reference` are the others."""

    rows: Mapping[str, Array]
    first: NDArray[np.intp]
    reference: Mapping[str, Array]

    def between(self, start: int, end: int) -> dict[str, Array]:
        """The rows of the days from position `start` to `end`, without the last."""
        return {name: column[self.first[start] : self.first[end]] for name, column in self.rows.items()}


@dataclass(frozen=True)
class VersionProfile:
    """One model version: its days (UTC, ascending), its decisions and labelled decisions on each, and its counts."""

    version: int
    days: tuple[date, ...]
    decisions: NDArray[np.int64]
    labelled: NDArray[np.int64]
    features: tuple[FeatureProfile, ...]
    outcomes: ByDay
    errors: ByDay

    def cells(self, start: int, end: int) -> Cells:
        """A classifier's outcomes of the days from position `start` to `end`, without the last."""
        return Cells(**self.outcomes.between(start, end))

    def error_sums(self, start: int, end: int) -> Errors:
        """A regression's errors, likewise."""
        return Errors(**self.errors.between(start, end))

    @property
    def reference_cells(self) -> Cells:
        """A classifier's outcomes in the reference; without rows when it has none."""
        return Cells(**self.outcomes.reference)

    @property
    def reference_errors(self) -> Errors:
        """A regression's errors in the reference; without rows when it has none."""
        return Errors(**self.errors.reference)


Reach = tuple[date, date]
"""The first and the last day that are read."""


def read_profiles(draft: Draft, model: str, reach: Reach = (date.min, date.max)) -> Iterator[VersionProfile]:
    """The profile of each version of the model that has made decisions in these days, in their order."""
    query = "select version, day, decisions, labelled from profile.volume"
    volume = _fetch(draft, f"{query} where model = ? and day between ? and ? order by version, day", model, *reach)
    for version in np.unique(volume["version"]):
        of = volume["version"] == version
        days = volume["day"][of].astype("datetime64[D]")
        yield VersionProfile(
            version=int(version),
            days=tuple(days.tolist()),
            decisions=volume["decisions"][of].astype(np.int64),
            labelled=volume["labelled"][of].astype(np.int64),
            features=tuple(_features(draft, model, int(version), days)),
            outcomes=_by_day(draft, _OUTCOMES, model, int(version), days),
            errors=_by_day(draft, _ERRORS, model, int(version), days),
        )


_OUTCOMES = """select day, score_bin, predicted, outcome, n, score_sum, score_sq_sum, log_loss_sum
    from profile.profile_outcomes"""
_ERRORS = """select day, n, over_sum, under_sum, sq_sum, abs_sq_sum, outcome_mean, outcome_m2
    from profile.profile_errors"""


def _by_day(draft: Draft, query: str, model: str, version: int, days: Array) -> ByDay:
    where = "where model = ? and version = ? and group_column = '' and (day between ? and ? or day is null)"
    found = _fetch(draft, f"{query} {where} order by day nulls last", model, version, *_ends(days))
    of = found.pop("day")
    known = ~np.ma.getmaskarray(of)
    numbers = np.ma.getdata(of)[known].astype("datetime64[D]")
    rows = {name: column[known] for name, column in found.items()}
    reference = {name: column[~known] for name, column in found.items()}
    edges = np.append(days, days[-1:] + 1)
    return ByDay(rows, np.searchsorted(numbers, edges, side="left"), reference)


def _ends(days: Array) -> list[date]:
    ends: list[date] = days[[0, -1]].tolist()
    return ends


def _features(draft: Draft, model: str, version: int, days: Array) -> Iterator[FeatureProfile]:
    def rows(columns: str, table: str, order: str = "feature", also: str = "", *given: date) -> dict[str, Array]:
        query = f"select {columns} from profile.{table} where model = ? and version = ? {also} order by {order}"
        return _fetch(draft, query, model, version, *given)

    features = rows("feature, kind, std, distinct_values, closed", "profile_features")
    bins = rows("feature, bin, lower, upper, decile, reference", "profile_bins", "feature, bin")
    counts = rows("feature, bin, day, n", "profile_counts", "feature", "and day between ? and ?", *_ends(days))
    months = rows("feature, bin, month, n", "profile_reference_months")
    day_of = np.searchsorted(days, counts["day"].astype("datetime64[D]"))
    for i, name in enumerate(features["feature"]):
        own, of, by_month = (_of(name, found["feature"]) for found in (bins, counts, months))
        codes = bins["bin"][own].astype(np.int64)
        closed = features["closed"][i]
        yield FeatureProfile(
            name=str(name),
            bins=Bins(
                kind=features["kind"][i],
                bin=codes,
                lower=_floats(bins["lower"][own]),
                upper=_floats(bins["upper"][own]),
                decile=_floats(bins["decile"][own], -1).astype(np.int64),
                reference=bins["reference"][own].astype(np.int64),
                std=float(_floats(features["std"][i : i + 1])[0]),
                exact=bool(features["distinct_values"][i] <= EXACT_VALUES),
            ),
            counts=_table(len(days), codes, day_of[of], counts["bin"][of], counts["n"][of]),
            months=_table(12, codes, months["month"][by_month] - 1, months["bin"][by_month], months["n"][by_month]),
            closed=None if closed is np.ma.masked else bool(closed),
        )


def _of(name: str, names: Array) -> slice:
    """Where a name stands in a sorted column of names."""
    start, end = np.searchsorted(names, [name, name + "\0"])
    return slice(int(start), int(end))


def _table(rows: int, codes: Array, row_of: Array, bin_of: Array, n: Array) -> NDArray[np.int64]:
    """Counts in long form as (rows, bins), the bins in the order of `codes`."""
    table = np.zeros((rows, len(codes)), dtype=np.int64)
    np.add.at(table, (row_of, np.searchsorted(codes, bin_of)), n)
    return table


def _fetch(draft: Draft, query: str, *given: object) -> dict[str, Array]:
    """The columns of a query; text as objects, the rest as (masked) arrays."""
    return draft.connection.execute(query, given).fetchnumpy()  # type: ignore[return-value]


def _floats(column: Array, missing: float = np.nan) -> NDArray[np.float64]:
    return np.ma.filled(np.ma.asarray(column, dtype=np.float64), missing)
