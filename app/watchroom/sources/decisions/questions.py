"""The questions put to a log, as SQL that DuckDB and Spark both run: what a row means, and how rows are added up.

A log's columns are first brought to one form, file shape by file shape, since a glob may match files of several: `id`,
`decided_at`, `day`, `version`, a signal's value and whether it is invalid. All later questions are about that form.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Literal

from watchroom.domain.bins import INVALID, MISSING, SCORE_BIN_SQL
from watchroom.domain.vocabulary import Task
from watchroom.domain.yes_no import NO, YES
from watchroom.sources.decisions.contract import (
    Binning,
    Champion,
    DecisionLog,
    Family,
    FeatureBins,
    FileShape,
    OutcomeLog,
)
from watchroom.sources.decisions.dialect import Dialect

Form = Literal["number", "category", "boolean", "score", "binary", "time"]
"""How a value is read: `score` is a number from 0 to 1, `binary` one of '0' and '1', `time` one in UTC."""

LEAST_PROBABILITY = "2.2e-16"
"""What log loss is kept from 0 by: the distance from 1 to the next double, as scikit-learn has it."""

EARLIEST, LATEST = date(1900, 1, 1), date(2200, 1, 1)
"""Times from the first on and before the second are those of decisions.

Others stand for none: 0001-01-01, 1899-12-30 and 9999-12-31 are what systems write for `no date` and `never`. They
would be days on which everything is compared; and Python, DuckDB and Spark do not agree on what lies beyond theirs.
"""

LAST_VERSION = 2**31 - 1
"""The greatest version that a column of integers holds; MLflow counts from 1."""

_EXACT = "9e15"
"""Up to here a whole double is an exact integer, and is written without its fraction."""


@dataclass(frozen=True)
class Signal:
    """A column that is counted by bin, and how it is read; the feature's name, or `@score`, `@prediction`."""

    name: str
    column: str
    form: Form


def outcome_form(task: Task | None) -> Form:
    """How outcomes, and predictions, of a task are read."""
    return "binary" if task == "binary" else "number" if task == "regression" else "category"


def signals_of(log: DecisionLog) -> tuple[Signal, ...]:
    """Everything of a decision that is counted by bin, in order."""
    found = [Signal(name, name, kind) for name, kind in log.features]
    if log.score is not None:
        found.append(Signal("@score", log.score, "score"))
    if log.prediction is not None and log.task is not None:
        found.append(Signal("@prediction", log.prediction, outcome_form(log.task)))
    return tuple(found)


def alike(shapes: Iterable[FileShape]) -> list[tuple[FileShape, ...]]:
    """The files by shape: those of one group can be read as one table.

    Their columns are of the same types and not just of one family: else a value would be read as another (0.1 of 32
    bits is not 0.1 of 64) depending on which files are read with it.
    """

    def key(shape: FileShape) -> tuple[object, ...]:
        return shape.format, shape.delimiter, shape.columns, shape.header, shape.skip, shape.types

    return [tuple(group) for _, group in groupby(sorted(shapes, key=key), key=key)]


def days_sql(days: Iterable[date]) -> str:
    """Days as a list of literals."""
    return ", ".join(f"date '{day.isoformat()}'" for day in sorted(days))


# What a value means.


def text_of(dialect: Dialect, family: Family | None, name: str) -> str:
    """A value as text; whole floats without a fraction, so that an id reads the same in any file."""
    if family is None:
        return f"cast(null as {dialect.text})"
    if family == "text":
        return name
    if family == "float":
        whole = f"{name} = floor({name}) and abs({name}) < {_EXACT}"
        return (
            f"case when isnan({name}) then null when {whole} then cast(cast({name} as bigint) as {dialect.text}) "
            f"else cast({name} as {dialect.text}) end"
        )
    return f"cast({name} as {dialect.text})"


def _filled(dialect: Dialect, family: Family | None, name: str) -> str:
    """As `text_of`, and NULL for a blank. Most begin with a visible sign, and need no trimming to be told from one."""
    text = text_of(dialect, family, name)
    return (
        text if family == "integer" else f"case when {text} >= '!' then {text} when trim({text}) <> '' then {text} end"
    )


