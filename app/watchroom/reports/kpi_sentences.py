"""What a business owner would say of a KPI: its value, where it should be, and whether it is there.

Text with names from outside in it: what shows it makes it harmless.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from watchroom.charts.words import days, short
from watchroom.domain.kpi import BEYOND_LIMIT, NO_DATA, NO_TARGET, OFF_TARGET, ON_TARGET, WORST_FIRST
from watchroom.domain.money_text import money
from watchroom.store.queries.kpis import Kpi, Reading

DIRECTIONS = {"lower": "lower is better", "higher": "higher is better"}

LACKING = {
    "sql": "`sql`, its formula",
    "unit": '`unit`, such as "% of payments"',
    "target": "`target`, where it should be",
    "better": "`better`, which is `lower` or `higher`",
    "owner": "`owner`, who answers for it",
}
"""What a KPI's file leaves out, as what to write there."""

SHORT_UNIT = 14
"""Characters of a unit that is said again beside a target: longer ones are said once in a sentence."""

NAMED = 2
"""KPIs that the answer tells with their figures, the worst; the list under it has all."""


def figure(value: float | None, unit: str | None, currency: str = "") -> str:
    """A value with its unit: `0.8 % of payments`, `€708`; the bare number without one, `unknown` for None."""
    if value is None or value != value:
        return "unknown"
    if unit and unit == currency:
        return money(value, currency)
    return f"{short(value)} {unit}" if unit else short(value)


def brief(value: float | None, unit: str | None, currency: str = "") -> str:
    """The same, as it stands beside a value that has said its unit: of `% of payments` the sign alone."""
    if unit and unit.startswith("%"):
        return figure(value, "%")
    return figure(value, unit if unit and len(unit) <= SHORT_UNIT else None, currency)


def period(reading: Reading) -> str:
    """`October 2026`, `9 to 15 Nov 2026`, `12 Nov 2026`."""
    if reading.grain == "month":
        return f"{reading.period_start:%B %Y}"
    return days(reading.period_start, reading.period_end)


def in_period(reading: Reading) -> str:
    """As part of a sentence: `in October 2026`, `in the week of 9 to 15 Nov 2026`, `on 12 Nov 2026`."""
    start = {"month": "in ", "week": "in the week of "}.get(reading.grain, "on ")
    return start + period(reading)


def judged(reading: Reading, unit: str | None, currency: str = "") -> str:
    """Where a value lies: `better than the target of 1 %`; empty without a target."""
    target, limit = (brief(value, unit, currency) for value in (reading.target, reading.limit))
    if reading.status == ON_TARGET:
        return f"{'on' if reading.value == reading.target else 'better than'} the target of {target}"
    if reading.status == BEYOND_LIMIT:
        aim = f" (target {target})" if reading.target is not None else ""
        return f"beyond the limit of {limit}{aim}"
    if reading.status == OFF_TARGET:
        missed = "above" if reading.value is not None and reading.value > (reading.target or 0) else "short of"
        within = f", within the limit of {limit}" if reading.limit is not None else ""
        return f"{missed} the target of {target}{within}"
    return ""


def said(kpi: Kpi, currency: str = "") -> str:
    """The KPI in one sentence, without its name: its value and where that lies, or why there is none."""
    if why := not_known(kpi, currency):
        return why
    assert kpi.now is not None, "without a period over it is not known"
    value = f"{figure(kpi.now.value, kpi.unit, currency)} {in_period(kpi.now)}"
    told = judged(kpi.now, kpi.unit, currency)
    return f"{value}, {told}." if told else f"{value}. {no_judgement(kpi)}"


def not_known(kpi: Kpi, currency: str = "") -> str:
    """Why it has no value now, as a sentence; empty when it has one."""
    if kpi.sql is None:
        return "unknown, its file gives no formula."
    if kpi.error:
        return f"unknown. {kpi.error}"
    if kpi.now is None:
        return "unknown, no period with decisions is over yet."
    if kpi.now.value is not None:
        return ""
    return f"unknown {in_period(kpi.now)}, {_why_none(kpi.now)}.{_before(kpi, currency)}"


