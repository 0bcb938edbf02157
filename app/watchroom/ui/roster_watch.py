"""The watch roster, worked out: for each model its signals, what is watched of each, by whom, and what is missing.

Pure: a model's file and what its log holds come in, frozen rows go out. How they are shown is in `roster`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import yaml
from pydantic import ValidationError

from watchroom.domain.attribution import NDCG_LIMIT
from watchroom.domain.vocabulary import METHOD_NAMES, METRICS, USUAL_METRIC
from watchroom.store.queries.roster import Post
from watchroom.ui.text import count_of, number, one_line, some
from watchroom.workspace.model_file import ModelSpec, Performance

SIGNALS = ("drift", "quality", "performance", "volume", "explanation", "kpi", "log")

REFERENCE_DAYS = 28
"""How long a reference taken from the log is proposed to be: four of each weekday."""

_USUAL_LIMITS = {"higher": (0.97, 0.92), "lower": (1.1, 1.25)}
"""The ratios to the reference that are proposed where nobody has set any, by which way of the metric is better."""


@dataclass(frozen=True)
class Watch:
    """A signal of a model. `what` says what is watched, or why nothing is; `lines` are the YAML lines that change that.

    `person` has it (on call, else operations; None: nobody), `light` is its state at the refresh, None without one.
    `lines` are empty for a signal that is watched, and where no line of the file would help.
    """

    model: str
    title: str
    tier: str | None
    signal: str
    watched: bool
    what: str
    light: str | None
    person: str | None
    role: str
    runbook: str | None
    file: str
    lines: str = ""


@dataclass(frozen=True)
class _Found:
    watched: bool
    what: str
    lines: str = ""


def watches(post: Post) -> tuple[Watch, ...]:
    """The signals of a model, in the order of `SIGNALS`; `kpi` only where its file names any."""
    spec = spec_of(post)
    role = next((role for role in ("on_call", "operations") if post.owner(role)), "")
    found = []
    for signal in SIGNALS:
        if signal == "kpi" and (spec is None or not spec.kpis):
            continue
        seen = _RULES[signal](post, spec) if spec is not None else _no_file(post)
        found.append(
            Watch(
                post.model,
                post.title,
                post.tier,
                signal,
                seen.watched,
                seen.what,
                post.light(signal),
                post.owner(role),
                role,
                post.runbook,
                post.file or f"models/{_as_file_name(post.model)}.yaml",
                seen.lines,
            )
        )
    return tuple(found)


def spec_of(post: Post) -> ModelSpec | None:
    """The model's file; None when it has none, or none that could be read."""
    if post.spec is None:
        return None
    try:
        return ModelSpec.model_validate_json(post.spec)
    except ValidationError:  # a snapshot that another version wrote
        return None


def _no_file(post: Post) -> _Found:
    if post.file is not None:
        return _Found(False, "its file has a mistake, so nobody knows what is to be watched")
    return _Found(False, "the model has no file in the workspace", _yaml({"model": post.model, **_DECISIONS}))


_DECISIONS = {
    "decisions": {
        "path": "lake/predictions*.parquet",
        "id": "prediction_id",
        "timestamp": "timestamp",
        "prediction": "prediction",
    }
}


def _drift(post: Post, spec: ModelSpec) -> _Found:
    missing = _bins_missing(post, spec)
    if missing is not None:
        return missing
    limits = spec.monitor.drift
    own = f" and {count_of(post.own, 'signal')} of its own" if post.own else ""
    others = f", {count_of(len(spec.monitor.overrides), 'feature')} with limits of their own"
    return _Found(
        True,
        f"{METHOD_NAMES[limits.method]} of {count_of(post.features, 'feature')}{own}: watch {limits.watch:g}, drifted "
        f"{limits.drifted:g}{others if spec.monitor.overrides else ''}",
    )


def _quality(post: Post, spec: ModelSpec) -> _Found:
    missing = _bins_missing(post, spec)
    if missing is not None:
        return missing
    limits = spec.monitor.quality
    return _Found(
        True,
        f"missing, unseen and invalid values of {count_of(post.features, 'feature')}: watch {limits.watch:g}, failing "
        f"{limits.failing:g} more than in the reference",
    )


def _bins_missing(post: Post, spec: ModelSpec) -> _Found | None:
    """Why features are not compared with a reference; None when they are."""
    if spec.decisions is None:
        return _without_log()
    if spec.reference is None:
        return _Found(False, "there is no reference to compare with", _yaml({"reference": _reference(post)}))
    if post.features == 0:
        return _Found(False, "the reference or the log gave nothing to compare; Status says why")
    return None


def _reference(post: Post) -> dict[str, object]:
    """The first days of the log as the reference; a file where the log is not long enough."""
    last = _end_of_reference(post)
    if post.first_day is None or last is None:
        return {"path": "lake/reference.parquet", "outcome": "label"}
    return {"start": post.first_day, "end": last}


