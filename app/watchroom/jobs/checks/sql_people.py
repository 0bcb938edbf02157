"""How the kinds about people and paper ask: owners, file, card, evidence, alerts, handover, sign-offs; as in `sql_runs`."""

from __future__ import annotations

_SAID = "trim(regexp_replace(lower(trim({0})), '\\s*\\(not checked\\)$', ''))"
_WHOLE = "regexp_replace(" + _SAID + ", '\\+[^@]*@', '@')"
"""A name in small letters, without that it was not checked and without what follows a `+` in an address."""

_BEFORE = "split_part(" + _WHOLE + ", '@', 1)"


def same_person(one: str, other: str) -> str:
    """Whether two names are one person, as `domain.authors` tells them apart, without what is rare in a registry."""
    plain = "regexp_replace(" + _BEFORE + ", '[\\s._-]+', '.', 'g')"
    whole = f"{_WHOLE.format(one)} = {_WHOLE.format(other)}"
    bare = f"not contains({one}, '@') or not contains({other}, '@')"
    return f"({whole} or (({bare}) and {plain.format(one)} = {plain.format(other)}))"


def _people(names: str) -> str:
    """The names of a list without those that are a person named before, as `domain.authors.people_in`."""
    same = same_person("one[1]", "m")
    known = f"len(list_filter(found, lambda m: {same})) > 0"
    each = f"list_transform({names}, lambda n: [n])"
    return f"list_reduce({each}, lambda found, one: case when {known} then found else found || one end)"


OWNERSHIP: dict[str, str] = {
    "owners": """
with wanted as (select unnest({{roles}}) as role),
held as (
    select s.model, s.version, count(*) as n, count(o.person) as there,
        string_agg(replace(w.role, '_', ' '), ', ' order by w.role) filter (o.person is null) as missing
    from check_subjects s cross join wanted w left join owners o on o.model = s.model and o.role = w.role
    group by s.model, s.version
)
select model, version, there = n as passes, there || ' of ' || n as value,
    case when there = n then 'Each of the ' || n || ' roles has a person.' else 'Nobody is: ' || missing || '.' end as evidence
from held""",
    "deputy_is_another": f"""
with held as (
    select s.model, s.version, max(d.person) as deputy,
        string_agg(replace(o.role, '_', ' '), ', ' order by o.role) filter ({same_person("o.person", "d.person")}) as same
    from check_subjects s left join owners d on d.model = s.model and d.role = 'deputy'
    left join owners o on o.model = s.model and o.role in ('business', 'data_science', 'operations')
    group by s.model, s.version
)
select model, version, deputy is not null and same is null as passes, deputy as value,
    case when deputy is null then 'There is no deputy.' when same is not null then 'The deputy is an owner: ' || same || '.'
        else deputy || ' stands in for the owners.' end as evidence
from held""",
    "team_known": """
select s.model, s.version, m.team is not null as passes, m.team as value,
    coalesce('It belongs to ' || m.team || '.', 'Neither its file nor the tag `team` says whose it is.') as evidence
from check_subjects s left join models m on m.model = s.model""",
    "runbook": """
select s.model, s.version,
    m.runbook is not null and (not {{link}} or regexp_matches(m.runbook, '^https?://')) as passes, m.runbook as value,
    case when m.runbook is null then 'Its file names no runbook.'
        when {{link}} and not regexp_matches(m.runbook, '^https?://') then 'Its runbook is no link.'
        else 'The runbook is named in its file.' end as evidence
from check_subjects s left join models m on m.model = s.model""",
}

OWNERSHIP["reviewer_independent"] = f"""
with reviewer as (select model, person from owners where role = 'reviewer'),
told as (
    select s.model, s.version, any_value(r.person) as person, len(any_value(s.authors)) as authors,
        string_agg(replace(o.role, '_', ' '), ', ' order by o.role) as roles,
        bool_or(coalesce(list_bool_or(list_transform(s.authors, lambda a: {same_person("a", "r.person")})), false)) as author
    from check_subjects s left join reviewer r on r.model = s.model
    left join owners o on o.model = s.model and o.role in ('business', 'data_science', 'operations')
        and {same_person("o.person", "r.person")}
    group by s.model, s.version
)
select model, version, person is not null and roles is null and not coalesce(author, false) as passes, person as value,
    case when person is null then 'Nobody is its reviewer.'
        when author then 'Its reviewer, ' || person || ', has made this version.'
        when roles is not null then 'Its reviewer, ' || person || ', also is: ' || roles || '.'
        when authors = 0 then person || ' reviews it and owns it in no other role; who made it MLflow does not know.'
        else person || ' reviews it, and neither made nor owns it.' end as evidence
from told"""

