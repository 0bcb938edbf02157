"""Whether a model meets its targets, in the words of its printed page. Plain text, with names from outside in it."""

from __future__ import annotations

from collections.abc import Sequence

from watchroom.charts.words import days, short
from watchroom.domain.money_text import money
from watchroom.reports.one_page import cut
from watchroom.store.queries.kpis import BEYOND_LIMIT, NO_DATA, NO_TARGET, OFF_TARGET, ON_TARGET, Kpi, Reading

_JUDGED = (BEYOND_LIMIT, OFF_TARGET, ON_TARGET)
_NAME, _UNIT = 44, 26


def figure(value: float | None, unit: str | None, currency: str) -> str:
    """A value with its unit: `0.8 % of payments`, `€708`; the bare number without one, `unknown` for None."""
    if value is None or value != value:
        return "unknown"
    if unit and unit == currency:
        return money(value, currency)
    return f"{short(value)}\u00a0{cut(unit, _UNIT)}" if unit else short(value)


def bare(value: float | None, unit: str | None, currency: str) -> str:
    """The same beside one that has said its unit: of `% of payments` the sign alone; `–` for None."""
    if value is None:
        return "–"
    return figure(value, currency if unit == currency else "%" if unit and unit.startswith("%") else None, currency)


def span(reading: Reading) -> str:
    """The period of a reading: `October 2026`, `9 to 15 Nov 2026`."""
    if reading.grain == "month":
        return f"{reading.period_start:%B %Y}"
    return days(reading.period_start, reading.period_end)


def on_target(kpis: Sequence[Kpi], currency: str) -> str:
    """Whether the targets are met, in one sentence; each KPI's `now` is its newest reading in the period."""
    if not kpis:
        return "Nobody has said: its file names no KPI."
    judged = [kpi for kpi in kpis if kpi.status in _JUDGED]
    if not judged:
        return f"Unknown: {_why_not(kpis, currency)}"
    met = [kpi for kpi in judged if kpi.status == ON_TARGET]
    missed = sorted((kpi for kpi in judged if kpi.status != ON_TARGET), key=lambda kpi: _JUDGED.index(kpi.status))
    told = f"; {_missed(missed[0], currency)}" if missed else ""
    unknown = len(kpis) - len(judged)
    rest = f" ({unknown} of its KPIs cannot be told)" if unknown else ""
    word = "Yes" if not missed else "No" if missed[0].status == BEYOND_LIMIT else "Not quite"
    return f"{word}, {_share(len(met), len(judged))}{rest}{told}."


def _share(met: int, judged: int) -> str:
    if judged == 1:
        return "it meets its target" if met else "it misses its target"
    if met == judged:
        return f"it meets {'both' if judged == 2 else f'all {judged}'} of its targets"
    return f"it meets {met or 'none'} of {judged} targets"


def _missed(kpi: Kpi, currency: str) -> str:
    assert kpi.now is not None, "one that is judged has a reading"
    now = kpi.now
    value = figure(now.value, kpi.unit, currency)
    beyond = f", beyond its limit of {bare(now.limit, kpi.unit, currency)}" if now.status == BEYOND_LIMIT else ""
    aim = "" if now.target is None else f" against a target of {bare(now.target, kpi.unit, currency)}"
    return f"“{cut(kpi.name, _NAME)}” was {value}{aim}{beyond}"


def _why_not(kpis: Sequence[Kpi], currency: str) -> str:
    """Why none of them can be judged, by the first that says so."""
    if all(kpi.status == NO_TARGET and kpi.now is not None for kpi in kpis):
        return f"no target is set; “{cut(kpis[0].name, _NAME)}” was {_now(kpis[0], currency)}."
    return f"{without(next((kpi for kpi in kpis if kpi.status == NO_DATA), kpis[0]))}."


def _now(kpi: Kpi, currency: str) -> str:
    return figure(kpi.now.value if kpi.now else None, kpi.unit, currency)


def without(kpi: Kpi) -> str:
    """Why a KPI has no value in the period, without a full stop; empty when it has one."""
    if kpi.sql is None:
        return "the file gives no formula"
    if kpi.error:
        return f"its formula fails: {cut(kpi.error, 120).rstrip('.')}"
    if kpi.now is None:
        return "nothing was worked out for this period"
    if kpi.now.value is not None:
        return ""
    if not kpi.now.decisions:
        return "no decision was made"
    if not kpi.now.n:
        return f"none of {kpi.now.decisions:,} decisions has an outcome yet"
    return f"its formula gives nothing over {kpi.now.n:,} decisions"
