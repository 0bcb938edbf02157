"""The reader of all that has a last day: items assigned, findings, handovers, approvals and waivers that end."""

from __future__ import annotations

from watchroom.domain.reminders import Due
from watchroom.store.snapshot import Snapshot

_DUE = """
with named as (select model, coalesce(title, model) as title from models),
looked_at as (select model, version, is_champion or is_challenger as in_use from check_subjects),
items as (
    select 'item' as kind, c.model || '/' || c.version || '/' || c.item as id, c.model,
        'version ' || c.version || ', ' || c.stage || ': ' || coalesce(i.text, c.item) as what, c.person, c.due as day
    from checks c
    left join model_policies p on p.model = c.model
    left join policy_items i on i.policy = p.policy and i.item = c.item
    where c.due is not null and c.status not in ('pass', 'waived')
),
found as (
    select 'finding', cast(seq as varchar), model,
        severity || ' finding: ' || title || case when state = 'answered' then ' (waits for the reviewer)' else '' end,
        case when state = 'answered' then actor else nullif(owner, '') end, due
    from findings where due is not null and state in ('open', 'answered')
),
handed as (
    select 'handover', cast(seq as varchar), model,
        'version ' || version || ': handover to ' || coalesce(nullif(to_team, ''), receiver) || ', '
            || case when state = 'given' then 'to be accepted' else 'to be signed by the giver' end,
        case when state = 'given' then receiver else giver end, due
    from handovers where due is not null and state in ('open', 'given')
),
approved as (
    select 'approval', s.model || '/' || s.version || '/' || s.stage, s.model,
        'version ' || s.version || ': approval for ' || s.stage || ' ends', o.person, cast(s.until as date)
    from approval_states s join looked_at v on v.model = s.model and v.version = s.version and v.in_use
    left join owners o on o.model = s.model and o.role = 'reviewer'
    where s.status = 'approved' and s.until is not null
),
waived as (
    select 'waiver', cast(w.seq as varchar), w.model,
        'version ' || w.version || ': waiver of ' || coalesce(i.text, w.item) || ' ends', w.actor, w.until
    from (
        select * from waivers qualify row_number() over (partition by model, version, item order by seq desc) = 1
    ) w
    join looked_at v on v.model = w.model and v.version = w.version and v.in_use
    left join model_policies p on p.model = w.model
    left join policy_items i on i.policy = p.policy and i.item = w.item
    where w.lifted_at is null and w.until >= $today - 30
)
select d.kind, d.id, d.model, coalesce(n.title, d.model), d.what, d.person, d.day
from (
    select * from items union all select * from found union all select * from handed
    union all select * from approved union all select * from waived
) d left join named n on n.model = d.model
order by d.day, d.model, d.kind, d.id
"""
"""A waiver that ended a month ago and was not given anew is settled, or stands among the items that are not met."""


def due(snapshot: Snapshot) -> list[Due]:
    """Everything that has a last day and is not done, the earliest first."""
    return [Due(*row) for row in snapshot.rows(_DUE, {"today": snapshot.day})]
