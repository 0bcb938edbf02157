"""Which columns a formula may name in a model's log, what each is read as, and what it is in the formula's table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from watchroom.jobs.explain.logs import Logs
from watchroom.jobs.value.formula import BadFormula, Formula, resolved
from watchroom.sources.decisions.contract import DecisionLog, Family, Kind, OutcomeLog, ReadAs

_ASKED = {
    "prediction": "@prediction",
    "outcome": "@outcome",
    "score": "@score",
    "timestamp": "@decided_at",
    "id": "@id",
}
"""Names of ours in a formula, and what they are asked of the engine as; `version` comes with every row."""

_AS: dict[Family, ReadAs] = {
    "integer": "number",
    "float": "number",
    "boolean": "boolean",
    "naive": "time",
    "zoned": "time",
    "date": "time",
}


@dataclass(frozen=True)
class Columns:
    """The columns of a model's log as formulas see them."""

    logs: Logs
    kinds: Mapping[str, Kind]
    """How the reference has it that features are read."""

    @property
    def log(self) -> DecisionLog:
        """What the columns are called."""
        return self.logs.asked[0]

    @property
    def told(self) -> OutcomeLog | None:
        """What the outcomes' columns are called; None without outcomes."""
        return self.logs.asked[1]

    def own(self) -> tuple[str, ...]:
        """The names of ours that this model has."""
        lacking = self.missing()
        return tuple(name for name in (*_ASKED, "version") if name not in lacking)

    def missing(self) -> dict[str, str]:
        """Those that it does not have, and why."""
        there = {"prediction": self.log.prediction, "outcome": self.told, "score": self.log.score}
        why = {
            "prediction": "the model's file names no column for it under `decisions.prediction`.",
            "outcome": "the model's file has no `outcomes`.",
            "score": "the model's file names no column for it under `decisions.score`, or is not of a binary model.",
        }
        return {name: why[name] for name, found in there.items() if found is None}

    def of(self, formula: Formula, before: Mapping[str, ReadAs]) -> dict[str, ReadAs | None]:
        """The columns that the formula names, and what each is read as; None for those of ours.

        What a column was read as `before` it stays: a new file does not change what a KPI means. Raises BadFormula for
        a column that there is not.
        """
        own = self.own()
        near = (*own, *(name for name, _ in self.log.features), *self.log.groups, *before)
        try:
            names = resolved(formula, near, {})
        except BadFormula:  # another column of the files: to know them all, their headers have to be read
            there = (name for name in self.logs.columns() if not name.startswith("@"))  # names of ours do
            names = resolved(formula, (*own, *there), self.missing())
        found: dict[str, ReadAs | None] = dict.fromkeys(names)
        for name in names:
            if name not in own:
                found[name] = self.kinds.get(name) or before.get(name) or self._read_as(name)
        return found

    def _read_as(self, name: str) -> ReadAs:
        """What most tells it: numbers, times and booleans are text in a CSV file."""
        every = frozenset(day for held in self.logs.days.values() for day in held)
        families = [shape.family(name) for shape in self.logs.files(every).decisions]
        known = [_AS[family] for family in families if family in _AS]
        return min(known, key=get_args(ReadAs).index) if known else "category"

    def outside(self, names: Iterable[str]) -> bool:
        """Whether one of the columns is none that the profile step watches for changes."""
        return any(name not in self.log.used for name in names if name not in (*_ASKED, "version"))

    def asked(self, columns: Mapping[str, ReadAs | None]) -> Sequence[tuple[str, ReadAs]]:
        """The columns as an engine is asked for them."""
        return [(name if kind else _ASKED[name], kind or "category") for name, kind in self._given(columns)]

    def table(self, columns: Mapping[str, ReadAs | None]) -> dict[str, str]:
        """Each column of the formula's table in terms of what the engine gives."""
        found = {"version": '"@version"'} if "version" in columns else {}
        for name, kind in self._given(columns):
            value = '"' + (name if kind else _ASKED[name]).replace('"', '""') + '"'
            is_class = kind is None and name in ("prediction", "outcome") and self.log.task == "binary"
            found[name] = f"cast({value} as integer)" if is_class else value
        return found

    def _given(self, columns: Mapping[str, ReadAs | None]) -> Iterable[tuple[str, ReadAs | None]]:
        """All but the version, which is there anyway."""
        return ((name, kind) for name, kind in columns.items() if name != "version" or kind is not None)
