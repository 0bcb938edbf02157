"""A policy's file on top of the policy that it extends. The file has been checked: see `policy_semantics`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from watchroom.domain.policy import STAGES, AppliesTo, Item, Policy, SignOffRule
from watchroom.domain.risk import TIERS, Tier
from watchroom.workspace.policy_checks import check_of
from watchroom.workspace.policy_file import ItemChange, PolicyFile, SignOff

NEEDED = ("stage", "tier", "role", "text")
"""What a new item cannot do without."""

_PLAIN = ("stage", "tier", "role", "text", "why", "how", "source", "section", "valid_days", "blocks")


def merged(base: Policy | None, file: PolicyFile, name: str, shown: str | None) -> Policy:
    """The policy that comes of it; `base` is None for one that extends nothing, `shown` for the one that ships."""
    return Policy(
        name=name,
        items=_items(base, file),
        rules={tier: _rule(base, tier, getattr(file.sign_off, tier)) for tier in TIERS},
        unassessed=file.unassessed or (base.unassessed if base else TIERS[-1]),
        title=file.title or "",
        file=shown,
        extends=base.name if base else None,
        applies_to=AppliesTo(file.applies_to.models or (), file.applies_to.trades or (), file.applies_to.teams or ()),
    )


def _items(base: Policy | None, file: PolicyFile) -> tuple[Item, ...]:
    """The base's items in their order, changed, and the new ones; by stage, so that each stage's stand together."""
    found = {item.id: item for item in (base.items if base else ()) if item.id not in file.drop}
    for name, change in file.items.items():
        found[name] = _changed(found.get(name), name, change)
    return tuple(sorted(found.values(), key=lambda item: STAGES.index(item.stage)))


def _changed(item: Item | None, name: str, change: ItemChange) -> Item:
    given: dict[str, Any] = {part: value for part in _PLAIN if (value := getattr(change, part)) is not None}
    if change.check is not None:
        given["check"] = check_of(change.check)
    return replace(item, **given) if item else Item(id=name, **given)


def _rule(base: Policy | None, tier: Tier, change: SignOff | None) -> SignOffRule:
    given = {} if change is None else change.model_dump(exclude_none=True)
    return replace(base.rule(tier), **given) if base else SignOffRule(**given)