def time_of(dialect: Dialect, family: Family | None, name: str) -> str:
    """A time in UTC; NULL when it is none."""
    match family:
        case "naive":
            return name
        case "date":
            return f"try_cast({name} as timestamp)"
        case "zoned":
            return dialect.zoned_as_utc(name)
        case "text":
            return dialect.text_as_utc(name)
        case _:
            return "cast(null as timestamp)"


def _usable_time(at: str) -> str:
    """A time that a decision can have; NULL for what only stands for none."""
    return f"case when {at} >= timestamp '{EARLIEST} 00:00:00' and {at} < timestamp '{LATEST} 00:00:00' then {at} end"


def _zoned(dialect: Dialect, family: Family | None, name: str) -> str:
    return "true" if family == "zoned" else dialect.has_zone(name) if family == "text" else "false"


def _number(dialect: Dialect, family: Family | None, name: str) -> tuple[str, str]:
    match family:
        case None:
            return "cast(null as double)", "false"
        case "integer" | "float":
            return f"cast({name} as double)", "false"
        case "boolean":
            return f"case when {name} then 1e0 when not {name} then 0e0 end", "false"
        case "text":
            value = f"try_cast({name} as double)"
            return value, f"({value} is null and trim({name}) <> '')"
        case _:
            return "cast(null as double)", f"({name} is not null)"


_NEVER = "false"
"""Of a value that is always of its type."""

_TRUE, _FALSE = f"{YES}", f"{NO}"  # a tuple of texts is a list of SQL


def _of_two(dialect: Dialect, family: Family | None, name: str, yes: str, no: str) -> tuple[str, str]:
    if family == "boolean":
        return f"case when {name} then '{yes}' when not {name} then '{no}' end", "false"
    text = f"nullif(lower(trim({text_of(dialect, family, name)})), '')"
    value = f"case when {text} in {_TRUE} then '{yes}' when {text} in {_FALSE} then '{no}' end"
    if family is None:
        return value, "false"
    return value, f"({text} is not null and {text} not in {_TRUE} and {text} not in {_FALSE})"


def value_of(dialect: Dialect, form: Form, family: Family | None, name: str) -> tuple[str, str]:
    """A signal's value, NULL when it is missing or invalid, and whether it is invalid."""
    match form:
        case "category":
            return text_of(dialect, family, name), "false"
        case "number":
            return _number(dialect, family, name)
        case "score":
            value, invalid = _number(dialect, family, name)
            inside = f"{value} between 0e0 and 1e0"
            outside = f"({value} < 0e0 or ({value} > 1e0 and not isnan({value})))"
            return f"case when {inside} then {value} end", f"({invalid} or {outside})"
        case "boolean":
            return _of_two(dialect, family, name, "true", "false")
        case "binary":
            return _of_two(dialect, family, name, "1", "0")
        case "time":
            return time_of(dialect, family, name), _NEVER


def may_be_invalid(dialect: Dialect, signal: Signal, shapes: Iterable[FileShape]) -> bool:
    """Whether some file may hold values of another type: else nobody needs to look."""
    families = {shape.family(signal.column) for shape in shapes}
    return any(value_of(dialect, signal.form, family, dialect.name(signal.column))[1] != _NEVER for family in families)


def version_of(dialect: Dialect, log: DecisionLog, shape: FileShape, at: str) -> str:
    """The version that decided: its column, else the champion of that time. NULL when it is no integer from 1 on."""
    if log.version is None:
        return champion_at(log.champions, at)
    family, name = shape.family(log.version), dialect.name(log.version)
    match family:
        case "integer":
            return f"case when {name} between 1 and {LAST_VERSION} then try_cast({name} as integer) end"
        case "float" | "text":
            number = f"try_cast({name} as double)"
            whole = f"{number} = floor({number}) and {number} between 1 and {LAST_VERSION}"
            return f"case when {whole} then try_cast({number} as integer) end"
        case _:
            return "cast(null as integer)"


def champion_at(champions: Sequence[Champion], at: str) -> str:
    """The champion of a time; the first one's for whatever came before."""
    if not champions:
        return "cast(null as integer)"
    later = " ".join(
        f"when {at} >= timestamp '{one.since:%Y-%m-%d %H:%M:%S.%f}' then {one.version}"
        for one in reversed(champions[1:])
    )
    return f"case {later} else {champions[0].version} end" if later else f"cast({champions[0].version} as integer)"


# The forms that a log is brought to.


