"""Readers of two versions against each other: which pairs there are, their metrics, and where they disagree."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from watchroom.domain.periods import MONTH_DAYS
from watchroom.domain.seeds import SEED
from watchroom.domain.vocabulary import Task
from watchroom.domain.worth import ErrorWorth, OutcomeWorth, Terms
from watchroom.store.snapshot import Snapshot

CATEGORIES = 10
"""Values of a category that are a segment of their own, the most frequent; the others are one together."""

FEW_VALUES = 5
"""A number with at most so many different values is taken by its values, not by quarters."""


@dataclass(frozen=True)
class Pair:
    """Two versions with decisions in common; see the table `version_pairs`."""

    version_a: int
    version_b: int
    first_day: date
    last_day: date
    shared: int
    labelled: int
    rows: int
    labelled_rows: int

    @property
    def versions(self) -> tuple[int, int]:
        """The older and the newer."""
        return self.version_a, self.version_b


@dataclass(frozen=True)
class Comparison:
    """One metric of a pair; see the table `version_comparisons`. None is what cannot be told, and `why` says why."""

    metric: str
    better: str
    value_a: float | None
    value_b: float | None
    difference: float | None
    low: float | None
    high: float | None
    b_better: float | None
    method: str
    n: int
    why: str


def pairs(snapshot: Snapshot, *, model: str) -> tuple[Pair, ...]:
    """The model's pairs, the newest versions first."""
    rows = snapshot.rows(
        """select version_a, version_b, first_day, last_day, shared, labelled, rows, labelled_rows
        from version_pairs where model = ? order by version_b desc, version_a desc""",
        [model],
    )
    return tuple(Pair(*row) for row in rows)


def comparisons(snapshot: Snapshot, *, model: str, versions: tuple[int, int]) -> tuple[Comparison, ...]:
    """Every metric of a pair, as the refresh wrote them."""
    rows = snapshot.rows(
        """select metric, better, value_a, value_b, difference, low, high, b_better, method, n, why
        from version_comparisons where model = ? and version_a = ? and version_b = ?""",
        [model, *versions],
    )
    return tuple(Comparison(*row) for row in rows)


def decisions_a_month(snapshot: Snapshot, *, model: str) -> tuple[int, date] | None:
    """How many cases were decided in the last thirty days of the log, and its last day; None without decisions.

    A case that a challenger scored too counts once: of each day it is the version with the most decisions.
    """
    rows = snapshot.rows(
        """with days as (select day, max(decisions) as n from volume where model = ? and decisions > 0 group by day),
        ends as (select max(day) as last from days)
        select sum(n)::bigint, any_value(last) from days, ends where day > last - ?""",
        [model, MONTH_DAYS],
    )
    return (int(rows[0][0]), rows[0][1]) if rows and rows[0][0] else None


# What each decision of a pair is: whether the two disagree, who is right, and what that is in money.


def _told(task: Task | None, terms: Terms | None, apart: float | None) -> tuple[str, list[float | None]]:
    """The rows of a pair with `told` (both have answered), `apart`, `a_right`, `b_right`, `gain` (b less a, in money).

    A regression disagrees where the two lie further apart than `apart`; the one nearer to the outcome is right.
    """
    if task == "regression":
        a, b, out = (f"try_cast({name} as double)" for name in ("prediction_a", "prediction_b", "outcome"))
        told = f"{a} is not null and {b} is not null"
        differs = f"abs({a} - {b}) > {apart or 0.0!r}"
        right = [f"abs({one} - {out}) < abs({other} - {out})" for one, other in ((a, b), (b, a))]
    else:
        told = "prediction_a is not null and prediction_b is not null"
        differs = "prediction_a <> prediction_b"
        right = ["prediction_a = outcome", "prediction_b = outcome"]
    money, values = _gain(terms)
    return (
        f"""select *, {told} as told, coalesce({told} and {differs}, false) as apart,
            {right[0]} as a_right, {right[1]} as b_right, {money} as gain
        from paired_decisions where model = ? and version_a = ? and version_b = ?""",
        values,
    )


