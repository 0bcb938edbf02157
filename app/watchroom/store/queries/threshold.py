"""Readers of the Threshold page, and of the refresh that looks for the best cut-offs: decisions by score and outcome.

Days are UTC. Decisions of a version that was in service at times and in shadow at others are those of its service.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from watchroom.domain.outcomes import Cells
from watchroom.domain.profit import InUse, Scored, days_of_service, in_use, scored_by_block
from watchroom.store.snapshot import Snapshot

BLOCKS = 120
"""Blocks into which the days of a long period are put together: their number is that of what a sample draws from."""

_TEXTS = ("predicted", "outcome")


@dataclass(frozen=True)
class Decided:
    """A version's decisions in a period. `scored` are those with a score; `unscored` counts the others.

    `in_use` is the cut-off that their predictions imply. `first` and `last` are the first and the last of the days
    that were asked for with decisions. `known_yes` and `known_no` are the share with an outcome of those predicted `1`
    and `0`, NaN without any. `served` is False for decisions in shadow.
    """

    scored: Scored
    in_use: InUse | None
    unscored: int
    first: date
    last: date
    known_yes: float
    known_no: float
    served: bool


def decided(snapshot: Snapshot, *, model: str, version: int, first: date, last: date) -> Decided | None:
    """The version's decisions from `first` to `last`; None without any."""
    days = snapshot.query(_DAYS, [model, version, first, last] * 2)
    if days.empty:
        return None
    served = bool(days["served"].any())
    days = days[days["served"]] if served else days
    begun, ended = (pd.Timestamp(end).date() for end in (days["day"].min(), days["day"].max()))
    length = _block_days(begun, ended)
    rows = snapshot.query(
        f"{_CELLS} {_SERVED if served else ''} group by all", [begun, length, model, version, begun, ended]
    )
    scored = np.sort(days["day"][days["scored"] > 0].to_numpy("datetime64[D]"))
    return _decided(rows, days_of_service(scored), begun, ended, served)


def _block_days(first: date, last: date) -> int:
    return -(-((last - first).days + 1) // BLOCKS)


_DAYS = """
select d.day, d.scored, s.day is not null as served
from (
    select day, coalesce(sum(n) filter (score_bin is not null), 0) as scored from profile_outcomes
    where model = ? and version = ? and group_column = '' and day between ? and ? group by day
) d
left join (select day from value_serving where model = ? and version = ? and day between ? and ?) s using (day)
"""

_SERVED = "and day in (select day from value_serving s where s.model = o.model and s.version = o.version)"

_CELLS = """
select (date_diff('day', ?, day) // ?)::int as block, score_bin, predicted, outcome, sum(n)::bigint as n
from profile_outcomes o
where model = ? and version = ? and group_column = '' and day between ? and ?
"""


def _decided(rows: pd.DataFrame, days: int, first: date, last: date, served: bool) -> Decided:
    cells = cells_of(rows)
    scored = scored_by_block(cells, rows["block"].to_numpy(np.int64), days)
    return Decided(
        scored, in_use(cells), cells.decisions - scored.decisions, first, last,
        _known(rows, "1"), _known(rows, "0"), served,
    )  # fmt: skip


def cells_of(rows: pd.DataFrame) -> Cells:
    """The rows, with score_bin, predicted, outcome, n, as cells without sums."""
    none = np.full(len(rows), np.nan)
    bins, n = rows["score_bin"].to_numpy(np.float64, na_value=np.nan), rows["n"].to_numpy(np.int64)
    said, real = (rows[name].astype(object).where(rows[name].notna(), None).to_numpy() for name in _TEXTS)
    return Cells(bins, said, real, n, none, none, none)


def _known(rows: pd.DataFrame, predicted: str) -> float:
    of = rows[rows["predicted"] == predicted]
    total = int(of["n"].sum())
    return float(of[of["outcome"].notna()]["n"].sum() / total) if total else float("nan")


def groups(snapshot: Snapshot, *, model: str, version: int, first: date, last: date, served: bool) -> pd.DataFrame:
    """Decisions with a score: group_column, group_value, block, score_bin, outcome (None while unknown), n.

    `block` numbers the blocks of days from 0, as `decided` makes them of the same days.
    """
    length = _block_days(first, last)
    only = _SERVED if served else ""
    return snapshot.query(
        f"""select group_column, group_value, (date_diff('day', ?, day) // ?)::int as block, score_bin, outcome,
            sum(n)::bigint as n
        from profile_outcomes o
        where model = ? and version = ? and group_column <> '' and score_bin is not null and day between ? and ? {only}
        group by all order by group_column, group_value, block, score_bin""",
        [first, length, model, version, first, last],
    )


def span(snapshot: Snapshot, *, model: str, version: int) -> tuple[date, date] | None:
    """The first and the last day with decisions of a version; None without any."""
    rows = snapshot.rows(
        "select min(day), max(day) from profile_outcomes where model = ? and version = ? and group_column = '' "
        "and day is not null",
        [model, version],
    )
    return None if rows[0][0] is None else rows[0]


@dataclass(frozen=True)
class Advised:
    """What the refresh found for a version in service: its row in `cutoffs`; None is unknown.

    `first` and `last` are the days that it looked at, UTC, both included; money is a month.
    """

    first: date
    last: date
    in_use: float | None
    best: float | None
    gain: float | None
    gain_low: float | None
    gain_high: float | None


def advised(snapshot: Snapshot, *, model: str, version: int) -> Advised | None:
    """What the refresh advises for the version; None where it has no row."""
    rows = snapshot.rows(
        "select period_start, period_end, in_use, best, gain_per_month, gain_low, gain_high from cutoffs "
        "where model = ? and version = ?",
        [model, version],
    )
    return Advised(*rows[0]) if rows else None


def all_cutoffs(snapshot: Snapshot) -> pd.DataFrame:
    """Every binary model of the workspace with the columns of `cutoffs`, NULL where nothing was found, by title.

    `title` stands besides, `has_log`, `has_score` and `has_value` say what its file gives.
    """
    return snapshot.query(
        """select m.model, coalesce(m.title, m.model) as title,
            coalesce(json_type(m.spec -> '$.decisions') = 'OBJECT', false) as has_log,
            m.spec ->> '$.decisions.score' is not null as has_score,
            m.spec ->> '$.value.true_positive' is not null and m.spec ->> '$.value.false_positive' is not null
            and m.spec ->> '$.value.false_negative' is not null and m.spec ->> '$.value.true_negative' is not null
            as has_value, c.* exclude (model)
        from models m left join cutoffs c on c.model = m.model
        where m.task = 'binary' order by lower(coalesce(m.title, m.model)), m.model, c.version"""
    )
