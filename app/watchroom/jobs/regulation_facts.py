"""How each fact of `domain.regulation_facts` is asked: one statement over the public tables for all models at once.

Each gives model and words, a row for every model of which the fact holds. `subjects` is the version looked at.
"""

from __future__ import annotations

from collections.abc import Mapping

from watchroom.store.preview import Preview

SUBJECTS = """subjects as (
    select m.model, coalesce(c.version, n.version) as version, c.version is not null as is_champion,
        v.run_id, v.model_id, v.signature_inputs, v.source
    from models m
    left join aliases c on c.name = m.model and c.alias = 'champion'
    left join (select name, max(version) as version from model_versions group by name) n on n.name = m.model
    left join model_versions v on v.name = m.model and v.version = coalesce(c.version, n.version)
)"""

_SHOWN = 200
"""Characters of a text from a file that are repeated; the page has the whole of it."""

_OWNER = "select model, person from owners where role = '{role}' and coalesce(person, '') <> ''"

QUERIES: Mapping[str, str] = {
    "purpose": f"select model, left(purpose, {_SHOWN}) from models where coalesce(trim(purpose), '') <> ''",
    "affects": f"select model, left(array_to_string(affects, ', '), {_SHOWN}) from models where len(affects) > 0",
    "task": "select model, task from models where task is not null",
    "owners": (
        "select model, string_agg(person, ', ' order by role) from owners where role in ('business', 'data_science', "
        "'operations') and coalesce(person, '') <> '' group by model having count(distinct role) = 3"
    ),
    "reviewer": _OWNER.format(role="reviewer"),
    "deputy": _OWNER.format(role="deputy"),
    "runbook": f"select model, left(runbook, {_SHOWN}) from models where coalesce(runbook, '') <> ''",
    "risk": (
        "select model, 'tier ' || tier || ' (business ' || coalesce(risk_business, '?') || ', legal ' || "
        "coalesce(risk_legal, '?') || ', ethical ' || coalesce(risk_ethical, '?') || ')' from models "
        "where tier is not null and coalesce(risk_reason, '') <> ''"
    ),
    "inventory": "select model, 'registered, with the file ' || file from models where registered and file is not null",
    "version": (
        "select model, 'version ' || version || if(is_champion, ', the champion', ', the newest, no champion') "
        "from subjects where version is not null"
    ),
    "history": (
        "select model, count(*) || ' changes seen since ' || strftime(min(seen_at), '%Y-%m-%d') from registry_events "
        "where model is not null group by model"
    ),
    "commit": (
        "select s.model, 'commit ' || left(r.\"commit\", 10) || if(coalesce(r.dirty, false), ', with changes', '') "
        'from subjects s join runs r on r.run_id = s.run_id where r."commit" is not null'
    ),
    "params": (
        "select s.model, count(*) || ' parameters' from subjects s join params p on p.run_id = s.run_id "
        "group by s.model"
    ),
    "data": (
        "select s.model, string_agg(i.name || ' (' || left(i.digest, 10) || ')', ', ' order by i.name) "
        "from subjects s join run_inputs i on i.run_id = s.run_id where i.digest is not null group by s.model"
    ),
    "metrics": (
        "select s.model, count(*) || ' metrics of the run' from subjects s join metrics m on m.run_id = s.run_id "
        "group by s.model"
    ),
    "signature": "select model, 'inputs and outputs by name and type' from subjects where signature_inputs is not null",
    "environment": (
        "select s.model, max(len(string_split(trim(f.requirements), chr(10)))) || ' requirements' || "
        "coalesce(', Python ' || max(f.python_version), '') from subjects s join model_files f "
        "on f.model_id = s.model_id or f.location = s.source where coalesce(trim(f.requirements), '') <> '' "
        "group by s.model"
    ),
    "reproducible": (
        "select s.model, count(*) filter (where r.status = 'found') || ' of ' || count(*) || ' things that it takes' "
        "from subjects s join reproducibility r on r.run_id = s.run_id group by s.model "
        "having count(*) filter (where r.status = 'found') > 0"
    ),
    "performance": (
        "select p.model, p.metric || ' ' || round(p.value, 3) || ' over ' || p.n_labelled || ' outcomes of ' || "
        "strftime(p.period_start, '%b %Y') from performance p "
        "join subjects s on s.model = p.model and s.version = p.version "
        "where p.kind = 'realized' and p.grain = 'month' and p.value is not null and p.status is not null "
        "qualify row_number() over (partition by p.model order by p.period_end desc, p.metric) = 1"
    ),
    "interval": (
        "select p.model, p.metric || ' from ' || round(p.low, 3) || ' to ' || round(p.high, 3) || ' in ' || "
        "strftime(p.period_start, '%b %Y') from performance p "
        "join subjects s on s.model = p.model and s.version = p.version where p.kind = 'realized' and "
        "p.grain = 'month' and p.low is not null and p.status is not null "
        "qualify row_number() over (partition by p.model order by p.period_end desc, p.metric) = 1"
    ),
    "drift": (
        "select d.model, count(distinct d.feature) || ' inputs and scores, last for ' || "
        "strftime(max(d.period_start), '%b %Y') from drift d "
        "join subjects s on s.model = d.model and s.version = d.version "
        "where d.value is not null and d.grain = 'month' group by d.model"
    ),
    "quality": (
        "select q.model, count(distinct q.feature) || ' inputs, last for ' || "
        "strftime(max(q.period_start), '%b %Y') from quality q "
        "join subjects s on s.model = q.model and s.version = q.version where q.grain = 'month' group by q.model"
    ),
    "log": (
        "select v.model, sum(v.decisions)::bigint || ' decisions from ' || min(v.day) || ' to ' || max(v.day) "
        "from volume v join subjects s on s.model = v.model and s.version = v.version group by v.model "
        "having sum(v.decisions) > 0"
    ),
    "light": (
        "select h.model, h.light || coalesce(': ' || h.reason, '') from health h join subjects s "
        "on s.model = h.model and s.version = h.version where h.light <> 'no data'"
    ),
    "alerts": (
        "select a.model, count(*) || ' raised so far, ' || count(*) filter (where a.ended_at is null) || ' open' "
        "from alerts a group by a.model"
    ),
    "fairness": (
        "select f.model, string_agg(distinct f.group_column, ', ' order by f.group_column) from fairness f "
        "join subjects s on s.model = f.model and s.version = f.version where f.value is not null group by f.model"
    ),
    "explanation": (
        "select g.model, 'the share of ' || count(distinct g.feature) || ' inputs, last for ' || "
        "strftime(max(g.period_start), '%b %Y') "
        "from shap_global g join subjects s on s.model = g.model and s.version = g.version "
        "where g.grain = 'month' group by g.model"
    ),
    "reasons": (
        "select e.model, 'SHAP values of ' || e.rows || ' decisions' from explanations e join subjects s "
        "on s.model = e.model and s.version = e.version where e.rows > 0"
    ),
    "kpis": (
        "select model, string_agg(kpi, ', ' order by position) from kpis "
        "where target is not null and coalesce(len(missing), 0) = 0 "
        "group by model"
    ),
    "worth": (
        "select model, 'per decision, as its file says' from models where json_extract(spec, '$.value') is not null "
        "and json_extract_string(spec, '$.value') <> 'null'"
    ),
    "baseline": (
        "select v.model, 'worth ' || round(v.baseline_worth) || ' in ' || strftime(v.period_start, '%Y-%m') || "
        "' without it' from value v where v.version is null and v.grain = 'month' and v.baseline_worth is not null "
        "qualify row_number() over (partition by v.model order by v.period_start desc) = 1"
    ),
    "rollback": (
        "select s.model, 'version ' || max(v.version) from subjects s join model_versions v "
        "on v.name = s.model and v.version < s.version where s.is_champion group by s.model"
    ),
    "approval": (
        "select a.model, 'until ' || strftime(a.until, '%Y-%m-%d') from approval_states a join subjects s "
        "on s.model = a.model and s.version = a.version where a.stage = 'deploy' and a.status = 'approved'"
    ),
    "policy": "select model, policy || ', tier ' || tier from model_policies where not assumed",
    "findings": (
        "select model, count(*) || ' findings, ' || count(*) filter (where state in ('open', 'answered')) || "
        "' not accepted yet' from findings group by model"
    ),
    "handover": (
        "select model, 'to ' || arg_max(to_team, seq) || ', ' || strftime(max(ended_at), '%Y-%m-%d') from handovers "
        "where state = 'accepted' group by model"
    ),
    "drill": (
        "select model, 'by ' || arg_max(actor, seq) || ', ' || strftime(max(\"at\"), '%Y-%m-%d') from drills "
        "where passed group by model"
    ),
    "card": "select model, file from cards where trim(text) <> ''",
}


def facts(reader: Preview) -> dict[str, dict[str, str]]:
    """Every fact in words, by model and name. All other parts of the draft must be there."""
    found: dict[str, dict[str, str]] = {}
    for name, query in QUERIES.items():
        for model, words in reader.rows(f"with {SUBJECTS} {query}"):
            if words is not None:
                found.setdefault(str(model), {})[name] = str(words)
    return found
