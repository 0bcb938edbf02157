"""The step that says what to do next about each model: the table `actions`, made anew from what the draft knows."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from watchroom.domain import actions as rules
from watchroom.domain.actions_types import DECIDES, NOTHING, Action
from watchroom.jobs.value.situations import situations
from watchroom.store.draft import Draft
from watchroom.store.preview import Preview
from watchroom.store.whole import put_whole
from watchroom.workspace.load import Workspace


def advise(draft: Draft, workspace: Workspace) -> str:
    """Fill the table `actions`; returns what was done, in words. All other parts of the draft must be there.

    A model without a file has no advice: its first step is to write one, which Home says. While a file has a mistake,
    what was advised before stands.
    """
    reader = Preview(draft)
    found = {one.model: (one.version, rules.advise(one)) for one in situations(reader, workspace)}
    owners = _owners(reader)
    held = reader.rows("select * from actions")
    rows = [
        _row(model, version, place, action, owners.get(model))
        for model, (version, actions) in found.items()
        for place, action in enumerate(actions, start=1)
    ]
    broken = set(workspace.files) - set(workspace.models)
    rows += [row for row in held if row[0] in broken]
    if not put_whole(draft, "actions", rows):
        return "nothing new"
    todo = sum(row[4] != NOTHING for row in rows)
    return f"models advised on: {len(found):,}, things to do: {todo:,}"


def _owners(reader: Preview) -> dict[str, str]:
    """Who holds the role that decides, by model."""
    rows = reader.rows("select model, person from owners where role = ? and person <> ''", [DECIDES])
    return {str(model): str(person) for model, person in rows}


def _row(model: str, version: int | None, place: int, one: Action, decides: str | None) -> tuple[Any, ...]:
    worth = (one.worth.more, one.worth.low, one.worth.high) if one.worth else (None, None, None)
    page = f"{one.page}?{urlencode(one.params)}"
    told = (one.action, place, one.urgency, one.reason, *worth)
    return (model, version, *told, one.target_version, one.cutoff, DECIDES, decides, page)
