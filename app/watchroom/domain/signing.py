"""What a refresh leaves for signing a model version at a stage; with what people did since, it is what is signed.

Pure: `ledger.signing` puts the two together, for a page, for a click, and for the refresh itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from watchroom.domain.check_kinds import KINDS
from watchroom.domain.policy import STAGES, SignOffRule
from watchroom.domain.signable import Part


@dataclass(frozen=True)
class AskedItem:
    """An item that is asked of a version: the policy's, and what the refresh measured of it by itself."""

    item: str
    text: str
    stage: str
    kind: str
    digest: str
    measured: str
    blocks: bool

    @property
    def binds(self) -> bool:
        """Whether a sign-off rests on it: not on what looks at sign-offs, findings or how the model does today."""
        return self.kind not in KINDS or KINDS[self.kind].binds

    @property
    def about_sign_offs(self) -> bool:
        """Whether it looks at sign-offs and handovers themselves: it cannot be asked for before these are given."""
        return self.kind in KINDS and KINDS[self.kind].area in ("sign-offs", "handover")


@dataclass(frozen=True)
class Kept:
    """A file that was kept as evidence: its name, SHA-256 (hex), and `held`, `changed`, `gone` or `withdrawn`."""

    name: str
    sha256: str
    status: str = "held"


@dataclass(frozen=True)
class Basis:
    """Of a version at a stage: who has to sign, the parts that do not change between refreshes, the items, the files.

    `items` are those of the stage and of the stages before it, `evidence` is by the ledger's entry. `files_changed` is
    what has become of the files of sign-offs that rest on files of the workspace, in words, by the ledger's entry.
    `assumed`: the risk is not assessed, so that the policy's tier for such models is asked.
    """

    model: str
    version: int
    stage: str
    tier: str
    assumed: bool
    authors: tuple[str, ...]
    rule: SignOffRule
    parts: tuple[Part, ...]
    items: tuple[AskedItem, ...] = ()
    evidence: Mapping[int, Kept] = field(default_factory=dict)
    files_changed: Mapping[int, tuple[str, ...]] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, int, str]:
        """What it is about."""
        return (self.model, self.version, self.stage)


def up_to(stage: str) -> tuple[str, ...]:
    """The stages up to this one, itself included."""
    return STAGES[: STAGES.index(stage) + 1] if stage in STAGES else ()
