"""All that a model card rests on, read once from a snapshot; the sections and the bindings are made from this alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from watchroom.domain.attribution import Weight
from watchroom.errors import StoreError
from watchroom.store.queries import alerts, card, explanations, health, kpis, models, status, value
from watchroom.store.queries.alerts import Alert
from watchroom.store.queries.card import (
    About,
    Approved,
    Checked,
    Cutoff,
    Drifting,
    Finding,
    Group,
    Handed,
    Kept,
    Logged,
    Reading,
    Reference,
    Reign,
    Signed,
    Text,
    Version,
)
from watchroom.store.queries.explanations import Explanation
from watchroom.store.queries.health import Decay, Light
from watchroom.store.queries.kpis import Kpi
from watchroom.store.queries.value import Answer
from watchroom.store.snapshot import Snapshot
from watchroom.workspace.model_file import ModelSpec

NO_LOG = Logged((), (), ())


@dataclass(frozen=True)
class Known:
    """A model and one of its versions (None: the registry has none), as of a snapshot of `day` (UTC)."""

    snapshot: str
    made_at: datetime
    day: date
    currency: str
    about: About
    spec: ModelSpec | None
    text: Text | None
    versions: tuple[Version, ...]
    version: Version | None
    readings: tuple[Reading, ...]
    on_reference: dict[str, float]
    logged: Logged
    reference: Reference
    groups: tuple[Group, ...]
    drifting: tuple[Drifting, ...]
    explanation: Explanation | None
    weights: tuple[Weight, ...]
    """On the reference."""

    light: Light | None
    """The model's, where this version is the one in service."""

    alerts: tuple[Alert, ...]
    decay: Decay | None
    kpis: tuple[Kpi, ...]
    money: Answer | None
    cutoff: Cutoff | None
    checked: tuple[Checked, ...]
    scores: dict[str, tuple[float, int]]
    approved: tuple[Approved, ...]
    signed: tuple[Signed, ...]
    findings: tuple[Finding, ...]
    handed: tuple[Handed, ...]
    evidence: tuple[Kept, ...]
    reigns: tuple[Reign, ...]
    decided: tuple[int, int, date, date] | None

    @property
    def number(self) -> int | None:
        """The version's number."""
        return self.version.version if self.version else None

    @property
    def role(self) -> str:
        """What the version is; empty for one that is nothing in particular."""
        if self.version is None:
            return ""
        if self.version.aliases:
            return " and ".join(self.version.aliases)
        return "newest version" if self.version is self.versions[0] else ""


def read(snapshot: Snapshot, *, model: str, version: int | None = None) -> Known:
    """What is known of the version; of the champion, else of the newest one, where none is given.

    Raises StoreError for a model or a version that the snapshot does not know.
    """
    about = card.about(snapshot, model=model)
    if about is None:
        known = ", ".join(models.names(snapshot))
        raise StoreError(f"There is no model {model[:80]!r} in this snapshot.", next_step=f"It has {known or 'none'}.")
    versions = card.versions(snapshot, model=model)
    chosen = _chosen(versions, model, version)
    number = chosen.version if chosen else -1  # no version has a number below 1
    explained = next((one for one in explanations.versions(snapshot, model=model) if one.version == number), None)
    light = health.lights(snapshot).get(model)
    return Known(
        snapshot=snapshot.id,
        made_at=snapshot.made_at,
        day=snapshot.day,
        currency=status.workspace(snapshot).get("currency") or "",
        about=about,
        spec=None if about.spec is None else ModelSpec.model_validate_json(about.spec),
        text=card.text(snapshot, model=model),
        versions=versions,
        version=chosen,
        readings=card.readings(snapshot, model=model, version=number),
        on_reference=card.on_reference(snapshot, model=model, version=number),
        logged=card.logged(snapshot, run_id=chosen.run_id) if chosen and chosen.run_id else NO_LOG,
        reference=card.reference(snapshot, model=model, version=number),
        groups=card.groups(snapshot, model=model, version=number),
        drifting=card.drifting(snapshot, model=model, version=number),
        explanation=explained,
        weights=explanations.weights(snapshot, model=model, version=number, grain="reference", start=None),
        light=light if light is not None and light.version == number else None,
        alerts=tuple(one for one in alerts.open_alerts(snapshot, model=model) if one.version in (None, number)),
        decay=health.decay(snapshot, model=model, version=number),
        kpis=kpis.register(snapshot, model=model),
        money=value.answer(snapshot, model=model),
        cutoff=card.cutoff(snapshot, model=model, version=number),
        checked=card.checked(snapshot, model=model, version=number),
        scores=dict(card.test_score(snapshot, model=model, version=number)),
        approved=card.approved(snapshot, model=model, version=number),
        signed=card.signed(snapshot, model=model, version=number),
        findings=card.findings(snapshot, model=model, version=number),
        handed=card.handed(snapshot, model=model, version=number),
        evidence=card.evidence(snapshot, model=model, version=number),
        reigns=card.reigns(snapshot, model=model),
        decided=card.decided(snapshot, model=model, version=number),
    )


def _chosen(versions: tuple[Version, ...], model: str, asked: int | None) -> Version | None:
    if asked is None:
        champion = next((one for one in versions if "champion" in one.aliases), None)
        return champion or next(iter(versions), None)
    found = next((one for one in versions if one.version == asked), None)
    if found is None:
        known = ", ".join(str(one.version) for one in versions)
        raise StoreError(
            f"{model[:80]!r} has no version {asked} in this snapshot.", next_step=f"It has {known or 'none'}."
        )
    return found
