"""What has to be in order before a model goes on to the next stage, and who signs it off: a policy, as a value.

The policies themselves are files: `workspace/policies/default.yaml` ships, a team's own lie in its workspace. An item
is asked for from its tier on: one of tier `medium` is asked of medium, high and critical models. Pure: how an item is
checked is not here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Literal, get_args

from watchroom.domain.risk import TIERS, Tier

Stage = Literal["discovery", "pilot", "deploy", "monitor", "support"]
STAGES: tuple[Stage, ...] = get_args(Stage)

STAGE_QUESTIONS: dict[Stage, str] = {
    "discovery": "Is it worth building, and may we?",
    "pilot": "Does it work, and can it be made again?",
    "deploy": "May it go into service?",
    "monitor": "Is it watched, and by whom?",
    "support": "Can those who were not there keep it alive?",
}

Section = Literal["data", "model", "infrastructure", "monitoring"]
SECTIONS: tuple[Section, ...] = get_args(Section)
"""The sections of the ML Test Score (Breck, Cai, Nielsen, Salib and Sculley, 2017), seven tests each."""

QUESTION = "question"
"""The kind of an item that no check answers: a person does."""

SQL, PYTHON = "sql", "python"
"""The kinds of a policy's own checks."""

DEFAULT = "default"
"""The name of the policy that ships."""


@dataclass(frozen=True)
class Check:
    """A check that runs by itself: its kind, as in `domain.check_kinds` or an own one, and its parameters."""

    kind: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Item:
    """Something to have in order: an id that stays, the least tier that it is asked of, and whose it is.

    `section` is None for what is not of the ML Test Score, `check` for a question. `valid_days` is how long an answer
    or evidence holds; None for as long as nothing changes. `blocks`: its stage is not approved while it is open.
    """

    id: str
    stage: Stage
    tier: Tier
    role: str
    text: str
    why: str = ""
    how: str = ""
    source: str = ""
    section: Section | None = None
    check: Check | None = None
    valid_days: int | None = None
    blocks: bool = False

    @property
    def kind(self) -> str:
        """The kind of its check, or `question`."""
        return self.check.kind if self.check else QUESTION

    @property
    def params(self) -> Mapping[str, Any]:
        """The parameters of its check; none for a question."""
        return self.check.params if self.check else {}

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of what it asks and how that is checked: an answer holds for this, whoever's the item is."""
        return digest_of([self.id, self.text, self.kind, dict(self.params), self.valid_days])


@dataclass(frozen=True)
class SignOffRule:
    """Who signs a model of a tier: every one of `roles`, by at least `people` different persons.

    No roles: any of business, data science, operations and reviewer. A sign-off ends after `valid_days`.
    """

    roles: tuple[str, ...]
    people: int
    valid_days: int
    author_may: bool


@dataclass(frozen=True)
class AppliesTo:
    """Which models a policy is for: all that fit every part; an empty part fits any."""

    models: tuple[str, ...] = ()
    trades: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()

    def fits(self, model: str, trade: str | None, team: str | None) -> bool:
        """Whether a model is among them; names are globs, to the letter."""
        return _any(self.models, model) and _any(self.trades, trade) and _any(self.teams, team)

    @property
    def narrowness(self) -> tuple[int, int]:
        """The more, the narrower: models by name before models by glob, then by how many parts are given."""
        named = 0 if not self.models else 1 if any(set("*?[") & set(one) for one in self.models) else 2
        return named, sum(bool(part) for part in (self.models, self.trades, self.teams))


def _any(globs: Iterable[str], value: str | None) -> bool:
    wanted = tuple(globs)
    return not wanted or (value is not None and any(fnmatchcase(value, glob) for glob in wanted))


@dataclass(frozen=True)
class Policy:
    """What is asked of models by stage and tier, and who signs. `file` and `extends` are None for the one that ships.

    `unassessed` is the tier that a model is asked for whose risk is not assessed.
    """

    name: str
    items: tuple[Item, ...]
    rules: Mapping[Tier, SignOffRule]
    unassessed: Tier
    title: str = ""
    file: str | None = None
    extends: str | None = None
    applies_to: AppliesTo = AppliesTo()

    def items_for(self, tier: Tier, stage: Stage | None = None) -> tuple[Item, ...]:
        """What a model of that tier is asked for, in the order of the stages; of one stage when it is given."""
        rank = TIERS.index(tier)
        return tuple(item for item in self.items if TIERS.index(item.tier) <= rank and stage in (None, item.stage))

    def item(self, name: str) -> Item | None:
        """The item of that id; None when there is none."""
        return next((item for item in self.items if item.id == name), None)

    def rule(self, tier: Tier) -> SignOffRule:
        """Who signs a model of that tier."""
        return self.rules[tier]

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of what it says, in full: every item with its texts, and every rule."""
        rules = {tier: asdict(rule) for tier, rule in self.rules.items()}
        return digest_of([self.name, [asdict(item) for item in self.items], rules, self.unassessed])


def asked_tier(tier: Tier | None, policy: Policy) -> tuple[Tier, bool]:
    """The tier that a model is asked for, and whether that is assumed since its risk is not assessed."""
    return (policy.unassessed, True) if tier is None else (tier, False)


def chosen(
    policies: Iterable[Policy], model: str, trade: str | None, team: str | None
) -> tuple[Policy, tuple[str, ...]]:
    """The policy that holds for a model, and the names of others that fit it as closely: then the first by name holds.

    The narrowest wins: models by name, models by glob, trade and team, all; one of the workspace before the one that
    ships. Raises ValueError when none fits, which cannot be while the one that ships is among them.
    """
    fitting = sorted((p for p in policies if p.applies_to.fits(model, trade, team)), key=lambda policy: policy.name)
    if not fitting:
        raise ValueError("No policy fits: the one that ships is missing.")
    best = max(_rank(policy) for policy in fitting)
    first, *others = [policy for policy in fitting if _rank(policy) == best]
    return first, tuple(policy.name for policy in others)


def _rank(policy: Policy) -> tuple[tuple[int, int], bool]:
    return policy.applies_to.narrowness, policy.file is not None


def rules_text(rules: Mapping[Tier, SignOffRule]) -> str:
    """The rules by tier as JSON, as `policies.rules` has them."""
    return json.dumps({tier: asdict(rule) for tier, rule in rules.items()})


def rules_from(text: str) -> dict[Tier, SignOffRule]:
    """The rules by tier back from the JSON of `policies.rules`. Raises ValueError for anything else."""
    try:
        found = json.loads(text)
        return {tier: SignOffRule(**{**found[tier], "roles": tuple(found[tier]["roles"])}) for tier in TIERS}
    except (KeyError, TypeError) as error:
        raise ValueError(str(error)) from error


def digest_of(value: Any) -> str:
    """SHA-256 (hex) of a value of texts, numbers, lists and mappings, whatever the order of the mappings' keys."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, default=list)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
