"""Every project of a draft: models and their files, experiments that belong to no model; and how far each got."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from watchroom.domain.funnel import Progress, stops_because
from watchroom.domain.releases import Release
from watchroom.store.draft import Draft

Releases = Mapping[str, tuple[Release, ...]]


def project_rows(draft: Draft, released: Releases, owned: Mapping[str, str]) -> list[tuple[Any, ...]]:
    """The rows of `projects`: every model, then every experiment with runs that belongs to none."""
    runs = _runs(draft)
    now = draft.made_at.replace(tzinfo=None)
    of_model: dict[str, list[_Runs]] = {}
    for experiment, model in owned.items():
        if experiment in runs:
            of_model.setdefault(model, []).append(runs[experiment])
    return [
        *_models(draft, released, of_model, now),
        *(_experiment(one, now) for one in runs.values() if one.experiment not in owned),
    ]


@dataclass(frozen=True)
class _Runs:
    """The runs of an experiment that are not deleted."""

    experiment: str
    name: str
    runs: int
    failed: int
    first: datetime | None
    last: datetime | None
    tags: Mapping[str, str] = field(default_factory=dict)


_RUNS = """
    select e.experiment_id, e.name, count(*), count(*) filter (r.status in ('FAILED', 'KILLED')), min(r.start_time),
        max(r.start_time)
    from mlflow.runs r join mlflow.experiments e using (experiment_id)
    where r.lifecycle_stage is distinct from 'deleted' and e.lifecycle_stage is distinct from 'deleted'
    group by e.experiment_id, e.name order by lower(any_value(e.name)), e.experiment_id
"""


def _runs(draft: Draft) -> dict[str, _Runs]:
    tags: dict[str, dict[str, str]] = {}
    asked = "select experiment_id, key, value from mlflow.experiment_tags where key in ('team', 'trade')"
    for experiment, key, value in draft.connection.execute(asked).fetchall():
        tags.setdefault(experiment, {})[key] = value
    rows = draft.connection.execute(_RUNS).fetchall()
    return {row[0]: replace(_Runs(*row), tags=tags.get(row[0], {})) for row in rows}


def _experiment(one: _Runs, now: datetime) -> tuple[Any, ...]:
    found = Progress("experiment", started_at=one.first, last_activity=one.last, runs=one.runs, failed=one.failed)
    whose = (one.tags.get("team"), one.tags.get("trade"), None)
    return _row("experiment", one.name, one.experiment, whose, found, now)


_MODELS = """
    with made as (
        select v.name, min(v.created_at) as first_at, max(v.created_at) as last_at, max(v.version) as latest,
            arg_max(v.created_at, v.version) as latest_at, min(r.start_time) as run_at,
            max(v.version) filter (v.stage = 'Production') as production
        from mlflow.model_versions v left join mlflow.runs r using (run_id) group by v.name
    ), signed as (
        select model, min("at") filter (decision = 'approved') as approved_at,
            arg_max(status = 'void', seq) filter (decision = 'approved') as void,
            arg_max(reason, seq) filter (decision = 'approved') as void_why,
            arg_max(decision, seq) as last_word, arg_max(actor, seq) as by_whom, arg_max(role, seq) as by_role,
            arg_max(coalesce(note, ''), seq) as note
        from room.approvals group by model
    ), decided as (
        select model, max(day) as last_day from profile.volume where decisions > 0 and day <= $today group by model
    )
    select m.model, m.team, m.trade, m.tier, n.first_at, n.last_at, n.latest, n.latest_at, n.run_at, n.production,
        s.approved_at, coalesce(s.void, false) as void, s.void_why,
        coalesce(s.last_word, '') = 'rejected' as rejected, s.by_whom, s.by_role, s.note, h.light, h.reason, d.last_day
    from room.models m
    left join made n on n.name = m.model
    left join signed s on s.model = m.model
    left join decided d on d.model = m.model
    left join health.health h on h.model = m.model
    order by lower(m.model), m.model
"""


def _models(
    draft: Draft, released: Releases, of_model: Mapping[str, list[_Runs]], now: datetime
) -> list[tuple[Any, ...]]:
    rows = draft.connection.execute(_MODELS, {"today": draft.made_at.date()})
    names = [column[0] for column in rows.description]
    found = []
    for model, team, trade, tier, *rest in rows.fetchall():
        fact = dict(zip(names[4:], rest, strict=True))
        progress = _progress(fact, released.get(model, ()), of_model.get(model, []))
        found.append(_row("model", model, None, (team, trade, tier), progress, now))
    return found


def _progress(fact: Mapping[str, Any], released: tuple[Release, ...], work: list[_Runs]) -> Progress:
    first, last = fact["first_at"], fact["last_day"]
    begun = [one.first for one in work if one.first is not None and (first is None or one.first <= first)]
    acts = [fact["last_at"], *(one.last for one in work)]
    acts += [datetime.combine(last, datetime.min.time())] if last is not None else []
    service = released[-1].service if released else None
    return Progress(
        "model",
        started_at=min((moment for moment in (*begun, fact["run_at"], first) if moment is not None), default=None),
        registered_at=first,
        approved_at=fact["approved_at"],
        champion_at=released[0].service.at if released else None,
        last_activity=max((moment for moment in acts if moment is not None), default=None),
        runs=sum(one.runs for one in work),
        failed=sum(one.failed for one in work),
        latest=fact["latest"],
        latest_at=fact["latest_at"],
        rejected=_rejection(fact) if fact["rejected"] else None,
        void=(fact["void_why"] or "its evidence was changed") if fact["void"] else None,
        serving=service.version if service and service.until is None else None,
        out_since=service.until if service else None,
        light=fact["light"],
        light_reason=fact["reason"],
        production=fact["production"],
    )


def _rejection(fact: Mapping[str, Any]) -> str:
    who = f"{fact['by_whom']} ({fact['by_role']})" if fact["by_role"] else str(fact["by_whom"])
    return f"{who}: {fact['note']}".rstrip(".") if fact["note"] else f"{who} gave no reason"


def _row(
    kind: str,
    name: str,
    experiment: str | None,
    whose: tuple[str | None, str | None, str | None],
    found: Progress,
    now: datetime,
) -> tuple[Any, ...]:
    return (
        kind,
        name,
        experiment,
        *whose,
        found.started_at,
        found.registered_at,
        found.approved_at,
        found.champion_at,
        found.healthy,
        found.stage,
        stops_because(found, now),
        found.last_activity,
    )
