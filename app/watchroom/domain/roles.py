"""Which roles a person holds, from what the identity provider says of them, and until when that is to be believed.

Nothing here asks anybody: the claims come in as they are, and whatever is missing or odd in them gives nothing.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

BUSINESS, DATA_SCIENCE, OPERATIONS = "business", "data_science", "operations"
REVIEWER, ADMIN = "reviewer", "admin"

ROLES: tuple[str, ...] = (BUSINESS, DATA_SCIENCE, OPERATIONS, REVIEWER, ADMIN)
"""Every role, by its name in files and tables; in this order wherever several are listed."""

SPEAKING: tuple[str, ...] = (BUSINESS, DATA_SCIENCE, OPERATIONS, REVIEWER)
"""The roles that have a voice each, on a KPI and on a proposal: all that work with a model. An admin looks after the
room and is not asked."""

AUTH_VARIABLE = "WATCHROOM_AUTH"
"""How the pages, which run in the server's process, learn that sign-in is asked for. It holds no secret."""


@dataclass(frozen=True)
class SignIn:
    """What the pages have to know of `auth`: the claim with a person's groups, and the groups of each role."""

    groups_claim: str
    by_role: Mapping[str, tuple[str, ...]]

    def to_text(self) -> str:
        """As it stands in the environment."""
        return json.dumps({"groups_claim": self.groups_claim, "roles": dict(self.by_role)})

    @classmethod
    def from_text(cls, text: str) -> SignIn:
        """Back from the environment. Raises ValueError for what `to_text` did not write."""
        try:
            found = json.loads(text)
            claim, by_role = found["groups_claim"], {role: tuple(groups) for role, groups in found["roles"].items()}
        except (AttributeError, KeyError, TypeError) as error:
            raise ValueError(str(error)) from error
        if not isinstance(claim, str) or not set(by_role) <= set(ROLES):
            raise ValueError("Not what was written.")
        return cls(claim, by_role)


def groups_of(claim: object) -> frozenset[str]:
    """The groups that a claim names: a list of texts, or one text with commas or else spaces between them.

    In a list, and in a text with commas, a group's name may hold spaces. Anything else names no group.
    """
    if isinstance(claim, str):
        named: Collection[object] = claim.split(",") if "," in claim else claim.split()
    else:
        named = claim if isinstance(claim, list | tuple | set | frozenset) else ()
    return frozenset(name.strip() for name in named if isinstance(name, str) and name.strip())


def held(groups: Collection[str], by_role: Mapping[str, Collection[str]]) -> tuple[str, ...]:
    """The roles whose groups have one of these among them, in the order of `ROLES`; to the letter."""
    return tuple(role for role in ROLES if not set(groups).isdisjoint(by_role.get(role, ())))


def viewable(roles: Collection[str]) -> tuple[str, ...]:
    """The roles as which somebody may look at the room: their own; an admin sees it as each role does.

    To look as a role is not to hold it: what somebody may do follows from `held` alone.
    """
    return ROLES if ADMIN in roles else tuple(role for role in ROLES if role in roles)


def ends_at(claims: Mapping[str, object]) -> datetime | None:
    """When the token ends (UTC); None when it does not say so in a way that can be believed."""
    ends = claims.get("exp")
    if isinstance(ends, bool) or not isinstance(ends, int | float) or not math.isfinite(ends):
        return None
    try:
        return datetime.fromtimestamp(ends, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def has_ended(claims: Mapping[str, object], now: datetime) -> bool:
    """Whether the token has run out; one that names no end has."""
    ends = ends_at(claims)
    return ends is None or ends <= now


def name_of(claims: Mapping[str, object]) -> str:
    """What to call somebody: the first of name, user name, address and subject that is there. Text from outside."""
    for claim in ("name", "preferred_username", "email", "sub"):
        value = claims.get(claim)
        if isinstance(value, str) and value.strip():
            return re.sub(r"\s+", " ", value).strip()
    return ""


def email_of(claims: Mapping[str, object]) -> str:
    """Somebody's address; empty when there is none, or when the provider says that it was never checked."""
    value = claims.get("email")
    if not isinstance(value, str) or claims.get("email_verified", True) in (False, "false"):
        return ""
    return value.strip()
