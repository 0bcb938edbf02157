"""Whether a model version is approved at a stage: what its sign-offs come to, by the rule of its policy and tier.

Pure: what a sign-off is recorded as is in `ledger.approvals`; who may sign is asked there, by `may_sign` here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from watchroom.domain.authors import is_author, is_named, is_visible, people_in, same_name, same_person
from watchroom.domain.policy import SignOffRule
from watchroom.domain.risk import Tier
from watchroom.domain.roles import REVIEWER, SPEAKING
from watchroom.domain.signable import Signable, differences

Decision = Literal["approved", "rejected"]
SignOffStatus = Literal["valid", "void", "expired", "superseded"]
Status = Literal["approved", "partly", "void", "expired", "rejected", "missing"]

STATUSES: tuple[Status, ...] = ("rejected", "void", "expired", "missing", "partly", "approved")
"""In the order in which they ask for attention."""

NAMED_AT: frozenset[Tier] = frozenset({"medium", "high", "critical"})
"""The tiers at which nobody without a name signs: nobody could tell them from the author."""

RENEWABLE = 1 / 3
"""The last share of its time in which a sign-off may be given anew on the same evidence; earlier it adds nothing."""


@dataclass(frozen=True)
class Given:
    """A sign-off as it was given. Times are UTC.

    `content` is what was seen, by part (`Signable.content`), None for one of before there was any, or imported;
    `changed` is what has become of its files since then, in words. `valid_until` None: no end was recorded. `note` is
    what its person wrote, empty for nothing.
    """

    seq: int
    at: datetime
    actor: str
    role: str
    decision: Decision
    valid_until: datetime | None = None
    digest: str | None = None
    content: Mapping[str, Any] | None = None
    changed: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Judged:
    """A sign-off with whether it holds; `reason` is why not, in words, empty while it does.

    A rejection stands though its evidence changed: `reason` then tells of the change.
    """

    given: Given
    status: SignOffStatus
    until: datetime | None
    reason: str = ""

    @property
    def approves(self) -> bool:
        """Whether it counts for the approval."""
        return self.status == "valid" and self.given.decision == "approved"

    @property
    def rejects(self) -> bool:
        """Whether it stands in the way of one."""
        return self.status == "valid" and self.given.decision == "rejected"


@dataclass(frozen=True)
class Approval:
    """What the sign-offs of a version at a stage come to.

    `missing` are roles whose sign-off is missing, `people` how many more persons have to sign besides one for each of
    these; `until` is when it ends (UTC), None unless approved; `reason` why it is not, empty when it is.
    """

    status: Status
    missing: tuple[str, ...] = ()
    people: int = 0
    until: datetime | None = None
    reason: str = ""
    sign_offs: tuple[Judged, ...] = field(default=())


def judged(given: Iterable[Given], now: Signable | None, rule: SignOffRule, at: datetime) -> tuple[Judged, ...]:
    """Each sign-off of a version at a stage with whether it holds at `at` (UTC), in the order of the ledger.

    `now` None: nothing is known of the version any more, so that only files and time are looked at.
    """
    ordered = sorted(given, key=lambda one: one.seq)
    return tuple(_judged(one, ordered[place + 1 :], now, rule, at) for place, one in enumerate(ordered))


def _judged(one: Given, later: Sequence[Given], now: Signable | None, rule: SignOffRule, at: datetime) -> Judged:
    until = ends(one, rule)
    again = next((other for other in later if _takes_over(other, one)), None)
    if again is not None:
        return Judged(one, "superseded", until, f"{again.actor} signed again on {_day(again.at)}")
    changes = (*one.changed, *(differences(one.content, now) if now and one.content is not None else ()))
    told = f"evidence changed: {'; '.join(changes)}" if changes else ""
    if one.decision == "rejected":
        return _rejected(one, later, now, rule, told)
    if why := _may_not_count(one, now, rule) or told:
        return Judged(one, "void", until, why)
    if until is not None and until <= at:
        return Judged(one, "expired", until, f"it ended on {_day(until)}")
    return Judged(one, "valid", until)


def _rejected(one: Given, later: Sequence[Given], now: Signable | None, rule: SignOffRule, changed: str) -> Judged:
    """A rejection stands, whatever becomes of its evidence or its time: else its author could dissolve it alone."""
    lifted = next((other for other in later if _lifts(other, one, now, rule)), None)
    if lifted is None:
        return Judged(one, "valid", None, changed)
    told = f"{lifted.actor} approved it with a note as {_in_words(lifted.role)} on {_day(lifted.at)}"
    return Judged(one, "superseded", None, told)


def _lifts(later: Given, rejection: Given, now: Signable | None, rule: SignOffRule) -> bool:
    """Whether somebody else, who is no author, approved it later and said why."""
    return (
        later.decision == "approved"
        and later.role in _lifting(rule)
        and is_visible(later.note)
        and is_named(later.actor)
        and not same_person(later.actor, rejection.actor)
        and not (now and is_author(later.actor, now.authors))
    )


def _lifting(rule: SignOffRule) -> tuple[str, ...]:
    """The roles in which a rejection of somebody else is lifted: a reviewer, where the rule asks for one or for any."""
    return rule.roles if rule.roles and REVIEWER not in rule.roles else (REVIEWER,)


def lifts_with_note(actor: str, role: str, held: Iterable[Judged], now: Signable, rule: SignOffRule) -> tuple[str, ...]:
    """Whose rejections this person would lift by an approval with a note."""
    able = role in _lifting(rule) and is_named(actor) and not is_author(actor, now.authors)
    against = [one.given.actor for one in held if one.rejects and not same_person(one.given.actor, actor)]
    return tuple(people_in(against)) if able else ()


def _may_not_count(one: Given, now: Signable | None, rule: SignOffRule) -> str:
    """Why an approval counts for nothing by who gave it; empty where it counts.

    Asked anew each time: who made the version may have come to be known, and the policy or the tier may have changed.
    """
    if now is None:
        return ""
    if now.tier in NAMED_AT and not is_named(one.actor):
        return f"it bears no name, and at the tier {now.tier} nobody signs without one"
    if not rule.author_may and is_author(one.actor, now.authors):
        return f"{one.actor} made this version, and at the tier {now.tier} no author signs their own work"
    return ""


def ends(one: Given, rule: SignOffRule) -> datetime | None:
    """When a sign-off ends: as it was recorded, and no later than the rule lets it, which may have become shorter."""
    if one.decision == "rejected":
        return None
    longest = one.at + timedelta(days=rule.valid_days)
    return longest if one.valid_until is None else min(one.valid_until, longest)


def _takes_over(later: Given, earlier: Given) -> bool:
    """Whether a later sign-off is surely the same person's, in the same role: their last word counts."""
    return later.role == earlier.role and same_name(later.actor, earlier.actor)


