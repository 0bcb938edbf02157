"""What several fields of a policy's file, or it and the policy that it extends, can only get wrong together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from watchroom.domain.policy import Policy
from watchroom.domain.risk import TIERS, Tier
from watchroom.domain.roles import REVIEWER
from watchroom.workspace.mistakes import Mistake, listed, nearest, quoted
from watchroom.workspace.policy_checks import check_mistakes
from watchroom.workspace.policy_file import ItemChange, PolicyFile, SignOff
from watchroom.workspace.policy_merge import NEEDED

FEWEST_PEOPLE: dict[Tier, int] = {"critical": 2}
"""At critical two people look at it, whatever a file says: one may be wrong, or leaned on."""

AUTHORS_TIER: Tier = "low"
"""The one tier at which the author's own sign-off may count, and at which no reviewer has to sign."""

LONGEST_DAYS: dict[Tier, int] = {"critical": 90}
"""The longest that a sign-off may hold, where it is not `YEAR`: what can harm most is looked at every quarter."""

YEAR = 366
"""Days: nobody knows a model for longer than a year without looking at it."""


def policy_mistakes(file: PolicyFile, base: Policy | None) -> tuple[Mistake, ...]:
    """Every mistake that the rules find; `base` is what it extends, None for nothing."""
    return (*_unassessed(file), *_dropped(file, base), *_items(file, base), *_sign_offs(file, base))


def _unassessed(file: PolicyFile) -> Iterator[Mistake]:
    if file.unassessed == AUTHORS_TIER:
        what = f"A model whose risk is not assessed cannot be asked as one of tier {AUTHORS_TIER}."
        why = "Whoever does not assess it would be asked least."
        yield Mistake(
            what, ("unassessed",), why, f"Write {' or '.join(tier for tier in TIERS if tier != AUTHORS_TIER)}."
        )


def _dropped(file: PolicyFile, base: Policy | None) -> Iterator[Mistake]:
    known = [item.id for item in base.items] if base else []
    for position, name in enumerate(file.drop):
        if name in file.items:
            what = f"The item {quoted(name)} is dropped and changed."
            yield Mistake(what, ("drop", position), next_step="Do one of the two.")
        elif name not in known:
            why = f"The policy {quoted(base.name)} has none of that name." if base else "Nothing is extended."
            yield Mistake(f"There is no item {quoted(name)} to drop.", ("drop", position), why, nearest(name, known))


def _items(file: PolicyFile, base: Policy | None) -> Iterator[Mistake]:
    known = {item.id for item in base.items} - set(file.drop) if base else set()
    for name, change in file.items.items():
        if name not in known:
            yield from _new(name, change, known)
        if change.check is not None:
            yield from check_mistakes(change.check, ("items", name, "check"))


def _new(name: str, change: ItemChange, known: set[str]) -> Iterator[Mistake]:
    missing = [part for part in NEEDED if getattr(change, part) is None]
    if missing:
        what = f"The item {quoted(name)} is new, and {listed(missing)} {'is' if len(missing) == 1 else 'are'} missing."
        hint = nearest(name, known) or "Add what is missing."
        yield Mistake(what, ("items", name), "Only an item of the policy that is extended can leave them out.", hint)


def _sign_offs(file: PolicyFile, base: Policy | None) -> Iterator[Mistake]:
    for tier in TIERS:
        given: SignOff | None = getattr(file.sign_off, tier)
        if base is None and (given is None or None in given.model_dump().values()):
            why = "A policy that extends nothing says for each tier: roles, people, valid_days and author_may."
            yield Mistake(f"Who signs models of tier {tier} is not said in full.", ("sign_off", tier), why)
        if given is not None:
            yield from _too_easy(tier, given)


def _too_easy(tier: Tier, given: SignOff) -> Iterator[Mistake]:
    if given.author_may and tier != AUTHORS_TIER:
        why = "Who made a version does not see what is wrong with it."
        yield Mistake(f"The author cannot sign models of tier {tier}.", ("sign_off", tier, "author_may"), why)
    yield from _roles(tier, given.roles)
    longest = LONGEST_DAYS.get(tier, YEAR)
    if given.valid_days is not None and given.valid_days > longest:
        what = f"A sign-off of tier {tier} holds for at most {longest} days."
        yield Mistake(what, ("sign_off", tier, "valid_days"), next_step=f"Write {longest} or less.")
    fewest = FEWEST_PEOPLE.get(tier, 1)
    if given.people is not None and given.people < fewest:
        what = f"Models of tier {tier} take at least {fewest} people."
        yield Mistake(what, ("sign_off", tier, "people"), next_step=f"Write {fewest} or more.")


def _roles(tier: Tier, roles: Sequence[str] | None) -> Iterator[Mistake]:
    if roles is None:
        return
    for position, role in enumerate(roles):
        if role in roles[:position]:
            why = "Each role signs once; how many people it takes says `people`."
            yield Mistake(f"The role {quoted(role)} is named twice.", ("sign_off", tier, "roles", position), why)
    if tier != AUTHORS_TIER and REVIEWER not in roles:
        why = "Somebody who does not build, run or want it looks at it."
        yield Mistake(f"A reviewer signs models of tier {tier}.", ("sign_off", tier, "roles"), why, "Add reviewer.")