_SPEC = """
    spec as (select model, try_cast(spec as json) as file from models)"""

PAPER: dict[str, str] = {
    "purpose_stated": """
select s.model, s.version, m.purpose is not null as passes, m.purpose as value,
    case when m.purpose is not null then 'Its purpose is in its file.' else 'Its file states no purpose.' end as evidence
from check_subjects s left join models m on m.model = s.model""",
    "affected_named": """
select s.model, s.version, coalesce(len(m.affects) > 0, false) as passes, coalesce(len(m.affects), 0) as value,
    case when len(m.affects) > 0 then 'Named: ' || array_to_string(m.affects, ', ') || '.'
        else 'Its file names nobody in `affects`.' end as evidence
from check_subjects s left join models m on m.model = s.model""",
    "risk_assessed": """
select s.model, s.version, m.tier is not null and (m.risk_reason is not null or not {{reason}}) as passes, m.tier as value,
    case when m.tier is null then 'Its risk is not judged on all three axes.'
        when m.risk_reason is null then 'Its tier is ' || m.tier || '; no reason is given.'
        else 'Its tier is ' || m.tier || ', with a reason.' end as evidence
from check_subjects s left join models m on m.model = s.model""",
    "file_says": f"""
with {_SPEC}, wanted as (select unnest({{{{fields}}}}) as field),
held as (
    select s.model, s.version, count(*) as n, bool_or(f.file is not null) as has_file,
        count(*) filter (coalesce(json_extract_string(f.file, '$.' || w.field), '[]') <> '[]') as there,
        string_agg(w.field, ', ' order by w.field)
            filter (coalesce(json_extract_string(f.file, '$.' || w.field), '[]') = '[]') as missing
    from check_subjects s cross join wanted w left join spec f on f.model = s.model group by s.model, s.version
)
select model, version, there = n as passes, there || ' of ' || n as value,
    case when not has_file then 'The model has no file.' when there = n then 'Its file says it.'
        else 'Not in its file: ' || missing || '.' end as evidence
from held""",
    "card_written": r"""
with wanted as (select unnest({{headings}}) as heading),
parts as (
    select c.model, unnest(regexp_split_to_array(chr(10) || replace(c.text, chr(13), ''), '\n#{1,6}[ \t]+')) as part
    from cards c
),
written as (
    select model, lower(trim(split_part(part, chr(10), 1), ' #' || chr(9))) as heading,
        max(length(trim(substr(part, length(split_part(part, chr(10), 1)) + 1), ' ' || chr(9) || chr(10)))) as letters
    from parts group by all
),
held as (
    select s.model, s.version, bool_or(c.model is not null) as has_card, count(*) as n,
        count(*) filter (w.letters >= {{letters}}) as there,
        string_agg(h.heading, ', ' order by h.heading) filter (coalesce(w.letters, 0) < {{letters}}) as missing
    from check_subjects s cross join wanted h left join cards c on c.model = s.model
    left join written w on w.model = s.model and w.heading = lower(trim(h.heading))
    group by s.model, s.version
)
select model, version, there = n as passes, there || ' of ' || n as value,
    case when not has_card then 'The model has no card of its own.' when there = n then 'The card says it.'
        else 'Nothing, or less than ' || {{letters}} || ' letters, under: ' || missing || '.' end as evidence
from held""",
}


def _kept(conditions: str) -> str:
    return f"""
    kept as (
        select e.*, row_number() over (partition by e.model, e.version order by e.at desc, e.seq desc) as place,
            count(*) over (partition by e.model, e.version) as n
        from evidence e where e.status = 'held' and {conditions}
            and (lower(e.name) glob lower({{{{name}}}}) or lower(coalesce(e.item, '')) glob lower({{{{name}}}}))
    )"""


