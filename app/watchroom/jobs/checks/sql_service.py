"""How the kinds about decisions, outcomes and health ask; as in `sql_runs`."""

from __future__ import annotations

from watchroom.jobs.checks.sql_registry import INPUTS

_SPEC = """
    spec as (select model, try_cast(spec as json) as file from models)"""

_LAST_DAY = """
    last_day as (select model, version, max(day) as day from volume where decisions > 0 group by model, version)"""

_NO_LOG = "'No decisions of it are logged.'"


def _light(column: str, word: str) -> str:
    """A part of the light of the version in service, that must not be worse than it may."""
    return f"""
select s.model, s.version,
    case when h.{column} is null or h.{column} = 'no data' then null
        when h.{column} = 'watch' then not {{{{watch}}}} else h.{column} = 'stable' end as passes,
    h.{column} as value,
    case when h.model is null then 'It is not the version in service: its {word} is not judged.'
        when h.{column} = 'no data' then 'There is nothing to judge its {word} by: ' || coalesce(h.reason, 'no data') || '.'
        else 'Its {word} is judged ' || h.{column} || coalesce(', over ' || h.n || ' decisions from '
            || strftime(h.period_start, '%-d %b') || ' to ' || strftime(h.period_end, '%-d %b %Y'), '') || '.' end as evidence
from check_subjects s left join health h on h.model = s.model and h.version = s.version"""


DECISIONS: dict[str, str] = {
    "decisions_logged": f"""
with {_LAST_DAY},
held as (select model, version, sum(decisions) as n from volume group by model, version)
select s.model, s.version,
    case when l.day is not null then true when s.is_champion then false end as passes,
    date_diff('day', l.day, $now::date) > {{{{days}}}} as stale, h.n as value,
    case when l.day is null then {_NO_LOG}
        else h.n || ' decisions are logged, the last on ' || strftime(l.day, '%-d %b %Y') || '.' end as evidence
from check_subjects s left join last_day l on l.model = s.model and l.version = s.version
left join held h on h.model = s.model and h.version = s.version""",
    "ids_unique": f"""
with held as (
    select model, version, sum(decisions) as n, sum(duplicates) as again from volume group by model, version
)
select s.model, s.version, case when h.n > 0 then h.again <= {{{{share}}}} * (h.n + h.again) end as passes,
    h.again as value,
    case when h.n > 0 then h.again || ' rows repeat the id of another, of ' || (h.n + h.again)::bigint || '.'
        else {_NO_LOG} end as evidence
from check_subjects s left join held h on h.model = s.model and h.version = s.version""",
    "inputs_logged": f"""
with {INPUTS},
seen as (
    select i.model, i.version, count(*) as n, count(*) filter (f.feature is null) as lacking,
        string_agg(i.name, ', ' order by i.name) filter (f.feature is null) as names
    from inputs i left join profile_features f on f.model = i.model and f.version = i.version and f.feature = i.name
    group by i.model, i.version
),
watched as (select distinct model, version from profile_features)
select s.model, s.version, case when n.n is not null and w.model is not null then n.lacking = 0 end as passes,
    (n.n - n.lacking) || ' of ' || n.n as value,
    case when n.n is null then 'It has no signature, so its inputs are not known.'
        when w.model is null then 'Nothing of its log is watched.'
        when n.lacking > 0 then 'Not in the log: ' || n.names || '.'
        else 'All ' || n.n || ' inputs are in the log and are watched.' end as evidence
from check_subjects s left join seen n on n.model = s.model and n.version = s.version
left join watched w on w.model = s.model and w.version = s.version""",
    "same_inputs": """
with begun as (select model, version, min(period_start) as first from drift where grain = 'week' group by model, version),
early as (
    select b.model, b.version, d.feature, d.status = 'drifted' as differs
    from begun b join drift d on d.model = b.model and d.version = b.version and d.grain = 'week'
        and d.period_start < b.first + 7 * {{weeks}} and d.status <> 'no data' and not starts_with(d.feature, '@')
    union all
    select b.model, b.version, q.feature, q.status = 'failing'
    from begun b join quality q on q.model = b.model and q.version = b.version and q.grain = 'week'
        and q.period_start < b.first + 7 * {{weeks}} and q.status <> 'no data' and not starts_with(q.feature, '@')
),
by_input as (select model, version, feature, bool_or(differs) as differs from early group by model, version, feature),
told as (
    select model, version, count(*) as n, count(*) filter (differs) as differing,
        string_agg(feature, ', ' order by feature) filter (differs) as names
    from by_input group by model, version
)
select s.model, s.version, case when t.n > 0 then t.differing <= {{features}} end as passes, t.differing as value,
    case when t.n is null then 'Its first weeks of service cannot be compared with a reference.'
        when t.differing = 0 then 'In its first ' || {{weeks}} || ' weeks none of ' || t.n || ' inputs differed from training.'
        else 'In its first ' || {{weeks}} || ' weeks these differed from training: ' || t.names || '.' end as evidence
from check_subjects s left join told t on t.model = s.model and t.version = s.version""",
    "outcomes_arrive": f"""
with {_LAST_DAY},
recent as (
    select v.model, v.version, sum(v.decisions) as n, sum(v.labelled) as labelled, max(v.day) as day
    from volume v join last_day l on l.model = v.model and l.version = v.version
    where v.day > l.day - {{{{days}}}} group by v.model, v.version
)
select s.model, s.version, case when r.n > 0 then r.labelled >= {{{{share}}}} * r.n end as passes,
    date_diff('day', r.day, $now::date) > {{{{old}}}} as stale,
    case when r.n > 0 then printf('%.1f %%', 100.0 * r.labelled / r.n) end as value,
    case when r.n > 0 then 'Of ' || r.n || ' decisions of its last ' || {{{{days}}}} || ' days, up to '
            || strftime(r.day, '%-d %b %Y') || ', ' || r.labelled || ' have an outcome (' || printf('%.1f', 100.0 * r.labelled / r.n) || ' %).'
        else {_NO_LOG} end as evidence
from check_subjects s left join recent r on r.model = s.model and r.version = s.version""",
    "outcomes_described": f"""
with {_SPEC}
select s.model, s.version, coalesce(f.file->>'$.outcomes.path' is not null, false)
        and coalesce(f.file->>'$.outcomes.timestamp' is not null, false) as passes,
    f.file->>'$.outcomes.value' as value,
    case when f.file is null then 'The model has no file.'
        when f.file->>'$.outcomes.path' is null then 'Its file names no outcomes.'
        when f.file->>'$.outcomes.timestamp' is null then 'Its file does not say when outcomes are known (`outcomes.timestamp`).'
        else 'Outcomes come from the column ' || (f.file->>'$.outcomes.value') || ', known at '
            || (f.file->>'$.outcomes.timestamp') || '.' end as evidence
from check_subjects s left join spec f on f.model = s.model""",
}