@dataclass(frozen=True)
class Wanted:
    """Which columns of a decision a question needs besides id, time, day and version."""

    signals: tuple[Signal, ...] = ()
    groups: tuple[str, ...] = ()
    raw: tuple[str, ...] = ()
    among: tuple[FileShape, ...] = ()
    """All files of the question, where raw columns are to have one type over files of several shapes (`raw_of`)."""
    digest: bool = False
    lacking: tuple[str, ...] = ()
    """Columns of which `lacking` is to tell those that the row's file does not have."""
    place: bool = False
    """Whether `file` and `row` are needed: to name a file, or to tell which of several rows is the last."""


def decisions(
    dialect: Dialect, log: DecisionLog, shapes: Sequence[FileShape], wanted: Wanted, days: Iterable[date] | None = None
) -> str:
    """Decisions in one form, usable ones alone: `id`, `decided_at`, `day`, `version`, and what is wanted.

    A signal's value is `s0`, `s1`, … in the order of `wanted.signals`, and `x0`, … says whether it is invalid; groups
    are `g0`, …; raw columns are `r0`, …
    """
    parts = [_decisions_of(dialect, log, group, wanted, days) for group in alike(shapes)]
    return " union all ".join(parts)


def _decisions_of(
    dialect: Dialect, log: DecisionLog, shapes: tuple[FileShape, ...], wanted: Wanted, days: Iterable[date] | None
) -> str:
    columns = ", ".join(_columns(dialect, log, shapes[0], wanted))
    kept = "id is not null and decided_at is not null and version is not null"
    near = ""
    if days is not None:
        kept += f" and day in ({days_sql(days)})"
        near = _near(dialect, log, shapes[0], days)
    timed = _timed(dialect, log, shapes, near)
    return f"select * from (select {columns} from ({timed}) as timed) as decisions where {kept}"


def _timed(dialect: Dialect, log: DecisionLog, shapes: tuple[FileShape, ...], near: str = "") -> str:
    """The files' rows with their usable time as `__at`. It is found in a step of its own: to read a text takes long."""
    found = f"select *, {_time(dialect, log.timestamp, shapes[0])} as __found from {_scan(dialect, shapes)}{near}"
    return f"select *, {_usable_time('__found')} as __at from ({found}) as found"


def _scan(dialect: Dialect, shapes: tuple[FileShape, ...]) -> str:
    """The files as a table; files without a header are one without rows."""
    if shapes[0].columns:
        return dialect.scan(shapes)
    return f"(select cast(null as {dialect.text}) as __file, cast(null as bigint) as __row where false) as scanned"


def _near(dialect: Dialect, log: DecisionLog, shape: FileShape, days: Iterable[date]) -> str:
    """A condition on the column itself, where that lets whole parts of a file be skipped."""
    if shape.family(log.timestamp) != "naive":
        return ""
    name, first, last = dialect.name(log.timestamp), min(days), max(days) + timedelta(days=1)
    return f" where {name} >= timestamp '{first} 00:00:00' and {name} < timestamp '{last} 00:00:00'"


def _time(dialect: Dialect, column: str, shape: FileShape) -> str:
    name = dialect.to_microseconds(dialect.name(column), shape.type(column))
    return time_of(dialect, shape.family(column), name)


def _columns(dialect: Dialect, log: DecisionLog, shape: FileShape, wanted: Wanted) -> Iterable[str]:
    yield f"{_filled(dialect, shape.family(log.id), dialect.name(log.id))} as id"
    yield "__at as decided_at"
    yield "cast(__at as date) as day"
    yield f"{version_of(dialect, log, shape, '__at')} as version"
    for position, signal in enumerate(wanted.signals):
        name = dialect.name(signal.column)
        if signal.form == "time":
            name = dialect.to_microseconds(name, shape.type(signal.column))
        value, invalid = value_of(dialect, signal.form, shape.family(signal.column), name)
        yield f"{value} as s{position}"
        yield f"{invalid if invalid == _NEVER else f'coalesce({invalid}, false)'} as x{position}"
    for position, column in enumerate(wanted.groups):
        yield f"coalesce({text_of(dialect, shape.family(column), dialect.name(column))}, '') as g{position}"
    for position, column in enumerate(wanted.raw):
        yield f"{raw_of(dialect, column, shape, wanted.among or (shape,))} as r{position}"
    if wanted.lacking:
        yield f"{_lacking(dialect, shape, wanted.lacking)} as lacking"
    if wanted.digest:
        present = tuple(dialect.name(column) for column in log.used if shape.family(column) is not None)
        yield f"{dialect.row_hash(present)} as digest"
        yield f"{_zoned(dialect, shape.family(log.timestamp), dialect.name(log.timestamp))} as zoned"
    if wanted.place:
        yield "__file as file"
        yield "__row as row"