def approval(found: Iterable[Judged], rule: SignOffRule, held_up: Sequence[str] = ()) -> Approval:
    """What judged sign-offs come to: every role of the rule, by enough different persons, and nobody against it.

    `held_up` are the findings that block the stage: while there is one, what was approved is void.
    """
    every = tuple(found)
    counting = [one for one in every if one.approves and _counts(one, rule)]
    missing = _missing(counting, rule)
    people = _more_people(counting, missing, rule)
    against = [one for one in every if one.rejects]
    if against:
        return Approval("rejected", missing, people, None, _rejection(against[-1], rule), every)
    if missing or people:
        status, why = _why_not(every, counting, missing, people)
        return Approval(status, missing, people, None, why, every)
    if held_up:
        more = f", and {len(held_up) - 1} more" if len(held_up) > 1 else ""
        return Approval("void", (), 0, None, f"Held up by {held_up[0]}{more}.", every)
    return Approval("approved", (), 0, _until(counting, rule), "", every)


def _counts(one: Judged, rule: SignOffRule) -> bool:
    return one.given.role in (rule.roles or SPEAKING)


def _missing(counting: Iterable[Judged], rule: SignOffRule) -> tuple[str, ...]:
    held = {one.given.role for one in counting}
    return tuple(role for role in rule.roles if role not in held)


def _more_people(counting: Iterable[Judged], missing: Sequence[str], rule: SignOffRule) -> int:
    """How many more persons are needed than those who will sign for the missing roles."""
    persons = len(people_in(one.given.actor for one in counting))
    return max(rule.people - persons - len(missing), 0)


def _until(counting: Sequence[Judged], rule: SignOffRule) -> datetime | None:
    """Until when it stays approved: the last moment at which those that have not ended are still enough."""
    for end in sorted({one.until for one in counting if one.until is not None}):
        left = [one for one in counting if one.until is None or one.until > end]
        missing = _missing(left, rule)
        if missing or _more_people(left, missing, rule):
            return end
    return None


def _why_not(
    every: Sequence[Judged], counting: Sequence[Judged], missing: Sequence[str], people: int
) -> tuple[Status, str]:
    needed = _needed(missing, people)
    lost = [one for one in every if one.given.decision == "approved" and one.status in ("void", "expired")]
    lost = [one for one in lost if not missing or one.given.role in missing or people]
    for status in ("void", "expired"):
        if worst := next((one for one in reversed(lost) if one.status == status), None):
            return _as_status(status), f"{_told(worst)} Needed: {needed}."
    if counting:
        return "partly", f"Still to sign: {needed}."
    return "missing", f"{_idle(every)} Needed: {needed}."


def _idle(every: Sequence[Judged]) -> str:
    """Why there is no sign-off that counts: there is none, none in a role that is asked, or none that stands."""
    if strange := next((one for one in reversed(every) if one.approves), None):
        return f"The sign-off of {strange.given.actor} as {_in_words(strange.given.role)} is not asked for."
    return "No sign-off stands." if every else "Nobody has signed."


def _as_status(status: str) -> Status:
    return "void" if status == "void" else "expired"


def _told(one: Judged) -> str:
    return f"The sign-off of {one.given.actor} as {_in_words(one.given.role)} does not hold: {one.reason}."


