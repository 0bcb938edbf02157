"""What the acts on checklists come to: by model version and item, who answered, waived, was asked, and said what.

Nothing is changed in place: an item is what its entries come to. The acts themselves are in `ledger.checklist`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from watchroom.domain.standing import Answer, Assignment, Waiver
from watchroom.ledger.acts import since
from watchroom.ledger.alerts import Reader
from watchroom.ledger.entry import Entry, Head, explaining_payload, time_of
from watchroom.ledger.kinds import CHECKLIST

Key = tuple[str, int, str]
"""A model, one of its versions, and an item."""


@dataclass(frozen=True)
class Comment:
    """What somebody wrote about an item. `at` is UTC."""

    seq: int
    at: datetime
    actor: str
    role: str | None
    text: str


@dataclass(frozen=True)
class Told:
    """What people did about an item of a model version: everything in the order of writing.

    The last answer and the last assignment hold; of the waivers the last, unless it was lifted or has ended.
    """

    answers: tuple[Answer, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    comments: tuple[Comment, ...] = ()

    @property
    def answer(self) -> Answer | None:
        """The answer that holds; None without one."""
        return self.answers[-1] if self.answers else None

    @property
    def waiver(self) -> Waiver | None:
        """The last waiver, in force or not; None without one."""
        return self.waivers[-1] if self.waivers else None

    @property
    def assignment(self) -> Assignment | None:
        """The last assignment; None without one, or when it was taken back."""
        last = self.assignments[-1] if self.assignments else None
        return last if last is not None and last.person is not None else None


NOTHING = Told()


@dataclass(frozen=True)
class Checklists:
    """Everything that people did on checklists, up to the entry `head`; `last` is the hash of the last such act."""

    head: Head = field(default_factory=Head)
    last: str = ""
    all: Mapping[Key, Told] = field(default_factory=dict)

    def of(self, model: str, version: int, item: str) -> Told:
        """What people did about the item; `NOTHING` for none."""
        return self.all.get((model, version, item), NOTHING)


def read(ledger: Reader, known: Checklists | None = None) -> Checklists:
    """The checklists as the ledger has them now; with those read before, only what is new is read. `LedgerError`."""
    start = known or Checklists()
    head, leads, found = since(ledger, start.head, (CHECKLIST,))
    if head == start.head:
        return start
    every = dict(start.all) if leads else {}
    last = found[-1].hash if found else start.last if leads else ""
    for entry in found:
        with explaining_payload(entry):
            key = (entry.model or "", entry.version or 0, str(entry.payload["item"]))
            every[key] = applied(every.get(key, NOTHING), entry)
    return replace(start, head=head, last=last, all=every)


def applied(before: Told, entry: Entry) -> Told:
    """The item as the entry leaves it. Raises KeyError for an act that nobody knows."""
    said = entry.payload
    match said["act"]:
        case "answered":
            return replace(before, answers=(*before.answers, _answer(entry)))
        case "waived":
            until = date.fromisoformat(said["until"])
            new = Waiver(
                entry.seq, entry.at, entry.actor, entry.role or "", str(said["reason"]), until,
                digest=str(said.get("digest", "")),  # older entries have none
            )  # fmt: skip
            return replace(before, waivers=(*(_lifted(one, entry) for one in before.waivers), new))
        case "lifted":
            return replace(before, waivers=tuple(_lifted(one, entry) for one in before.waivers))
        case "assigned":
            due = date.fromisoformat(said["due"]) if said["due"] else None
            person = None if said["person"] is None else str(said["person"])
            one = Assignment(entry.seq, entry.at, entry.actor, person, due)
            return replace(before, assignments=(*before.assignments, one))
        case "commented":
            comment = Comment(entry.seq, entry.at, entry.actor, entry.role, str(said["text"]))
            return replace(before, comments=(*before.comments, comment))
    raise KeyError(said["act"])


def _answer(entry: Entry) -> Answer:
    said = entry.payload
    ends = said["valid_until"]
    return Answer(
        seq=entry.seq,
        at=entry.at,
        actor=entry.actor,
        role=entry.role or "",
        met=bool(said["met"]),
        text=str(said["text"]),
        evidence=None if said["evidence"] is None else int(said["evidence"]),
        digest=str(said["digest"]),
        valid_until=time_of(ends) if ends else None,
    )


def _lifted(waiver: Waiver, entry: Entry) -> Waiver:
    """The waiver taken back by the entry; one that was taken back before stays as it is."""
    if waiver.lifted_at is not None:
        return waiver
    return replace(waiver, lifted_at=entry.at, lifted_by=entry.actor)
