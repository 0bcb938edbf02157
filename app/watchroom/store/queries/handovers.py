"""Readers of handovers: what a drill can ask of a model version, and the people and teams there are."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from watchroom.domain.drill import DrillFacts, Limit
from watchroom.domain.figures import figure_text
from watchroom.domain.vocabulary import METRIC_NAMES
from watchroom.store.snapshot import Snapshot

MOST_COLUMNS = 30
"""Columns of a signature that a drill picks from: of more, the first ones are as good."""


@dataclass(frozen=True)
class Around:
    """What a handover is begun from: teams and people there are, of the model first."""

    team: str | None
    teams: tuple[str, ...]
    people: tuple[str, ...]


def around(snapshot: Snapshot, *, model: str) -> Around:
    """The model's team, every team, and everybody who holds a role or made a version, the model's people first."""
    rows = snapshot.rows("select model, team from models where team is not null and team <> '' order by lower(team)")
    people = snapshot.rows(
        """select person from (
            select person, min(case when model = $model then 0 else 1 end) as far from owners
            where person <> '' group by person
            union all select "user", 2 from model_versions where "user" is not null and "user" <> '' group by "user"
        ) group by person order by min(far), lower(person)""",
        {"model": model},
    )
    own = next((team for name, team in rows if name == model), None)
    return Around(own, tuple(dict.fromkeys(team for _, team in rows)), tuple(person for (person,) in people))


def drill_facts(snapshot: Snapshot, *, model: str, version: int) -> DrillFacts | None:
    """What the store knows that can be asked about a version; `back` is left to who knows. None for an unknown one."""
    found = snapshot.rows(
        """select coalesce(m.title, m.model), m.runbook, coalesce(m.affects, []), v.signature_inputs, h.light
        from models m join model_versions v on v.name = m.model and v.version = $version
        left join health h on h.model = m.model and h.version = v.version where m.model = $model""",
        {"model": model, "version": version},
    )
    if not found:
        return None
    title, runbook, affects, inputs, light = found[0]
    top, columns = _weights(snapshot, model, version)
    return DrillFacts(
        model=model,
        version=version,
        title=title,
        versions=_column(snapshot, "select version from model_versions where name = ? order by 1", model),
        owners=tuple(snapshot.rows("select role, person from owners where model = ? and person <> ''", [model])),
        people=_column(snapshot, "select distinct person from owners where person <> '' order by 1"),
        runbook=runbook or None,
        runbooks=_column(snapshot, "select distinct runbook from models where runbook <> '' order by 1"),
        top=top,
        columns=columns,
        required=_required(inputs),
        limits=_limits(snapshot, model, version),
        affects=tuple(affects),
        affected=_column(snapshot, "select distinct unnest(affects) as one from models order by 1"),
        light=light,
    )


def _column(snapshot: Snapshot, sql: str, *values: object) -> tuple[Any, ...]:
    return tuple(value for (value,) in snapshot.rows(sql, list(values)))


def _weights(snapshot: Snapshot, model: str, version: int) -> tuple[str | None, tuple[str, ...]]:
    """The column with the largest share of the latest explanation, and the others that are clearly below it."""
    rows = snapshot.rows(
        """select feature, share from shap_global where model = ? and version = ? and share is not null
        qualify dense_rank() over (order by period_end desc, period_start desc, grain) = 1
        order by share desc, feature""",
        [model, version],
    )
    if len(rows) < 2 or rows[0][1] <= rows[1][1]:
        return None, ()
    return rows[0][0], tuple(feature for feature, _ in rows[1:])


def _required(inputs: str | None) -> tuple[tuple[str, bool], ...] | None:
    """Whether each named column of a signature must be there, as by default; None where there is no signature."""
    if not inputs:
        return None
    try:
        columns = json.loads(inputs)
    except ValueError:
        return None
    named = [one for one in columns if isinstance(one, dict) and one.get("name")] if isinstance(columns, list) else []
    return tuple((str(one["name"]), one.get("required", True) is not False) for one in named[:MOST_COLUMNS]) or None


def _limits(snapshot: Snapshot, model: str, version: int) -> tuple[Limit, ...]:
    """The limits that are watched: of the metric by which it is judged, of its cut-off, of its KPIs."""
    found: list[Limit] = []
    rows = snapshot.rows(
        """select metric, failing, watch, reference_value from performance
        where model = ? and version = ? and failing is not null order by period_end desc limit 1""",
        [model, version],
    )
    for metric, failing, watch, reference in rows:
        name = METRIC_NAMES.get(metric, metric)
        found.append(
            Limit("performance", f"From which {name} on is it said to be failing?", figure_text(failing),
                  _figures(watch, reference, *_apart(failing)))
        )  # fmt: skip
    for in_use, best in snapshot.rows(
        "select in_use, best from cutoffs where model = ? and version = ? and in_use is not null limit 1",
        [model, version],
    ):
        found.append(
            Limit("cutoff", "From which score on does a case count as positive?", figure_text(in_use),
                  _figures(best, *_apart(in_use)))
        )  # fmt: skip
    for kpi, limit, target, unit in snapshot.rows(
        'select kpi, "limit", target, unit from kpis where model = ? and "limit" is not null order by position', [model]
    ):
        unit = f" {unit}" if unit else ""
        others = tuple(f"{one}{unit}" for one in _figures(target, *_apart(limit)))
        text = f"Where is the limit of the KPI “{kpi}”, beyond which an alert is raised?"
        found.append(Limit("kpi", text, f"{figure_text(limit)}{unit}", others))
    return tuple(found)


def _apart(value: float) -> tuple[float, ...]:
    """Figures that could be meant: far enough from the right one that nobody has to guess."""
    return (value * 0.8, value * 1.25, value * 0.5) if value else (0.1, 1.0)


def _figures(*values: float | None) -> tuple[str, ...]:
    return tuple(figure_text(value) for value in values if value is not None)