def _needed(missing: Sequence[str], people: int) -> str:
    named = [_in_words(role) for role in missing]
    if people:
        more = "more " if named else ""
        named.append(f"{people} {more}{'person' if people == 1 else 'persons'}")
    return ", ".join(named)


def _rejection(one: Judged, rule: SignOffRule) -> str:
    changed = f" Since then {one.reason}." if one.reason else ""
    others = " or ".join(_in_words(role) for role in _lifting(rule))
    return (
        f"{one.given.actor} rejected it as {_in_words(one.given.role)} on {_day(one.given.at)}.{changed} It stands "
        f"until they sign again, or somebody else who is no author approves it as {others} with a note."
    )


@dataclass(frozen=True)
class Barred:
    """Why somebody may not sign: what, why, and what to do; each a sentence."""

    what: str
    why: str = ""
    next_step: str = ""


def may_sign(
    actor: str,
    roles: Collection[str],
    role: str,
    decision: Decision,
    now: Signable,
    rule: SignOffRule,
    held: Iterable[Judged],
    at: datetime,
    *,
    nameless: bool,
) -> Barred | None:
    """Why this person may not give this sign-off now; None where they may.

    `roles` are those they hold, `held` the sign-offs that there are, judged against `now`; `nameless`: nobody is
    signed in, and no name was given.
    """
    found = tuple(held)
    return (
        _role(roles, role, rule)
        or _nameless(nameless, now)
        or _author(actor, now, rule)
        or (_blocked(now) if decision == "approved" else None)
        or _already(actor, role, decision, found, at)
        or (_only_others_can(actor, role, found, rule) if decision == "approved" else None)
    )


def _role(roles: Collection[str], role: str, rule: SignOffRule) -> Barred | None:
    asked = rule.roles or SPEAKING
    if role not in asked:
        return Barred(
            f"A sign-off as {_in_words(role)[:40]} is not asked for.",
            f"The policy asks for {_listed(asked)}.",
            "Open a finding or leave a comment instead.",
        )
    if role not in roles:
        return Barred(f"You do not hold the role {_in_words(role)}.", "", "Ask somebody who has it.")
    return None


def _nameless(nameless: bool, now: Signable) -> Barred | None:
    if not nameless or now.tier not in NAMED_AT:
        return None
    return Barred(
        "A sign-off needs a name.",
        f"At the tier {now.tier} nobody signs who cannot be told from the author.",
        "Sign in, or give your name in the sidebar.",
    )


def _author(actor: str, now: Signable, rule: SignOffRule) -> Barred | None:
    if rule.author_may or not is_author(actor, now.authors):
        return None
    return Barred(
        "You made this version.",
        f"{actor} is its author, and at the tier {now.tier} no author signs their own work.",
        "Ask somebody else who holds the role.",
    )


def _blocked(now: Signable) -> Barred | None:
    if not now.blockers:
        return None
    more = f", and {len(now.blockers) - 3} more" if len(now.blockers) > 3 else ""
    return Barred(
        f"It cannot be approved for {now.stage} yet.",
        f"Open: {'; '.join(now.blockers[:3])}{more}.",
        "See to what is open, or have it waived with a reason.",
    )


def _already(actor: str, role: str, decision: Decision, found: Iterable[Judged], at: datetime) -> Barred | None:
    """The same word once more on the same evidence adds nothing, until it is soon to end."""
    for one in found:
        same = one.status == "valid" and one.given.role == role and one.given.decision == decision
        if same and same_person(one.given.actor, actor) and not one.reason and not _ends_soon(one, at):
            until = f" It holds until {_day(one.until)}." if one.until else ""
            return Barred(f"You have {decision} it already.", f"That was on {_day(one.given.at)}.{until}")
    return None


def _ends_soon(one: Judged, at: datetime) -> bool:
    return one.until is not None and one.until - at <= (one.until - one.given.at) * RENEWABLE


def _only_others_can(actor: str, role: str, found: Iterable[Judged], rule: SignOffRule) -> Barred | None:
    """Whether by this sign-off too few different persons could still sign: the same one twice where two are asked."""
    counting = [one for one in found if one.approves and _counts(one, rule)]
    if not any(same_person(one.given.actor, actor) and one.given.role != role for one in counting):
        return None
    others = [one for one in counting if not (one.given.role == role and same_person(one.given.actor, actor))]
    missing = tuple(one for one in _missing(others, rule) if one != role)
    if not _more_people(others, missing, rule):
        return None
    return Barred(
        "You have signed it already, and different persons have to.",
        f"The policy asks for {rule.people} of them.",
        "Ask somebody else who holds the role.",
    )


def valid_until(at: datetime, decision: Decision, rule: SignOffRule) -> datetime | None:
    """When a sign-off given at `at` ends; None for a rejection."""
    return at + timedelta(days=rule.valid_days) if decision == "approved" else None


def _listed(roles: Iterable[str]) -> str:
    return ", ".join(_in_words(role) for role in roles)


def _in_words(role: str) -> str:
    return role.replace("_", " ")


def _day(at: datetime) -> str:
    shown = at.astimezone(UTC) if at.tzinfo else at
    return f"{shown.day} {shown:%b %Y}"