EVIDENCE: dict[str, str] = {
    "tests_passed": """
with asked as (
    select {{item}}::varchar as item, lower({{name}}) as name, trim(lower({{name}}), '*') as word
),
kept as (
    select e.*, row_number() over (partition by e.model, e.version order by e.at desc, e.seq desc) as place
    from evidence e cross join asked a
    where e.status = 'held' and e.kind = 'junit' and case when e.item is not null and a.item is not null then e.item = a.item
        when regexp_full_match(a.word, '[a-z0-9]+')
            then regexp_matches(lower(e.name), '(^|[^a-z0-9])(tests?)?' || a.word || '(tests?)?([^a-z0-9]|$)')
        else lower(e.name) glob a.name end
)
select s.model, s.version,
    case when k.seq is null then false when coalesce(k.tests, 0) = 0 then null
        else k.failed = 0 and k.tests - coalesce(k.skipped, 0) >= {{tests}} end as passes,
    coalesce(date_diff('day', k.at, $now) > {{days}}, false) as stale,
    not ends_with(k.actor, ' on the command line') as by_person,
    k.tests - k.failed - coalesce(k.skipped, 0) || ' of ' || k.tests as value,
    case when k.seq is null then 'No test report is kept for it.'
        when coalesce(k.tests, 0) = 0 then k.name || ' of ' || strftime(k.at, '%-d %b %Y')
            || ' holds no test: that they passed is claimed, and not shown.'
        else 'In ' || k.name || ' of ' || strftime(k.at, '%-d %b %Y') || ': ' || k.tests || ' tests, ' || k.failed
            || ' failed, ' || coalesce(k.skipped, 0) || ' skipped.' end as evidence
from check_subjects s left join kept k on k.model = s.model and k.version = s.version and k.place = 1""",
    "evidence_kept": f"""
with {_kept("({{type}} is null or e.kind = {{type}})")}
select s.model, s.version, k.seq is not null as passes,
    coalesce(date_diff('day', k.at, $now) > {{{{days}}}}, false) as stale, k.name as value,
    case when k.seq is null then 'No such file is kept for it.'
        else k.n || case when k.n = 1 then ' file is kept, ' else ' files are kept, the newest ' end || k.name
            || ' of ' || strftime(k.at, '%-d %b %Y') || '.' end as evidence
from check_subjects s left join kept k on k.model = s.model and k.version = s.version and k.place = 1""",
    "evidence_unchanged": """
with held as (
    select model, version, count(*) as n, count(*) filter (status in ('changed', 'gone')) as odd,
        string_agg(name || ' is ' || case status when 'gone' then 'gone' else 'another file' end, '; ' order by seq)
            filter (status in ('changed', 'gone')) as names
    from evidence where status <> 'withdrawn' group by model, version
)
select s.model, s.version, case when h.n > 0 then h.odd = 0 end as passes, coalesce(h.odd, 0) as value,
    case when h.n is null then 'No file is kept for it.' when h.odd = 0 then 'Each of ' || h.n || ' files is what was kept.'
        else h.names || '.' end as evidence
from check_subjects s left join held h on h.model = s.model and h.version = s.version""",
}

