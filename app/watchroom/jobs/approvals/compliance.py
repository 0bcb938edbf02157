"""How far each team's models are in order, counted at each refresh and kept in the ledger whenever it changed."""

from __future__ import annotations

from datetime import date
from typing import Any

from watchroom.ledger import Ledger
from watchroom.ledger.alerts import ACTOR, Reader
from watchroom.ledger.entry import NewEntry, explaining_payload
from watchroom.ledger.kinds import COMPLIANCE
from watchroom.store.draft import Draft
from watchroom.store.whole import put_whole

COUNTED = ("models", "approved", "asked", "met", "waived", "findings", "overdue")
"""What is counted, in the order of the table."""

_COUNTS = """
    with champions as (
        select s.model, s.version, coalesce(m.team, '') as team
        from checks.check_subjects s left join room.models m using (model) where s.is_champion
    ),
    approved as (
        select c.team, count(*) as n from champions c
        join checks.approval_states a on a.model = c.model and a.version = c.version
        where a.stage = 'deploy' and a.status = 'approved' group by c.team
    ),
    items as (
        select c.team, count(*) as asked, count(*) filter (k.status = 'pass') as met,
            count(*) filter (k.status = 'waived') as waived,
            count(*) filter (k.due < $today and k.status not in ('pass', 'waived')) as overdue
        from champions c join checks.checks k on k.model = c.model and k.version = c.version group by c.team
    ),
    found as (
        select c.team, count(*) as n, count(*) filter (f.due < $today) as overdue
        from champions c
        join room.findings f on f.model = c.model and (f.version is null or f.version = c.version)
        where f.ended_at is null group by c.team
    ),
    handed as (
        select coalesce(m.team, '') as team, count(*) as overdue from room.handovers h
        left join room.models m using (model) where h.ended_at is null and h.due < $today group by 1
    )
    select c.team, count(*)::integer, coalesce(any_value(a.n), 0)::integer, coalesce(any_value(i.asked), 0)::integer,
        coalesce(any_value(i.met), 0)::integer, coalesce(any_value(i.waived), 0)::integer,
        coalesce(any_value(f.n), 0)::integer,
        (coalesce(any_value(i.overdue), 0) + coalesce(any_value(f.overdue), 0) + coalesce(any_value(h.overdue), 0))
            ::integer
    from champions c left join approved a using (team) left join items i using (team) left join found f using (team)
        left join handed h using (team)
    group by c.team order by c.team"""


def record_compliance(draft: Draft, ledger: Ledger, *, append: bool = True) -> int:
    """Appends today's counts when they are not the last ones, and fills `compliance`; how many rows that has.

    `checks`, `check_subjects`, `approval_states`, `findings` and `handovers` must be there. Raises `LedgerError`.
    """
    today = draft.made_at.date()
    rows = draft.connection.execute(_COUNTS, {"today": today}).fetchall()
    counts = [{"team": team, **dict(zip(COUNTED, numbers, strict=True))} for team, *numbers in rows]
    if append:
        _append(ledger, today, counts)
    held = _days(ledger)
    put_whole(draft, "compliance", [(day, team, *numbers) for (day, team), numbers in held.items()])
    return len(held)


def _append(ledger: Ledger, today: date, counts: list[dict[str, Any]]) -> None:
    with ledger.transaction() as transaction:
        last = transaction.entries(kind=COMPLIANCE, limit=1, newest_first=True)
        before = last[0].payload["teams"] if last else []
        if before != counts:
            said = {"day": today.isoformat(), "teams": counts}
            transaction.append_all([NewEntry(COMPLIANCE, ACTOR, said, None, None)])


def _days(reader: Reader) -> dict[tuple[date, str], list[int]]:
    """The last counts of each day and team."""
    found: dict[date, dict[str, list[int]]] = {}
    for entry in reader.entries(kind=COMPLIANCE):
        with explaining_payload(entry):
            day = date.fromisoformat(entry.payload["day"])
            found[day] = {str(one["team"]): [int(one[name]) for name in COUNTED] for one in entry.payload["teams"]}
    return {(day, team): numbers for day, teams in found.items() for team, numbers in teams.items()}
