"""`policies/<name>.yaml` as a validated, frozen value: one class for each mapping of the file, a line for each field.

A file changes the policy that it extends: what it leaves out stays as there. How two files come together is in
`policies`; what only several fields together can get wrong, in `policy_semantics`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from watchroom.domain.policy import DEFAULT, Section, Stage
from watchroom.domain.risk import Tier
from watchroom.workspace.pieces import Listed, OneOrMany, Piece, Text, default, left_out, wrong
from watchroom.workspace.policy_checks import check_schema

ItemRole = Literal["business", "data_science", "operations", "reviewer"]

MOST_TEXT = 1000
"""Characters of what an item says in one field: a line or two; more belongs in a document, with its link here."""

LONGEST_DAYS = 3650
"""Ten years: what is to hold longer than that has no end, and says so by leaving the days out."""

_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")


def _short(text: str) -> str:
    if len(text) > MOST_TEXT:
        raise wrong(
            "The text is too long.",
            why=f"It has {len(text):,} characters; at most {MOST_TEXT:,} are read.",
            next_step="Shorten it, or give a link.",
        )
    return text


def _item_id(name: Any) -> Any:
    if isinstance(name, str) and not _ID.fullmatch(name):
        raise wrong(
            "This cannot be the id of an item.",
            why="Expected small letters, digits, `-` and `_`, at most 60: it stands in addresses and in the ledger.",
        )
    return name


def _check(value: Any) -> Any:
    return {"kind": value} if isinstance(value, str) else value


Said = Annotated[Text, AfterValidator(_short)]
Days = Annotated[int, Field(ge=1, le=LONGEST_DAYS)]
ItemId = Annotated[str, BeforeValidator(_item_id)]
OwnCheck = Annotated[
    Mapping[str, Any],
    BeforeValidator(_check),
    WithJsonSchema(check_schema()),
]


class ItemChange(Piece):
    """An item by its id: a new one, or what is different in one of the policy that is extended."""

    stage: Stage | None = left_out("before the end of which stage it is to be in order; a new item needs it")
    tier: Tier | None = left_out("the least tier that it is asked of; a new item needs it")
    role: ItemRole | None = left_out("whose it is; a new item needs it")
    text: Said | None = left_out("what it asks; a new item needs it")
    why: Said | None = left_out("why it is asked")
    how: Said | None = left_out("how to do it")
    source: Said | None = left_out("where it comes from")
    section: Section | None = left_out("its section of the ML Test Score, if it counts there")
    check: OwnCheck | None = left_out(
        "how it checks itself: a kind (`owners`, or `kind:` with its parameters), `sql:` with a statement, `python:` "
        "with a function; `question` for an item that a person answers"
    )
    valid_days: Days | None = left_out("how long an answer or evidence holds; left out: as long as nothing changes")
    blocks: bool | None = left_out("whether its stage cannot be approved while it is neither met nor waived")


class SignOff(Piece):
    """Who signs models of a tier, and for how long; what is left out stays as in the policy that is extended."""

    roles: Listed[ItemRole] | None = left_out("each of these roles has to sign; an empty list: any one role")
    people: int | None = Field(default=None, ge=1, le=10, description="by how many different persons at least")
    valid_days: Days | None = left_out("after how many days a sign-off ends")
    author_may: bool | None = left_out("whether the version's own author may be one of them; never from medium on")


class SignOffs(Piece):
    """Who signs, by tier."""

    low: SignOff | None = left_out("models of tier low")
    medium: SignOff | None = left_out("models of tier medium")
    high: SignOff | None = left_out("models of tier high")
    critical: SignOff | None = left_out("models of tier critical")


class Applies(Piece):
    """Which models the policy is for: those that fit each part that is given. Left out: all."""

    models: OneOrMany | None = left_out("names of models, or globs")
    trades: OneOrMany | None = left_out("lines of business, or globs; as `trade` in the model's file")
    teams: OneOrMany | None = left_out("teams, or globs; as `team` in the model's file")


class PolicyFile(Piece):
    """What is asked of a model before it goes on, by stage and tier, and who signs it off."""

    title: Said | None = left_out("what it is, in a few words")
    extends: Text = default(
        DEFAULT,
        "the policy that it changes: `default` for the one that ships, or another file's name; `nothing` for none",
    )
    applies_to: Applies = default(Applies(), "which models it is for; left out: all")
    unassessed: Tier | None = left_out("the tier that a model is asked for whose risk is not assessed")
    sign_off: SignOffs = default(SignOffs(), "who signs, by tier")
    drop: Listed[ItemId] = default((), "items of the policy that is extended that are not asked for")
    items: dict[ItemId, ItemChange] = default({}, "by id: items that are added or changed")
