"""How the kinds about a version's run ask: one statement each, over the public tables, for every row of check_subjects.

`{{name}}` is a parameter, `$now` the time of the refresh. A statement gives model, version, passes (NULL for unknown),
value and evidence; `stale` where what is met may be too old.
"""

from __future__ import annotations

from watchroom.jobs.checks.sql_people import same_person

OF_VERSION = """
    of_version as (
        select s.model, s.version, s.authors, v.run_id, v.model_id, v.source, v.created_at, v.signature_inputs,
            v.signature_outputs, v.has_input_example, v.mlmodel_problem, v.description, r.experiment_id, r.status,
            r.lifecycle_stage, r."commit", r.dirty, r.start_time, r.run_id is not null as has_run
        from check_subjects s
        join model_versions v on v.name = s.model and v.version = s.version
        left join runs r on r.run_id = v.run_id
    )"""

_EXPERIMENTS = """
    of_model as (
        select distinct v.name as model, r.experiment_id from model_versions v join runs r on r.run_id = v.run_id
        union
        select n.model, e.experiment_id
        from (select distinct model from check_subjects) n
        join (select experiment_id, unnest(string_split(lower(name), '/')) as part from experiments) e
            on e.part = lower(n.model)
        union
        select n.model, t.experiment_id
        from (select distinct model from check_subjects) n
        join experiment_tags t on t.key = 'model' and lower(t.value) = lower(n.model)
    )"""
"""The experiments of a model: those that a version came from, that are called after it, or that a tag says are."""

_SAME_PERSON = same_person("a", "trim(who)")
"""Whether the author `a` is `who` made the other run."""

_ACTIVE = "r.lifecycle_stage = 'active' and r.status = 'FINISHED'"

FILES = """
    files as (
        select s.model, s.version, f.load_status, f.load_why, f.requirements, f.problem, f.python_version
        from check_subjects s
        join model_versions v on v.name = s.model and v.version = s.version
        join model_files f on (f.model_id is not null and f.model_id = v.model_id)
            or f.location = v.source or (v.model_id is null and f.run_id = v.run_id)
        qualify row_number() over (
            partition by s.model, s.version
            order by f.location = v.source desc, f.model_id is not distinct from v.model_id desc,
                f.load_status = 'loaded' desc, f.location
        ) = 1
    )"""
"""What the files of a version say: of its own place before those of the model that its run logged."""

