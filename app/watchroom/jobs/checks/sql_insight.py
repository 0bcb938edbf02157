"""How the kinds about explanations, fairness, KPIs and money ask; as in `sql_runs`."""

from __future__ import annotations

_SPEC = """
    spec as (select model, try_cast(spec as json) as file from models)"""

EXPLANATIONS: dict[str, str] = {
    "explained": """
select s.model, s.version,
    case when e.model is null then null when e.status in ('failed', 'refused') then false
        else greatest(e.rows, e.reference_rows) >= {{rows}} end as passes,
    coalesce(date_diff('day', e.explained_at, $now) > {{days}}, true) as stale,
    greatest(e.rows, e.reference_rows) || ' rows' as value,
    case when e.model is null then 'It was never explained: no log or no reference to explain.'
        when e.status in ('failed', 'refused') then 'It could not be explained: ' || e.what || ' ' || e.why
        else e.rows || ' decisions and ' || e.reference_rows || ' rows of the reference are explained'
            || coalesce(', last on ' || strftime(e.explained_at, '%-d %b %Y'), '') || '.' end as evidence
from check_subjects s left join explanations e on e.model = s.model and e.version = s.version""",
    "explanation_steady": """
with last_one as (
    select *, row_number() over (partition by model, version order by period_start desc) as place
    from explanation_change where against = 'reference' and status <> 'no data'
)
select s.model, s.version, case when c.status is not null then c.status = 'stable' end as passes,
    date_diff('day', least(c.period_end, $now::date), $now::date) > {{days}} as stale, c.value as value,
    case when c.status is null then 'No month can be compared with its reference.'
        else 'In ' || strftime(c.period_start, '%B %Y') || ' the ranking of its inputs agrees with the reference by '
            || printf('%.2f', c.value) || ' (1 is the same; limit ' || printf('%.2f', c."limit") || ').' end as evidence
from check_subjects s left join last_one c on c.model = s.model and c.version = s.version and c.place = 1""",
    "inputs_worth": """
with shares as (
    select g.model, g.version, g.feature, g.share from shap_global g
    where g.grain = case when exists (from shap_global r where r.model = g.model and r.version = g.version
        and r.grain = 'reference') then 'reference' else 'all' end and g.share is not null
),
told as (
    select model, version, count(*) as n, count(*) filter (share < {{share}}) as idle,
        string_agg(feature, ', ' order by feature) filter (share < {{share}}) as names
    from shares group by model, version
)
select s.model, s.version, case when t.n > 0 then t.idle <= {{idle}} end as passes, t.idle as value,
    case when t.n is null then 'It is not explained.'
        when t.idle = 0 then 'Each of its ' || t.n || ' inputs has at least ' || printf('%g', 100 * {{share}}) || ' % of all effects.'
        else 'These move hardly anything: ' || t.names || '.' end as evidence
from check_subjects s left join told t on t.model = s.model and t.version = s.version""",
    "no_single_input": """
with first as (
    select g.model, g.version, arg_max(g.feature, g.share) as feature, max(g.share) as share from shap_global g
    where g.grain = case when exists (from shap_global r where r.model = g.model and r.version = g.version
        and r.grain = 'reference') then 'reference' else 'all' end group by g.model, g.version
)
select s.model, s.version, case when f.share is not null then f.share <= {{share}} end as passes,
    case when f.share is not null then printf('%.0f %%', 100 * f.share) end as value,
    case when f.share is null then 'It is not explained.'
        else f.feature || ' has ' || printf('%.0f', 100 * f.share) || ' % of all effects (at most '
            || printf('%g', 100 * {{share}}) || ' %).' end as evidence
from check_subjects s left join first f on f.model = s.model and f.version = s.version""",
}

