"""Random filters over a few keys, and what they mean: a second, plain reading of docs/filters.md to test against."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from watchroom.domain import filters as f
from watchroom.domain.filter_times import seconds_of

TEXTS = (
    "",
    "a",
    "A",
    "ab",
    "a%b",
    "a_b",
    "it's",
    "Ж",
    "ж",
    "漢字",
    "😀",
    "10",
    "9",
    "0.5",
    "'; drop table runs; --",
    '`"\\',
)
KEYS = ("rmse", "val/loss x", "a.b", "and", "Ж`😀", "'; drop table runs; --", "no run has it")
NUMBERS = (-1.0, 0.0, 0.5, 1.0, 9.0, 10.0, 1e300)
TIMES = (
    "2026-01-31",
    "2026-03-29",
    "2026-01-31 12:30",
    "2026-01-31T12:30:15Z",
    "2026-01-31 12:30:15.25",
    "2026-01-31T12:30+05:30",
)
LENGTHS = ("0s", "90s", "15m", "2h", "7d", "9999999w")
_COMPARISONS = st.sampled_from(("=", "!=", "<", "<=", ">", ">="))

texts = st.sampled_from(TEXTS).map(f.Text)
numbers = st.sampled_from(NUMBERS).map(f.Number)
times = st.one_of(
    st.sampled_from(TIMES).map(f.Text),
    st.sampled_from(LENGTHS).map(f.Ago),
    st.sampled_from((0.0, 1769862615000.0)).map(f.Number),
)
_VALUES: dict[f.Kind, st.SearchStrategy[f.Value]] = {
    "text": texts,
    "number": numbers,
    "time": times,
    "duration": st.one_of(numbers, st.sampled_from(LENGTHS).map(f.Text)),
}


@st.composite
def subjects(draw: st.DrawFn) -> f.Subject:
    """Any subject of the language."""
    key = draw(st.sampled_from(KEYS))
    return draw(
        st.sampled_from(
            (
                f.Metric(key, draw(st.sampled_from(f.STATISTICS))),
                f.Param(key),
                f.Tag(key),
                f.Attribute(draw(st.sampled_from(tuple(f.ATTRIBUTES)))),
                f.Dataset(draw(st.sampled_from(tuple(f.DATASET_FIELDS)))),
                f.Model(draw(st.sampled_from(tuple(f.MODEL_FIELDS)))),
            )
        )
    )


@st.composite
def conditions(draw: st.DrawFn) -> f.Condition:
    """Any condition that the parser lets through."""
    subject, negated = draw(subjects()), draw(st.booleans())
    kind = f.kind_of(subject)
    if kind == "truth":
        return draw(
            st.sampled_from(
                (f.IsNull(subject, negated), f.Compare(subject, "!=" if negated else "=", f.Truth(draw(st.booleans()))))
            )
        )
    values = draw(st.sampled_from((texts, numbers))) if kind == "text or number" else _VALUES[kind]
    made: list[f.Condition] = [
        f.Compare(subject, draw(_COMPARISONS), draw(values)),
        f.OneOf(subject, tuple(draw(st.lists(values, min_size=1, max_size=3))), negated),
        f.Between(subject, draw(values), draw(values), negated),
        f.IsNull(subject, negated),
    ]
    if isinstance(subject, f.Metric):
        made.append(f.IsFinite(subject, negated))
    if kind in ("text", "text or number"):
        pattern = f.Text(draw(st.sampled_from((*TEXTS, "%", "_", "%a%", "ж%", "_b", "%漢%"))))
        made.append(f.Like(subject, draw(st.sampled_from(("like", "ilike", "contains"))), pattern, negated))
    return draw(st.sampled_from(made))


def filters() -> st.SearchStrategy[f.Filter]:
    """Any filter, a few levels deep."""
    return st.recursive(
        conditions(),
        lambda inner: st.one_of(
            inner.map(f.Not),
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: f.And(tuple(parts))),
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: f.Or(tuple(parts))),
        ),
        max_leaves=6,
    )


class Reference:
    """Evaluates filters over runs given as dicts of Python values, with nothing in common with the SQL."""

    def __init__(self, now: datetime, zone: ZoneInfo) -> None:
        self.now = now
        self.zone = zone

    def takes(self, filter_: f.Filter, run: dict[str, Any]) -> bool:
        match filter_:
            case f.And(parts):
                return all(self.takes(part, run) for part in parts)
            case f.Or(parts):
                return any(self.takes(part, run) for part in parts)
            case f.Not(part):
                return not self.takes(part, run)
            case condition:
                return self._holds(condition, run)

    def _holds(self, condition: f.Condition, run: dict[str, Any]) -> bool:
        values = [value for value in self._values(condition.subject, run) if value is not None]
        if isinstance(condition, f.IsNull):
            return bool(values) == condition.negated
        return any(self._passes(condition, value) for value in values)

    def _values(self, subject: f.Subject, run: dict[str, Any]) -> list[Any]:
        match subject:
            case f.Attribute(name):
                return [run[name]]
            case f.Metric(key, statistic):
                return [run["metrics"].get(key, {}).get(statistic)]
            case f.Param(key):
                return [run["params"].get(key)]
            case f.Tag(key):
                return [run["tags"].get(key)]
            case f.Dataset(field):
                return [dataset[field] for dataset in run["datasets"]]
            case f.Model(field):
                return [version[field] for version in run["models"]]

    def _passes(self, condition: f.Condition, value: Any) -> bool:
        match condition:
            case f.IsFinite(_, negated):
                return math.isfinite(value) != negated
            case f.Like(_, operator, pattern, negated):
                return self._like(operator, pattern.value, value) != negated
            case f.Compare(subject, operator, wanted):
                return self._compares(subject, value, operator, wanted)
            case f.OneOf(subject, wanted, negated):
                found = any(self._compares(subject, value, "=", one) for one in wanted)
                return self._comparable(subject, value, wanted[0]) and found != negated
            case f.Between(subject, low, high, negated):
                both = self._compares(subject, value, ">=", low) and self._compares(subject, value, "<=", high)
                return self._comparable(subject, value, low) and both != negated
        raise AssertionError(condition)

    def _comparable(self, subject: f.Subject, value: Any, wanted: f.Value) -> bool:
        number = self._number(subject, value, wanted)
        return number is not None and number == number

    def _number(self, subject: f.Subject, value: Any, wanted: f.Value) -> Any:
        if isinstance(subject, f.Param) and isinstance(wanted, f.Number):
            return as_number(value)
        return value

    def _compares(self, subject: f.Subject, value: Any, operator: str, wanted: f.Value) -> bool:
        if not self._comparable(subject, value, wanted):
            return False
        value = self._number(subject, value, wanted)
        low, high = self._bounds(subject, wanted)
        match operator:
            case "=":
                return low <= value <= high
            case "!=":
                return not low <= value <= high
            case "<":
                return value < low
            case "<=":
                return value <= high
            case ">":
                return value > high
            case _:
                return value >= low

    def _bounds(self, subject: f.Subject, wanted: f.Value) -> tuple[Any, Any]:
        """The first and the last value that `wanted` stands for."""
        kind = f.kind_of(subject)
        if kind == "duration" and isinstance(wanted, f.Text):
            return (seconds_of(wanted.value),) * 2
        if kind != "time":
            return (wanted.value,) * 2
        if isinstance(wanted, f.Number):
            start = datetime(1970, 1, 1) + timedelta(milliseconds=wanted.value)
            return start, start + timedelta(milliseconds=1, microseconds=-1)
        if isinstance(wanted, f.Ago):
            seconds = seconds_of(wanted.length)
            start = datetime.min if seconds > 1e10 else self.now.replace(tzinfo=None) - timedelta(seconds=seconds)
            return start, start
        return self._written(wanted.value)

    def _written(self, text: str) -> tuple[datetime, datetime]:
        start = datetime.fromisoformat(text)
        unit = {10: timedelta(days=1), 16: timedelta(minutes=1), 20: timedelta(seconds=1), 22: timedelta(minutes=1)}
        end = start + (timedelta(milliseconds=10) if "." in text else unit[len(text)])
        low, high = ((time if time.tzinfo else time.replace(tzinfo=self.zone)).astimezone(UTC) for time in (start, end))
        return low.replace(tzinfo=None), high.replace(tzinfo=None) - timedelta(microseconds=1)

    def _like(self, operator: str, pattern: str, value: str) -> bool:
        if operator == "contains":
            return pattern.lower() in value.lower()
        marks = {"%": ".*", "_": "."}
        expression = "".join(marks.get(mark, re.escape(mark)) for mark in pattern)
        return re.fullmatch(expression, value, re.DOTALL | (re.IGNORECASE if operator == "ilike" else 0)) is not None


def as_number(text: str) -> float | None:
    """A parameter's number, as the store keeps it."""
    try:
        return float(text)
    except ValueError:
        return None
