"""Handovers as the ledger's entries leave them; the rules of the acts are in `handovers`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from watchroom.domain.handover import Ended, Given, Handover, Remark, Terms
from watchroom.ledger.acts import since
from watchroom.ledger.alerts import Reader
from watchroom.ledger.entry import Entry, Head, explaining_payload
from watchroom.ledger.kinds import HANDOVER


@dataclass(frozen=True)
class Handovers:
    """Every handover by its number, up to the entry `head`."""

    head: Head = field(default_factory=Head)
    all: Mapping[int, Handover] = field(default_factory=dict)

    def of(self, model: str | None, version: int | None = None) -> tuple[Handover, ...]:
        """The handovers of a model (None: of all) and version (None: of all), the newest first."""
        found = [
            one for one in self.all.values()
            if model in (None, one.terms.model) and version in (None, one.terms.version)
        ]  # fmt: skip
        return tuple(sorted(found, key=lambda one: -one.seq))


def read(ledger: Reader, known: Handovers | None = None) -> Handovers:
    """The handovers as the ledger has them; with those read before, only what came since is read. `LedgerError`."""
    start = known or Handovers()
    head, leads, found = since(ledger, start.head, (HANDOVER,))
    if head == start.head:
        return start
    every = dict(start.all) if leads else {}
    for entry in found:
        with explaining_payload(entry):
            one = applied(every, entry)
        every[one.seq] = one
    return Handovers(head, every)


def applied(every: Mapping[int, Handover], entry: Entry) -> Handover:
    """The handover that an entry is about, as it leaves it."""
    said = entry.payload
    if said["act"] == "begun":
        return Handover(entry.seq, entry.at, entry.actor, entry.role, _terms(entry, said), entry.seq)
    before = every[int(said["handover"])]
    match said["act"]:
        case "changed":
            # What the giver signed was another thing.
            return replace(before, terms=_terms(entry, said), last_seq=entry.seq, given=None)
        case "commented":
            remark = Remark(entry.seq, entry.at, entry.actor, entry.role, str(said["text"]))
            return replace(before, remarks=(*before.remarks, remark))
        case "given":
            given = Given(entry.seq, entry.at, entry.actor, said["digest"], dict(said["parts"]), said["note"])
            return replace(before, given=given, last_seq=entry.seq)
        case "taken_back":
            return replace(before, given=None, last_seq=entry.seq)
        case "in_file":
            return replace(before, settled=before.settled | {str(role) for role in said["roles"]})
        case "accepted" | "declined" | "withdrawn":
            return replace(before, ended=_ended(entry, said), last_seq=entry.seq)
    raise KeyError(said["act"])


def _terms(entry: Entry, said: Mapping[str, Any]) -> Terms:
    return Terms(
        model=str(entry.model),
        version=int(entry.version or 0),
        stage=str(said["stage"]),
        from_team=str(said["from_team"]),
        to_team=str(said["to_team"]),
        giver=str(said["giver"]),
        receiver=str(said["receiver"]),
        due=date.fromisoformat(said["due"]) if said["due"] else None,
        note=str(said["note"]),
        owners={str(role): str(person) for role, person in said["owners"].items()},
    )


def _ended(entry: Entry, said: Mapping[str, Any]) -> Ended:
    return Ended(
        entry.seq,
        entry.at,
        entry.actor,
        said["act"],
        str(said["reason"]),
        dict(said.get("was", {})),
        tuple(said.get("alerts", ())),
        tuple(said.get("findings", ())),
    )
