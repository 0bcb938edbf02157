"""The reader of an incident: everything a snapshot holds of one alert, its model, its version and its days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd

from watchroom.store.queries.alerts import Alert, alert, series
from watchroom.store.snapshot import Snapshot

_BEFORE = timedelta(days=28)
"""How long before the window the volume by day is given: what was usual then."""


@dataclass(frozen=True)
class Reign:
    """From `since` (UTC without a zone, as a refresh saw it) on this version was the champion."""

    since: datetime
    version: int


@dataclass(frozen=True)
class Incident:
    """An alert with what stood round it.

    `spec` is the model's file as JSON, `file` its place; None without one. `version` and `run` are rows by column,
    empty when they are not known. `aliases` are those at the end of the window, as far as the registry's history goes.
    `reigns` say which version was the champion when, the first one first. Frames are empty where there is nothing.
    """

    alert: Alert
    file: str | None
    spec: str | None
    version: Mapping[str, Any]
    run: Mapping[str, Any]
    params: pd.DataFrame
    metrics: pd.DataFrame
    inputs: pd.DataFrame
    aliases: Mapping[str, int]
    reigns: tuple[Reign, ...]
    events: pd.DataFrame
    reference: Mapping[str, Any]
    bins: pd.DataFrame
    days: pd.DataFrame
    outcomes: pd.DataFrame
    errors: pd.DataFrame
    volume: pd.DataFrame
    values: pd.DataFrame


def incident(snapshot: Snapshot, *, alert_id: str) -> Incident | None:
    """All that the snapshot holds of it; None when it has no such alert."""
    found = alert(snapshot, alert_id=alert_id)
    if found is None:
        return None
    model, version = found.model, found.version
    file, spec = _file(snapshot, model)
    own = _row(snapshot, "select * from model_versions where name = ? and version = ?", [model, version])
    run_id = own.get("run_id")
    events = snapshot.query("select * from registry_events where model = ? order by seq", [model])
    window = (model, version, found.feature, found.period_start, found.period_end)
    return Incident(
        alert=found,
        file=file,
        spec=spec,
        version=own,
        run=_row(snapshot, "select * from runs where run_id = ?", [run_id]),
        params=snapshot.query("select key, value from params where run_id = ? order by key", [run_id]),
        metrics=snapshot.query("select key, last, best from metrics where run_id = ? order by key", [run_id]),
        inputs=snapshot.query("select * exclude (run_id) from run_inputs where run_id = ? order by all", [run_id]),
        aliases=aliases_on(events, found.period_end),
        reigns=_reigns(events),
        events=events,
        reference=_row(snapshot, "select * from profile_references where model = ? and version = ?", [model, version]),
        bins=_bins(snapshot, *window),
        days=_days(snapshot, *window),
        outcomes=_outcomes(snapshot, "profile_outcomes", found),
        errors=_outcomes(snapshot, "profile_errors", found),
        volume=_volume(snapshot, found),
        values=series(snapshot, model=model, version=version, signal=found.signal, feature=found.feature),
    )


def _file(snapshot: Snapshot, model: str) -> tuple[str | None, str | None]:
    rows = snapshot.rows("select file, spec from models where model = ?", [model])
    return rows[0] if rows else (None, None)


def _row(snapshot: Snapshot, sql: str, params: list[Any]) -> dict[str, Any]:
    """The one row by column, NULLs left out; empty for none."""
    found = snapshot.query(sql, params)
    if found.empty:
        return {}
    names = list(found.columns)
    (values,) = snapshot.rows(sql, params)
    return {name: value for name, value in zip(names, values, strict=True) if value is not None}


def aliases_on(events: pd.DataFrame, day: date | None) -> dict[str, int]:
    """The aliases as the refreshes had seen them by the end of that UTC day; None: by now."""
    found: dict[str, int] = {}
    for event in events.to_dict("records"):
        if day is not None and event["seen_at"] >= datetime.combine(day, datetime.min.time()) + timedelta(1):
            break
        if event["event"] in ("alias_set", "alias_moved"):
            found[event["name"]] = int(event["version"])
        elif event["event"] == "alias_removed":
            found.pop(event["name"], None)
    return found


def _reigns(events: pd.DataFrame) -> tuple[Reign, ...]:
    kinds = ("alias_set", "alias_moved")
    return tuple(
        Reign(event["seen_at"].to_pydatetime(), int(event["version"]))
        for event in events.to_dict("records")
        if event["name"] == "champion" and event["event"] in kinds
    )


def _bins(
    snapshot: Snapshot, model: str, version: int | None, feature: str, first: date | None, last: date | None
) -> pd.DataFrame:
    """The feature's bins, the reference and the window side by side, with their shares."""
    return snapshot.query(
        """
        with counted as (
            select bin, cast(sum(n) as bigint) as n from profile_counts
            where model = ? and version = ? and feature = ? and day between ? and ? group by bin
        )
        select b.bin, b.lower, b.upper, b.value, b.decile, b.reference, coalesce(c.n, 0) as "window",
            b.reference / nullif(sum(b.reference) over (), 0) as reference_share,
            coalesce(c.n, 0) / nullif(sum(c.n) over (), 0) as window_share
        from profile_bins b left join counted c on c.bin = b.bin
        where b.model = ? and b.version = ? and b.feature = ? order by b.bin
        """,
        [model, version, feature, first, last, model, version, feature],
    )


def _days(
    snapshot: Snapshot, model: str, version: int | None, feature: str, first: date | None, last: date | None
) -> pd.DataFrame:
    return snapshot.query(
        """select day, bin, n from profile_counts
        where model = ? and version = ? and feature = ? and day between ? and ? order by day, bin""",
        [model, version, feature, first, last],
    )


def _outcomes(snapshot: Snapshot, table: str, found: Alert) -> pd.DataFrame:
    """What the metrics of performance are made of: the window's rows, and the reference's (`day` NULL)."""
    if found.signal != "performance":
        return pd.DataFrame()
    return snapshot.query(
        f"""select * exclude (model, version) from {table}
        where model = ? and version = ? and group_column = '' and (day between ? and ? or day is null)
        order by all""",
        [found.model, found.version, found.period_start, found.period_end],
    )


def _volume(snapshot: Snapshot, found: Alert) -> pd.DataFrame:
    first = found.period_start - _BEFORE if found.period_start else None
    return snapshot.query(
        """select day, version, decisions, labelled, duplicates, last_at from volume
        where model = ? and (? is null or day between ? and ?) order by day, version""",
        [found.model, first, first, found.period_end],
    )