def _gain(terms: Terms | None) -> tuple[str, list[float | None]]:
    """What b's answer is worth more than a's (`domain.worth`), and the values bound in it."""
    match terms:
        case OutcomeWorth():
            kinds = [terms.true_positive, terms.false_positive, terms.false_negative, terms.true_negative]
            one = (
                "case when {0} = '1' and outcome = '1' then ?::double when {0} = '1' and outcome = '0' then ?::double "
                "when {0} = '0' and outcome = '1' then ?::double when {0} = '0' and outcome = '0' then ?::double end"
            )
            return f"{one.format('prediction_b')} - {one.format('prediction_a')}", kinds * 2
        case ErrorWorth():
            error = "(try_cast({0} as double) - try_cast(outcome as double))"
            one = "case when {0} > 0 then {0} * ?::double when {0} < 0 then -{0} * ?::double when {0} = 0 then 0 end"
            both = [one.format(error.format(name)) for name in ("prediction_b", "prediction_a")]
            return f"{both[0]} - {both[1]}", [terms.over, terms.under] * 2
        case _:
            return "null::double", []


_COUNTED = """count(*) filter (told)::bigint as n, count(*) filter (apart)::bigint as apart,
    count(*) filter (told and a_right is not null)::bigint as labelled,
    count(*) filter (told and a_right and not b_right)::bigint as a_ahead,
    count(*) filter (told and b_right and not a_right)::bigint as b_ahead,
    count(*) filter (apart and outcome is not null)::bigint as apart_labelled,
    count(*) filter (apart and a_right and not b_right)::bigint as a_right,
    count(*) filter (apart and b_right and not a_right)::bigint as b_right,
    sum(gain) as gain, count(gain)::bigint as gain_n"""


def disagreement(
    snapshot: Snapshot,
    *,
    model: str,
    versions: tuple[int, int],
    task: Task | None,
    terms: Terms | None = None,
    apart: float | None = None,
) -> pd.DataFrame:
    """One row, of the decisions of the sample that both answered.

    n, apart, labelled, a_ahead, b_ahead, apart_labelled, a_right, b_right, gain, gain_n.

    `labelled` is of how many the outcome is known, `a_ahead` and `b_ahead` in how many of all these one alone is right.
    `apart` is how many of them the two disagree on, `a_right` and `b_right` in how many of these one alone is right (a
    regression: nearer), as far as outcomes are known; `gain` the money by which b does better, over `gain_n` decisions.
    """
    told, values = _told(task, terms, apart)
    return snapshot.query(f"select {_COUNTED} from ({told})", [*values, model, *versions])


def segments(
    snapshot: Snapshot,
    *,
    model: str,
    versions: tuple[int, int],
    task: Task | None,
    terms: Terms | None = None,
    apart: float | None = None,
) -> pd.DataFrame:
    """The same for each segment of each input and group: feature, kind, segment, low, high first.

    `kind` is `quarter` (1 to 4 in `segment`, from `low` to `high`), `value`, `category`, `others` or `missing`.
    """
    told, values = _told(task, terms, apart)
    return snapshot.query(
        f"""with told as ({told}),
        given as (
            select feature, row, case when isfinite(value) then value end as value, text from paired_values
            where model = ? and version_a = ? and version_b = ?
        ),
        spread as (
            select feature, count(distinct value) as many, quantile_cont(value, [0.25, 0.5, 0.75]) as cuts
            from given group by feature
        ),
        frequent as (
            select feature, text, row_number() over (partition by feature order by count(*) desc, text) as place
            from given where text is not null group by feature, text
        ),
        placed as (
            select g.feature, g.row, g.value,
                case when g.text is not null then if(f.place <= ?, 'category', 'others')
                    when g.value is null then 'missing' when s.many <= ? then 'value' else 'quarter' end as kind,
                case when g.text is not null then if(f.place <= ?, g.text, '') when g.value is null then ''
                    when s.many <= ? then g.value::varchar
                    else (1 + len(list_filter(cuts, lambda cut: g.value >= cut)))::varchar end as segment
            from given g join spread s using (feature) left join frequent f on f.feature = g.feature and f.text = g.text
        )
        select feature, kind, segment, min(value) as low, max(value) as high, {_COUNTED}
        from placed join told using (row) group by feature, kind, segment order by feature, kind, segment""",
        [*values, model, *versions, model, *versions, CATEGORIES, FEW_VALUES, CATEGORIES, FEW_VALUES],
    )