def _lacking(dialect: Dialect, shape: FileShape, columns: Iterable[str]) -> str:
    """The names of the columns that the file does not have, as a JSON list; NULL when it has all."""
    names = [column for column in columns if shape.family(column) is None]
    return f"cast({dialect.bound(json.dumps(names)) if names else 'null'} as {dialect.text})"


_NUMBERS = frozenset({"integer", "float"})


def raw_of(dialect: Dialect, column: str, shape: FileShape, among: Iterable[FileShape]) -> str:
    """A column as it lies there; NULL where the file has none.

    Files that hold it as numbers and as something else, or as several other types, give text: the engines have their
    own ways to bring these together.
    """
    told = {(one.family(column), one.type(column)) for one in among} - {(None, "")}
    families = {family for family, _ in told}
    family = shape.family(column)
    if not told:
        return f"cast(null as {dialect.text})"
    apart = len(families) > 1 and not families <= _NUMBERS
    if apart or (families == {"other"} and len(told) > 1):
        return text_of(dialect, family, dialect.name(column))
    return dialect.name(column) if family is not None else "null"


def once(relation: str) -> str:
    """Each id once for its version and day: the last by time, then by file, then by place. Needs `Wanted.place`."""
    place = "row_number() over (partition by id, version, day order by decided_at desc, file desc, row desc) as nth"
    return f"select * from (select *, {place} from ({relation}) as twice) as numbered where nth = 1"


def outcomes(dialect: Dialect, log: OutcomeLog, task: Task | None, shapes: Sequence[FileShape]) -> str:
    """Outcomes in one form: `id`, `value`, `known_at`, `file`, `row`, `fault` (0 for usable), `digest`, `zoned`."""
    parts = [_outcomes_of(dialect, log, outcome_form(task), group) for group in alike(shapes)]
    return " union all ".join(parts)


def _outcomes_of(dialect: Dialect, log: OutcomeLog, form: Form, shapes: tuple[FileShape, ...]) -> str:
    shape = shapes[0]
    value, _ = value_of(dialect, form, shape.family(log.value), dialect.name(log.value))
    if form == "number":
        value = f"case when abs({value}) < 'Infinity' then {value} end".replace(
            "'Infinity'", "cast('Infinity' as double)"
        )
    family = shape.family(log.timestamp) if log.timestamp else None
    used = tuple(dialect.name(column) for column, _ in shape.columns if column in (log.id, log.value, log.timestamp))
    columns = (
        f"{_filled(dialect, shape.family(log.id), dialect.name(log.id))} as id",
        f"{value} as value",
        f"{_time(dialect, log.timestamp, shape) if log.timestamp else 'cast(null as timestamp)'} as __found",
        f"{_zoned(dialect, family, dialect.name(log.timestamp or ''))} as zoned",
        f"{dialect.row_hash(used)} as digest",
        "__file as file",
        "__row as row",
    )
    fault = "case when id is null then 1 when value is null then 4 else 0 end as fault"
    kept = f"id, value, {_usable_time('__found')} as known_at, zoned, digest, file, row"
    return f"select {kept}, {fault} from (select {', '.join(columns)} from {_scan(dialect, shapes)}) as outcomes"


def newest(relation: str) -> str:
    """One usable outcome for each id: the newest by its time, then by file, then by place."""
    place = "row_number() over (partition by id order by known_at desc nulls last, file desc, row desc) as nth"
    usable = f"select * from ({relation}) as told where fault = 0"
    return f"select id, value from (select *, {place} from ({usable}) as usable) as numbered where nth = 1"


# Surveys.


