"""The part `value` of a draft, as far as KPIs go: what was worked out, how it went, and what it was worked out from."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pyarrow as pa

from watchroom.store import value_notes
from watchroom.store.draft import Draft

_NOTE = "kpi "
"""How the key of a KPI's note begins; its name follows."""

_LEFT = value_notes.left_key("kpis")

ValueRow = tuple[Any, ...]
"""A row of `kpi_values` without its model and KPI."""


@dataclass(frozen=True)
class KpiRun:
    """A row of `kpi_runs` without its model: how the formula ran the last time."""

    kpi: str
    digest: str
    error: str | None
    next_step: str | None
    needs_outcome: bool | None
    ran_at: datetime | None


@dataclass(frozen=True)
class DayStand:
    """What a day's decisions rest on: digests that change with them (`decided`), or also with their outcomes."""

    decided: str
    told: str
    files: str
    """Likewise for the files that hold them, whatever changes in these."""
    decisions: int


class KpiStore:
    """Reads and writes what is held of KPIs. Write inside `Draft.transaction("value")`."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._connection = draft.connection

    def models(self) -> frozenset[str]:
        """The models of which anything is held, be it a note."""
        return frozenset(row[0] for row in self._rows(_MODELS))

    def left(self) -> Mapping[str, int]:
        """The models of which the last refresh left something, as `value_notes.left` gives them."""
        return value_notes.left(self._draft, "kpis")

    def serving(self, model: str) -> frozenset[tuple[int, date]]:
        """The versions in service by day."""
        return frozenset(self._rows("select version, day from value.value_serving where model = ?", [model]))

    def stands(self, model: str) -> dict[date, DayStand]:
        """The days with decisions, with what each rests on: the log, its outcomes, and who was in service."""
        rows = self._rows(_STANDS, {"model": model})
        return {day: DayStand(*stand) for day, *stand in rows}

    def repeated(self, model: str) -> frozenset[date]:
        """The days on which some id stands twice for a version."""
        query = "select distinct day from profile.volume where model = ? and duplicates > 0"
        return frozenset(row[0] for row in self._rows(query, [model]))

    def notes(self, model: str) -> dict[str, str]:
        """What was noted of each KPI, by its name."""
        rows = self._rows("select key, value from value.value_notes where model = ?", [model])
        return {key.removeprefix(_NOTE): value for key, value in rows if key.startswith(_NOTE)}

    def runs(self, model: str) -> dict[str, KpiRun]:
        """How each KPI ran the last time, by its name."""
        query = "select kpi, digest, error, next_step, needs_outcome, ran_at from value.kpi_runs where model = ?"
        return {row[0]: KpiRun(*row) for row in self._rows(query, [model])}

    def names(self, model: str) -> frozenset[str]:
        """The KPIs of which values are held."""
        return frozenset(row[0] for row in self._rows(_NAMES, [model]))

    def terms(self, model: str) -> dict[str, set[tuple[float | None, float | None, str | None]]]:
        """Target, limit and direction that the values of each KPI were judged by."""
        found: dict[str, set[tuple[float | None, float | None, str | None]]] = {}
        for kpi, target, limit, better in self._rows(_TERMS, [model]):
            found.setdefault(kpi, set()).add((target, limit, better))
        return found

    def values(self, model: str, kpi: str) -> list[ValueRow]:
        """All that is held of a KPI, without model and name."""
        return self._rows(
            "select * exclude (model, kpi) from value.kpi_values where model = ? and kpi = ?", [model, kpi]
        )

    def forget(self, model: str) -> None:
        """Remove all that is held of a model's KPIs."""
        for table in ("kpi_values", "kpi_runs"):
            self._connection.execute(f"delete from value.{table} where model = ?", [model])
        self._connection.execute(
            "delete from value.value_notes where model = ? and (starts_with(key, ?) or key = ?)", [model, _NOTE, _LEFT]
        )

    def forget_values(self, model: str, kpi: str) -> None:
        """Remove the values of a KPI."""
        self._connection.execute("delete from value.kpi_values where model = ? and kpi = ?", [model, kpi])

    def forget_kpi(self, model: str, kpi: str) -> None:
        """Remove all that is held of a KPI."""
        self.forget_values(model, kpi)
        self._connection.execute("delete from value.kpi_runs where model = ? and kpi = ?", [model, kpi])
        self._connection.execute("delete from value.value_notes where model = ? and key = ?", [model, _NOTE + kpi])

    def put(self, model: str, kpi: str, periods: Collection[tuple[str, date]], rows: Sequence[ValueRow]) -> None:
        """Have these rows for these periods (grain and first day), in place of what was held of them."""
        if periods:
            grains, starts = zip(*sorted(periods), strict=True)
            given = pa.table({"grain": pa.array(grains), "start": pa.array(starts, pa.date32())})
            self._connection.register("periods_given", given)
            self._connection.execute(_DELETE_PERIODS, [model, kpi])
            self._connection.unregister("periods_given")
        self._draft.insert("kpi_values", [(model, kpi, *row) for row in rows])

    def put_run(self, model: str, run: KpiRun) -> None:
        """Keep how a KPI ran, in place of what was held."""
        self._connection.execute("delete from value.kpi_runs where model = ? and kpi = ?", [model, run.kpi])
        row = (model, run.kpi, run.digest, run.error, run.next_step, run.needs_outcome, run.ran_at)
        self._draft.insert("kpi_runs", [row])

    def keep_notes(self, model: str, notes: Mapping[str, str]) -> None:
        """Keep these notes of KPIs, in place of those that they had."""
        for kpi, text in notes.items():
            value_notes.keep_notes(self._draft, _NOTE + kpi, {model: text})

    def keep_left(self, model: str, *, left: bool) -> None:
        """Keep whether something was left."""
        value_notes.keep_left(self._draft, "kpis", {model: left})

    def _rows(self, query: str, values: Any = None) -> list[tuple[Any, ...]]:
        return self._connection.execute(query, values).fetchall()


