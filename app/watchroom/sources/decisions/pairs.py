"""Decisions that two versions have both scored: how many there are, and a sample of them that stays the same.

One version was in service and the other in shadow: both logged the same id. The sample takes the ids that come first by
their digest. Which digests those are is computed from counts, so that a log of any size is scanned and never ordered.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from watchroom.sources.decisions import questions as ask
from watchroom.sources.decisions.contract import Overlap
from watchroom.sources.decisions.dialect import Dialect
from watchroom.sources.decisions.singles import Asker, Singles, as_singles

_DIGESTS = 2**32

_SPARE = 6.0
"""Standard deviations that a cut-off leaves for chance: it is almost never too low, and then it is raised."""

_RAISED = 4
"""How much a cut-off is raised that was too low."""


@dataclass(frozen=True)
class Pair:
    """Two versions, the older first, and the days on which both decided."""

    singles: Singles
    days: frozenset[date]
    versions: tuple[int, int]

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to ask."""
        return not self.days or not self.singles.files.decisions

    def decided(self, dialect: Dialect, wanted: ask.Wanted) -> str:
        """The decisions of both versions on these days."""
        found = ask.decisions(dialect, self.singles.log, self.singles.files.decisions, wanted, self.days)
        return f"select * from ({found}) as every where version in ({self.versions[0]}, {self.versions[1]})"

    def shared(self, dialect: Dialect) -> str:
        """`id`, `first` and `last` day of what both have scored, and whether its outcome is known (`labelled`)."""
        both = (
            "select id, min(day) as first, max(day) as last "
            f"from ({self.decided(dialect, ask.Wanted())}) as decided group by id having min(version) < max(version)"
        )
        told = self.singles.told(dialect)
        return (
            "select shared.*, case when told.value is null then 0 else 1 end as labelled "
            f"from ({both}) as shared left join ({told}) as told on shared.id = told.id"
        )


def overlap(asker: Asker, pair: Pair) -> Overlap:
    """As `Engine.overlap` has it."""
    if pair.nothing:
        return Overlap(0, 0)
    answer = asker.ask(
        lambda dialect: (
            "select count(*) as shared, sum(labelled) as labelled, min(first) as first, max(last) as last "
            f"from ({pair.shared(dialect)}) as every"
        )
    ).to_pylist()[0]
    return Overlap(answer["shared"], int(answer["labelled"] or 0), answer["first"], answer["last"])


def pairs(asker: Asker, pair: Pair, counted: Overlap, rows: int) -> pa.Table:
    """As `Engine.pairs` has it."""
    if pair.nothing or not counted.shared or rows < 1:
        return pair.singles.nothing()
    wanted, raised = _wanted(counted, rows), 1
    while True:
        cut = tuple(_cut(few, many, raised) for few, many in zip(wanted, _sizes(counted), strict=True))
        with asker.kept(lambda dialect, cut=cut: _candidates(dialect, pair, cut)) as candidates:  # type: ignore[misc]
            found = _found(asker, candidates)
            short = any(have < few and least < _DIGESTS for have, few, least in zip(found, wanted, cut, strict=True))
            if not short:
                return _read(asker, pair, candidates, wanted)
        raised *= _RAISED


def _sizes(counted: Overlap) -> tuple[int, int]:
    """How many have no outcome yet, and how many have one."""
    return counted.shared - counted.labelled, counted.labelled


def _wanted(counted: Overlap, rows: int) -> tuple[int, int]:
    """How many of either to take: `rows` with an outcome, and the others in proportion, at most as many again."""
    unknown, labelled = _sizes(counted)
    taken = min(labelled, rows)
    if not labelled:
        return min(unknown, rows), 0
    return min(math.ceil(unknown * taken / labelled), unknown, rows), taken


def _cut(few: int, many: int, raised: int) -> int:
    """Below which digest so many lie, with some to spare."""
    enough = few + _SPARE * math.sqrt(few) + _SPARE**2
    return min(_DIGESTS, math.ceil(_DIGESTS * enough * raised / max(many, 1)))


def _candidates(dialect: Dialect, pair: Pair, cut: tuple[int, ...]) -> str:
    digested = f"select id, labelled, {dialect.digest32('id')} as digest from ({pair.shared(dialect)}) as every"
    below = f"case when labelled = 0 then {cut[0]} else {cut[1]} end"
    return f"select * from ({digested}) as digested where digest < {below}"


def _found(asker: Asker, candidates: str) -> tuple[int, int]:
    answer = asker.ask(lambda _: f"select count(*) as every, sum(labelled) as labelled from {candidates}").to_pylist()
    labelled = int(answer[0]["labelled"] or 0)
    return answer[0]["every"] - labelled, labelled


def _read(asker: Asker, pair: Pair, candidates: str, wanted: tuple[int, int]) -> pa.Table:
    """Both versions' last row of each id that is chosen, with all columns and the outcome."""
    place = "row_number() over (partition by labelled order by digest, id) as place"
    limit = f"case when labelled = 0 then {wanted[0]} else {wanted[1]} end"
    chosen = f"select id from (select *, {place} from {candidates}) as placed where place <= {limit}"
    last = "row_number() over (partition by id, version order by decided_at desc, file desc, row desc) as nth"

    def rows(dialect: Dialect) -> str:
        found = pair.decided(dialect, pair.singles.wanted())
        near = f"select * from ({found}) as decided where id in (select id from ({chosen}) as chosen)"
        return f"select * from (select *, {last} from ({near}) as near) as numbered where nth = 1"

    with asker.kept(rows) as kept:
        return as_singles(asker.ask(lambda dialect: _with_outcomes(dialect, pair.singles, kept)))


def _with_outcomes(dialect: Dialect, singles: Singles, kept: str) -> str:
    joined = ask.joined(f"select * from {kept}", singles.told(dialect, kept))
    return singles.selected(dialect, joined, order="chosen.id, chosen.version")
