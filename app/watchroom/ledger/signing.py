"""What is there to be signed right now: what the last refresh left, with what people did since.

A page, the click on its button and the refresh itself ask this one place, so that all three mean the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from watchroom.domain.signable import Part, Signable, part
from watchroom.domain.signing import AskedItem, Basis, Kept, up_to
from watchroom.domain.standing import Standing, standing
from watchroom.ledger import checklist_read, evidence, findings_read
from watchroom.ledger.alerts import Reader
from watchroom.ledger.approvals import Current
from watchroom.ledger.checklist_read import Checklists
from watchroom.ledger.evidence import Held
from watchroom.ledger.findings_read import Findings

WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Done:
    """What people did, as far as it bears on signing."""

    checklists: Checklists = field(default_factory=Checklists)
    findings: Findings = field(default_factory=Findings)
    evidence: Held = field(default_factory=Held)


def read(ledger: Reader, known: Done | None = None) -> Done:
    """What people did, as the ledger has it now; with what was read before, only what came since. `LedgerError`."""
    start = known or Done()
    return Done(
        checklist_read.read(ledger, start.checklists),
        findings_read.read(ledger, start.findings),
        evidence.read(ledger, start.evidence),
    )


def current_of(basis: Basis, known: Done | None, at: datetime | None = None) -> Callable[[Reader], Current]:
    """What says under the ledger's lock what there is to be signed; `known` saves reading what was read before."""

    def current(reader: Reader) -> Current:
        return current_now(basis, read(reader, known), at or datetime.now(UTC))

    return current


def current_now(basis: Basis, done: Done, at: datetime) -> Current:
    """What there is to be signed at `at` (UTC), with the rule by which it is."""
    return Current(signable(basis, done, at), basis.rule, basis.files_changed)


def signable(basis: Basis, done: Done, at: datetime) -> Signable:
    """All that a sign-off binds at `at` (UTC), and what keeps it from being approved."""
    kept = _kept(basis, done)
    stands = {one.item: _standing(one, basis, kept, done, at) for one in basis.items}
    parts = {one.name: one for one in basis.parts}
    parts["checks"] = _checks(basis, stands)
    parts["evidence"] = _evidence(kept)
    held_up = _open_findings(basis, done)
    return Signable(
        basis.model,
        basis.version,
        basis.stage,
        basis.tier,
        basis.authors,
        tuple(parts[name] for name in _ORDER if name in parts),
        (*_open_items(basis, stands), *held_up),
        held_up,
    )


_ORDER = ("metrics", "checks", "data", "card", "explanation", "evidence")

_MOST_TITLE = 80
"""Characters of an item's or a finding's name in the reasons why something cannot be approved."""


def _kept(basis: Basis, done: Done) -> dict[int, Kept]:
    """The files as the refresh found them, with those that were added or withdrawn since."""
    kept = dict(basis.evidence)
    for one in done.evidence.all.values():
        if (one.about.model, one.about.version) != (basis.model, basis.version):
            continue
        if one.withdrawn is not None:
            kept[one.seq] = Kept(one.file.name, one.file.sha256, WITHDRAWN)
        else:
            kept.setdefault(one.seq, Kept(one.file.name, one.file.sha256))
    return kept


def _standing(one: AskedItem, basis: Basis, kept: Mapping[int, Kept], done: Done, at: datetime) -> Standing:
    told = done.checklists.of(basis.model, basis.version, one.item)
    answer = told.answer
    rests_on = kept.get(answer.evidence) if answer and answer.evidence is not None else None
    status = rests_on.status if rests_on else "held"
    return standing(one.measured, one.kind, one.digest, answer, told.waiver, at, evidence=status)


def _checks(basis: Basis, stands: Mapping[str, Standing]) -> Part:
    return part("checks", {one.item: stands[one.item].status for one in basis.items if one.binds})


def _evidence(kept: Mapping[int, Kept]) -> Part:
    """The files that stand, each by its name and entry; of one that is gone or changed it says so, not its digest."""
    content: dict[str, Any] = {
        f"{one.name} (entry {seq})": one.sha256 if one.status == "held" else one.status
        for seq, one in kept.items()
        if one.status != WITHDRAWN
    }
    return part("evidence", content)


def _open_items(basis: Basis, stands: Mapping[str, Standing]) -> tuple[str, ...]:
    """The items that hold up its approval: of the stages up to this one, as with findings."""
    stages = up_to(basis.stage)
    asked = [one for one in basis.items if one.blocks and one.stage in stages and not one.about_sign_offs]
    return tuple(_open_item(one, basis, stands[one.item]) for one in asked if stands[one.item].open)


def _open_item(one: AskedItem, basis: Basis, stands: Standing) -> str:
    """An item that is open, with its stage where that is an earlier one."""
    earlier = f", of {one.stage}" if one.stage != basis.stage else ""
    return f"{_short(one.text)} ({stands.status}{earlier})"


def _open_findings(basis: Basis, done: Done) -> tuple[str, ...]:
    found = done.findings.blocking(basis.model, basis.version, basis.stage)
    return tuple(f"finding {one.seq}: {_short(one.found.title)} ({one.state})" for one in found)


def _short(text: str) -> str:
    return text if len(text) <= _MOST_TITLE else f"{text[: _MOST_TITLE - 1]}…"