def rows_apart(
    snapshot: Snapshot,
    *,
    model: str,
    versions: tuple[int, int],
    task: Task | None,
    terms: Terms | None = None,
    apart: float | None = None,
    limit: int | None = None,
) -> pd.DataFrame:
    """The decisions on which the two disagree, those that lie furthest apart first; all of them without `limit`."""
    told, values = _told(task, terms, apart)
    far = "abs(try_cast(prediction_b as double) - try_cast(prediction_a as double))"
    key = far if task == "regression" else "abs(score_b - score_a)"
    return snapshot.query(
        f"""select prediction_id, decided_at, score_a, score_b, prediction_a, prediction_b, outcome, a_right, b_right,
            gain from ({told}) where apart order by {key} desc nulls last, decided_at desc, prediction_id
        {"limit ?" if limit is not None else ""}""",
        [*values, model, *versions, *([limit] if limit is not None else [])],
    )


def spread_apart(snapshot: Snapshot, *, model: str, versions: tuple[int, int]) -> float | None:
    """The standard deviation of what lies between two predictions of a regression: further apart they disagree.

    In the predictions' unit, over all rows of the pair, with an outcome or without. None with fewer than two.
    """
    rows = snapshot.rows(
        """select stddev_samp(b - a) from (
            select try_cast(prediction_a as double) as a, try_cast(prediction_b as double) as b
            from paired_decisions where model = ? and version_a = ? and version_b = ?
        ) where isfinite(a) and isfinite(b)""",
        [model, *versions],
    )
    return rows[0][0] if rows else None


# What runs alone can tell.


def repeated_runs(snapshot: Snapshot, *, model: str, versions: tuple[int, int]) -> pd.DataFrame:
    """Metrics of the runs that repeat a version's run: finished, of its experiment, of its settings.

    Settings are the params without a seed in their name, the data (`run_inputs`) and, where both are known, the commit.
    A run without any such param repeats nothing and is repeated by nothing. Of runs with the same seed one counts.

    A row is version, run_id, run (its name), own (whether the version came from it), seed (NULL when not logged), same
    (whether both versions have the same settings), metric, better, value (the last).
    """
    return snapshot.query(_REPEATS, [SEED, model, *versions])


_REPEATS = """with keys as (select distinct key, regexp_matches(lower(key), ?) as seeding from params),
    origin as (
        select v.version, r.run_id, r.experiment_id, nullif(r.commit, '') as commit
        from model_versions v join runs r using (run_id) where v.name = ? and v.version in (?, ?)
    ),
    near as (
        select run_id, experiment_id, coalesce(name, run_id) as run, nullif(commit, '') as commit, start_time from runs
        where experiment_id in (select experiment_id from origin) and coalesce(lifecycle_stage, '') <> 'deleted'
            and (status = 'FINISHED' or run_id in (select run_id from origin))
    ),
    settings as (
        select run_id, key, value, true as param from params join keys using (key)
        where not seeding and run_id in (select run_id from near)
        union all
        select run_id, concat_ws(chr(31), name, digest, context), '', false from run_inputs
        where run_id in (select run_id from near)
    ),
    seeds as (
        select run_id, string_agg(key || '=' || value, ' ' order by key) as seed from params join keys using (key)
        where seeding and run_id in (select run_id from near) group by run_id
    ),
    wanted as (select o.version, s.key, s.value, s.param from origin o join settings s using (run_id)),
    sizes as (select version, count(*) as n from wanted group by version having bool_or(param)),
    held as (select run_id, count(*) as n from settings group by run_id),
    equal as (
        select w.version, s.run_id, count(*) as n from settings s join wanted w using (key, value, param) group by all
    ),
    alike as (
        select e.version, e.run_id from equal e join sizes z using (version, n) join held h using (run_id, n)
        join origin o using (version) join near r on r.run_id = e.run_id
        where coalesce(r.commit = o.commit, true)
    ),
    same as (
        select coalesce(bool_or(a.run_id is not null or o.run_id = other.run_id), false) as same
        from origin o join origin other on o.version <> other.version
        left join alike a on a.version = o.version and a.run_id = other.run_id
    ),
    repeats as (
        select o.version, r.run_id, r.run, r.run_id = o.run_id as own, s.seed from origin o
        join near r using (experiment_id) left join seeds s on s.run_id = r.run_id
        left join alike a on a.version = o.version and a.run_id = r.run_id
        where a.run_id is not null or r.run_id = o.run_id
        qualify s.seed is null
            or row_number() over (partition by o.version, s.seed order by own desc, r.start_time, r.run_id) = 1
    )
    select version, run_id, run, own, seed, same, m.key as metric, m.better, m.last as value
    from repeats join metrics m using (run_id), same order by version, metric, run_id"""
