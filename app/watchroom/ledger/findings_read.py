"""Findings as the ledger has them: what was found, what was said and done about it, and how it stands.

A finding is what its entries come to; the acts that write these, with their rules, are in `ledger.findings`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal, get_args

from watchroom.domain.authors import is_author
from watchroom.domain.policy import STAGES
from watchroom.ledger.acts import since
from watchroom.ledger.alerts import Reader
from watchroom.ledger.entry import Entry, Head, explaining_payload
from watchroom.ledger.kinds import FINDING

Severity = Literal["high", "medium", "low"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)

State = Literal["open", "answered", "accepted", "withdrawn"]

Name = Literal["opened", "answered", "sent_back", "accepted", "reassigned", "changed", "commented", "withdrawn"]


@dataclass(frozen=True)
class Found:
    """What a reviewer found. `version` None: it concerns every version; `blocks`: the stage that it holds up, or None.

    `owner` is who is to see to it, empty for nobody; `due` their date, None for none.
    """

    model: str
    version: int | None
    severity: Severity
    title: str
    text: str = ""
    owner: str = ""
    due: date | None = None
    blocks: str | None = None


@dataclass(frozen=True)
class Act:
    """Something done with a finding: when (UTC), by whom, in which role, and what they wrote; it may be empty.

    `change` says in words what it changed besides, such as the owner; empty for nothing.
    """

    seq: int
    at: datetime
    actor: str
    role: str | None
    name: Name
    text: str
    change: str = ""


@dataclass(frozen=True)
class Finding:
    """A finding as its entries leave it. `seq` is the entry that opened it; `found` has the owner and date of now.

    `acts` are in the order of writing, the opening first.
    """

    seq: int
    found: Found
    acts: tuple[Act, ...]
    state: State = "open"

    @property
    def actor(self) -> str:
        """Who opened it."""
        return self.acts[0].actor

    @property
    def at(self) -> datetime:
        """When it was opened, UTC."""
        return self.acts[0].at

    @property
    def last(self) -> Act:
        """The last act on it."""
        return self.acts[-1]

    @property
    def last_seq(self) -> int:
        """The last entry that was more than a comment: what an act has to have seen."""
        return max(act.seq for act in self.acts if act.name != "commented")

    @property
    def rounds(self) -> int:
        """How often it was answered."""
        return sum(act.name == "answered" for act in self.acts)

    @property
    def answered_by(self) -> tuple[str, ...]:
        """Everybody who answered it, in any round."""
        return tuple(dict.fromkeys(act.actor for act in self.acts if act.name == "answered"))

    @property
    def answered_at(self) -> datetime | None:
        """When the answer that waits for the reviewer was given, UTC; None while none waits."""
        times = [act.at for act in self.acts if act.name == "answered"]
        return times[-1] if self.state == "answered" else None

    @property
    def ended_at(self) -> datetime | None:
        """When it was accepted or withdrawn, UTC; None while it was not."""
        ends = [act.at for act in self.acts if act.name in ("accepted", "withdrawn")]
        return ends[-1] if ends else None

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to do about it."""
        return self.state in ("accepted", "withdrawn")

    def concerns(self, model: str, version: int | None) -> bool:
        """Whether it is about that version; one about every version is, and every one is asked for with None."""
        same = self.found.version is None or version is None or self.found.version == version
        return self.found.model == model and same

    def holds_up(self, model: str, version: int, stage: str) -> bool:
        """Whether the version cannot be approved at the stage while it is open: the stage named, and those after it."""
        if self.is_over or self.found.blocks not in STAGES or not self.concerns(model, version):
            return False
        order = list(STAGES)
        return stage in order and order.index(stage) >= order.index(self.found.blocks)


@dataclass(frozen=True)
class Findings:
    """Every finding by its number, up to the entry `head`."""

    head: Head = field(default_factory=Head)
    all: Mapping[int, Finding] = field(default_factory=dict)

    def of(self, model: str | None, version: int | None = None) -> tuple[Finding, ...]:
        """The findings about a model's version, or all of a model, or of all models; the newest first."""
        found = [one for one in self.all.values() if model is None or one.concerns(model, version)]
        return tuple(sorted(found, key=lambda one: -one.seq))

    def blocking(self, model: str, version: int, stage: str) -> tuple[Finding, ...]:
        """Those that keep the version from being approved at the stage, the oldest first."""
        return tuple(one for one in self.all.values() if one.holds_up(model, version, stage))

    def owned_by(self, person: str, model: str | None = None) -> tuple[Finding, ...]:
        """Those that are not over and that a person is to see to, the oldest first."""
        mine = [one for one in self.all.values() if not one.is_over and is_author(person, (one.found.owner,))]
        return tuple(one for one in mine if model is None or one.found.model == model)


def read(ledger: Reader, known: Findings | None = None) -> Findings:
    """The findings as the ledger has them now; with those read before, only what came since is read. `LedgerError`."""
    start = known or Findings()
    head, leads, found = since(ledger, start.head, (FINDING,))
    if head == start.head:
        return start
    every = dict(start.all) if leads else {}
    for entry in found:
        with explaining_payload(entry):
            one = applied(every, entry)
        every[one.seq] = one
    return replace(start, head=head, all=every)


def applied(every: Mapping[int, Finding], entry: Entry) -> Finding:
    """The finding that an entry is about, as it leaves it."""
    said = entry.payload
    if said["act"] == "opened":
        return _opened(entry, said)
    before = every[int(said["finding"])]
    found, change_words = _found_after(before.found, said)
    act = Act(entry.seq, entry.at, entry.actor, entry.role, said["act"], str(said["text"]), change_words)
    return replace(before, found=found, acts=(*before.acts, act), state=_STATE_AFTER.get(said["act"], before.state))


_STATE_AFTER: Mapping[str, State] = {
    "answered": "answered",
    "sent_back": "open",
    "accepted": "accepted",
    "withdrawn": "withdrawn",
}


def _opened(entry: Entry, said: Mapping[str, Any]) -> Finding:
    due = date.fromisoformat(said["due"]) if said["due"] else None
    model, version = str(entry.model), entry.version
    owner, blocks = str(said["owner"]), said["blocks"]
    found = Found(model, version, said["severity"], str(said["title"]), str(said["text"]), owner, due, blocks)
    act = Act(entry.seq, entry.at, entry.actor, entry.role, "opened", found.text)
    return Finding(entry.seq, found, (act,))


def _found_after(found: Found, said: Mapping[str, Any]) -> tuple[Found, str]:
    """The finding's facts after an act, and in words what of them it changed."""
    match said["act"]:
        case "reassigned":
            owner = str(said["owner"])
            return replace(found, owner=owner), f"from {found.owner or 'nobody'} to {owner}"
        case "changed":
            due = date.fromisoformat(said["due"]) if said["due"] else None
            after = replace(found, severity=said["severity"], due=due, blocks=said["blocks"])
            return after, _change_words(found, after)
    return found, ""


def _change_words(before: Found, after: Found) -> str:
    pairs = (
        ("severity", before.severity, after.severity),
        ("due", before.due, after.due),
        ("blocks", before.blocks, after.blocks),
    )
    return "; ".join(f"{name}: {old or 'none'} → {new or 'none'}" for name, old, new in pairs if old != new)
