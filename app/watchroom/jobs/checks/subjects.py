"""Which model versions are checked: the champion, the challenger, the newest, and those of handovers under way."""

from __future__ import annotations

from watchroom.store.draft import Draft
from watchroom.store.whole import put_whole

_SUBJECTS = """
    with newest as (select name as model, max(version) as version from mlflow.model_versions group by name),
    wanted as (
        select name as model, version from mlflow.aliases where alias in ('champion', 'challenger')
        union select model, version from newest
        union select model, version from room.handovers where state in ('open', 'given')
    ),
    made as (
        select v.name as model, v.version, unnest([v."user", r."user", t.value]) as author
        from mlflow.model_versions v
        left join mlflow.runs r on r.run_id = v.run_id
        left join mlflow.tags t on t.run_id = v.run_id and t.key = 'mlflow.user'
    ),
    authors as (
        select model, version, list_sort(list(distinct trim(author))) as authors
        from made where trim(author) <> '' group by model, version
    )
    select v.name, v.version, p.policy, p.tier,
        exists (from mlflow.aliases a where a.name = v.name and a.alias = 'champion' and a.version = v.version),
        exists (from mlflow.aliases a where a.name = v.name and a.alias = 'challenger' and a.version = v.version),
        n.version = v.version, coalesce(authors.authors, []::varchar[])
    from mlflow.model_versions v
    join wanted w on w.model = v.name and w.version = v.version
    join room.model_policies p on p.model = v.name
    join newest n on n.model = v.name
    left join authors on authors.model = v.name and authors.version = v.version
    order by all"""


def fill_subjects(draft: Draft) -> int:
    """Fill `check_subjects` from the registry and the handovers; how many versions it holds.

    `model_policies`, `handovers` and the part `mlflow` must be there. A model without a version has no row.
    """
    rows = draft.connection.execute(_SUBJECTS).fetchall()
    put_whole(draft, "check_subjects", rows)
    return len(rows)
