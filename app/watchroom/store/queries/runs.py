"""Which runs there are: a page of them for a filter, a search and an order, with just the columns that are shown.

Deleted runs, and runs of deleted experiments, are left out unless asked for. What a run lacks, and what is NaN or
infinite, comes last in either order.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from watchroom.domain import filters as f
from watchroom.domain.filter_parser import parse
from watchroom.domain.run_columns import RunColumn, column
from watchroom.errors import QueryError
from watchroom.store.queries.run_filter_sql import (
    ATTRIBUTE_SQL,
    LIFECYCLE,
    NOT_DELETED,
    STATISTIC_SQL,
    Clock,
    Sql,
    filter_sql,
)
from watchroom.store.queries.run_values import frame_of
from watchroom.store.snapshot import Snapshot

MAX_PAGE = 1_000
"""Rows of one page: more makes a browser slow, and nobody reads them."""
MAX_DOWNLOAD = 100_000
"""Rows of one download: it is built in the server's memory."""
MAX_CELLS = 2_000_000
"""Cells of one download, for the same reason: a hundred columns leave room for 20,000 rows."""
MAX_COLUMNS = 100
"""Columns shown at once: each costs a part of the query, and a screen holds a dozen."""
MAX_WORDS = 8
"""Words of a search: each is looked for in every parameter and tag."""

_RUNS = "runs r left join experiments e on e.experiment_id = r.experiment_id"


@dataclass(frozen=True)
class Choice:
    """Which runs: a filter (docs/filters.md), words to search for, experiments by name (none is all).

    `lifecycle` is `active`, `deleted` or `all`; a filter on `lifecycle_stage` overrides it. `model` and `version` take
    the runs that made versions of a registered model. Times of the filter that name no zone are in `zone`.
    """

    filter_text: str = ""
    search: str = ""
    experiments: tuple[str, ...] = ()
    lifecycle: str = "active"
    model: str = ""
    version: int | None = None
    zone: str = "UTC"


@dataclass(frozen=True)
class Order:
    """By which column, and in which direction. Equal runs are in the order of their ids."""

    column: str = "start_time"
    descending: bool = True


@dataclass(frozen=True)
class RunsPage:
    """Some runs: `frame` has a row for each, indexed by run id, and the columns asked for, by their names.

    `total` counts all runs of the choice. Times are UTC with their zone. A number that a run lacks is NA; one that was
    logged as NaN is NaN.
    """

    frame: pd.DataFrame
    total: int
    offset: int


def page(
    snapshot: Snapshot,
    *,
    choice: Choice,
    columns: tuple[str, ...],
    order: Order = Order(),
    offset: int = 0,
    limit: int = 100,
    stale_days: float | None = None,
) -> RunsPage:
    """The runs from `offset` on, at most `limit` and MAX_PAGE. Past the end the frame is empty, and `total` right.

    A run RUNNING for more than `stale_days` before the snapshot was made has the status `RUNNING, stale`. Raises
    QueryError when the filter is not understood or a column is none.
    """
    shown = _columns(columns)
    ids, total = _ids(snapshot, choice, order, offset, min(limit, MAX_PAGE))
    return RunsPage(frame_of(snapshot, ids, shown, _stale_before(snapshot, stale_days)), total, offset)


def download(
    snapshot: Snapshot,
    *,
    choice: Choice,
    columns: tuple[str, ...],
    order: Order = Order(),
    run_ids: tuple[str, ...] = (),
    stale_days: float | None = None,
) -> RunsPage:
    """All runs of the choice up to `download_rows`, or just those of `run_ids`, with their ids as the first column."""
    shown = _columns(columns)
    most = download_rows(len(shown))
    ids, total = (list(run_ids[:most]), len(run_ids)) if run_ids else _ids(snapshot, choice, order, 0, most)
    frame = frame_of(snapshot, ids, shown, _stale_before(snapshot, stale_days))
    return RunsPage(frame.drop(columns="run_id", errors="ignore").rename_axis("run_id").reset_index(), total, 0)


