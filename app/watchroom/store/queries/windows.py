"""Readers of any window of days: counts on the bins, a classifier's outcomes and a regression's errors, added up.

They come as the values that `domain` computes with. Days are UTC days and both ends belong to a window. The work
follows the number of bins and days, never the number of decisions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from watchroom.domain.binned import Bins
from watchroom.domain.bins import EXACT_VALUES, INVALID, MISSING, RARE, UNSEEN
from watchroom.domain.performance import Cells, Errors
from watchroom.store.snapshot import Snapshot

Counts = NDArray[np.int64]

SPECIAL = {MISSING: "missing", INVALID: "not convertible", UNSEEN: "not in the reference", RARE: "all other values"}
"""What the bins below zero hold, in words."""


@dataclass(frozen=True)
class Watched:
    """What is watched of a version, with its bins. `values` has the category of each bin; empty text where it is none.

    `closed` says whether an unseen category can be told; None for a number.
    """

    name: str
    bins: Bins
    values: tuple[str, ...]
    closed: bool | None

    def table(self, counts: Mapping[str, Mapping[int, int]]) -> Counts:
        """The counts of one window in the order of the bins, as a table of one row."""
        own = counts.get(self.name, {})
        return np.array([[own.get(int(code), 0) for code in self.bins.bin]], dtype=np.int64)

    def against(self, counts: Mapping[str, Mapping[int, int]]) -> Watched:
        """The same bins with these counts in the place of the reference's."""
        return replace(self, bins=replace(self.bins, reference=self.table(counts)[0]))


def watched(snapshot: Snapshot, *, model: str, version: int, feature: str | None = None) -> tuple[Watched, ...]:
    """Features and own signals of a version with their bins, by name: all, or just one. Empty without a profile."""
    features = snapshot.rows(
        """select feature, kind, std, closed, distinct_values from profile_features
        where model = ? and version = ? and (? is null or feature = ?) order by feature""",
        [model, version, feature, feature],
    )
    rows = snapshot.query(
        """select feature, bin, lower, upper, coalesce(value, '') as "value", coalesce(decile, -1) as decile, reference
        from profile_bins where model = ? and version = ? and (? is null or feature = ?) order by feature, bin""",
        [model, version, feature, feature],
    )
    arrays = {name: rows[name].to_numpy() for name in rows.columns}
    names = arrays["feature"]
    if not len(names):
        return ()
    starts = np.flatnonzero(np.append(True, names[1:] != names[:-1]))
    own = {
        names[start]: {name: column[start:end] for name, column in arrays.items()}
        for start, end in zip(starts, [*starts[1:], len(names)], strict=True)
    }
    return tuple(_watched(row, own[row[0]]) for row in features if row[0] in own)


def _watched(row: tuple[Any, ...], bins: Mapping[str, NDArray[Any]]) -> Watched:
    name, kind, std, closed, distinct = row
    found = Bins(
        kind=kind,
        bin=bins["bin"].astype(np.int64),
        lower=bins["lower"].astype(np.float64),
        upper=bins["upper"].astype(np.float64),
        decile=bins["decile"].astype(np.int64),
        reference=bins["reference"].astype(np.int64),
        std=np.nan if std is None else float(std),
        exact=kind == "number" and distinct is not None and distinct <= EXACT_VALUES,
    )
    return Watched(str(name), found, tuple(bins["value"]), closed)


def counts(
    snapshot: Snapshot, *, model: str, version: int, first: date, last: date, feature: str | None = None
) -> dict[str, dict[int, int]]:
    """Decisions of the window by feature and bin; a bin without any is left out. Of all features, or of one."""
    rows = snapshot.rows(
        """select feature, bin, sum(n)::bigint from profile_counts
        where model = ? and version = ? and day between ? and ? and (? is null or feature = ?) group by feature, bin""",
        [model, version, first, last, feature, feature],
    )
    found: dict[str, dict[int, int]] = {}
    for name, code, n in rows:
        found.setdefault(name, {})[code] = n
    return found