def _why_none(reading: Reading) -> str:
    if not reading.decisions:
        return "no decision was made"
    if not reading.n:
        return f"none of its {_decisions(reading.decisions)} has an outcome yet"
    return f"its formula gives nothing over {_decisions(reading.n)}"


def _before(kpi: Kpi, currency: str) -> str:
    if kpi.known is None or kpi.known.value is None:
        return ""
    return f" It was {figure(kpi.known.value, kpi.unit, currency)} {in_period(kpi.known)}."


def no_judgement(kpi: Kpi) -> str:
    """Why a value cannot be called good or bad."""
    if kpi.target is None:
        return "No target is set."
    return "Its file does not say whether lower or higher is better."


def rests_on(reading: Reading) -> str:
    """What a value was made from: `9,025 of 14,591 decisions have an outcome`, or `14,591 decisions`."""
    if reading.n == reading.decisions:
        return _decisions(reading.n)
    return f"{reading.n:,} of {_decisions(reading.decisions)} {'has' if reading.n == 1 else 'have'} an outcome"


def worst_first(kpis: Sequence[Kpi]) -> tuple[Kpi, ...]:
    """What needs somebody first, then as in the file."""
    return tuple(sorted(kpis, key=lambda kpi: (WORST_FIRST.index(kpi.status), kpi.position)))


@dataclass(frozen=True)
class Targets:
    """How the KPIs of a model stand together. `status` is one of `WORST_FIRST`; for no KPIs `no target`."""

    status: str
    counts: Counter[str]

    @property
    def total(self) -> int:
        """How many KPIs there are."""
        return sum(self.counts.values())

    @property
    def judged(self) -> int:
        """How many have a value and a target."""
        return self.counts[ON_TARGET] + self.counts[OFF_TARGET] + self.counts[BEYOND_LIMIT]

    @property
    def words(self) -> str:
        """`1 beyond limit, 2 on target`; `none set` without KPIs."""
        named = {
            BEYOND_LIMIT: "beyond limit",
            OFF_TARGET: "off target",
            NO_DATA: "unknown",
            NO_TARGET: "without a target",
            ON_TARGET: "on target",
        }
        parts = [f"{self.counts[status]} {words}" for status, words in named.items() if self.counts[status]]
        return ", ".join(parts) or "none set"


def targets_of(kpis: Sequence[Kpi]) -> Targets:
    """How they stand together: as the worst of those that can be judged; unknown when none can."""
    counts = Counter(kpi.status for kpi in kpis)
    order = (BEYOND_LIMIT, OFF_TARGET, ON_TARGET, NO_DATA, NO_TARGET)
    return Targets(next((status for status in order if counts[status]), NO_TARGET), counts)


def answer(kpis: Sequence[Kpi], currency: str = "") -> str:
    """Whether a model meets its targets, with the figures of the worst."""
    if not kpis:
        return "Nobody has said what it should achieve: its file names no KPI."
    found = targets_of(kpis)
    if not found.judged:
        first = worst_first(kpis)[0]
        return f"Whether it meets its targets is not known. {first.name}: {said(first, currency)}"
    word = {ON_TARGET: "Yes", OFF_TARGET: "Not quite", BEYOND_LIMIT: "No"}[found.status]
    told = [kpi for kpi in worst_first(kpis) if kpi.status == found.status][:NAMED]
    return f"{word}, {_share(found)}. {' '.join(f'{kpi.name}: {said(kpi, currency)}' for kpi in told)}"


def _share(found: Targets) -> str:
    met, total = found.counts[ON_TARGET], found.total
    if total == 1:
        return "it meets its target" if met else "it misses its target"
    if met == total:
        return "it meets both of its targets" if total == 2 else f"it meets all {total} of its targets"
    untold = total - found.judged
    rest = f"; {untold} cannot be told" if untold else ""
    return f"it meets {met or 'none'} of its {total} targets{rest}"


def missing(kpi: Kpi) -> str:
    """What to write in the file so that it can be steered by; empty when nothing is left out."""
    lacks = [LACKING[field] for field in kpi.lacks]
    if not lacks:
        return ""
    return f"Its file leaves out {'; '.join(lacks)}."


def _decisions(n: int) -> str:
    return f"{n:,} decision{'' if n == 1 else 's'}"
