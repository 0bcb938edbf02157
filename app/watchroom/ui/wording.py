"""Sentences for what the store found: registry events, issues of a model. Text from outside is made harmless here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from watchroom.domain.money_text import money
from watchroom.store.queries.models import Event, Issue, Model
from watchroom.ui.text import one_line, some
from watchroom.ui.workspace import facts

ROLE_NAMES = {
    "business": "business",
    "data_science": "data science",
    "operations": "operations",
    "reviewer": "review",
    "on_call": "on call",
    "deputy": "deputy",
}
"""How the roles of a model's file are said in a sentence."""

WAITS_FOR = {
    "light_failing": ("operations", "data_science"),
    "light_drifted": ("operations", "data_science"),
    "kpi_beyond": ("business", "data_science"),
    "loses_money": ("business",),
    "approval_rejected": ("data_science", "reviewer"),
    "approval_void": ("reviewer", "data_science"),
    "approval_missing": ("reviewer",),
    "no_owner": ("business", "admin"),
    "owner_gap": ("business", "admin"),
    "no_champion": ("data_science",),
    "no_file": ("data_science", "admin"),
    "file_broken": ("data_science", "admin"),
    "run_deleted": ("data_science", "operations"),
    "not_registered": ("data_science",),
    "unread": ("operations", "admin"),
}
"""Whose move it is, by kind of issue."""

SEVERITY_NAMES = {3: "Wrong", 2: "Missing", 1: "Gap"}


def issue(found: Issue) -> str:
    """An issue in a short sentence, plain text."""
    detail = one_line(found.detail, 160)
    match found.kind:
        case "light_failing":
            return f"Failing: {detail}" if detail else "Failing"
        case "light_drifted":
            return f"{detail[:1].upper()}{detail[1:]}" if detail.startswith("drifted") else f"Drifted: {detail}"
        case "kpi_beyond":
            return f"Beyond its limit: {detail}"
        case "loses_money":
            return f"It lost {money(float(found.detail), facts().currency)} in the last whole month"
        case "approval_void":
            return f"Approval of version {found.version} does not hold: {detail or 'its evidence has changed'}"
        case "approval_rejected":
            return f"Champion version {found.version} was rejected{f': {detail}' if detail else ''}"
        case "approval_missing":
            return f"Champion version {found.version} has no approval"
        case "run_deleted":
            return f"The run of champion version {found.version} was deleted in MLflow"
        case "owner_gap":
            return f"Nobody for {some([ROLE_NAMES.get(role, role) for role in found.detail.split(',')], 4)}"
        case "file_broken":
            return f"Its file has a mistake: {detail}"
        case "unread":
            return f"Read with a gap: {detail}"
    return _FIXED.get(found.kind, found.kind)


_FIXED = {
    "no_owner": "Nobody owns it",
    "no_champion": "No champion",
    "no_file": "No file in the workspace: purpose, owners and risk are unknown",
    "not_registered": "Not in the registry yet",
}


def issues(model: Model) -> str:
    """All issues of a model on one line; empty for none."""
    return " · ".join(issue(found) for found in model.issues)


def event(found: Event) -> str:
    """A change of the registry in a sentence, plain text: `champion of x moved from version 2 to 3`."""
    model, name = one_line(found.model, 60), one_line(found.name or "", 40)
    value, before = one_line(found.value or "", 60), one_line(found.previous_value or "", 60)
    match found.event:
        case "model_added":
            return f"{model} is new in the registry"
        case "model_gone":
            return f"{model} is gone from the registry"
        case "version_added":
            return f"{model} has a new version {found.version}"
        case "version_gone":
            return f"Version {_either(found)} of {model} is gone"
        case "alias_set":
            return f"{name} of {model} is now version {found.version}"
        case "alias_moved":
            return f"{name} of {model} moved from version {found.previous_version} to {found.version}"
        case "alias_removed":
            return f"{model} has no {name} any more; it was version {found.previous_version}"
        case "stage_changed":
            return f"Stage of {_place(found, model)} changed from {before or 'none'} to {value or 'none'}"
        case "tag_set":
            return f"Tag {name} of {_place(found, model)} was set to “{value}”"
        case "tag_changed":
            return f"Tag {name} of {_place(found, model)} changed from “{before}” to “{value}”"
        case "tag_removed":
            return f"Tag {name} of {_place(found, model)} was removed; it was “{before}”"
    return f"{one_line(found.event, 40)} on {model}"


def events(found: Sequence[Event]) -> list[tuple[Event, str]]:
    """The events with their sentences; several tags that one refresh saw in one place become one sentence."""
    said: list[tuple[Event, str]] = []
    for (_, _, _, is_tag), together in groupby(_in_order(found), key=_place_and_time):
        group = list(together)
        if is_tag and len(group) > 1:
            said.append((group[0], _tags(group)))
        else:
            said.extend((one, event(one)) for one in group)
    return said


def _in_order(found: Sequence[Event]) -> list[Event]:
    """The newest first; of what one refresh saw in one place, the tags last."""
    by_place = sorted(found, key=lambda one: (_place_and_time(one)[1:], -one.seq))
    return sorted(by_place, key=lambda one: one.seen_at, reverse=True)


def _place_and_time(one: Event) -> tuple[datetime, str, int, bool]:
    is_tag = one.event.startswith("tag_")
    return one.seen_at, one.model, (one.version or 0) if is_tag else 0, is_tag


def _tags(group: list[Event]) -> str:
    names = some([one_line(one.name or "", 40) for one in group])
    return f"{len(group)} tags of {_place(group[0], one_line(group[0].model, 60))} changed: {names}"


EVENT_ICONS = {
    "alias_set": ":material/flag:",
    "alias_moved": ":material/swap_horiz:",
    "alias_removed": ":material/flag:",
    "model_added": ":material/add_circle:",
    "version_added": ":material/add_circle:",
    "model_gone": ":material/cancel:",
    "version_gone": ":material/cancel:",
    "stage_changed": ":material/swap_horiz:",
}
TAG_ICON = ":material/sell:"


def _either(found: Event) -> int | None:
    return found.version if found.version is not None else found.previous_version


def _place(found: Event, model: str) -> str:
    return f"version {found.version} of {model}" if found.version is not None else model
