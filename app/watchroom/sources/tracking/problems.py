"""What a source could not read, gathered while it reads; a thousand times the same is one problem with a count."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from watchroom.sources.tracking.contract import Problem

PLACES = 5
"""How many places a problem names; beyond that a list helps nobody, and the count says the rest."""


@dataclass
class ProblemLog:
    """Problems in the order in which their kind was first met."""

    _counts: dict[Problem, int] = field(default_factory=dict)
    _places: dict[Problem, list[str]] = field(default_factory=dict)

    def add(
        self,
        kind: Literal["source", "run", "model_version", "experiment"],
        severity: Literal["error", "warning", "note"],
        place: str,
        what: str,
        *,
        why: str = "",
        next_step: str = "",
        model: str | None = None,
    ) -> None:
        """Note a problem. Those that differ only in their place are grouped: what differs does not go into `what`."""
        group = Problem(kind, severity, "", what, why, next_step, model)
        self._counts[group] = self._counts.get(group, 0) + 1
        places = self._places.setdefault(group, [])
        if len(places) < PLACES and place not in places:
            places.append(place)

    def __len__(self) -> int:
        """How many things were noted in all, groups apart."""
        return sum(self._counts.values())

    def grouped(self) -> list[Problem]:
        """One `Problem` for each group, with its count and its first few places."""
        return [replace(group, place=self._place(group), count=count) for group, count in self._counts.items()]

    def _place(self, group: Problem) -> str:
        places = self._places[group]
        more = self._counts[group] - len(places)
        return ", ".join(places) + (f" and {more:,} more" if more > 0 else "")
