"""One KPI on its way through a refresh: what it rests on, what is due of it, and what comes of it as rows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from watchroom.domain.kpi import Due, better_of, status_of
from watchroom.domain.kpi_register import digest_of, terms_of
from watchroom.domain.periods import span_of
from watchroom.jobs.value.formula import BadFormula, Formula
from watchroom.jobs.value.sandbox import Key, Worked
from watchroom.sources.decisions.contract import ReadAs
from watchroom.store.kpis import KpiRun, ValueRow
from watchroom.workspace.money import Kpi


@dataclass(frozen=True)
class Note:
    """What a KPI was worked out from, kept for the next refresh.

    `reading` changes with the formula and with what its columns mean; `days` is what each day rested on; `failed` what
    all rested on when the formula failed, empty when it did not; `odd` the months in which it gave infinity or NaN.
    """

    reading: str = ""
    columns: Mapping[str, ReadAs | None] = field(default_factory=dict)
    days: Mapping[str, str] = field(default_factory=dict)
    failed: str = ""
    odd: tuple[str, ...] = ()

    @classmethod
    def read(cls, text: str | None) -> Note:
        """The note from its text; an empty one for None."""
        kept = json.loads(text) if text else {}
        return cls(**kept | {"odd": tuple(kept.get("odd", ()))})

    def text(self) -> str:
        """The note as text."""
        return json.dumps(vars(self), sort_keys=True, separators=(",", ":"))


@dataclass
class Task:
    """One KPI on its way: what it was, what is due of it, and what came of it."""

    kpi: Kpi
    before: Note
    note: Note
    formula: Formula | None = None
    error: BadFormula | None = None
    due: dict[date, Due] = field(default_factory=dict)
    """By month."""
    changed: frozenset[date] = frozenset()
    stuck: bool = False
    """It failed on these very decisions before: it is not tried again until they change."""
    left: int = 0
    """Months that there was no time for."""
    ran: bool = False
    gone: set[tuple[str, date]] = field(default_factory=set)
    """Periods that were worked out anew, by grain and first day."""
    rows: list[ValueRow] = field(default_factory=list)

    @property
    def renewed(self) -> bool:
        """Whether it is another formula than before: what was worked out by that is no value of this KPI."""
        return self.note.reading != self.before.reading

    def told(self, run: KpiRun | None, at: datetime) -> KpiRun:
        """How it ran; `run` is what was held of that."""
        error = next_step = None
        if self.error is not None:
            error, next_step = f"{self.error.what} {self.error.why}".strip(), self.error.next_step or None
        elif self.stuck and run is not None:
            error, next_step = run.error, run.next_step
        return KpiRun(
            kpi=self.kpi.name,
            digest=digest_of(terms_of(self.kpi.model_dump())),
            error=error,
            next_step=next_step,
            needs_outcome=self.formula.needs_outcome if self.formula else None,
            ran_at=at if self.ran else run.ran_at if run else None,
        )


def value_row(kpi: Kpi, key: Key, worked: Worked, decisions: int) -> ValueRow:
    """A row of `kpi_values` without its model and KPI."""
    version, grain, start = key
    return (
        version,
        grain,
        start,
        span_of(grain, start)[1],
        worked.value,
        *judged(kpi, worked.value),
        worked.n,
        decisions,
    )


def judged(kpi: Kpi, value: float | None) -> tuple[float | None, float | None, str | None, str]:
    """Target, limit, direction and status, as `kpi_values` has them."""
    return (*terms_judged_by(kpi), status_of(value, kpi.target, kpi.limit, kpi.better))


def terms_judged_by(kpi: Kpi) -> tuple[float | None, float | None, str | None]:
    """Target, limit and direction, the last from the way between the two where it is not said."""
    return kpi.target, kpi.limit, better_of(kpi.target, kpi.limit, kpi.better)