def _end_of_reference(post: Post) -> date | None:
    if post.first_day is None or post.last_day is None:
        return None
    last = post.first_day + timedelta(REFERENCE_DAYS - 1)
    return last if last < post.last_day else None


def _performance(post: Post, spec: ModelSpec) -> _Found:
    if spec.decisions is None:
        return _without_log()
    if spec.outcomes is None:
        outcomes = {"path": "lake/labels*.parquet", "id": spec.decisions.id, "value": "label"}
        return _Found(False, "its file names no outcomes", _yaml({"outcomes": outcomes}))
    limits = spec.monitor.performance
    if limits is None or limits.metric is None or not _has_limits(limits):
        return _Found(False, "no metric has limits", _yaml({"monitor": {"performance": _limits(spec)}}))
    if not post.labelled:
        return _Found(True, f"{_metric(limits)}; no outcome has come in yet")
    return _Found(True, _metric(limits))


def _has_limits(limits: Performance) -> bool:
    given = limits.absolute or limits
    return given.watch is not None or given.failing is not None


def _metric(limits: Performance) -> str:
    given, unit = limits.absolute or limits, "" if limits.absolute else " × the reference"
    said = (("watch", given.watch), ("failing", given.failing))
    shown = ", ".join(f"{name} {value:g}{unit}" for name, value in said if value is not None)
    return f"{limits.metric}: {shown}"


def _limits(spec: ModelSpec) -> dict[str, object]:
    """Limits that fit the task, for the metric that is named already where ratios fit it."""
    named = spec.monitor.performance.metric if spec.monitor.performance else None
    metric = named or USUAL_METRIC[spec.task or "regression"]
    better = METRICS[metric].better
    if better == "near zero":
        return {"metric": metric, "absolute": {"watch": 1.0, "failing": 2.0}}
    watch, failing = _USUAL_LIMITS[better]
    return {"metric": metric, "watch": watch, "failing": failing}


def _volume(post: Post, spec: ModelSpec) -> _Found:
    if spec.decisions is None:
        return _without_log()
    least = spec.monitor.volume.min_per_day if spec.monitor.volume else None
    if least:
        return _Found(True, f"at least {number(least)} decisions a day")
    half = max(1, round((post.usual or 2) / 2))
    usual = f"; a usual day has {number(post.usual)}" if post.usual else ""
    return _Found(
        False, f"no least number of decisions is set{usual}", _yaml({"monitor": {"volume": {"min_per_day": half}}})
    )


def _explanation(post: Post, spec: ModelSpec) -> _Found:
    if spec.decisions is None:
        return _without_log()
    if post.explained is None:
        return _Found(False, "no decision of the version in service is explained")
    if post.not_explained is not None and post.explained != "partial":
        trust = _yaml({"explain": {"trust": True}}) if post.explained == "refused" else ""
        return _Found(False, f"its decisions cannot be explained: {one_line(post.not_explained, 160)}", trust)
    if not post.explained_reference:
        lines = "" if spec.reference else _yaml({"reference": _reference(post)})
        return _Found(False, "no row of a reference is explained to compare with", lines)
    return _Found(True, f"what drives it each month against the reference: nDCG, watch {NDCG_LIMIT:g}")


def _kpi(post: Post, spec: ModelSpec) -> _Found:
    if spec.decisions is None:
        return _without_log()
    limited = [kpi.name for kpi in spec.kpis if kpi.limit is not None and kpi.sql is not None]
    if limited:
        return _Found(True, f"{some([one_line(name, 60) for name in limited], 4)}: each week against its limit")
    return _Found(False, f"{count_of(len(spec.kpis), 'KPI')}, none with a formula and a limit")


def _log(post: Post, spec: ModelSpec) -> _Found:
    if spec.decisions is None:
        return _without_log()
    if post.last_day is None:
        return _Found(True, "each refresh looks for files; no decision has been found yet")
    last = f"{post.last_day.day} {post.last_day:%b %Y}"
    return _Found(True, f"each refresh looks for new files; the last decisions are of {last}")


def _without_log() -> _Found:
    return _Found(False, "its file names no log of decisions", _yaml(_DECISIONS))


_RULES: dict[str, Callable[[Post, ModelSpec], _Found]] = {
    "drift": _drift,
    "quality": _quality,
    "performance": _performance,
    "volume": _volume,
    "explanation": _explanation,
    "kpi": _kpi,
    "log": _log,
}


def _yaml(value: Mapping[str, object]) -> str:
    return yaml.safe_dump(dict(value), sort_keys=False, allow_unicode=True, default_flow_style=False).strip()


def _as_file_name(model: str) -> str:
    kept = "".join(char if char.isalnum() or char in "-_." else "-" for char in model).strip("-.")
    return kept[:60] or "model"