FAIRNESS: dict[str, str] = {
    "groups_named": f"""
with {_SPEC}
select s.model, s.version, coalesce(json_array_length(f.file->'$.decisions.groups') > 0, false) as passes,
    coalesce(json_array_length(f.file->'$.decisions.groups'), 0) as value,
    case when json_array_length(f.file->'$.decisions.groups') > 0
            then 'Groups: ' || list_aggregate(f.file->>'$.decisions.groups[*]', 'string_agg', ', ') || '.'
        else 'Its file names no `decisions.groups`.' end as evidence
from check_subjects s left join spec f on f.model = s.model""",
    "fairness_ratio": """
with asked as (select {{columns}} as columns),
grains as (
    select model, version, metric, case when bool_or(grain = 'all') then 'all' else 'reference' end as grain
    from fairness left join (select model, task from models) using (model)
    where grain in ('all', 'reference') and case when {{metric}}::varchar is not null then metric = {{metric}}
        when task = 'regression' then metric = 'mae' when task = 'multiclass' then metric in ('selection_rate', 'error_rate')
        else metric in ('selection_rate', 'true_positive_rate', 'false_positive_rate', 'mae') end
    group by model, version, metric
),
groups as (
    select f.model, f.version, f.metric, f.group_column || ' ' || f.group_value as name, f.best,
        f.period_end, case when {{sure}} then f.ratio_low when {{metric}}::varchar is null and ends_with(f.metric, 'positive_rate')
            then coalesce(f.ratio_high, f.ratio) else f.ratio end as ratio
    from fairness f join grains g on g.model = f.model and g.version = f.version and g.metric = f.metric and g.grain = f.grain
    cross join asked a
    where f.ratio is not null and f.status <> 'small' and (a.columns is null or list_contains(a.columns, f.group_column))
),
worst as (
    select model, version, count(*) as n, min(ratio) as ratio, arg_min(name, ratio) as name, arg_min(best, ratio) as best,
        replace(arg_min(metric, ratio), '_', ' ') as metric, max(period_end) as day
    from groups group by model, version
)
select s.model, s.version, case when w.ratio is not null then w.ratio >= {{at_least}} end as passes,
    date_diff('day', w.day, $now::date) > {{days}} as stale, w.ratio as value,
    case when w.ratio is null then 'Nothing tells it: no groups with decisions enough.'
        else upper(w.metric[1]) || w.metric[2:] || ': the group that fares worst is ' || w.name || ': ' || printf('%.2f', w.ratio)
            || case when {{sure}} then ' (lower end of the 95 % interval)' else '' end || ' of the best, ' || w.best
            || ' (at least ' || printf('%.2f', {{at_least}}) || ').' end as evidence
from check_subjects s left join worst w on w.model = s.model and w.version = s.version""",
    "fairness_watched": """
with last_one as (select model, version, max(period_end) as day from fairness where grain = 'month' group by model, version)
select s.model, s.version, case when l.day is not null then true when s.is_champion then false end as passes,
    date_diff('day', l.day, $now::date) > {{days}} as stale, strftime(l.day, '%Y-%m') as value,
    coalesce('Measured on its decisions up to ' || strftime(l.day, '%B %Y') || '.',
        'Fairness was never measured on its decisions.') as evidence
from check_subjects s left join last_one l on l.model = s.model and l.version = s.version""",
    "groups_quality": """
with errors as (
    select f.model, f.version, f.metric, f.group_column, f.group_column || ' ' || f.group_value as name, f.value,
        f.period_end as day
    from fairness f
    where f.metric in ('error_rate', 'mae') and f.status <> 'small' and f.value is not null and f.grain =
        case when exists (from fairness r where r.model = f.model and r.version = f.version and r.metric = f.metric
            and r.grain = 'all' and r.value is not null) then 'all' else 'reference' end
),
by_column as (
    select model, version, metric, group_column, arg_max(name, value) as worst, max(value) as greatest,
        arg_min(name, value) as best, min(value) as least, max(day) as day
    from errors group by model, version, metric, group_column having count(*) > 1
),
told as (
    select *, case when least > 0 then greatest / least when greatest = 0 then 1 else 'infinity'::double end as times,
        row_number() over (partition by model, version
            order by greatest / nullif(least, 0) desc nulls first, group_column) as place
    from by_column
)
select s.model, s.version, case when t.times is not null then t.times <= {{times}} end as passes,
    date_diff('day', t.day, $now::date) > {{days}} as stale, t.times as value,
    case when t.times is null then 'Nothing tells it: no groups with outcomes enough.'
        else replace(t.metric, '_', ' ') || ' is ' || printf('%.3g', t.greatest) || ' for ' || t.worst || ' and '
            || printf('%.3g', t.least) || ' for ' || t.best || '.' end as evidence
from check_subjects s left join told t on t.model = s.model and t.version = s.version and t.place = 1""",
}

