"""All that the advice on a model rests on, as plain values: None, an empty tuple or `no data` is what is not known."""

from __future__ import annotations

import math
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from watchroom.domain.duel import BETTER, NEVER, PROBABLY_WORSE, WORSE

UNUSED_DAYS = 30
"""A version in service that has decided nothing for longer than this may not be used any more."""

Worth = tuple[float, float, float]
"""What something brings more in thirty days, with the ends of its 95 % interval, in the workspace's currency."""


@dataclass(frozen=True)
class Rival:
    """The challenger against the version in service, on the decisions that both scored.

    `word` is one of `domain.duel.WORDS`; `n` the decisions with an outcome that it rests on; `told` how
    it does by the metric, in words with numbers; `approval` as in `Version.approval`.
    """

    version: int
    word: str
    n: int
    told: str = ""
    worth: Worth | None = None
    approval: str = "none"


@dataclass(frozen=True)
class Back:
    """The last known good version: why it is good, and how it did where both scored the same decisions."""

    version: int
    why: str
    word: str = NEVER
    n: int = 0
    worth: Worth | None = None

    @property
    def surely_better(self) -> bool:
        """Whether every interval says so."""
        return self.word == BETTER

    @property
    def looks_worse(self) -> bool:
        """Whether it is worse, or probably."""
        return self.word in (WORSE, PROBABLY_WORSE)


@dataclass(frozen=True)
class Cutoff:
    """The cut-off in use and the best one, with what moving there brings in thirty days and its 95 % interval.

    `alerts` and `best_alerts` are the decisions a day at or above each.
    """

    n: int
    in_use: float | None
    best: float
    gain: float
    low: float | None
    high: float | None
    days: int = 90
    alerts: float | None = None
    best_alerts: float | None = None

    @property
    def moves(self) -> bool:
        """Whether it is another cut-off at all."""
        return self.in_use is not None and not math.isclose(self.in_use, self.best, abs_tol=1e-9)


@dataclass(frozen=True)
class Month:
    """A finished month: its first day, net, decisions, those with an outcome, and days with decisions in service."""

    first: date
    net: float
    decisions: int
    labelled: int
    days: int = 0

    @property
    def is_told(self) -> bool:
        """Whether outcomes tell of it: of at least half of its decisions, and decisions on at least half of its days.

        A month that is mostly estimated, or of which a few days are known, is no ground for ending a model.
        """
        return 2 * self.labelled >= self.decisions and 2 * self.days >= monthrange(self.first.year, self.first.month)[1]


@dataclass(frozen=True)
class Runway:
    """When the model stops paying by the trend of its weeks, with the earliest and latest day; what it earns now."""

    ends_on: date | None
    ends_early: date | None
    ends_late: date | None
    net_per_month: float | None
    slope: float | None = None


@dataclass(frozen=True)
class Kpi:
    """A KPI with its newest finished month, and the roles that have not agreed to it. `status` as in `kpi_values`."""

    name: str
    target: float | None
    missing: tuple[str, ...] = ()
    status: str = "no data"
    value: float | None = None
    limit: float | None = None
    unit: str = ""
    n: int = 0


@dataclass(frozen=True)
class Situation:
    """A model as the snapshot has it. `version` is the one in service, None for none; lights as in `health`.

    `since` is the first day of that service, `failing_since` the day on which performance began to fail. `decisions`
    are those of the last thirty days of the log; `old_decisions` and `old_labelled` those made 30 to 120 days
    before the last one, and of them with an outcome. `months` are the finished ones with a known net, the oldest first.
    `silent_days` are those from its last decision to the refresh, None for no decision; `improves` says that its metric
    surely gets better by the line through its weeks.
    """

    model: str
    today: date
    version: int | None = None
    task: str | None = None
    tier: str | None = None
    currency: str = ""
    light: str = "no data"
    light_reason: str = ""
    drift: str = "no data"
    quality: str = "no data"
    performance: str = "no data"
    volume: str = "no data"
    since: date | None = None
    failing_since: date | None = None
    decay: str = ""
    decay_reasons: tuple[str, ...] = ()
    decisions: int = 0
    labelled: int = 0
    old_decisions: int = 0
    old_labelled: int = 0
    challenger: Rival | None = None
    back: Back | None = None
    cutoff: Cutoff | None = None
    priced: bool = False
    months: tuple[Month, ...] = ()
    runway: Runway | None = None
    kpis: tuple[Kpi, ...] = ()
    silent_days: int | None = None
    improves: bool = False

    @property
    def is_silent(self) -> bool:
        """Whether the version in service has decided nothing for so long that it may not be used any more."""
        return self.silent_days is not None and self.silent_days > UNUSED_DAYS

    @property
    def challenger_pays(self) -> bool:
        """Whether the challenger surely brings more money."""
        return self.challenger is not None and self.challenger.worth is not None and self.challenger.worth[1] > 0

    @property
    def challenger_is_sure(self) -> bool:
        """Whether every interval says that the challenger is better."""
        return self.challenger is not None and self.challenger.word == BETTER

    @property
    def losing(self) -> tuple[Month, ...]:
        """The newest finished months in a row, without a gap, that each made a loss; the oldest first."""
        found: list[Month] = []
        for month in reversed(self.months):
            follows = not found or _next(month.first) == found[-1].first
            if month.net >= 0 or not follows or not month.is_told:
                break
            found.append(month)
        return tuple(reversed(found))


def _next(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)
