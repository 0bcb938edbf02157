"""The reader of the list of all model cards: what is written of each model, and what the refresh refuted of it."""

from __future__ import annotations

from dataclasses import dataclass

from watchroom.store.snapshot import Snapshot


@dataclass(frozen=True)
class Written:
    """A model with what people wrote into its card; `text` is None for none, `wrong` counts what the refresh refuted.

    `version` is the champion, else the newest; None where the registry has none.
    """

    model: str
    title: str
    tier: str | None
    version: int | None
    is_champion: bool
    file: str | None
    text: str | None
    wrong: int
    owner: str | None


_WRITTEN = """
with wrong as (
    select c.model, sum(p.count)::bigint as n from cards c join problems p
        on p.model = c.model and p.kind = 'workspace' and starts_with(p.place, c.file || ':') group by c.model
),
newest as (select name, max(version) as version from model_versions group by name)
select m.model, coalesce(m.title, m.model), m.tier, coalesce(a.version, n.version), a.version is not null,
    c.file, c.text, coalesce(w.n, 0), o.person
from models m
left join cards c on c.model = m.model
left join wrong w on w.model = m.model
left join aliases a on a.name = m.model and a.alias = 'champion'
left join newest n on n.name = m.model
left join owners o on o.model = m.model and o.role = 'data_science' and o.person <> ''
order by lower(coalesce(m.title, m.model)), m.model
"""


def written(snapshot: Snapshot) -> tuple[Written, ...]:
    """Every model with what is written of it, by title."""
    return tuple(Written(*row) for row in snapshot.rows(_WRITTEN))
