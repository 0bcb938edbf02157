"""Readers of proposals: those that are not done, as of the refresh, and when a version took over after one was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from watchroom.store.queries.value import Taking, takings
from watchroom.store.snapshot import Snapshot


@dataclass(frozen=True)
class Proposal:
    """A proposal that is not done: `voices` are the roles that spoke, each with `for`, `against` or `abstains`."""

    seq: int
    at: datetime
    actor: str
    model: str
    title: str
    version: int | None
    action: str
    trigger: str
    worth_per_month: float | None
    due: date | None
    state: str
    voices: tuple[tuple[str, str], ...]


_PROPOSALS = """
with spoken as (
    select proposal, list(role order by role) as roles, list(voice order by role) as voices
    from proposal_voices group by proposal
)
select p.seq, p."at", p.actor, p.model, coalesce(m.title, p.model), p.version, p.action, coalesce(p.trigger, ''),
    p.worth_per_month, p.due, p.state, s.roles, s.voices
from proposals p left join models m on m.model = p.model left join spoken s on s.proposal = p.seq
where p.state in ('open', 'accepted') and ($model is null or p.model = $model)
order by p.state = 'open' desc, p.due nulls last, p.seq
"""


def proposals(snapshot: Snapshot, *, model: str | None = None) -> tuple[Proposal, ...]:
    """The proposals that nobody has decided yet, the most pressing first, then those that are accepted and not done."""
    return tuple(
        Proposal(*(*facts, tuple(zip(roles or (), voices or (), strict=True))))
        for *facts, roles, voices in snapshot.rows(_PROPOSALS, {"model": model})
    )


def taking(snapshot: Snapshot, *, model: str, version: int, since: date) -> Taking | None:
    """When the version took over from another; None when it never did, or when no day of it is over.

    Of several times that it did the first from `since` (UTC) on counts; without one the last before.
    """
    starts = [one for one in takings(snapshot, model=model) if one.version == version and one.before is not None]
    found = next((one for one in starts if one.day >= since), starts[-1] if starts else None)
    return found if found is not None and found.day <= snapshot.day - timedelta(1) else None