ALERTS: dict[str, str] = {
    "alerts_owned": """
with under_way as (
    select model, count(*) as n, count(*) filter (owner is null) as without_owner,
        count(*) filter (runbook is null) as without_runbook
    from alerts where ended_at is null group by model
)
select s.model, s.version, coalesce(u.without_owner = 0 and u.without_runbook = 0, true) as passes, coalesce(u.n, 0) as value,
    case when u.n is null then 'No alert of it is open.'
        else 'Open alerts: ' || u.n || '; without an owner: ' || u.without_owner || ', without a runbook: '
            || u.without_runbook || '.' end as evidence
from check_subjects s left join under_way u on u.model = s.model""",
    "somebody_watches": """
with held as (
    select model, max(person) filter (role = 'on_call') as on_call, max(person) filter (role = 'operations') as operations
    from owners group by model
)
select s.model, s.version, coalesce(h.on_call, h.operations) is not null as passes,
    coalesce(h.on_call, h.operations) as value,
    case when h.on_call is not null then 'Alerts go to ' || h.on_call || ', who is on call.'
        when h.operations is not null then 'Nobody is on call; alerts go to ' || h.operations || ' of operations.'
        else 'Nobody is on call, nor is there anybody in operations.' end as evidence
from check_subjects s left join held h on h.model = s.model""",
    "alerts_handled": """
with waiting as (
    select model, count(*) as n, max(date_diff('day', raised_at, $now)) as longest from alerts
    where ended_at is null and state = 'open' and (severity = 'critical' or not {{critical}}) group by model
)
select s.model, s.version, coalesce(w.longest <= {{days}}, true) as passes,
    coalesce(w.longest, 0) || ' days' as value,
    case when w.n is null then 'No ' || case when {{critical}} then 'critical ' else '' end || 'alert waits to be taken.'
        else 'Alerts that nobody has taken: ' || w.n || ', the longest for ' || w.longest || ' days (at most ' || {{days}}
            || ').' end as evidence
from check_subjects s left join waiting w on w.model = s.model""",
    "no_critical_alert": """
with under_way as (
    select model, version, count(*) as n, string_agg(distinct signal, ', ' order by signal) as signals from alerts
    where ended_at is null and severity = 'critical' and signal <> 'approval' group by model, version
)
select s.model, s.version, u.n is null as passes, coalesce(u.n, 0) as value,
    coalesce('Critical alerts under way: ' || u.n || ' (' || u.signals || ').', 'No critical alert is under way.') as evidence
from check_subjects s left join under_way u on u.model = s.model and u.version = s.version""",
    "alerts_right": """
with fell as (
    select model, version, period_start, max(period_end) as period_end,
        bool_or(status in ('watch', 'failing')) as fell
    from performance where kind = 'realized' and grain = 'week' and status <> 'no data' and watch is not null
    group by model, version, period_start
),
alarms as (
    select d.model, d.version, d.period_start, any_value(f.fell) as fell, max(f.period_end) as day
    from drift d join fell f on f.model = d.model and f.version = d.version and f.period_start = d.period_start
    where d.grain = 'week' and d.status in ('watch', 'drifted') and d.feature <> '@outcome'
    group by d.model, d.version, d.period_start
),
rules as (
    select model, version, count(*) as alarms, count(*) filter (fell) as hits, max(day) as day from alarms group by all
)
select s.model, s.version, case when r.alarms >= {{weeks}} then r.hits >= {{precision}} * r.alarms end as passes,
    date_diff('day', r.day, $now::date) > {{days}} as stale,
    case when r.alarms > 0 then printf('%.0f %%', 100.0 * r.hits / r.alarms) end as value,
    case when r.alarms > 0 then 'In ' || r.hits || ' of ' || r.alarms || ' weeks with a drift alarm performance fell, up to '
            || strftime(r.day, '%-d %b %Y')
            || case when r.alarms < {{weeks}} then '; ' || {{weeks}} || ' such weeks are needed to tell.' else '.' end
        else 'No week with a drift alarm can be judged by outcomes yet.' end as evidence
from check_subjects s left join rules r on r.model = s.model and r.version = s.version""",
}

HANDOVER: dict[str, str] = {
    "handed_over": """
with held as (
    select *, row_number() over (partition by model, version order by seq desc) as place
    from handovers where state <> 'withdrawn' and ({{stage}} is null or stage = {{stage}})
)
select s.model, s.version, coalesce(h.state = 'accepted', false) as passes, h.state as value,
    case when h.seq is null then 'It was not handed over.'
        when h.state = 'accepted' then coalesce(h.ended_by, h.receiver) || ' accepted it for ' || h.to_team || ' on '
            || strftime(h.ended_at, '%-d %b %Y') || '.'
        else 'The handover to ' || h.to_team || ' is ' || h.state || '.' end as evidence
from check_subjects s left join held h on h.model = s.model and h.version = s.version and h.place = 1""",
    "drill_passed": """
with tried as (
    select *, row_number() over (partition by model, version, actor order by "at", seq) as place from drills
),
first_passed as (
    select model, version, actor, min(place) as place, max("at") as last_at from tried where passed group by all
),
held as (
    select model, version, count(*) as people, max(last_at) as at,
        count(*) filter (date_diff('day', last_at, $now) <= {{days}}) as lately,
        string_agg(actor || case when place > 1 then ' (at try ' || place || ')' else '' end, ', ' order by actor) as names
    from first_passed group by model, version
),
failed as (select model, version, count(*) as n from drills where not passed group by model, version)
select s.model, s.version, coalesce(h.people >= {{people}}, false) as passes,
    coalesce(h.lately < {{people}}, true) as stale, coalesce(h.people, 0) as value,
    case when h.people is null then 'Nobody has passed the drill'
            || coalesce(', in ' || f.n || case when f.n = 1 then ' try' else ' tries' end, '') || '.'
        else 'Passed by ' || h.names || ', last on ' || strftime(h.at, '%-d %b %Y') || '.' end as evidence
from check_subjects s left join held h on h.model = s.model and h.version = s.version
left join failed f on f.model = s.model and f.version = s.version""",
}

