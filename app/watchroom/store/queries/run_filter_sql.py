"""A run filter as a condition in SQL over `runs r left join experiments e`: every value bound, every name a constant.

A condition is true or false, never unknown: about something that the run lacks it is false.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from watchroom.domain import filters as f
from watchroom.domain.filter_times import Span, instant, seconds_of, span_of

EXPERIMENT_NOT_DELETED = "coalesce(e.lifecycle_stage, '') <> 'deleted'"
"""True also of an experiment that does not say; in a form that the database tests while it reads."""

NOT_DELETED = f"coalesce(r.lifecycle_stage, '') <> 'deleted' and {EXPERIMENT_NOT_DELETED}"
"""A run of a deleted experiment is deleted, whatever its own row says."""

LIFECYCLE = f"case when {NOT_DELETED} then 'active' else 'deleted' end"

ATTRIBUTE_SQL: dict[str, str] = {
    "experiment": "e.name",
    "name": "r.name",
    "status": "r.status",
    "user": 'r."user"',
    "start_time": "r.start_time",
    "end_time": "r.end_time",
    "duration": "(epoch_us(r.end_time) - epoch_us(r.start_time)) / 1e6",
    "run_id": "r.run_id",
    "experiment_id": "r.experiment_id",
    "parent_run_id": "r.parent_run_id",
    "commit": 'r."commit"',
    "dirty": "r.dirty",
    "source_name": "r.source_name",
    "source_type": "r.source_type",
    "lifecycle_stage": LIFECYCLE,
    "artifact_uri": "r.artifact_uri",
}
"""Every attribute of the language, as SQL."""

STATISTIC_SQL = {"last": "last", "best": "best", "min": "min", "max": "max", "count": "count"}
_DATASET_SQL = {"name": "name", "digest": "digest", "context": "context"}
_MODEL_SQL = {"name": "v.name", "version": "v.version", "alias": "a.alias"}
_COMPARISON_SQL = {"=": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_LIKE_SQL = {
    "like": "{} like ?",
    "ilike": "{} ilike ?",
    "contains": "contains(lower({}), lower(?))",
}
_MODELS = "model_versions v left join aliases a on a.name = v.name and a.version = v.version"


@dataclass(frozen=True)
class Sql:
    """A piece of SQL and the values bound to its question marks, in order."""

    text: str
    params: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Clock:
    """What a filter's times refer to: `ago` counts back from `now`; a time without a zone is in `zone`."""

    now: datetime
    zone: tzinfo = UTC


def filter_sql(filter_: f.Filter, clock: Clock) -> Sql:
    """The condition that is true for exactly the runs that the filter takes."""
    match filter_:
        case f.And(parts):
            return _joined(" and ", [filter_sql(part, clock) for part in parts])
        case f.Or(parts):
            return _joined(" or ", [filter_sql(part, clock) for part in parts])
        case f.Not(part):
            return _not(filter_sql(part, clock))
        case f.IsNull(subject, negated):
            present = _about(subject, Sql(f"{_value_sql(subject)} is not null"))
            return present if negated else _not(present)
        case condition:
            return _about(condition.subject, _test(condition, clock))


def _about(subject: f.Subject, test: Sql) -> Sql:
    """The condition on a run that something it has passes the test."""
    match subject:
        case f.Attribute():
            return Sql(f"coalesce({test.text}, false)", test.params)
        case f.Metric(key):
            return _among("run_id from metrics where key = ?", (key,), test)
        case f.Param(key):
            return _among("run_id from params where key = ?", (key,), test)
        case f.Tag(key):
            return _among("run_id from tags where key = ?", (key,), test)
        case f.Dataset():
            return _among("run_id from run_inputs where true", (), test)
        case f.Model():
            return _among(f"v.run_id from {_MODELS} where v.run_id is not null", (), test)


def _among(select: str, params: tuple[Any, ...], test: Sql) -> Sql:
    return Sql(f"r.run_id in (select {select} and {test.text})", (*params, *test.params))


