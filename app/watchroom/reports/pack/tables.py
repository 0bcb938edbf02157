"""The figures of a pack as tables: what the snapshot holds of the model, as CSV with the columns of docs/tables.md."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from watchroom.reports.csv_file import csv
from watchroom.reports.pack.shape import File
from watchroom.store.snapshot import Snapshot


@dataclass(frozen=True)
class _Table:
    """A public table, whether its rows are of the version too, and what else is asked of them."""

    name: str
    of_version: bool
    where: str = "true"


_TABLES = (
    _Table("performance", True, "grain in ('week', 'month')"),
    _Table("drift", True, "grain in ('week', 'month', 'last_7_days')"),
    _Table("quality", True, "grain in ('week', 'month')"),
    _Table("volume", True),
    _Table("fairness", True),
    _Table("shap_global", True),
    _Table("explanation_change", True),
    _Table("decay", True),
    _Table("cutoffs", True),
    _Table("profile_features", True),
    _Table("checks", True),
    _Table("check_scores", True),
    _Table("answers", True),
    _Table("waivers", True),
    _Table("evidence", True),
    _Table("approvals", True),
    _Table("approval_states", True),
    _Table("handovers", True),
    _Table("drills", True),
    _Table("findings", False),
    _Table("kpis", False),
    _Table("kpi_values", False, "grain in ('week', 'month')"),
    _Table("value", False, "grain in ('week', 'month')"),
    _Table("alerts", False),
    _Table("owners", False),
    _Table("registry_events", False),
    _Table("regulation", False),
)
"""What of a model a team needs that takes it over; raw decisions are not in a pack."""

MOST_ROWS = 100_000


def tables(snapshot: Snapshot, *, model: str, version: int | None) -> Iterator[File]:
    """A CSV for each table that has rows of the model."""
    for one in _TABLES:
        of = " and version is not distinct from $version" if one.of_version else ""
        given: dict[str, object] = {"model": model, "most": MOST_ROWS}
        if one.of_version:
            given["version"] = version
        frame = snapshot.query(
            f'select * from "{one.name}" where model = $model{of} and {one.where} order by all limit $most', given
        )
        if len(frame):
            yield File(f"tables/{one.name}.csv", csv(frame), f"{len(frame):,} rows of the table `{one.name}`")


def check_queries(snapshot: Snapshot, *, model: str, version: int | None) -> dict[str, tuple[str, str]]:
    """What each check of the version asks: about and SQL by its name."""
    rows = snapshot.rows(
        """select q.query, coalesce(q.about, ''), coalesce(q.sql, '') from check_queries q
        where q.query in (select query from checks where model = ? and version is not distinct from ?)
        order by q.query""",
        [model, version],
    )
    return {name: (about, sql) for name, about, sql in rows}
