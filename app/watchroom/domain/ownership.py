"""Whose models are whose: models in nobody's hands, people who hold too much alone, owners who have gone quiet.

Pure. A person goes by one name here: whoever makes these values has brought the ways to write it together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

NEEDED: tuple[str, ...] = ("business", "data_science", "operations", "on_call")
"""The roles without which a model in service is in nobody's hands."""

ABLE: tuple[str, ...] = ("data_science", "operations", "on_call", "deputy")
"""Who holds one of these somewhere knows how to keep a model running."""

QUIET_AFTER = timedelta(days=90)
"""A quarter without a run, an act or a visit: somebody who still does the work shows up more often."""

TOO_MANY = 3
"""Models that somebody may hold alone: with one more, an absence stops too much at once."""

WEIGHTY = ("critical", "high")
"""Tiers of which one model in service is too much for a person alone."""

_TIERS = ("critical", "high", "medium", "low")


@dataclass(frozen=True)
class Owned:
    """A model with who holds its roles. `in_service`: it has a champion; `people` is role to person."""

    model: str
    title: str
    team: str | None
    trade: str | None
    tier: str | None
    in_service: bool
    people: Mapping[str, str]
    file: str | None = None

    def roles_of(self, person: str) -> tuple[str, ...]:
        """The roles that a person holds for it, other than deputy."""
        return tuple(role for role, who in self.people.items() if role != "deputy" and who == person)

    @property
    def alone(self) -> str | None:
        """Who holds it alone: two or more of the needed roles, and no deputy but themselves. None where nobody does."""
        held = [who for role in NEEDED if (who := self.people.get(role))]
        deputy = self.people.get("deputy") or None
        return next((who for who in held if held.count(who) > 1 and deputy in (None, who)), None)


@dataclass(frozen=True)
class Seen:
    """When somebody was last active: the day (UTC), and how: `a run`, `an act`, `a visit`, `a version`."""

    day: date
    how: str


@dataclass(frozen=True)
class Activity:
    """When each person was last active, as of `today`; `since` is the first day of which acts are known, None: none."""

    today: date
    seen: Mapping[str, Seen] = field(default_factory=dict)
    since: date | None = None

    def quiet(self, person: str) -> bool:
        """Whether nothing was heard of them for `QUIET_AFTER`; of whoever was never seen, only when it was watched."""
        heard = self.seen.get(person)
        day = heard.day if heard else self.since
        return day is not None and self.today - day > QUIET_AFTER


@dataclass(frozen=True)
class Deputy:
    """Who could stand in for a model, and why they of all people, in words."""

    person: str
    reason: str


@dataclass(frozen=True)
class Orphan:
    """A model that is not in safe hands: the roles that nobody holds, and role and name of owners who are quiet."""

    owned: Owned
    missing: tuple[str, ...]
    quiet: tuple[tuple[str, str], ...]

    @property
    def whole(self) -> bool:
        """Whether nobody has it at all, or only people who are quiet."""
        return len(self.missing) + len(self.quiet) == len(NEEDED)


@dataclass(frozen=True)
class Holder:
    """A person with the models that they hold roles for, those among them that they hold alone, and when last seen."""

    person: str
    models: tuple[Owned, ...]
    alone: tuple[Owned, ...]
    seen: Seen | None
    quiet: bool

    @property
    def too_much(self) -> bool:
        """Whether their absence would stop too much: more than `TOO_MANY` models alone, or a weighty one in service."""
        return len(self.alone) > TOO_MANY or any(one.tier in WEIGHTY and one.in_service for one in self.alone)


def holders(every: Sequence[Owned], activity: Activity) -> tuple[Holder, ...]:
    """Everybody who holds a role other than deputy: who holds too much first, then who holds most models alone."""
    models: dict[str, list[Owned]] = {}
    for one in every:
        for person in dict.fromkeys(who for role, who in one.people.items() if role != "deputy"):
            models.setdefault(person, []).append(one)
    found = [
        Holder(
            person,
            tuple(held),
            tuple(one for one in held if one.alone == person),
            activity.seen.get(person),
            activity.quiet(person),
        )
        for person, held in models.items()
    ]
    return tuple(
        sorted(found, key=lambda one: (not one.too_much, -len(one.alone), -len(one.models), one.person.casefold()))
    )


def orphans(every: Sequence[Owned], activity: Activity) -> tuple[Orphan, ...]:
    """The models with a needed role that nobody holds, or whose owner has gone quiet; those in service first."""
    found = []
    for one in every:
        missing = tuple(role for role in NEEDED if not one.people.get(role))
        held = [(role, one.people[role]) for role in NEEDED if role not in missing]
        quiet = tuple((role, who) for role, who in held if activity.quiet(who))
        if missing or quiet:
            found.append(Orphan(one, missing, quiet))
    return tuple(sorted(found, key=_gravity))


def _gravity(one: Orphan) -> tuple[bool, bool, int, int, str]:
    tier = _TIERS.index(one.owned.tier) if one.owned.tier in _TIERS else len(_TIERS)
    return (not one.owned.in_service, not one.whole, tier, -len(one.missing), one.owned.title.casefold())


def deputy(owned: Owned, every: Sequence[Owned], activity: Activity) -> Deputy | None:
    """Who could stand in for a model: somebody near it who is active and holds least. None without anybody.

    Near is who looks after another model of the same team, else of the same trade. It is nobody who holds a role of the
    model already, and nobody who was never seen active.
    """
    taken = set(owned.people.values())
    work: dict[str, list[Owned]] = {}
    for one in every:
        for person in dict.fromkeys(who for role, who in one.people.items() if role in ABLE):
            if one.model != owned.model and person not in taken:
                work.setdefault(person, []).append(one)
    ranked = [
        (near[0], len(theirs), -heard.day.toordinal(), person.casefold(), person, near[1], heard)
        for person, theirs in work.items()
        if (heard := activity.seen.get(person)) and not activity.quiet(person) and (near := _nearest(owned, theirs))
    ]
    if not ranked:
        return None
    _, held, _, _, person, near_by, heard = min(ranked, key=lambda one: one[:4])
    days = (activity.today - heard.day).days
    when = "today" if days <= 0 else "yesterday" if days == 1 else f"{days} days ago"
    models = f"{held} model{'s' if held != 1 else ''}"
    return Deputy(person, f"{near_by}; works on {models}, last active {when} ({heard.how})")


def _nearest(owned: Owned, theirs: Sequence[Owned]) -> tuple[int, str] | None:
    for place, what in enumerate(("team", "trade")):
        name = getattr(owned, what)
        if name and (near := next((one for one in theirs if getattr(one, what) == name), None)):
            return place, f"looks after {near.title}, of the same {what}"
    return None
