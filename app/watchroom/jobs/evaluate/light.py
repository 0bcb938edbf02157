"""The light of a model: the version in service, over the seven days that end with its last decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from watchroom.domain.lights import BEYOND, LIGHTS, Light, worst
from watchroom.domain.performance import MATURE_SHARE
from watchroom.domain.periods import CURRENT_DAYS
from watchroom.domain.vocabulary import METRIC_NAMES, OWN_NAMES
from watchroom.domain.volume import Volume, volume_of
from watchroom.store.draft import Draft
from watchroom.workspace.model_file import ModelSpec

PERFORMANCE_DAYS = 60
"""How long before the last decision a realized performance still speaks of now; then the estimated one does."""


@dataclass(frozen=True)
class Part:
    """One part of the light, and in words what it is made of; empty where there is nothing to say."""

    light: Light
    reason: str = ""


def fill_health(draft: Draft, spec: ModelSpec, serving: int | None, today: date) -> None:
    """The model's row of `health`. `today` is the UTC day of the refresh: what is dated later is never what is now."""
    decisions = decisions_by_day(draft, spec.model, serving)
    minimum = spec.monitor.volume.min_per_day if spec.monitor.volume else None
    volume = volume_of(decisions, minimum, today)
    if serving is None or volume is None:
        nothing = (_nothing(spec, serving), None, None, 0, None, None, None)
        draft.insert("health", [(spec.model, serving, *["no data"] * 5, *nothing)])
        return
    last = today - timedelta(volume.silent_days)
    first = last - timedelta(CURRENT_DAYS - 1)
    performance, as_of = _performance(draft, spec, serving, last)
    drift, quality = _drift(draft, spec.model, serving, last), _quality(draft, spec.model, serving, last)
    parts = (drift, quality, performance, _volume(volume, last, minimum))
    light = worst(part.light for part in parts)
    n = sum(count for day, count in decisions.items() if first <= day <= last)
    lights = (light, *(part.light for part in parts))
    now = (first, last, n, volume.per_day, volume.silent_days, as_of)
    draft.insert("health", [(spec.model, serving, *lights, _reason(parts, light), *now)])


def _reason(parts: Sequence[Part], light: Light) -> str | None:
    """What is beyond a limit, the worst first; where nothing can be judged, why not."""
    drift, quality, performance, volume = parts
    by_weight = (performance, quality, drift, volume)  # what it does to answers comes before what may be its cause
    ranked = sorted(by_weight, key=lambda part: LIGHTS.index(part.light), reverse=True)
    told = [part.reason for part in ranked if part.reason and (part.light in BEYOND or light == "no data")]
    return "; ".join(told) or None


def decisions_by_day(draft: Draft, model: str, version: int | None) -> dict[date, int]:
    """The decisions of a version by UTC day; empty when it made none."""
    rows = draft.connection.execute(
        "select day, decisions from profile.volume where model = ? and version = ?", [model, version]
    ).fetchall()
    return dict(rows)


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
    said = "missing, unseen or invalid values"
    return Part(light, _features(light, rows, f"{said}") if light in BEYOND else "")


def _features(light: Light, rows: list[tuple[str, str]], what: str) -> str:
    """`drifted: amount and 2 more`; the features come with the greatest excess first."""
    beyond = [OWN_NAMES.get(feature, feature) for feature, status in rows if status == light]
    others = f" and {len(beyond) - 1} more" if len(beyond) > 1 else ""
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
    """From outcomes where enough are there; else estimated, which alone is never worse than `watch`.

    The newest days with most of their outcomes come before newer ones with few: those that come early are not like
    those that come late.
    """
    limits = spec.monitor.performance
    if limits is None or limits.metric is None:
        return Part("no data", "no metric has limits"), None
    rows = draft.connection.execute(
        """
        with judged as (
            select *, kind = 'realized' and n_labelled < $mature * n as is_early from health.performance
            where model = $model and version = $version and metric = $metric and grain = 'last_7_days'
                and status <> 'no data' and period_end between $first and $last
        )
        select kind, status, value, period_end, n_labelled
        from judged
        order by kind desc, is_early, period_end desc limit 1
        """,
        {
            "model": spec.model,
            "version": version,
            "metric": limits.metric,
            "first": last - timedelta(PERFORMANCE_DAYS),
            "last": last,
            "mature": MATURE_SHARE,
        },
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


def _volume(volume: Volume, last: date, minimum: int | None) -> Part:
    if volume.light == "no data":
        return Part("no data", "no minimum is set")
    if volume.is_silent:
        return Part("failing", f"no decision for {volume.silent_days:,} days: the last was on {last:%-d %b %Y}")
    said = f"{volume.per_day:,.0f} decisions a day, at least {minimum:,} are expected"
    return Part(volume.light, said if volume.light in BEYOND else "")
