"""What the panel of sign-offs says: how far an approval has come, who has signed, and what a signature binds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from watchroom.domain.approval import Approval, Judged
from watchroom.domain.policy import SignOffRule
from watchroom.domain.roles import SPEAKING
from watchroom.domain.signable import MET, Signable
from watchroom.ui.identity import ROLES
from watchroom.ui.text import count_of, day, one_line, some

ICONS: Mapping[str, str] = {
    "approved": ":green[:material/verified:]",
    "partly": ":orange[:material/pending:]",
    "missing": ":orange[:material/pending:]",
    "void": ":red[:material/gpp_bad:]",
    "expired": ":red[:material/event_busy:]",
    "rejected": ":red[:material/block:]",
}


def headline(found: Approval, version: int, stage: str, zone: ZoneInfo, now: datetime) -> str:
    """How far it has come, in a sentence."""
    about = f"Version {version}"
    match found.status:
        case "approved":
            until = f" until {day(found.until, zone, now=now)}" if found.until else ""
            return f"{about} is approved for {stage}{until}."
        case "partly":
            return f"{about} is not approved for {stage} yet: still to sign {_still(found)}."
        case "void":
            return f"The approval of version {version} for {stage} is void."
        case "expired":
            return f"The approval of version {version} for {stage} has ended."
        case "rejected":
            return f"{about} was rejected for {stage}."
    why = "no sign-off counts" if found.sign_offs else "nobody has signed"
    return f"{about} is not approved for {stage}: {why}."


def _still(found: Approval) -> str:
    named = [role_name(role) for role in found.missing]
    if found.people:
        named.append(count_of(found.people, "more person", "more persons") if named else _persons(found.people))
    return some(named, 5)


def _persons(count: int) -> str:
    return "one other person" if count == 1 else f"{count} other persons"


def rule(asked: SignOffRule, tier: str, *, assumed: bool) -> str:
    """Who has to sign at this tier, for how long it holds, and whether the author may."""
    roles = some([role_name(role) for role in asked.roles], 5) if asked.roles else "any role"
    persons = f", {asked.people} different people" if asked.people > 1 else ""
    author = "" if asked.author_may else ", never its author"
    told = f"{tier}, assumed since the risk is not assessed" if assumed else tier
    return f"Tier {told}: signed by {roles}{persons}{author}; it holds for {count_of(asked.valid_days, 'day')}."


def role_name(role: str) -> str:
    """A role in the middle of a sentence."""
    return ROLES.get(role, role.replace("_", " ")).lower()


def signed(one: Judged, zone: ZoneInfo, now: datetime) -> str:
    """Who signed, when, and what became of it, in a line."""
    given = one.given
    did = "approved" if given.decision == "approved" else "rejected it"
    until = f", holds until {day(one.until, zone, now=now)}" if one.until and one.status == "valid" else ""
    why = f": {one.reason}" if one.reason else ""
    state = "" if one.status == "valid" else f" — {one.status}{why}"
    return f"{one_line(given.actor, 80)} {did} on {day(given.at, zone, now=now)}{until}{state}"


def roles_to_show(asked: SignOffRule, held: Sequence[Judged]) -> tuple[str, ...]:
    """The roles that have a line of their own: those asked, or those that signed where any may."""
    if asked.roles:
        return asked.roles
    return tuple(role for role in SPEAKING if any(one.given.role == role for one in held))


def bound(now: Signable) -> list[tuple[str, str, str]]:
    """What a sign-off binds: each part's name, what it holds in a few words, and the first digits of its digest."""
    return [(part.name.capitalize(), _part(part.name, part.content), part.digest[:12]) for part in now.parts]


def _part(name: str, content: Mapping[str, Any]) -> str:
    match name:
        case "metrics":
            return f"{count_of(len(content), 'metric')} of its run" if content else "its run has no metrics"
        case "checks":
            return _checks(content)
        case "data":
            return some(sorted(_named(content)), 4) if content else "no data is recorded"
        case "card":
            return some([key for key, value in content.items() if value not in (None, "[]")], 5) or "nothing is written"
        case "explanation":
            first = sorted(content, key=lambda key: -_share(content[key]))[:3]
            told = ", ".join(f"{one_line(key, 30)} {_share(content[key]):.2f}" for key in first)
            return f"shares of {count_of(len(content), 'input')}: {told}" if content else "there is none"
    return count_of(len(content), "file") if content else "no files"


def _share(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _named(content: Mapping[str, Any]) -> list[str]:
    return [one_line(name, 60) for name in content]


def _checks(content: Mapping[str, Any]) -> str:
    counts = Counter("met" if status in MET else "open" for status in content.values())
    waived = sum(status == "waived" for status in content.values())
    told = f"{counts['met']:,} of {count_of(len(content), 'item')} met"
    return f"{told}, {waived:,} of them waived" if waived else told