def survey(dialect: Dialect, log: DecisionLog, shapes: Sequence[FileShape]) -> str:
    """Rows of decision files: file, fault, day, version, whether zoned, n, digest; no day or version with a fault."""
    parts = [_survey_of(dialect, log, group) for group in alike(shapes)]
    relation = " union all ".join(parts)
    return (
        "select file, fault, case when fault = 0 then day end as day, case when fault = 0 then version end as version, "
        f"zoned, count(*) as n, {dialect.hash_sum('digest')} as digest from ({relation}) as found "
        "group by 1, 2, 3, 4, 5"
    )


def _survey_of(dialect: Dialect, log: DecisionLog, shapes: tuple[FileShape, ...]) -> str:
    columns = ", ".join(_columns(dialect, log, shapes[0], Wanted(digest=True, place=True)))
    timed = _timed(dialect, log, shapes)
    fault = "case when id is null then 1 when decided_at is null then 2 when version is null then 3 else 0 end as fault"
    kept = "file, day, version, zoned, digest"
    return f"select {kept}, {fault} from (select {columns} from ({timed}) as timed) as found"


def outcome_facts(dialect: Dialect, log: OutcomeLog, task: Task | None, shapes: Sequence[FileShape]) -> str:
    """Rows of outcome files: file, fault, whether zoned, n."""
    relation = outcomes(dialect, log, task, shapes)
    return f"select file, fault, zoned, count(*) as n from ({relation}) as told group by 1, 2, 3"


def outcome_days(dialect: Dialect, told: str, decided: str) -> str:
    """For each file of outcomes and day of decisions: n and digest; day NULL for ids that no decision has."""
    return (
        f"select told.file, decided.day, count(*) as n, {dialect.hash_sum('told.digest')} as digest "
        f"from (select * from ({told}) as faulty where fault = 0) as told "
        f"left join (select id, day from ({decided}) as known) as decided on told.id = decided.id group by 1, 2"
    )


# Counts by bin.


def bin_sql(bins: FeatureBins, dialect: Dialect, value: str, invalid: str) -> str:
    """The bin of a value, as a tree of comparisons: the same as `domain.bins.bins_of_numbers` and the categories."""
    if bins.kind == "number":
        found = _tree([float(edge) for edge in bins.edges], 0, value)
        missing = f"{value} is null or isnan({value})"
    else:
        other = -3 if bins.closed else -4
        cases = " ".join(f"when {dialect.bound(text)} then {place}" for place, text in enumerate(bins.values))
        found = f"case {value} {cases} else {other} end" if cases else str(other)
        missing = f"{value} is null"
    return f"case when {invalid} then {INVALID} when {missing} then {MISSING} else {found} end"


def _tree(edges: list[float], first: int, value: str) -> str:
    """Halving: some seven comparisons for a hundred edges."""
    if not edges:
        return str(first)
    middle = len(edges) // 2
    below, above = _tree(edges[:middle], first, value), _tree(edges[middle + 1 :], first + middle + 1, value)
    return f"case when {value} < {double(edges[middle])} then {below} else {above} end"


def double(value: float) -> str:
    """A number that every engine reads as exactly this double: an exponent makes it one."""
    if math.isinf(value):
        return f"cast('{value}' as double)"
    return repr(value) if "e" in repr(value) else f"{value!r}e0"


def binned(binning: Binning, dialect: Dialect, signal: str, value: str, invalid: str) -> str:
    """The bin of a signal by the row's version; NULL where there are no bins for it."""
    own = {version: _bins_named(bins, signal) for version, bins in (binning.own or {}).items()}
    default = _bins_named(binning.default, signal)
    cases = " ".join(
        f"when {version} then {bin_sql(bins, dialect, value, invalid) if bins else 'null'}"
        for version, bins in own.items()
    )
    rest = bin_sql(default, dialect, value, invalid) if default else "null"
    return f"case version {cases} else {rest} end" if cases else rest


def _bins_named(bins: Iterable[FeatureBins], signal: str) -> FeatureBins | None:
    return next((one for one in bins if one.feature == signal), None)


def feature_counts(dialect: Dialect, binning: Binning, signals: Sequence[Signal], relation: str) -> str:
    """`FEATURE_COUNTS` in one pass over the log: every signal's bin, then one group for each signal."""
    watched = [(place, signal) for place, signal in enumerate(signals)]
    bins = ", ".join(
        f"{binned(binning, dialect, signal.name, f's{place}', f'x{place}')} as b{place}" for place, signal in watched
    )
    sets = ", ".join(f"(version, day, b{place})" for place, _ in watched)
    names = " ".join(f"when grouping(b{place}) = 0 then {dialect.bound(signal.name)}" for place, signal in watched)
    one = " ".join(f"when grouping(b{place}) = 0 then b{place}" for place, _ in watched)
    counted = (
        f"select version, day, case {names} end as feature, case {one} end as bin, count(*) as n "
        f"from (select version, day, {bins} from ({relation}) as decided) as binned group by grouping sets ({sets})"
    )
    return f"select * from ({counted}) as counted where bin is not null"


