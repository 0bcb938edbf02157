"""How many values of a group column are kept: fairness is judged between groups, not between thousands of postcodes."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

MAX_GROUPS = 50
"""Values of a group column that are kept of a day, the most frequent: more than anybody compares."""

_KEY = ["version", "day", "group_column"]


def most_frequent(table: pa.Table) -> tuple[pa.Table, frozenset[str]]:
    """Outcome cells or error sums with at most `MAX_GROUPS` groups a day, and the columns of which some were left out.

    By day, so that counting a day again gives the same. Of equally frequent values the first in the alphabet stay.
    """
    if table.num_rows == 0:
        return table, frozenset()
    totals = table.group_by([*_KEY, "group_value"]).aggregate([("n", "sum")])
    totals = totals.sort_by(
        [(name, "ascending") for name in _KEY] + [("n_sum", "descending"), ("group_value", "ascending")]
    )
    place = totals.select(_KEY).to_pandas().groupby(_KEY, dropna=False).cumcount()
    beyond = pa.array(place >= MAX_GROUPS)
    if not pc.any(beyond).as_py():
        return table, frozenset()
    left_out = totals.filter(beyond).select([*_KEY, "group_value"])
    kept = table.join(left_out, [*_KEY, "group_value"], join_type="left anti")
    return kept.select(table.column_names), frozenset(left_out["group_column"].to_pylist())