def months(
    snapshot: Snapshot, *, model: str, version: int, of: tuple[int, ...], feature: str | None = None
) -> dict[str, dict[int, int]]:
    """Rows of the reference in these calendar months (1 to 12), as `counts`; empty when its rows have no times."""
    rows = snapshot.rows(
        """select feature, bin, sum(n)::bigint from profile_reference_months
        where model = ? and version = ? and list_contains(?, month) and (? is null or feature = ?)
        group by feature, bin""",
        [model, version, list(of), feature, feature],
    )
    found: dict[str, dict[int, int]] = {}
    for name, code, n in rows:
        found.setdefault(name, {})[code] = n
    return found


def decisions(snapshot: Snapshot, *, model: str, version: int, first: date, last: date) -> tuple[int, int]:
    """How many decisions the window has, and how many of them have an outcome by now."""
    ((n, labelled),) = snapshot.rows(
        """select coalesce(sum(decisions), 0)::bigint, coalesce(sum(labelled), 0)::bigint from volume
        where model = ? and version = ? and day between ? and ?""",
        [model, version, first, last],
    )
    return n, labelled


_SAME_BINS = """
with shape as (
    select version,
        md5(string_agg(concat_ws('|', feature, bin, lower, upper, value), ';' order by feature, bin)) as form
    from profile_bins where model = ? and not starts_with(feature, '@') group by version
)
select v.version from volume v join shape s using (version)
where v.model = ? and v.day between ? and ? and s.form = (select form from shape where version = ?)
group by v.version order by v.version <> ?, sum(v.decisions) desc limit 1
"""


def version_then(snapshot: Snapshot, *, model: str, version: int, first: date, last: date) -> int | None:
    """The version whose decisions of that time can be compared with those of `version`: counted on the same bins.

    The version itself when it was there; else the one with most decisions. None when there is none.
    """
    rows = snapshot.rows(_SAME_BINS, [model, model, first, last, version, version])
    return int(rows[0][0]) if rows else None


def cells(
    snapshot: Snapshot, *, model: str, version: int, first: date | None = None, last: date | None = None
) -> Cells:
    """A classifier's outcomes of the window; of the reference when no days are given. Without rows for none."""
    found = snapshot.query(
        f"""select score_bin, predicted, outcome, sum(n)::bigint as n, sum(score_sum) as score_sum,
            sum(score_sq_sum) as score_sq_sum, sum(log_loss_sum) as log_loss_sum
        from profile_outcomes where model = ? and version = ? and group_column = '' and {_when(first)}
        group by score_bin, predicted, outcome""",
        [model, version, *_days(first, last)],
    )
    texts = {name: _texts(found[name]) for name in ("predicted", "outcome")}
    numbers = {name: found[name].to_numpy(np.float64) for name in ("score_sum", "score_sq_sum", "log_loss_sum")}
    return Cells(score_bin=_masked(found["score_bin"]), n=found["n"].to_numpy(np.int64), **texts, **numbers)


def errors(
    snapshot: Snapshot, *, model: str, version: int, first: date | None = None, last: date | None = None
) -> Errors:
    """A regression's error sums, one row for each day of the window; of the reference when no days are given."""
    found = snapshot.query(
        f"""select n, over_sum, under_sum, sq_sum, abs_sq_sum, outcome_mean, outcome_m2
        from profile_errors where model = ? and version = ? and group_column = '' and {_when(first)} order by day""",
        [model, version, *_days(first, last)],
    )
    columns = {name: found[name].to_numpy(np.float64) for name in found.columns if name != "n"}
    return Errors(n=found["n"].to_numpy(np.int64), **columns)


def _when(first: date | None) -> str:
    return "day is null" if first is None else "day between ? and ?"


def _days(first: date | None, last: date | None) -> Sequence[date]:
    return () if first is None or last is None else (first, last)


def _texts(column: pd.Series[Any]) -> NDArray[np.object_]:
    """Text with None where there is none."""
    return column.astype(object).where(column.notna(), None).to_numpy(dtype=object)


def _masked(column: pd.Series[Any]) -> Any:
    """Whole numbers, masked where there is none."""
    missing = column.isna().to_numpy()
    return np.ma.MaskedArray(column.fillna(0).to_numpy(np.int64), mask=missing)