_MODELS = f"""
    select model from value.kpi_values union select model from value.kpi_runs
    union select model from value.value_notes where starts_with(key, '{_NOTE}') or key = '{_LEFT}'
"""

_NAMES = "select distinct kpi from value.kpi_values where model = ?"

_TERMS = 'select distinct kpi, target, "limit", better from value.kpi_values where model = ?'

_DELETE_PERIODS = """
    delete from value.kpi_values where model = ? and kpi = ?
    and (grain, period_start) in (select grain, start from periods_given)
"""

_STANDS = """
    with told as (
        select day, kind, 'd ' || digest as text from profile.log_days where model = $model
        union all select day, 'decisions', 'v ' || version || ' ' || decisions
            from profile.volume where model = $model
        union all select day, 'outcomes', 'l ' || version || ' ' || labelled
            from profile.volume where model = $model
        union all select day, 'decisions', 's ' || version from value.value_serving where model = $model
        union all select d.day, 'files', concat_ws(' ', 'f', f.path, f.size, f.modified_ns)
            from profile.log_days d join profile.log_files f using (model, kind, path)
            where model = $model and d.kind = 'decisions'
    )
    select day, left(md5(string_agg(text, ' ' order by text) filter (kind = 'decisions')), 12),
        left(md5(string_agg(text, ' ' order by text) filter (kind <> 'files')), 12),
        left(md5(coalesce(string_agg(text, ' ' order by text) filter (kind = 'files'), '')), 12), any_value(counted.n)
    from told join (
        select day, sum(decisions)::bigint as n from profile.volume where model = $model group by day
    ) as counted using (day)
    where counted.n > 0
    group by day
"""
"""A digest tells what may have changed from what has not: twelve digits of it are enough for the days of a model."""
