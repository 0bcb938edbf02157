"""Counting every signal by bin in one pass over a log on Spark.

The shared question finds a bin by a tree of comparisons and counts by grouping sets. For Spark that is too much code:
what it compiles a question to grows beyond what Java compiles, and is interpreted, ten times slower. So here a row
becomes a number for each signal, and one short piece of code looks up the bin of each by halving an array of edges.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from watchroom.domain.bins import INVALID, MISSING, RARE, UNSEEN
from watchroom.sources.decisions import questions as ask
from watchroom.sources.decisions.contract import Binning, FeatureBins
from watchroom.sources.decisions.spark_dialect import SparkDialect

_PLACES = 4096
"""Room for the bins of a signal when its place and its bin are packed: either has some two hundred."""

_NUMBER, _NO_BINS = 1, 0
"""What kind of bins a slot has; a category's is the bin of what is not among its values, which is below zero."""


@dataclass(frozen=True)
class _Slots:
    """The bins of every version and signal in a row: those of `versions[0]` first; slot 0 to n-1 are the default's."""

    versions: tuple[int, ...]
    signals: tuple[ask.Signal, ...]
    bins: tuple[FeatureBins | None, ...]

    @property
    def halvings(self) -> list[int]:
        """The steps of a search among the most edges there are: powers of two, the largest first."""
        most = max((len(one.edges) for one in self.bins if one and one.kind == "number"), default=0)
        return [1 << power for power in reversed(range(most.bit_length()))]

    def kinds(self) -> list[int]:
        return [_kind(one) for one in self.bins]

    def edges(self) -> list[list[float]]:
        return [[float(edge) for edge in one.edges] if one and one.kind == "number" else [] for one in self.bins]

    def values(self, place: int) -> list[list[str]]:
        """The categories of a signal, of the default bins and of each version's."""
        own = self.bins[place :: len(self.signals)]
        return [list(one.values) if one and one.kind != "number" else [] for one in own]


def _kind(bins: FeatureBins | None) -> int:
    if bins is None:
        return _NO_BINS
    return _NUMBER if bins.kind == "number" else UNSEEN if bins.closed else RARE


def _slots(binning: Binning, signals: Sequence[ask.Signal]) -> _Slots:
    versions = tuple(sorted(binning.own or {}))
    sets = [binning.default, *(binning.of(version) for version in versions)]
    return _Slots(versions, tuple(signals), tuple(_named(bins, one.name) for bins in sets for one in signals))


def _named(bins: Iterable[FeatureBins], signal: str) -> FeatureBins | None:
    return next((one for one in bins if one.feature == signal), None)


def feature_counts(dialect: SparkDialect, binning: Binning, signals: Sequence[ask.Signal], relation: str) -> str:
    """`FEATURE_COUNTS`, as `questions.feature_counts` has them."""
    slots = _slots(binning, signals)
    found = _searched(
        slots, _unfolded(dialect, slots, relation), _literal(dialect, slots.edges(), "array<array<double>>")
    )
    kind = f"get({_literal(dialect, slots.kinds(), 'array<int>')}, slot)"
    category = f"case when x = 0e0 then {kind} else cast(x as int) - 1 end"
    found_one = f"case when {kind} = {_NUMBER} then i else {category} end"
    sought = f"case when x is null then {MISSING} when isnan(x) then {INVALID} else {found_one} end"
    coded = (
        f"select version, day, place * {_PLACES} + {sought} - {RARE} as code from ({found}) as sought "
        f"where {kind} <> {_NO_BINS}"
    )
    counted = f"select version, day, code, count(*) as n from ({coded}) as coded group by version, day, code"
    names = _literal(dialect, [signal.name for signal in signals], "array<string>")
    return (
        f"select version, day, get({names}, cast(code div {_PLACES} as int)) as feature, "
        f"cast(code % {_PLACES} + {RARE} as smallint) as bin, n from ({counted}) as counted"
    )


def _unfolded(dialect: SparkDialect, slots: _Slots, relation: str) -> str:
    """A row for each decision and signal: version, day, place, slot and `x`.

    `x` is a number's value, or the place of a category among the known ones from 1, 0 for another; NULL is missing,
    NaN invalid.
    """
    chosen = " ".join(f"when {version} then {number}" for number, version in enumerate(slots.versions, start=1))
    chosen = f"case version {chosen} else 0 end" if chosen else "0"
    values = ", ".join(_number(dialect, slots, place) for place in range(len(slots.signals)))
    width = len(slots.signals)
    rows = f"select *, {chosen} as chosen from ({relation}) as decided"
    unfolded = f"select version, day, chosen, posexplode(array({values})) as (place, x) from ({rows}) as prepared"
    return f"select version, day, place, chosen * {width} + place as slot, x from ({unfolded}) as unfolded"


def _number(dialect: SparkDialect, slots: _Slots, place: int) -> str:
    form, nan = slots.signals[place].form, "double('NaN')"
    if form in ("number", "score"):
        return f"case when x{place} then {nan} when isnan(s{place}) then null else s{place} end"
    known = f"get({_literal(dialect, slots.values(place), 'array<array<string>>')}, chosen)"
    return f"case when x{place} then {nan} else cast(array_position({known}, s{place}) as double) end"


def _searched(slots: _Slots, relation: str, edges: str) -> str:
    """With `i`, how many edges are not above `x`. Beyond an array's end `get` gives NULL: no edge."""
    found = f"select version, day, place, slot, x, get({edges}, slot) as edges, 0 as i from ({relation}) as unfolded"
    for step in slots.halvings:
        further = f"i + if(x >= get(edges, i + {step - 1}), {step}, 0) as i"
        found = f"select version, day, place, slot, x, edges, {further} from ({found}) as halved"
    return found


def _literal(dialect: SparkDialect, values: Sequence[object], kind: str) -> str:
    """An array as one bound value: Spark makes it a constant once, where a list of literals would be parsed each."""
    return f"from_json({dialect.bound(json.dumps(values))}, '{kind}')"
