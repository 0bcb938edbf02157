"""What is known of each model that a new one could be like: inputs, data, people, its champion's metric, its health."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from watchroom.domain.lights import worst
from watchroom.domain.similar_models import InputKind, KnownInput, KnownModel
from watchroom.domain.vocabulary import METRIC_NAMES, USUAL_METRIC
from watchroom.store.queries.features import Use, uses
from watchroom.store.snapshot import Snapshot

MOST_VALUES = 12
"""How many values of a category are offered to copy, the most frequent first."""

_MODELS = """
select m.model, coalesce(m.title, m.model), m.task, coalesce(m.purpose, r.description, ''), h.light,
    coalesce(m.spec ->> '$.monitor.performance.metric', '')
from models m left join health h on h.model = m.model left join registered_models r on r.name = m.model
order by lower(coalesce(m.title, m.model)), m.model
"""

_PEOPLE = "select model, role, person from owners where person <> '' order by role"

_DATASETS = """
select distinct v.name, i.name, coalesce(i.digest, '')
from model_versions v join run_inputs i on i.run_id = v.run_id where i.name <> '' order by all
"""

_CHAMPIONS = """champions as (
    select name, arg_max(version, (alias = 'champion', version)) as version from (
        select name, version, alias from aliases where alias = 'champion'
        union all select name, version, '' from model_versions
    ) group by name
)"""
"""Each model's champion, else its newest version."""

_METRICS = f"""
with {_CHAMPIONS}
select v.name, v.version, k.key, k.last
from champions c join model_versions v on v.name = c.name and v.version = c.version
join metrics k on k.run_id = v.run_id where isfinite(k.last) order by k.key
"""

_SIGNED = f"""
with {_CHAMPIONS}
select v.name, v.signature_inputs from champions c join model_versions v on v.name = c.name and v.version = c.version
where json_valid(v.signature_inputs)
"""

_VALUES = """
select model, feature, list("value" order by bin)
from profile_bins semi join (
    select m.model, coalesce(h.version, a.version) as version
    from models m left join health h on h.model = m.model
    left join aliases a on a.name = m.model and a.alias = 'champion'
) using (model, version)
where "value" is not null and bin >= 0 and bin < ? and not starts_with(feature, '@') group by model, feature
"""

_HELD_OUT = ("holdout_", "test_", "valid_", "validation_", "val_", "")
"""How a metric of rows that the model was not trained on is named, the surest first."""


def known(snapshot: Snapshot) -> tuple[KnownModel, ...]:
    """Every model that the workspace or the registry knows, by title."""
    people = _by_model(snapshot.rows(_PEOPLE), lambda role, person: (role, person))
    datasets = _by_model(snapshot.rows(_DATASETS), lambda name, digest: (name, digest))
    metrics = _by_model(snapshot.rows(_METRICS), lambda version, key, last: (version, key, last))
    inputs = _inputs(snapshot)
    return tuple(
        KnownModel(
            name=name,
            title=title,
            task=task,
            purpose=purpose,
            inputs=inputs.get(name, ()),
            datasets=datasets.get(name, ()),
            owners=people.get(name, ()),
            metric=_metric(metrics.get(name, ()), monitored or USUAL_METRIC.get(task, "")),
            light=light,
        )
        for name, title, task, purpose, light, monitored in snapshot.rows(_MODELS)
    )


def _by_model(rows: Iterable[tuple[Any, ...]], make: Callable[..., Any]) -> dict[str, tuple[Any, ...]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for model, *rest in rows:
        found[model].append(make(*rest))
    return {model: tuple(items) for model, items in found.items()}


def _inputs(snapshot: Snapshot) -> dict[str, tuple[KnownInput, ...]]:
    """The inputs by model: in the signature's order and of its kinds, then as they are watched."""
    signed = {name: _signature(text) for name, text in snapshot.rows(_SIGNED)}
    values = {(model, feature): tuple(found) for model, feature, found in snapshot.rows(_VALUES, [MOST_VALUES])}
    used: dict[str, dict[str, Use]] = defaultdict(dict)
    for use in uses(snapshot):
        used[use.model][use.feature] = use
    return {model: _of_model(model, used[model], signed.get(model, {}), values) for model in {*used, *signed}}


def _of_model(
    model: str,
    used: dict[str, Use],
    signed: dict[str, InputKind | None],
    values: dict[tuple[str, str], tuple[str, ...]],
) -> tuple[KnownInput, ...]:
    """What the signature does not name is no input (a group, say), unless there is no signature."""
    found = []
    for name in signed or used:
        use = used.get(name)
        kind = signed.get(name) or (_watched_kind(use.kind) if use else None)
        of_category = values.get((model, name), ()) if kind == "category" else ()
        lights = [light for light in (use.status, use.quality) if light] if use else []
        found.append(
            KnownInput(name, kind, of_category, worst(lights) if lights else None, use.person if use else None)
        )
    return tuple(found)


def _watched_kind(kind: str | None) -> InputKind | None:
    return "number" if kind == "number" else "category" if kind == "category" else None


def _signature(text: str) -> dict[str, InputKind | None]:
    """The names and kinds of MLflow's columns; a type that is none of the three is not known."""
    try:
        columns = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    named = [one for one in columns if isinstance(one, dict)] if isinstance(columns, list) else []
    return {str(one["name"]): _kind(str(one.get("type", ""))) for one in named if one.get("name")}


def _kind(column_type: str) -> InputKind | None:
    if column_type in ("double", "float", "long", "integer"):
        return "number"
    return {"string": "category", "boolean": "boolean"}.get(column_type)  # type: ignore[return-value]


def _metric(metrics: tuple[tuple[int, str, float], ...], wanted: str) -> str:
    """`AUC 0.871 of version 3 (valid_roc_auc)`; empty when its run has no such metric."""
    by_key = {key: (version, last) for version, key, last in metrics}
    for prefix in _HELD_OUT if wanted else ():
        if (key := f"{prefix}{wanted}") in by_key:
            version, last = by_key[key]
            return f"{METRIC_NAMES.get(wanted, wanted)} {last:.4g} of version {version} ({key})"
    return ""
