"""The light of a model: the version in service, over the seven days that end with its last decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from watchroom.domain.lights import BEYOND, LIGHTS, Light, worst
from watchroom.domain.periods import CURRENT_DAYS
from watchroom.domain.vocabulary import METRIC_NAMES, OWN_NAMES
from watchroom.store.draft import Draft
from watchroom.workspace.model_file import ModelSpec

PERFORMANCE_DAYS = 60
"""How long before the last decision a realized performance still speaks of now; then the estimated one does."""

SILENT_DAYS = 3
"""Days without a decision, up to the refresh, after which a log with a minimum volume is failing: a long weekend."""


@dataclass(frozen=True)
class Part:
    """One part of the light, and in words what it is made of; empty where there is nothing to say."""

    light: Light
    reason: str = ""


def fill_health(draft: Draft, spec: ModelSpec, serving: int | None, today: date) -> None:
    """The model's row of `health`. `today` is the UTC day of the refresh."""
    first, last, n = _window(draft, spec.model, serving, today)
    if serving is None or last is None:
        row = (spec.model, serving, *["no data"] * 5, _nothing(spec, serving), None, None, 0, None)
        draft.insert("health", [row])
        return
    performance, as_of = _performance(draft, spec, serving, last)
    parts = (
        _drift(draft, spec.model, serving, last),
        _quality(draft, spec.model, serving, last),
        performance,
        _volume(draft, spec, serving, last, today),
    )
    light = worst(part.light for part in parts)
    ranked = sorted(parts, key=lambda part: LIGHTS.index(part.light), reverse=True)
    reason = "; ".join(part.reason for part in ranked if part.reason and (part.light in BEYOND or light == "no data"))
    draft.insert(
        "health",
        [(spec.model, serving, light, *(part.light for part in parts), reason or None, first, last, n, as_of)],
    )


def _window(draft: Draft, model: str, version: int | None, today: date) -> tuple[date | None, date | None, int]:
    """The seven days up to the last decision. A decision that is dated after the refresh is never what is now."""
    rows = draft.connection.execute(
        """
        with known as (
            select day, decisions from profile.volume where model = $model and version = $version and day <= $today
        )
        select max(day), coalesce(sum(decisions) filter (day > (select max(day) from known) - $days), 0)::bigint
        from known
        """,
        {"model": model, "version": version, "days": CURRENT_DAYS, "today": today},
    ).fetchall()
    last, n = rows[0]
    return (last - timedelta(CURRENT_DAYS - 1) if last else None), last, n


def _nothing(spec: ModelSpec, serving: int | None) -> str:
    if spec.decisions is None:
        return "the model's file names no decision log"
    if serving is None:
        return "no version is champion, and no decision was found"
    return f"no decision of version {serving} was found"


def _drift(draft: Draft, model: str, version: int, last: date) -> Part:
    rows = _now(draft, "drift", model, version, last)
    known = [row for row in rows if row[1] != "no data"]
    if not known:
        return Part(
            "no data", "drift cannot be told: " + ("the days are too small" if rows else "there is no reference")
        )
    light = worst(status for _, status in known)
    return Part(light, _features(light, known, "drifted" if light == "drifted" else "moved") if light in BEYOND else "")


def _quality(draft: Draft, model: str, version: int, last: date) -> Part:
    rows = [row for row in _now(draft, "quality", model, version, last) if row[1] != "no data"]
    light = worst(status for _, status in rows)
    said = "values that are missing, unseen or invalid"
    return Part(light, _features(light, rows, f"{said}") if light in BEYOND else "")


def _features(light: Light, rows: list[tuple[str, str]], what: str) -> str:
    """`amount and 2 more of 9 have drifted`; the features come with the greatest excess first."""
    beyond = [OWN_NAMES.get(feature, feature) for feature, status in rows if status == light]
    others = f" and {len(beyond) - 1} more of {len(rows)}" if len(beyond) > 1 else f", 1 of {len(rows)}"
    return f"{what}: {beyond[0]}{others}"


def _now(draft: Draft, table: str, model: str, version: int, last: date) -> list[tuple[str, str]]:
    """Features with their status in the current window, those furthest beyond their limit first."""
    excess = "value / watch" if table == "drift" else "share - reference_share"
    return draft.connection.execute(
        f"""
        select feature, status from health.{table}
        where model = ? and version = ? and grain = 'last_7_days' and period_end = ?
        order by {excess} desc nulls last, feature
        """,
        [model, version, last],
    ).fetchall()


def _performance(draft: Draft, spec: ModelSpec, version: int, last: date) -> tuple[Part, date | None]:
    """From outcomes where enough are there; else estimated, which alone is never worse than `watch`."""
    limits = spec.monitor.performance
    if limits is None or limits.metric is None:
        return Part("no data", "no metric has limits"), None
    rows = draft.connection.execute(
        """
        select kind, arg_max(status, period_end), arg_max(value, period_end), max(period_end),
            arg_max(n_labelled, period_end)
        from health.performance
        where model = ? and version = ? and metric = ? and grain = 'last_7_days' and status <> 'no data'
            and period_end between ? and ?
        group by kind order by kind desc
        """,
        [spec.model, version, limits.metric, last - timedelta(PERFORMANCE_DAYS), last],
    ).fetchall()
    if not rows:
        return Part("no data", "too few outcomes to judge performance"), None
    kind, status, value, as_of, labelled = rows[0]
    metric = METRIC_NAMES.get(limits.metric, limits.metric)
    if kind == "estimated":
        light: Light = "watch" if status in BEYOND else status
        return Part(light, f"{metric} is estimated at {value:.4g}" if light in BEYOND else ""), None
    said = f"{metric} is {value:.4g}, from {labelled:,} outcomes of the 7 days to {as_of:%-d %b %Y}"
    return Part(status, said if status in BEYOND else ""), as_of


def _volume(draft: Draft, spec: ModelSpec, version: int, last: date, today: date) -> Part:
    minimum = spec.monitor.volume.min_per_day if spec.monitor.volume else None
    if not minimum:
        return Part("no data", "no minimum is set")
    silent = (today - last).days
    if silent > SILENT_DAYS:
        return Part("failing", f"no decision for {silent:,} days: the last was on {last:%-d %b %Y}")
    rows = draft.connection.execute(  # a version that has served for two days is not measured by seven
        """select sum(decisions) filter (day > $last - $days and day <= $last)
            / least(date_diff('day', min(day), $last) + 1, $days)
        from profile.volume where model = $model and version = $version""",
        {"model": spec.model, "version": version, "last": last, "days": CURRENT_DAYS},
    ).fetchall()
    mean = float(rows[0][0])
    light: Light = "failing" if mean < minimum / 2 else "watch" if mean < minimum else "stable"
    return Part(light, f"{mean:,.0f} decisions a day, at least {minimum:,} are expected" if light in BEYOND else "")
