"""Readers of what is new since a time, versions, champions and money, and of what waits: due items and sign-offs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from watchroom.domain.policy import rules_from
from watchroom.domain.risk import Tier
from watchroom.domain.roles import SPEAKING
from watchroom.store.snapshot import Snapshot

WEEK = 7

MOST_WEEKS = 4
"""After a month away nobody asks about the weeks before it."""

TOLD_FROM = 0.05
"""A fall by less than a twentieth comes and goes; it is not told."""

MIN_OUTCOMES = 100
"""Decisions with an outcome without which a mean benefit says nothing: the mean of a hundred is known to a tenth of
how far single ones are apart."""


@dataclass(frozen=True)
class Fallen:
    """A model whose decisions with an outcome brought less, each, in some whole weeks than in as many before.

    `before` and `after` are the benefit of such a decision in the workspace's currency, `decisions` all of the later
    weeks, `labelled` those of them with an outcome. What is estimated is left out: it would compare two measures.
    """

    model: str
    title: str
    before: float
    after: float
    decisions: int
    labelled: int
    first_day: date
    last_day: date

    @property
    def lost(self) -> float:
        """By how much all decisions of the later weeks brought less, if the others do as those with an outcome."""
        return (self.before - self.after) * self.decisions


@dataclass(frozen=True)
class Moved:
    """A change of the registry that was seen after the time: what was champion, and now is; or a new version."""

    model: str
    title: str
    event: str
    version: int | None
    previous: int | None
    seen_at: datetime


def moved(snapshot: Snapshot, *, since: datetime, model: str | None = None) -> tuple[Moved, ...]:
    """Champions that changed and versions that came after that time, the newest first."""
    rows = snapshot.rows(
        """select e.model, coalesce(m.title, e.model), e.event, e.version, e.previous_version, e.seen_at
        from registry_events e left join models m using (model)
        where e.seen_at > $since and e.not_before is not null and ($model is null or e.model = $model)
            and (e.event = 'version_added' or (e.name = 'champion' and e.event in
                ('alias_set', 'alias_moved', 'alias_removed')))
        order by e.event = 'version_added', e.seq desc""",
        {"since": since, "model": model},
    )
    return tuple(Moved(*row) for row in rows)


def fallen(snapshot: Snapshot, *, since: datetime, model: str | None = None) -> tuple[Fallen, ...]:
    """Models that brought less in the whole weeks since that time than in as many before, the most first.

    At least one week, so that a weekend is not taken for a change, and at most `MOST_WEEKS`. The weeks end with the
    last day that is over. Like is compared with like: the benefit of a decision with an outcome, where both times have
    `MIN_OUTCOMES` of them. A fall by less than `TOLD_FROM` of what it was is left out.
    """
    away = max((snapshot.day - since.date()).days, 1)
    days = WEEK * min(-(-away // WEEK), MOST_WEEKS)
    last = snapshot.day - timedelta(1)
    first, earlier = last - timedelta(days - 1), last - timedelta(2 * days - 1)
    rows = snapshot.rows(
        """with days as (
            select v.model, coalesce(m.title, v.model) as title, v.period_start >= $first as later, v.decisions,
                case when v.benefit is not null then v.labelled else 0 end as labelled, v.benefit
            from value v left join models m using (model)
            where v.version is null and v.grain = 'day' and v.period_start between $earlier and $last
                and ($model is null or v.model = $model)
        ), rates as (
            select model, any_value(title) as title,
                sum(benefit) filter (not later) / nullif(sum(labelled) filter (not later), 0) as before,
                sum(benefit) filter (later) / nullif(sum(labelled) filter (later), 0) as after,
                sum(decisions) filter (later)::bigint as decisions, sum(labelled) filter (later)::bigint as labelled
            from days group by model
            having sum(labelled) filter (later) >= $least and sum(labelled) filter (not later) >= $least
        )
        select model, title, before, after, decisions, labelled from rates
        where before - after > $told * abs(before) order by (before - after) * decisions desc, model""",
        {
            "first": first,
            "earlier": earlier,
            "last": last,
            "model": model,
            "told": TOLD_FROM,
            "least": MIN_OUTCOMES,
        },
    )
    return tuple(
        Fallen(model, title, before, after, decisions, labelled, first, last)
        for model, title, before, after, decisions, labelled in rows
    )


@dataclass(frozen=True)
class DueItems:
    """Items of a version's checklist that are neither met nor waived and due at `due` or before: how many, and whose.

    `due` is the earliest of their dates; `person` None for nobody.
    """

    model: str
    title: str
    version: int
    person: str | None
    items: int
    due: date


def due_items(snapshot: Snapshot, *, until: date, model: str | None = None) -> tuple[DueItems, ...]:
    """Items that are due until that day, by version and person, as of the refresh; the most overdue first."""
    rows = snapshot.rows(
        """select c.model, coalesce(any_value(m.title), c.model), c.version, c.person, count(*), min(c.due)
        from checks c left join models m on m.model = c.model
        where c.due <= $until and c.status in ('fail', 'stale', 'unknown') and ($model is null or c.model = $model)
        group by c.model, c.version, c.person order by min(c.due), c.model, c.version""",
        {"until": until, "model": model},
    )
    return tuple(DueItems(*row) for row in rows)


@dataclass(frozen=True)
class Unsigned:
    """A champion that lacks sign-offs for `deploy`: of the roles `missing`, and of `people` more persons.

    `asked` are the roles that the rule asks for, one of which each of these persons has. `barred` are its authors where
    the rule does not let them sign, else nobody.
    """

    model: str
    title: str
    version: int
    missing: tuple[str, ...]
    people: int
    asked: tuple[str, ...]
    barred: tuple[str, ...]

    def waits_for(self, role: str) -> bool:
        """Whether a sign-off in that role is missing, or would do."""
        return role in self.missing or (self.people > 0 and not self.missing and role in self.asked)


def unsigned(snapshot: Snapshot, *, role: str, model: str | None = None) -> tuple[Unsigned, ...]:
    """Champions that wait for a sign-off in that role, the highest tier first, as of the refresh.

    What was rejected waits for who made it, and is left out.
    """
    rows = snapshot.rows(
        """select s.model, coalesce(m.title, s.model), s.version, coalesce(s.missing, []), coalesce(s.people, 0),
            c.tier, coalesce(c.authors, []), p.rules
        from approval_states s
        join check_subjects c on c.model = s.model and c.version = s.version and c.is_champion
        left join models m on m.model = s.model
        left join policies p on p.policy = c.policy
        where s.stage = 'deploy' and coalesce(s.status, '') not in ('approved', 'rejected')
            and ($model is null or s.model = $model)
        order by list_position(['critical', 'high', 'medium', 'low'], c.tier), s.model""",
        {"model": model},
    )
    return tuple(one for one in (_unsigned(*row) for row in rows) if one.waits_for(role))


def _unsigned(
    model: str,
    title: str,
    version: int,
    missing: list[str],
    people: int,
    tier: Tier,
    authors: list[str],
    rules: str | None,
) -> Unsigned:
    rule = rules_from(rules).get(tier) if rules else None
    asked = (rule.roles or SPEAKING) if rule else tuple(missing)
    barred = () if rule is not None and rule.author_may else tuple(authors)
    return Unsigned(model, title, version, tuple(missing), people, asked, barred)
