"""The sign-offs that the demo's people gave, and writing them into the ledger as carried over from elsewhere.

They were given months before the ledger was made, so they are imported: the ledger says so and vouches only for the day
of the import. Nothing else of the past is written; the registry's events come from refreshes alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

from watchroom.demo.evidence import EVIDENCE_FILES, digest, evidence_path
from watchroom.demo.plan import Plan
from watchroom.demo.worlds.base import World

EVIDENCE_CHANGED = "claims-severity"
"""The model whose champion's report was regenerated after it had been signed."""

SIGNERS: Mapping[str, Mapping[str, str]] = {
    "claims-severity": {
        "reviewer": "ines.duarte@example.com",
        "business": "henrik.olsen@example.com",
    },
    "card-fraud": {
        "reviewer": "ines.duarte@example.com",
        "business": "sofia.marino@example.com",
        "operations": "kwame.boateng@example.com",
    },
    "telecom-churn": {
        "reviewer": "ruth.adler@example.com",
        "business": "liam.byrne@example.com",
    },
    "retail-demand": {
        "reviewer": "ruth.adler@example.com",
        "operations": "anna.kowalska@example.com",
    },
}
"""Who signed for a model's champion, by role; nobody for a model without owners."""

SOURCE = "demo"
STAGE = "deploy"


@dataclass(frozen=True)
class SignedFile:
    """A piece of evidence as it was when it was signed: its path in the workspace, its SHA-256 in hex."""

    path: str
    sha256: str


@dataclass(frozen=True)
class ApprovalToSign:
    """A sign-off of the demo; `at` is when it was given, UTC."""

    model: str
    version: int
    stage: str
    actor: str
    role: str
    at: datetime
    evidence: tuple[SignedFile, ...]

    def as_json(self) -> dict[str, Any]:
        """What the marker file keeps."""
        files = [[file.path, file.sha256] for file in self.evidence]
        return {**vars(self), "at": self.at.isoformat(), "evidence": files}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> ApprovalToSign:
        """What `as_json` gave."""
        files = tuple(SignedFile(path, sha256) for path, sha256 in kept["evidence"])
        return cls(**{**kept, "at": datetime.fromisoformat(kept["at"]), "evidence": files})


def collect(folder: Path, plan: Plan, worlds: Iterable[World]) -> list[ApprovalToSign]:
    """The sign-offs for the champions, with the evidence as it stands under `folder` now; in the order of time."""
    given = [_given(folder, plan, world, place, role) for world in worlds for place, role in enumerate(_roles(world))]
    return sorted(given, key=lambda one: one.at)


def sign(ledger_url: str, given: Iterable[ApprovalToSign]) -> int:
    """Write into the ledger those that it does not hold yet; how many were written. Raises `LedgerError`."""
    from watchroom.domain.policy import Stage
    from watchroom.ledger import Ledger
    from watchroom.ledger.approvals import Evidence, Imported, SignOff, approvals, import_sign_offs

    def sign_off(one: ApprovalToSign) -> SignOff:
        files = tuple(Evidence(file.path, file.sha256) for file in one.evidence)
        stage = cast(Stage, one.stage)
        return SignOff(one.model, one.version, stage, "approved", one.actor, one.role, files, "Part of the demo.")

    with Ledger.open(ledger_url, create=True) as ledger:
        held = {approval.sign_off for approval in approvals(ledger)}
        new = [(sign_off(one), Imported(one.at, SOURCE)) for one in given if sign_off(one) not in held]
        return len(import_sign_offs(ledger, new))


def _roles(world: World) -> tuple[str, ...]:
    return tuple(SIGNERS.get(world.model, {}))


def _given(folder: Path, plan: Plan, world: World, place: int, role: str) -> ApprovalToSign:
    """The first signs three days before the version went live, the others a few hours later each."""
    version = world.champion
    paths = [evidence_path(world.model, version, name) for name in EVIDENCE_FILES]
    return ApprovalToSign(
        model=world.model,
        version=version,
        stage=STAGE,
        actor=SIGNERS[world.model][role],
        role=role,
        at=plan.moment(world.live[-1].days + 3) + timedelta(hours=10 + 3 * place, minutes=12),
        evidence=tuple(SignedFile(path, digest(folder / path)) for path in paths),
    )