MONEY: dict[str, str] = {
    "kpis_defined": """
with held as (
    select model, count(*) filter (sql is not null and target is not null and "limit" is not null) as n, count(*) as written
    from kpis group by model
)
select s.model, s.version, coalesce(h.n, 0) >= {{kpis}} as passes, coalesce(h.n, 0) as value,
    'KPIs with formula, target and limit: ' || coalesce(h.n, 0) || ' of ' || coalesce(h.written, 0) || ' in its file.'
        as evidence
from check_subjects s left join held h on h.model = s.model""",
    "kpis_agreed": """
with held as (
    select model, count(*) as n, count(*) filter (len(missing) = 0) as agreed,
        string_agg(kpi || ' (' || array_to_string(missing, ', ') || ')', '; ' order by position)
            filter (len(missing) > 0) as names
    from kpis group by model
)
select s.model, s.version, coalesce(h.n > 0 and h.agreed = h.n, false) as passes,
    coalesce(h.agreed, 0) || ' of ' || coalesce(h.n, 0) as value,
    case when h.n is null then 'Its file has no KPI to agree on.'
        when h.agreed = h.n then 'Every role has agreed to all ' || h.n || '.'
        else 'Not agreed by every role: ' || h.names || '.' end as evidence
from check_subjects s left join held h on h.model = s.model""",
    "kpis_within": """
with last_month as (
    select k.model, k.kpi, k.status, k.value, k.period_start, k.period_end,
        row_number() over (partition by k.model, k.kpi order by k.period_start desc) as place
    from kpi_values k where k.version is null and k.grain = 'month' and k.period_end < $now::date
        and k.status not in ('no data', 'no target')
),
told as (
    select model, count(*) as n, count(*) filter (status = 'beyond limit') as beyond,
        string_agg(kpi || ' (' || strftime(period_start, '%B %Y') || ')', ', ' order by kpi)
            filter (status = 'beyond limit') as names,
        string_agg(kpi || ' (' || strftime(period_start, '%B %Y') || ')', ', ' order by kpi) as months, min(period_end) as day
    from last_month where place = 1 group by model
)
select s.model, s.version, case when t.n > 0 then t.beyond = 0 end as passes,
    date_diff('day', t.day, $now::date) > {{days}} as stale, t.beyond as value,
    case when t.n is null then 'No KPI has a value and a target in a month that is over.'
        when t.beyond = 0 then 'None of ' || t.n || ' KPIs was beyond its limit in its last month: ' || t.months || '.'
        else 'Beyond the limit: ' || t.names || '.' end as evidence
from check_subjects s left join told t on t.model = s.model""",
    "worth_stated": f"""
with {_SPEC},
stated as (
    select model, file is not null as has_file, coalesce(file->>'$.value.true_positive', file->>'$.value.false_positive',
        file->>'$.value.false_negative', file->>'$.value.true_negative', file->>'$.value.per_unit_error.over',
        file->>'$.value.per_unit_error.under') as worth from spec
)
select s.model, s.version, coalesce(t.worth is not null, false) as passes, t.worth as value,
    case when t.worth is not null then 'Its file says what its answers are worth.'
        when t.has_file then 'Its file says nothing in `value` of what an answer is worth.' else 'The model has no file.'
        end as evidence
from check_subjects s left join stated t on t.model = s.model""",
    "baseline_stated": f"""
with {_SPEC},
stated as (
    select model, coalesce(file->>'$.value.baseline.naive', file->>'$.value.baseline.constant',
        file->>'$.value.baseline.column') as baseline from spec
)
select s.model, s.version, coalesce(t.baseline is not null, false) as passes, t.baseline as value,
    coalesce('Without the model: ' || t.baseline || '.', 'Its file has no `value.baseline`.') as evidence
from check_subjects s left join stated t on t.model = s.model""",
    "pays": """
with over as (
    select *, row_number() over (partition by model order by period_start desc) as place from value
    where version is null and grain = 'month' and period_end < $now::date and net is not null
),
told as (
    select model, sum(net) as net, count(*) as months, max(period_start) as last, max(period_end) as day
    from over where place <= {{months}} group by model
)
select s.model, s.version, case when t.net is not null then t.net > 0 end as passes,
    date_diff('day', t.day, $now::date) > {{days}} as stale,
    case when t.net is not null then printf('%.0f', t.net) end as value,
    case when t.net is null then 'What it earns is not known for any month that is over.'
        else 'After its costs it earned ' || printf('%.0f', t.net) || ' in ' || t.months || ' months up to '
            || strftime(t.last, '%B %Y') || '.' end as evidence
from check_subjects s left join told t on t.model = s.model""",
    "cutoff_near_best": """
select s.model, s.version, case when c.gain_low is not null then c.gain_low <= 0 end as passes,
    c.in_use as value,
    case when c.model is null then 'It has no cut-off that is looked at: not in service, or no binary model.'
        when c.gain_low is null then 'What a cut-off earns is not known: outcomes or `value` are missing.'
        else 'The cut-off in use is ' || printf('%.3g', c.in_use) || ', the best one ' || printf('%.3g', c.best)
            || ': moving it would bring ' || printf('%.0f', c.gain_per_month) || ' in 30 days ('
            || printf('%.0f', c.gain_low) || ' to ' || printf('%.0f', c.gain_high) || ').' end as evidence
from check_subjects s left join cutoffs c on c.model = s.model and c.version = s.version""",
}