HEALTH: dict[str, str] = {
    "reference_present": """
select s.model, s.version,
    coalesce(r.n >= {{rows}} and (not {{outcomes}} or r.n_performance >= {{rows}}), false) as passes, r.n as value,
    case when r.n is null then 'It has no reference: drift has nothing to be measured against.'
        else 'Its reference has ' || r.n || ' rows, ' || r.n_performance || ' of them with an outcome.' end as evidence
from check_subjects s left join profile_references r on r.model = s.model and r.version = s.version""",
    "drift_watched": """
with last_one as (
    select model, version, max(period_end) as day, count(distinct feature) as features from drift
    where status <> 'no data' and grain in ('week', 'last_7_days') group by model, version
)
select s.model, s.version, case when d.day is not null then true when s.is_champion then false end as passes,
    date_diff('day', d.day, $now::date) > {{days}} as stale, strftime(d.day, '%Y-%m-%d') as value,
    case when d.day is null then 'Drift was never measured of it.'
        else 'Drift of ' || d.features || ' inputs and scores was measured up to ' || strftime(least(d.day, $now::date), '%-d %b %Y') || '.'
        end as evidence
from check_subjects s left join last_one d on d.model = s.model and d.version = s.version""",
    "drift_within": _light("drift", "drift"),
    "performance_watched": f"""
with {_SPEC},
judged as (
    select p.model, p.version, coalesce(any_value(h.performance_as_of), max(p.period_end)) as day
    from performance p left join health h on h.model = p.model and h.version = p.version
    where p.kind = 'realized' and p.status <> 'no data' and p.failing is not null
        and (p.period_end <= $now::date or h.performance_as_of is not null) group by p.model, p.version
)
select s.model, s.version,
    case when j.day is not null then true
        when coalesce(f.file->>'$.monitor.performance.failing', f.file->>'$.monitor.performance.absolute.failing') is null
            or f.file->>'$.outcomes.path' is null then false end as passes,
    date_diff('day', j.day, $now::date) > {{{{days}}}} as stale,
    f.file->>'$.monitor.performance.metric' as value,
    case when j.day is not null then 'Judged by outcomes, against limits, up to ' || strftime(j.day, '%-d %b %Y') || '.'
        when f.file->>'$.outcomes.path' is null then 'Its file names no outcomes.'
        when coalesce(f.file->>'$.monitor.performance.failing', f.file->>'$.monitor.performance.absolute.failing') is null
            then 'Its file sets no limit in `monitor.performance`.'
        else 'Limits are set; no period of it has outcomes enough to be judged yet.' end as evidence
from check_subjects s left join spec f on f.model = s.model
left join judged j on j.model = s.model and j.version = s.version""",
    "performance_within": """
select s.model, s.version,
    case when h.performance is null or h.performance = 'no data' then null
        when h.performance = 'watch' then not {{watch}} else h.performance = 'stable' end as passes,
    coalesce(date_diff('day', h.performance_as_of, $now::date) > {{days}}, true) as stale,
    h.performance as value,
    case when h.model is null then 'It is not the version in service: its performance is not judged.'
        when h.performance = 'no data' then 'There is nothing to judge its performance by.'
        else 'Its performance is judged ' || h.performance || coalesce(', by outcomes up to '
            || strftime(h.performance_as_of, '%-d %b %Y'), ' by estimates: outcomes are missing') || '.' end as evidence
from check_subjects s left join health h on h.model = s.model and h.version = s.version""",
    "volume_watched": f"""
with {_SPEC}
select s.model, s.version, coalesce(f.file->>'$.monitor.volume.min_per_day' is not null, false) as passes,
    f.file->>'$.monitor.volume.min_per_day' as value,
    coalesce('Fewer than ' || (f.file->>'$.monitor.volume.min_per_day') || ' decisions a day raise an alert.',
        'Its file sets no `monitor.volume.min_per_day`.') as evidence
from check_subjects s left join spec f on f.model = s.model""",
    "quality_within": _light("quality", "quality of inputs"),
    "quality_watched": f"""
with {INPUTS},
counted as (
    select model, version, feature, max(period_end) as day from quality
    where status <> 'no data' and not starts_with(feature, '@') group by model, version, feature
),
lacking as (
    select i.model, i.version, count(*) as n, string_agg(i.name, ', ' order by i.name) as names
    from (select distinct model, version, name from inputs) i
    anti join counted c on c.model = i.model and c.version = i.version and c.feature = i.name group by i.model, i.version
),
held as (select model, version, count(*) as n, min(day) as day from counted group by model, version)
select s.model, s.version, case when h.n > 0 then l.n is null when s.is_champion then false end as passes,
    date_diff('day', h.day, $now::date) > {{{{days}}}} as stale, coalesce(h.n, 0) as value,
    case when h.n is null then 'Nothing is counted of its inputs.'
        when l.n is not null then 'Nothing is counted of these inputs: ' || l.names || '.'
        else 'Missing, unseen and invalid values of ' || h.n || ' inputs are counted, up to '
            || strftime(least(h.day, $now::date), '%-d %b %Y') || '.' end as evidence
from check_subjects s left join held h on h.model = s.model and h.version = s.version
left join lacking l on l.model = s.model and l.version = s.version""",
    "staleness_known": """
with way as (
    select d.*, d.slope_high - d.slope_low as width, abs(p.value - d.limit_value) as way
    from decay d left join (
        select model, version, metric, arg_max(value, period_end) as value from performance
        where kind = 'realized' and grain = 'week' and value is not null and n_labelled > 0 group by all
    ) p on p.model = d.model and p.version = d.version and p.metric = d.metric
)
select s.model, s.version,
    case when d.model is null then null when d.slope is null or d.weeks < {{weeks}} then false
        when d.limit_value is not null and d.way is null then null
        else coalesce(d.width < d.way, true) end as passes,
    case when d.slope is not null then printf('%+.3g in 30 days', d.slope) end as value,
    case when d.model is null then 'Its age is not looked at: it is not in service, or has no outcomes.'
        when d.slope is null then 'Only ' || coalesce(d.weeks, 0) || ' weeks have outcomes enough for a line (at least '
            || {{weeks}} || ').'
        else d.metric || ' changes by ' || printf('%+.3g', d.slope) || ' in 30 days ('
            || printf('%+.3g', d.slope_low) || ' to ' || printf('%+.3g', d.slope_high) || '), by ' || d.weeks || ' weeks'
            || case when d.width >= d.way then '; too wide to tell: its limit is ' || printf('%.3g', d.way) || ' away.'
                else '.' end
        end as evidence
from check_subjects s left join way d on d.model = s.model and d.version = s.version""",
    "not_due_for_retraining": """
select s.model, s.version, case when d.advice is not null then d.advice <> 'retrain now' end as passes, d.advice as value,
    coalesce('The advice is to ' || d.advice || coalesce(': ' || d.reasons[1], '') , 'There is no advice on its age.')
        as evidence
from check_subjects s left join decay d on d.model = s.model and d.version = s.version""",
}
