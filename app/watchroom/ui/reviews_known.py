"""The findings of the room, read live from the ledger, and what whoever looks may do with one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Literal

from watchroom.errors import LedgerError
from watchroom.store.queries import models as model_queries
from watchroom.store.queries import reviews as queries
from watchroom.ui import book, sign_off_known
from watchroom.ui.identity import current_user
from watchroom.ui.live import live
from watchroom.ui.room import ask, noted
from watchroom.ui.workspace import facts

if TYPE_CHECKING:
    from watchroom.ledger.approvals import SignOffs
    from watchroom.ledger.findings_read import Finding, Findings

FINDING = "finding"
"""The parameter of the address that names a finding by its number."""

Act = Literal["answer", "accept", "send_back", "reassign", "change", "comment", "withdraw"]


def known() -> Findings | None:
    """Every finding as of this rerun; None while the ledger cannot be read."""
    return noted("findings", _read)


def _read() -> Findings | None:
    try:
        book.must_be_there()
        from watchroom.ledger.findings_read import read

        return live("findings", read)
    except LedgerError:
        return None


def sign_offs() -> SignOffs | None:
    """Every sign-off as of this rerun; None while the ledger cannot be read."""
    try:
        return sign_off_known.sign_offs()
    except LedgerError:
        return None


def authors_of(model: str, version: int | None) -> tuple[str, ...]:
    """Who made the version, as far as MLflow knows; for a finding about every version, of all that there are."""
    found = ask(queries.authors)
    if version is not None:
        return found.get((model, version), ())
    every = (person for (name, _), people in found.items() if name == model for person in people)
    return tuple(dict.fromkeys(every))


def may(one: Finding) -> tuple[Act, ...]:
    """What whoever looks may do with it as it stands. The ledger asks again when it is done."""
    from watchroom.domain.authors import is_author
    from watchroom.ledger.acts import actor_of
    from watchroom.ledger.findings import barred_from_review, has_role

    by = book.person(current_user())
    reviews = barred_from_review(by, authors_of(one.found.model, one.found.version)) is None
    closes = reviews and not is_author(actor_of(by), one.answered_by)
    acts: list[Act] = []
    if one.state == "answered":
        acts += ["accept"] if closes else []
        acts += ["send_back"] if reviews else []
    if one.state == "open" and has_role(by):
        acts.append("answer")
    if not one.is_over:
        acts += ["reassign"] if has_role(by) else []
        acts += ["change"] if reviews else []
    acts += ["comment"] if has_role(by) else []
    if not one.is_over and closes:
        acts.append("withdraw")
    return tuple(acts)


@dataclass(frozen=True)
class About:
    """What the queue says of a model: its title, the tier it is asked for, and who holds which role.

    `tier` is empty where no policy holds for it; `assumed`: its risk is not assessed.
    """

    title: str
    tier: str = ""
    assumed: bool = False
    owners: Mapping[str, str] = field(default_factory=dict)


def about_models() -> Mapping[str, About]:
    """Every model of the room by its name, made once in a rerun."""
    return noted("reviews_models", _about_models)


def _about_models() -> Mapping[str, About]:
    asked = ask(queries.tiers)
    return {
        one.name: About(one.title, *asked.get(one.name, ("", False)), dict(one.owners))
        for one in ask(model_queries.overview)
    }


def about_model(model: str) -> About:
    """What is known of a model; its name alone where there is none any more."""
    return about_models().get(model) or About(model)


def title_of(model: str) -> str:
    """A model's title; its name where there is none any more."""
    return about_model(model).title


def is_me(person: str) -> bool:
    """Whether whoever looks is this person; never for nobody, or for who has no name."""
    from watchroom.domain.authors import same_person
    from watchroom.ledger.acts import actor_of

    by = book.person(current_user())
    return bool(person and by.name) and same_person(person, actor_of(by))


def today() -> date:
    """The day in the workspace's zone."""
    return datetime.now(UTC).astimezone(facts().zone).date()
