"""A sample of a log that stays the same, and the digests of its ids.

The decisions whose ids have the smallest digests are taken: a good hash makes that a random choice, every run makes the
same one, and a further day displaces only whom it must. A cut-off that is computed from counts keeps all others out of
the sorting, so that a log of any size is scanned and never ordered.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from watchroom.sources.decisions import questions as ask
from watchroom.sources.decisions.contract import DAY_DIGESTS, DecisionLog, Files, FileShape
from watchroom.sources.decisions.dialect import Dialect
from watchroom.sources.decisions.singles import Asker, Singles, as_singles

_DIGESTS = 2**32

_SPARE = 6.0
"""Standard deviations that a cut-off leaves for chance: it is almost never too low, and then it is raised."""

_RAISED = 4
"""How much a cut-off is raised that was too low, as ids that stand in the log several times make it."""

_VERSION = "@version"

Group = tuple[int, date]
"""A version and the first day of its period."""


@dataclass(frozen=True)
class _Choice:
    """Which decisions to choose from, and how many of each version and period."""

    singles: Singles
    days: frozenset[date]
    rows: int
    by_month: bool

    def decided(self, dialect: Dialect, wanted: ask.Wanted) -> str:
        """The decisions with the period that they belong to."""
        first = "date '1970-01-01'"
        period = "cast(date_trunc('month', day) as date)" if self.by_month else first
        found = ask.decisions(dialect, self.singles.log, self.singles.files.decisions, wanted, self.days)
        return f"select *, {period} as period from ({found}) as decided"

    def cut(self, group_sizes: Mapping[Group, int], raised: Mapping[Group, int]) -> dict[Group, int]:
        """Below which digest the sample of each group lies, with some to spare."""
        enough = self.rows + _SPARE * math.sqrt(self.rows) + _SPARE**2
        return {
            group: min(_DIGESTS, math.ceil(_DIGESTS * enough * raised.get(group, 1) / max(n, 1)))
            for group, n in group_sizes.items()
        }


def sample(asker: Asker, singles: Singles, days: frozenset[date], rows: int, *, by_month: bool) -> pa.Table:
    """As `Engine.sample` has it."""
    if not days or not singles.files.decisions or rows < 1:
        return singles.nothing()
    choice = _Choice(singles, days, rows, by_month)
    sizes = _sizes(asker, choice)
    raised: dict[Group, int] = {}
    while sizes:
        cut = choice.cut(sizes, raised)
        with asker.kept(lambda dialect, cut=cut: _candidates(dialect, choice, cut)) as candidates:  # type: ignore[misc]
            found = _found(asker, candidates)
            short = [group for group in sizes if found.get(group, 0) < rows and cut[group] < _DIGESTS]
            if not short:
                return _read(asker, choice, candidates)
        raised |= {group: raised.get(group, 1) * _RAISED for group in short}
    return singles.nothing()


def _sizes(asker: Asker, choice: _Choice) -> dict[Group, int]:
    answer = asker.ask(
        lambda dialect: (
            "select version, period, count(*) as n "
            f"from ({choice.decided(dialect, ask.Wanted())}) as every group by version, period"
        )
    )
    return _by_group(answer)


def _candidates(dialect: Dialect, choice: _Choice, cut: Mapping[Group, int]) -> str:
    cases = " ".join(
        f"when version = {version} and period = date '{period}' then {least}"
        for (version, period), least in cut.items()
        if least < _DIGESTS
    )
    digested = (
        f"select id, version, period, {dialect.digest32('id')} as digest "
        f"from ({choice.decided(dialect, ask.Wanted())}) as every"
    )
    below = f"case {cases} else {_DIGESTS} end" if cases else str(_DIGESTS)
    return f"select distinct id, version, period, digest from ({digested}) as digested where digest < {below}"


def _found(asker: Asker, candidates: str) -> dict[Group, int]:
    return _by_group(
        asker.ask(lambda _: f"select version, period, count(*) as n from {candidates} group by version, period")
    )


def _by_group(answer: pa.Table) -> dict[Group, int]:
    return {(one["version"], one["period"]): one["n"] for one in answer.to_pylist()}


def _read(asker: Asker, choice: _Choice, candidates: str) -> pa.Table:
    """The last row of each id that is chosen, with all its columns and its outcome."""
    singles = choice.singles
    first = "row_number() over (partition by version, period order by digest, id) as place"
    chosen = (
        f"select id, version, period from (select *, {first} from {candidates}) as placed where place <= {choice.rows}"
    )
    last = "row_number() over (partition by id, version, period order by decided_at desc, file desc, row desc) as nth"

    def rows(dialect: Dialect) -> str:
        # By the id alone first: a scan can be narrowed by that before it reads the other columns.
        near = f"id in (select id from ({chosen}) as first)"
        found = f"select * from ({choice.decided(dialect, singles.wanted())}) as every where {near}"
        matched = (
            f"select found.* from ({found}) as found join ({chosen}) as wanted on found.id = wanted.id "
            "and found.version = wanted.version and found.period = wanted.period"
        )
        return f"select * from (select *, {last} from ({matched}) as matched) as numbered where nth = 1"

    with asker.kept(rows) as kept:
        return as_singles(asker.ask(lambda dialect: _with_outcomes(dialect, singles, kept)))


def _with_outcomes(dialect: Dialect, singles: Singles, kept: str) -> str:
    joined = ask.joined(f"select * from {kept}", singles.told(dialect, kept))
    return singles.selected(dialect, joined, order="chosen.version, chosen.decided_at, chosen.id")


# The days of ids.


def day_digests(asker: Asker, log: DecisionLog, files: Files, days: frozenset[date]) -> pa.RecordBatchReader:
    """As `Engine.ids` has it. To find what is there twice takes all of it at once: eight bytes of each."""
    if not days or not files.decisions:
        return pa.RecordBatchReader.from_batches(DAY_DIGESTS, [])

    def question(dialect: Dialect) -> str:
        found = ask.decisions(dialect, log, files.decisions, ask.Wanted(), days)
        return f"select distinct {dialect.digest32('id')} as digest, day from ({found}) as every"

    table = asker.ask(question).cast(DAY_DIGESTS)
    return pa.RecordBatchReader.from_batches(DAY_DIGESTS, table.to_batches())


# A reference of its own.


def sample_table(asker: Asker, files: Sequence[FileShape], rows: int, version: str | None) -> pa.Table:
    """As `Engine.sample_table` has it."""
    shapes = tuple(shape for shape in files if shape.columns)
    if not shapes or rows < 1:
        return pa.schema([(_VERSION, pa.int32())]).empty_table()
    table = _Table(shapes, version)
    bounds = asker.ask(lambda dialect: _bounds(table.narrow(dialect), rows))
    answer = asker.ask(lambda dialect: _first(table.whole(dialect), bounds.to_pylist(), rows, table.names(dialect)))
    place = answer.column_names.index(_VERSION)
    return answer.set_column(place, _VERSION, answer.column(place).cast(pa.int32()))


@dataclass(frozen=True)
class _Table:
    """Files with all their columns, by name, as one table."""

    shapes: tuple[FileShape, ...]
    version: str | None

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that some file has; one that differs in case alone is another file's way to write it."""
        named = {name.casefold(): name for shape in reversed(self.shapes) for name, _ in reversed(shape.columns)}
        return tuple(dict.fromkeys(name for name in reversed(named.values()) if name != _VERSION))

    def names(self, dialect: Dialect) -> str:
        """Every column by its own name, and the version."""
        named = [f"r{place} as {dialect.name(name)}" for place, name in enumerate(self.columns)]
        return ", ".join((*named, f"version as {dialect.name(_VERSION)}"))

    def narrow(self, dialect: Dialect) -> str:
        """Version and digest of every row."""
        return self._of(dialect, ())

    def whole(self, dialect: Dialect) -> str:
        """The same with every column, as `r0`, `r1` and so on."""
        return self._of(dialect, self.columns)

    def _of(self, dialect: Dialect, columns: Sequence[str]) -> str:
        log = DecisionLog(id="", timestamp="", version=self.version, task=None)
        parts = []
        for group in ask.alike(self.shapes):
            shape = group[0]
            raw = (
                f"{ask.raw_of(dialect, column, shape, self.shapes)} as r{place}" for place, column in enumerate(columns)
            )
            digest = dialect.row_hash(tuple(dialect.name(name) for name, _ in shape.columns))
            version = ask.version_of(dialect, log, shape, "") if self.version else "cast(null as integer)"
            listed = ", ".join((f"{version} as version", f"{digest} as digest", "__file as file", "__row as row", *raw))
            kept = "where version is not null" if self.version else ""
            parts.append(f"select * from (select {listed} from {dialect.scan(group)}) as told {kept}")
        return " union all ".join(parts)


def _bounds(relation: str, rows: int) -> str:
    """The digest of each version's last row that is taken; a version with fewer rows than wanted has none."""
    nth = "row_number() over (partition by version order by digest) as nth"
    numbered = f"select version, digest, {nth} from ({relation}) as every"
    return f"select version, digest from ({numbered}) as numbered where nth = {rows}"


def _first(relation: str, bounds: Sequence[Mapping[str, int | None]], rows: int, names: str) -> str:
    """The rows up to these digests; of rows that are alike in everything the first by place."""
    cases = " ".join(
        f"when coalesce(version, 0) = {one['version'] or 0} then digest <= {one['digest']}" for one in bounds
    )
    below = f"case {cases} else true end" if cases else "true"
    nth = "row_number() over (partition by version order by digest, file, row) as nth"
    near = f"select * from ({relation}) as every where {below}"
    return (
        f"select {names} from (select *, {nth} from ({near}) as near) as numbered where nth <= {rows} "
        "order by numbered.version, numbered.nth"
    )
