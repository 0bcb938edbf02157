"""Readers of what should be done next: of one model, or of all, the most pressing first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from watchroom.domain.actions_types import DOES, FIRST, URGENCIES
from watchroom.store.snapshot import Snapshot


@dataclass(frozen=True)
class Action:
    """A row of the table `actions`, with the model's name for people and its tier. None is what cannot be told.

    `asked` are the roles that have not agreed to a KPI yet, of `agree on targets`; empty for every other action.
    """

    model: str
    title: str
    tier: str | None
    version: int | None
    action: str
    position: int
    urgency: str
    reason: str
    worth_per_month: float | None
    worth_low: float | None
    worth_high: float | None
    target_version: int | None
    cutoff: float | None
    decides_role: str
    decides: str | None
    page: str
    asked: tuple[str, ...] = ()


_ACTIONS = """
with asked as (
    select model, list(distinct role order by role) as roles
    from (select model, unnest(missing) as role from kpis) group by model
)
select a.model, coalesce(m.title, a.model), m.tier, a.version, a.action, a.position, a.urgency, a.reason,
    a.worth_per_month, a.worth_low, a.worth_high, a.target_version, a.cutoff, a.decides_role, a.decides, a.page,
    case when a.action = 'agree on targets' then coalesce(asked.roles, []) else [] end
from actions a left join models m using (model) left join asked using (model)
where $model is null or a.model = $model
order by case when $model is null then 0 else a.position end,
    list_position($urgencies, a.urgency) nulls last,
    a.action <> $first, not coalesce(a.worth_low > 0, false),
    a.worth_per_month desc nulls last,
    list_position($kinds, a.action) nulls last,
    list_position(['critical', 'high', 'medium', 'low'], m.tier) nulls last, lower(m.title), a.model, a.position
"""
"""As `domain.actions_types.Action.rank` has it, then the tier: all lists name the same first thing for a model."""


def actions(snapshot: Snapshot, *, model: str | None = None) -> tuple[Action, ...]:
    """What should be done next about a model, in its order; about all, the most pressing first."""
    order = {"urgencies": list(URGENCIES), "first": FIRST, "kinds": list(DOES)}
    return tuple(_action(row) for row in snapshot.rows(_ACTIONS, {"model": model, **order}))


def _action(row: tuple[Any, ...]) -> Action:
    *facts, asked = row
    return Action(*(*facts, tuple(asked or ())))
