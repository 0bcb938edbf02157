"""Readers of sign-offs: what there is to be signed of a version, who has to sign, and what those before came to."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from watchroom.domain.policy import rules_from
from watchroom.domain.signable import Part
from watchroom.domain.signing import AskedItem, Basis, Kept, up_to
from watchroom.store.snapshot import Snapshot

_FIXED = ("metrics", "data", "card", "explanation")
"""The parts that only a refresh changes; the others are worked out with what people did since."""


@dataclass(frozen=True)
class State:
    """How a version stood at a stage at the refresh, as in `approval_states`; `until` is UTC without a zone."""

    version: int
    stage: str
    status: str
    missing: tuple[str, ...]
    people: int
    until: datetime | None
    reason: str


def states(snapshot: Snapshot, *, model: str) -> tuple[State, ...]:
    """Of every version of a model that is checked or was signed, at each stage; the newest version first."""
    rows = snapshot.rows(
        """select version, stage, status, missing, people, until, coalesce(reason, '') from approval_states
        where model = ? order by version desc, stage""",
        [model],
    )
    return tuple(
        State(version, stage, status, tuple(missing or ()), people, until, reason)
        for version, stage, status, missing, people, until, reason in rows
    )


def basis(snapshot: Snapshot, *, model: str, version: int, stage: str) -> Basis | None:
    """What there is to be signed of a version at a stage; None for one that is not checked, and so cannot be signed."""
    rows = snapshot.rows(
        """select s.tier, coalesce(m.assumed, false), s.authors, p.rules from check_subjects s
        join policies p using (policy) left join model_policies m on m.model = s.model
        where s.model = ? and s.version = ?""",
        [model, version],
    )
    if not rows or not up_to(stage):
        return None
    tier, assumed, authors, rules = rows[0]
    return Basis(
        model,
        version,
        stage,
        tier,
        assumed,
        tuple(authors or ()),
        rules_from(rules)[tier],
        _parts(snapshot, model, version, stage),
        _items(snapshot, model, version, stage),
        _evidence(snapshot, model, version),
        _files_changed(snapshot, model),
    )


def _parts(snapshot: Snapshot, model: str, version: int, stage: str) -> tuple[Part, ...]:
    rows = snapshot.rows(
        "select part, digest, content from signables where model = ? and version = ? and stage = ?",
        [model, version, stage],
    )
    found = {name: Part(name, digest, _content(content)) for name, digest, content in rows}
    return tuple(found[name] for name in _FIXED if name in found)


def _content(text: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(text)
    return content


def _items(snapshot: Snapshot, model: str, version: int, stage: str) -> tuple[AskedItem, ...]:
    rows = snapshot.rows(
        """select c.item, i.text, c.stage, c.kind, i.digest, c.measured, coalesce(i.blocks, false)
        from checks c join model_policies m on m.model = c.model
        join policy_items i on i.policy = m.policy and i.item = c.item
        where c.model = $model and c.version = $version and list_contains($stages, c.stage) order by i.position""",
        {"model": model, "version": version, "stages": list(up_to(stage))},
    )
    return tuple(AskedItem(*row) for row in rows)


def _evidence(snapshot: Snapshot, model: str, version: int) -> dict[int, Kept]:
    rows = snapshot.rows(
        "select seq, name, sha256, status from evidence where model = ? and version = ? order by seq", [model, version]
    )
    return {seq: Kept(*facts) for seq, *facts in rows}


def _files_changed(snapshot: Snapshot, model: str) -> dict[int, tuple[str, ...]]:
    """What became of the files of sign-offs that rest on files of the workspace: those that were carried over."""
    rows = snapshot.rows(
        """select seq, reason from approvals
        where model = ? and imported_from is not null and starts_with(reason, 'evidence changed: ')""",
        [model],
    )
    return {seq: (str(reason).removeprefix("evidence changed: "),) for seq, reason in rows}
