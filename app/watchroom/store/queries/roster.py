"""The reader of the watch roster: what each model's file asks to be watched, what the log holds, and who is there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from watchroom.store.snapshot import Snapshot

_RECENT_DAYS = 28
"""Days of the log from which a usual day is taken: four of each weekday."""


@dataclass(frozen=True)
class Post:
    """A model with all that decides what of it is watched, and by whom. None is unknown.

    `spec` is its file as JSON. `version` is the one in service. `lights` are the states of `drift`, `quality`,
    `performance` and `volume` at the refresh. `features` and `own` count what has bins: features, and the score, the
    prediction and the outcome. `first_day` and `last_day` are the log's (UTC), `usual` the median number of decisions
    of its last days, `labelled` whether any decision has an outcome. `explained` is how the version in service was
    explained (`explanations.status`), `not_explained` what went wrong, and `explained_reference` rows of its reference.
    """

    model: str
    title: str
    tier: str | None
    file: str | None
    spec: str | None
    runbook: str | None
    owners: tuple[tuple[str, str], ...]
    version: int | None
    lights: tuple[tuple[str, str], ...]
    reason: str | None
    features: int
    own: int
    reference_rows: int | None
    first_day: date | None
    last_day: date | None
    usual: float | None
    labelled: bool
    explained: str | None = None
    not_explained: str | None = None
    explained_reference: int = 0

    def owner(self, role: str) -> str | None:
        """Who holds that role; None for nobody."""
        return dict(self.owners).get(role)

    def light(self, signal: str) -> str | None:
        """The light of one of the four signals; None when the model was not evaluated."""
        return dict(self.lights).get(signal)


_ROSTER = """
with serving as (
    select m.model, coalesce(h.version, a.version) as version
    from models m left join health h on h.model = m.model
    left join aliases a on a.name = m.model and a.alias = 'champion'
),
watched as (
    select f.model, f.version, count(*) filter (not starts_with(f.feature, '@')) as features,
        count(*) filter (starts_with(f.feature, '@')) as own
    from profile_features f join serving s on s.model = f.model and s.version = f.version group by f.model, f.version
),
days as (
    select model, day, sum(decisions) as decisions, sum(labelled) as labelled from volume
    where day <= $today group by model, day
),
ends as (
    select model, min(day) as first_day, max(day) as last_day, sum(labelled) > 0 as labelled from days group by model
),
usual as (
    select d.model, median(d.decisions) as usual from days d join ends e on e.model = d.model
    where d.day > e.last_day - $recent group by d.model
),
people as (select model, list([role, person] order by role) as held from owners where person <> '' group by model)
select m.model, coalesce(m.title, m.model), m.tier, m.file, m.spec, m.runbook, p.held, s.version,
    h.drift, h.quality, h.performance, h.volume, h.reason,
    coalesce(w.features, 0), coalesce(w.own, 0), r.n, e.first_day, e.last_day, u.usual, coalesce(e.labelled, false),
    x.status, nullif(x.what, ''), coalesce(x.reference_rows, 0)
from models m
join serving s on s.model = m.model
left join health h on h.model = m.model
left join people p on p.model = m.model
left join watched w on w.model = m.model
left join profile_references r on r.model = m.model and r.version = s.version
left join explanations x on x.model = m.model and x.version = s.version
left join ends e on e.model = m.model
left join usual u on u.model = m.model
order by lower(coalesce(m.title, m.model)), m.model
"""

_SIGNALS = ("drift", "quality", "performance", "volume")


def roster(snapshot: Snapshot) -> tuple[Post, ...]:
    """Every model of the workspace or the registry, by title."""
    rows = snapshot.rows(_ROSTER, {"recent": _RECENT_DAYS, "today": snapshot.day})
    return tuple(_post(row[:6], row[6], row[7], row[8:12], row[12:]) for row in rows)


def _post(
    facts: tuple[Any, ...],
    held: list[list[str]] | None,
    version: int | None,
    lights: tuple[str | None, ...],
    rest: tuple[Any, ...],
) -> Post:
    owners = tuple((role, person) for role, person in held or ())
    known = tuple((signal, light) for signal, light in zip(_SIGNALS, lights, strict=True) if light is not None)
    return Post(*(*facts, owners, version, known, *rest))
