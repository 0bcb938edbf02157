"""A policy on the command line: printed to be read, and copied to be changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from watchroom.domain.policy import STAGE_QUESTIONS, STAGES, Item, Policy, SignOffRule, Stage
from watchroom.domain.risk import TIERS, Tier
from watchroom.errors import WorkspaceError
from watchroom.workspace.load import load_workspace
from watchroom.workspace.mistakes import listed, nearest, quoted
from watchroom.workspace.policies import POLICIES_FOLDER, SHIPPED_FILE

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}")

_START = """\
# yaml-language-server: $schema=../.schema/policy.json
# A policy of your own: the one that ships, with what you change. docs/policies.md explains every field, docs/checks.md
# every kind of check; `watchroom policy show` prints what it asks. Check this file with: watchroom check
title: Our own policy
extends: default

# Which models it is for; left out: all.
# applies_to: {models: ["card-*"], trades: [Banking], teams: [Cards]}

# The tier that a model is asked for whose risk is not assessed.
# unassessed: high

# Who signs, by tier; what is left out stays as it is.
# sign_off:
#   medium: {roles: [reviewer], people: 1, valid_days: 180}

# Items that are not asked for.
# drop: [canary]

# Items that are changed, or added.
# items:
#   step-by-step: {check: {kind: explained, days: 31}}
#   our-own:
#     stage: deploy
#     tier: medium
#     role: operations
#     text: The desk knows the day on which it starts.
#     why: They are asked first.
#     how: A line in the desk's calendar; attach it.
#     valid_days: 90
#     blocks: true
"""


def policy_named(folder: Path, name: str) -> Policy:
    """The workspace's policy of that name; the one that ships also where there is no workspace.

    Raises `WorkspaceError` when there is none, with the nearest name, or with the first mistake in its file.
    """
    workspace = load_workspace(folder)
    if name in workspace.policies and name not in workspace.broken_policies:
        return workspace.policies[name]
    file = workspace.broken_policies.get(name)
    mistake = next((problem for problem in workspace.problems if file and problem.file == file), None)
    if mistake is not None:
        raise mistake
    known = list(workspace.policies)
    hint = nearest(name, known) or f"There are {listed(known)}."
    raise WorkspaceError(f"There is no policy {quoted(name)}.", next_step=hint)


def policy_text(policy: Policy, tier: str | None = None, stage: str | None = None) -> str:
    """The policy as Markdown: what it asks by stage, and who signs; of one tier and stage where they are given."""
    tiers = [one for one in TIERS if tier in (None, one)]
    stages = [one for one in STAGES if stage in (None, one)]
    head = f"# {policy.title or policy.name}\n\n{_about(policy)}"
    parts = [head, *(part for one in stages if (part := _stage(policy, one, tiers[-1]))), _signs(policy, tiers)]
    return "\n\n".join(parts) + "\n"


def _about(policy: Policy) -> str:
    own = f"From {policy.file}" if policy.file else "The one that ships with Watchroom"
    base = f", on top of {policy.extends}" if policy.extends else ""
    return f"{own}{base}. A model whose risk is not assessed is asked as one of tier {policy.unassessed}."


def _stage(policy: Policy, stage: Stage, tier: Tier) -> str:
    items = policy.items_for(tier, stage)
    lines = [f"## {stage.capitalize()}: {STAGE_QUESTIONS[stage]}", *("\n".join(_item(item)) for item in items)]
    return "\n\n".join(lines) if items else ""


def _item(item: Item) -> Iterator[str]:
    blocks = "; nothing is approved at this stage while it is open" if item.blocks else ""
    yield f"- **{item.text}** `{item.id}`"
    yield f"  From tier {item.tier} on, {item.role.replace('_', ' ')}; {_checked(item)}{blocks}."
    for word, said in (("Why", item.why), ("How", item.how), ("From", item.source)):
        if said:
            yield f"  {word}: {said}"


def _checked(item: Item) -> str:
    if item.check is None:
        return f"a question{f', every {item.valid_days} days' if item.valid_days else ''}"
    with_ = ", ".join(f"{name} {_shown(value)}" for name, value in item.params.items() if name != "sql")
    return f"checks itself by `{item.kind}`{f' ({with_})' if with_ else ''}"


def _shown(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _signs(policy: Policy, tiers: list[Tier]) -> str:
    return "\n".join(["## Who signs", "", *(f"- {tier}: {rule_words(policy.rule(tier))}" for tier in tiers)])


def rule_words(rule: SignOffRule) -> str:
    """A rule in words: `reviewer and business, 2 people, for 90 days; never the author`."""
    who = " and ".join(role.replace("_", " ") for role in rule.roles) or "any role"
    people = f"{rule.people} {'person' if rule.people == 1 else 'people'}"
    return f"{who}, {people}, for {rule.valid_days} days; {'also' if rule.author_may else 'never'} the author"


def copy_policy(folder: Path, name: str, *, whole: bool) -> Path:
    """Writes `policies/NAME.yaml` and gives its path; never over a file that is there. Raises `WorkspaceError`."""
    if not _NAME.fullmatch(name):
        why = "Expected letters, digits, `-` and `_`, at most 60."
        raise WorkspaceError(f"A policy cannot be called {quoted(name)}.", why=why)
    path = folder / POLICIES_FOLDER / f"{name}.yaml"
    text = SHIPPED_FILE.read_text("utf-8") if whole else _START
    try:
        path.parent.mkdir(exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        step = "Change that one, or give another name."
        raise WorkspaceError(f"There is a file {path} already.", next_step=step) from None
    except OSError as error:
        why = f"{error.strerror or type(error).__name__}."
        raise WorkspaceError(f"{path} cannot be written.", why=why, next_step="Name another workspace.") from None
    return path
