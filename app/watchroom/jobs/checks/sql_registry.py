"""How the kinds about the registry and a version's files ask; as in `sql_runs`."""

from __future__ import annotations

from watchroom.jobs.checks.sql_runs import FILES, OF_VERSION

INPUTS = """
    inputs as (
        select s.model, s.version, unnest(json_extract_string(v.signature_inputs, '$[*].name')) as name
        from check_subjects s join model_versions v on v.name = s.model and v.version = s.version
        where v.signature_inputs is not null and json_valid(v.signature_inputs)
    )"""
"""The inputs that a version's signature names."""

REGISTRY: dict[str, str] = {
    "signature": f"""
with {OF_VERSION}
select model, version,
    case when signature_inputs is not null and (has_input_example or not {{{{example}}}}) then true
        when has_input_example is null and mlmodel_problem is not null then null else false end as passes,
    coalesce(json_array_length(try_cast(signature_inputs as json)) || ' inputs', 'none') as value,
    case when has_input_example is null and mlmodel_problem is not null and signature_inputs is null
            then 'Its MLmodel cannot be read: ' || mlmodel_problem
        when signature_inputs is null then 'It has no signature.'
        when not coalesce(has_input_example, false) then 'It has a signature, and no example of its input'
            || case when {{{{example}}}} then '.' else '; none is asked for.' end
        else 'It has a signature and an example of its input.' end as evidence
from of_version""",
    "loads": f"""
with {FILES}
select s.model, s.version,
    case f.load_status when 'loaded' then true when 'failed' then false when 'refused' then false end as passes,
    f.load_status as value,
    case when f.model is null then 'Its files were not found.'
        when f.load_status = 'loaded' then 'It was loaded from its files alone.'
        when f.load_status is null then 'Nobody has tried to load it yet: a refresh loads a few at a time.'
        else 'It could not be loaded: ' || coalesce(f.load_why, f.load_status) end as evidence
from check_subjects s left join files f on f.model = s.model and f.version = s.version""",
    "no_code_run": f"""
with {FILES}
select s.model, s.version,
    case f.load_status when 'refused' then false when 'loaded' then true end as passes, f.load_status as value,
    case f.load_status when 'refused' then 'Loading it would run code that is not trusted: ' || coalesce(f.load_why, '')
        when 'loaded' then 'It loads without running code of its own.'
        else 'It could not be told: it was not loaded.' end as evidence
from check_subjects s left join files f on f.model = s.model and f.version = s.version""",
    "champion_set": """
select s.model, s.version, a.version is not null as passes, a.version as value,
    coalesce('The champion is version ' || a.version || '.', 'No version bears the alias champion.') as evidence
from check_subjects s left join aliases a on a.name = s.model and a.alias = 'champion'""",
    "rollback_target": """
with served as (select distinct model, version from volume where decisions > 0),
files as (
    select v.name as model, v.version, bool_or(f.load_status = 'loaded') as loads,
        bool_and(f.load_status in ('failed', 'refused')) as fails
    from model_versions v left join model_files f on f.location = v.source
        or (f.model_id is not null and f.model_id = v.model_id) or (v.model_id is null and f.run_id = v.run_id)
    group by v.name, v.version
),
targets as (
    select s.model, s.version, max(f.version) filter (f.loads) as loads, max(f.version) as any_one,
        count(*) filter (f.fails) as failing, count(*) as n
    from check_subjects s join files f on f.model = s.model and f.version < s.version
    left join served d on d.model = f.model and d.version = f.version
    where not {{served}} or d.version is not null
    group by s.model, s.version
)
select s.model, s.version,
    case when t.loads is not null or o.version is null then true when t.n is null or t.failing = t.n then false end as passes,
    coalesce(t.loads, t.any_one) as value,
    case when o.version is null then 'It is the first: there is nothing to go back to.'
        when t.loads is not null then 'Version ' || t.loads || ' can be gone back to: it loads.'
        when t.n is null then 'There is no older version to go back to'
            || case when {{served}} then ' that has been in service.' else '.' end
        when t.failing = t.n then 'No older version can be loaded.'
        else 'Version ' || t.any_one || ' is there; nobody has tried to load it yet.' end as evidence
from check_subjects s left join targets t on t.model = s.model and t.version = s.version
left join (select name, min(version) as version from model_versions group by name) o
    on o.name = s.model and o.version < s.version""",
    "rollback_tried": """
with gone as (
    select model, count(*) as n, max(day) as last from (
        select model, seen_at as day from registry_events
        where event = 'alias_moved' and name = 'champion' and version < previous_version
        union all
        select model, "at" from releases where is_rollback and "by" = 'log'
    ) group by model
),
begun as (select name as model, min(version) as version from model_versions group by name)
select s.model, s.version, case when g.n is not null then true when b.version < s.version then false end as passes,
    coalesce(g.n, 0) as value,
    case when g.n is null and b.version = s.version then 'It is the first: there was nothing to go back to.' else coalesce('The champion was moved to an older version ' || g.n || case when g.n = 1 then ' time' else ' times' end
        || ', last seen on ' || strftime(g.last, '%-d %b %Y') || '.',
        'The champion was never seen to move to an older version.') end as evidence
from check_subjects s left join gone g on g.model = s.model
left join begun b on b.model = s.model""",
    "described": f"""
with {OF_VERSION}
select v.model, v.version,
    greatest(length(trim(coalesce(v.description, ''))), length(trim(coalesce(m.description, '')))) >= {{{{letters}}}} as passes,
    greatest(length(trim(coalesce(v.description, ''))), length(trim(coalesce(m.description, '')))) || ' letters' as value,
    case when length(trim(coalesce(v.description, ''))) >= {{{{letters}}}} then 'The version is described.'
        when length(trim(coalesce(m.description, ''))) >= {{{{letters}}}} then 'The registered model is described.'
        else 'Neither the version nor the registered model has a description of ' || {{{{letters}}}} || ' letters.'
        end as evidence
from of_version v left join registered_models m on m.name = v.model""",
    "promoted_by_decision": """
with promoted as (
    select model, version, arg_max(seen_at, seq) as seen, arg_max(not_before is not null, seq) as looked from registry_events
    where event in ('alias_set', 'alias_moved') and name = 'champion' group by model, version
),
ruled as (
    select s.model, s.version, p.rules->('$.' || s.tier) as rule from check_subjects s join policies p on p.policy = s.policy
),
rules as (
    select model, version, coalesce((rule->>'$.people')::integer, 1) as people,
        coalesce(from_json(rule->'$.roles', '["VARCHAR"]'), []) as roles from ruled
),
signed as (
    select p.model, p.version, list(distinct g.role) as roles, count(distinct lower(g.actor)) as people, max(g."at") as last
    from promoted p join approvals g on g.model = p.model and g.version = p.version and g.stage = 'deploy'
        and g."at" <= p.seen and coalesce(g.valid_until >= p.seen, true)
    where g.decision = 'approved' and not exists (from approvals n where n.model = g.model and n.version = g.version
        and n.stage = g.stage and n.decision = 'rejected' and n."at" > g."at" and n."at" <= p.seen)
    group by p.model, p.version
),
told as (
    select s.model, s.version, s.is_champion, p.seen, coalesce(p.looked, false) as looked, g.last,
        coalesce(r.people, 1) as needed, coalesce(g.people, 0) as people,
        array_to_string(list_sort(list_filter(coalesce(r.roles, []),
            lambda role: not coalesce(list_contains(g.roles, role), false))), ', ') as missing
    from check_subjects s left join promoted p on p.model = s.model and p.version = s.version
    left join rules r on r.model = s.model and r.version = s.version
    left join signed g on g.model = s.model and g.version = s.version
)
select model, version, case when is_champion and looked then missing = '' and people >= needed end as passes,
    strftime(last, '%Y-%m-%d') as value,
    case when not is_champion then 'It is not the champion.'
        when not looked then 'It was champion before anybody looked.'
        when people = 0 then 'It was seen as champion on ' || strftime(seen, '%-d %b %Y') || ', and nobody had signed it off by then.'
        when missing <> '' then 'When it was seen as champion, on ' || strftime(seen, '%-d %b %Y')
            || ', it had no sign-off of: ' || replace(missing, '_', ' ') || '.'
        when people < needed then 'When it was seen as champion, on ' || strftime(seen, '%-d %b %Y') || ', ' || people || ' of '
            || needed || ' people had signed it off.'
        else 'Signed off by all that its tier asks for on ' || strftime(last, '%-d %b %Y') || ', seen as champion on '
            || strftime(seen, '%-d %b %Y') || '.' end as evidence
from told""",
    "scored_beside": """
with begun as (
    select model, version, min(first) as first from (
        select model, version, "at"::date as first from releases where dated
        union all
        select model, version, not_before::date from registry_events
        where event in ('alias_set', 'alias_moved') and name = 'champion' and not_before is not null
    ) group by model, version
),
beside as (
    select s.model, s.version, max(p.shared) as shared,
        arg_max(case when p.version_a = s.version then p.version_b else p.version_a end, p.shared) as other
    from check_subjects s join version_pairs p on p.model = s.model and s.version in (p.version_a, p.version_b)
    left join begun b on b.model = s.model and b.version = s.version
    where coalesce(p.first_day <= b.first + {{days}}, true)
    group by s.model, s.version
)
select s.model, s.version, coalesce(b.shared, 0) >= {{decisions}} as passes, coalesce(b.shared, 0) as value,
    case when b.shared is null then 'No other version has scored the same decisions before it served, or in its first '
            || {{days}} || ' days of service.'
        else 'It and version ' || b.other || ' have both scored ' || b.shared || ' decisions (at least '
            || {{decisions}} || ').' end as evidence
from check_subjects s left join beside b on b.model = s.model and b.version = s.version""",
    "no_worse_than_before": """
with against as (
    select c.model, c.version_b as version, c.version_a, c.metric, c.b_better, c.n,
        row_number() over (partition by c.model, c.version_b order by c.version_a desc,
            c.metric = coalesce(try_cast(m.spec as json)->>'$.monitor.performance.metric', '') desc,
            c.metric = 'worth' desc, c.metric) as place
    from version_comparisons c left join models m on m.model = c.model where c.b_better is not null
)
select s.model, s.version,
    case when a.n < {{decisions}} then null when 1 - a.b_better >= {{probability}} then false
        when a.b_better >= {{no_worse}} then true end as passes,
    a.b_better as value,
    case when a.n < {{decisions}} then 'Only ' || a.n || ' decisions with outcomes were scored by it and version '
            || a.version_a || ' (at least ' || {{decisions}} || ').'
        when a.b_better is null then 'No decisions with outcomes were scored by it and an older version.'
        else 'By ' || a.metric || ' over ' || a.n || ' decisions it is better than version ' || a.version_a
            || ' with a probability of ' || printf('%.2f', a.b_better) || '.' end as evidence
from check_subjects s left join against a on a.model = s.model and a.version = s.version and a.place = 1""",
    "inputs_allowed": f"""
with {INPUTS},
named as (select model, version, count(*) as n from inputs group by model, version),
barred as (
    select i.model, i.version, string_agg(distinct i.name, ', ' order by i.name) as names, count(distinct i.name) as n
    from inputs i join (select unnest({{{{forbidden}}}}) as pattern) f on lower(i.name) glob lower(f.pattern)
    group by i.model, i.version
)
select s.model, s.version, case when n.n is not null then b.n is null end as passes, coalesce(b.n, 0) as value,
    case when n.n is null then 'It has no signature, so its inputs are not known.'
        when b.n is null then 'None of its ' || n.n || ' inputs is one that must not be used.'
        else 'It uses what it must not: ' || b.names || '.' end as evidence
from check_subjects s left join named n on n.model = s.model and n.version = s.version
left join barred b on b.model = s.model and b.version = s.version""",
}