def download_rows(columns: int) -> int:
    """How many runs a download with that many columns may hold."""
    return min(MAX_DOWNLOAD, MAX_CELLS // max(columns, 1))


def _columns(names: tuple[str, ...]) -> list[RunColumn]:
    if len(names) > MAX_COLUMNS:
        raise QueryError(
            f"{len(names)} columns were asked for; {MAX_COLUMNS} are the limit.", next_step="Choose fewer columns."
        )
    return [column(name) for name in dict.fromkeys(names)]


def _stale_before(snapshot: Snapshot, days: float | None) -> Any:
    return None if days is None else (snapshot.made_at - timedelta(days=days)).astimezone(UTC).replace(tzinfo=None)


def _ids(snapshot: Snapshot, choice: Choice, order: Order, offset: int, limit: int) -> tuple[list[str], int]:
    """The ids of one page in order, and how many runs there are in all."""
    where = where_sql(snapshot, choice)
    by = _order_sql(order)
    direction = "desc" if order.descending else "asc"
    sql = f"""
        with matched as materialized (select r.run_id, {by.select} from {_RUNS} {by.join} where {where.text})
        select run_id, (select count(*) from matched) from matched
        order by first_by {direction} nulls last, second_by {direction} nulls last, run_id
        limit ? offset ?"""
    rows = snapshot.rows(sql, (*by.params, *where.params, max(limit, 0), max(offset, 0)))
    if rows:
        return [row[0] for row in rows], rows[0][1]
    return [], count(snapshot, choice=choice) if offset > 0 or limit <= 0 else 0


def count(snapshot: Snapshot, *, choice: Choice) -> int:
    """How many runs the choice takes."""
    where = where_sql(snapshot, choice)
    return int(snapshot.rows(f"select count(*) from {_RUNS} where {where.text}", where.params)[0][0])


def where_sql(snapshot: Snapshot, choice: Choice) -> Sql:
    """The choice as a condition over `runs r left join experiments e`. Raises QueryError for a bad filter."""
    filter_ = parse(choice.filter_text)
    parts = [_lifecycle_sql(choice.lifecycle, filter_), _experiments_sql(choice.experiments), _model_sql(choice)]
    parts += [_word_sql(word) for word in choice.search.lower().split()[:MAX_WORDS]]
    if filter_ is not None:
        parts.append(filter_sql(filter_, Clock(snapshot.made_at, ZoneInfo(choice.zone))))
    return Sql(
        " and ".join(part.text for part in parts if part.text), tuple(value for part in parts for value in part.params)
    )


def _lifecycle_sql(lifecycle: str, filter_: f.Filter | None) -> Sql:
    asked = filter_ is not None and any(
        condition.subject == f.Attribute("lifecycle_stage") for condition in f.conditions(filter_)
    )
    if asked or lifecycle == "all":
        return Sql("true")
    return Sql(f"{LIFECYCLE} = ?", (lifecycle,)) if lifecycle == "deleted" else Sql(NOT_DELETED)


def _experiments_sql(names: tuple[str, ...]) -> Sql:
    return Sql(f"e.name in ({', '.join('?' * len(names))})", names) if names else Sql("")


def _model_sql(choice: Choice) -> Sql:
    if not choice.model:
        return Sql("")
    made = "r.run_id in (select run_id from model_versions where run_id is not null and name = ?"
    if choice.version is None:
        return Sql(f"{made})", (choice.model,))
    return Sql(f"{made} and version = ?)", (choice.model, choice.version))


def _word_sql(word: str) -> Sql:
    """In the name, the id, the experiment, a parameter or a tag; MLflow's own tags hold no words of people's."""
    return Sql(
        """(contains(lower(r.name), ?) or contains(r.run_id, ?) or contains(lower(e.name), ?)
            or r.run_id in (select run_id from params where contains(lower(value), ?))
            or r.run_id in (select run_id from tags where contains(lower(value), ?)
                            and (not starts_with(key, 'mlflow.') or key = 'mlflow.note.content')))""",
        (word,) * 5,
    )


@dataclass(frozen=True)
class _By:
    """What to sort by, as the columns `first_by` and `second_by`, and the join that they come from."""

    select: str
    join: str = ""
    params: tuple[str, ...] = ()


def _order_sql(order: Order) -> _By:
    match column(order.column).subject:
        case f.Attribute(name):
            return _By(f"{ATTRIBUTE_SQL[name]} as first_by, null as second_by")
        case f.Metric(key, statistic):
            return _By(f"{_finite(STATISTIC_SQL[statistic])}, null as second_by", _keyed_join("metrics"), (key,))
        case f.Param(key):
            return _By(f"{_finite('number')}, s.value as second_by", _keyed_join("params"), (key,))
        case f.Tag(key):
            return _By("s.value as first_by, null as second_by", _keyed_join("tags"), (key,))


def _finite(name: str) -> str:
    return f"case when isfinite(s.{name}) then s.{name} end as first_by"


def _keyed_join(table: str) -> str:
    return f"left join (select * from {table} where key = ?) s on s.run_id = r.run_id"
