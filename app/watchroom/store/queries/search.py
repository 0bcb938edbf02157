"""The reader of the search: what in the snapshot goes by some words, the nearest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from watchroom.store.snapshot import Snapshot

MOST_WORDS = 8
"""Words that are looked for; a name has no more that tell it apart."""

KINDS = (
    "model", "version", "person", "feature", "experiment", "run", "kpi", "item", "policy", "finding", "handover",
    "alert",
)  # fmt: skip
"""What is looked through, in the order in which it is of use where names fit alike."""


@dataclass(frozen=True)
class Hit:
    """Something that fits. `id` is its key, with the `model` and `version` that it belongs to, None for none.

    `name` and `about` are text from outside. `rank`: 0 the name is just the words, 1 it begins with them, 2 all words
    are in it, 3 some are elsewhere in what is known of it.
    """

    kind: str
    id: str
    model: str | None
    version: int | None
    name: str
    about: str
    rank: int


@dataclass(frozen=True)
class Hits:
    """What fits of each kind, the nearest first, and how many there are of it."""

    found: Mapping[str, tuple[Hit, ...]]
    totals: Mapping[str, int]


_THINGS = """
with things as (
    select 'model' as kind, m.model as id, m.model, null::integer as version, coalesce(m.title, m.model) as name,
        concat_ws(' · ', nullif(m.model, m.title), 'tier ' || coalesce(m.tier, 'unknown'), m.team, m.trade) as about,
        concat_ws(' ', m.purpose, m.task, array_to_string(m.affects, ' ')) as rest
    from models m
    union all by name
    select 'version' as kind, v.name as id, v.name as model, v.version, v.name || ' version ' || v.version as name,
        concat_ws(' · ', a.aliases, v.description) as about,
        concat_ws(' ', 'v' || v.version, v.run_id, v.source, v."user") as rest, a.served,
        lower(v.name || ' v' || v.version) as short
    from model_versions v left join (
        select name, version, string_agg(alias, ', ' order by alias) as aliases,
            min(case alias when 'champion' then 0 when 'challenger' then 1 else 2 end) as served
        from aliases group by all
    ) a on a.name = v.name and a.version = v.version
    union all by name
    select 'person' as kind, person as id, any_value(model) as model, person as name,
        string_agg(distinct replace(role, '_', ' '), ', ') || ' of ' || string_agg(distinct model, ', ') as about
    from (
        select person, role, model from owners where person is not null
        union all select giver, 'giver', model from handovers where state in ('open', 'given') and giver is not null
        union all
        select receiver, 'receiver', model from handovers where state in ('open', 'given') and receiver is not null
    ) group by person
    union all by name
    select 'feature' as kind, feature as id, feature as name, 'in ' || string_agg(distinct model, ', ') as about
    from profile_features where not starts_with(feature, '@') group by feature
    union all by name
    select 'experiment' as kind, experiment_id as id, name, lifecycle_stage as about, experiment_id as rest
    from experiments
    union all by name
    select 'run' as kind, r.run_id as id, coalesce(r.name, r.run_id) as name,
        concat_ws(' · ', e.name, lower(r.status), strftime(r.start_time, '%Y-%m-%d'), left(r.run_id, 8)) as about,
        concat_ws(' ', r.run_id, r."user", r."commit") as rest
    from runs r left join experiments e using (experiment_id)
    union all by name
    select 'kpi' as kind, kpi as id, model, kpi as name, concat_ws(' · ', model, unit) as about, owner as rest from kpis
    union all by name
    select 'item' as kind, i.item as id, any_value(i.text) as name, any_value(i.stage || ' · ' || i.item) as about,
        any_value(concat_ws(' ', i.why, i.section, i.role, i.source)) as rest
    from policy_items i group by i.item
    union all by name
    select 'policy' as kind, policy as id, policy as name,
        concat_ws(' · ', items || ' items', coalesce(file, 'ships with Watchroom')) as about from policies
    union all by name
    select 'finding' as kind, seq::varchar as id, model, version, title as name,
        concat_ws(' · ', severity, state, model, owner) as about, text as rest from findings
    union all by name
    select 'handover' as kind, seq::varchar as id, model, version,
        model || ' version ' || version || ' from ' || giver || ' to ' || receiver as name,
        concat_ws(' · ', stage, state, nullif(from_team, ''), nullif(to_team, '')) as about,
        concat_ws(' ', 'handover', note) as rest
    from handovers
    union all by name
    select 'alert' as kind, alert_id as id, model, version,
        concat_ws(' of ', signal, ltrim(feature, '@'), model) as name,
        concat_ws(' · ', severity, if(ended_at is null, 'open', 'ended'), alert_id) as about,
        concat_ws(' ', 'alert', method) as rest
    from alerts
), fitting as (
    select kind, id, model, version, name, coalesce(about, '') as about, lower(name) as low, short,
        coalesce(served, 2) as served,
        lower(concat_ws(' ', name, id, about, rest)) as everything
    from things where {everything}
), ranked as (
    select *, case
        when low = lower($said) or short = lower($said) or (kind <> 'version' and lower(id) = lower($said)) then 0
        when starts_with(low, lower($said)) or starts_with(lower(id), lower($said)) then 1
        when {in_name} then 2 else 3 end as rank
    from fitting
)
select kind, id, model, version, name, about, rank, count(*) over (partition by kind) as total
from ranked
qualify row_number() over (
    partition by kind order by rank, served, length(name), name, version desc nulls last, id
) <= $most
order by rank, served, length(name), name, version desc nulls last, id
"""


def words_of(text: str) -> tuple[str, ...]:
    """The words that are looked for, as typed: the store makes them small as it does what they are looked for in."""
    return tuple(text.split()[:MOST_WORDS])


def find(snapshot: Snapshot, *, text: str, most: int) -> Hits:
    """What fits all words of the text, at most `most` of each kind; nothing for an empty text."""
    words = words_of(text)
    if not words:
        return Hits({}, {})
    everything = "lower(concat_ws(' ', name, id, about, rest))"
    sql = _THINGS.format(everything=_all(everything, words), in_name=_all("concat_ws(' ', low, lower(id))", words))
    bound = {f"word{place}": word for place, word in enumerate(words)}
    rows = snapshot.rows(sql, {**bound, "said": " ".join(words), "most": most})
    found: dict[str, list[Hit]] = {}
    for *columns, _ in rows:
        found.setdefault(columns[0], []).append(Hit(*columns))
    return Hits({kind: tuple(hits) for kind, hits in found.items()}, {row[0]: row[-1] for row in rows})


def _all(column: str, words: Sequence[str]) -> str:
    return " and ".join(f"contains({column}, lower($word{place}))" for place in range(len(words)))