# What came of the decisions.


def joined(decided: str, told: str) -> str:
    """Decisions with their outcome, NULL while unknown. `told` has at most one for each id."""
    return (
        f"select decided.*, told.value as outcome from ({decided}) as decided "
        f"left join ({told}) as told on decided.id = told.id"
    )


def _groupings(groups: Sequence[str], keys: str) -> tuple[str, str, str]:
    """The group's name and value, and the grouping sets: all together, and each group column."""
    places = range(len(groups))
    names = " ".join(f"when grouping(g{place}) = 0 then __name{place}__" for place in places)
    values = " ".join(f"when grouping(g{place}) = 0 then g{place}" for place in places)
    sets = ", ".join([f"({keys})", *(f"({keys}, g{place})" for place in places)])
    return (f"case {names} else '' end" if names else "''", f"case {values} else '' end" if values else "''", sets)


def _named(dialect: Dialect, groups: Sequence[str], keys: str) -> tuple[str, str, str]:
    name, value, sets = _groupings(groups, keys)
    for place, column in enumerate(groups):
        name = name.replace(f"__name{place}__", dialect.bound(column))
    return name, value, sets


def outcome_cells(dialect: Dialect, groups: Sequence[str], relation: str) -> str:
    """`OUTCOME_CELLS` of rows with version, day, score, predicted, outcome, and the groups."""
    name, value, sets = _named(dialect, groups, "version, day, score_bin, predicted, outcome")
    given = "(case when outcome = '1' then score when outcome = '0' then 1e0 - score end)"
    grid = f"cast({SCORE_BIN_SQL.format(score='score')} as smallint)"
    rows = (
        f"select *, case when score is not null then {grid} end as score_bin, "
        f"-ln(case when {given} < {LEAST_PROBABILITY} then {LEAST_PROBABILITY} else {given} end) as loss "
        f"from ({relation}) as joined"
    )
    return (
        f"select version, day, {name} as group_column, {value} as group_value, score_bin, predicted, outcome, "
        "count(*) as n, sum(score) as score_sum, sum(score * score) as score_sq_sum, sum(loss) as log_loss_sum "
        f"from ({rows}) as scored group by grouping sets ({sets})"
    )


def error_sums(dialect: Dialect, groups: Sequence[str], relation: str) -> str:
    """`ERROR_SUMS` of rows with version, day, predicted and outcome as numbers, and the groups."""
    name, value, sets = _named(dialect, groups, "version, day")
    finite = "predicted is not null and outcome is not null and abs(predicted) < cast('Infinity' as double)"
    rows = f"select *, predicted - outcome as error from ({relation}) as joined where {finite}"
    return (
        f"select version, day, {name} as group_column, {value} as group_value, count(*) as n, "
        "sum(greatest(error, 0e0)) as over_sum, sum(greatest(-error, 0e0)) as under_sum, sum(error * error) as sq_sum, "
        "var_pop(abs(error)) * count(*) as abs_sq_sum, avg(outcome) as outcome_mean, "
        f"var_pop(outcome) * count(*) as outcome_m2 from ({rows}) as told group by grouping sets ({sets})"
    )


def labelled(relation: str) -> str:
    """How many decisions of each version and day have an outcome."""
    return f"select version, day, count(outcome) as n from ({relation}) as joined group by 1, 2"


def outcome_bins(dialect: Dialect, binning: Binning, relation: str) -> str:
    """Labelled decisions by the bin of their outcome, as `FEATURE_COUNTS`."""
    found = binned(binning, dialect, "@outcome", "outcome", "false")
    rows = f"select version, day, {found} as bin from ({relation}) as joined where outcome is not null"
    return (
        "select version, day, '@outcome' as feature, bin, count(*) as n "
        f"from ({rows}) as binned where bin is not null group by 1, 2, 4"
    )