def _value_sql(subject: f.Subject, *, numeric: bool = False) -> str:
    match subject:
        case f.Attribute(name):
            return ATTRIBUTE_SQL[name]
        case f.Metric(_, statistic):
            return STATISTIC_SQL[statistic]
        case f.Param():
            return "number" if numeric else "value"
        case f.Tag():
            return "value"
        case f.Dataset(field):
            return _DATASET_SQL[field]
        case f.Model(field):
            return _MODEL_SQL[field]


def _test(condition: f.Condition, clock: Clock) -> Sql:
    """The condition on one value; unknown (NULL) where there is none."""
    match condition:
        case f.Compare(subject, operator, value):
            return _guarded(subject, (value,), _compared(subject, operator, value, clock))
        case f.OneOf(subject, values, negated):
            any_of = _joined(" or ", [_compared(subject, "=", value, clock) for value in values])
            return _guarded(subject, values, _not(any_of) if negated else any_of)
        case f.Between(subject, low, high, negated):
            both = _joined(" and ", [_compared(subject, ">=", low, clock), _compared(subject, "<=", high, clock)])
            return _guarded(subject, (low, high), _not(both) if negated else both)
        case f.Like(subject, operator, pattern, negated):
            found = Sql(f"({_LIKE_SQL[operator].format(_value_sql(subject))})", (pattern.value,))
            return _not(found) if negated else found
        case f.IsFinite(subject, negated):
            finite = Sql(f"isfinite({_value_sql(subject)})")
            return _not(finite) if negated else finite
    raise AssertionError(condition)


def _guarded(subject: f.Subject, values: Iterable[f.Value], test: Sql) -> Sql:
    """To the database NaN is the greatest number and equal to itself; here it compares with nothing."""
    numeric = isinstance(subject, f.Param) and any(isinstance(value, f.Number) for value in values)
    if not numeric and not isinstance(subject, f.Metric):
        return test
    return Sql(f"({test.text} and not isnan({_value_sql(subject, numeric=numeric)}))", test.params)


def _compared(subject: f.Subject, operator: str, value: f.Value, clock: Clock) -> Sql:
    if f.kind_of(subject) == "time":
        return _compared_time(_value_sql(subject), operator, _span(value, clock))
    expression = _value_sql(subject, numeric=isinstance(value, f.Number))
    return Sql(f"{expression} {_COMPARISON_SQL[operator]} ?", (_bound(subject, value),))


def _bound(subject: f.Subject, value: f.Value) -> Any:
    match value:
        case f.Text(length) if f.kind_of(subject) == "duration":
            return seconds_of(length)
        case f.Ago():
            raise AssertionError("only times compare with `ago`")
        case _:
            return value.value


def _compared_time(expression: str, operator: str, span: Span) -> Sql:
    """A written time is all that it names, so `=` and `<=` take the whole of that day or minute."""
    match operator:
        case "=":
            return Sql(f"({expression} >= ? and {expression} < ?)", (span.start, span.end))
        case "!=":
            return Sql(f"({expression} < ? or {expression} >= ?)", (span.start, span.end))
        case "<" | ">=":
            return Sql(f"{expression} {operator} ?", (span.start,))
        case "<=":
            return Sql(f"{expression} < ?", (span.end,))
        case _:
            return Sql(f"{expression} >= ?", (span.end,))


def _span(value: f.Value, clock: Clock) -> Span:
    match value:
        case f.Text(text):
            span = span_of(text, clock.zone)
        case f.Number(milliseconds):
            span = instant(milliseconds)
        case f.Ago(length):
            span = _before(clock.now, seconds_of(length) or 0.0)
        case _:
            span = None
    if span is None:
        raise AssertionError(f"the parser lets no {value} through")
    return span


def _before(now: datetime, seconds: float) -> Span:
    try:
        start = now.astimezone(UTC).replace(tzinfo=None) - timedelta(seconds=seconds)
    except OverflowError:
        start = datetime.min
    return Span(start, start + timedelta(microseconds=1))


def _not(sql: Sql) -> Sql:
    return Sql(f"(not {sql.text})", sql.params)


def _joined(word: str, parts: list[Sql]) -> Sql:
    return Sql(f"({word.join(part.text for part in parts)})", tuple(p for part in parts for p in part.params))
