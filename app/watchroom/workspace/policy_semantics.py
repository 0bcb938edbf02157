"""What several fields of a policy's file, or it and the policy that it extends, can only get wrong together."""

from __future__ import annotations

from collections.abc import Iterator

from watchroom.domain.policy import Policy
from watchroom.domain.risk import TIERS, Tier
from watchroom.workspace.mistakes import Mistake, listed, nearest, quoted
from watchroom.workspace.policy_checks import check_mistakes
from watchroom.workspace.policy_file import ItemChange, PolicyFile, SignOff
from watchroom.workspace.policy_merge import NEEDED

FEWEST_PEOPLE: dict[Tier, int] = {"critical": 2}
"""At critical two people look at it, whatever a file says: one may be wrong, or leaned on."""

AUTHORS_TIER: Tier = "low"
"""The one tier at which the author's own sign-off may count."""


def policy_mistakes(file: PolicyFile, base: Policy | None) -> tuple[Mistake, ...]:
    """Every mistake that the rules find; `base` is what it extends, None for nothing."""
    return (*_dropped(file, base), *_items(file, base), *_sign_offs(file, base))


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
    fewest = FEWEST_PEOPLE.get(tier, 1)
    if given.people is not None and given.people < fewest:
        what = f"Models of tier {tier} take at least {fewest} people."
        yield Mistake(what, ("sign_off", tier, "people"), next_step=f"Write {fewest} or more.")
