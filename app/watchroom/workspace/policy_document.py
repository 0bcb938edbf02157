"""The text of `docs/policies.md`, made from the files' own model and the policy that ships."""

from __future__ import annotations

from collections.abc import Iterator

from watchroom.domain.policy import STAGE_QUESTIONS, STAGES, Item
from watchroom.domain.risk import TIERS
from watchroom.workspace.document import sections
from watchroom.workspace.policies import shipped

EXAMPLE = """\
title: What the bank asks
extends: default
applies_to: {trades: [Banking], models: ["card-*"]}
unassessed: critical
sign_off:
  medium: {roles: [reviewer, business], people: 2, valid_days: 90}
drop: [canary]
items:
  step-by-step: {check: {kind: explained, days: 31}}
  alerts-sent: {valid_days: 90}
  desk-told:
    stage: deploy
    tier: medium
    role: operations
    text: The desk knows the day on which it starts.
    why: They are asked first.
    how: A line in the desk's calendar; attach it.
    valid_days: 90
    blocks: true
  enough-decisions:
    stage: monitor
    tier: low
    role: operations
    text: It decided at least a thousand times last month.
    check:
      sql: |
        select model, version, sum(decisions) >= 1000 as passes, sum(decisions)::varchar as value
        from volume where day >= ($now - interval 30 day)::date group by model, version
  weights-named:
    stage: pilot
    tier: high
    role: data_science
    text: Its weights are named.
    check: {python: "checks.py:weights_named", tables: [params]}
"""
"""A policy's file that says most of what one can say."""

_INTRODUCTION = """\
# Policies

A policy says what a model has to have in order before it goes on, stage by stage, and who signs it off. How much it
asks depends on the model's tier, which follows from its [risk](workspace.md#the-tier): an item is asked for *from its
tier on*. One policy ships with Watchroom and holds wherever a workspace has no other; it is listed below in full.

The stages, each with the question that it answers:

«stages»

An item either checks itself, by one of the [kinds of check](checks.md) or by a check of your own, or it is a question
that a person answers on the page Handover. An automatic item that fails cannot be ticked by hand: it can only be
waived, with a reason and an end.

## A policy of your own

    watchroom policy show                     # what the one that ships asks; --tier and --stage narrow it down
    watchroom policy copy bank                # writes policies/bank.yaml, to be changed
    watchroom policy copy bank --whole        # the same with every item in full, to be cut down
    watchroom check                           # every mistake with file, line and field

A policy is a file `policies/<name>.yaml` in the workspace, and `<name>` is its name. It changes the policy that it
extends: what it leaves out stays as there. An item's id stays once it is there, since answers, waivers and sign-offs
name it; when what it asks or how it is checked changes, old answers no longer count, and say so.

```yaml
«example»```

- **Which policy holds** for a model: of those that fit it by `applies_to`, the one that fits most closely. A name of
  the model comes before a glob, a glob before trade and team, both of these before one, and anything before a policy
  for all; one of the workspace before the one that ships. Where two fit as closely the first by name holds, and Status
  says so.
- **A model whose risk is not assessed** is asked as one of the tier `unassessed`, and every place says that it is
  assumed.
- **A file called `default.yaml`** takes the place of the policy that ships, also for the policies that extend
  `default`.
- **A mistake** names the file, the line and the field. The policy is left out, with those that build on it, until it is
  mended; a refresh goes on with what it said before.
- **What no file can allow**: from medium on the author's own sign-off, or none by a reviewer; a role named twice; fewer
  than two people at critical; a sign-off that holds for more than 366 days, or 90 at critical; `unassessed: low`.

## Checks

| written as | means |
|---|---|
| `check: owners` | a kind, with what it takes left at its usual values |
| `check: {kind: explained, days: 31}` | a kind with parameters; a name or a value that cannot be is a mistake |
| `check: {sql: "select …"}` | a statement of your own over the [public tables](tables.md), for all models at once |
| `check: {python: "checks.py:name", tables: [kpis]}` | a function of your own, beside the policies or installed |
| `check: question` | none: a person answers it |

[Checks](checks.md) says what each kind looks at, and what own ones may do.

## The file
"""


_ALIKE = (".check", ".medium", ".high", ".critical")
"""Mappings without a section: what a check takes has a page of its own, and the tiers take the same as the first."""


def policies_markdown() -> str:
    """The whole page."""
    stages = "\n".join(f"- **{stage}**: {STAGE_QUESTIONS[stage]}" for stage in STAGES)
    head = _INTRODUCTION.replace("«stages»", stages).replace("«example»", EXAMPLE)
    return "\n".join([head, *sections("policy", _ALIKE), *_shipped()])


def _shipped() -> Iterator[str]:
    policy = shipped()
    counts = ", ".join(f"{len(policy.items_for(tier))} of {tier}" for tier in TIERS)
    alone = sum(item.check is not None for item in policy.items)
    yield "## The policy that ships\n"
    yield f"It asks for {counts}; {alone} of its {len(policy.items)} items check themselves."
    yield (
        "A bold id: its stage is not approved while the item is neither met nor waived. The 28 tests of the ML Test "
        "Score (Breck and others, 2017) bear their section and number. None of it is legal advice.\n"
    )
    for stage in STAGES:
        yield f"### {stage.capitalize()}\n\n" + _table(policy.items_for("critical", stage))
    yield "### Who signs\n\n| tier | roles | people | for days | the author too |\n|---|---|---|---|---|"
    for tier in TIERS:
        rule = policy.rule(tier)
        roles = ", ".join(_plain(role) for role in rule.roles) or "any one"
        yield f"| {tier} | {roles} | {rule.people} | {rule.valid_days} | {'yes' if rule.author_may else 'no'} |"
    yield ""


def _table(items: tuple[Item, ...]) -> str:
    rows = [
        f"| {f'**`{item.id}`**' if item.blocks else f'`{item.id}`'} | {item.text} | {item.tier} | {_plain(item.role)} "
        f"| {f'`{item.kind}`' if item.check else _question(item)} | {item.source} |"
        for item in items
    ]
    return "\n".join(
        ["| item | asks | from tier | whose | checked by | from |", "|---|---|---|---|---|---|", *rows, ""]
    )


def _question(item: Item) -> str:
    return f"a person, every {item.valid_days} days" if item.valid_days else "a person"


def _plain(role: str) -> str:
    return role.replace("_", " ")