_OPEN = "f.state in ('open', 'answered') and (f.version is null or f.version = s.version)"

FINDINGS: dict[str, str] = {
    "no_open_finding": f"""
with held as (
    select s.model, s.version, count(*) as n, string_agg('no. ' || f.seq || ' (' || f.severity || ')', ', ' order by f.seq) as names
    from check_subjects s join findings f on f.model = s.model and {_OPEN}
    where list_position(['low', 'medium', 'high'], f.severity) >= list_position(['low', 'medium', 'high'], {{{{severity}}}})
    group by s.model, s.version
)
select s.model, s.version, h.n is null as passes, coalesce(h.n, 0) as value,
    case when h.n is null then 'No finding of ' || {{{{severity}}}} || ' severity or above is open.'
        else 'Open: ' || h.names || '.' end as evidence
from check_subjects s left join held h on h.model = s.model and h.version = s.version""",
    "findings_in_time": f"""
with held as (
    select s.model, s.version, count(*) as n, count(*) filter (f.due < $now::date) as late,
        string_agg('no. ' || f.seq, ', ' order by f.seq) filter (f.due < $now::date) as names
    from check_subjects s join findings f on f.model = s.model and {_OPEN} group by s.model, s.version
)
select s.model, s.version, coalesce(h.late = 0, true) as passes, coalesce(h.late, 0) as value,
    case when h.n is null then 'No finding is open.' when h.late = 0 then 'None of ' || h.n || ' open findings is late.'
        else 'Past their date: ' || h.names || '.' end as evidence
from check_subjects s left join held h on h.model = s.model and h.version = s.version""",
}

SIGN_OFFS: dict[str, str] = {
    "signed_off": f"""
with wanted as (select unnest({{{{roles}}}}) as role),
held as (
    select a.model, a.version, list(distinct a.role) as roles, len({_people("list(a.actor order by a.seq)")}) as people,
        string_agg(distinct a.actor || ' (' || replace(a.role, '_', ' ') || ')', ', ') as names, max(a.at) as at
    from approvals a where a.stage = {{{{stage}}}} and a.decision = 'approved' and a.status = 'valid' group by a.model, a.version
),
told as (
    select s.model, s.version, any_value(h.people) as people, any_value(h.names) as names,
        string_agg(replace(w.role, '_', ' '), ', ' order by w.role)
            filter (not coalesce(list_contains(h.roles, w.role), false)) as missing
    from check_subjects s cross join wanted w left join held h on h.model = s.model and h.version = s.version
    group by s.model, s.version
)
select model, version, missing is null and coalesce(people, 0) >= {{{{people}}}} as passes, coalesce(people, 0) as value,
    case when missing is null and people >= {{{{people}}}} then 'Signed off by ' || names || '.'
        when missing is not null then 'No valid sign-off for ' || {{{{stage}}}} || ' of: ' || missing || '.'
        else 'Signed off by ' || people || ' of ' || {{{{people}}}} || ' people: ' || names || '.' end as evidence
from told""",
    "approved": """
select s.model, s.version, coalesce(a.status = 'approved', false) as passes, a.status as value,
    case when a.status = 'approved' then 'Approved for ' || {{stage}} || coalesce(' until ' || strftime(a.until, '%-d %b %Y'), '')
            || '.'
        else coalesce(a.reason, 'Not approved for ' || {{stage}} || '.') end as evidence
from check_subjects s left join approval_states a on a.model = s.model and a.version = s.version and a.stage = {{stage}}""",
}
