"""Readers of the Features page: which model uses which feature, how the feature is there, and what rests on a model."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from watchroom.store.snapshot import Snapshot


@dataclass(frozen=True)
class Use:
    """A feature in one model, in its version in service. None is unknown.

    `kind` is `number` or `category`. Drift, missing and unseen are of the last seven days of the model's log, which
    end with `period_end`; `missing` and `unseen` are shares of its `n` decisions, `reference_missing` the reference's.
    `weight` is the feature's share of what moves the model's answers, of the newest explained month, else of the
    reference; 0 for what is no input of the model, None while nothing explains it.
    """

    feature: str
    model: str
    title: str
    tier: str | None
    version: int | None
    kind: str | None
    method: str | None
    value: float | None
    watch: float | None
    drifted: float | None
    status: str | None
    quality: str | None
    missing: float | None
    unseen: float | None
    reference_missing: float | None
    weight: float | None
    period_end: date | None
    n: int | None
    person: str | None


_USES = """
with serving as (
    select m.model, coalesce(h.version, a.version) as version
    from models m left join health h on h.model = m.model
    left join aliases a on a.name = m.model and a.alias = 'champion'
),
signed as (
    select v.name as model, v.version,
        unnest(from_json(v.signature_inputs, '[{"name": "VARCHAR", "type": "VARCHAR"}]')) as field
    from model_versions v join serving s on s.model = v.name and s.version = v.version
    where json_valid(v.signature_inputs)
),
asked as (
    select m.model, s.version, unnest(from_json(m.spec -> '$.decisions.features', '["VARCHAR"]')) as feature
    from models m join serving s on s.model = m.model where json_type(m.spec -> '$.decisions.features') = 'ARRAY'
),
named as (
    select f.model, f.version, f.feature, f.kind, f.missing / nullif(f.n, 0) as reference_missing
    from profile_features f join serving s on s.model = f.model and s.version = f.version
    where not starts_with(f.feature, '@')
    union all by name
    select model, version, feature from asked where model not in (select model from profile_features)
    union all by name
    select model, version, field.name as feature,
        case when field.type in ('string', 'boolean') then 'category' when field.type <> 'object' then 'number' end
            as kind
    from signed where field.name is not null
        and model not in (select model from profile_features) and model not in (select model from asked)
),
drifting as (
    select d.* from drift d join serving s on s.model = d.model and s.version = d.version
    where d.grain = 'last_7_days' and d.period_end <= $today
    qualify row_number() over (partition by d.model, d.feature order by d.period_end desc) = 1
),
kept as (
    select q.* from quality q join serving s on s.model = q.model and s.version = q.version
    where q.grain = 'last_7_days' and q.period_end <= $today
    qualify row_number() over (partition by q.model, q.feature order by q.period_end desc) = 1
),
explained as (
    select model, version, feature, share from shap_global
    where grain = 'reference' or (grain = 'month' and period_start <= $today)
    qualify dense_rank() over (partition by model, version order by period_start desc nulls last) = 1
),
known as (select distinct model, version from explained where share is not null),
held as (
    select model, coalesce(max(person) filter (role = 'on_call'), max(person) filter (role = 'operations')) as person
    from owners where person <> '' group by model
)
select u.feature, u.model, coalesce(m.title, u.model), m.tier, u.version, u.kind, d.method, d.value, d.watch, d.drifted,
    d.status, q.status, q.missing / nullif(q.n, 0), q.unseen / nullif(q.n, 0), u.reference_missing,
    case when k.model is not null then coalesce(e.share, 0) end as weight, coalesce(d.period_end, q.period_end),
    coalesce(d.n, q.n), h.person
from named u
join models m on m.model = u.model
left join drifting d on d.model = u.model and d.feature = u.feature
left join kept q on q.model = u.model and q.feature = u.feature
left join known k on k.model = u.model and k.version = u.version
left join explained e on e.model = u.model and e.version = u.version and e.feature = u.feature
left join held h on h.model = u.model
order by lower(u.feature), u.feature, lower(coalesce(m.title, u.model)), u.model
"""


def uses(snapshot: Snapshot) -> tuple[Use, ...]:
    """Every feature of every model's version in service, by name.

    The features are those that are watched; of a model without profiles those in its file, else in its signature.
    """
    return tuple(Use(*row) for row in snapshot.rows(_USES, {"today": snapshot.day}))


@dataclass(frozen=True)
class Reliance:
    """What rests on a model.

    `per_day` is the mean number of decisions of its version in service over the last seven days of its log, `last_day`
    (UTC) the last of them; None when there is no log.
    """

    model: str
    title: str
    tier: str | None
    version: int | None
    affects: tuple[str, ...]
    owners: tuple[tuple[str, str], ...]
    runbook: str | None
    per_day: float | None
    last_day: date | None

    @property
    def to_call(self) -> str | None:
        """Who is to be called: on call, else operations; None for nobody."""
        held = dict(self.owners)
        return held.get("on_call") or held.get("operations")


_RELIANCE = """
with serving as (
    select m.model, coalesce(h.version, a.version) as version
    from models m left join health h on h.model = m.model
    left join aliases a on a.name = m.model and a.alias = 'champion'
),
people as (select model, list([role, person] order by role) as held from owners where person <> '' group by model)
select m.model, coalesce(m.title, m.model), m.tier, s.version, m.affects, p.held, m.runbook, h.per_day, h.period_end
from models m
join serving s on s.model = m.model
left join health h on h.model = m.model
left join people p on p.model = m.model
order by lower(coalesce(m.title, m.model)), m.model
"""


def reliance(snapshot: Snapshot) -> tuple[Reliance, ...]:
    """What rests on each model, by title."""
    found = []
    for *head, affects, held, runbook, per_day, last_day in snapshot.rows(_RELIANCE):
        owners = tuple((role, person) for role, person in held or ())
        found.append(Reliance(*(*head, tuple(affects or ()), owners, runbook, per_day, last_day)))
    return tuple(found)
