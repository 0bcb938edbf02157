"""Decisions with what came of them, row by row: only the columns that are asked for, each as what it is said to be.

A row means what it means to the counts: usable ones alone, each id once for its version and day. All rows of the days
come out, so ask for as many days as there is room for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import pyarrow as pa

from watchroom.sources.decisions import questions as ask
from watchroom.sources.decisions.contract import DecisionLog, Files, ReadAs
from watchroom.sources.decisions.dialect import Dialect

_TYPES = {"number": pa.float64(), "boolean": pa.bool_(), "category": pa.string(), "time": pa.timestamp("us")}

_LED = (("@version", pa.int32()), ("@day", pa.date32()))
"""What every row begins with."""


@dataclass(frozen=True)
class Joined:
    """What is asked of the decisions of some days; see `Engine.joined`."""

    log: DecisionLog
    files: Files
    days: frozenset[date]
    columns: tuple[tuple[str, ReadAs], ...]
    repeated: frozenset[date]

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to read."""
        return not self.days or not self.files.decisions

    @property
    def needs_outcome(self) -> bool:
        """Whether outcomes have to be read."""
        return any(name == "@outcome" for name, _ in self.columns)

    @property
    def schema(self) -> pa.Schema:
        """The columns that come out."""
        return pa.schema([*_LED, *((name, self._type(name, kind)) for name, kind in self.columns)])

    def _type(self, name: str, kind: ReadAs) -> pa.DataType:
        own = {"@id": pa.string(), "@decided_at": pa.timestamp("us"), "@score": pa.float64()}
        answer = pa.float64() if self.log.task == "regression" else pa.string()
        return (own | {"@prediction": answer, "@outcome": answer}).get(name, _TYPES[kind])

    @property
    def _signals(self) -> tuple[ask.Signal, ...]:
        """The columns that are read of the files as values; those of ours that are no values have none."""
        found = list[ask.Signal]()
        for name, kind in self.columns:
            if name == "@score" and self.log.score is not None:
                found.append(ask.Signal(name, self.log.score, "score"))
            elif name == "@prediction" and self.log.prediction is not None:
                found.append(ask.Signal(name, self.log.prediction, ask.outcome_form(self.log.task)))
            elif not name.startswith("@"):
                found.append(ask.Signal(name, name, kind))
        return tuple(found)

    def question(self, dialect: Dialect, told: str | None) -> str:
        """The rows; `told` has one outcome for each id and is needed when outcomes are asked for."""
        decided = self._decided(dialect)
        relation = ask.joined(decided, told) if told is not None else decided
        listed = ", ".join(f"{self._value(dialect, *one)} as {dialect.name(one[0])}" for one in self.columns)
        first = f"version as {dialect.name('@version')}, day as {dialect.name('@day')}"
        return f"select {first}{', ' if listed else ''}{listed} from ({relation}) as joined"

    def _decided(self, dialect: Dialect) -> str:
        """The decisions, the days on which an id stands twice apart: only these are put in order."""
        wanted = ask.Wanted(self._signals)
        kept = ", ".join(("id", "decided_at", "day", "version", *(f"s{n}" for n in range(len(self._signals)))))
        parts = []
        for days, twice in ((self.days - self.repeated, False), (self.days & self.repeated, True)):
            if days:
                found = ask.decisions(dialect, self.log, self.files.decisions, replace(wanted, place=twice), days)
                parts.append(f"select {kept} from ({ask.once(found) if twice else found}) as decided")
        return " union all ".join(parts)

    def _value(self, dialect: Dialect, name: str, kind: ReadAs) -> str:
        own = {"@id": "id", "@decided_at": "decided_at", "@outcome": "outcome"}
        if name in own:
            return own[name]
        place = next((f"s{place}" for place, one in enumerate(self._signals) if one.name == name), None)
        if place is None:
            none = "double" if pa.types.is_floating(self._type(name, kind)) else dialect.text
            return f"cast(null as {none})"
        return _typed(place, self._type(name, kind))


def _typed(value: str, kind: pa.DataType) -> str:
    """The value with its type: NaN is a missing number."""
    if pa.types.is_floating(kind):
        return f"case when not isnan({value}) then {value} end"
    if pa.types.is_boolean(kind):
        return f"case {value} when 'true' then true when 'false' then false end"
    return value


def nothing(joined: Joined) -> pa.RecordBatchReader:
    """The answer where there is nothing to read."""
    return pa.RecordBatchReader.from_batches(joined.schema, list[pa.RecordBatch]())


def asked(
    log: DecisionLog,
    files: Files,
    days: frozenset[date],
    columns: Sequence[tuple[str, ReadAs]],
    repeated: frozenset[date],
) -> Joined:
    """What is asked, each column once."""
    return Joined(log, files, days, tuple(dict(columns).items()), repeated)
