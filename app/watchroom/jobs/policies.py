"""Fills the tables of the policies: what they ask, and which one holds for each model."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from watchroom.domain.policy import Item, Policy, asked_tier, chosen, rules_text
from watchroom.sources.tracking.contract import Problem
from watchroom.store.draft import Draft
from watchroom.workspace.load import Workspace

Row = tuple[object, ...]


def fill_policies(draft: Draft, workspace: Workspace) -> tuple[Problem, ...]:
    """`policies`, `policy_items` and `model_policies`; `models` must be there.

    A policy whose file cannot be read now holds as it was at the last refresh, as the file of a model does. The
    problems are models for which two policies are equally near; what is wrong in a file is the workspace's to say.
    """
    kept = _Kept.read(draft, set(workspace.broken_policies))
    shown = [policy for policy in workspace.policies.values() if policy.name not in kept.policies]
    draft.insert("policies", [*map(_policy_row, shown), *kept.policies.values()])
    items = [_item_row(policy, item, at) for policy in shown for at, item in enumerate(policy.items, 1)]
    draft.insert("policy_items", [*items, *kept.items])
    problems: list[Problem] = []
    draft.insert("model_policies", list(_models(draft, workspace.policies, kept, problems)))
    return tuple(problems)


class _Kept:
    """The rows of the last snapshot for policies that cannot be read now, and the models that they held for."""

    def __init__(self, policies: Mapping[str, Row], items: list[Row], models: Mapping[str, Row]) -> None:
        self.policies, self.items, self.models = policies, items, models

    @staticmethod
    def read(draft: Draft, names: set[str]) -> _Kept:
        def rows(table: str, at: int) -> list[Row]:
            return [row for row in draft.rows_before(table) if row[at] in names] if names else []

        return _Kept(
            {str(row[0]): row for row in rows("policies", 0)},
            rows("policy_items", 0),
            {str(row[0]): row for row in rows("model_policies", 1)},
        )


def _policy_row(policy: Policy) -> Row:
    return (
        policy.name,
        policy.file,
        policy.extends,
        policy.title or None,
        len(policy.items),
        policy.unassessed,
        rules_text(policy.rules),
        policy.digest,
    )


def _item_row(policy: Policy, item: Item, position: int) -> Row:
    return (
        policy.name,
        item.id,
        position,
        item.stage,
        item.tier,
        item.role,
        item.text,
        item.why,
        item.how,
        item.source,
        item.section,
        item.kind,
        json.dumps(dict(item.params), ensure_ascii=False),
        item.valid_days,
        item.blocks,
        item.digest,
    )


def _models(draft: Draft, policies: Mapping[str, Policy], kept: _Kept, problems: list[Problem]) -> Iterable[Row]:
    rows = draft.connection.execute("select model, trade, team, tier from room.models order by model").fetchall()
    unassessed = {name: str(row[5]) for name, row in kept.policies.items()}
    for model, trade, team, tier in rows:
        if model in kept.models:
            policy = str(kept.models[model][1])
            yield (model, policy, tier or unassessed[policy], tier is None)
            continue
        holds, others = chosen(policies.values(), model, trade, team)
        if others:
            problems.append(_two(model, holds, others))
        yield (model, holds.name, *asked_tier(tier, holds))


def _two(model: str, holds: Policy, others: tuple[str, ...]) -> Problem:
    return Problem(
        "workspace",
        "warning",
        holds.file or holds.name,
        "More than one policy is for this model, none of them more closely; the first by name holds.",
        why=f"They are {', '.join((holds.name, *others))}.",
        next_step="Say in one of them with `applies_to` what the others are not for.",
        model=model,
    )