RUNS: dict[str, str] = {
    "reproducible": f"""
with {OF_VERSION},
held as (
    select v.model, v.version, v.has_run, w.item, coalesce(r.status, 'unknown') as status
    from of_version v
    cross join (select unnest({{{{items}}}}) as item) w
    left join reproducibility r on r.run_id = v.run_id and r.item = w.item
)
select model, version,
    case when not bool_and(has_run) then false when bool_or(status = 'missing') then false
        when bool_or(status = 'unknown') then null else true end as passes,
    count(*) filter (status = 'found') || ' of ' || count(*) as value,
    case when not bool_and(has_run) then 'The run that it came from is not there.'
        when bool_and(status = 'found') then 'All is recorded: ' || string_agg(replace(item, '_', ' '), ', ' order by item) || '.'
        else concat_ws(' ',
            'Missing: ' || string_agg(replace(item, '_', ' '), ', ' order by item) filter (status = 'missing') || '.',
            'Cannot be told: ' || string_agg(replace(item, '_', ' '), ', ' order by item) filter (status = 'unknown') || '.')
    end as evidence
from held group by model, version""",
    "commit_clean": f"""
with {OF_VERSION}
select model, version,
    case when coalesce("commit", '') = '' or dirty then false when dirty is null then null else true end as passes,
    nullif("commit", '') as value,
    case when not has_run then 'The run that it came from is not there.'
        when coalesce("commit", '') = '' then 'Its run recorded no commit.'
        when dirty then 'There were uncommitted changes on top of commit ' || left("commit", 8) || '.'
        when dirty is null then 'Commit ' || left("commit", 8) || '; whether the tree was clean was not recorded.'
        else 'Commit ' || left("commit", 8) || ', with a clean tree.' end as evidence
from of_version""",
    "data_digest": f"""
with {OF_VERSION},
inputs as (
    select run_id, count(*) as sets, count(nullif(digest, '')) as digests,
        string_agg(distinct name, ', ' order by name) filter (coalesce(digest, '') = '') as without
    from run_inputs group by run_id
)
select v.model, v.version, coalesce(i.sets > 0 and i.sets = i.digests, false) as passes,
    coalesce(i.digests, 0) || ' of ' || coalesce(i.sets, 0) as value,
    case when i.sets is null then 'Its run recorded no dataset.'
        when i.sets > i.digests then 'Without a digest: ' || i.without || '.'
        else 'Datasets recorded with their digest: ' || i.digests || '.' end as evidence
from of_version v left join inputs i on i.run_id = v.run_id""",
    "environment_recorded": f"""
with {FILES}
select s.model, s.version,
    case when f.requirements is not null then true when f.model is null or f.problem is not null then null else false
        end as passes,
    f.python_version as value,
    case when f.requirements is not null then 'Its list of requirements is there'
            || coalesce(', and Python ' || f.python_version, '') || '.'
        when f.model is null then 'Its files are not read.'
        else coalesce('Its files cannot be read: ' || f.problem, 'Its files hold no list of requirements.') end as evidence
from check_subjects s left join files f on f.model = s.model and f.version = s.version""",
    "run_finished": f"""
with {OF_VERSION}
select model, version, has_run and status = 'FINISHED' and lifecycle_stage = 'active' as passes,
    status as value,
    case when not has_run then 'The run that it came from is not there.'
        when lifecycle_stage <> 'active' then 'The run that it came from was deleted.'
        else 'The run that it came from is ' || lower(status) || '.' end as evidence
from of_version""",
    "metric_within": f"""
with {OF_VERSION},
asked as (select {{{{metric}}}}::varchar as metric, {{{{at_least}}}}::double as low, {{{{at_most}}}}::double as high)
select v.model, v.version,
    case when m.last is null or isnan(m.last) then null
        else m.last >= coalesce(a.low, m.last) and m.last <= coalesce(a.high, m.last) end as passes,
    m.last as value,
    case when m.last is null then 'Its run logged no ' || a.metric || '.'
        when isnan(m.last) then a.metric || ' is not a number.'
        else a.metric || ' is ' || printf('%.4g', m.last) || concat(' (at least ' || printf('%.4g', a.low) || ')',
            ' (at most ' || printf('%.4g', a.high) || ')') || '.' end as evidence
from of_version v cross join asked a left join metrics m on m.run_id = v.run_id and m.key = a.metric""",
    "metrics_finite": f"""
with {OF_VERSION},
odd as (
    select run_id, count(*) as metrics, count(*) filter (not_finite > 0) as odd,
        string_agg(key, ', ' order by key) filter (not_finite > 0) as names
    from metrics group by run_id
)
select v.model, v.version, case when o.metrics is null then null else o.odd = 0 end as passes, o.odd as value,
    case when o.metrics is null then 'Its run logged no metric.'
        when o.odd > 0 then 'NaN or infinite at some step: ' || o.names || '.'
        else 'All ' || o.metrics || ' metrics are finite at every step.' end as evidence
from of_version v left join odd o on o.run_id = v.run_id""",
    "segments_hold": f"""
with {OF_VERSION},
asked as (
    select {{{{prefix}}}}::varchar as prefix, {{{{metric}}}}::varchar as ending, {{{{at_least}}}}::double as low,
        {{{{at_most}}}}::double as high, {{{{spread}}}}::double as spread
),
segments as (
    select v.model, v.version, m.key, regexp_extract(m.key, '[^/]*$') as ending, m.last,
        m.better = 'lower' as lower_is_better, m.better in ('lower', 'higher') as known
    from of_version v cross join asked a join metrics m on m.run_id = v.run_id
    where starts_with(m.key, a.prefix) and ends_with(m.key, coalesce(a.ending, ''))
),
by_ending as (
    select model, version, case when a.ending is null then s.ending else a.ending end as ending, count(*) as n,
        count(*) filter (not isfinite(last)) as odd, min(last) as least, max(last) as greatest,
        arg_min(key, last) as least_at, arg_max(key, last) as greatest_at,
        bool_or(lower_is_better) as lower_is_better, bool_and(known) as known
    from segments s cross join asked a group by 1, 2, 3
),
judged as (
    select b.*, case when b.odd > 0 then false when b.n < 2 then null
        when b.least < a.low or b.greatest > a.high then false when a.spread is null then true
        when not coalesce(b.known, false) then null
        else b.greatest - b.least <= a.spread * abs(case when b.lower_is_better then b.least else b.greatest end)
        end as holds
    from by_ending b cross join asked a
),
worst as (
    select *, row_number() over (partition by model, version order by holds nulls last, ending) as place,
        bool_or(not holds) over of_version as fails, bool_or(holds) over of_version as some
    from judged window of_version as (partition by model, version)
)
select v.model, v.version, case when w.fails then false when w.some then true end as passes,
    case when w.lower_is_better then w.greatest else w.least end as value,
    case when w.n is null then 'Its run logged no metric that begins with ' || a.prefix || '.'
        when w.odd > 0 then 'Of ' || w.n || ' segments ' || w.odd || ' have no finite ' || w.ending || '.'
        when w.n < 2 then 'There is only one segment: ' || w.least_at || '.'
        when w.holds is null then 'Whether ' || w.ending || ' is better high or low is not known.'
        else 'Over ' || w.n || ' segments from ' || printf('%.4g', w.least) || ' (' || w.least_at || ') to '
            || printf('%.4g', w.greatest) || ' (' || w.greatest_at || ').' end as evidence
from of_version v cross join asked a
left join worst w on w.model = v.model and w.version = v.version and w.place = 1""",
    "beats_baseline": f"""
with {OF_VERSION}, {_EXPERIMENTS},
asked as (select {{{{gain}}}}::varchar as gain, {{{{metric}}}}::varchar as metric, {{{{marks}}}} as marks),
marked as (
    select distinct o.model, r.run_id, coalesce(r.name, r.run_id) as name
    from of_model o join runs r on r.experiment_id = o.experiment_id cross join asked a
    left join tags t on t.run_id = r.run_id and not starts_with(t.key, 'mlflow.')
    where {_ACTIVE} and list_bool_or(list_transform(a.marks, lambda mark:
        contains(lower(coalesce(r.name, '')), lower(mark)) or lower(coalesce(t.value, '')) = lower(mark)
        or (lower(t.key) = lower(mark) and lower(t.value) in ('true', '1', 'yes'))))
),
held as (
    select v.model, v.version, b.name, mine.key, mine.better, mine.last as mine, other.last as other,
        case mine.better when 'lower' then mine.last < other.last when 'higher' then mine.last > other.last
            else abs(mine.last) < abs(other.last) end as wins
    from of_version v join marked b on b.model = v.model and b.run_id <> v.run_id cross join asked a
    join metrics mine on mine.run_id = v.run_id and (a.metric is null or mine.key = a.metric) and isfinite(mine.last)
    join metrics other on other.run_id = b.run_id and other.key = mine.key and isfinite(other.last)
),
chosen as (
    select h.model, h.version, h.key from held h left join models m on m.model = h.model
    qualify row_number() over (
        partition by h.model, h.version
        order by ends_with(h.key, coalesce(try_cast(m.spec as json)->>'$.monitor.performance.metric', chr(0))) desc,
            h.better = 'zero', starts_with(h.key, 'train'), h.key
    ) = 1
),
best as (
    select h.model, h.version, h.key, bool_and(h.wins) as wins, count(*) as baselines, min(h.mine) as mine,
        arg_max(h.name, case when h.wins then 0 else 1 end) as name,
        arg_max(h.other, case when h.wins then 0 else 1 end) as other
    from held h join chosen c on c.model = h.model and c.version = h.version and c.key = h.key
    group by h.model, h.version, h.key
)
select v.model, v.version,
    case when g.last is not null then g.last > 0 when b.key is not null then b.wins end as passes,
    coalesce(g.last, b.mine) as value,
    case when g.last is not null then a.gain || ' is ' || printf('%.4g', g.last) || ': '
            || case when g.last > 0 then 'better than the baseline.' else 'no better than the baseline.' end
        when b.key is null then 'No baseline was measured: neither a metric ' || a.gain
            || ' nor a run that is called a baseline and has a metric of its own.'
        else b.key || ' is ' || printf('%.4g', b.mine) || ', against ' || printf('%.4g', b.other) || ' of ' || b.name
            || ' (of ' || b.baselines || ' baselines); without ' || a.gain || ' chance is not ruled out.' end as evidence
from of_version v cross join asked a
left join metrics g on g.run_id = v.run_id and g.key = a.gain and isfinite(g.last)
left join best b on b.model = v.model and b.version = v.version""",
    "parameters_searched": f"""
with {_EXPERIMENTS},
settings as (
    select p.run_id, string_agg(p.key || '=' || p.value, chr(31) order by p.key) as setting
    from params p where not regexp_matches(p.key, 'seed|random_?state', 'i') group by p.run_id
),
tried as (
    select o.model, count(distinct s.setting) as n
    from of_model o join runs r on r.experiment_id = o.experiment_id join settings s on s.run_id = r.run_id
    where {_ACTIVE} group by o.model
)
select s.model, s.version, coalesce(t.n, 0) >= {{{{runs}}}} as passes, coalesce(t.n, 0) as value,
    'Different settings of parameters among the finished runs of its experiments: ' || coalesce(t.n, 0)
        || ' (at least ' || {{{{runs}}}} || ').' as evidence
from check_subjects s left join tried t on t.model = s.model""",
    "seeds_tried": f"""
with {_EXPERIMENTS},
tried as (
    select o.model, count(distinct p.detail) as n
    from of_model o join runs r on r.experiment_id = o.experiment_id
    join reproducibility p on p.run_id = r.run_id and p.item = 'seed' and p.status = 'found'
    where {_ACTIVE} group by o.model
)
select s.model, s.version, coalesce(t.n, 0) >= {{{{seeds}}}} as passes, coalesce(t.n, 0) as value,
    'Different seeds among the finished runs of its experiments: ' || coalesce(t.n, 0) || ' (at least '
        || {{{{seeds}}}} || ').' as evidence
from check_subjects s left join tried t on t.model = s.model""",
    "rival_by_another": f"""
with {OF_VERSION}, {_EXPERIMENTS},
digests as (select run_id, list(distinct digest) as held from run_inputs where digest <> '' group by run_id),
tried as (
    select v.model, v.version, coalesce(t.value, r."user") as who, any_value(v.authors) as authors
    from of_version v join of_model o on o.model = v.model
    join runs r on r.experiment_id = o.experiment_id and r.run_id <> v.run_id
    left join tags t on t.run_id = r.run_id and t.key = 'mlflow.user'
    left join digests mine on mine.run_id = v.run_id
    left join digests theirs on theirs.run_id = r.run_id
    where {_ACTIVE} and trim(coalesce(t.value, r."user", '')) <> ''
        and (mine.held is null or list_has_any(mine.held, theirs.held))
    group by v.model, v.version, coalesce(t.value, r."user")
),
others as (  -- names are compared once each: that costs more than to find them
    select model, version, who from tried
    where not list_bool_or(list_append(list_transform(authors, lambda a: coalesce({_SAME_PERSON}, false)), false))
)
select v.model, v.version,
    case when count(o.who) > 0 then true when len(any_value(v.authors)) = 0 then null else false end as passes,
    count(o.who) as value,
    case when count(o.who) > 0 then 'Somebody else has finished runs for it on the same data: ' || string_agg(o.who, ', ' order by o.who) || '.'
        when len(any_value(v.authors)) = 0 then 'MLflow does not know who made it.'
        else 'Every finished run for it on the same data is by who made it.' end as evidence
from of_version v left join others o on o.model = v.model and o.version = v.version
group by v.model, v.version""",
    "age_at_most": f"""
with {OF_VERSION},
aged as (select model, version, coalesce(start_time, created_at) as made from of_version)
select model, version, case when made is not null then true end as passes,
    date_diff('day', made, $now) > {{{{days}}}} as stale,
    date_diff('day', made, $now) || ' days' as value,
    coalesce('Made on ' || strftime(made, '%-d %b %Y') || ', ' || date_diff('day', made, $now) || ' days ago (at most '
        || {{{{days}}}} || ').', 'It is not known when it was made.') as evidence
from aged""",
}
